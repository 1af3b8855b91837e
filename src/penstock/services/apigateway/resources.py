"""Operations on resources: the paths of an API, each below another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.apigateway import model
from penstock.services.apigateway.methods import method_told
from penstock.services.apigateway.model import BadRequest, Resources, api_of, path_of, resource_in, resources_of
from penstock.services.apigateway.patching import changes
from penstock.store import documents
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from penstock.services.apigateway import shapes
    from penstock.store.database import Database, Transaction


@dataclass(frozen=True)
class ResourcesOf:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = model.SERVICE

    @operation("CreateResource")
    async def create(self, call: Call, request: shapes.CreateResourceRequest) -> Answer:
        def create(tx: Transaction) -> Answer:
            api = api_of(tx, call.scope, request["restApiId"])
            resources = resources_of(api)
            resource_in(resources, request["parentId"])
            own = model.own_id(call)
            if own[:6] in resources:
                return told(resources, own[:6])
            chance = (lambda: own) if own else self.chance
            key = model.add_resource(resources, request["parentId"], request["pathPart"], chance)
            documents.update(tx, api.changed(self.clock(), resources=resources))
            return told(resources, key)

        return await self.database.write(create)

    @operation("GetResource")
    async def get(self, call: Call, request: shapes.GetResourceRequest) -> Answer:
        api = await self.database.read(lambda tx: api_of(tx, call.scope, request["restApiId"]))
        resources = resources_of(api)
        resource_in(resources, request["resourceId"])
        return told(resources, request["resourceId"], request.get("embed") or ())

    @operation("GetResources")
    async def list(self, call: Call, request: shapes.GetResourcesRequest) -> Answer:
        """In the order of their paths."""
        api = await self.database.read(lambda tx: api_of(tx, call.scope, request["restApiId"]))
        resources, token = resources_of(api), request.get("position")
        first = pages.decode(token, member="position") if token else ""
        limit = min(request.get("limit") or model.PAGE, model.LARGEST_PAGE)
        paths = sorted((path_of(resources, key), key) for key in resources)
        found = [each for each in paths if each[0] > first]
        shown = [told(resources, key, request.get("embed") or ()) for _, key in found[:limit]]
        more = {"position": pages.encode(found[limit - 1][0])} if len(found) > limit else {}
        return {"items": shown, **more}

    @operation("UpdateResource")
    async def update(self, call: Call, request: shapes.UpdateResourceRequest) -> Answer:
        """Another name, or another parent."""

        def update(tx: Transaction) -> Answer:
            api = api_of(tx, call.scope, request["restApiId"])
            resources, key = resources_of(api), request["resourceId"]
            before = resource_in(resources, key)
            wanted = {"parentId": before["parentId"], "pathPart": before["pathPart"]}
            for change in changes(call.request.get("patchOperations")):
                if (
                    change.op != "replace"
                    or change.path not in {("parentId",), ("pathPart",)}
                    or not before["parentId"]
                ):
                    raise BadRequest(f"Invalid patch path '{change.told}' specified for op '{change.op}'.")
                wanted[change.path[0]] = change.value
            resource_in(resources, wanted["parentId"])
            if wanted["parentId"] in model.below(resources, key):
                raise BadRequest("A resource cannot be below itself")
            del resources[key]
            added = model.add_resource(resources, wanted["parentId"], wanted["pathPart"], self.chance)
            resources[key] = {**resources.pop(added), "methods": before["methods"]}
            documents.update(tx, api.changed(self.clock(), resources=resources))
            return told(resources, key)

        return await self.database.write(update)

    @operation("DeleteResource")
    async def delete(self, call: Call, request: shapes.DeleteResourceRequest) -> Answer:
        """And those below it."""

        def delete(tx: Transaction) -> None:
            api = api_of(tx, call.scope, request["restApiId"])
            resources = resources_of(api)
            if not resource_in(resources, request["resourceId"])["parentId"]:
                raise BadRequest("Root resource cannot be deleted")
            for each in model.below(resources, request["resourceId"]):
                del resources[each]
            documents.update(tx, api.changed(self.clock(), resources=resources))

        await self.database.write(delete)
        return {}


def told(resources: Resources, key: str, embed: Sequence[str] = ()) -> dict[str, Json]:
    each = resources[key]
    found: dict[str, Json] = {"id": key, "path": path_of(resources, key)}
    if each["parentId"]:
        found |= {"parentId": each["parentId"], "pathPart": each["pathPart"]}
    if each["methods"]:
        shown = "methods" in embed
        found["resourceMethods"] = {
            verb: method_told(verb, method) if shown else {} for verb, method in each["methods"].items()
        }
    return found
