"""Requests: what a job is asked for, in either version, as a plan, and the rules that no service model states. Pure."""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.automl.contract import ALGORITHMS
from penstock.services.sagemaker.automl.model import METRICS, Json, Plan, arn_of
from penstock.services.sagemaker.jobs.model import Place
from penstock.wire.call import Scope, ValidationError

Request = Mapping[str, Json]

CSV: Final = "text/csv;header=present"
PARQUET: Final = "x-application/vnd.amazon+parquet"
OF_CONFIG: Final = ("CompletionCriteria", "Mode")
KEPT: Final = ("OutputDataConfig", "RoleArn", "AutoMLJobObjective", "ModelDeployConfig")


def planned(scope: Scope, request: Request, at: float) -> Plan:
    """The plan of a request of the first version; raises `ValidationError` where it cannot be carried out."""
    for channel in request["InputDataConfig"]:
        check_channel(channel)
    check_channels(request["InputDataConfig"])
    Place.of(request["OutputDataConfig"]["S3OutputPath"], "OutputDataConfig.S3OutputPath")
    check_problem(request.get("ProblemType"), request.get("AutoMLJobObjective"))
    config = request.get("AutoMLJobConfig", {})
    mode = config.get("Mode", "AUTO")
    check_mode(mode, request)
    check_algorithms(mode, config.get("CandidateGenerationConfig", {}))
    fraction = config.get("DataSplitConfig", {}).get("ValidationFraction")
    if fraction is not None and not 0 < fraction < 1:
        raise ValidationError("DataSplitConfig.ValidationFraction must be greater than 0 and less than 1.")
    if specification := config.get("CandidateGenerationConfig", {}).get("FeatureSpecificationS3Uri"):
        Place.of(specification, "FeatureSpecificationS3Uri")
    check_endpoint(request.get("ModelDeployConfig"))
    return Plan(
        name=request["AutoMLJobName"],
        arn=arn_of(scope, request["AutoMLJobName"]),
        created_at=at,
        request={key: value for key, value in request.items() if key not in ("AutoMLJobName", "Tags")},
        mode=mode,
        tags=tuple(tagging.shown(tagging.given(request.get("Tags")))),
    )


def check_channel(channel: Request) -> None:
    source = channel.get("DataSource", {}).get("S3DataSource")
    if source is None:
        raise ValidationError("DataSource is required of each channel: name its S3DataSource.")
    if source["S3DataType"] == "AugmentedManifestFile":
        raise ValidationError("S3DataType AugmentedManifestFile is for images only; use S3Prefix or ManifestFile.")
    Place.of(source["S3Uri"], "InputDataConfig.DataSource.S3DataSource.S3Uri")
    kind = channel.get("ContentType", CSV).replace(" ", "")
    if kind not in (CSV, PARQUET):
        raise ValidationError(f"ContentType '{channel['ContentType']}' is not supported; use {CSV} or {PARQUET}.")
    if kind == PARQUET and channel.get("CompressionType", "None") != "None":
        raise ValidationError("CompressionType Gzip is for CSV: Parquet files are compressed inside; leave it out.")


def check_channels(channels: list[Request]) -> None:
    kinds = [each.get("ChannelType", "training") for each in channels]
    if sorted(kinds) not in (["training"], ["training", "validation"]):
        raise ValidationError("InputDataConfig needs one channel of ChannelType training, and may have one validation.")
    for member in ("TargetAttributeName", "ContentType", "CompressionType", "SampleWeightAttributeName"):
        if len({each.get(member) for each in channels}) > 1:
            raise ValidationError(f"Channels for training and validation must share the same {member}.")


def check_problem(problem: str | None, objective: Request | None) -> None:
    if (problem is None) != (objective is None):
        raise ValidationError("ProblemType and AutoMLJobObjective must be given both, or neither of them.")
    if problem is not None and objective is not None and objective["MetricName"] not in METRICS[problem]:
        raise ValidationError(
            f"The metric {objective['MetricName']} is not one of {problem}, which has {', '.join(METRICS[problem])}."
        )


def check_mode(mode: str, request: Request) -> None:
    if mode == "ENSEMBLING" and request.get("GenerateCandidateDefinitionsOnly"):
        raise ValidationError("GenerateCandidateDefinitionsOnly is for mode HYPERPARAMETER_TUNING; leave it out.")
    weighted = any("SampleWeightAttributeName" in each for each in request["InputDataConfig"])
    if weighted and mode != "ENSEMBLING":
        raise ValidationError(
            "SampleWeightAttributeName is supported in mode ENSEMBLING only: set AutoMLJobConfig.Mode."
        )


def check_algorithms(mode: str, generation: Request) -> None:
    told = generation.get("AlgorithmsConfig")
    if told and mode == "AUTO":
        raise ValidationError("AlgorithmsConfig must not be set with Mode AUTO; set Mode to the one that you mean.")
    for each in told or ():
        for name in each["AutoMLAlgorithms"]:
            if name not in ALGORITHMS[mode]:
                raise ValidationError(
                    f"The algorithm {name} is not supported in mode {mode}; there are {', '.join(ALGORITHMS[mode])}."
                )


def check_endpoint(told: Request | None) -> None:
    if told is not None and bool(told.get("AutoGenerateEndpointName")) == ("EndpointName" in told):
        raise ValidationError(
            "ModelDeployConfig: give an EndpointName, or set AutoGenerateEndpointName to true, and not both."
        )


# --------------------------------------------------------------------------------------------- the second version


def of_v2(request: Request) -> dict[str, Json]:
    """A request of the second version in the first one's spelling. Raises for problems that are not of tables."""
    kinds = list(request["AutoMLProblemTypeConfig"])
    if kinds != ["TabularJobConfig"]:
        raise ValidationError(
            f"AutoMLProblemTypeConfig with {' and '.join(kinds) or 'nothing in it'} is not supported: AutoML is for "
            "tables; use TabularJobConfig, or train a model of this kind with CreateTrainingJob."
        )
    if "AutoMLComputeConfig" in request:
        raise ValidationError("AutoMLComputeConfig is not supported: there is no EMR Serverless here. Leave it out.")
    told = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    generation = {
        **told.get("CandidateGenerationConfig", {}),
        **{key: told[key] for key in ("FeatureSpecificationS3Uri",) if key in told},
    }
    config = {
        **{key: told[key] for key in OF_CONFIG if key in told},
        **{key: request[key] for key in ("DataSplitConfig", "SecurityConfig") if key in request},
        **({"CandidateGenerationConfig": generation} if generation else {}),
    }
    about = {key: told[key] for key in ("TargetAttributeName", "SampleWeightAttributeName") if key in told}
    return {
        "AutoMLJobName": request["AutoMLJobName"],
        "InputDataConfig": [{**each, **about} for each in request["AutoMLJobInputDataConfig"]],
        **{key: told[key] for key in ("ProblemType", "GenerateCandidateDefinitionsOnly") if key in told},
        **{key: request[key] for key in (*KEPT, "Tags") if key in request},
        **({"AutoMLJobConfig": config} if config else {}),
    }


def to_v2(request: Request) -> dict[str, Json]:
    """A job's request as the second version describes it."""
    config = request.get("AutoMLJobConfig", {})
    generation = dict(config.get("CandidateGenerationConfig", {}))
    specification = generation.pop("FeatureSpecificationS3Uri", None)
    first = request["InputDataConfig"][0]
    tabular = {
        "TargetAttributeName": first["TargetAttributeName"],
        "SampleWeightAttributeName": first.get("SampleWeightAttributeName"),
        "FeatureSpecificationS3Uri": specification,
        "CandidateGenerationConfig": generation or None,
        **{key: config.get(key) for key in OF_CONFIG},
        **{key: request.get(key) for key in ("ProblemType", "GenerateCandidateDefinitionsOnly")},
    }
    of_table = ("TargetAttributeName", "SampleWeightAttributeName")
    channels = [
        {key: value for key, value in each.items() if key not in of_table} for each in request["InputDataConfig"]
    ]
    return {
        "AutoMLJobInputDataConfig": channels,
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {key: value for key, value in tabular.items() if value is not None}
        },
        "AutoMLProblemTypeConfigName": "Tabular",
        **{key: config[key] for key in ("DataSplitConfig", "SecurityConfig") if key in config},
        **{key: request[key] for key in KEPT if key in request},
    }
