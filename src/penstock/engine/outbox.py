"""The outbox: commands that concern the world leave here, after the commit that journalled them, at least once.

An activity or a call is a task of its own; its answer is a fact that is told until it is journalled. When the worker
stops, tasks are cancelled and their commands stay in the outbox table, from where the next worker sends them again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from penstock.engine.decided import Decided, at_once
from penstock.engine.facts import Command, Done, Fact, Fired, Invoke, Json, Perform, Refused, RunId, SetTimer, Signalled
from penstock.wire.call import Body, Call, Directory, Scope, ServiceError, read_whole

log: Final = logging.getLogger(__name__)
LARGEST_BODY: Final = 1 << 20  # of an answer that goes into a journal


@dataclass(frozen=True, slots=True)
class Task:
    """What an activity is given. It may be performed again after a crash: (`run`, `key`) is its idempotency token."""

    run: RunId
    key: str
    scope: Scope
    input: Json
    tell: Callable[[str, Json], Awaitable[None]]  # signal the run: progress, by name
    decided: Decided = at_once  # for the eager: wait until what asked for it is on disk


Activity = Callable[[Task], Awaitable[Json]]
Journal = Callable[[RunId, Fact], Awaitable[bool]]


class Outbox:
    """Commands under way, by run and key. `journal` is how answers are told."""

    def __init__(self, directory: Directory, *, clock: Callable[[], float], journal: Journal) -> None:
        self.activities: dict[str, Activity] = {}
        self.eager: set[str] = set()  # activities
        self._directory = directory
        self._clock = clock
        self._journal = journal
        self._tasks: asyncio.TaskGroup | None = None
        self._early: list[tuple[RunId, Scope, Command]] | None = []  # asked for before `open`; None once it was closed
        self._timers: dict[tuple[RunId, str], asyncio.TimerHandle] = {}
        self._timers_of: dict[RunId, set[str]] = {}

    def open(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        early, self._early = self._early, None
        for run, scope, command in early or ():
            self.send(run, scope, command)

    def close(self) -> None:
        self._tasks = None
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def send(self, run: RunId, scope: Scope, command: Command) -> None:
        """See to a command. On the event loop."""
        if self._tasks is None:
            if self._early is not None:
                self._early.append((run, scope, command))
            return  # what comes after the end waits in its table for the next worker
        match command:
            case Perform():
                self._tasks.create_task(self._perform(run, scope, command))
            case Invoke():
                self._tasks.create_task(self._invoke(run, scope, command))
            case SetTimer():
                self._set_timer(run, command)
            case _:  # the rest concerns runs alone and happened in the transaction
                pass

    def is_eager(self, command: Perform) -> bool:
        return command.activity in self.eager

    def begin(self, run: RunId, scope: Scope, command: Perform, decided: asyncio.Event) -> asyncio.Task[None] | None:
        """Begin an eager activity; None where nothing is begun now. On the event loop."""
        if self._tasks is None:
            return None
        return self._tasks.create_task(self._perform(run, scope, command, decided.wait))

    def cancel(self, run: RunId, key: str) -> None:
        self._timers_of.get(run, set()).discard(key)
        timer = self._timers.pop((run, key), None)
        if timer is not None:
            timer.cancel()

    def drop(self, run: RunId) -> None:
        """Cancel the timers of a run that has settled."""
        for key in self._timers_of.pop(run, set()):
            timer = self._timers.pop((run, key), None)
            if timer is not None:
                timer.cancel()

    def _set_timer(self, run: RunId, command: SetTimer) -> None:
        # A day at a time: the wall clock and the loop's clock drift apart, and loops refuse very long waits.
        delay = min(max(0.0, command.due - self._clock()), 86_400.0)
        self._timers_of.setdefault(run, set()).add(command.key)
        self._timers[run, command.key] = asyncio.get_running_loop().call_later(delay, self._ring, run, command)

    def _ring(self, run: RunId, command: SetTimer) -> None:
        self._timers.pop((run, command.key), None)
        if self._clock() < command.due:
            self._set_timer(run, command)
            return
        self._timers_of.get(run, set()).discard(command.key)
        if self._tasks is not None:
            self._tasks.create_task(self._tell(run, Fired(command.key)))

    async def _perform(self, run: RunId, scope: Scope, command: Perform, decided: Decided = at_once) -> None:
        activity = self.activities.get(command.activity)
        if activity is None:
            message = f"this worker has no activity '{command.activity}'"
            await self._tell(run, Refused(command.key, "Engine.NoSuchActivity", message))
            return

        async def tell(name: str, payload: Json) -> None:
            await self._tell(run, Signalled(name, payload))

        task = Task(run, command.key, scope, command.input, tell, decided)
        try:
            fact: Fact = Done(command.key, await activity(task))
        except Exception as error:  # a door of rule 11: the run is told, the worker goes on
            fact = refusal(run, command.key, f"activity {command.activity}", error)
        await self._tell(run, fact)

    async def _invoke(self, run: RunId, scope: Scope, command: Invoke) -> None:
        call = call_of(run, scope, command)
        try:
            fact: Fact = Done(command.key, await journalled(await self._directory.answer(call)))
        except Exception as error:  # a door of rule 11
            fact = refusal(run, command.key, f"call {command.service}.{command.operation}", error)
        await self._tell(run, fact)

    async def _tell(self, run: RunId, fact: Fact) -> None:
        try:
            await self._journal(run, fact)
        except Exception as bug:  # a door of rule 11: a bug in a flow, or a result that no journal can hold
            log.exception("run %s: %s could not be journalled", run, type(fact).__name__)
            if isinstance(fact, Done):
                await self._tell(run, Refused(fact.key, "InternalFailure", f"{type(bug).__name__}: {bug}"))
            # What is left stays in the outbox for the next start.


class Early:
    """An eager activity, asked for by a unit of work whose commit is not on disk yet.

    `begin` and `confirm` are called on the event loop, `abandon` on the writer's thread.
    """

    def __init__(self, outbox: Outbox, run: RunId, scope: Scope, command: Perform) -> None:
        self._outbox = outbox
        self._asked = (run, scope, command)
        self._decided = asyncio.Event()
        self._begun: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._is_off = False

    def begin(self) -> None:
        task = None if self._is_off else self._outbox.begin(*self._asked, self._decided)
        if task is not None:
            self._begun = asyncio.get_running_loop(), task
            if self._is_off:  # just now
                task.cancel()

    def confirm(self) -> None:
        if self._begun is None:
            self._outbox.send(*self._asked)
        self._decided.set()

    def abandon(self) -> None:
        self._is_off = True
        if self._begun is not None:
            loop, task = self._begun
            loop.call_soon_threadsafe(task.cancel)


def call_of(run: RunId, scope: Scope, command: Invoke) -> Call:
    """The call of a run, with the token that tells it from any other."""
    return Call(command.service, command.operation, command.request, scope, token=f"{run}#{command.key}")


def refusal(run: RunId, key: str, what: str, error: Exception) -> Refused:
    """What a run is told when something it asked for was not done; a bug is logged as well."""
    if isinstance(error, ServiceError):
        return Refused(key, error.code, error.message)
    log.error("run %s: %s (%s) failed", run, what, key, exc_info=error)
    return Refused(key, "InternalFailure", f"{type(error).__name__}: {error}")


async def journalled(answer: Json) -> Json:
    """An answer as a journal can keep it: streamed bodies become bytes, if they are small."""
    if isinstance(answer, dict):
        return {name: await journalled(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [await journalled(value) for value in answer]
    if isinstance(answer, Body) and not isinstance(answer, str | bytes):
        content = await read_whole(answer, LARGEST_BODY)
        if len(content) > LARGEST_BODY:
            raise ServiceError(f"an answer's body is over {LARGEST_BODY} bytes", code="Engine.AnswerTooLarge")
        return content
    return answer
