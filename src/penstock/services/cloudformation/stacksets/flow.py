"""The flow of an operation on a stack set. Pure, but for `reflect`.

Started ──► Perform change, a region each, as many at once as may be ──► Done or Refused ──► … ──► Finish
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

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
    Status,
)
from penstock.services.cloudformation.stacksets.model import Json, Place, Plan, Result, State
from penstock.services.cloudformation.stacksets.telling import tell
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "cloudformation.stack-set-operation"
CHANGE: Final = "cloudformation.change-stack-instance"
STOP: Final = "stop"

_plans: Final = msgspec.json.Decoder(Plan)


class StackSetFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        state = replace(state, at=event.at)
        match event.fact:
            case Asked(Perform(region)):
                return replace(state, begun=(*state.begun, region))
            case Done(region, result):
                return replace(state, results={**state.results, region: msgspec.convert(result, Result)})
            case Refused(region, error, message):
                failed = Result("FAILED", f"{message} ({error})")
                return replace(state, results={**state.results, region: failed})
            case Signalled(name) if name == STOP:
                return replace(state, is_stopping=True)
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        running = len(state.begun) - len(state.results)
        waiting = [] if is_halted(plan, state) else [each for each in plan.places if each.region not in state.begun]
        if not waiting and not running:
            yield Finish(Outcome(outcome(plan, state)))
        for place in waiting[: plan.width - running]:
            yield Perform(place.region, CHANGE, order(plan, place))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if replace(before, at=after.at) != after:
            halted = is_halted(plan, after) and len(after.begun) == len(after.results)
            over = halted or len(after.results) == len(plan.places)
            tell(tx, scope, plan, after, outcome(plan, after) if over else None)


def is_halted(plan: Plan, state: State) -> bool:
    """Whether no other region may begin."""
    return state.is_stopping or (not plan.goes_on and has_failed(state))


def has_failed(state: State) -> bool:
    return any(each.status == "FAILED" for each in state.results.values())


def outcome(plan: Plan, state: State) -> Status:
    if state.is_stopping:
        return "Stopped"
    return "Failed" if has_failed(state) and not plan.goes_on else "Succeeded"


def order(plan: Plan, place: Place) -> dict[str, Json]:
    """What is to be done in one region."""
    shared: dict[str, Json] = msgspec.to_builtins(replace(plan, places=(place,)))
    return shared
