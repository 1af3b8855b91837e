"""Express executions: carried out in memory, at least once, within five minutes, with no history but their logs.

A synchronous one is answered with its end. An asynchronous one is a run with a single activity: after a crash it is
carried out again from its beginning, as on AWS.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Signal, Signalled
from penstock.engine.outbox import Task
from penstock.services.stepfunctions import answers, rows, starting
from penstock.services.stepfunctions.failures import wrong_type
from penstock.services.stepfunctions.interpreter.aborting import STOP
from penstock.services.stepfunctions.interpreter.ending import CHILD
from penstock.services.stepfunctions.interpreter.execution import Ended, HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Limits, Order, plan_of, planned
from penstock.services.stepfunctions.logbook import Logbook, is_logged
from penstock.services.stepfunctions.memory import InMemory, World
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Scope, operation

Json = Any
Request = Mapping[str, Json]
NAME: Final = "stepfunctions.express"
RUN: Final = "stepfunctions.run-express"
STOP_RUN: Final = "stepfunctions.stop-express"
LONGEST: Final = 300.0  # seconds
PAGE: Final = 2_000  # events that are kept together


class Waiting(msgspec.Struct):
    """What the run of an asynchronous express execution knows: how it ended, and whether it is to be stopped."""

    ended: Ended | None = None
    is_stopped: bool = False


class ExpressFlow:
    """One activity, and the run is over. A map run's child is shown, and tells its map run."""

    name = NAME
    state_type = Waiting

    def plan(self, document: bytes) -> bytes:
        return document

    def begin(self, plan: bytes) -> Waiting:
        return Waiting()

    def evolve(self, plan: bytes, state: Waiting, event: Event) -> Waiting:
        match event.fact:
            case Done(_, result):
                return Waiting(msgspec.convert(result, Ended))
            case Refused(_, error, message):
                return Waiting(Ended("FAILED", event.at, error=error, cause=message))
            case Signalled(name) if name == STOP and state.ended is None:
                return Waiting(Ended("ABORTED", event.at), is_stopped=True)
        return state

    def decide(self, plan: bytes, state: Waiting) -> Iterator[Command]:
        yield Perform("run", RUN, plan)
        if state.is_stopped:
            yield Perform("stop", STOP_RUN, None)
        if state.ended is None:
            return
        order = plan_of(plan).order
        if order.map_run is not None:
            told = {"status": state.ended.status, "items": order.items, "is_final": False}
            yield Signal("told", RunId(order.map_run), CHILD, told)
        yield Finish(Outcome("Succeeded"))

    def reflect(
        self,
        tx: Transaction,
        run: RunId,
        scope: Scope,
        plan: bytes,
        before: Waiting,
        after: Waiting,
    ) -> None:
        order = plan_of(plan).order
        if order.map_run is None:
            return
        if after.ended is None:
            rows.insert(tx, scope, order, None)
        else:
            rows.end(tx, order.arn, after.ended)


class Express:
    """StartSyncExecution, and what starts the others."""

    service = "stepfunctions"

    def __init__(
        self,
        *,
        database: Database,
        engine: Engine,
        world: World,
        logbook: Logbook,
        limits: Limits,
    ) -> None:
        self.database = database
        self.engine = engine
        self.world = world
        self.logbook = logbook
        self.limits = msgspec.structs.replace(limits, history_events=0)
        self._running: dict[str, InMemory] = {}

    def start(self, tx: Transaction, scope: Scope, order: Order) -> None:
        """Start an asynchronous one."""
        order = msgspec.structs.replace(order, limits=self.limits)
        self.engine.start(tx, RunId(order.arn), NAME, msgspec.msgpack.encode(order), scope=scope)

    async def perform(self, task: Task) -> Json:
        """The activity of an asynchronous one. A map run is told by the run, not by what is in memory."""
        order = msgspec.structs.replace(plan_of(task.input).order, map_run=None, limits=self.limits)
        return msgspec.to_builtins(await self._carry_out(order, task.scope))

    async def stop(self, task: Task) -> Json:
        """Stop what an asynchronous one does. After a crash there is nothing to stop."""
        running = self._running.get(task.run)
        if running is not None:
            running.tell(Signalled(STOP, {}))

    @operation("StartSyncExecution")
    async def start_sync(self, call: Call, request: Request) -> Answer:
        at, chance = self.world.clock(), self.world.chance()
        target = await self.database.read(lambda tx: starting.target_of(tx, call, chance))
        if target.type != "EXPRESS":
            raise wrong_type()
        order = starting.order_of(call, target, at=at, chance=chance, limits=self.limits)
        ended = await self._carry_out(order, call.scope)
        return synchronous_answer(order, ended, with_data=answers.wants_data(request))

    async def _carry_out(self, order: Order, scope: Scope) -> Ended:
        pages = _Pages(self.database, self.logbook, scope, order)
        running = self._running[order.arn] = InMemory(planned(order), self.world, scope, seen=pages.add)
        try:
            execution = await running.run(longest=LONGEST, between=pages.turn)
        except TimeoutError:
            execution = running.execution
            execution.ended = Ended("TIMED_OUT", self.world.clock(), error="States.Timeout")
            last = execution.last_event
            details = {"error": "States.Timeout"}
            pages.add([HistoryEvent(last + 1, "ExecutionTimedOut", last, execution.ended.at, details)])
        finally:
            del self._running[order.arn]
        assert execution.ended is not None
        await pages.keep()
        return execution.ended


class _Pages:
    """An execution's events on their way to its log, a page at a time: it may have events without end."""

    def __init__(self, database: Database, logbook: Logbook, scope: Scope, order: Order) -> None:
        self._database = database
        self._logbook = logbook
        self._scope = scope
        self._order = order
        self._level = (order.logging or {}).get("level", "OFF")
        self._events: list[HistoryEvent] = []

    def add(self, events: Sequence[HistoryEvent]) -> None:
        """What is not logged is not kept."""
        if self._level != "OFF":
            self._events += [event for event in events if is_logged(self._level, event.type)]

    async def turn(self) -> None:
        """Keep a page that is full, before there is more."""
        if len(self._events) >= PAGE:
            await self.keep()

    async def keep(self) -> None:
        events, self._events = self._events, []
        if events:
            await self._database.write(lambda tx: self._logbook.keep(tx, self._scope, self._order, events))


def synchronous_answer(order: Order, ended: Ended, *, with_data: bool) -> dict[str, Json]:
    return {
        "executionArn": order.arn,
        "stateMachineArn": order.machine,
        "name": order.name,
        "startDate": order.started_at,
        "stopDate": ended.at,
        "status": ended.status,
        "billingDetails": billing(order, ended),
        **answers.data(order.input, ended.output, included=with_data),
        **answers.present({"error": ended.error, "cause": ended.cause, "traceHeader": order.trace}),
    }


def billing(order: Order, ended: Ended) -> dict[str, int]:
    """What AWS would bill: duration in steps of 100 ms, memory in chunks of 64 MB."""
    milliseconds = max(0.0, ended.at - order.started_at) * 1000
    return {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": -(-int(milliseconds) // 100) * 100 or 100}
