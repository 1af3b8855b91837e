"""Operations on fleets: how many builds of some projects run at a time, and how large each is (`places`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from penstock.services.codebuild import places
from penstock.services.codebuild.model import FLEET, Json
from penstock.services.codebuild.places import fleet_name
from penstock.services.codebuild.requests import invalid
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Column, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

LISTED: Final = 100
ORDERS: Final[Mapping[str, Column]] = {
    "NAME": "name", "CREATED_TIME": "created_at", "LAST_MODIFIED_TIME": "modified_at"
}  # fmt: skip
NOT_HERE: Final[Mapping[str, str]] = {
    "vpcConfig": "builds are in this machine's network",
    "proxyConfiguration": "what builds reach is not held back by a proxy",
    "imageId": "there are no machine images: the project's image says what builds run in",
}


@dataclass(frozen=True)
class Fleets:
    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "codebuild"

    @operation("CreateFleet")
    async def create(self, call: Call, request: shapes.CreateFleetRequest) -> Answer:
        settings = {"overflowBehavior": "QUEUE", "tags": [], **call.request}
        check(settings)
        at, id = self.clock(), str(UUID(self.chance()))  # noqa: A001
        made = Document(
            kind=FLEET, scope=call.scope, name=request["name"], created_at=at, modified_at=at, token=call.token,
            arn=call.scope.arn("codebuild", f"fleet/{request['name']}:{id}"), body=settings,
        )  # fmt: skip
        try:
            kept = await self.database.write(lambda tx: documents.insert(tx, made))
        except documents.AlreadyStored as stored:
            raise ServiceError(
                f"Fleet already exists: {stored.found.arn}", code="ResourceAlreadyExistsException"
            ) from None
        return {"fleet": told(kept, 0)}

    @operation("UpdateFleet")
    async def update(self, call: Call, request: shapes.UpdateFleetRequest) -> Answer:
        changes = {name: value for name, value in call.request.items() if name != "arn"}

        def change(tx: Transaction) -> Answer:
            found = documents.find(tx, call.scope, FLEET, fleet_name(request["arn"]))
            if found is None:
                raise ServiceError(f"Fleet cannot be found: {request['arn']}", code="ResourceNotFoundException")
            check({**found.body, **changes})
            changed = found.changed(self.clock(), **changes)
            documents.update(tx, changed)
            return {"fleet": told(changed, len(places.in_line(tx, call.scope, found.name)))}

        return await self.database.write(change)

    @operation("DeleteFleet")
    async def delete(self, call: Call, request: shapes.DeleteFleetRequest) -> Answer:
        """Builds that wait for it run."""
        await self.database.write(lambda tx: documents.remove(tx, call.scope, FLEET, fleet_name(request["arn"])))
        return {}

    @operation("BatchGetFleets")
    async def get(self, call: Call, request: shapes.BatchGetFleetsRequest) -> Answer:
        def look(tx: Transaction) -> Answer:
            found = {name: documents.find(tx, call.scope, FLEET, fleet_name(name)) for name in request["names"]}
            return {
                "fleets": [
                    told(each, len(places.in_line(tx, call.scope, each.name)))
                    for each in found.values()
                    if each is not None
                ],
                "fleetsNotFound": [name for name, each in found.items() if each is None],
            }

        return await self.database.read(look)

    @operation("ListFleets")
    async def list(self, call: Call, request: shapes.ListFleetsRequest) -> Answer:
        query = Query(
            kind=FLEET, scope=call.scope, order=ORDERS[request.get("sortBy", "NAME")],
            descending=request.get("sortOrder") == "DESCENDING", limit=request.get("maxResults", LISTED),
            token=request.get("nextToken"),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        return {"fleets": [each.arn for each in page.documents], **pages.onward(page.token, "nextToken")}


def told(fleet: Document, builds: int) -> dict[str, Json]:
    """A fleet, as AWS tells it, while so many builds are on it."""
    body = dict(fleet.body)
    if "scalingConfiguration" in body:
        desired = places.capacity(body, builds)
        body["scalingConfiguration"] = {**body["scalingConfiguration"], "desiredCapacity": desired}
    return {
        **body, "arn": fleet.arn, "id": fleet.arn.rpartition(":")[2], "created": fleet.created_at,
        "lastModified": fleet.modified_at, "status": {"statusCode": "ACTIVE"},
    }  # fmt: skip


def check(settings: Mapping[str, Json]) -> None:
    """Raises `InvalidInputException` for what cannot be, and for what Penstock does not do."""
    for member, reason in NOT_HERE.items():
        if settings.get(member):
            raise invalid(f"{member}: {reason}: leave it out.")
    kind, compute = settings["environmentType"], settings["computeType"]
    if not kind.startswith(("LINUX_", "ARM_")):
        raise invalid(f"environmentType: Penstock runs builds on Linux, and not {kind}: use LINUX_CONTAINER.")
    if compute == "CUSTOM_INSTANCE_TYPE":
        raise invalid("computeType: there are no instances here to choose from: use ATTRIBUTE_BASED_COMPUTE.")
    if compute == "ATTRIBUTE_BASED_COMPUTE" and not settings.get("computeConfiguration"):
        raise invalid("computeConfiguration is needed with ATTRIBUTE_BASED_COMPUTE")
    scaling = settings.get("scalingConfiguration")
    if not scaling:
        return
    if scaling.get("maxCapacity", 0) < settings["baseCapacity"]:
        raise invalid("scalingConfiguration.maxCapacity must be there, and not less than baseCapacity")
    for each in scaling.get("targetTrackingScalingConfigs", ()):
        if not 0 < each.get("targetValue", 0) <= 100:
            raise invalid("scalingConfiguration: targetValue is a rate of use, above 0 and at most 100")
