"""The desk: where agents on nodes fetch what a job needs, and hand in what it prints and leaves.

A talk is about one job that this server has under way. What matters is in the job's folder, so that the next server
goes on with it:

    job.json    the errand, which is given out once       taken    the agent that has it, and for which attempt
    log         where its records begin in its log        kept     the digests that it handed in, a line each
    ending.json what it said at the end
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from penstock.engine.jobs import Building, Ending, File, Job, Output, Progress
from penstock.runtimes.folder import JobFolder
from penstock.runtimes.inputs import lay
from penstock.runtimes.ray.errands import GONE, HELD, NOT_YET, Call, Peek, Tickets, Wish, Word
from penstock.store.blobs import Blob, BlobDamaged, Blobs, Digest


class Declined(Exception):
    """What an agent is not given; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotWanted(Exception):
    """A job that was stopped before any agent had it."""


@dataclass(slots=True)
class Talk:
    """A job that this server has under way, and what it last heard of it."""

    job: Job
    folder: JobFolder
    progress: Progress
    attempt: str
    heard_at: float
    is_unwanted: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)  # something to look at, for who waits for its end
    wished: asyncio.Event = field(default_factory=asyncio.Event)  # something to tell its agent
    peeks: dict[int, Output] = field(default_factory=dict)
    peeked: dict[int, asyncio.Future[tuple[File, ...]]] = field(default_factory=dict)
    told: Word | None = None
    given: frozenset[Digest] = frozenset()  # what its errand has as inputs: the job may be described anew since

    @property
    def is_taken(self) -> bool:
        return (self.folder.path / "taken").exists()

    def insist(self) -> None:
        """Raise `NotWanted` if nobody wants the job, and no agent has it that could say how it ended."""
        if self.is_unwanted and not self.is_taken:
            raise NotWanted

    async def is_stirred(self, *, within: float) -> bool:
        """Wait for something to look at; false if there was nothing."""
        try:
            async with asyncio.timeout(within):
                await self.stirred.wait()
        except TimeoutError:
            return False
        self.stirred.clear()
        return True

    def unwant(self) -> None:
        self.is_unwanted = True
        self.wished.set()
        self.stirred.set()

    def wish(self) -> Wish:
        return Wish(self.is_unwanted, tuple(Peek(number, output) for number, output in self.peeks.items()))


class Desk:
    def __init__(self, jobs: Path, blobs: Blobs, tickets: Tickets, clock: Callable[[], float]) -> None:
        self._jobs = jobs
        self._blobs = blobs
        self._tickets = tickets
        self._clock = clock
        self._talks: dict[str, Talk] = {}
        self._peeks = 0

    # -- the server's side

    @contextmanager
    def about(self, talk: Talk) -> Iterator[None]:
        """Agents are heard of a job for as long as somebody here is about it."""
        self._talks[talk.folder.name] = talk
        try:
            yield
        finally:
            del self._talks[talk.folder.name]
            talk.wished.set()
            for waiting in talk.peeked.values():
                waiting.cancel()

    def unwant(self, name: str) -> None:
        if name in self._talks:
            self._talks[name].unwant()

    async def peek(self, name: str, output: Output, *, within: float) -> tuple[File, ...]:
        """Ask an agent for the files of an output; none where there is no job, or no answer."""
        talk = self._talks.get(name)
        if talk is None or not talk.is_taken:
            return ()
        self._peeks += 1
        number = self._peeks
        answer: asyncio.Future[tuple[File, ...]] = asyncio.get_running_loop().create_future()
        talk.peeked[number] = answer
        talk.peeks[number] = output
        talk.wished.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    return await answer
            return ()
        finally:
            talk.peeks.pop(number, None)
            del talk.peeked[number]

    # -- an agent's side; each raises `Declined`

    def check(self, name: str, ticket: str) -> None:
        if not self._tickets.is_good(ticket, name):
            raise Declined(403, "not a ticket of this job's")

    def take(self, name: str, call: Call) -> bytes:
        """The errand, to the agent that asks first."""
        talk = self._talk(name)
        mine = f"{call.attempt} {call.agent}"
        if talk.is_taken:
            if (talk.folder.path / "taken").read_text() != mine:
                raise Declined(GONE, "another agent has the job")
        elif talk.is_unwanted or call.attempt != talk.attempt:
            raise Declined(GONE, "the job is not wanted any more")
        else:
            talk.folder.write("taken", mine.encode())
            self.add_to_log(name, 0, b"")  # which is there from now on, whether it prints or not
            talk.stirred.set()
        return (talk.folder.path / "job.json").read_bytes()

    def blob(self, name: str, digest: Digest) -> Blob:
        """The content of an input."""
        if digest not in self._talk(name).given:
            raise Declined(404, f"the job has no input {digest}")
        try:
            return self._blobs.find(digest)
        except BlobDamaged as problem:
            raise Declined(404, str(problem)) from None

    async def keep(self, name: str, digest: Digest, content: AsyncIterator[bytes]) -> None:
        """Content of an output."""
        talk = self._talk(name)
        try:
            blob = await self._blobs.put(content)
        except OSError as problem:  # such as a full disk
            raise Declined(507, f"the server cannot keep it: {problem}") from None
        if blob.digest != digest:
            raise Declined(400, f"what came is not {digest}")
        with (talk.folder.path / "kept").open("a") as file:
            file.write(f"{digest}\n")

    def add_to_log(self, name: str, start: int, records: bytes) -> int:
        """Let records that begin at `start` be in the log, once; how long it is then."""
        talk = self._talk(name)
        begins = int((talk.folder.path / "log").read_text())
        log = talk.folder.log(talk.job)
        try:
            lay(str(log.parent))
            with log.open("ab", buffering=0) as file:
                has = os.fstat(file.fileno()).st_size - begins
                return has if start > has else has + file.write(records[has - start :])
        except OSError:  # the disk is full: the job's work is worth more than its log
            return start + len(records)

    async def word(self, name: str, word: Word) -> Wish:
        """How far the job is; answered when something is wanted of its node, and after a while anyway."""
        talk = self._talk(name)
        if word != talk.told:
            talk.told = word
            talk.progress(Building(word.building) if word.building else word.stage)
        talk.wished.clear()
        if not talk.peeks and (word.stopping or not talk.is_unwanted):
            with suppress(TimeoutError):
                async with asyncio.timeout(HELD):
                    await talk.wished.wait()
        return talk.wish()

    def peeked(self, name: str, number: int, files: tuple[File, ...]) -> None:
        talk = self._talk(name)
        self._insist_on(talk, files)
        talk.peeks.pop(number, None)
        if (answer := talk.peeked.get(number)) is not None and not answer.done():
            answer.set_result(files)

    def end(self, name: str, ending: Ending) -> None:
        talk = self._talk(name)
        listed = () if ending.environment is None else (File("environment", ending.environment, 0),)
        for files in (listed, *ending.outputs.values()):
            self._insist_on(talk, files)
        talk.folder.write("ending.json", msgspec.json.encode(ending))
        talk.stirred.set()

    def _talk(self, name: str) -> Talk:
        talk = self._talks.get(name)
        if talk is None:
            folder = JobFolder.at(self._jobs / name)
            if folder.is_prepared and folder.result() is None:
                raise Declined(NOT_YET, "the server has not come to the job yet")
            raise Declined(GONE, "the job is over, or nobody knows it")
        talk.heard_at = self._clock()
        return talk

    def _insist_on(self, talk: Talk, files: tuple[File, ...]) -> None:
        """An agent may name only what it was given or has handed in, or it could read what is not its own."""
        kept = talk.folder.path / "kept"
        known = talk.given.union(kept.read_text().split() if kept.exists() else ())
        for file in files:
            if file.digest not in known or not self._blobs.is_renewed(file.digest):
                raise Declined(400, f"{file.path} was not handed in: {file.digest}")
