"""Staging: a contract's sources as files by content, dealt out to its instances.

What an object is called inside the job: see `landing`.

What is an object stays because the object does; what is made here (unpacked, decompressed) is held in the name of the
job's run until that has settled: a job may wait for hours before its files are laid out.
"""

import asyncio
import gzip
import tarfile
import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Final, Literal, TypeVar

import msgspec

from penstock.engine.facts import RunId
from penstock.engine.jobs import File, Input
from penstock.services.sagemaker.jobs.contract import Contract, Instance, Source
from penstock.services.sagemaker.jobs.model import Content, Json, Place, holder
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import Access
from penstock.services.sagemaker.landing import local_path
from penstock.store import blobs
from penstock.store.blobs import PIECE, Blob, Blobs, Digest, Writing
from penstock.store.database import Database
from penstock.wire.call import Scope

T = TypeVar("T")
Hold = Callable[[Sequence[File | Content], RunId], Awaitable[None]]  # keep content for a run, until it has settled
LARGEST_ARCHIVE: Final = 64 << 20  # bytes unpacked: a larger one is left to the container, which knows how
KEPT_ARCHIVES: Final = 256
LARGEST_COPY: Final = 1 << 30  # bytes of a channel that are copied for the job, so that it may write beside them


class Staging:
    """Brings what jobs need. Archives that were unpacked are remembered by their digest."""

    def __init__(self, kept: Blobs, hold: Hold) -> None:
        self._blobs = kept
        self.hold = hold
        self._unpacked: dict[Digest, tuple[File, ...]] = {}

    async def bring(
        self, objects: Access, scope: Scope, contract: Contract, run: RunId
    ) -> dict[str, tuple[Input, ...]]:
        """The inputs of each host. Raises `Undelivered`."""
        found = await together(self._files(objects, scope, source, run) for source in contract.sources)
        inputs: dict[str, tuple[Input, ...]] = dict.fromkeys(contract.hosts, ())
        for source, files in zip(contract.sources, found, strict=True):
            receivers = [each for each in contract.instances if not source.groups or each.group in source.groups]
            for instance, share in zip(receivers, dealt(source, files, receivers), strict=True):
                brought = Input(folder=source.folder, files=share, writable=source.writable or is_small(share))
                inputs[instance.host] += (brought,)
        return inputs

    async def _files(self, objects: Access, scope: Scope, source: Source, run: RunId) -> tuple[File, ...]:
        if source.form == "archive":
            return await self._unpack(await objects.get(scope, source.place), run)
        wanted = await named(objects, scope, source.place, source.form, optional=source.optional)
        safely = [(place, safe(path)) for place, path in wanted]
        files = await together(brought(objects, scope, place, path) for place, path in safely)
        return await self._gunzip(files, run) if source.gunzip else tuple(files)

    async def _gunzip(self, packed: Sequence[File], run: RunId) -> tuple[File, ...]:
        files = tuple(await asyncio.gather(*(asyncio.to_thread(gunzip, self._blobs, file) for file in packed)))
        await self.hold(files, run)
        return files

    async def _unpack(self, archive: Blob, run: RunId) -> tuple[File, ...]:
        files = self._unpacked.get(archive.digest)
        if files is None:
            files = await asyncio.to_thread(unpack, self._blobs, archive)
            while len(self._unpacked) >= KEPT_ARCHIVES:
                self._unpacked.pop(next(iter(self._unpacked)))
            self._unpacked[archive.digest] = files
        await self.hold(files, run)
        if not all(self._blobs.path(file.digest).exists() for file in files):  # swept before they were held
            files = await asyncio.to_thread(unpack, self._blobs, archive)
        return files


def holding(database: Database) -> Hold:
    """What holds content in the name of a run."""

    async def hold(files: Sequence[File | Content], run: RunId) -> None:
        await database.write(lambda tx: blobs.hold_all(tx, [file.digest for file in files], holder(run)))

    return hold


async def brought(objects: Access, scope: Scope, place: Place, path: str) -> File:
    blob = await objects.get(scope, place)
    return File(path, blob.digest, blob.size)


async def named(
    objects: Access, scope: Scope, place: Place, form: Literal["S3Prefix", "ManifestFile"], *, optional: bool = False
) -> list[tuple[Place, str]]:
    """The objects that a place names, and what each is called beneath it. Raises `Undelivered` where there is none."""
    if form == "ManifestFile":
        wanted = manifest(place, await objects.get(scope, place))
    else:
        wanted = [(Place(place.bucket, key), local_path(place.key, key)) async for key in objects.keys(scope, place)]
    if not wanted and not optional:
        raise Undelivered(f'No S3 objects found under S3 URL "{place.uri}" given in input data source.')
    return wanted


async def together(waits: Iterable[Awaitable[T]]) -> list[T]:
    """`gather`, but what is alone is waited for here: it goes on at once, where a task would wait for its turn."""
    every = list(waits)
    return [await every[0]] if len(every) == 1 else list(await asyncio.gather(*every))


def is_small(files: tuple[File, ...]) -> bool:
    """Whether copying costs little: scripts unpack archives beside them, and on AWS nothing hinders them."""
    return sum(file.size for file in files) <= LARGEST_COPY


def dealt(source: Source, files: tuple[File, ...], receivers: list[Instance]) -> list[tuple[File, ...]]:
    """Each receiver's share: all of it, or every n-th object in the order of keys."""
    if not source.sharded:
        return [files for _ in receivers]
    return [files[number :: len(receivers)] for number in range(len(receivers))]


def safe(path: str) -> str:
    """The path itself, if it stays inside its folder."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or parts[0] == "/":
        raise Undelivered(f"an object cannot be a file called '{path}': its key leads out of the input's folder.")
    return "/".join(parts)


def manifest(place: Place, blob: Blob) -> list[tuple[Place, str]]:
    """The objects that a manifest lists, and the files that they become."""
    try:
        head, *names = msgspec.json.decode(blob.read(), type=list[Json])
        prefix: str = head["prefix"]
        return [(Place.of(prefix + name, place.uri), name) for name in names]
    except (msgspec.DecodeError, ValueError, TypeError, KeyError):
        form = '[{"prefix": "s3://bucket/prefix/"}, "name", …]'
        raise Undelivered(f"{place.uri} is not a manifest of the form {form}.") from None


def gunzip(kept: Blobs, file: File) -> File:
    """A file unpacked, without the `.gz` of its name. Blocking."""
    writing = Writing(kept)
    try:
        with gzip.open(kept.path(file.digest)) as packed:
            while piece := packed.read(PIECE):
                writing.write(piece)
    except (OSError, EOFError, zlib.error) as error:
        writing.abandon()
        raise Undelivered(f"{file.path} cannot be decompressed as Gzip ({error})") from error
    blob = writing.finish()
    return File(file.path.removesuffix(".gz"), blob.digest, blob.size)


def unpack(kept: Blobs, archive: Blob) -> tuple[File, ...]:
    """The files in a tar archive; none where it holds more than plain files, or too much. Blocking."""
    try:
        with tarfile.open(archive.path) as tar:
            members = [member for member in tar.getmembers() if not member.isdir()]
            if not all(member.isreg() for member in members) or sum(each.size for each in members) > LARGEST_ARCHIVE:
                return ()
            files = []
            for member in members:
                content = tar.extractfile(member)
                assert content is not None
                blob = kept.put_bytes(content.read())
                files.append(File(safe(member.name), blob.digest, blob.size))
            return tuple(files)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise Undelivered(f"the archive of the code cannot be unpacked ({error})") from error
