"""The flow of a map run: when to start children, when enough have failed, when it is over. Pure but for its rows."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from penstock.engine.facts import (
    Asked,
    Command,
    Done,
    Event,
    Finish,
    Outcome,
    Perform,
    Refused,
    RunId,
    Signalled,
    Started,
)
from penstock.engine.facts import Status as RunStatus
from penstock.services.stepfunctions.interpreter.ending import CHILD
from penstock.services.stepfunctions.mapruns import rows
from penstock.services.stepfunctions.mapruns.order import FLOW, MapRunPlan, map_run_plan
from penstock.store.database import Transaction
from penstock.wire.call import Scope

Json = Any
FILL: Final = "stepfunctions.fill-map-run"
ABORT: Final = "stepfunctions.abort-map-run"
COLLECT: Final = "stepfunctions.collect-map-run"
STOP: Final = "stop"
UPDATE: Final = "update"
MOST_OPEN: Final = 1_000  # children at once where MaxConcurrency sets no bound
MOST_STARTED: Final = 500  # children in one fill
EXCEEDED: Final = "States.ExceedToleratedFailureThreshold"
_OUTCOMES: Final[Mapping[str, RunStatus]] = {"SUCCEEDED": "Succeeded", "ABORTED": "Stopped"}


class Counts(msgspec.Struct):
    """How many there are of each: of children, or of the items in them."""

    SUCCEEDED: int = 0
    FAILED: int = 0
    TIMED_OUT: int = 0
    ABORTED: int = 0
    started: int = 0

    @property
    def ended(self) -> int:
        return self.SUCCEEDED + self.FAILED + self.TIMED_OUT + self.ABORTED

    @property
    def unsuccessful(self) -> int:
        return self.FAILED + self.TIMED_OUT + self.ABORTED

    def count(self, ending: str, number: int) -> None:
        setattr(self, ending, getattr(self, ending) + number)


class MapRun(msgspec.Struct):
    """How far it is. `why` is set once it will not succeed."""

    children: Counts
    items: Counts
    max_concurrency: int = 0
    tolerated_count: int | None = None
    tolerated_percentage: float | None = None
    fills: int = 0
    is_filling: bool = False
    is_exhausted: bool = False
    is_aborted: bool = False
    why: Json = None  # {"status", "error", "cause"}
    outcome: Json = None  # the same, or {"output"}: it is over
    started_at: float = 0.0
    ended_at: float = 0.0
    written: int = 0  # children whose results are where they belong

    @property
    def status(self) -> str:
        if self.outcome is None:
            return "RUNNING"
        return str(self.outcome.get("status", "SUCCEEDED"))


class MapRunFlow:
    """What map runs do."""

    name = FLOW
    state_type = MapRun

    def plan(self, document: bytes) -> MapRunPlan:
        return map_run_plan(document)

    def begin(self, plan: MapRunPlan) -> MapRun:
        order = plan.order
        return MapRun(
            Counts(),
            Counts(),
            max_concurrency=order.max_concurrency,
            tolerated_count=order.tolerated_count,
            tolerated_percentage=order.tolerated_percentage,
        )

    def evolve(self, plan: MapRunPlan, state: MapRun, event: Event) -> MapRun:
        match event.fact:
            case Started():
                state.started_at = event.at
            case Asked(Perform(activity=activity)) if activity == FILL:
                state.is_filling = True
            case Signalled(name, payload):
                _signalled(state, name, payload)
            case Done(key, result):
                _done(state, key, result, event.at)
            case Refused(key, error, message):
                _refused(state, key, error, message, event.at)
        return state

    def decide(self, plan: MapRunPlan, state: MapRun) -> Iterator[Command]:
        if state.outcome is not None:
            yield Finish(Outcome(_OUTCOMES.get(state.status, "Failed"), state.outcome))
        elif state.why is not None:
            if not state.is_filling:  # what a fill begins is to be stopped too
                yield Perform("abort", ABORT)
            if state.is_aborted and state.children.ended >= state.children.started:
                yield Perform("collect", COLLECT, _tally(state))
        elif state.is_exhausted:
            if state.children.ended >= state.children.started:
                yield Perform("collect", COLLECT, _tally(state))
        elif room(state) > 0:
            start = {"item": state.items.started, "child": state.children.started, "room": room(state)}
            yield Perform(f"fill{state.fills}", FILL, start)

    def reflect(
        self,
        tx: Transaction,
        run: RunId,
        scope: Scope,
        plan: MapRunPlan,
        before: MapRun,
        after: MapRun,
    ) -> None:
        if after.ended_at:
            rows.end(tx, run, after.status, after.ended_at)
        elif after.fills == 0:
            rows.insert(tx, run, scope, plan.order, after.started_at)


def room(state: MapRun) -> int:
    """How many children may start now; where many may be open, none until a tenth of them can."""
    limit = state.max_concurrency or MOST_OPEN
    free = limit - (state.children.started - state.children.ended)
    return 0 if free <= 0 or free < min(limit, MOST_OPEN) // 10 else min(free, MOST_STARTED)


def _signalled(state: MapRun, name: str, payload: Json) -> None:
    if name == CHILD:
        state.children.count(payload["status"], 1)
        state.items.count(payload["status"], payload["items"])
        _check_failures(state)
    elif name == STOP and state.why is None:
        state.why = {"status": "ABORTED"}
    elif name == UPDATE:
        for field, value in payload.items():
            setattr(state, field, value)
        _check_failures(state)


def _check_failures(state: MapRun) -> None:
    """Too many failures end the map run; where neither bound is given, one is too many."""
    if state.why is not None:
        return
    count, percentage, failed = state.tolerated_count, state.tolerated_percentage, state.items.unsuccessful
    if percentage is not None and state.is_exhausted and state.items.started:
        is_over = failed * 100 > percentage * state.items.started
    else:
        is_over = False
    if count is not None or percentage is None:
        is_over = is_over or failed > (count or 0)
    if is_over:
        cause = "The specified tolerated failure threshold was exceeded"
        state.why = {"status": "FAILED", "error": EXCEEDED, "cause": cause}


def _done(state: MapRun, key: str, result: Json, at: float) -> None:
    if key.startswith("fill"):
        state.fills += 1
        state.is_filling = False
        state.children.started += result["children"]
        state.items.started += result["items"]
        state.is_exhausted = result["exhausted"]
        _check_failures(state)
    elif key == "abort":
        state.is_aborted = True
    else:
        state.written = result["written"]
        state.outcome = state.why or {"output": result["output"]}
        state.ended_at = at


def _refused(state: MapRun, key: str, error: str, message: str, at: float) -> None:
    """Items that cannot be read fail the map run, and so do results that cannot be kept."""
    if key.startswith("fill"):
        state.fills += 1
        state.is_filling = False
        state.is_exhausted = True
        state.why = state.why or {"status": "FAILED", "error": error, "cause": message}
    elif key == "abort":
        state.is_aborted = True
    else:
        state.outcome = state.why or {"status": "FAILED", "error": error, "cause": message}
        state.ended_at = at


def _tally(state: MapRun) -> Json:
    return {"failed": state.why is not None}
