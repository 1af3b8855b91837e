"""Staging: what a revision's servers are made of, looked up and brought here before any of them starts.

{model, by variant}  ──DescribeModel──►  image, environment, archive  ──GetObject──►  Container(digest, …)
"""

import asyncio
from collections.abc import Mapping

import msgspec

from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints.configs import described_model
from penstock.services.sagemaker.endpoints.model import Container, Deployment, Json
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Objects, Undelivered
from penstock.wire.call import Directory, Scope, ValidationError


class Staging:
    """The activity `sagemaker.stage-endpoint`."""

    def __init__(self, directory: Directory, objects: Objects) -> None:
        self._directory = directory
        self._objects = objects

    async def stage(self, task: Task) -> Json:
        """The container of each variant, by name. Raises `ServiceError` with what goes into FailureReason."""
        deployment = msgspec.convert(task.input, Deployment)
        staged = {
            variant.name: await self.container(task.scope, variant.model, within=variant.download_within)
            for variant in deployment.variants
        }
        return msgspec.to_builtins(staged)

    async def container(self, scope: Scope, model_name: str, *, within: float) -> Container:
        """What servers of a model are made of, brought within some seconds. Raises `ServiceError`."""
        model = await described_model(self._directory, scope, model_name)
        container = the_container(model)
        uri = archive_of(container)
        try:
            async with asyncio.timeout(within):
                data = (await self._objects.get(scope, Place.of(uri, "ModelDataUrl"))).digest if uri else ""
        except TimeoutError:
            raise ValidationError(f"Failed to download model data {uri} within {within:.0f} seconds.") from None
        except Undelivered as failure:
            raise ValidationError(f"Failed to download model data: {failure}") from failure
        return Container(container["Image"], model.get("ExecutionRoleArn", ""), data, container.get("Environment", {}))


def the_container(model: Mapping[str, Json]) -> Mapping[str, Json]:
    """The one container of a model that endpoints can serve. Raises `ValidationError` naming what they cannot."""
    several = model.get("Containers", ())
    if len(several) > 1:
        raise ValidationError(
            f"The model {model['ModelName']} has {len(several)} Containers; Penstock's endpoints serve models of one."
        )
    container: Mapping[str, Json] = several[0] if several else model["PrimaryContainer"]
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise ValidationError(
            f"The model {model['ModelName']} has a container of Mode {container['Mode']}; Penstock's endpoints serve "
            "SingleModel."
        )
    if "Image" not in container:
        raise ValidationError(
            f"The model {model['ModelName']} names a model package of several containers; Penstock's endpoints serve "
            "models of one."
        )
    return container


def archive_of(container: Mapping[str, Json]) -> str:
    """The S3 URI of the model's archive; empty where a container brings its own model."""
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source is None:
        return str(container.get("ModelDataUrl", ""))
    if (source["S3DataType"], source["CompressionType"]) != ("S3Object", "Gzip"):
        raise ValidationError(
            "ModelDataSource.S3DataSource is served here with S3DataType S3Object and CompressionType Gzip; it has "
            f"{source['S3DataType']} and {source['CompressionType']}."
        )
    return str(source["S3Uri"])
