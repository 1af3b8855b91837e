"""Harvest: a job's outputs become objects. Uploading twice is harmless: the same content under the same keys.

A continuous output is looked at while the job runs, and what is new or changed in it is uploaded; that a moment's
upload fails is no matter, since the last one, after the end, brings everything.
"""

import asyncio
import gzip
import io
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from penstock.engine.jobs import Ending, File, JobId, Runtime
from penstock.services.sagemaker.jobs.contract import Contract, Harvest
from penstock.services.sagemaker.jobs.model import Content, Place
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import Access
from penstock.store.blobs import Blob, Blobs, Digest, Writing
from penstock.wire.call import Scope

EVERY: Final = 1.0  # seconds between looks at a continuous output


class Harvesting:
    """Takes away what jobs leave."""

    def __init__(self, blobs: Blobs, runtime: Runtime) -> None:
        self._blobs = blobs
        self._runtime = runtime

    async def take(
        self, objects: Access, scope: Scope, contract: Contract, endings: Sequence[Ending]
    ) -> tuple[Content, ...]:
        """Upload what the endings have kept; what that was. Raises `Undelivered`."""
        uploads: dict[Place, Content] = {}

        def upload(place: Place, kept: File | Blob) -> None:
            uploads[place] = Content(place.uri, kept.digest, kept.size)

        for harvest in contract.harvests:
            kept = [ending.outputs.get(harvest.output.name, ()) for ending in endings]
            if harvest.output.form == "files":
                for file in (file for files in kept for file in files):
                    upload(harvest.place.under(file.path), file)
            elif len(endings) == 1:
                for file in kept[0]:
                    upload(harvest.place, file)
            elif any(kept):
                upload(harvest.place, await asyncio.to_thread(repack, self._blobs, kept))
        await asyncio.gather(*(objects.put(scope, place, content.digest) for place, content in uploads.items()))
        return tuple(uploads.values())

    async def keep_taking(self, objects: Access, scope: Scope, contract: Contract, jobs: Sequence[JobId]) -> None:
        """Upload what changes in continuous outputs, until cancelled."""
        continuous = [harvest for harvest in contract.harvests if harvest.continuous]
        seen: dict[str, Digest] = {}
        while continuous:
            await asyncio.sleep(EVERY)
            for harvest in continuous:
                for job in jobs:
                    with suppress(Undelivered):
                        await self._take_news(objects, scope, harvest, job, seen)

    async def _take_news(
        self, objects: Access, scope: Scope, harvest: Harvest, job: JobId, seen: dict[str, Digest]
    ) -> None:
        for file in await self._runtime.peek(job, harvest.output):
            place = harvest.place.under(file.path)
            if seen.get(place.uri) != file.digest:
                await objects.put(scope, place, file.digest)
                seen[place.uri] = file.digest


def repack(blobs: Blobs, archives: Sequence[tuple[File, ...]]) -> Blob:
    """One archive of several instances' archives; where two have a file of one name, the first host's is kept."""
    writing = Writing(blobs)
    taken: set[str] = set()
    with (
        gzip.GzipFile(fileobj=Sink(writing), mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for file in (file for files in archives for file in files):
            with tarfile.open(blobs.path(file.digest)) as source:
                for member in source:
                    if member.name not in taken:
                        taken.add(member.name)
                        tar.addfile(member, source.extractfile(member) if member.isreg() else None)
    return writing.finish()


class Sink(io.RawIOBase):
    """A blob being written, as a file that archives can be written to."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def writable(self) -> bool:
        return True

    def write(self, piece: object, /) -> int:
        content = bytes(memoryview(piece))  # type: ignore[arg-type]
        self._writing.write(content)
        return len(content)
