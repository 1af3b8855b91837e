"""Operations on deployments: an API as it was when it was deployed, which never changes again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.apigateway import model, patching, stages
from penstock.services.apigateway.model import (
    DEPLOYMENT,
    STAGE,
    BadRequest,
    Resources,
    api_of,
    deployment_of,
    given,
    path_of,
    refuse_members,
    resources_of,
)
from penstock.store import documents
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from penstock.services.apigateway import shapes
    from penstock.store.database import Database, Transaction

OF_STAGE: Final = {"stageDescription": "description", "variables": "variables", "tracingEnabled": "tracingEnabled"}


@dataclass(frozen=True)
class Deployments:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = model.SERVICE

    @operation("CreateDeployment")
    async def create(self, call: Call, request: shapes.CreateDeploymentRequest) -> Answer:
        """And the stage that is named, which shows this deployment from now on."""
        refuse_members(call.request, stages.REFUSED)
        at, name = self.clock(), request.get("stageName")
        members = {OF_STAGE[each]: value for each, value in given(call.request, *OF_STAGE).items()}
        if name:
            stages.check_name(name)

        def create(tx: Transaction) -> Document:
            api = api_of(tx, call.scope, request["restApiId"])
            check_complete(resources_of(api))
            key = (model.own_id(call) or self.chance())[:10]
            kept = {**given(call.request, "description"), "resources": api.body["resources"]}
            kept |= given(api.body, "binaryMediaTypes")
            made = Document(
                kind=DEPLOYMENT, scope=api.scope, name=f"{api.name}/{key}", arn="", parent=api.name, created_at=at,
                modified_at=at, token=call.token, body=kept,
            )  # fmt: skip
            made = documents.insert(tx, made)
            if name:
                stages.put(tx, api, name, {**members, "deploymentId": key}, at)
            return made

        return told(await self.database.write(create))

    @operation("GetDeployment")
    async def get(self, call: Call, request: shapes.GetDeploymentRequest) -> Answer:
        def find(tx: Transaction) -> Document:
            return deployment_of(tx, call.scope, request["restApiId"], request["deploymentId"])

        return told(await self.database.read(find), request.get("embed") or ())

    @operation("GetDeployments")
    async def list(self, call: Call, request: shapes.GetDeploymentsRequest) -> Answer:
        def find(tx: Transaction) -> documents.Page:
            api = api_of(tx, call.scope, request["restApiId"])
            limit = min(request.get("limit") or model.PAGE, model.LARGEST_PAGE)
            query = Query(
                kind=DEPLOYMENT, scope=api.scope, parent=api.name, limit=limit, token=request.get("position") or None
            )
            return documents.page(tx, query)

        page = await self.database.read(find)
        return {"items": list(map(told, page.documents)), **({"position": page.token} if page.token else {})}

    @operation("UpdateDeployment")
    async def update(self, call: Call, request: shapes.UpdateDeploymentRequest) -> Answer:
        def update(tx: Transaction) -> Document:
            found = deployment_of(tx, call.scope, request["restApiId"], request["deploymentId"])
            before = given(found.body, "description")
            after = patching.patched(before, call.request.get("patchOperations"), {"description": "text"})
            changed = found.changed(self.clock(), description=after.get("description"))
            documents.update(tx, changed)
            return changed

        return told(await self.database.write(update))

    @operation("DeleteDeployment")
    async def delete(self, call: Call, request: shapes.DeleteDeploymentRequest) -> Answer:
        def delete(tx: Transaction) -> None:
            found = deployment_of(tx, call.scope, request["restApiId"], request["deploymentId"])
            api = api_of(tx, call.scope, request["restApiId"])
            if any(each.body["deploymentId"] == request["deploymentId"] for each in model.children(tx, api, STAGE)):
                raise BadRequest("Active stages pointing to this deployment must be moved or deleted")
            documents.remove(tx, found.scope, DEPLOYMENT, found.name)

        await self.database.write(delete)
        return {}


def check_complete(resources: Resources) -> None:
    """Raise unless every method has something behind it."""
    methods = [method for each in resources.values() for method in each["methods"].values()]
    if not methods:
        raise BadRequest("The REST API doesn't contain any methods")
    if any("methodIntegration" not in method for method in methods):
        raise BadRequest("No integration defined for method")


def told(deployment: Document, embed: Sequence[str] = ()) -> dict[str, Json]:
    key = deployment.name.rpartition("/")[2]
    found = {"id": key, "createdDate": deployment.created_at, **given(deployment.body, "description")}
    if "apisummary" in embed:
        resources = deployment.body["resources"]
        found["apiSummary"] = {
            path_of(resources, each): {verb: summary(method) for verb, method in told["methods"].items()}
            for each, told in resources.items()
            if told["methods"]
        }
    return found


def summary(method: Json) -> dict[str, Json]:
    return {"authorizationType": method["authorizationType"], "apiKeyRequired": method["apiKeyRequired"]}
