"""The operations on the versions of images. What takes time is a run's to do: see `flow`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists
from penstock.services.sagemaker.images import answers, model
from penstock.services.sagemaker.images.flow import FLOW
from penstock.services.sagemaker.images.model import CREATING, VERSION, InUse, Plan, found
from penstock.services.sagemaker.once import once
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

MOST_ALIASES = 100  # in a page


@dataclass(frozen=True)
class ImageVersions:
    engine: Engine
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker"

    @property
    def database(self) -> Database:
        return self.engine.database

    @operation("CreateImageVersion")
    async def create(self, call: Call, request: shapes.CreateImageVersionRequest) -> Answer:
        """The next version of an image; it is made of what the address means while it is CREATING."""
        at = self.clock()

        def create(tx: Transaction) -> Answer:
            image = found(tx, call.scope, request["ImageName"])
            number = image.body.get("LastVersion", 0) + 1
            documents.update(tx, image.changed(image.modified_at, LastVersion=number))
            arn = model.version_arn(image.scope, image.name, number)
            said = {member: call.request[member] for member in answers.SAID if member in call.request}
            version = Document(
                kind=VERSION, scope=image.scope, name=model.version_name(image.name, number), arn=arn,
                parent=image.name, status=CREATING, created_at=at, modified_at=at,
                body={"Version": number, "BaseImage": request["BaseImage"], "Aliases": [], **said},
            )  # fmt: skip
            documents.insert(tx, version)
            name_by(tx, image, version, request.get("Aliases", ()), ())
            run = RunId(f"{arn}/{self.chance()}")  # an image may be made anew, and its versions begin with 1 again
            plan = Plan(image.name, number, request["BaseImage"])
            self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=image.scope)
            return {"ImageVersionArn": arn}

        return await once(self.database, call, at, create)

    @operation("DescribeImageVersion")
    async def describe(self, call: Call, request: shapes.DescribeImageVersionRequest) -> Answer:
        return answers.described(await self.database.read(lambda tx: meant(tx, call)))

    @operation("ListImageVersions")
    async def list(self, call: Call, request: shapes.ListImageVersionsRequest) -> Answer:
        name = request["ImageName"]
        image = await self.database.read(lambda tx: found(tx, call.scope, name))
        query = lists.query(call.scope, answers.in_lists_words(dict(request)), kind=VERSION, descending=True)
        return await lists.answer(self.database, replace(query, parent=image.name), "ImageVersions", answers.version)

    @operation("ListAliases")
    async def aliases(self, call: Call, request: shapes.ListAliasesRequest) -> Answer:
        def read(tx: Transaction) -> list[str]:
            image = found(tx, call.scope, request["ImageName"])
            some = "Version" in request or "Alias" in request
            every = [meant(tx, call)] if some else model.versions(tx, image)
            return sorted(alias for each in every for alias in each.body["Aliases"])

        named, after = await self.database.read(read), request.get("NextToken", "")
        rest = [alias for alias in named if alias > after]
        page = rest[: request.get("MaxResults", MOST_ALIASES)]
        more = page[-1] if len(page) < len(rest) else None
        return {"SageMakerImageVersionAliases": page, **pages.onward(more)}

    @operation("UpdateImageVersion")
    async def update(self, call: Call, request: shapes.UpdateImageVersionRequest) -> Answer:
        said = {member: call.request[member] for member in answers.SAID if member in call.request}

        def update(tx: Transaction) -> Answer:
            version = meant(tx, call).changed(self.clock(), **said)
            image = found(tx, call.scope, request["ImageName"])
            name_by(tx, image, version, request.get("AliasesToAdd", ()), request.get("AliasesToDelete", ()))
            return {"ImageVersionArn": version.arn}

        return await self.database.write(update)

    @operation("DeleteImageVersion")
    async def delete(self, call: Call, request: shapes.DeleteImageVersionRequest) -> Answer:
        """What it named can still be run by its own name."""

        def delete(tx: Transaction) -> Answer:
            version = meant(tx, call)
            if version.status == CREATING:
                raise InUse(f"Image version {version.arn} is being made; delete it when that is over.")
            documents.remove(tx, call.scope, VERSION, version.name)
            return {}

        return await once(self.database, call, self.clock(), delete)


def meant(tx: Transaction, call: Call) -> Document:
    request: Json = call.request
    return model.version(tx, call.scope, request["ImageName"], request.get("Version"), request.get("Alias"))


def name_by(tx: Transaction, image: Document, version: Document, more: Iterable[str], fewer: Iterable[str]) -> None:
    """Keep a version with its aliases changed. An alias is of one version: another that had it loses it."""
    for other in model.versions(tx, image):
        if other.name != version.name and not set(more).isdisjoint(other.body["Aliases"]):
            left = [alias for alias in other.body["Aliases"] if alias not in more]
            documents.update(tx, other.changed(version.modified_at, Aliases=left))
    names = sorted({*version.body["Aliases"], *more} - set(fewer))
    documents.update(tx, version.changed(version.modified_at, Aliases=names))
