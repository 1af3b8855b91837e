"""The agent: carries one errand out on the node that it runs on, in a sandbox of its own, and reports to the desk.

Everything is in one folder, which its broom takes away when the agent has gone, with all that still runs in it.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.jobs import Building, Ending, File, Job
from penstock.runtimes.gpus import VISIBLE, gpus_here
from penstock.runtimes.ray.errands import Errand, Mission, Peek, Stage, Word, inputs
from penstock.runtimes.ray.node.line import Line, Refused
from penstock.runtimes.ray.node.relay import relay_to
from penstock.runtimes.sandbox import Resolve, Sandbox
from penstock.runtimes.slots import Share, Slots
from penstock.store.blobs import Blobs

PIECE: Final = 1 << 20  # bytes of a log, at once
LOOK_EVERY: Final = 0.3  # seconds, for what was printed
TOGETHER: Final = 8  # files that are on their way


@dataclass(slots=True)
class Agent:
    """About one job. `folder` is its own, and all that it leaves on the node; `inventory` lists what an image is."""

    mission: Mission
    line: Line
    errand: Errand
    folder: Path
    resolve: Resolve
    inventory: Callable[[str], bytes]
    clock: Callable[[], float]
    _word: Word = field(default_factory=lambda: Word("starting"))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: int = 0  # bytes of the log
    _fetching: asyncio.Task[None] | None = None

    async def carry_out(self) -> None:
        """From the inputs to the ending. Raises a group of what went wrong, if anything did."""
        blobs = Blobs(self.folder)
        async with relay_to(self.mission.endpoint) as address, asyncio.TaskGroup() as beside:
            job = suited(replace(self.errand.job, log=self.folder / "log"), self.errand.here, address)
            sandbox = Sandbox(
                self.folder / "sandbox",
                blobs=blobs,
                resolve=self.resolve,
                clock=self.clock,
                hidden=[self.folder],
                slots=slots_of(job),
                spares=0,
            )
            by_ray = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, by_ray.set)
            besides = [
                beside.create_task(self._listen(sandbox, job, blobs)),
                beside.create_task(self._tell_log(job)),
                beside.create_task(self._heed(by_ray, sandbox, job)),
            ]
            ending = await self._kept(await self._ran(sandbox, job, blobs), job, blobs)
            for task in besides:
                task.cancel()
            await self._send_log(job)
            await self.line.end(ending)
            await sandbox.close(kill=True)

    async def _ran(self, sandbox: Sandbox, job: Job, blobs: Blobs) -> Ending:
        problem = ""
        try:
            async with asyncio.TaskGroup() as tasks:
                fetches = a_few_at_once(partial(self.line.fetch, digest, blobs) for digest in inputs(job))
                self._fetching = tasks.create_task(fetches)
        except* (Refused, OSError) as problems:
            problem = f"its files cannot be laid out on the node: {first(problems)}"
        if problem:
            return Ending(reason="unstartable", message=problem)
        if self._word.stopping:
            return Ending(reason="stopped", message="it was stopped before it started")
        return await sandbox.run(job, self._progress)

    async def _kept(self, ending: Ending, job: Job, blobs: Blobs) -> Ending:
        """The ending, its outputs at the server, and a list of what the job ran in."""
        left = {file.digest for files in ending.outputs.values() for file in files} - inputs(job)
        if ending.started_at is not None:
            listed = await asyncio.to_thread(lambda: blobs.put_bytes(self.inventory(job.image)))
            left.add(listed.digest)
            ending = replace(ending, environment=listed.digest)
        try:
            await a_few_at_once(partial(self.line.hand_in, blobs.find(digest)) for digest in left)
        except* Refused as refusals:
            message = f"its outputs cannot be kept: {first(refusals)}"
            ending = replace(ending, reason="exhausted", outputs={}, environment=None, message=message)
        return ending

    # -- besides, as long as it runs

    def _progress(self, stage: Stage | Building) -> None:
        if isinstance(stage, Building):
            self._tell(Word("starting", building=stage.message, stopping=self._word.stopping))
        else:
            self._tell(Word(stage, stopping=self._word.stopping))

    def _tell(self, word: Word) -> None:
        self._word = word
        self._changed.set()

    async def _listen(self, sandbox: Sandbox, job: Job, blobs: Blobs) -> None:
        """Say how far it is, and do what is wished."""
        while True:
            self._changed.clear()
            async with asyncio.TaskGroup() as tasks:
                saying = tasks.create_task(self.line.word(self._word))
                changing = tasks.create_task(self._changed.wait())
                await asyncio.wait((saying, changing), return_when=asyncio.FIRST_COMPLETED)
                saying.cancel()
                changing.cancel()
            if saying.cancelled():
                continue
            wish = saying.result()
            if wish.stop:
                await self._stop(sandbox, job)
            for peek in wish.peeks:
                await self._show(peek, await sandbox.peek(job.id, peek.output), blobs)

    async def _show(self, peek: Peek, files: tuple[File, ...], blobs: Blobs) -> None:
        try:
            await a_few_at_once(partial(self.line.hand_in, blobs.find(file.digest)) for file in files)
        except* Refused:  # a full disk at the server, say: the job's work is worth more
            files = ()
        await self.line.show(peek.number, files)

    async def _stop(self, sandbox: Sandbox, job: Job) -> None:
        if not self._word.stopping:
            self._tell(msgspec.structs.replace(self._word, stopping=True))
            if self._fetching is not None:
                self._fetching.cancel()
            await sandbox.stop(job.id)

    async def _heed(self, by_ray: asyncio.Event, sandbox: Sandbox, job: Job) -> None:
        """End the job where somebody stops it at the cluster."""
        await by_ray.wait()
        await self._stop(sandbox, job)

    async def _tell_log(self, job: Job) -> None:
        while True:
            await self._send_log(job)
            await asyncio.sleep(LOOK_EVERY)  # another process writes it: there is no event to wait for

    async def _send_log(self, job: Job) -> None:
        """What was printed and not sent yet."""
        assert job.log is not None
        while job.log.exists() and (records := read(job.log, self._sent)):
            self._sent = await self.line.log(self._sent, records)


async def a_few_at_once(doings: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """All of it, some at a time."""
    room = asyncio.Semaphore(TOGETHER)

    async def do(doing: Callable[[], Awaitable[None]]) -> None:
        async with room:
            await doing()

    async with asyncio.TaskGroup() as tasks:
        for doing in doings:
            tasks.create_task(do(doing))


def first(problem: BaseException) -> BaseException:
    """The first of a group of groups."""
    return first(problem.exceptions[0]) if isinstance(problem, BaseExceptionGroup) else problem


def read(log: Path, start: int) -> bytes:
    with log.open("rb") as file:
        file.seek(start)
        return file.read(PIECE)


def suited(job: Job, here: Iterable[str], address: str) -> Job:
    """The job as it is on this node: it knows the server by another address, and no GPUs but its own."""
    variables = dict(job.environment)
    if gpus_here() and not job.resources.gpus:
        variables.setdefault(VISIBLE, "")
    for other in here:
        variables = {name: value.replace(other, address) for name, value in variables.items()}
    return replace(job, environment=variables)


def slots_of(job: Job) -> Slots:
    """What Ray has given the job, whole."""
    gpus = gpus_here()[: job.resources.gpus]
    return Slots(Share(job.resources.cpus, job.resources.memory_mib, len(gpus)), gpus)
