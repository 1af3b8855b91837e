"""Staging: what a revision's servers are made of, looked up and brought here before any of them starts.

{model, by variant}  ──DescribeModel, DescribeModelPackage──►  images, environments, data  ──GetObject──►  Contents

The models of a multi-model container are brought when they are asked for: see `library`.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints import explaining
from penstock.services.sagemaker.endpoints.configs import described_model
from penstock.services.sagemaker.endpoints.model import Container, Contents, Deployment, Json, Variant
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import Access
from penstock.services.sagemaker.jobs.staging import safe, together
from penstock.wire.call import Call, Directory, Scope, ServiceError, ValidationError

Form = Literal["archive", "object", "prefix"]
FORMS: Final[Mapping[tuple[str, str], Form]] = {
    ("S3Object", "Gzip"): "archive",
    ("S3Object", "None"): "object",
    ("S3Prefix", "None"): "prefix",
}
PROGRAM: Final = "SAGEMAKER_PROGRAM"
SUBMITTED: Final = "SAGEMAKER_SUBMIT_DIRECTORY"
NOTHING: Final[Mapping[str, str]] = {}
MULTI_MODEL: Final = "SAGEMAKER_MULTI_MODEL"  # the SDK tells every such container, Penstock those that hold several
EXPLAINS: Final = "PENSTOCK_EXPLAINER"  # the variable that makes a server of Clarify's image explain
CLARIFY: Final = "205585389593.dkr.ecr.{region}.amazonaws.com/sagemaker-clarify-processing:1.0"


class Staging:
    """The activity `sagemaker.stage-endpoint`."""

    def __init__(self, directory: Directory, objects: Access) -> None:
        self._directory = directory
        self._objects = objects

    async def stage(self, task: Task) -> Json:
        """The contents of each variant, by name. Raises `ServiceError` with what goes into FailureReason."""
        deployment = msgspec.convert(task.input, Deployment)
        explainer = await self._explainer(task.scope, deployment.explainer) if deployment.explainer else None
        staged = {}
        for variant in deployment.variants:
            found = await self._staged(task.scope, variant)
            staged[variant.name] = msgspec.structs.replace(found, explainer=explainer)
        return msgspec.to_builtins(staged)

    async def _explainer(self, scope: Scope, config: Mapping[str, Json]) -> Container:
        """Clarify's server, with the baseline if that is an object."""
        baseline = config["ShapConfig"]["ShapBaselineConfig"].get("ShapBaselineUri")
        environment = {EXPLAINS: json.dumps(config)}
        bare = Container(CLARIFY.format(region=scope.region), environment=environment, name=explaining.NAME)
        if baseline is None:
            return bare
        try:
            held = await self._objects.get(scope, Place.of(baseline, "ShapBaselineUri"))
        except Undelivered as failure:
            raise ValidationError(f"Failed to download the SHAP baseline: {failure}") from failure
        return msgspec.structs.replace(bare, files={"baseline": held.digest})

    async def _staged(self, scope: Scope, variant: Variant) -> Contents:
        within = variant.download_within
        if variant.is_host:
            return Contents(())
        if variant.container:
            bare = {"ModelName": variant.name, "PrimaryContainer": variant.container}
            return await self._brought(scope, bare, variant.role_arn, within, NOTHING)
        return await self.contents(scope, variant.model, within=within, role_arn=variant.role_arn)

    async def contents(
        self,
        scope: Scope,
        model_name: str,
        *,
        within: float,
        environment: Mapping[str, str] = NOTHING,
        role_arn: str = "",
    ) -> Contents:
        """What instances of a model run, brought within some seconds, with more variables. Raises `ServiceError`."""
        model = await described_model(self._directory, scope, model_name)
        return await self._brought(scope, model, model.get("ExecutionRoleArn", role_arn), within, environment)

    async def _brought(
        self, scope: Scope, model: Mapping[str, Json], role: str, within: float, environment: Mapping[str, str]
    ) -> Contents:
        found = await asked_containers(self._directory, scope, model)
        asked = [{**each, "Environment": {**each.get("Environment", {}), **environment}} for each in found]
        try:
            async with asyncio.timeout(within):
                containers = await together(self._container(scope, each, role) for each in asked)
        except TimeoutError:
            raise ValidationError(f"Failed to download model data within {within:.0f} seconds.") from None
        except Undelivered as failure:
            raise ValidationError(f"Failed to download model data: {failure}") from failure
        named = names(asked)
        return Contents(
            tuple(msgspec.structs.replace(each, name=name) for name, each in zip(named, containers, strict=True)),
            is_direct=is_direct(model),
        )

    async def _container(self, scope: Scope, asked: Mapping[str, Json], role: str) -> Container:
        environment = asked["Environment"]
        code = await self._code(scope, environment)
        if is_multi_model(asked):
            without = {name: value for name, value in environment.items() if name != MULTI_MODEL}
            return Container(asked["Image"], role, environment=without, models=source_of(asked)[1], code=code)
        bare = Container(asked["Image"], role, environment=environment, code=code)
        form, uri = source_of(asked)
        if not uri:
            return bare
        place = Place.of(uri, "ModelDataUrl")
        match form:
            case "archive":
                return msgspec.structs.replace(bare, data=(await self._objects.get(scope, place)).digest)
            case "object":
                name = safe(place.key.rpartition("/")[2])
                return msgspec.structs.replace(bare, files={name: (await self._objects.get(scope, place)).digest})
            case "prefix":
                return msgspec.structs.replace(bare, files=await self._files(scope, place))

    async def _code(self, scope: Scope, environment: Mapping[str, str]) -> str:
        """The archive of a script in S3; empty where the script comes with the model."""
        uri = environment.get(SUBMITTED, "")
        if PROGRAM not in environment or not uri.startswith("s3://"):
            return ""
        return (await self._objects.get(scope, Place.of(uri, SUBMITTED))).digest

    async def _files(self, scope: Scope, place: Place) -> dict[str, str]:
        """Every object under a prefix, by what its key has after it."""
        keys = [key async for key in self._objects.keys(scope, place)]
        if not keys:
            raise Undelivered(f"there is no object under {place.uri}.")
        paths = [safe(key.removeprefix(place.key).lstrip("/")) for key in keys]
        found = await together(self._objects.get(scope, Place(place.bucket, key)) for key in keys)
        return {path: blob.digest for path, blob in zip(paths, found, strict=True)}


async def one_model(directory: Directory, scope: Scope, model_name: str) -> None:
    """Raise `ValidationError` where a model has containers to choose from: transform jobs do not name one."""
    model = await described_model(directory, scope, model_name)
    containers = await asked_containers(directory, scope, model)
    if is_multi_model(containers[0]):
        raise ValidationError(f"The model {model_name} is of Mode MultiModel; transform jobs use one model.")
    if is_direct(model):
        raise ValidationError(
            f"The model {model_name} has an InferenceExecutionConfig of Mode Direct; transform jobs pass every "
            "container in turn: leave it out, or make a model of the container that is meant."
        )


async def asked_containers(directory: Directory, scope: Scope, model: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The containers of a model that can be served. Raises `ValidationError` naming what cannot."""
    held: list[Mapping[str, Json]] = model["Containers"] if "Containers" in model else [model["PrimaryContainer"]]
    containers = [each for one in held for each in await packaged(directory, scope, one)]
    for container in containers:
        check_container(model["ModelName"], container, alone=len(containers) == 1)
    return containers


async def packaged(directory: Directory, scope: Scope, container: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """A container itself, or those of the model package of several that it names."""
    if "Image" in container:
        return [container]
    request = {"ModelPackageName": container["ModelPackageName"]}
    try:
        package = await directory.answer(Call("sagemaker", "DescribeModelPackage", request, scope))
    except ServiceError as error:
        raise ValidationError(error.message) from error
    name = container.get("InferenceSpecificationName")
    more = {each["Name"]: each for each in package.get("AdditionalInferenceSpecifications", ())}
    inside = package["InferenceSpecification"] if name is None else more[name]
    given = container.get("Environment", {})
    return [{**each, "Environment": each.get("Environment", {}) | given} for each in inside["Containers"]]


def check_container(model: str, container: Mapping[str, Json], *, alone: bool) -> None:
    if container.get("AdditionalModelDataSources"):
        raise ValidationError(
            f"The model {model} has a container with AdditionalModelDataSources, which Penstock's endpoints do not "
            "support yet; put all of it into ModelDataSource."
        )
    if is_multi_model(container) and not alone:
        raise ValidationError(
            f"The model {model} has a container of Mode MultiModel beside others; Penstock's endpoints serve it alone."
        )
    if container.get("MultiModelConfig", {}).get("ModelCacheSetting") == "Disabled":
        raise ValidationError(
            f"The model {model} has MultiModelConfig.ModelCacheSetting Disabled; Penstock's endpoints keep models "
            "loaded; leave it out."
        )
    if not is_multi_model(container):
        source_of(container)


def is_direct(model: Mapping[str, Json]) -> bool:
    return bool(model.get("InferenceExecutionConfig", {}).get("Mode") == "Direct")


def is_multi_model(container: Mapping[str, Json]) -> bool:
    return str(container.get("Mode")) == "MultiModel"


def source_of(container: Mapping[str, Json]) -> tuple[Form, str]:
    """The form of a container's model data, and its S3 URI: empty where a container brings its own model."""
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source is None:
        return "archive", str(container.get("ModelDataUrl", ""))
    kind = source["S3DataType"], source["CompressionType"]
    if kind not in FORMS:
        raise ValidationError(
            "ModelDataSource.S3DataSource is an S3Object of CompressionType Gzip or None, or an S3Prefix of None; "
            f"it has {kind[0]} and {kind[1]}."
        )
    return FORMS[kind], str(source["S3Uri"])


def names(containers: Sequence[Mapping[str, Json]]) -> list[str]:
    """What containers are called in messages, and by requests that name one."""
    if len(containers) == 1:
        return [containers[0].get("ContainerHostname", "primary")]
    return [each.get("ContainerHostname", f"container-{number}") for number, each in enumerate(containers, 1)]
