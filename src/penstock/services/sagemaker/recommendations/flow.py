"""The flow of a recommendations job: its tests, so many at once, until all are over or it is stopped. Pure."""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Signalled
from penstock.services.sagemaker.recommendations.answers import document
from penstock.services.sagemaker.recommendations.model import Plan, Result, State
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.recommendations-job"
BENCHMARK: Final = "sagemaker.benchmark-endpoint"
STOP: Final = "stop"  # a signal

_plans: Final = msgspec.json.Decoder(Plan)


class RecommendationsFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(begun=min(plan.at_once, len(plan.tests)), modified_at=plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        after = moved(plan, state, event)
        return state if after == state else replace(after, modified_at=event.at)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        for number in range(state.begun):
            if number not in state.results:
                yield Perform(str(number), BENCHMARK, {"Plan": msgspec.to_builtins(plan), "Number": number})
        if len(state.results) == state.begun:
            yield Finish(Outcome("Succeeded"))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before != after:
            documents.update(tx, document(scope, run, plan, after))


def moved(plan: Plan, state: State, event: Event) -> State:
    """The state after a fact."""
    match event.fact:
        case Done(key, result):
            return told(plan, state, int(key), msgspec.convert(result, Result))
        case Refused(key, error, message):
            return told(plan, state, int(key), Result(problem=f"{message} ({error})", ended_at=event.at))
        case Signalled("stop", _):
            return replace(state, is_stopped=True)
    return state


def told(plan: Plan, state: State, number: int, result: Result) -> State:
    """A test is over: the next one may begin."""
    begun = state.begun if state.is_stopped else min(state.begun + 1, len(plan.tests))
    return replace(state, results={**state.results, number: result}, begun=begun)
