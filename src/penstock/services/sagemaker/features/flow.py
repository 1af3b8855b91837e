"""The flow of what is done to a group: calls one after another, then the group is created, updated or gone. Pure.

Started ──► Invoke step-0 ──► Done ──► step-1 … ──► [delete: Perform empty] ──► Finish
                 └─ Refused, and not tolerated: it has failed, with the reason
"""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Event, Finish, Invoke, Json, Outcome, Perform, Refused, RunId, Started
from penstock.services.sagemaker.announcing import FEATURE_GROUP, Announce, unheard
from penstock.services.sagemaker.features import metadata
from penstock.services.sagemaker.features.answers import described
from penstock.services.sagemaker.features.model import GROUP, Group, arn_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.feature-group"
EMPTY: Final = "sagemaker.empty-feature-group"
LONGEST_REASON: Final = 1024


class Step(msgspec.Struct, frozen=True, array_like=True):
    """A call to be placed; an error of the code that it tolerates is as good as an answer."""

    service: str
    operation: str
    request: dict[str, Json]
    tolerates: str = ""


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is done to which group. `additions` are the definitions of features that an update adds."""

    act: Literal["create", "update", "delete"]
    group: str
    steps: tuple[Step, ...] = ()
    additions: tuple[dict[str, Json], ...] = ()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far it is. `at` is the time of the last event."""

    at: float = 0.0
    taken: int = 0
    is_over: bool = False
    failure: str = ""


_plans: Final = msgspec.json.Decoder(Plan)


class GroupFlow:
    name = FLOW
    state_type = State

    def __init__(self, announce: Announce = unheard) -> None:
        self._announce = announce

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Started() if not plan.steps:
                return replace(state, at=event.at, is_over=plan.act != "delete")
            case Done("empty", _):
                return replace(state, at=event.at, is_over=True)
            case Refused("empty", _, message):
                return replace(state, at=event.at, is_over=True, failure=message[:LONGEST_REASON])
            case Done():
                return stepped(plan, state, event.at)
            case Refused(_, error, message):
                step = plan.steps[state.taken]
                if error == step.tolerates:
                    return stepped(plan, state, event.at)
                reason = f"{step.service} {step.operation} failed: {message} ({error})"
                return replace(state, at=event.at, is_over=True, failure=reason[:LONGEST_REASON])
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.is_over:
            yield Finish(Outcome("Failed" if state.failure else "Succeeded"))
        elif state.taken < len(plan.steps):
            step = plan.steps[state.taken]
            yield Invoke(f"step-{state.taken}", step.service, step.operation, step.request)
        elif plan.act == "delete":
            yield Perform("empty", EMPTY, plan.group)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if after.is_over == before.is_over:
            return
        found = documents.find_by_arn(tx, arn_of(scope, plan.group))
        assert found is not None
        if plan.act == "delete" and not after.failure:
            metadata.remove(tx, Group(found))
            documents.remove(tx, found.scope, GROUP, found.name)
        else:
            changed = settled(found, plan, after)
            documents.update(tx, changed)
            if changed.status != found.status:
                self._announce(tx, FEATURE_GROUP, changed, lambda: described(changed))
            if plan.act == "update" and not after.failure:
                metadata.keep(tx, Group(found), plan.additions, after.at)


def stepped(plan: Plan, state: State, at: float) -> State:
    taken = state.taken + 1
    return replace(state, at=at, taken=taken, is_over=taken == len(plan.steps) and plan.act != "delete")


def settled(group: Document, plan: Plan, state: State) -> Document:
    """The document of a group that something has been done to, or has failed to be."""
    reason = {"FailureReason": state.failure or None}
    match plan.act:
        case "create":
            return group.changed(state.at, status="CreateFailed" if state.failure else "Created", **reason)
        case "delete":
            return group.changed(state.at, status="DeleteFailed", **reason)
        case "update":
            if state.failure:
                return group.changed(state.at, LastUpdateStatus={"Status": "Failed", **reason})
            whole = [*group.body["FeatureDefinitions"], *plan.additions]
            return group.changed(state.at, LastUpdateStatus={"Status": "Successful"}, FeatureDefinitions=whole)
