"""The flow of a record: CloudFormation is asked, its stack is waited for, the provisioned product follows. Pure, but
for `reflect`.

Started ──► Invoke ask ──► Done ──► Perform await ──► (Signalled "failing") ──► Done ──► Finish
                  └─ Refused: it has failed, with the reason ─────┘
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Command,
    Done,
    Event,
    Finish,
    Invoke,
    Outcome,
    Perform,
    Refused,
    RunId,
    Signalled,
    Started,
)
from penstock.services.servicecatalog.model import (
    PROVISIONED,
    RECORD,
    Act,
    Ending,
    Json,
    Plan,
    ProvisionedStatus,
    RecordStatus,
    State,
)
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope
from penstock.wire.stacks import NOTHING_TO_DO

FLOW: Final = "servicecatalog.record"
AWAIT: Final = "servicecatalog.await-stack"
FAILING: Final = "failing"
ASKED: Final[Mapping[Act, str]] = {"provision": "CreateStack", "update": "UpdateStack", "terminate": "DeleteStack"}
WELL: Final[Mapping[Act, str]] = {
    "provision": "CREATE_COMPLETE", "update": "UPDATE_COMPLETE", "terminate": "DELETE_COMPLETE"
}  # fmt: skip
LEFT: Final[Mapping[tuple[Act, str], ProvisionedStatus]] = {
    ("update", "UPDATE_ROLLBACK_COMPLETE"): "TAINTED",
    ("terminate", "DELETE_FAILED"): "TAINTED",
}  # by what a failed record leaves behind; anything else is an ERROR

STACK_ARN: Final = "The ARN of the launched Cloudformation Stack"

_plans: Final = msgspec.json.Decoder(Plan)


class RecordFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        state = replace(state, at=event.at)
        match event.fact:
            case Started() if plan.request is None:
                return replace(state, ending=Ending("SUCCEEDED", None))
            case Done("ask", result):
                return replace(state, stack=result.get("StackId", plan.stack))
            case Refused("ask", _, message) if NOTHING_TO_DO in message:
                return replace(state, stack=plan.stack, is_unchanged=True)
            case Signalled(name) if name == FAILING:
                return replace(state, is_in_error=True)
            case Done("await", result):
                return replace(state, ending=ended(plan, state, result))
            case Refused("ask" | "await" as key, error, message):
                return replace(state, ending=failed(plan, error, message, untouched=key == "ask"))
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.ending is not None:
            yield Finish(Outcome("Succeeded" if state.ending.status == "SUCCEEDED" else "Failed"))
            return
        if plan.request is not None:
            yield Invoke("ask", "cloudformation", ASKED[plan.act], plan.request)
        if state.stack:
            yield Perform("await", AWAIT, {"Stack": state.stack})

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if replace(before, at=after.at) == after:
            return
        record = documents.find(tx, scope, RECORD, plan.record)
        provisioned = documents.find(tx, scope, PROVISIONED, plan.name)
        assert record is not None
        documents.update(tx, recorded(record, after))
        if provisioned is None:
            return
        if after.ending is not None and after.ending.leaves is None:
            documents.remove(tx, scope, PROVISIONED, provisioned.name)
        else:
            documents.update(tx, standing(provisioned, plan, after))


def ended(plan: Plan, state: State, stack: Mapping[str, Json]) -> Ending:
    """What a stack's last status means for the record."""
    status, outputs = stack["Status"], outputs_of(state, stack)
    if state.is_unchanged or status == WELL[plan.act]:
        return Ending("SUCCEEDED", None if plan.act == "terminate" else "AVAILABLE", outputs=outputs)
    if plan.ignores_errors:
        return Ending("SUCCEEDED", None)
    return Ending("FAILED", LEFT.get((plan.act, status), "ERROR"), status, stack["Reason"], outputs)


def outputs_of(state: State, stack: Mapping[str, Json]) -> tuple[dict[str, Json], ...]:
    """A stack's outputs, after the one that Service Catalog has for all: which stack it is."""
    which = {"OutputKey": "CloudformationStackARN", "OutputValue": state.stack, "Description": STACK_ARN}
    return (*([which] if state.stack.startswith("arn:") else []), *stack["Outputs"])


def failed(plan: Plan, code: str, message: str, *, untouched: bool) -> Ending:
    """A record whose stack could not be asked for, or not be waited for. An untouched stack is as good as it was."""
    if plan.ignores_errors:
        return Ending("SUCCEEDED", None)
    was_well = untouched and plan.act != "provision" and plan.standing != "ERROR"
    return Ending("FAILED", "TAINTED" if was_well else "ERROR", code, message)


def record_status(state: State) -> RecordStatus:
    if state.ending is not None:
        return state.ending.status
    return "IN_PROGRESS_IN_ERROR" if state.is_in_error else "IN_PROGRESS"


def recorded(record: Document, state: State) -> Document:
    ending = state.ending
    if ending is None:
        return record.changed(state.at, status=record_status(state))
    errors = [{"Code": ending.code, "Description": ending.message}] if ending.code else []
    return record.changed(state.at, status=ending.status, RecordErrors=errors, RecordOutputs=list(ending.outputs))


def standing(provisioned: Document, plan: Plan, state: State) -> Document:
    """The provisioned product that a record leaves, or has under change."""
    stack = {"PhysicalId": state.stack} if state.stack.startswith("arn:") else {}
    ending = state.ending
    if ending is None:
        return provisioned.changed(state.at, **stack)
    if ending.status == "FAILED":
        return provisioned.changed(state.at, status=ending.leaves, StatusMessage=ending.message, **stack)
    members = {**plan.becomes, "LastSuccessfulProvisioningRecordId": plan.record, "Outputs": list(ending.outputs)}
    return provisioned.changed(state.at, status=ending.leaves, StatusMessage=None, **members, **stack)
