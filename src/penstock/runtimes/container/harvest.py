"""The harvest: what is kept of a container's files, which are brought to the job's folder first."""

import asyncio
import tarfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from penstock.engine.jobs import Ending, File, Job, JobId, Output
from penstock.runtimes.container.archives import unpack
from penstock.runtimes.container.engine import GONE, Engine, EngineGone, Refused
from penstock.runtimes.container.watching import patiently
from penstock.runtimes.folder import JobFolder
from penstock.runtimes.outputs import Collector
from penstock.store.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Harvest:
    engine: Engine
    container: str
    folder: JobFolder
    blobs: Blobs

    async def peek(self, output: Output) -> tuple[File, ...]:
        """The files of an output while the container runs."""
        beside = JobFolder(self.folder.path / "peeks", JobId(output.name))
        try:
            await self._bring(output.folder, beside)
            return await asyncio.to_thread(Collector(beside, self.blobs).collect, output)
        finally:
            await asyncio.to_thread(beside.remove)

    async def collect(self, job: Job, ending: Ending) -> Ending:
        """The whole ending: the outputs and texts are kept."""
        wanted = [output for output in job.outputs if output.always or ending.is_success]
        inside = JobFolder(self.folder.path / "harvest", job.id)
        await asyncio.to_thread(inside.remove)  # of somebody who was killed here
        try:
            for path in (*(output.folder for output in wanted), *job.texts):
                await patiently(partial(self._bring, path, inside))
            return await asyncio.to_thread(self._keep, job, inside, wanted, ending)
        except (OSError, Refused) as problem:  # such as a full disk
            return replace(ending, reason="exhausted", message=f"its outputs cannot be kept: {problem}")
        finally:
            await asyncio.to_thread(inside.remove)

    def _keep(self, job: Job, inside: JobFolder, wanted: list[Output], ending: Ending) -> Ending:
        collector = Collector(inside, self.blobs)
        texts = {path: text for path in job.texts if (text := collector.text(path)) is not None}
        outputs = {output.name: collector.collect(output) for output in wanted}
        message = "; ".join(filter(None, [ending.message, *collector.notes[:10]]))
        return replace(ending, outputs=outputs, texts=texts, message=message)

    async def _unpacked(self, archive: Path, target: Path) -> None:
        try:
            await asyncio.to_thread(unpack, archive, target)
        except tarfile.ReadError as problem:  # what Podman answers of files that change while it looks at them
            raise EngineGone(f"the engine has not handed out its files whole ({problem})") from None

    async def _bring(self, path: str, folder: JobFolder) -> None:
        """Let a file or folder of the container be where it belongs in a job's folder, if there is one."""
        folder.path.mkdir(parents=True, exist_ok=True)
        archive = folder.path / "out.tar"
        try:
            async with self.engine.fetch(self.container, path) as pieces:
                with archive.open("wb") as file:  # a thread's would stay open if this is cancelled
                    async for piece in pieces:
                        await asyncio.to_thread(file.write, piece)
        except Refused as refusal:
            if refusal.status != GONE:
                raise
        else:
            await self._unpacked(archive, folder.place(path).parent)
        finally:
            archive.unlink(missing_ok=True)
