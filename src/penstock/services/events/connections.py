"""Operations on connections: how API destinations prove who they are.

Secrets are kept here, sealed, and never told again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from penstock.services.events import model
from penstock.services.events.model import CONNECTION, DESTINATION, given, listed, query
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.store.sealing import Sealing
from penstock.wire.call import Answer, Call, Json, Scope, ValidationError, operation
from penstock.wire.outgoing import is_header, is_url

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        CreateConnectionRequest,
        DeauthorizeConnectionRequest,
        DeleteConnectionRequest,
        DescribeConnectionRequest,
        ListConnectionsRequest,
        UpdateConnectionRequest,
    )

# For each kind of authorization the member that it needs, and what of it may be told.
KINDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "BASIC": ("BasicAuthParameters", ("Username",)),
    "API_KEY": ("ApiKeyAuthParameters", ("ApiKeyName",)),
    "OAUTH_CLIENT_CREDENTIALS": ("OAuthParameters", ("AuthorizationEndpoint", "HttpMethod")),
}
EXTRA: Final = "InvocationHttpParameters"
LISTS: Final = ("HeaderParameters", "QueryStringParameters", "BodyParameters")


@dataclass(frozen=True)
class Connections:
    """Connections by name."""

    database: Database
    sealing: Sealing
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "events"

    @operation("CreateConnection")
    async def create(self, call: Call, request: CreateConnectionRequest) -> Answer:
        refuse(request)
        check(request["AuthorizationType"], request["AuthParameters"])
        at, name = self.clock(), request["Name"]
        made = Document(
            kind=CONNECTION, scope=call.scope, name=name,
            arn=call.scope.arn("events", f"connection/{name}/{uuid.UUID(hex=self.chance())}"), status="AUTHORIZED",
            created_at=at, modified_at=at, token=call.token,
            body={
                "AuthorizationType": request["AuthorizationType"], "LastAuthorizedTime": at,
                "AuthParameters": self._sealed(request["AuthParameters"]), **given(request, "Description"),
            },
        )  # fmt: skip
        return changed(await self.database.write(lambda tx: model.insert(tx, made)))

    @operation("UpdateConnection")
    async def update(self, call: Call, request: UpdateConnectionRequest) -> Answer:
        refuse(request)
        at = self.clock()

        def change(tx: Transaction) -> Document:
            before = model.found(tx, call.scope, CONNECTION, request["Name"])
            members = given(request, "Description", "AuthorizationType")
            kind = request.get("AuthorizationType") or before.body["AuthorizationType"]
            parameters = merged(parameters_of(before, self.sealing), request.get("AuthParameters") or {})
            check(kind, parameters)
            members["AuthParameters"] = self._sealed(parameters)
            after = before.changed(at, status="AUTHORIZED", LastAuthorizedTime=at, **members)
            documents.update(tx, after)
            return after

        return changed(await self.database.write(change))

    @operation("DeauthorizeConnection")
    async def deauthorize(self, call: Call, request: DeauthorizeConnectionRequest) -> Answer:
        at = self.clock()

        def change(tx: Transaction) -> Document:
            before = model.found(tx, call.scope, CONNECTION, request["Name"])
            after = before.changed(at, status="DEAUTHORIZED", AuthParameters=None)
            documents.update(tx, after)
            return after

        return changed(await self.database.write(change))

    @operation("DescribeConnection")
    async def describe(self, call: Call, request: DescribeConnectionRequest) -> Answer:
        found = await self.database.read(lambda tx: model.found(tx, call.scope, CONNECTION, request["Name"]))
        parameters = without_secrets(parameters_of(found, self.sealing))
        return {**summary(found), **given(found.body, "Description"), "AuthParameters": parameters}

    @operation("DeleteConnection")
    async def delete(self, call: Call, request: DeleteConnectionRequest) -> Answer:
        def remove(tx: Transaction) -> Document:
            found = model.found(tx, call.scope, CONNECTION, request["Name"])
            users = documents.page(tx, Query(kind=DESTINATION, scope=call.scope, parent=found.arn, limit=1))
            if users.documents:
                raise ValidationError(f"Connection {found.name} is used by API destination {users.documents[0].name}.")
            documents.remove(tx, call.scope, CONNECTION, found.name)
            return found

        return {**changed(await self.database.write(remove)), "ConnectionState": "DELETING"}

    @operation("ListConnections")
    async def list(self, call: Call, request: ListConnectionsRequest) -> Answer:
        wanted = query(call.scope, CONNECTION, request, status=request.get("ConnectionState"))
        return await listed(self.database, wanted, "Connections", summary)

    def _sealed(self, parameters: Mapping[str, Json]) -> str:
        return self.sealing.hidden(msgspec.json.encode(parameters).decode())


def parameters_of(connection: Document, sealing: Sealing) -> Mapping[str, Json]:
    """A connection's parameters, secrets and all; none once it is deauthorized."""
    kept = connection.body.get("AuthParameters", {})
    return dict(msgspec.json.decode(sealing.found(kept))) if isinstance(kept, str) else kept


def opened(connection: Document, sealing: Sealing) -> Document:
    """A connection as whoever calls in its name needs it."""
    return connection.changed(connection.modified_at, AuthParameters=parameters_of(connection, sealing))


def refuse(request: Mapping[str, Json]) -> None:
    if request.get("InvocationConnectivityParameters"):
        raise ValidationError("InvocationConnectivityParameters: there are no private networks here; leave it out.")
    if request.get("KmsKeyIdentifier"):
        raise ValidationError(
            "KmsKeyIdentifier: secrets are sealed with this installation's own, and no key is applied; leave it out."
        )


def check(kind: str, parameters: Mapping[str, Json]) -> None:
    """Raise unless parameters are for this kind of authorization, and can be sent."""
    needed, _ = KINDS[kind]
    if not parameters.get(needed):
        raise ValidationError(f"{needed} must be provided in AuthParameters for the AuthorizationType {kind}.")
    if parameters.get("ConnectivityParameters"):
        raise ValidationError("ConnectivityParameters: there are no private networks here; leave it out.")
    key = parameters.get("ApiKeyAuthParameters", {})
    if key and not is_header(key["ApiKeyName"], key["ApiKeyValue"]):
        raise ValidationError("ApiKeyAuthParameters: ApiKeyName and ApiKeyValue must be able to be a header.")
    for header in parameters.get(EXTRA, {}).get("HeaderParameters", ()):
        if not is_header(header.get("Key", ""), header.get("Value", "")):
            raise ValidationError(f"{EXTRA}: '{header.get('Key', '')}' is no header.")
    endpoint = parameters.get("OAuthParameters", {}).get("AuthorizationEndpoint")
    if endpoint and not is_url(endpoint):
        raise ValidationError(f"AuthorizationEndpoint must be a URL such as https://example.com/token: '{endpoint}'")


def merged(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, Json]:
    """Parameters, changed where an update says something."""
    return {
        **before,
        **{
            name: merged(before[name], value)
            if isinstance(value, dict) and isinstance(before.get(name), dict)
            else value
            for name, value in after.items()
        },
    }


def without_secrets(parameters: Mapping[str, Json]) -> dict[str, Json]:
    """What may be told of a connection's parameters."""
    told: dict[str, Json] = {}
    for member, names in KINDS.values():
        if member in parameters:
            told[member] = {name: parameters[member][name] for name in names if name in parameters[member]}
    if oauth := parameters.get("OAuthParameters"):
        told["OAuthParameters"]["ClientParameters"] = given(oauth["ClientParameters"], "ClientID")
        if oauth.get("OAuthHttpParameters"):
            told["OAuthParameters"]["OAuthHttpParameters"] = told_http(oauth["OAuthHttpParameters"])
    if parameters.get(EXTRA):
        told[EXTRA] = told_http(parameters[EXTRA])
    return told


def told_http(parameters: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: [
            {key: value for key, value in each.items() if key != "Value" or not each.get("IsValueSecret")}
            for each in parameters[name]
        ]
        for name in LISTS
        if name in parameters
    }


def changed(connection: Document) -> dict[str, Json]:
    shown = summary(connection)
    kept = ("ConnectionArn", "ConnectionState", "CreationTime", "LastModifiedTime", "LastAuthorizedTime")
    return {name: shown[name] for name in kept}


def summary(connection: Document) -> dict[str, Json]:
    return {
        "ConnectionArn": connection.arn, "Name": connection.name, "ConnectionState": connection.status,
        "AuthorizationType": connection.body["AuthorizationType"], "CreationTime": connection.created_at,
        "LastModifiedTime": connection.modified_at, "LastAuthorizedTime": connection.body["LastAuthorizedTime"],
    }  # fmt: skip


def of_arn(tx: Transaction, scope: Scope, arn: str) -> Document:
    """A connection by its ARN; raises `ResourceNotFound`."""
    found = documents.find_by_arn(tx, arn)
    if found is None or found.kind != CONNECTION or found.scope.account != scope.account:
        raise model.ResourceNotFound(f"Connection '{arn}' does not exist.")
    return found
