"""IAM's OpenID Connect providers: whose tokens a trust policy may name, as templates for CI at a git host do.

They are kept and told. Nobody assumes a role by a token yet (`AssumeRoleWithWebIdentity`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from penstock.services.identity import rows
from penstock.services.identity.model import NoSuchEntity
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Call, Json, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.identity import shapes

KIND: Final = "iam/oidc-provider"
MOST: Final = 100  # in an account, as on AWS; so is the number of audiences
MOST_THUMBPRINTS: Final = 5


@dataclass(frozen=True, slots=True)
class OpenIdProviders:
    database: Database
    clock: Callable[[], float]

    service = "iam"

    @operation("CreateOpenIDConnectProvider")
    async def create(
        self, call: Call, request: shapes.CreateOpenIDConnectProviderRequest
    ) -> shapes.CreateOpenIDConnectProviderResponse:
        scope, at, place = rows.here(call), self.clock(), place_of(request["Url"])
        clients, prints = request.get("ClientIDList") or [], request.get("ThumbprintList") or []
        must_be_few(clients, prints)
        provider = Document(
            kind=KIND, scope=scope, name=place, arn=f"arn:aws:iam::{scope.account}:oidc-provider/{place}",
            created_at=at, modified_at=at, token=call.token,
            body={"ClientIDList": list(dict.fromkeys(clients)), "ThumbprintList": list(prints)},
        )  # fmt: skip
        labels = rows.labels_of(request.get("Tags"))

        def create(tx: Transaction) -> None:
            if len(every(tx, scope)) >= MOST:
                raise limit(f"Cannot exceed quota for OpenIdConnectProvidersPerAccount: {MOST}")
            rows.insert(tx, provider, labels, taken=f"Provider with url https://{place} already exists.")

        await self.database.write(create)
        told: shapes.CreateOpenIDConnectProviderResponse = {"OpenIDConnectProviderArn": provider.arn}
        return {**told, "Tags": request["Tags"]} if "Tags" in request else told

    @operation("GetOpenIDConnectProvider")
    async def get(
        self, call: Call, request: shapes.GetOpenIDConnectProviderRequest
    ) -> shapes.GetOpenIDConnectProviderResponse:
        def read(tx: Transaction) -> shapes.GetOpenIDConnectProviderResponse:
            found = require(tx, call, request["OpenIDConnectProviderArn"])
            return {
                "Url": found.name,
                "ClientIDList": found.body["ClientIDList"],
                "ThumbprintList": found.body["ThumbprintList"],
                "CreateDate": found.created_at,
                "Tags": rows.labelled(tx, found.arn),
            }

        return await self.database.read(read)

    @operation("ListOpenIDConnectProviders")
    async def list(
        self, call: Call, request: shapes.ListOpenIDConnectProvidersRequest
    ) -> shapes.ListOpenIDConnectProvidersResponse:
        found = await self.database.read(lambda tx: every(tx, rows.here(call)))
        return {"OpenIDConnectProviderList": [{"Arn": each.arn} for each in found]}

    @operation("DeleteOpenIDConnectProvider")
    async def delete(self, call: Call, request: shapes.DeleteOpenIDConnectProviderRequest) -> None:
        """One that is not there is no error."""

        def delete(tx: Transaction) -> None:
            found = find(tx, call, request["OpenIDConnectProviderArn"])
            if found is not None:
                rows.remove(tx, found)

        await self.database.write(delete)

    @operation("AddClientIDToOpenIDConnectProvider")
    async def add_client(self, call: Call, request: shapes.AddClientIDToOpenIDConnectProviderRequest) -> None:
        arn, client = request["OpenIDConnectProviderArn"], request["ClientID"]
        await self._change(call, arn, "ClientIDList", lambda told: [*told, *({client} - set(told))])

    @operation("RemoveClientIDFromOpenIDConnectProvider")
    async def remove_client(self, call: Call, request: shapes.RemoveClientIDFromOpenIDConnectProviderRequest) -> None:
        arn, client = request["OpenIDConnectProviderArn"], request["ClientID"]
        await self._change(call, arn, "ClientIDList", lambda told: [each for each in told if each != client])

    @operation("UpdateOpenIDConnectProviderThumbprint")
    async def update(self, call: Call, request: shapes.UpdateOpenIDConnectProviderThumbprintRequest) -> None:
        arn, prints = request["OpenIDConnectProviderArn"], request["ThumbprintList"]
        await self._change(call, arn, "ThumbprintList", lambda _: prints)

    @operation("TagOpenIDConnectProvider")
    async def tag(self, call: Call, request: shapes.TagOpenIDConnectProviderRequest) -> None:
        arn, labels = request["OpenIDConnectProviderArn"], rows.labels_of(request["Tags"])
        await self.database.write(lambda tx: tags.add(tx, require(tx, call, arn).arn, labels))

    @operation("UntagOpenIDConnectProvider")
    async def untag(self, call: Call, request: shapes.UntagOpenIDConnectProviderRequest) -> None:
        arn, keys = request["OpenIDConnectProviderArn"], request["TagKeys"]
        await self.database.write(lambda tx: tags.remove(tx, require(tx, call, arn).arn, keys))

    @operation("ListOpenIDConnectProviderTags")
    async def tags(
        self, call: Call, request: shapes.ListOpenIDConnectProviderTagsRequest
    ) -> shapes.ListOpenIDConnectProviderTagsResponse:
        arn = request["OpenIDConnectProviderArn"]
        return await self.database.read(lambda tx: rows.tag_page(tx, require(tx, call, arn).arn, request))

    async def _change(self, call: Call, arn: str, member: str, how: Callable[[Json], Json]) -> None:
        def change(tx: Transaction) -> None:
            found = require(tx, call, arn)
            body = {**found.body, member: how(found.body[member])}
            must_be_few(body["ClientIDList"], body["ThumbprintList"])
            documents.update(tx, found.changed(self.clock(), **body))

        await self.database.write(change)


def place_of(url: str) -> str:
    """An issuer's address without its scheme, which is what a provider is known by; raises for none of https."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ServiceError("Invalid Open ID Connect Provider URL", code="InvalidInput")
    return url.removeprefix("https://")


def must_be_few(clients: Json, prints: Json) -> None:
    if len(clients) > MOST:
        raise limit(f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST}")
    if len(prints) > MOST_THUMBPRINTS:
        raise ServiceError("Thumbprint list must contain fewer than 5 entries.", code="InvalidInput")


def limit(sentence: str) -> ServiceError:
    return ServiceError(sentence, code="LimitExceeded")


def find(tx: Transaction, call: Call, arn: str) -> Document | None:
    found = documents.find_by_arn(tx, arn)
    return found if found is not None and (found.kind, found.scope) == (KIND, rows.here(call)) else None


def require(tx: Transaction, call: Call, arn: str) -> Document:
    found = find(tx, call, arn)
    if found is None:
        raise NoSuchEntity(f"OpenIDConnect Provider not found for arn {arn}")
    return found


def every(tx: Transaction, scope: Scope) -> tuple[Document, ...]:
    return documents.page(tx, Query(kind=KIND, scope=scope, order="name", descending=False, limit=MOST)).documents
