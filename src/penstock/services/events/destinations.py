"""Operations on API destinations: endpoints outside, as targets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.events import connections, model
from penstock.services.events.model import DESTINATION, given, listed, query
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, ValidationError, operation
from penstock.wire.outgoing import is_url

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        CreateApiDestinationRequest,
        DeleteApiDestinationRequest,
        DescribeApiDestinationRequest,
        ListApiDestinationsRequest,
        UpdateApiDestinationRequest,
    )

RATE: Final = 300  # calls a second, where a destination does not say
SHOWN: Final = ("InvocationEndpoint", "HttpMethod", "InvocationRateLimitPerSecond")


@dataclass(frozen=True)
class Destinations:
    """API destinations by name."""

    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "events"

    @operation("CreateApiDestination")
    async def create(self, call: Call, request: CreateApiDestinationRequest) -> Answer:
        check(request)
        at, name = self.clock(), request["Name"]
        made = Document(
            kind=DESTINATION, scope=call.scope, name=name,
            arn=call.scope.arn("events", f"api-destination/{name}/{uuid.UUID(hex=self.chance())}"), status="ACTIVE",
            parent=request["ConnectionArn"], created_at=at, modified_at=at, token=call.token,
            body={"InvocationRateLimitPerSecond": RATE, **given(request, "Description", *SHOWN)},
        )  # fmt: skip

        def insert(tx: Transaction) -> Document:
            connections.of_arn(tx, call.scope, request["ConnectionArn"])
            return model.insert(tx, made)

        return changed(await self.database.write(insert))

    @operation("UpdateApiDestination")
    async def update(self, call: Call, request: UpdateApiDestinationRequest) -> Answer:
        check(request)
        at = self.clock()

        def change(tx: Transaction) -> Document:
            after = model.found(tx, call.scope, DESTINATION, request["Name"]).changed(
                at, **given(request, "Description", *SHOWN)
            )
            if request.get("ConnectionArn"):
                after = replace(after, parent=connections.of_arn(tx, call.scope, request["ConnectionArn"]).arn)
            documents.update(tx, after)
            return after

        return changed(await self.database.write(change))

    @operation("DescribeApiDestination")
    async def describe(self, call: Call, request: DescribeApiDestinationRequest) -> Answer:
        found = await self.database.read(lambda tx: model.found(tx, call.scope, DESTINATION, request["Name"]))
        return {**summary(found), **given(found.body, "Description")}

    @operation("DeleteApiDestination")
    async def delete(self, call: Call, request: DeleteApiDestinationRequest) -> Answer:
        def remove(tx: Transaction) -> None:
            model.found(tx, call.scope, DESTINATION, request["Name"])
            documents.remove(tx, call.scope, DESTINATION, request["Name"])

        await self.database.write(remove)
        return {}

    @operation("ListApiDestinations")
    async def list(self, call: Call, request: ListApiDestinationsRequest) -> Answer:
        wanted = query(call.scope, DESTINATION, request, parent=request.get("ConnectionArn"))
        return await listed(self.database, wanted, "ApiDestinations", summary)


def check(request: CreateApiDestinationRequest | UpdateApiDestinationRequest) -> None:
    endpoint = request.get("InvocationEndpoint")
    if endpoint is not None and not is_url(endpoint.replace("*", "x")):
        raise ValidationError(f"InvocationEndpoint must be a URL such as https://example.com/path: '{endpoint}'")


def changed(destination: Document) -> dict[str, Json]:
    shown = summary(destination)
    return {
        name: shown[name] for name in ("ApiDestinationArn", "ApiDestinationState", "CreationTime", "LastModifiedTime")
    }


def summary(destination: Document) -> dict[str, Json]:
    return {
        "ApiDestinationArn": destination.arn, "Name": destination.name, "ApiDestinationState": destination.status,
        "ConnectionArn": destination.parent, **given(destination.body, *SHOWN),
        "CreationTime": destination.created_at, "LastModifiedTime": destination.modified_at,
    }  # fmt: skip
