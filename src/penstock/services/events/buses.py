"""Operations on event buses, and the policies that are kept with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.events import model
from penstock.services.events.listening import Listeners
from penstock.services.events.model import BUS, DEFAULT, RULE, bus_arn, given, listed, query
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        CreateEventBusRequest,
        CreateEventBusResponse,
        DeleteEventBusRequest,
        DescribeEventBusRequest,
        ListEventBusesRequest,
        PutPermissionRequest,
        RemovePermissionRequest,
        UpdateEventBusRequest,
    )

REFUSED: Final[Mapping[str, str]] = {
    "EventSourceName": "there are no partner event sources here",
    "KmsKeyIdentifier": "events are kept as they are, and no key is applied",
    "DeadLetterConfig": "a bus has no dead-letter queue here; give each target one",
    "LogConfig": "buses write no logs here; make a log group a target",
}


@dataclass(frozen=True)
class Buses:
    """Buses by name. The default one is always there."""

    database: Database
    listeners: Listeners
    clock: Callable[[], float]
    service: str = "events"

    @operation("CreateEventBus")
    async def create(self, call: Call, request: CreateEventBusRequest) -> CreateEventBusResponse:
        refuse(request)
        name, labels = request["Name"], tags.unlisted(request.get("Tags", []))
        if "/" in name:
            raise ValidationError("Parameter Name is not valid. Reason: it must not contain '/'.")
        if name == DEFAULT:
            raise model.AlreadyExists(f"Event bus {name} already exists.")
        made = replace(new_bus(call.scope, name, self.clock(), given(request, "Description")), token=call.token)

        def insert(tx: Transaction) -> None:
            model.insert(tx, made)
            tags.add(tx, made.arn, labels)
            self.listeners.change(tx, call.scope, name)

        await self.database.write(insert)
        answer: CreateEventBusResponse = {"EventBusArn": made.arn}
        return answer | given(request, "Description")  # type: ignore[return-value]

    @operation("UpdateEventBus")
    async def update(self, call: Call, request: UpdateEventBusRequest) -> Answer:
        refuse(request)
        changed = await self._change(call.scope, request.get("Name") or DEFAULT, given(request, "Description"))
        return {"Arn": changed.arn, "Name": changed.name, **given(changed.body, "Description")}

    @operation("DescribeEventBus")
    async def describe(self, call: Call, request: DescribeEventBusRequest) -> Answer:
        scope, name = model.bus_of(call.scope, request.get("Name"))
        return described(await self.database.write(lambda tx: self._found(tx, scope, name)))

    @operation("DeleteEventBus")
    async def delete(self, call: Call, request: DeleteEventBusRequest) -> Answer:
        name = request["Name"]
        if name == DEFAULT:
            raise ValidationError("Cannot delete event bus default.")

        def remove(tx: Transaction) -> None:
            rules = documents.page(tx, Query(kind=RULE, scope=call.scope, parent=name, limit=1)).documents
            if rules:
                raise ValidationError(f"Event bus {name} has rules: delete them first.")
            documents.remove(tx, call.scope, BUS, name)
            self.listeners.change(tx, call.scope, name)

        await self.database.write(remove)
        return {}

    @operation("ListEventBuses")
    async def list(self, call: Call, request: ListEventBusesRequest) -> Answer:
        await self.database.write(lambda tx: self._found(tx, call.scope, DEFAULT))
        return await listed(self.database, query(call.scope, BUS, request), "EventBuses", described)

    @operation("PutPermission")
    async def permit(self, call: Call, request: PutPermissionRequest) -> Answer:
        scope, name = model.bus_of(call.scope, request.get("EventBusName"))
        if request.get("Policy"):
            policy = read_policy(request["Policy"])
        else:
            bus = await self.database.write(lambda tx: self._found(tx, scope, name))
            policy = with_statement(bus, request)
        await self._change(scope, name, {"Policy": policy})
        return {}

    @operation("RemovePermission")
    async def forbid(self, call: Call, request: RemovePermissionRequest) -> Answer:
        scope, name = model.bus_of(call.scope, request.get("EventBusName"))
        bus = await self.database.write(lambda tx: self._found(tx, scope, name))
        statements = bus.body.get("Policy", {}).get("Statement", [])
        left = [each for each in statements if each.get("Sid") != request.get("StatementId")]
        if request.get("RemoveAllPermissions"):
            left = []
        elif len(left) == len(statements):
            raise model.ResourceNotFound("Statement with the provided id does not exist.")
        await self._change(scope, name, {"Policy": {"Version": "2012-10-17", "Statement": left} if left else None})
        return {}

    async def _change(self, scope: Scope, name: str, members: Mapping[str, Json]) -> Document:
        at = self.clock()

        def change(tx: Transaction) -> Document:
            changed = self._found(tx, scope, name).changed(at, **members)
            documents.update(tx, changed)
            return changed

        return await self.database.write(change)

    def _found(self, tx: Transaction, scope: Scope, name: str) -> Document:
        """A bus that is there. In a write: the default one is stored when it is first asked for."""
        if name == DEFAULT and documents.find(tx, scope, BUS, name) is None:
            return documents.insert(tx, new_bus(scope, name, self.clock(), {}))
        return model.found(tx, scope, BUS, name)


def refuse(request: Mapping[str, Json]) -> None:
    for member, why in REFUSED.items():
        if request.get(member):
            raise ValidationError(f"{member}: {why}; leave it out.")


def new_bus(scope: Scope, name: str, at: float, body: Mapping[str, Json]) -> Document:
    return Document(
        kind=BUS, scope=scope, name=name, arn=bus_arn(scope, name), created_at=at, modified_at=at, body=body
    )


def described(bus: Document) -> dict[str, Json]:
    policy = bus.body.get("Policy")
    return {
        "Name": bus.name, "Arn": bus.arn, **given(bus.body, "Description"),
        **({"Policy": msgspec.json.encode(policy).decode()} if policy else {}),
        "CreationTime": bus.created_at, "LastModifiedTime": bus.modified_at,
    }  # fmt: skip


def read_policy(text: str) -> Json:
    try:
        policy = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        policy = None
    if not isinstance(policy, dict):
        raise ValidationError("Parameter Policy is not valid. Reason: it must be a JSON object.")
    return policy


def with_statement(bus: Document, request: PutPermissionRequest) -> Json:
    """The policy with one statement more, or another in the place of one of its name."""
    if not (request.get("Action") and request.get("Principal") and request.get("StatementId")):
        raise ValidationError("Action, Principal and StatementId must be provided, or a Policy.")
    principal = request["Principal"]
    who = "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}
    statement: dict[str, Json] = {
        "Sid": request["StatementId"], "Effect": "Allow", "Principal": who, "Action": request["Action"],
        "Resource": bus.arn,
    }  # fmt: skip
    if condition := request.get("Condition"):
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    others = bus.body.get("Policy", {}).get("Statement", [])
    return {
        "Version": "2012-10-17",
        "Statement": [*(each for each in others if each.get("Sid") != statement["Sid"]), statement],
    }
