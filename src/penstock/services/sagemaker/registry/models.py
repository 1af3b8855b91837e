"""Models: containers under a name, ready to be served or to transform with.

A container names an image and its model data, or a model package. A package's version must be approved, and its one
container's image, data and environment are written into the model, so that a model does not change with its package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker import announcing, lists, remains, tagging
from penstock.services.sagemaker.announcing import Announce
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.registry import names
from penstock.services.sagemaker.registry.modeldata import ModelData
from penstock.services.sagemaker.registry.names import MODEL
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


MOST_CONTAINERS: Final = 15
_KEPT: Final = ("InferenceExecutionConfig", "ExecutionRoleArn", "VpcConfig")
_FROM_PACKAGE: Final = ("Image", "ModelDataUrl", "ModelDataSource")


@dataclass(frozen=True)
class Models:
    """Operations on models."""

    database: Database
    directory: Directory
    clock: Callable[[], float]
    announce: Announce
    service = "sagemaker"

    @operation("CreateModel")
    async def create(self, call: Call, request: shapes.CreateModelRequest) -> Answer:
        arn = names.arn(call.scope, MODEL, request["ModelName"])
        found = await self.database.read(lambda tx: names.look(tx, call.scope, MODEL, arn))
        if found is not None and not (call.token and found.token == call.token):
            raise _exists(arn)
        if found is None:
            await self._keep(call, request, arn)
        return {"ModelArn": arn}

    @operation("DescribeModel")
    async def describe(self, call: Call, request: shapes.DescribeModelRequest) -> Answer:
        wanted = request["ModelName"]
        return described(await self.database.read(lambda tx: names.model(tx, call.scope, wanted)))

    @operation("ListModels")
    async def list(self, call: Call, request: shapes.ListModelsRequest) -> Answer:
        return await lists.answer(
            self.database, lists.query(call.scope, request, kind=MODEL, descending=True), "Models", summary
        )

    @operation("DeleteModel")
    async def delete(self, call: Call, request: shapes.DeleteModelRequest) -> Answer:
        def remove(tx: Transaction) -> Answer:
            model = names.model(tx, call.scope, request["ModelName"])
            self.announce(tx, announcing.MODEL, replace(model, modified_at=self.clock()), lambda: described(model))
            remains.keep(tx, model, self.clock())
            documents.remove(tx, call.scope, MODEL, model.name)
            return {}

        return await once(self.database, call, self.clock(), remove)

    async def _keep(self, call: Call, request: Mapping[str, Json], arn: str) -> None:
        labels, containers = tagging.given(request.get("Tags")), _asked(request)
        data = ModelData(self.directory, call.scope)
        for container in containers:
            await data.must_exist(container)

        def keep(tx: Transaction) -> None:
            filled = [_filled(tx, call.scope, container) for container in containers]
            model = documents.insert(tx, _model(call, request, arn, filled, self.clock()))
            tags.add(tx, arn, labels)
            self.announce(tx, announcing.MODEL, model, lambda: described(model))

        try:
            await self.database.write(keep)
        except AlreadyStored:
            raise _exists(arn) from None


def described(model: Document) -> dict[str, Json]:
    """A model as DescribeModel answers it."""
    return summary(model) | dict(model.body)


def summary(model: Document) -> dict[str, Json]:
    """A model as lists show it."""
    return {"ModelName": model.name, "ModelArn": model.arn, "CreationTime": model.created_at}


def _asked(request: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The containers of a request, which are one primary or several in a row; raises on what AWS would not take."""
    primary, several = request.get("PrimaryContainer"), list(request.get("Containers", ()))
    if primary is not None and several:
        raise ValidationError("PrimaryContainer and Containers cannot be given together; give one of them.")
    containers = several if primary is None else [primary]
    if not containers:
        raise ValidationError("A model needs a container; give PrimaryContainer or Containers.")
    if len(containers) > MOST_CONTAINERS:
        raise ValidationError(f"Containers has {len(containers)} members; a model has at most {MOST_CONTAINERS}.")
    for container in containers:
        if ("Image" in container) == ("ModelPackageName" in container):
            raise ValidationError("A container needs an Image or a ModelPackageName, and not both.")
    hosts = Counter(container["ContainerHostname"] for container in containers if "ContainerHostname" in container)
    if hosts and (twice := hosts.most_common(1)[0])[1] > 1:
        raise ValidationError(f"ContainerHostname must differ between Containers; twice: {twice[0]}.")
    return containers


def _filled(tx: Transaction, scope: Scope, container: Mapping[str, Json]) -> dict[str, Json]:
    """A container as it is kept: with its defaults, and with what its model package says."""
    defaults = {"Mode": "SingleModel", "Environment": {}}
    if "ModelPackageName" not in container:
        return defaults | dict(container)
    package = names.package(tx, scope, container["ModelPackageName"])
    if package.parent and package.status != "Approved":
        raise ValidationError(
            f'Cannot create a model from model package "{package.arn}": its ModelApprovalStatus is '
            f"{package.status}; approve it with UpdateModelPackage first."
        )
    inside = _containers_of(package, container.get("InferenceSpecificationName"))
    packaged = inside[0] if len(inside) == 1 else {}  # several stay the package's
    environment = packaged.get("Environment", {}) | container.get("Environment", {})
    contents = {member: packaged[member] for member in _FROM_PACKAGE if member in packaged}
    return defaults | contents | dict(container) | {"ModelPackageName": package.arn, "Environment": environment}


def _containers_of(package: Document, name: str | None) -> list[Json]:
    """The containers that an inference specification of a package has; the main one where none is named."""
    specifications = [package.body["InferenceSpecification"]] if "InferenceSpecification" in package.body else []
    if name is not None:
        more = package.body.get("AdditionalInferenceSpecifications", ())
        specifications = [specification for specification in more if specification["Name"] == name]
    if not specifications:
        missing = "no InferenceSpecification" if name is None else f"no inference specification named '{name}'"
        raise ValidationError(f'Model package "{package.arn}" has {missing}; a model cannot be created from it.')
    containers: list[Json] = specifications[0]["Containers"]
    return containers


def _model(call: Call, request: Mapping[str, Json], arn: str, containers: list[dict[str, Json]], at: float) -> Document:
    held = {"PrimaryContainer": containers[0]} if "PrimaryContainer" in request else {"Containers": containers}
    return Document(
        kind=MODEL,
        scope=call.scope,
        name=request["ModelName"],
        arn=arn,
        created_at=at,
        modified_at=at,
        token=call.token,
        body=held
        | {member: request[member] for member in _KEPT if member in request}
        | {"EnableNetworkIsolation": request.get("EnableNetworkIsolation", False)},
    )


def _exists(arn: str) -> ValidationError:
    return ValidationError(f'Cannot create already existing model "{arn}".')
