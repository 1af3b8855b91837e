"""Processing's half of the container contract: from a request (defaults filled in) to a `Contract`. Pure.

    S3Input ──► LocalPath      /opt/ml/config/{processingjobconfig,resourceconfig}.json      LocalPath ──► S3Output

An input that is one object is a file of its base name; outputs keep their relative paths. `EndOfJob` outputs are
uploaded when the job has succeeded, `Continuous` ones while it runs and whatever way it ends. What is `AppManaged`
is the container's own affair.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.engine.jobs import Output
from penstock.services.sagemaker.jobs.contract import Contract, Harvest, Source, as_json, instances_of
from penstock.services.sagemaker.jobs.model import NAMES, Json, Place, Plan

CONFIG: Final = "/opt/ml/config"
FOLDERS: Final = ("/opt/ml/processing", "/opt/ml/output", "/opt/ml/shared")
TOLD: Final[tuple[str, ...]] = (
    "ProcessingInputs", "ProcessingOutputConfig", "ProcessingResources", "AppSpecification", "Environment", "RoleArn",
    "StoppingCondition", "NetworkConfig", "ExperimentConfig",
)  # fmt: skip


def contract(plan: Plan, region: str) -> Contract:
    """What a processing job asks for."""
    request = plan.request
    application = request["AppSpecification"]
    cluster = request["ProcessingResources"]["ClusterConfig"]
    entrypoint = tuple(application.get("ContainerEntrypoint", ()))
    arguments = tuple(application.get("ContainerArguments", ()))
    outputs = tuple(harvests(request))
    return Contract(
        name=plan.name,
        image=application["ImageUri"],
        role_arn=request["RoleArn"],
        instances=instances_of(cluster),
        volume_gib=cluster["VolumeSizeInGB"],
        longest=float(request["StoppingCondition"]["MaxRuntimeInSeconds"]),
        log_group=NAMES["processing-job"].log_group,
        resource_config=f"{CONFIG}/resourceconfig.json",
        command=(*entrypoint, *arguments) if entrypoint else (),
        arguments=() if entrypoint else arguments,
        environment={"AWS_REGION": region, **request.get("Environment", {})},
        files={f"{CONFIG}/processingjobconfig.json": as_json(job_config(plan))},
        folders=(*FOLDERS, *(output.output.folder for output in outputs)),
        sources=tuple(sources(request)),
        harvests=outputs,
        message_file="/opt/ml/output/message",
    )


def job_config(plan: Plan) -> dict[str, Json]:
    told: dict[str, Json] = {key: plan.request[key] for key in TOLD if key in plan.request}
    return {"ProcessingJobArn": plan.arn, "ProcessingJobName": plan.name, **told}


def sources(request: Mapping[str, Json]) -> Iterator[Source]:
    for number, each in enumerate(request.get("ProcessingInputs", []), start=1):
        if each["AppManaged"]:
            continue
        data = each["S3Input"]
        yield Source(
            place=Place.of(data["S3Uri"], f"ProcessingInputs.{number}.S3Input.S3Uri"),
            folder=data["LocalPath"].rstrip("/"),
            form=data["S3DataType"],
            sharded=data["S3DataDistributionType"] == "ShardedByS3Key",
            writable=True,  # scripts unpack model.tar.gz beside it
        )


def harvests(request: Mapping[str, Json]) -> Iterator[Harvest]:
    for number, each in enumerate(request.get("ProcessingOutputConfig", {}).get("Outputs", []), start=1):
        if each["AppManaged"]:
            continue
        told = each["S3Output"]
        continuous = told["S3UploadMode"] == "Continuous"
        yield Harvest(
            output=Output(name=each["OutputName"], folder=told["LocalPath"].rstrip("/"), always=continuous),
            place=Place.of(told["S3Uri"], f"ProcessingOutputConfig.Outputs.{number}.S3Output.S3Uri"),
            continuous=continuous,
        )
