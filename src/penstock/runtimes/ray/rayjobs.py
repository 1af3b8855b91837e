"""Jobs on Ray: each is a command that Ray runs once on a node where there is room, and what its agent tells the desk.

    jobs/NAME/   job.json  log  taken  kept  ending.json      see `desk`
                 attempt                                      how often Ray was asked for room
                 stop  result.json                            see `runtimes.folder`

The command's name at Ray follows from the job's id, so `run` is the same whether the job is new, is running since
before a restart, or has ended: lay the errand out, submit, listen, collect. Ray is asked for a job only when its agent
is silent: whether it waits, and whether it still lives.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import msgspec

from penstock import __version__
from penstock.engine.decided import Decided, at_once
from penstock.engine.jobs import Ending, File, Job, JobId, Output, Progress, Resources
from penstock.runtimes.folder import JobFolder
from penstock.runtimes.ray.cluster import Cluster, ClusterGone, Refused, Submission, fitted
from penstock.runtimes.ray.desk import Desk, NotWanted, Talk
from penstock.runtimes.ray.errands import VARIABLE, Errand, Mission, Tickets, inputs
from penstock.runtimes.turns import Turns
from penstock.store.blobs import BlobDamaged, Blobs

T = TypeVar("T")
SILENCE: Final = 15.0  # seconds without a word before Ray is asked whether the agent lives
LONGEST_PAUSE: Final = 30.0  # seconds between two questions
PAUSE: Final = 2.0  # seconds before a cluster that was away is asked again
TRIES: Final = 150
MOST_ATTEMPTS: Final = 672  # to find room: Ray gives up after a quarter of an hour, so this is a week
PEEKING: Final = 60.0  # seconds
AGENT_ENDS: Final = 60  # seconds that an agent has for outputs, when Ray is told to stop it
STOPPED_EARLY: Final = "it was stopped before it started"
FORGOTTEN: Final = "the Ray cluster does not know it any more: its head was restarted"
NO_ROOM: Final = "no node of the Ray cluster had room for it for a week"
NO_AGENT: Final = (
    "a node of the Ray cluster could not start Penstock's agent ({}); Penstock {} must be installed there, in the "
    "Python that is called python3 or in the one that PENSTOCK_PYTHON names, and reach this server"
)


class Unstartable(Exception):
    """A job that cannot be started as it is described, or not on this cluster."""


class Lost(Exception):
    """A job that an agent had, and of which nothing is known any more."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where agents find this server, and by which addresses a job's variables name it."""

    endpoint: str = ""
    here: tuple[str, ...] = ()


class Attempt(NamedTuple):
    """To find room for a job that was `began` then (milliseconds): one that is run anew is another one to Ray."""

    began: int
    number: int

    @classmethod
    def read(cls, text: str) -> "Attempt":
        began, _, number = text.partition("-")
        return cls(int(began), int(number))

    def __str__(self) -> str:
        return f"{self.began}-{self.number}"


class RayJobs:
    """A `Runtime`. `command` starts an agent on a node; `mapping` are the customer's files of the image catalogue."""

    def __init__(
        self,
        folder: Path,
        *,
        cluster: Cluster,
        blobs: Blobs,
        tickets: Tickets,
        address: Callable[[], Address],
        mapping: Callable[[], Mapping[str, str]],
        command: str,
        clock: Callable[[], float],
    ) -> None:
        self._jobs = folder.absolute() / "jobs"
        self.cluster = cluster
        self._blobs = blobs
        self.tickets = tickets
        self._address = address
        self._mapping = mapping
        self._command = command
        self._clock = clock
        self._turns = Turns()
        self._has_any = self._jobs.exists()
        self.desk = Desk(self._jobs, blobs, tickets, clock)

    # -- the contract

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        await decided()
        folder = self._folder(job.id)
        self._has_any = True
        async with self._turns.alone(job.id):
            if (result := folder.result()) is not None:
                return result
            folder.path.mkdir(parents=True, exist_ok=True)
            return folder.keep(await self._to_the_end(job, folder, progress))

    async def stop(self, job: JobId) -> None:
        folder = self._folder(job)
        self._turns.unwant(job)
        if folder.exists:
            folder.unwant()
        self.desk.unwant(folder.name)

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        return await self.desk.peek(self._folder(job).name, output, within=PEEKING)

    def place(self, job: JobId, path: str) -> Path | None:  # noqa: ARG002 - the contract's
        """What a node has cannot be reached from here."""
        return None

    async def forget(self, job: JobId) -> None:
        """A job that is still running is not forgotten: stop it first."""
        folder = self._folder(job)
        if job not in self._turns and (folder.result() is not None or not folder.is_prepared):
            await asyncio.to_thread(folder.remove)

    # -- besides

    def knows(self, job: JobId) -> bool:
        """Whether the job is here: queued, running or ended. Every job of this machine's is asked for, too."""
        return self._has_any and (job in self._turns or self._folder(job).exists)

    async def tidy(self) -> None:
        """Have Ray forget what nobody needs: jobs that are over, and those that were stopped while they had no room."""
        with suppress(ClusterGone, Refused):
            for each in await self.cluster.listed(self._beginning):
                folder = JobFolder.at(self._jobs / each.name.removeprefix(self._beginning).partition("-")[0])
                if folder.result() is not None or not folder.is_prepared or each.name != self._name(folder):
                    await self._dismiss(each)

    async def close(self, *, kill: bool = False) -> None:
        """Let go. Jobs keep running, unless `kill` stops all that Ray runs for this folder."""
        if kill:
            for each in await self.cluster.listed(self._beginning):
                await self._dismiss(each)
        await self.cluster.close()

    def _folder(self, job: JobId) -> JobFolder:
        return JobFolder(self._jobs, job)

    @property
    def _beginning(self) -> str:
        return f"penstock-{self.tickets.mark}-"

    def _name(self, folder: JobFolder) -> str:
        """What Ray calls the job's latest attempt."""
        return f"{self._beginning}{folder.name}-{attempt_of(folder)}"

    async def _dismiss(self, found: Submission) -> None:
        """Let there be no such command, sooner or later: Ray forgets only what is over."""
        with suppress(Refused):
            await (self.cluster.delete(found.name) if found.is_over else self.cluster.stop(found.name))

    # -- from the errand to the end

    async def _to_the_end(self, job: Job, folder: JobFolder, progress: Progress) -> Ending:
        is_unwanted = self._turns.is_unwanted(job.id) or folder.is_unwanted()
        talk = Talk(job, folder, progress, str(attempt_of(folder)), self._clock(), is_unwanted)
        try:
            with self.desk.about(talk):
                if not folder.is_prepared:
                    has = fitted(job.resources, await self._asked(talk, self.cluster.nodes))
                    self._prepare(talk, has)
                errand = msgspec.json.decode((folder.path / "job.json").read_bytes(), type=Errand)
                talk.given = inputs(errand.job)
                return await self._listen(talk, errand.job.resources)
        except NotWanted:
            return Ending(reason="stopped", message=STOPPED_EARLY)
        except Unstartable as problem:
            return Ending(reason="unstartable", message=str(problem))
        except Refused as problem:
            return Ending(reason="lost" if talk.is_taken else "unstartable", message=f"Ray refuses it: {problem}")
        except (Lost, ClusterGone) as problem:
            return Ending(reason="lost" if self.cluster.address else "unstartable", message=str(problem))

    def _prepare(self, talk: Talk, has: Resources) -> None:
        """Lay the errand out. What is missing is missed here, and not on a node hours later."""
        job, folder = talk.job, talk.folder
        try:
            for digest in inputs(job):
                self._blobs.find(digest)
        except BlobDamaged as problem:
            raise Unstartable(f"its files cannot be laid out: {problem}") from None
        if job.note:
            folder.say(job, self._clock(), job.note)
        if has.gpus < job.resources.gpus:
            told = f"It asks for {job.resources.gpus} GPU(s); a node of the Ray cluster has {has.gpus or 'none'}."
            folder.say(job, self._clock(), told)
        log = folder.log(job)
        self._attempt(talk, Attempt(int(self._clock() * 1000), 1))
        folder.write("log", str(log.stat().st_size if log.exists() else 0).encode())
        errand = Errand(
            job=replace(job, log=None, resources=has), mapping=dict(self._mapping()), here=self._address().here
        )
        folder.write("job.json", msgspec.json.encode(errand))

    @staticmethod
    def _attempt(talk: Talk, attempt: Attempt) -> None:
        talk.attempt = str(attempt)
        talk.folder.write("attempt", talk.attempt.encode())

    async def _listen(self, talk: Talk, needs: Resources) -> Ending:
        """Have it run, and wait until its agent has said how it ended."""
        if not talk.is_taken:
            await self._submit(talk, needs)
        talked_at = self._clock()
        while (ending := talk.folder.ending()) is None:
            talk.insist()
            pause = (self._clock() - talked_at) / 4
            if await talk.is_stirred(within=min(LONGEST_PAUSE, max(1.0, pause))):
                continue
            if talk.is_taken and self._clock() - talk.heard_at < SILENCE:
                talked_at = self._clock()
            else:
                await self._look(talk, needs)
        return ending

    async def _submit(self, talk: Talk, needs: Resources) -> None:
        mission = Mission(
            endpoint=self._address().endpoint,
            name=talk.folder.name,
            ticket=self.tickets.ticket(talk.folder.name),
            attempt=talk.attempt,
            version=__version__,
        )
        variables = {
            VARIABLE: msgspec.json.encode(mission).decode(),
            "RAY_JOB_STOP_WAIT_TIME_S": str(int(talk.job.grace) + AGENT_ENDS),  # Ray's own way to stop it kills soon
        }
        name, told = self._name(talk.folder), {"penstock.job": talk.job.id}
        await self._asked(talk, partial(self.cluster.submit, name, self._command, variables, needs, told))

    async def _look(self, talk: Talk, needs: Resources) -> None:
        """Ask Ray about a job whose agent is silent. Raises `Lost` and `Unstartable`."""
        found = await self._asked(talk, partial(self.cluster.look, self._name(talk.folder)))
        if talk.folder.ending() is not None or (found is not None and not found.is_over):
            return
        if talk.is_taken:
            raise Lost(FORGOTTEN if found is None else f"its agent on a node is gone: {found.last_word}")
        if found is None:  # the cluster is another one since
            await self._submit(talk, needs)
        elif found.found_no_room and (tried := attempt_of(talk.folder)).number < MOST_ATTEMPTS:
            self._attempt(talk, tried._replace(number=tried.number + 1))
            await self._submit(talk, needs)
        else:
            raise Unstartable(NO_ROOM if found.found_no_room else NO_AGENT.format(found.last_word, __version__))

    async def _asked(self, talk: Talk, ask: Callable[[], Awaitable[T]]) -> T:
        """What the cluster answers; one that is away for a while is asked again."""
        for _ in range(TRIES):
            talk.insist()
            try:
                return await ask()
            except ClusterGone:
                if not self.cluster.address:
                    raise
                await talk.is_stirred(within=PAUSE)
        return await ask()


def attempt_of(folder: JobFolder) -> Attempt:
    """The latest one."""
    try:
        return Attempt.read((folder.path / "attempt").read_text())
    except FileNotFoundError:
        return Attempt(0, 0)
