"""Operations on connections. One is PENDING until an operator says where it leads (see `places`)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.codeconnections.model import (
    CONNECTION,
    HOST,
    SERVICE,
    Json,
    canonical,
    found,
    host_of,
    spoken,
)
from penstock.services.codeconnections.places import Places, WrongPlace
from penstock.store import documents, tags
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from penstock.services.codeconnections import shapes
    from penstock.store.database import Database, Transaction

PAGE: Final = 100


@dataclass(frozen=True)
class Connections:
    database: Database
    places: Places
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = SERVICE

    @operation("CreateConnection")
    async def create(self, call: Call, request: shapes.CreateConnectionRequest) -> Answer:
        """Whose names are unique: files that say where they lead are called so."""
        labels, at = tags.unlisted(request.get("Tags") or []), self.clock()
        arn = call.scope.arn(SERVICE, f"connection/{self.chance()}")
        if ("ProviderType" in request) == ("HostArn" in request):
            raise ValidationError("Exactly one of ProviderType and HostArn must be given.")

        def create(tx: Transaction) -> None:
            host = found(tx, call.scope, HOST, request["HostArn"]) if "HostArn" in request else None
            kind = host.body["ProviderType"] if host is not None else request.get("ProviderType")
            made = Document(
                kind=CONNECTION, scope=Scope(call.scope.account, call.scope.region), name=request["ConnectionName"],
                arn=arn, parent=host.arn if host is not None else "", created_at=at, modified_at=at,
                body={"ProviderType": kind},
            )  # fmt: skip
            try:
                documents.insert(tx, made)
            except documents.AlreadyStored:
                raise ServiceError(
                    f"A connection with the name '{made.name}' exists already.", code="ResourceUnavailableException"
                ) from None
            tags.add(tx, arn, labels)

        await self.database.write(create)
        return {"ConnectionArn": spoken(arn, self.service), **({"Tags": request["Tags"]} if labels else {})}

    @operation("GetConnection")
    async def get(self, call: Call, request: shapes.GetConnectionRequest) -> Answer:
        def read(tx: Transaction) -> tuple[Document, Document | None]:
            connection = found(tx, call.scope, CONNECTION, request["ConnectionArn"])
            return connection, host_of(tx, connection)

        return {"Connection": await self._told(*await self.database.read(read))}

    @operation("ListConnections")
    async def list(self, call: Call, request: shapes.ListConnectionsRequest) -> Answer:
        kind, host = request.get("ProviderTypeFilter"), request.get("HostArnFilter")
        query = Query(
            kind=CONNECTION, scope=call.scope, parent=canonical(host) if host else None, order="name",
            descending=False, limit=request.get("MaxResults") or PAGE, token=request.get("NextToken"),
        )  # fmt: skip

        def read(tx: Transaction) -> tuple[list[tuple[Document, Document | None]], str | None]:
            page = documents.page(tx, query)
            return [(each, host_of(tx, each)) for each in page.documents], page.token

        shown, token = await self.database.read(read)
        told = [await self._told(*each) for each in shown if kind in (None, each[0].body["ProviderType"])]
        return {"Connections": told, **pages.onward(token)}

    @operation("DeleteConnection")
    async def delete(self, call: Call, request: shapes.DeleteConnectionRequest) -> Answer:
        def delete(tx: Transaction) -> None:
            connection = found(tx, call.scope, CONNECTION, request["ConnectionArn"])
            documents.remove(tx, connection.scope, CONNECTION, connection.name)

        await self.database.write(delete)
        return {}

    @operation("TagResource")
    async def tag(self, call: Call, request: shapes.TagResourceRequest) -> Answer:
        labels = tags.unlisted(request["Tags"])
        await self.database.write(lambda tx: tags.add(tx, _tagged(tx, call, request["ResourceArn"]), labels))
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: shapes.UntagResourceRequest) -> Answer:
        keys = request["TagKeys"]
        await self.database.write(lambda tx: tags.remove(tx, _tagged(tx, call, request["ResourceArn"]), keys))
        return {}

    @operation("ListTagsForResource")
    async def list_tags(self, call: Call, request: shapes.ListTagsForResourceRequest) -> Answer:
        labels = await self.database.read(lambda tx: tags.of(tx, _tagged(tx, call, request["ResourceArn"])))
        return {"Tags": tags.listed(labels)}

    async def _told(self, connection: Document, host: Document | None) -> Json:
        try:
            place = await asyncio.to_thread(self.places.of, connection, host)
            status = "AVAILABLE" if place is not None else "PENDING"
        except WrongPlace:
            status = "ERROR"
        return {
            "ConnectionName": connection.name,
            "ConnectionArn": spoken(connection.arn, self.service),
            "ProviderType": connection.body["ProviderType"],
            "OwnerAccountId": connection.scope.account,
            "ConnectionStatus": status,
            **({"HostArn": spoken(host.arn, self.service)} if host is not None else {}),
        }


def _tagged(tx: Transaction, call: Call, arn: str) -> str:
    """The ARN under which a connection or a host has its tags; raises where there is none."""
    kind = HOST if ":host/" in arn else CONNECTION
    return found(tx, call.scope, kind, arn).arn
