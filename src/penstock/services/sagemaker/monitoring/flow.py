"""The flow of an execution: look for data, merge labels into it where the monitoring needs them, analyse. Pure.

Started ──► Perform look ──► nothing there: Failed
                └──► Invoke merge ──► Watch ──► Invoke analyse ──► Watch ──► what the exit message says
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine import journal
from penstock.engine.facts import (
    Command,
    Done,
    Ended,
    Event,
    Finish,
    Invoke,
    Outcome,
    Perform,
    Refused,
    RunId,
    Started,
    Watch,
)
from penstock.services.sagemaker.monitoring import contract
from penstock.services.sagemaker.monitoring.looking import LOOK
from penstock.services.sagemaker.monitoring.model import LONGEST_REASON, TYPES, Found, Json, Plan, State
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.monitoring-execution"
VIOLATED: Final = "CompletedWithViolations"
GONE: Final = "The monitoring job definition {name} does not exist."

_plans: Final = msgspec.json.Decoder(Plan)
Reflect = Callable[[Transaction, RunId, Scope, Plan, State], None]


class ExecutionFlow:
    """Executions of monitoring schedules; `keep` brings what customers see in step."""

    name = FLOW
    state_type = State

    def __init__(self, keep: Reflect) -> None:
        self._keep = keep

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(modified_at=plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        after = moved(plan, state, event)
        return state if after is state else replace(after, modified_at=event.at)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.phase == "over":
            yield Finish(Outcome("Failed" if state.status == "Failed" else "Succeeded"))
            return
        assert plan.definition is not None
        match state.phase:
            case "looking":
                yield Perform("look", LOOK, msgspec.to_builtins(plan))
            case "merging":
                yield create("merge", contract.merge(plan, plan.definition, state.found))
                if state.merge_job:
                    yield Watch("merge-job", RunId(state.merge_job))
            case "analysing":
                yield create("analyse", contract.analysis(plan, plan.definition, state.found))
                if state.job:
                    yield Watch("job", RunId(state.job))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        """Executions stand in a table; their runs go when they are over."""
        if after is before:
            return
        self._keep(tx, run, scope, plan, after)
        if after.phase == "over":
            journal.remove(tx, run)


def create(key: str, request: dict[str, Json]) -> Invoke:
    return Invoke(key, "sagemaker", "CreateProcessingJob", request)


def moved(plan: Plan, state: State, event: Event) -> State:
    """The state after a fact; the same where it means nothing."""
    match event.fact:
        case Started() if plan.definition is None:
            return failed(state, GONE.format(name=plan.definition_name))
        case Started():
            return replace(state)
        case Done("look", result):
            found = msgspec.convert(result, Found)
            if found.problem:
                return failed(state, found.problem)
            return replace(state, found=found, phase="merging" if TYPES[plan.type].merges else "analysing")
        case Done("merge", result):
            return replace(state, merge_job=result["ProcessingJobArn"], status="InProgress")
        case Done("analyse", result):
            return replace(state, job=result["ProcessingJobArn"], status="InProgress")
        case Refused(_, _, message):
            return failed(state, message)
        case Ended("merge-job", Outcome("Succeeded")):
            return replace(state, phase="analysing")
        case Ended(_, outcome):
            return judged(state, outcome)
    return state


def failed(state: State, reason: str) -> State:
    return replace(state, phase="over", status="Failed", reason=reason[:LONGEST_REASON])


def judged(state: State, outcome: Outcome) -> State:
    """What a job's end makes of the execution: that of its analysis, or of a merge that did not succeed."""
    told = outcome.result or {}
    message = told.get("ExitMessage", "")
    match outcome.status:
        case "Succeeded":
            violated = message.startswith(VIOLATED)
            return replace(state, phase="over", status=VIOLATED if violated else "Completed")
        case "Stopped":
            return replace(state, phase="over", status="Stopped")
        case _:
            return failed(state, message or told.get("FailureReason", ""))
