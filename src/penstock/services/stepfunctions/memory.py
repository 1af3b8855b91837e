"""Executions in memory: the interpreter driven by a loop, with no journal.

For express executions, for TestState, for `penstock sfn run` and for tests: the same facts and commands as in the
engine, so the same histories; what is under way is lost with the process.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.facts import (
    CancelTimer,
    Command,
    Done,
    Ended,
    Event,
    Fact,
    Finish,
    Fired,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Signal,
    Started,
    StartRun,
    Watch,
)
from penstock.engine.outbox import Task
from penstock.engine.packing import pack, unpacked
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.interpreter.advance import advance
from penstock.services.stepfunctions.interpreter.execution import Execution, HistoryEvent
from penstock.services.stepfunctions.interpreter.labour import Unanswered
from penstock.services.stepfunctions.interpreter.plan import Plan
from penstock.services.stepfunctions.interpreter.rehearsal import Rehearsal
from penstock.wire.call import Scope, ServiceError

Json = Any
log: Final = logging.getLogger(__name__)
Activities = Mapping[str, Callable[[Task], Awaitable[Json]]]
LONGEST_PAST: Final = 100  # facts that are kept, to be folded anew
Watcher = Callable[[RunId], Awaitable[Outcome | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What an execution in memory may use: the time, luck, activities, and the ends of other runs."""

    clock: Callable[[], float]
    chance: Callable[[], str]
    activities: Activities
    settled: Watcher | None = None
    start_run: Callable[[StartRun], Awaitable[Outcome]] | None = None  # carries a map run out to its end
    pass_time: Callable[[float], Awaitable[None]] = asyncio.sleep  # tests need not wait
    desk: Desk | None = None  # where what takes long is evaluated, if others wait here


class InMemory:
    """One execution. `run` returns when it has ended; `seen` is told of every event as it happens."""

    def __init__(
        self,
        plan: Plan,
        world: World,
        scope: Scope,
        *,
        seen: Callable[[Sequence[HistoryEvent]], None] = lambda _: None,
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self.plan = plan
        self.execution = Execution()
        self._world = world
        self._scope = scope
        self._seen = seen
        self._rehearsal = rehearsal
        self._facts: asyncio.Queue[Fact] = asyncio.Queue()
        self._past: list[Event] = []  # since `_kept`, the execution as it was then
        self._kept = pack(self.execution)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._number = 0

    def tell(self, fact: Fact) -> None:
        """Let something be known from outside, such as a stop or a token's answer."""
        self._facts.put_nowait(fact)

    async def run(
        self, *, longest: float | None = None, between: Callable[[], Awaitable[None]] | None = None
    ) -> Execution:
        """Carry it out; raises `TimeoutError` after `longest` seconds, with everything stopped.

        `between` is awaited between two turns, so that who keeps the events can say: not so fast.
        """
        try:
            async with asyncio.timeout(longest), asyncio.TaskGroup() as tasks:
                await self._take(Started(), tasks)
                while self.execution.ended is None:
                    if between is not None:
                        await between()
                    await self._take(await self._facts.get(), tasks)
                for task in self._under_way.values():
                    task.cancel()
        finally:
            self._under_way.clear()
        return self.execution

    async def _take(self, fact: Fact, tasks: asyncio.TaskGroup) -> None:
        self._number += 1
        event = Event(self._number, self._world.clock(), self._world.chance(), fact)
        if self._rehearsal is None and self._world.desk is not None:
            await self._advance(event, self._world.desk)
        else:
            advance(self.plan, self.execution, event, self._rehearsal)
        if self.execution.events:
            self._seen(self.execution.events)
        for command in self.execution.wanted:
            self._carry_out(command, tasks)

    async def _advance(self, event: Event, desk: Desk) -> None:
        """Advance; where something takes long, it is found out first, and what is past is folded anew."""
        if len(self._past) == LONGEST_PAST:
            self._kept, self._past = pack(self.execution), []
        self._past.append(event)
        to_fold = [event]
        while to_fold:
            try:
                for each in to_fold:
                    advance(self.plan, self.execution, each, answers=desk)
                to_fold = []
            except Unanswered as asked:
                await desk.work_out(asked.question)
                self.execution = msgspec.msgpack.decode(self._kept, type=Execution, ext_hook=unpacked)
                to_fold = self._past

    def _carry_out(self, command: Command, tasks: asyncio.TaskGroup) -> None:
        match command:
            case SetTimer(key, due):  # one that is due rings a moment later: others have their turn
                self._under_way[key] = tasks.create_task(self._ring(key, due))
            case CancelTimer(_, timer):
                if (ringing := self._under_way.pop(timer, None)) is not None:
                    ringing.cancel()
            case Perform():
                self._under_way[command.key] = tasks.create_task(self._perform(command))
            case Watch(key, run):
                self._under_way[key] = tasks.create_task(self._watch(key, run))
            case StartRun(key) if self._world.start_run is None:
                self.tell(Ended(key, Outcome("Failed", _NO_MAP_RUN)))
            case StartRun(key):
                self._under_way[key] = tasks.create_task(self._start_run(command))
            case (
                Finish() | Signal()
            ):  # a child of a map run would tell it that it has ended: who runs it here sees that
                pass
            case _:
                raise NotImplementedError(f"an execution in memory cannot {type(command).__name__}")

    async def _ring(self, key: str, due: float) -> None:
        await self._world.pass_time(due - self._world.clock())
        self._under_way.pop(key, None)
        self.tell(Fired(key))

    async def _perform(self, command: Perform) -> None:
        async def tell(name: str, payload: Json) -> None:
            raise NotImplementedError(f"nobody listens to {name} of {command.activity}: {payload}")

        task = Task(RunId(self.plan.order.arn), command.key, self._scope, command.input, tell)
        try:
            fact: Fact = Done(command.key, await self._world.activities[command.activity](task))
        except ServiceError as error:
            fact = Refused(command.key, error.code, error.message)
        except Exception as bug:  # a door of rule 11: as in the engine's outbox, the execution is told
            log.exception("%s: %s (%s) failed", self.plan.order.arn, command.activity, command.key)
            fact = Refused(command.key, "States.Runtime", f"{type(bug).__name__}: {bug}")
        self._under_way.pop(command.key, None)
        self.tell(fact)

    async def _start_run(self, command: StartRun) -> None:
        assert self._world.start_run is not None
        self.tell(Ended(command.key, await self._world.start_run(command)))

    async def _watch(self, key: str, run: RunId) -> None:
        outcome = None if self._world.settled is None else await self._world.settled(run)
        self.tell(Refused(key, "RunNotFound", f"there is no run {run}") if outcome is None else Ended(key, outcome))


_NO_MAP_RUN: Final = {
    "error": "States.Runtime",
    "cause": "A distributed Map needs a server: run the machine there, or set Mode to INLINE.",
}
