"""Model packages: registered, approved, listed, described, deleted.

A new version's number is taken and its package kept in one unit of work, so numbers have no gaps but deletions' and are
never given out twice; and a later version is never older than an earlier one, whatever the clock does, so that the
newest by time is the newest by number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker import lists, remains, tagging
from penstock.services.sagemaker.announcing import MODEL_PACKAGE, Announce
from penstock.services.sagemaker.once import once, recall, token
from penstock.services.sagemaker.pipelines.origin import origin_of
from penstock.services.sagemaker.registry import contents, names
from penstock.services.sagemaker.registry.modeldata import ModelData
from penstock.services.sagemaker.registry.names import PACKAGE
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


_TICK: Final = 0.001  # seconds: what AWS's timestamps can tell apart
_CONTAINER: Final = ("ContainerHostname", "Image", "ModelDataUrl", "ModelDataSource", "Environment")


@dataclass(frozen=True)
class ModelPackages:
    """Operations on model packages."""

    database: Database
    directory: Directory
    clock: Callable[[], float]
    announce: Announce
    service = "sagemaker"

    @operation("CreateModelPackage")
    async def create(self, call: Call, request: shapes.CreateModelPackageRequest) -> Answer:
        said = await self.database.read(lambda tx: recall(tx, call))
        if said is not None:
            return said
        contents.must_make_sense(request)
        contents.must_differ(request.get("AdditionalInferenceSpecifications", []))
        filled = await self._with_model_data(call, await self._with_source(call, request))

        def keep(tx: Transaction) -> Answer:
            make = _version if request.get("ModelPackageGroupName") else _named
            package = make(tx, call, filled, self.clock())
            tags.add(tx, package.arn, tagging.given(request.get("Tags")))
            self._tell(tx, package)
            return {"ModelPackageArn": package.arn}

        return await once(self.database, call, self.clock(), keep)

    @operation("DescribeModelPackage")
    async def describe(self, call: Call, request: shapes.DescribeModelPackageRequest) -> Answer:
        wanted = request["ModelPackageName"]
        answer = contents.described(await self.database.read(lambda tx: names.package(tx, call.scope, wanted)))
        return contents.without_card_content(answer) if request.get("IncludedData") == "MetadataOnly" else answer

    @operation("BatchDescribeModelPackage")
    async def describe_batch(self, call: Call, request: shapes.BatchDescribeModelPackageRequest) -> Answer:
        wanted = request["ModelPackageArnList"]
        found = await self.database.read(lambda tx: {arn: names.look(tx, call.scope, PACKAGE, arn) for arn in wanted})
        missing = {"ErrorCode": "ValidationException"}
        return {
            "ModelPackageSummaries": {arn: contents.in_batch(package) for arn, package in found.items() if package},
            "BatchDescribeModelPackageErrorMap": {
                arn: missing | {"ErrorResponse": f"ModelPackage {arn} does not exist."}
                for arn, package in found.items()
                if package is None
            },
        }

    @operation("ListModelPackages")
    async def list(self, call: Call, request: shapes.ListModelPackagesRequest) -> Answer:
        group, wanted = request.get("ModelPackageGroupName"), request.get("ModelPackageType")
        query = lists.query(
            call.scope, request, kind=PACKAGE, descending=False, status=request.get("ModelApprovalStatus")
        )
        if group is not None:
            found = await self.database.read(lambda tx: names.group(tx, call.scope, group))
            query = replace(query, parent=found.name)
        elif wanted != "Both":
            query = replace(query, has_parent=wanted == "Versioned")
        return await lists.answer(self.database, query, "ModelPackageSummaryList", contents.summary)

    @operation("UpdateModelPackage")
    async def update(self, call: Call, request: shapes.UpdateModelPackageRequest) -> Answer:
        contents.must_be_a_card(request.get("ModelCard"))
        filled = await self._with_model_data(call, request)

        def change(tx: Transaction) -> Answer:
            package = names.package(tx, call.scope, request["ModelPackageArn"])
            changed = contents.updated(package, filled, self.clock(), call.scope)
            documents.update(tx, changed)
            self._tell(tx, changed)
            return {"ModelPackageArn": package.arn}

        return await once(self.database, call, self.clock(), change)

    @operation("DeleteModelPackage")
    async def delete(self, call: Call, request: shapes.DeleteModelPackageRequest) -> Answer:
        def remove(tx: Transaction) -> Answer:
            package = names.package(tx, call.scope, request["ModelPackageName"])
            remains.keep(tx, package, self.clock())
            documents.remove(tx, call.scope, PACKAGE, package.name)
            return {}

        return await once(self.database, call, self.clock(), remove)

    def _tell(self, tx: Transaction, package: Document) -> None:
        self.announce(tx, MODEL_PACKAGE, package, lambda: contents.in_event(package))

    async def _with_source(self, call: Call, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """The request with what its SourceUri gives: a model's containers, or all of the package to clone."""
        uri = request.get("SourceUri", "")

        def source(tx: Transaction) -> dict[str, Json]:
            if ":model-package/" in uri:
                cloned = names.package(tx, call.scope, uri).body
                return {member: cloned[member] for member in contents.KEPT if member in cloned}
            if ":model/" in uri:
                return {"InferenceSpecification": {"Containers": _containers(names.model(tx, call.scope, uri))}}
            return {}  # any other address is only kept

        return await self.database.read(source) | dict(request) if uri.startswith("arn:") else request

    async def _with_model_data(self, call: Call, request: Mapping[str, Json]) -> dict[str, Json]:
        """The request, its model data found in S3, each container with the ETag of what was found."""
        data, filled = ModelData(self.directory, call.scope), dict(request)
        if specification := request.get("InferenceSpecification"):
            filled["InferenceSpecification"] = specification | {
                "Containers": await data.seen(specification["Containers"])
            }
        for member in ("AdditionalInferenceSpecifications", "AdditionalInferenceSpecificationsToAdd"):
            if member in request:
                filled[member] = [
                    more | {"Containers": await data.seen(more["Containers"])} for more in request[member]
                ]
        if algorithms := request.get("SourceAlgorithmSpecification"):
            filled["SourceAlgorithmSpecification"] = {
                "SourceAlgorithms": await data.seen(algorithms["SourceAlgorithms"])
            }
        return filled


def _version(tx: Transaction, call: Call, request: Mapping[str, Json], now: float) -> Document:
    """Keep a package as the next version of its group."""
    group = names.group(tx, call.scope, request["ModelPackageGroupName"])
    number = group.body.get("LastVersion", 0) + 1
    at = max(now, group.body.get("LastVersionTime", 0.0) + _TICK)
    documents.update(tx, group.changed(group.modified_at, LastVersion=number, LastVersionTime=at))
    return documents.insert(tx, _package(call, request, f"{group.name}/{number}", at, parent=group.name))


def _named(tx: Transaction, call: Call, request: Mapping[str, Json], now: float) -> Document:
    """Keep a package under the name it was given."""
    package = _package(call, request, request["ModelPackageName"], now)
    try:
        return documents.insert(tx, package)
    except AlreadyStored:
        raise ValidationError(f"ModelPackage already exists: {package.arn}") from None


def _package(call: Call, request: Mapping[str, Json], name: str, at: float, parent: str = "") -> Document:
    return Document(
        kind=PACKAGE,
        scope=call.scope,
        name=name,
        arn=names.arn(call.scope, PACKAGE, name),
        parent=parent,
        status=contents.approval(request),
        created_at=at,
        modified_at=at,
        token=token(call),
        body=contents.made(request, at, call.scope, origin_of(token(call))),
    )


def _containers(model: Document) -> list[Json]:
    """A model's containers as those of a package."""
    held = [model.body["PrimaryContainer"]] if "PrimaryContainer" in model.body else model.body["Containers"]
    if not all("Image" in container for container in held):
        raise ValidationError(f"SourceUri {model.arn} names a model with no Image of its own; name its model package.")
    return [{member: container[member] for member in _CONTAINER if member in container} for container in held]
