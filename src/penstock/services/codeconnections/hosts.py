"""Operations on hosts: git servers that somebody has installed, by their endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.codeconnections.model import CONNECTION, HOST, SERVICE, Json, found, spoken
from penstock.services.codeconnections.places import WrongPlace, check_url
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
class Hosts:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = SERVICE

    @operation("CreateHost")
    async def create(self, call: Call, request: shapes.CreateHostRequest) -> Answer:
        check_endpoint(request["ProviderEndpoint"])
        labels, at = tags.unlisted(request.get("Tags") or []), self.clock()
        arn = call.scope.arn(SERVICE, f"host/{request['Name']}-{self.chance()[:8]}")
        members = ("ProviderType", "ProviderEndpoint", "VpcConfiguration")
        made = Document(
            kind=HOST, scope=Scope(call.scope.account, call.scope.region), name=request["Name"], arn=arn,
            created_at=at, modified_at=at, body={name: call.request[name] for name in members if name in call.request},
        )  # fmt: skip

        def create(tx: Transaction) -> None:
            try:
                documents.insert(tx, made)
            except documents.AlreadyStored:
                raise ServiceError(
                    f"A host with the name '{made.name}' exists already.", code="LimitExceededException"
                ) from None
            tags.add(tx, arn, labels)

        await self.database.write(create)
        return {"HostArn": spoken(arn, self.service), **({"Tags": request["Tags"]} if labels else {})}

    @operation("GetHost")
    async def get(self, call: Call, request: shapes.GetHostRequest) -> Answer:
        host = await self.database.read(lambda tx: found(tx, call.scope, HOST, request["HostArn"]))
        return told(host)

    @operation("ListHosts")
    async def list(self, call: Call, request: shapes.ListHostsRequest) -> Answer:
        query = Query(
            kind=HOST, scope=call.scope, order="name", descending=False, limit=request.get("MaxResults") or PAGE,
            token=request.get("NextToken"),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        hosts = [{**told(each), "HostArn": spoken(each.arn, self.service)} for each in page.documents]
        return {"Hosts": hosts, **pages.onward(page.token)}

    @operation("UpdateHost")
    async def update(self, call: Call, request: shapes.UpdateHostRequest) -> Answer:
        if "ProviderEndpoint" in request:
            check_endpoint(request["ProviderEndpoint"])
        members = ("ProviderEndpoint", "VpcConfiguration")
        changes = {name: call.request[name] for name in members if name in call.request}

        def update(tx: Transaction) -> None:
            host = found(tx, call.scope, HOST, request["HostArn"])
            documents.update(tx, host.changed(self.clock(), **changes))

        await self.database.write(update)
        return {}

    @operation("DeleteHost")
    async def delete(self, call: Call, request: shapes.DeleteHostRequest) -> Answer:
        def delete(tx: Transaction) -> None:
            host = found(tx, call.scope, HOST, request["HostArn"])
            if documents.page(tx, Query(kind=CONNECTION, scope=host.scope, parent=host.arn, limit=1)).documents:
                raise ServiceError(
                    f"The host '{host.name}' has connections: delete them first.", code="ResourceUnavailableException"
                )
            documents.remove(tx, host.scope, HOST, host.name)

        await self.database.write(delete)
        return {}


def told(host: Document) -> dict[str, Json]:
    return {"Name": host.name, "Status": "AVAILABLE", **host.body}


def check_endpoint(url: str) -> None:
    """Raise unless a host's endpoint is one that anybody may name: folders are for the operator's files."""
    try:
        check_url(url)
    except WrongPlace as wrong:
        raise ValidationError(f"ProviderEndpoint: {wrong}") from None
    if url.startswith("file:"):
        raise ValidationError("ProviderEndpoint: a folder of this machine is named by `penstock connect` only.")
