"""The flow of a shadow test: wait for its start, give the endpoint its shadow, wait for its end, take it away. Pure.

    Started ──► waiting ──"start", the clock──► starting ──► running ──"stop", the clock──► stopping ──► over
                   └──────────"stop"──────────────────────────│─▲───────────────────────────────────────►
                                                           updating

`starting`, `updating` and `stopping` are a configuration each, by which the endpoint is updated (`deploying`). What the
endpoint does not come up with is given up: one that starts is cancelled, others go on as they were, with the reason.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Command,
    Done,
    Event,
    Finish,
    Fired,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Signalled,
)
from penstock.services.sagemaker.shadowtests.model import EXPERIMENT, End, Json, Plan, State, Wanted
from penstock.services.sagemaker.shadowtests.requests import configuration, expired
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.inference-experiment"
DEPLOY: Final = "sagemaker.deploy-shadow-test"
START: Final = "start"  # signals
STOP: Final = "stop"
UPDATE: Final = "update"
DELETE: Final = "delete"
RUN: Final = "_Run"  # members of a document that are not told
LONGEST_REASON: Final = 1024

_plans: Final = msgspec.json.Decoder(Plan)


class ShadowTestFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(plan.wanted, plan.created_at)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        after = moved(state, event)
        if after == state:
            return state
        over = {"completed_at": event.at} if after.phase == "over" and state.phase != "over" else {}
        return replace(after, modified_at=event.at, **over)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        match state.phase:
            case "waiting":
                yield SetTimer(f"start-{state.changes}", state.wanted.start)
            case "starting" | "updating" | "stopping":
                asked = {"Endpoint": plan.endpoint, "Configuration": configuration(plan, state)}
                yield Perform(f"deploy-{state.made}", DEPLOY, asked)
            case "running":
                yield SetTimer(f"end-{state.changes}", state.wanted.end)
            case "over":
                yield Finish(Outcome("Succeeded"))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before != after:
            documents.update(tx, document(scope, run, plan, after))


def moved(state: State, event: Event) -> State:
    """The state after a fact."""
    match event.fact:
        case Signalled(name, payload):
            return signalled(state, name, payload)
        case Done(key, result) if key == f"deploy-{state.made}" and result.get("IsGone") and state.phase == "stopping":
            return replace(state, phase="over", reason=result["Problem"])
        case Done(key, result) if key == f"deploy-{state.made}":
            return given_up(state, result["Problem"]) if result["Problem"] else deployed(state)
        case Refused(key, _, message) if key == f"deploy-{state.made}":
            return given_up(state, message)
        case Fired(key):
            return fired(state, key)
    return state


def fired(state: State, key: str) -> State:
    """The state after a timer."""
    if key == f"start-{state.changes}" and state.phase == "waiting":
        return deploying(replace(state, phase="starting"))
    if key == f"end-{state.changes}" and state.phase == "running":
        return deploying(replace(state, phase="stopping", end=expired(state.wanted)))
    return state


def signalled(state: State, name: str, payload: Json) -> State:
    """The state after a customer has said something; what came too late changes nothing."""
    match name, state.phase:
        case "start", "waiting":
            return deploying(replace(state, phase="starting"))
        case "stop", "waiting":
            end = msgspec.convert(payload, End)
            return replace(state, phase="over", end=end, reason=end.reason)
        case "delete", "waiting":
            return replace(state, phase="over")
        case "stop", "running":
            return deploying(replace(state, phase="stopping", end=msgspec.convert(payload, End)))
        case "update", "waiting" | "running":
            wanted = msgspec.convert(payload, Wanted)
            after = replace(state, wanted=wanted, changes=state.changes + 1)
            is_same = deployment_of(wanted) == deployment_of(state.wanted)
            return after if state.phase == "waiting" or is_same else deploying(replace(after, phase="updating"))
    return state


def deployment_of(wanted: Wanted) -> list[Json]:
    """What of an experiment an endpoint's configuration tells."""
    return [wanted.members.get(each) for each in ("ModelVariants", "ShadowModeConfig", "DataStorageConfig", "KmsKey")]


def deploying(state: State) -> State:
    return replace(state, made=state.made + 1, reason="")


def deployed(state: State) -> State:
    if state.phase == "stopping":
        return replace(state, phase="over", reason=state.end.reason if state.end else "")
    return replace(state, phase="running")


def given_up(state: State, problem: str) -> State:
    """The endpoint is as it was."""
    reason = problem[:LONGEST_REASON]
    return replace(state, phase="over" if state.phase == "starting" else "running", end=None, reason=reason)


# ------------------------------------------------------------------------------------------------------ documents


def document(scope: Scope, run: RunId, plan: Plan, state: State) -> Document:
    """An experiment as it is kept, under its endpoint."""
    return Document(
        kind=EXPERIMENT, scope=scope, name=plan.name, arn=plan.arn, parent=plan.endpoint, created_at=plan.created_at,
        modified_at=state.modified_at, status=state.status, body={**described(plan, state), RUN: run},
    )  # fmt: skip


def described(plan: Plan, state: State) -> dict[str, Json]:
    wanted = state.wanted
    answer: dict[str, Json] = {
        **wanted.members,
        "Arn": plan.arn,
        "Name": plan.name,
        "Schedule": {"StartTime": wanted.start, "EndTime": wanted.end},
        "Status": state.status,
        "CreationTime": plan.created_at,
        "LastModifiedTime": state.modified_at,
        "EndpointMetadata": {"EndpointName": plan.endpoint},
        "ModelVariants": [{**each, "Status": status_of(state, name)} for name, each in wanted.variants.items()],
    }
    if state.reason:
        answer["StatusReason"] = state.reason
    if state.completed_at:
        answer["CompletionTime"] = state.completed_at
    return answer


def status_of(state: State, variant: str) -> str:
    """Where a variant of an experiment stands on the endpoint."""
    is_shadow, stays = variant == state.wanted.shadow, state.end is not None and variant in state.end.left
    match state.phase:
        case "waiting" | "starting":
            return "Creating" if is_shadow else "InService"
        case "running":
            return "InService"
        case "updating":
            return "Updating"
        case "stopping":
            return "Updating" if stays else "Deleting"
        case "over":
            is_there = stays if state.end is not None and state.made else not is_shadow
            return "InService" if is_there else "Deleted"
