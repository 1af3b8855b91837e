"""Training's half of the container contract: from a request (defaults filled in) to a `Contract`. Pure.

    /opt/ml/input/config/*.json   /opt/ml/input/data/<channel>   /opt/ml/code   /opt/ml/checkpoints
    /opt/ml/model ──► {S3OutputPath}/{job}/output/model.tar.gz     /opt/ml/output/data ──► …/output.tar.gz

FastFile and Pipe channels are brought as files, and `inputdataconfig.json` says `File` for them, so that an algorithm
which obeys it finds what it is told. The archive that `sagemaker_submit_directory` names is unpacked into
`/opt/ml/code` before the start, where AWS's toolkit looks first: a script needs no access to S3 to begin.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from penstock.engine.jobs import Output
from penstock.services.sagemaker.jobs.answers import model_artifact
from penstock.services.sagemaker.jobs.contract import Contract, Harvest, Source, as_json, instances_of
from penstock.services.sagemaker.jobs.model import NAMES, Json, Place, Plan

CONFIG: Final = "/opt/ml/input/config"
DATA: Final = "/opt/ml/input/data"
CODE: Final = "/opt/ml/code"
MODEL: Final = "/opt/ml/model"
OUTPUT: Final = "/opt/ml/output"
CHECKPOINTS: Final = "/opt/ml/checkpoints"
TENSORBOARD: Final = "/opt/ml/output/tensorboard"
DEFAULT_VOLUME: Final = 30  # GiB


def contract(plan: Plan, region: str) -> Contract:
    """What a training job asks for."""
    request = plan.request
    algorithm = request["AlgorithmSpecification"]
    entrypoint = tuple(algorithm.get("ContainerEntrypoint", ()))
    arguments = tuple(algorithm.get("ContainerArguments", ()))
    tracked = request.get("MlflowConfig", {})
    experiment = tracked.get("MlflowExperimentName", "")
    return Contract(
        name=plan.name,
        image=algorithm["TrainingImage"],
        role_arn=request["RoleArn"],
        instances=instances_of(request["ResourceConfig"]),
        volume_gib=request["ResourceConfig"].get("VolumeSizeInGB") or DEFAULT_VOLUME,
        longest=float(request["StoppingCondition"]["MaxRuntimeInSeconds"]),
        log_group=NAMES["training-job"].log_group,
        resource_config=f"{CONFIG}/resourceconfig.json",
        command=(*entrypoint, *arguments) if entrypoint else (),
        arguments=() if entrypoint else arguments or ("train",),
        environment={
            "TRAINING_JOB_NAME": plan.name,
            "TRAINING_JOB_ARN": plan.arn,
            "AWS_REGION": region,
            **({"MLFLOW_EXPERIMENT_NAME": experiment} if experiment else {}),
            **request.get("Environment", {}),
        },
        tracking_server=tracked.get("MlflowResourceArn", ""),
        files=dict(config_files(request)),
        folders=tuple(folders(request)),
        sources=tuple(sources(request)),
        harvests=tuple(harvests(plan)),
        metrics=tuple((metric["Name"], metric["Regex"]) for metric in algorithm.get("MetricDefinitions", ())),
    )


def folders(request: Mapping[str, Json]) -> Iterator[str]:
    """What is there before the start, filled or empty."""
    for channel in request.get("InputDataConfig", []):
        yield f"{DATA}/{channel['ChannelName']}"
    yield from (MODEL, f"{OUTPUT}/data", CODE)
    if "CheckpointConfig" in request:
        yield checkpoint_folder(request)


def config_files(request: Mapping[str, Json]) -> Iterator[tuple[str, bytes]]:
    channels = request.get("InputDataConfig", [])
    yield f"{CONFIG}/hyperparameters.json", as_json(request.get("HyperParameters", {}))
    yield f"{CONFIG}/inputdataconfig.json", as_json({each["ChannelName"]: channel_config(each) for each in channels})
    if "CheckpointConfig" in request:
        config = {"S3Uri": request["CheckpointConfig"]["S3Uri"], "LocalPath": checkpoint_folder(request)}
        yield f"{CONFIG}/checkpointconfig.json", as_json(config)


def channel_config(channel: Mapping[str, Json]) -> dict[str, Json]:
    told = {
        "TrainingInputMode": "File",
        "ContentType": channel.get("ContentType"),
        "S3DistributionType": channel["DataSource"]["S3DataSource"]["S3DataDistributionType"],
        "RecordWrapperType": channel["RecordWrapperType"],
    }
    return {key: value for key, value in told.items() if value is not None}


def sources(request: Mapping[str, Json]) -> Iterator[Source]:
    for channel in request.get("InputDataConfig", []):
        data = channel["DataSource"]["S3DataSource"]
        yield Source(
            place=Place.of(data["S3Uri"], "InputDataConfig.DataSource.S3DataSource.S3Uri"),
            folder=f"{DATA}/{channel['ChannelName']}",
            form=data["S3DataType"],
            sharded=data["S3DataDistributionType"] == "ShardedByS3Key",
            gunzip=channel["CompressionType"] == "Gzip",
            groups=tuple(data.get("InstanceGroupNames", ())),
        )
    if archive := submit_directory(request):
        yield Source(place=archive, folder=CODE, form="archive", writable=True)
    if "CheckpointConfig" in request:
        place = Place.of(request["CheckpointConfig"]["S3Uri"], "CheckpointConfig.S3Uri")
        yield Source(place=place, folder=checkpoint_folder(request), writable=True, optional=True)


def submit_directory(request: Mapping[str, Json]) -> Place | None:
    """The archive of the user's code: a hyperparameter, which the SDK writes as JSON."""
    told = request.get("HyperParameters", {}).get("sagemaker_submit_directory", "")
    try:
        uri = msgspec.json.decode(told, type=str)
    except msgspec.DecodeError:
        uri = told
    is_archive = uri.startswith("s3://") and uri.endswith((".tar.gz", ".tgz"))
    return Place.of(uri, "HyperParameters.sagemaker_submit_directory") if is_archive else None


def harvests(plan: Plan) -> Iterator[Harvest]:
    """A model and the output data are kept however a job ends, as AWS does: "uploading" comes before "failed"."""
    request = plan.request
    model = model_artifact(plan)
    if model.key.endswith("/"):
        output = Output(name="model", folder=MODEL, form="files", always=True)
        data = Output(name="data", folder=f"{OUTPUT}/data", form="files", always=True)
        yield Harvest(output=output, place=model)
        yield Harvest(output=data, place=beside(model, "data/"))
    else:
        yield Harvest(output=Output(name="model", folder=MODEL, form="tar.gz", always=True), place=model)
        data = Output(name="data", folder=f"{OUTPUT}/data", form="tar.gz", always=True)
        yield Harvest(output=data, place=beside(model, "output.tar.gz"))
    if "CheckpointConfig" in request:
        output = Output(name="checkpoints", folder=checkpoint_folder(request), always=True)
        place = Place.of(request["CheckpointConfig"]["S3Uri"], "CheckpointConfig.S3Uri")
        yield Harvest(output=output, place=place, continuous=True)
    if "TensorBoardOutputConfig" in request:
        config = request["TensorBoardOutputConfig"]
        output = Output(name="tensorboard", folder=config.get("LocalPath") or TENSORBOARD, always=True)
        place = Place.of(config["S3OutputPath"], "TensorBoardOutputConfig.S3OutputPath")
        yield Harvest(output=output, place=place.under(f"{plan.name}/tensorboard-output"), continuous=True)


def beside(place: Place, name: str) -> Place:
    folder, _, _ = place.key.rstrip("/").rpartition("/")
    return Place(place.bucket, f"{folder}/{name}")


def checkpoint_folder(request: Mapping[str, Json]) -> str:
    return str(request["CheckpointConfig"].get("LocalPath") or CHECKPOINTS).rstrip("/")
