"""Operations on REST APIs: made, imported from OpenAPI, described, listed, changed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.apigateway import model, openapi, patching
from penstock.services.apigateway.model import (
    API,
    DEPLOYMENT,
    STAGE,
    BadRequest,
    absent,
    api_of,
    arn_of,
    refuse_members,
    resources_of,
)
from penstock.store import documents, tags
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from penstock.services.apigateway import shapes
    from penstock.services.apigateway.patching import Kind
    from penstock.store.database import Database, Transaction

REFUSED: Final = {
    "minimumCompressionSize": "compression",
    "securityPolicy": "TLS of its own",
    "endpointAccessMode": "access modes of endpoints",
}
KEPT: Final = ("name", "description", "version", "binaryMediaTypes", "policy", "disableExecuteApiEndpoint")
KINDS: Final[Mapping[str, Kind]] = {
    "name": "text", "description": "text", "version": "text", "binaryMediaTypes": "names", "policy": "text",
    "disableExecuteApiEndpoint": "truth", "apiKeySource": "text",
}  # fmt: skip
DEFAULTS: Final = {"apiKeySource": "HEADER", "disableExecuteApiEndpoint": False}
ENDPOINT: Final = {"types": ["EDGE"], "ipAddressType": "ipv4"}


@dataclass(frozen=True)
class Apis:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = model.SERVICE

    @operation("CreateRestApi")
    async def create(self, call: Call, request: shapes.CreateRestApiRequest) -> Answer:
        refuse_members(call.request, REFUSED)
        members = {
            **DEFAULTS, **model.given(call.request, *KEPT, "apiKeySource"),
            "endpointConfiguration": endpoint(request.get("endpointConfiguration")),
        }  # fmt: skip
        check_name(members)

        def create(tx: Transaction) -> Document:
            cloned = request.get("cloneFrom")
            resources = resources_of(api_of(tx, call.scope, cloned)) if cloned else model.new_resources(self.chance)
            return self._insert(tx, call, {**members, "resources": resources}, request.get("tags") or {})

        return await self._answered(await self.database.write(create))

    def _insert(self, tx: Transaction, call: Call, body: Mapping[str, Json], labels: Mapping[str, str]) -> Document:
        key, at = (model.own_id(call) or self.chance())[:10], self.clock()
        made = Document(
            kind=API, scope=call.scope, name=key, arn=arn_of(call.scope.region, f"/restapis/{key}"), created_at=at,
            modified_at=at, token=call.token, body=body,
        )  # fmt: skip
        made = documents.insert(tx, made)
        tags.add(tx, made.arn, labels)
        return made

    @operation("ImportRestApi")
    async def import_api(self, call: Call, request: shapes.ImportRestApiRequest) -> Answer:
        given = openapi.read(request["body"])
        types = (request.get("parameters") or {}).get("endpointConfigurationTypes")
        wanted = endpoint({"types": [types]} if types else None)
        check_name(given.members)

        def create(tx: Transaction) -> Document:
            resources = model.new_resources(self.chance)
            openapi.enter(resources, given, self.chance)
            body = {**DEFAULTS, "endpointConfiguration": wanted, **given.members, "resources": resources}
            return self._insert(tx, call, body, {})

        return await self._answered(await self.database.write(create))

    @operation("PutRestApi")
    async def put(self, call: Call, request: shapes.PutRestApiRequest) -> Answer:
        """What the definition says beside, or instead of, what there is; the root keeps its id."""
        given = openapi.read(request["body"])

        def put(tx: Transaction) -> Document:
            api = api_of(tx, call.scope, request["restApiId"])
            resources = resources_of(api)
            if request.get("mode") == "overwrite":
                root = model.root_of(resources)
                resources = {root: {**resources[root], "methods": {}}}
            openapi.enter(resources, given, self.chance)
            after = api.changed(self.clock(), **given.members, resources=resources)
            documents.update(tx, after)
            return after

        return await self._answered(await self.database.write(put))

    @operation("GetRestApi")
    async def get(self, call: Call, request: shapes.GetRestApiRequest) -> Answer:
        return await self._answered(
            await self.database.read(lambda tx: api_of(tx, call.scope, request["restApiId"]))
        )  # fmt: skip

    @operation("GetRestApis")
    async def list(self, call: Call, request: shapes.GetRestApisRequest) -> Answer:
        query = Query(
            kind=API, scope=call.scope, limit=min(request.get("limit") or model.PAGE, model.LARGEST_PAGE),
            token=request.get("position") or None, descending=False,
        )  # fmt: skip

        def find(tx: Transaction) -> tuple[list[dict[str, Json]], str | None]:
            page = documents.page(tx, query)
            return [told(each, tags.of(tx, each.arn)) for each in page.documents], page.token

        found, token = await self.database.read(find)
        return {"items": found, **({"position": token} if token else {})}

    @operation("UpdateRestApi")
    async def update(self, call: Call, request: shapes.UpdateRestApiRequest) -> Answer:
        def update(tx: Transaction) -> Document:
            api = api_of(tx, call.scope, request["restApiId"])
            operations = call.request.get("patchOperations") or ()
            body, others = moved(api.body, operations)
            members = {name: value for name, value in body.items() if name != "resources"}
            after = {**patching.patched(members, others, KINDS), "resources": api.body["resources"]}
            check_name(after)
            gone = dict.fromkeys(api.body.keys() - after.keys())
            changed = api.changed(self.clock(), **{**gone, **after})
            documents.update(tx, changed)
            return changed

        return await self._answered(await self.database.write(update))

    @operation("DeleteRestApi")
    async def delete(self, call: Call, request: shapes.DeleteRestApiRequest) -> Answer:
        """With its deployments and stages: its address is nobody's from now on."""

        def delete(tx: Transaction) -> None:
            api = api_of(tx, call.scope, request["restApiId"])
            for kind in (DEPLOYMENT, STAGE):
                for each in model.children(tx, api, kind):
                    documents.remove(tx, each.scope, kind, each.name)
            documents.remove(tx, api.scope, API, api.name)

        await self.database.write(delete)
        return {}

    async def _answered(self, api: Document) -> dict[str, Json]:
        return told(api, await self.database.read(lambda tx: tags.of(tx, api.arn)))


def told(api: Document, labels: Mapping[str, str]) -> dict[str, Json]:
    members = {name: value for name, value in api.body.items() if name != "resources"}
    found = {"id": api.name, "createdDate": api.created_at, "rootResourceId": model.root_of(api.body["resources"])}
    return {**members, **found, **({"tags": dict(labels)} if labels else {})}


def check_name(members: Mapping[str, Json]) -> None:
    if not members.get("name"):
        raise BadRequest("Invalid API name specified: it must not be empty")


def endpoint(given: Mapping[str, Json] | None) -> dict[str, Json]:
    """The endpoint's configuration; whether it is at the edge makes no difference here."""
    found = {**ENDPOINT, **{name: value for name, value in (given or {}).items() if value}}
    if "PRIVATE" in found["types"] or found.get("vpcEndpointIds"):
        raise absent("private endpoints", "endpointConfiguration may be REGIONAL or EDGE")
    if len(found["types"]) != 1:
        raise BadRequest("Exactly one endpoint type must be specified")
    return found


def moved(
    body: Mapping[str, Json], operations: Iterable[Mapping[str, Json]]
) -> tuple[dict[str, Json], list[Mapping[str, Json]]]:
    """The API with another type of endpoint, where an operation asks for that, and the other operations."""
    after, others = dict(body), []
    for each in operations:
        if each.get("op") == "replace" and str(each.get("path")).startswith("/endpointConfiguration/types/"):
            after["endpointConfiguration"] = endpoint({**after["endpointConfiguration"], "types": [each.get("value")]})
        else:
            others.append(each)
    return after, others
