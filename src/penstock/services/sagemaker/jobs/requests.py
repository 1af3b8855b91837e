"""Requests: AWS's defaults filled in, and the rules that the service model cannot state. Pure.

What Penstock has no way to do is refused here, by name and with what would do, before there is a job.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from penstock.services.sagemaker.jobs.contract import instances_of
from penstock.services.sagemaker.jobs.model import DEFAULT_RUNTIME, Json, Place, Product
from penstock.wire.call import ValidationError

Request = Mapping[str, Json]
Definitions = Callable[[str], Sequence[Mapping[str, str]]]  # an image's built-in metric definitions

MOST_INSTANCES: Final = 100
OF_TRAINING: Final[Mapping[str, str]] = {
    "ServerlessJobConfig": "give AlgorithmSpecification and ResourceConfig",
    "ModelPackageConfig": "register the model with CreateModelPackage",
}
ISOLATION: Final = (
    "{member} is not supported: this runtime cannot cut a job off from the network. "
    "Leave it out, or run the job under a runtime that isolates."
)


def completed(product: Product, request: Request, definitions: Definitions) -> dict[str, Json]:
    """The request with defaults filled in; raises `ValidationError` where it cannot be carried out."""
    return training(request, definitions) if product == "training-job" else processing(request)


# ---------------------------------------------------------------------------------------------------- training


def training(request: Request, definitions: Definitions) -> dict[str, Json]:
    refuse(request, OF_TRAINING)
    check_tracking(request.get("MlflowConfig", {}))
    algorithm = with_metrics(training_image(request), definitions)
    config = request.get("ResourceConfig")
    if not config:
        raise ValidationError("ResourceConfig is required: name an InstanceType and an InstanceCount.")
    check_instances(config, "ResourceConfig")
    if request.get("EnableNetworkIsolation"):
        raise ValidationError(ISOLATION.format(member="EnableNetworkIsolation"))
    if request.get("RemoteDebugConfig", {}).get("EnableRemoteDebug"):
        raise ValidationError("RemoteDebugConfig.EnableRemoteDebug is not supported: a job's log and files are local.")
    places(request, ("OutputDataConfig", "S3OutputPath"), ("CheckpointConfig", "S3Uri"))
    places(request, ("TensorBoardOutputConfig", "S3OutputPath"))
    whole = {
        **request,
        "AlgorithmSpecification": algorithm,
        "ResourceConfig": with_selection(config),
        "OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP", **request["OutputDataConfig"]},
        "StoppingCondition": stopping_condition(request),
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": request.get("EnableInterContainerTrafficEncryption", False),
        "EnableManagedSpotTraining": request.get("EnableManagedSpotTraining", False),
    }
    if "InputDataConfig" in request:
        whole["InputDataConfig"] = [channel(each) for each in request["InputDataConfig"]]
        unique("InputDataConfig", "ChannelName", request["InputDataConfig"])
    return whole


def check_tracking(config: Request) -> None:
    """A tracking server can be handed to the job, which makes its runs itself."""
    if config.get("MlflowRunName"):
        raise ValidationError(
            "MlflowConfig.MlflowRunName is not supported: name the run in the script, mlflow.start_run(run_name=…)."
        )
    if ":mlflow-tracking-server/" not in config.get("MlflowResourceArn", ":mlflow-tracking-server/"):
        raise ValidationError(
            "MlflowConfig.MlflowResourceArn must be a tracking server's: "
            "create one with CreateMlflowTrackingServer; Penstock has no MLflow apps."
        )


def training_image(request: Request) -> dict[str, Json]:
    algorithm = dict(request.get("AlgorithmSpecification") or {})
    if "AlgorithmName" in algorithm:
        raise ValidationError(
            "AlgorithmSpecification.AlgorithmName is not supported: Penstock has no algorithm resources. "
            "Name the image with TrainingImage."
        )
    if not algorithm.get("TrainingImage"):
        raise ValidationError("AlgorithmSpecification.TrainingImage is required: it names the image to train with.")
    return algorithm


def with_metrics(algorithm: dict[str, Json], definitions: Definitions) -> dict[str, Json]:
    """The definitions of the request, and those that come with the image under names that it leaves free."""
    own = list(algorithm.get("MetricDefinitions", ()))
    for each in own:
        try:
            re.compile(each["Regex"])
        except re.error as error:
            raise ValidationError(
                f"AlgorithmSpecification.MetricDefinitions: the Regex of '{each['Name']}' is no regular expression "
                f"({error})."
            ) from None
    taken = {each["Name"] for each in own}
    every = own + [dict(each) for each in definitions(algorithm["TrainingImage"]) if each["Name"] not in taken]
    algorithm.setdefault("EnableSageMakerMetricsTimeSeries", bool(every))
    return {**algorithm, "MetricDefinitions": every} if every else algorithm


def channel(told: Mapping[str, Json]) -> dict[str, Json]:
    name, source = told["ChannelName"], told["DataSource"]
    data = source.get("S3DataSource")
    if not data:
        raise ValidationError(
            f"Channel '{name}': only DataSource.S3DataSource is supported, not {', '.join(source) or 'an empty one'}."
        )
    if data["S3DataType"] not in {"S3Prefix", "ManifestFile"}:
        raise ValidationError(
            f"Channel '{name}': S3DataType {data['S3DataType']} is not supported; use S3Prefix or ManifestFile."
        )
    if told.get("RecordWrapperType") == "RecordIO":
        raise ValidationError(f"Channel '{name}': RecordWrapperType RecordIO is not supported: channels are files.")
    if "ShuffleConfig" in told:
        raise ValidationError(f"Channel '{name}': ShuffleConfig is not supported: channels are files, not streams.")
    Place.of(data["S3Uri"], f"Channel '{name}': S3Uri")
    s3 = {"S3DataDistributionType": "FullyReplicated", **data}
    return {"CompressionType": "None", "RecordWrapperType": "None", **told, "DataSource": {"S3DataSource": s3}}


def stopping_condition(request: Request) -> dict[str, Json]:
    condition = {"MaxRuntimeInSeconds": DEFAULT_RUNTIME, **request.get("StoppingCondition", {})}
    wait = condition.get("MaxWaitTimeInSeconds")
    if request.get("EnableManagedSpotTraining") and (wait is None or wait < condition["MaxRuntimeInSeconds"]):
        raise ValidationError(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds."
        )
    if wait is not None and not request.get("EnableManagedSpotTraining"):
        raise ValidationError("MaxWaitTimeInSeconds must not be present unless EnableManagedSpotTraining is true.")
    return condition


# -------------------------------------------------------------------------------------------------- processing


def processing(request: Request) -> dict[str, Json]:
    resources = request["ProcessingResources"]
    check_instances(resources["ClusterConfig"], "ProcessingResources.ClusterConfig")
    if request.get("NetworkConfig", {}).get("EnableNetworkIsolation"):
        raise ValidationError(ISOLATION.format(member="NetworkConfig.EnableNetworkIsolation"))
    whole = {
        **request,
        "ProcessingResources": {**resources, "ClusterConfig": with_selection(resources["ClusterConfig"])},
        "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_RUNTIME, **request.get("StoppingCondition", {})},
    }
    if "ProcessingInputs" in request:
        unique("ProcessingInputs", "InputName", request["ProcessingInputs"])
        whole["ProcessingInputs"] = [processing_input(each) for each in request["ProcessingInputs"]]
    if "ProcessingOutputConfig" in request:
        config = request["ProcessingOutputConfig"]
        unique("ProcessingOutputConfig.Outputs", "OutputName", config["Outputs"])
        whole["ProcessingOutputConfig"] = {**config, "Outputs": [processing_output(each) for each in config["Outputs"]]}
    return whole


def processing_input(told: Mapping[str, Json]) -> dict[str, Json]:
    whole = {"AppManaged": False, **told}
    name = f"Processing input '{told['InputName']}'"
    if "DatasetDefinition" in told:
        raise ValidationError(f"{name}: DatasetDefinition is not supported (no Athena, no Redshift); use S3Input.")
    if whole["AppManaged"]:
        return whole
    if "S3Input" not in told:
        raise ValidationError(f"{name}: S3Input is required unless AppManaged is true.")
    data = {
        "S3InputMode": "File", "S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None",
        **told["S3Input"],
    }  # fmt: skip
    if data["S3InputMode"] != "File" or data["S3CompressionType"] != "None":
        raise ValidationError(f"{name}: S3InputMode Pipe is not supported; use File, and no S3CompressionType.")
    Place.of(data["S3Uri"], f"{name}: S3Uri")
    check_local_path(name, data.get("LocalPath"))
    return {**whole, "S3Input": data}


def processing_output(told: Mapping[str, Json]) -> dict[str, Json]:
    whole = {"AppManaged": False, **told}
    name = f"Processing output '{told['OutputName']}'"
    if whole["AppManaged"]:
        return whole
    if "FeatureStoreOutput" in told or "S3Output" not in told:
        raise ValidationError(f"{name}: S3Output is required unless AppManaged is true.")
    Place.of(told["S3Output"]["S3Uri"], f"{name}: S3Uri")
    check_local_path(name, told["S3Output"].get("LocalPath"))
    return whole


def check_local_path(name: str, path: str | None) -> None:
    if not path or not f"{path}/".startswith("/opt/ml/processing/") or ".." in path.split("/"):
        raise ValidationError(f"{name}: LocalPath must begin with /opt/ml/processing/; it is '{path or ''}'.")


# ------------------------------------------------------------------------------------------------------- both


def check_instances(config: Mapping[str, Json], member: str) -> None:
    """That exactly one way of naming instances is used, and that there are not too many of them."""
    ways = [way for way in ("InstanceType", "InstanceGroups", "InstancePreferences") if config.get(way)]
    if len(ways) != 1:
        raise ValidationError(f"{member} needs exactly one of InstanceType, InstanceGroups and InstancePreferences.")
    counted = (
        config["InstanceGroups"] if ways == ["InstanceGroups"] else [config, *config.get("InstancePreferences", ())]
    )
    counts = [each.get("InstanceCount", 1) for each in counted]
    if not all(counts) or (sum(counts) if ways == ["InstanceGroups"] else max(counts)) > MOST_INSTANCES:
        raise ValidationError(f"{member}: InstanceCount must be between 1 and {MOST_INSTANCES} in all.")


def with_selection(config: Mapping[str, Json]) -> Mapping[str, Json]:
    """Of `InstancePreferences` the first is selected, and said to be."""
    if not config.get("InstancePreferences"):
        return config
    instances = instances_of(config)
    return {**config, "SelectedInstanceType": instances[0].type, "SelectedInstanceCount": len(instances)}


def unique(member: str, key: str, entries: Iterable[Mapping[str, Json]]) -> None:
    names = [each[key] for each in entries]
    for name in names:
        if names.count(name) > 1:
            raise ValidationError(f"{member}: {key} '{name}' is there more than once; each must be unique.")


def refuse(request: Request, members: Mapping[str, str]) -> None:
    for member, remedy in members.items():
        if member in request:
            raise ValidationError(f"{member} is not supported; {remedy}.")


def places(request: Request, *members: tuple[str, str]) -> None:
    for config, member in members:
        if config in request:
            Place.of(request[config][member], f"{config}.{member}")
