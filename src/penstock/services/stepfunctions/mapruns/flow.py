"""The flow of a map run: when to start children, when enough have failed, when it is over. Pure but for its rows."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

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
from penstock.services.stepfunctions.interpreter.distributed import RESUME
from penstock.services.stepfunctions.interpreter.ending import CHILD
from penstock.services.stepfunctions.mapruns import rows
from penstock.services.stepfunctions.mapruns.order import FLOW, MapRunPlan, map_run_plan
from penstock.services.stepfunctions.mapruns.state import Counts, MapRun, begun_again, room
from penstock.store.database import Transaction
from penstock.wire.call import Scope

Json = Any
FILL: Final = "stepfunctions.fill-map-run"
REDRIVE: Final = "stepfunctions.redrive-map-run"
ABORT: Final = "stepfunctions.abort-map-run"
COLLECT: Final = "stepfunctions.collect-map-run"
STOP: Final = "stop"
UPDATE: Final = "update"
AGAIN: Final = "again"  # children that had failed are under way
EXCEEDED: Final = "States.ExceedToleratedFailureThreshold"
_OUTCOMES: Final[Mapping[str, RunStatus]] = {"SUCCEEDED": "Succeeded", "ABORTED": "Stopped"}


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
        if state.next_redrive and state.outcome is not None:
            return begun_again(state, state.next_redrive, event.at)
        return state

    def decide(self, plan: MapRunPlan, state: MapRun) -> Iterator[Command]:
        attempt = state.redrives
        if state.outcome is not None:
            outcome = Outcome(_OUTCOMES.get(state.status, "Failed"), state.outcome)
            yield Finish(outcome, f"finish{attempt}")
        elif state.why is not None:
            if not state.is_filling:  # what a fill begins is to be stopped too
                yield Perform(f"abort{attempt}", ABORT)
            if state.is_aborted and not state.has_open_children:
                yield Perform(f"collect{attempt}", COLLECT, _tally(state))
        elif state.is_redriving:
            if room(state) > 0:
                yield Perform(f"redrive{attempt}.{state.rounds}", REDRIVE)
        elif state.is_exhausted:
            if not state.has_open_children:
                yield Perform(f"collect{attempt}", COLLECT, _tally(state))
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
        if after.redrives != before.redrives:
            rows.redrive(tx, run, redrives=after.redrives, at=after.redriven_at)
        elif after.ended_at:
            rows.end(tx, run, after.status, after.ended_at)
        elif after.fills == 0:
            rows.insert(tx, run, scope, plan.order, after.started_at)


def _signalled(state: MapRun, name: str, payload: Json) -> None:
    if name == CHILD:
        is_final = payload["is_final"]
        state.children.count(payload["status"], 1, is_final=is_final)
        state.items.count(payload["status"], payload["items"], is_final=is_final)
        _check_failures(state)
    elif name == AGAIN:
        for ending, items in payload["children"]:
            state.children.redrive(ending, 1)
            state.items.redrive(ending, items)
        state.redriven_to = payload["to"]
    elif name == RESUME:
        state.next_redrive = payload["redrive"]
    elif name == STOP:
        state.next_redrive = 0
        if state.why is None:
            state.give_up(status="ABORTED")
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
        state.give_up(status="FAILED", error=EXCEEDED, cause=cause)


def _done(state: MapRun, key: str, result: Json, at: float) -> None:
    if key.startswith("fill"):
        state.fills += 1
        state.is_filling = False
        state.children.started += result["children"]
        state.items.started += result["items"]
        state.is_exhausted = result["exhausted"]
        if "error" in result:
            _fail(state, result["error"], result["cause"])
        _check_failures(state)
    elif key.startswith("redrive"):
        state.rounds += 1
        state.is_redriving = not result["exhausted"]
        _check_failures(state)
    elif key.startswith("abort"):
        state.is_aborted = True
    else:
        state.written = result["written"]
        state.outcome = state.why or {"output": result["output"]}
        state.ended_at = at


def _refused(state: MapRun, key: str, error: str, message: str, at: float) -> None:
    """Items that cannot be read, children that cannot go on, results that cannot be kept: they fail the map run."""
    if key.startswith("fill"):
        state.fills += 1
        state.is_filling = False
        _fail(state, error, message)
    elif key.startswith("redrive"):
        state.rounds += 1
        _fail(state, error, message)
    elif key.startswith("abort"):
        state.is_aborted = True
    else:
        state.outcome = state.why or {"status": "FAILED", "error": error, "cause": message}
        state.ended_at = at


def _fail(state: MapRun, error: str, message: str) -> None:
    if state.why is None:
        state.give_up(status="FAILED", error=error, cause=message)


def _tally(state: MapRun) -> Json:
    return {"failed": state.why is not None}
