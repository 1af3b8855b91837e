"""Records: the rows that customers see of a stack, kept in step with its operation's journal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from penstock.services.cloudformation import rows
from penstock.services.cloudformation.model import Happening, Instance, Prepared, Slot, State, id_of
from penstock.services.cloudformation.notices import Teller
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.turn import STACK, WELL
from penstock.store import documents, tags
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

Json = Any
LONGEST_PROPERTIES: Final = 20_000  # characters in an event
GONE: Final = ("DELETE_COMPLETE", "DELETE_SKIPPED")
APART: Final = ("AWS::CloudFormation::", "AWS::CodeBuild::")  # whose tags are not kept as tags
UNTOLD: Final[Mapping[str, Callable[[str], str]]] = {  # the ARN's end, of types that tell no ARN
    "AWS::SageMaker::FeatureGroup": lambda name: f"feature-group/{name.lower()}",
    "AWS::SageMaker::Pipeline": lambda name: f"pipeline/{name}",
}
BACK: Final = ("UPDATE_ROLLBACK_COMPLETE",)


@dataclass(frozen=True)
class Records:
    teller: Teller
    types: Mapping[str, ResourceType]

    def reflect(self, tx: Transaction, scope: Scope, plan: Prepared, before: State, after: State) -> None:
        """Bring all rows in step, and tell of what has happened."""
        place = Scope(scope.account, scope.region)
        order = plan.order
        for number, each in enumerate(after.happenings):
            event = event_of(
                plan, place, each, f"{order.operation}/{after.told - len(after.happenings) + number:06}", after
            )
            documents.insert(tx, event)
            self.teller(tx, place, plan, event)
            if each.logical_id and each.status in WELL:
                self._mark(tx, place, plan, each.logical_id, after.slots[each.logical_id])
        for lid, slot in after.slots.items():
            if slot is not before.slots.get(lid):
                reflect_resource(tx, place, plan, lid, slot, after)
        if after.status != before.status or after.phase != before.phase:
            reflect_stack(tx, place, plan, after)

    def _mark(self, tx: Transaction, scope: Scope, plan: Prepared, lid: str, slot: Slot) -> None:
        """Tag a resource as the stack's. Customers cannot ask for such tags, so no service could be asked for them."""
        if slot.now is None or self.types[slot.type].tagging == "none" or slot.type.startswith(APART):
            return
        arn = arn_of(scope, slot.now)
        if documents.find_by_arn(tx, arn) is not None:
            names = {"stack-name": plan.order.stack_name, "stack-id": plan.order.stack_id, "logical-id": lid}
            tags.add(tx, arn, {f"aws:cloudformation:{key}": value for key, value in names.items()})


def arn_of(scope: Scope, instance: Instance) -> str:
    """The ARN of a resource; "" where it tells none."""
    if instance.type in UNTOLD:
        return scope.arn("sagemaker", UNTOLD[instance.type](instance.physical_id))
    told = (str(value) for name, value in instance.attributes.items() if name.endswith("Arn"))
    return instance.physical_id if instance.physical_id.startswith("arn:") else next(told, "").removesuffix(":*")


def event_of(plan: Prepared, scope: Scope, what: Happening, name: str, state: State) -> Document:
    order = plan.order
    body = {
        "StackId": order.stack_id,
        "EventId": id_of(f"{order.run}/{name}"),
        "StackName": order.stack_name,
        "OperationId": order.operation,
        "LogicalResourceId": what.logical_id or order.stack_name,
        "PhysicalResourceId": what.physical_id,
        "ResourceType": what.type,
        "Timestamp": state.changed_at,
        "ResourceStatus": what.status,
        **({"ResourceStatusReason": what.reason} if what.reason else {}),
        **({"ResourceProperties": written(what.properties)} if what.properties is not None else {}),
        **({"ClientRequestToken": order.client_token} if order.client_token else {}),
    }
    return Document(
        kind=rows.EVENT, scope=scope, name=name, arn="", parent=order.stack_id, status=what.status,
        created_at=state.changed_at, modified_at=state.changed_at, body=body,
    )  # fmt: skip


def in_review(stack: Document) -> Document:
    """The event of a stack that a change set has made: nothing of it is there yet."""
    stack_id = stack.arn.rpartition("/")[2]
    body = {
        "StackId": stack.arn,
        "EventId": id_of(f"{stack.arn}/review"),
        "StackName": stack.name,
        "LogicalResourceId": stack.name,
        "PhysicalResourceId": stack.arn,
        "ResourceType": STACK,
        "Timestamp": stack.created_at,
        "ResourceStatus": rows.REVIEW,
        "ResourceStatusReason": "User Initiated",
    }
    return Document(
        kind=rows.EVENT, scope=stack.scope, name=f"{stack_id}/review", arn="", parent=stack.arn, status=rows.REVIEW,
        created_at=stack.created_at, modified_at=stack.created_at, body=body,
    )  # fmt: skip


def written(properties: Json) -> str:
    return msgspec.json.encode(properties).decode()[:LONGEST_PROPERTIES]


def reflect_resource(tx: Transaction, scope: Scope, plan: Prepared, lid: str, slot: Slot, state: State) -> None:
    name = f"{plan.order.stack_id.rpartition('/')[2]}/{lid}"
    is_left = any(each.logical_id == lid for each in state.leaving)
    if not slot.status or (slot.now is None and not is_left and slot.status in GONE):
        documents.remove(tx, scope, rows.RESOURCE, name)
        return
    declared = plan.template.resources.get(lid) if plan.template is not None else None
    body = {
        "StackName": plan.order.stack_name,
        "StackId": plan.order.stack_id,
        "LogicalResourceId": lid,
        "PhysicalResourceId": slot.physical_id,
        "ResourceType": slot.type,
        "ResourceStatus": slot.status,
        "Timestamp": slot.changed_at,
        **({"ResourceStatusReason": slot.reason} if slot.reason else {}),
        **({"Metadata": msgspec.json.encode(declared.metadata).decode()} if declared and declared.metadata else {}),
    }
    kept = Document(
        kind=rows.RESOURCE, scope=scope, name=name, arn="", parent=plan.order.stack_id, status=slot.status,
        created_at=slot.changed_at, modified_at=slot.changed_at, body=body,
    )  # fmt: skip
    documents.put(tx, kept)


def reflect_stack(tx: Transaction, scope: Scope, plan: Prepared, state: State) -> None:
    found = rows.find(tx, scope, plan.order.stack_id)
    if found is None or found.kind == rows.GONE:
        return
    told = {**found.body["Told"], "StackStatusReason": state.reason}
    body = {**found.body, "Told": {name: value for name, value in told.items() if value not in ("", None)}}
    if state.phase in ("clean", "over") and not state.is_undone and state.outputs is not None:
        body["Told"]["Outputs"] = list(state.outputs)
    if state.is_over and state.status in WELL:
        body["Deployed"] = body.pop("Wanted")
    elif state.is_over and state.status in BACK:
        body.pop("Wanted")
    at = state.changed_at
    changed = replace(found, status=state.status, modified_at=at, body=body)
    if state.is_over and state.status == "DELETE_COMPLETE":
        body["Told"]["DeletionTime"] = at
        bury(tx, changed)
    else:
        documents.update(tx, changed)


def bury(tx: Transaction, found: Document) -> None:
    """A stack is known by its id alone from now on; its name is free."""
    documents.remove(tx, found.scope, rows.STACK, found.name)
    for kind in (rows.CHANGE_SET, rows.EXPORT):
        for each in rows.every(tx, found.scope, kind, parent=found.arn):
            documents.remove(tx, each.scope, each.kind, each.name)
    documents.put(tx, replace(found, kind=rows.GONE, name=found.arn.rpartition("/")[2]))
