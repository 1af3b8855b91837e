"""The container runtime: jobs as containers of any engine that speaks Docker's API, on this machine.

    jobs/NAME/   job.json  stop  result.json            see `runtimes.folder`
                 begun                                  the container was started, on the boot that is written here
                 inputs/N/                              links to blobs, mounted read-only
                 in.tar  peeks/  harvest/               what goes in and what comes out, for a while

A container outlives the server, and its name follows from the job's id, so `run` is the same whether the job is new, is
running since before a restart, or has ended: make and start unless begun, wait, collect unless recorded.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from penstock.engine.decided import Decided, at_once
from penstock.engine.jobs import Building, Ending, File, Job, JobId, Output, Progress
from penstock.runtimes.container import materials
from penstock.runtimes.container.engine import Defaults, Engine, EngineGone, Refused
from penstock.runtimes.container.harvest import Harvest
from penstock.runtimes.container.images import ContainerImage, Resolve
from penstock.runtimes.container.log import Copying
from penstock.runtimes.container.watching import LOST, Lost, Watch, patiently
from penstock.runtimes.folder import JobFolder, OutOfPlace, boot
from penstock.runtimes.slots import Hold, Slots
from penstock.runtimes.turns import Turns
from penstock.store.blobs import BlobDamaged, Blobs

LABEL: Final = "penstock.data"  # which data folder a container belongs to
JOB_LABEL: Final = "penstock.job"
NOT_FOUND: Final = (1, 127)  # what inits exit with where there is no such program
STARTS: Final = 3  # how often an engine that does not answer is told to start a container
STOPPED_EARLY: Final = "it was stopped before it started"


@dataclass(frozen=True, slots=True)
class Unstartable(Exception):
    """A job that cannot be started as it is described."""

    message: str


class Containers:
    """A `Runtime`. `folder` is its own; `visible` are folders of this machine that jobs may read, at the same place."""

    def __init__(
        self,
        folder: Path,
        *,
        engine: Engine,
        blobs: Blobs,
        resolve: Resolve,
        slots: Slots,
        clock: Callable[[], float],
        visible: Sequence[Path] = (),
    ) -> None:
        self._jobs = folder.absolute() / "jobs"
        self._engine = engine
        self._blobs = blobs
        self._resolve = resolve
        self._slots = slots
        self._clock = clock
        self._visible = visible
        self._turns = Turns()
        self._mark = hashlib.sha256(str(self._jobs).encode()).hexdigest()[:12]

    # -- the contract

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        await decided()
        folder = self._folder(job.id)
        async with self._turns.alone(job.id):
            if (result := folder.result()) is not None:
                return result
            ending = await self._to_the_end(job, folder, progress)
            folder.path.mkdir(parents=True, exist_ok=True)
            folder.keep(ending)
            with suppress(EngineGone, Refused):  # then `tidy` does it
                await self._engine.remove(self._name(folder))
            return ending

    async def stop(self, job: JobId) -> None:
        folder = self._folder(job)
        self._turns.unwant(job)
        if folder.exists:
            folder.unwant()
        self._slots.withdraw(job)

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        folder = self._folder(job)
        if is_begun(folder) and folder.result() is None:
            with suppress(EngineGone, Refused):
                return await self._harvest(folder).peek(output)
        return ()

    def place(self, job: JobId, path: str) -> Path | None:
        """What a container has is its own, but for what is shared."""
        return materials.met(self._folder(job), path)

    async def forget(self, job: JobId) -> None:
        """A job that is still running is not forgotten: stop it first."""
        folder = self._folder(job)
        if job not in self._turns and (folder.result() is not None or not is_begun(folder)):
            await asyncio.to_thread(folder.remove)

    # -- besides

    def knows(self, job: JobId) -> bool:
        """Whether the job is here: queued, running or ended."""
        return job in self._turns or self._folder(job).exists

    async def tidy(self) -> None:
        """Remove containers that nobody needs: their jobs were over when the engine was away, or forgotten."""
        with suppress(EngineGone, Refused):
            for each in await self._engine.labelled(f"{LABEL}={self._mark}"):
                job = JobId(each.labels[JOB_LABEL])
                folder = self._folder(job)
                if job not in self._turns and (folder.result() is not None or not folder.is_prepared):
                    await self._engine.remove(each.id)

    async def close(self, *, kill: bool = False) -> None:
        """Let go. Jobs keep running, unless `kill` removes every container of this folder's."""
        if kill:
            for each in await self._engine.labelled(f"{LABEL}={self._mark}"):
                await self._engine.remove(each.id)
        await self._engine.close()

    def _folder(self, job: JobId) -> JobFolder:
        return JobFolder(self._jobs, job)

    def _name(self, folder: JobFolder) -> str:
        return f"penstock-{self._mark}-{folder.name}"

    def _harvest(self, folder: JobFolder) -> Harvest:
        return Harvest(self._engine, self._name(folder), folder, self._blobs)

    def _watch(self, job: Job, folder: JobFolder) -> Watch:
        return Watch(engine=self._engine, container=self._name(folder), job=job, clock=self._clock)

    # -- from the start to the end of its container

    async def _to_the_end(self, job: Job, folder: JobFolder, progress: Progress) -> Ending:
        """To its ending, outputs and all, whatever has been done of that."""
        image = self._resolve(job.image)
        try:
            if is_begun(folder):
                had = self._slots.seize(job.resources, folder.gpus())
                try:
                    return await self._go_on(job, folder, image, progress)
                finally:
                    self._slots.give_back(had)
            defaults = await self._defaults(job, image, progress)  # which may take long, and needs no slots
            if self._is_unwanted(job, folder) or (hold := await self._slots.take(job.id, job.resources)) is None:
                return Ending(reason="stopped", message=STOPPED_EARLY)
            try:
                return await self._start(job, folder, image, defaults, hold, progress)
            finally:
                self._slots.give_back(hold)
        except Unstartable as problem:
            return Ending(reason="unstartable", message=problem.message)
        except Lost as problem:
            return Ending(reason="lost", message=str(problem))
        except (EngineGone, Refused) as problem:
            return Ending(reason="lost" if is_begun(folder) else "unstartable", message=str(problem))

    async def _start(
        self, job: Job, folder: JobFolder, image: ContainerImage, defaults: Defaults, hold: Hold, progress: Progress
    ) -> Ending:
        progress("starting")
        await self._make(job, folder, image, defaults, hold)
        if self._is_unwanted(job, folder):
            return Ending(reason="stopped", message=STOPPED_EARLY)
        await self._begin(job, folder)
        return await self._finish(job, folder, image, progress)

    async def _go_on(self, job: Job, folder: JobFolder, image: ContainerImage, progress: Progress) -> Ending:
        """With a container that an earlier server has made, and was about to start at least."""
        if not (await self._watch(job, folder).look()).state.is_begun:
            if (folder.path / "begun").read_text() != boot():  # engines forget with a restart what has run
                return Ending(reason="lost", message=LOST)
            await self._begin(job, folder)
        return await self._finish(job, folder, image, progress)

    async def _finish(self, job: Job, folder: JobFolder, image: ContainerImage, progress: Progress) -> Ending:
        """From its start to its ending."""
        progress("running")
        ending = await self._watched(job, folder)
        if ending.exit_code in NOT_FOUND:
            await self._insist_on_program(job, folder, image)
        progress("collecting")
        return await self._harvest(folder).collect(job, ending)

    def _is_unwanted(self, job: Job, folder: JobFolder) -> bool:
        """Whether it was stopped: on disk from an earlier server, in memory while its folder is being made."""
        return self._turns.is_unwanted(job.id) or folder.is_unwanted()

    async def _defaults(self, job: Job, image: ContainerImage, progress: Progress) -> Defaults:
        """What an image starts with. It must be at the engine, or be one that may be pulled."""
        if (found := await self._engine.image(image.name)) is not None:
            return found
        if not image.pull:
            raise Unstartable(
                f"the container engine has no image '{image.name}': build or pull it there, or have it pulled "
                "by an entry in images.toml that says pull = true"
            )
        progress(Building(f"The container engine pulls the image {image.name}"))
        if problem := await self._pull(job, image):
            raise Unstartable(f"the container engine cannot pull the image '{image.name}': {problem}")
        return await self._engine.image(image.name) or Defaults()

    async def _pull(self, job: Job, image: ContainerImage) -> str:
        """Have the image pulled, unless somebody wants the job ended meanwhile; what is wrong, if anything is."""

        async def pull() -> str:
            try:
                await self._engine.pull(image.name)
            except (EngineGone, Refused) as problem:
                return str(problem)
            return ""

        async with asyncio.TaskGroup() as tasks:
            pulling = tasks.create_task(pull())
            unwanted = tasks.create_task(self._turns.unwanted(job.id))
            await asyncio.wait((pulling, unwanted), return_when=asyncio.FIRST_COMPLETED)
            pulling.cancel()
            unwanted.cancel()
        return "" if pulling.cancelled() else pulling.result()

    async def _make(self, job: Job, folder: JobFolder, image: ContainerImage, defaults: Defaults, hold: Hold) -> None:
        """Let there be a container with everything in it, that has not been started."""
        if not materials.program_of(job, defaults):
            raise Unstartable(f"the image '{image.name}' starts nothing by itself: the job must name a command")
        if job.note:
            folder.say(job, self._clock(), job.note)
        try:
            mounts = await asyncio.to_thread(materials.prepare, folder, job, self._blobs, hold.gpus)
            shared = await asyncio.to_thread(materials.share, folder, job)
        except (OutOfPlace, BlobDamaged, OSError) as problem:
            raise Unstartable(f"its files cannot be laid out: {problem}") from None
        name = self._name(folder)
        described = materials.description(
            job,
            image.name,
            variables=materials.variables_of(job.environment, image.environment, defaults),
            mounts={**mounts, **{str(path): path for path in self._visible}},
            shared=shared,
            labels={LABEL: self._mark, JOB_LABEL: job.id},
            hold=hold,
        )
        try:
            await self._engine.remove(name)  # an earlier server's, that it had not started
            await self._engine.create(name, described)
            await self._engine.put(name, folder.path / materials.ARCHIVE)
        except Refused as refusal:
            raise Unstartable(f"the container engine does not make its container: {refusal}") from None
        (folder.path / materials.ARCHIVE).unlink()
        if job.working_folder and not await self._engine.has(name, job.working_folder):
            raise Unstartable(f"the working folder {job.working_folder} is not in the image '{image.name}'")

    async def _begin(self, job: Job, folder: JobFolder) -> None:
        """A busy engine that has not answered may start it yet: it is told again only where it does not."""
        folder.write("begun", boot().encode())
        for _ in range(STARTS):
            try:
                await self._engine.start(self._name(folder))
            except Refused as refusal:
                raise Unstartable(f"the container engine does not start it: {refusal}") from None
            except EngineGone:
                if await self._watch(job, folder).is_begun():
                    return
            else:
                return
        raise Lost("the container engine does not answer whether it starts it")

    async def _watched(self, job: Job, folder: JobFolder) -> Ending:
        """Copy its log until it has ended, of itself or because somebody wants it to. Raises `Lost`."""
        if folder.is_unwanted():
            self._turns.unwant(job.id)
        watch = self._watch(job, folder)
        log = Copying(
            engine=self._engine,
            container=watch.container,
            file=folder.log(job),
            begins=json.loads((folder.path / "job.json").read_bytes())["log_begins"],
            clock=self._clock,
        )
        since = (await watch.look()).state.started or self._clock()
        async with asyncio.TaskGroup() as beside:
            copying = beside.create_task(log.keep_on())
            reason = await watch.until_over(partial(self._turns.unwanted, job.id), since)
            copying.cancel()
        await log.finish()
        return await watch.ending(reason)

    async def _insist_on_program(self, job: Job, folder: JobFolder, image: ContainerImage) -> None:
        """Raise `Unstartable` if what was to be started is not in the container: an init says no more than a code."""
        defaults = await patiently(partial(self._engine.image, image.name)) or Defaults()
        program = materials.program_of(job, defaults)
        for place in materials.places_of(program, job, defaults):
            if await patiently(partial(self._engine.has, self._name(folder), place)):
                return
        raise Unstartable(f"the command '{program}' was not found in the image '{image.name}'")


def is_begun(folder: JobFolder) -> bool:
    return (folder.path / "begun").exists()
