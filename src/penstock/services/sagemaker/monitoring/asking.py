"""Asking: what definitions and schedules may say beyond what the service model knows; and a `Definition` of them."""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.requests import ISOLATION
from penstock.services.sagemaker.monitoring.model import TYPES, Definition, Json, Type
from penstock.services.sagemaker.monitoring.timing import offset
from penstock.wire.call import ValidationError

INPUTS: Final = ("EndpointInput", "BatchTransformInput")


def of_job_definition(about: Type, name: str, request: Mapping[str, Json]) -> Definition:
    """What a job definition says."""
    source = request[f"{about.name}JobInput"]
    return _checked(
        Definition(
            type=about.name,
            name=name,
            application=request[f"{about.name}AppSpecification"],
            **_source(source, f"{about.name}JobInput"),
            truth=source.get("GroundTruthS3Input", {}).get("S3Uri", ""),
            output=request[f"{about.name}JobOutputConfig"],
            resources=request["JobResources"],
            role=request["RoleArn"],
            baseline=request.get(f"{about.name}BaselineConfig", {}),
            network=request.get("NetworkConfig", {}),
            stopping=request.get("StoppingCondition", {}),
        ),
        about,
    )


def of_schedule(config: Mapping[str, Json]) -> Definition:
    """What a schedule says that has no job definition."""
    told = config["MonitoringJobDefinition"]
    if config.get("MonitoringType", "DataQuality") != "DataQuality":
        raise ValidationError(
            f"MonitoringJobDefinition: MonitoringType {config['MonitoringType']} needs a job definition of its own; "
            f"make one with Create{config['MonitoringType']}JobDefinition and name it in MonitoringJobDefinitionName."
        )
    environment = {"Environment": told["Environment"]} if told.get("Environment") else {}
    return _checked(
        Definition(
            type="DataQuality",
            application={**told["MonitoringAppSpecification"], **environment},
            **_source(told["MonitoringInputs"][0], "MonitoringInputs"),
            output=told["MonitoringOutputConfig"],
            resources=told["MonitoringResources"],
            role=told["RoleArn"],
            baseline=told.get("BaselineConfig", {}),
            network=told.get("NetworkConfig", {}),
            stopping=told.get("StoppingCondition", {}),
        ),
        TYPES["DataQuality"],
    )


def must_name_one(config: Mapping[str, Json]) -> None:
    """Raise unless a schedule has a job definition, and one only."""
    if ("MonitoringJobDefinition" in config) == ("MonitoringJobDefinitionName" in config):
        raise ValidationError("Give either MonitoringJobDefinitionName or MonitoringJobDefinition.")
    if "MonitoringJobDefinitionName" in config and "MonitoringType" not in config:
        raise ValidationError("MonitoringType is required with MonitoringJobDefinitionName.")


def _source(told: Mapping[str, Json], member: str) -> dict[str, Json]:
    given = [name for name in INPUTS if name in told]
    if len(given) != 1:
        raise ValidationError(f"{member} needs exactly one of EndpointInput and BatchTransformInput.")
    return {"source": told[given[0]], "is_batch": given == ["BatchTransformInput"]}


def _checked(definition: Definition, about: Type) -> Definition:
    """Raise for what cannot be carried out."""
    source, output = definition.source, definition.output["MonitoringOutputs"][0]["S3Output"]
    if definition.network.get("EnableNetworkIsolation"):
        raise ValidationError(ISOLATION.format(member="NetworkConfig.EnableNetworkIsolation"))
    if source.get("S3InputMode", "File") != "File":
        raise ValidationError("S3InputMode Pipe is not supported; use File.")
    for name in ("StartTimeOffset", "EndTimeOffset"):
        if source.get(name):
            offset(source[name], name)
    Place.of(output["S3Uri"], "MonitoringOutputs.S3Output.S3Uri")
    if definition.is_batch:
        Place.of(source["DataCapturedDestinationS3Uri"], "BatchTransformInput.DataCapturedDestinationS3Uri")
    if about.merges and definition.is_batch and "Parquet" in source["DatasetFormat"]:
        raise ValidationError(
            f"BatchTransformInput.DatasetFormat must be Csv or Json for {about.name}: what transform jobs write is "
            "never Parquet."
        )
    if about.merges:
        Place.of(definition.truth, "GroundTruthS3Input.S3Uri")
    for path in (source["LocalPath"], output["LocalPath"]):
        if not path.startswith("/opt/ml/processing/") or ".." in path.split("/"):
            raise ValidationError(f"LocalPath must begin with /opt/ml/processing/; it is '{path}'.")
    return definition
