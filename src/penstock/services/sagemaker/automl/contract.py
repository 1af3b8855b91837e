"""Contract: the requests for what a job starts, and where each puts what it makes. Pure.

{S3OutputPath}/{job}/preprocessed-data/…                         rows, and schema.json
{S3OutputPath}/{job}/sagemaker-automl-candidates/notebooks/…     two notebooks
{S3OutputPath}/{job}/tuning/{candidate}/output/model.tar.gz
{S3OutputPath}/{job}/documentation/explainability/output/{candidate}/analysis.json
{S3OutputPath}/{job}/documentation/model_monitor/output/{candidate}/statistics.json
"""

from collections.abc import Mapping, Sequence
from typing import Final

from penstock.services.sagemaker.automl.model import IMAGE, SCORED, Found, Json, Plan, State, named
from penstock.services.sagemaker.jobs.model import Place

ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "ENSEMBLING": ("xgboost", "extra-trees", "randomforest", "linear-learner"),
    "HYPERPARAMETER_TUNING": ("xgboost", "linear-learner", "mlp"),
}
MOST: Final[Mapping[str, int]] = {"ENSEMBLING": 9, "HYPERPARAMETER_TUNING": 250}  # candidates, if none are asked for
AT_ONCE: Final = 4  # training jobs
MIXED: Final = 8  # candidates, at most
INSTANCE: Final = "ml.m5.large"  # a candidate computes with one processor
VOLUME_GIB: Final = 50
LONGEST: Final = 86_400  # seconds, of a job that has no limit of its own
SEED: Final = 0
BASE: Final = "/opt/ml/processing"
EXPLORATION: Final = "SageMakerAutopilotDataExplorationNotebook.ipynb"
DEFINITIONS: Final = "SageMakerAutopilotCandidateDefinitionNotebook.ipynb"
TREES: Final = (
    ("n_estimators", 30, 200, "Logarithmic", True),
    ("max_features", 0.2, 1.0, "Linear", False),
    ("min_samples_leaf", 1, 16, "Logarithmic", True),
)
RANGES: Final[Mapping[str, Sequence[tuple[str, float, float, str, bool]]]] = {
    "xgboost": (
        ("num_round", 20, 200, "Logarithmic", True),
        ("max_depth", 2, 8, "Linear", True),
        ("eta", 0.02, 0.5, "Logarithmic", False),
        ("subsample", 0.5, 1.0, "Linear", False),
        ("colsample_bytree", 0.5, 1.0, "Linear", False),
        ("min_child_weight", 0.5, 16.0, "Logarithmic", False),
    ),
    "extra-trees": TREES,
    "randomforest": TREES,
    "linear-learner": (("alpha", 0.0001, 10.0, "Logarithmic", False), ("l1_ratio", 0.0, 1.0, "Linear", False)),
    "mlp": (
        ("hidden", 8, 128, "Logarithmic", True),
        ("alpha", 0.00001, 1.0, "Logarithmic", False),
        ("learning_rate", 0.0001, 0.1, "Logarithmic", False),
    ),
}


def algorithms(plan: Plan, mode: str) -> tuple[str, ...]:
    """What is tried: what the request names, or all that there is in a mode."""
    told = [name for each in plan.generation.get("AlgorithmsConfig", ()) for name in each["AutoMLAlgorithms"]]
    return tuple(name for name in ALGORITHMS[mode] if name in told) or ALGORITHMS[mode]


def most(plan: Plan, found: Found) -> int:
    return plan.criteria.get("MaxCandidates", MOST[found.mode])


def is_mixing(plan: Plan, found: Found) -> bool:
    """Whether there is to be an ensemble: it is one of the candidates."""
    return found.mode == "ENSEMBLING" and most(plan, found) > 2


def home(plan: Plan) -> Place:
    return Place.of(plan.request["OutputDataConfig"]["S3OutputPath"], "S3OutputPath").under(plan.name)


def data(plan: Plan) -> str:
    return home(plan).under("preprocessed-data").uri


def notebooks(plan: Plan) -> Place:
    return home(plan).under("sagemaker-automl-candidates/notebooks")


def explainability(plan: Plan, candidate: str) -> Place:
    return home(plan).under(f"documentation/explainability/output/{candidate}")


def insights(plan: Plan, candidate: str) -> Place:
    return home(plan).under(f"documentation/model_monitor/output/{candidate}")


def model(plan: Plan, candidate: str) -> str:
    """A candidate's model data."""
    return home(plan).under(f"tuning/{candidate}/output/model.tar.gz").uri


# ----------------------------------------------------------------------------------------------------------- jobs


def exploration(plan: Plan, state: State) -> dict[str, Json]:
    channels = plan.request["InputDataConfig"]
    first = channels[0]
    asked = {
        "target": first["TargetAttributeName"],
        "weight": first.get("SampleWeightAttributeName", ""),
        "content_type": first.get("ContentType", "").replace(" ", ""),
        "compression": first.get("CompressionType", ""),
        "problem": plan.request.get("ProblemType", ""),
        "metric": plan.request.get("AutoMLJobObjective", {}).get("MetricName", ""),
        "fraction": str(plan.config.get("DataSplitConfig", {}).get("ValidationFraction", "")),
        "mode": plan.mode,
        **{mode.lower(): " ".join(algorithms(plan, mode)) for mode in ALGORITHMS if plan.mode in (mode, "AUTO")},
        "job": plan.name,
    }
    inputs = [
        s3_input(kind := each.get("ChannelType", "training"), kind, **each["DataSource"]["S3DataSource"])
        for each in channels
    ]
    if specification := plan.generation.get("FeatureSpecificationS3Uri"):
        inputs.append(s3_input("features", "features", S3Uri=specification))
    made = {"data": data(plan), "notebooks": notebooks(plan).uri}
    outputs = [s3_output(name, uri, f"output/{name}") for name, uri in made.items()]
    return {
        **processing(plan, named(plan, state, "pr-1"), "explore", inputs, outputs),
        "Environment": {f"automl_{name}": value for name, value in asked.items() if value},
    }


def report(plan: Plan, state: State, what: str) -> dict[str, Json]:
    """A job that explains or assesses the best candidate."""
    assert state.best is not None
    candidate = state.best.name
    inputs = [
        s3_input("model", "model", S3Uri=model(plan, candidate)),
        s3_input("data", "data", S3Uri=data(plan)),
    ]
    place = explainability(plan, candidate) if what == "explain" else insights(plan, candidate)
    name = named(plan, state, what)
    return processing(plan, name, what, inputs, [s3_output("report", place.uri, "output")])


def processing(plan: Plan, name: str, what: str, inputs: list[Json], outputs: list[Json]) -> dict[str, Json]:
    cluster = {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": VOLUME_GIB}
    return {
        "ProcessingJobName": name,
        "AppSpecification": {"ImageUri": IMAGE, "ContainerArguments": [what]},
        "ProcessingResources": {"ClusterConfig": cluster},
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {"Outputs": outputs},
        "RoleArn": plan.request["RoleArn"],
        "StoppingCondition": {"MaxRuntimeInSeconds": LONGEST},
        "ExperimentConfig": experiment(plan),
    }


def tuning(plan: Plan, state: State) -> dict[str, Json]:
    """The tuning job whose trials are the candidates."""
    assert state.found is not None
    found = state.found
    count = most(plan, found) - is_mixing(plan, found)
    tagged = {"Tags": list(plan.tags)} if plan.tags else {}
    every = algorithms(plan, found.mode)[:count]
    return {
        "HyperParameterTuningJobName": named(plan, state, "t", 32),
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": count, "MaxParallelTrainingJobs": min(AT_ONCE, count)},
            "RandomSeed": SEED,
        },
        "TrainingJobDefinitions": [definition(plan, found, each) for each in every],
        **tagged,
    }


def definition(plan: Plan, found: Found, algorithm: str) -> dict[str, Json]:
    return {
        **training(plan),
        "DefinitionName": algorithm,
        "TuningObjective": {"Type": found.direction, "MetricName": f"validation:{found.metric_name}"},
        "HyperParameterRanges": ranges(algorithm),
        "StaticHyperParameters": {"algorithm": algorithm},
        "InputDataConfig": [channel("train", data(plan))],
    }


def ranges(algorithm: str) -> dict[str, Json]:
    made: dict[str, Json] = {"IntegerParameterRanges": [], "ContinuousParameterRanges": []}
    for name, low, high, scaling, is_integer in RANGES[algorithm]:
        kind = "IntegerParameterRanges" if is_integer else "ContinuousParameterRanges"
        made[kind].append({"Name": name, "MinValue": str(low), "MaxValue": str(high), "ScalingType": scaling})
    return made


def ensemble(plan: Plan, state: State) -> dict[str, Json]:
    """The training job that mixes candidates."""
    mixed = [channel(f"candidate-{at}", model(plan, each.name)) for at, each in enumerate(state.scored, start=1)]
    return {
        **training(plan),
        "TrainingJobName": named(plan, state, "ensemble"),
        "HyperParameters": {"algorithm": "ensemble"},
        "InputDataConfig": [channel("train", data(plan)), *mixed],
        "ExperimentConfig": experiment(plan),
    }


def training(plan: Plan) -> dict[str, Json]:
    """What all training jobs have."""
    security = plan.config.get("SecurityConfig", {})
    return {
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [
                {"Name": f"validation:{name}", "Regex": rf"^validation:{name}=(\S+)"} for name in SCORED
            ],
        },
        "RoleArn": plan.request["RoleArn"],
        "OutputDataConfig": {"S3OutputPath": home(plan).under("tuning").uri},
        "ResourceConfig": {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": VOLUME_GIB},
        "StoppingCondition": {"MaxRuntimeInSeconds": plan.criteria.get("MaxRuntimePerTrainingJobInSeconds", LONGEST)},
        **{key: security[key] for key in ("EnableInterContainerTrafficEncryption", "VpcConfig") if key in security},
    }


def experiment(plan: Plan) -> dict[str, str]:
    return {"ExperimentName": f"{plan.name}-aws-auto-ml-job", "TrialName": f"{plan.name}-aws-auto-ml-job-trial"}


def channel(name: str, uri: str) -> dict[str, Json]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def s3_input(name: str, folder: str, *, S3Uri: str, S3DataType: str = "S3Prefix") -> dict[str, Json]:  # noqa: N803
    source = {
        "S3Uri": S3Uri, "LocalPath": f"{BASE}/input/{folder}", "S3DataType": S3DataType, "S3InputMode": "File",
    }  # fmt: skip
    return {"InputName": name, "S3Input": source}


def s3_output(name: str, uri: str, folder: str) -> dict[str, Json]:
    return {
        "OutputName": name,
        "S3Output": {"S3Uri": uri, "LocalPath": f"{BASE}/{folder}", "S3UploadMode": "EndOfJob"},
    }


# --------------------------------------------------------------------------------------------------------- serving


def containers(plan: Plan, found: Found, candidate: str) -> list[Json]:
    """What serves a candidate: one container, which preprocesses too."""
    is_regression = found.problem_type == "Regression"
    return [
        {
            "Image": IMAGE,
            "ModelDataUrl": model(plan, candidate),
            "Environment": {
                "MODEL_NAME": candidate,
                "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
                "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
                "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label"
                if is_regression
                else "predicted_label,probability,probabilities,labels",
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            },
        }
    ]


def deployment(plan: Plan, state: State) -> tuple[str, dict[str, Json]]:
    """The operation that comes next on the way to an endpoint, and its request."""
    assert state.best is not None
    assert state.found is not None
    candidate = state.best.name
    tagged = {"Tags": list(plan.tags)} if plan.tags else {}
    config = named(plan, state, "config")
    if state.deploying == "CreateModel":
        request: dict[str, Json] = {
            "ModelName": candidate,
            "Containers": containers(plan, state.found, candidate),
            "ExecutionRoleArn": plan.request["RoleArn"],
        }
    elif state.deploying == "CreateEndpointConfig":
        variant = {"VariantName": "main", "ModelName": candidate, "InitialInstanceCount": 1, "InstanceType": INSTANCE}
        request = {"EndpointConfigName": config, "ProductionVariants": [variant]}
    else:
        request = {"EndpointName": endpoint(plan, state), "EndpointConfigName": config}
    return state.deploying, {**request, **tagged}


def endpoint(plan: Plan, state: State) -> str:
    told = plan.endpoint or {}
    return str(told.get("EndpointName") or named(plan, state, "ep"))
