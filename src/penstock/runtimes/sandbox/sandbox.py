"""The sandbox: jobs as supervised process trees on this machine, each with a private /opt/ml.

A job outlives the server. What is known of it is in its folder, so `run` is the same whether the job is new, is running
since before a restart, or has ended: prepare unless prepared, start unless claimed, wait, collect unless recorded.
"""

import asyncio
import fcntl
import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.decided import Decided, at_once
from penstock.engine.jobs import Building, Ending, File, Job, JobId, Output, Progress, Usage
from penstock.runtimes.folder import Claim, JobFolder, OutOfPlace, read_ending
from penstock.runtimes.outputs import Collector
from penstock.runtimes.sandbox import measure, reuse, venvs
from penstock.runtimes.sandbox.blanks import Blanks, Layout
from penstock.runtimes.sandbox.images import Furnish, Image, Resolve, UnknownImage, environment_of, may_start_warm
from penstock.runtimes.sandbox.materials import command_of, prepare
from penstock.runtimes.sandbox.needs import needs_preload
from penstock.runtimes.sandbox.trash import Trash
from penstock.runtimes.sandbox.zygotes import Connection, NotWanted, ZygoteFailed, Zygotes
from penstock.runtimes.slots import Slots, slots_here
from penstock.runtimes.turns import Turns
from penstock.store.blobs import BlobDamaged, Blobs

LOST: Final = "its supervisor is gone without a word: it was killed, or the machine was restarted"
LITTLE_FILES: Final = 8
LITTLE_BYTES: Final = 256 << 10
LOOK_AGAIN: Final = 0.2  # seconds: for how a job ended whose supervisor tells another server, or none
STOPPED_EARLY: Final = "it was stopped before it started"


@dataclass(frozen=True, slots=True)
class Unstartable(Exception):
    """A job that cannot be started as it is described."""

    message: str


class Sandbox:
    """A `Runtime`. `folder` is its own (jobs are kept there); `hidden` are folders that no job may see.

    A guest is at home in another sandbox's folder, which may be at work: its zygotes are kept there for the next guest,
    and its jobs have their folders among the other's. It notes them in its own.
    """

    def __init__(
        self,
        folder: Path,
        *,
        blobs: Blobs,
        resolve: Resolve,
        clock: Callable[[], float],
        hidden: Iterable[Path] = (),
        home: Path | None = None,
        slots: Slots | None = None,
        spares: int = 2,
        linger: float = 60.0,
        idle: float = 900.0,
    ) -> None:
        self._folder = folder.absolute()
        home = self._folder if home is None else home.absolute()
        self._is_guest = home != self._folder
        self._notes = self._folder / "jobs"
        self._notes.mkdir(parents=True, exist_ok=True)
        self._jobs = home / "jobs"
        self._jobs.mkdir(parents=True, exist_ok=True)
        self._trash = Trash(self._folder / "trash")
        self._trash.throw(self._folder / "blank")  # an earlier server's
        self._blanks = Blanks(self._folder / "blank")
        self._blobs = blobs
        self._resolve = resolve
        self._clock = clock
        self._slots = slots or slots_here()
        self._zygotes = Zygotes(
            folder=home / "zygotes",
            jobs=self._jobs,
            server=home / "server",
            hidden=outermost([home, *(path.absolute() for path in hidden)]),
            spares=spares,
            linger=linger,
            idle=idle,
            are_guests=self._is_guest,
        )
        self._turns = Turns()
        self._furnishing: dict[JobId, asyncio.Task[str]] = {}
        self._layouts: dict[JobId, Layout] = {}  # of those whose folders this server has laid out
        self._over: set[JobId] = set()  # their supervisors have said so, and may not have written it down yet
        self._presence = Presence(home / "server")

    # -- the contract

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        folder = self._folder_of(job.id)
        if self._is_guest:
            (self._notes / folder.name).touch()
        async with self._turns.alone(job.id):
            if (result := folder.result()) is not None:
                return result
            try:
                ending = await self._to_the_end(job, folder, progress, decided)
            except Unstartable as problem:
                folder.path.mkdir(exist_ok=True)
                return folder.keep(Ending(reason="unstartable", message=problem.message))
            self._over.add(job.id)
            progress("collecting")
            return await self._collect(job, folder, ending)

    async def stop(self, job: JobId) -> None:
        folder = self._folder_of(job)
        self._turns.unwant(job)
        if folder.exists:
            folder.unwant()
        self._slots.withdraw(job)
        if job in self._furnishing:
            self._furnishing[job].cancel()
        send(folder.claim(), signal.SIGTERM)

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        folder = self._folder_of(job)
        if not folder.is_prepared:
            return ()
        return await asyncio.to_thread(Collector(folder, self._blobs, is_running=True).collect, output)

    def place(self, job: JobId, path: str) -> Path | None:
        folder = self._folder_of(job)
        return folder.place(path) if folder.is_prepared else None

    async def forget(self, job: JobId) -> None:
        """A job that is still running is not forgotten: stop it first."""
        folder = self._folder_of(job)
        claim = folder.claim()
        if claim is not None and job not in self._over and claim.is_alive() and folder.ending() is None:
            return
        self._over.discard(job)
        if not self._use_again(job, str(folder.path)):
            self._trash.throw(folder.path)
            self._blanks.refill()
        self._trash.empty_if_full()

    def _use_again(self, job: JobId, place: str) -> bool:
        layout = self._layouts.pop(job, None)
        if layout is None:
            return False
        away = reuse.look_over(layout, place)
        renew = None if away is None else partial(reuse.renew, away=away)
        return self._blanks.give_back(layout, place, renew)

    # -- besides

    def known(self) -> list[JobId]:
        """The jobs that have a folder here, running or ended, in no order."""
        found = (JobFolder.at(path).job() for path in self._jobs.iterdir())
        return [job for job in found if job is not None]

    def usage(self, job: JobId) -> Usage | None:
        """What a job has used, and holds; None where it does not run. Blocking."""
        folder = self._folder_of(job)
        claim = folder.claim()
        if claim is None or not claim.is_alive() or job in self._over or folder.ending() is not None:
            return None
        return measure.usage(claim.pid, folder.path)

    def failures(self) -> list[str]:
        """Why some environments start cold only, for whoever looks after this machine."""
        return self._zygotes.failures()

    async def tidy(self) -> None:
        """Remove what forgotten jobs have left: for a quiet moment, now and then."""
        await self._trash.empty()

    async def close(self, *, kill: bool = False) -> None:
        """Let go. Jobs keep running, unless `kill` ends them and everything else that the sandbox has started."""
        pids = await self._zygotes.close(kill=kill and not self._is_guest)
        if kill and self._is_guest:
            pids += await asyncio.to_thread(clear_away, self._jobs.parent, self._folder)
        elif kill:
            for path in self._jobs.iterdir():
                if (claim := JobFolder.at(path).claim()) is not None and claim.is_alive():
                    send(claim, signal.SIGKILL)
                    pids.append(claim.pid)
        for pid in pids:
            await gone(pid)
        self._presence.close()
        await self._trash.settled()

    def _folder_of(self, job: JobId) -> JobFolder:
        """A guest's job is another than its host's of that name."""
        return JobFolder(self._jobs, JobId(f"{self._folder}/{job}") if self._is_guest else job)

    # -- from the start to the end of its process

    async def _to_the_end(self, job: Job, folder: JobFolder, progress: Progress, decided: Decided) -> Ending:
        claim = folder.claim()
        if claim is not None:
            had = self._slots.seize(job.resources, folder.gpus())
            try:
                progress("running")
                return await found_again(folder, claim)
            finally:
                self._slots.give_back(had)
        image = self._image(job)
        if image.furnish is not None and not self._is_unwanted(job, folder):
            await self._furnish(job, folder, image.furnish, progress)
        if self._is_unwanted(job, folder) or (hold := await self._slots.take(job.id, job.resources)) is None:
            return Ending(reason="stopped", message=STOPPED_EARLY)
        try:
            progress("starting")
            if hold.gpus and folder.is_prepared:  # by an earlier server, with others
                folder.remove()
            if gpus := self._slots.variables(hold):
                job = replace(job, environment={**gpus, **job.environment})
            return await self._start(job, folder, image, progress, decided)
        finally:
            self._slots.give_back(hold)

    async def _furnish(self, job: Job, folder: JobFolder, furnish: Furnish, progress: Progress) -> None:
        """Wait until the environment is there, holding no slots; whoever stops the job ends its waiting."""

        def tell(message: str) -> None:
            progress(Building(message))
            folder.say(job, self._clock(), message)

        async def had() -> str:
            try:
                await furnish(tell)
            except UnknownImage as problem:
                return str(problem)
            return ""

        try:
            async with asyncio.TaskGroup() as tasks:
                self._furnishing[job.id] = waiting = tasks.create_task(had())
        finally:
            del self._furnishing[job.id]
        if not waiting.cancelled() and (problem := waiting.result()):
            raise Unstartable(problem)

    async def _start(self, job: Job, folder: JobFolder, image: Image, progress: Progress, decided: Decided) -> Ending:
        if not folder.is_prepared:
            await self._prepare(job, folder, image)
            for note in filter(None, (image.note, job.note)):
                folder.say(job, self._clock(), note)

        async def may_start() -> bool:
            await decided()
            return not self._is_unwanted(job, folder)

        command = command_of(job, image)
        warm = job.warm and may_start_warm(image, command, environment_of(image, job.environment))
        warm = warm and not venvs.is_laid(folder)
        heavy = warm and needs_preload(folder, job, image, command[1])
        try:
            answer, line = await self._zygotes.run(
                image, folder.name, folder.log(job), may_start, warm=warm, heavy=heavy
            )
        except NotWanted:
            return Ending(reason="stopped", message=STOPPED_EARLY)
        except (ZygoteFailed, OSError, TimeoutError) as problem:
            raise Unstartable(str(problem) or type(problem).__name__) from None
        progress("running")
        if self._is_unwanted(job, folder):  # asked for while it was being started
            folder.unwant()  # where the supervisor looks whether it is this job that is meant
            send(folder.claim(), signal.SIGTERM)
        try:
            return await (found_again(folder, folder.claim()) if answer["claimed"] else told(folder, line))
        finally:
            line.close()

    def _is_unwanted(self, job: Job, folder: JobFolder) -> bool:
        """Whether it was stopped: on disk from an earlier server, in memory while its folder is being made."""
        return self._turns.is_unwanted(job.id) or folder.is_unwanted()

    def _image(self, job: Job) -> Image:
        try:
            image = self._resolve(job.image)
        except UnknownImage as problem:
            raise Unstartable(str(problem)) from None
        if not job.command and not image.command:
            raise Unstartable(f"the image '{job.image}' starts nothing by itself: the job must name a command")
        return image

    async def _prepare(self, job: Job, folder: JobFolder, image: Image) -> None:
        try:
            if is_little(job):
                layout = prepare(folder, job, image, self._blobs, self._blanks)  # cheaper than to wake a thread
            else:
                layout = await asyncio.to_thread(prepare, folder, job, image, self._blobs, self._blanks)
            self._layouts[job.id] = layout
        except (OutOfPlace, BlobDamaged, OSError) as problem:
            raise Unstartable(f"its files cannot be laid out: {problem}") from None

    # -- after it

    async def _collect(self, job: Job, folder: JobFolder, ending: Ending) -> Ending:
        if not folder.is_prepared or ending.reason == "unstartable" or not (job.outputs or job.texts):
            folder.path.mkdir(exist_ok=True)
            return folder.keep(ending)
        if not job.outputs:
            return collect(job, folder, self._blobs, ending)  # a small text or two: cheaper than to wake a thread
        return await asyncio.to_thread(collect, job, folder, self._blobs, ending)


def clear_away(home: Path, guest: Path) -> list[int]:
    """End and remove the jobs that a guest has noted in its folder; the pids of those who were ended. Blocking."""
    ended = []
    for note in (guest / "jobs").glob("*"):  # it may have been killed before it noted any
        folder = JobFolder.at(home / "jobs" / note.name)
        claim = folder.claim()
        if claim is not None and folder.ending() is None and claim.is_alive():
            send(claim, signal.SIGKILL)
            ended.append(claim.pid)
        folder.remove()
    return ended


def is_little(job: Job) -> bool:
    """Whether a job's folder is laid out in a millisecond or so."""
    files = [file for each in job.inputs for file in each.files]
    return len(files) <= LITTLE_FILES and sum(file.size for file in files) <= LITTLE_BYTES


def collect(job: Job, folder: JobFolder, blobs: Blobs, ending: Ending) -> Ending:
    """Keep the outputs and texts, and record the whole ending. Blocking."""
    collector = Collector(folder, blobs)
    wanted = [output for output in job.outputs if output.always or ending.is_success]
    try:
        texts = {path: text for path in job.texts if (text := collector.text(path)) is not None}
        outputs = {output.name: collector.collect(output) for output in wanted}
    except OSError as problem:  # such as a full disk
        return folder.keep(replace(ending, reason="exhausted", message=f"its outputs cannot be kept: {problem}"))
    own = venvs.installed(folder)
    if ending.reason == "exited" and not (outputs or texts or own):
        return ending  # as its supervisor wrote it
    message = "; ".join(filter(None, [ending.message, *collector.notes[:10]]))
    return folder.keep(replace(ending, outputs=outputs, texts=texts, installed=own, message=message))


def outermost(folders: list[Path]) -> list[Path]:
    """The folders that are in no other of them: hiding those hides all."""
    return [
        each
        for each in dict.fromkeys(folders)
        if not any(each != other and each.is_relative_to(other) for other in folders)
    ]


async def told(folder: JobFolder, line: Connection) -> Ending:
    """The ending as the supervisor says it; a broken line means that it is in the folder, or that there is none."""
    with suppress(ConnectionError):
        if text := await line.read():
            with suppress(msgspec.DecodeError):
                return read_ending(text)
    return await found_again(folder, folder.claim())


async def found_again(folder: JobFolder, claim: Claim | None) -> Ending:
    """The ending of a job that somebody else has started. Its supervisor may live on, for other jobs."""
    while claim is not None and folder.ending() is None and claim.is_alive():
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await gone(claim.pid)
    return folder.ending() or Ending(reason="lost", message=LOST)


async def gone(pid: int) -> None:
    """Wait until a process that is not our child has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    loop.add_reader(handle, lambda: None if ended.done() else ended.set_result(None))
    try:
        await ended
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def send(claim: Claim | None, number: signal.Signals) -> None:
    """Signal a supervisor, if it is still the same process. One that is only coming to be is told by who started it."""
    if claim is None or not claim.pid:
        return
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(claim.pid)
        try:
            if claim.is_alive():
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


class Presence:
    """A lock that says that a server is there; zygotes look for it when they have nothing to do."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def close(self) -> None:
        self._file.close()
