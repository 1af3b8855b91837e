"""The demo's pipeline definition, as any client would write it: process → train → evaluate → good enough? → register.

Rows of the data set are tumours measured by hand (Wisconsin diagnostic breast cancer, 569 rows, shipped by
scikit-learn); the label says whether one was malignant.
"""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any, Final

Json = Any
NAME: Final = "tumours"
GROUP: Final = "tumours"
IMAGE: Final = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SCRIPTS: Final = ("preprocess.py", "train.py", "evaluate.py")
METRICS: Final = ("accuracy", "auc")


def data() -> bytes:
    """The data set as one CSV with a header; the last column, `malignant`, is the label."""
    from sklearn.datasets import load_breast_cancer  # noqa: PLC0415 - a second, in which the server starts: see `demo`

    table = load_breast_cancer(as_frame=True).frame
    table["malignant"] = 1 - table.pop("target")
    content: str = table.to_csv(index=False)
    return content.encode()


def script(name: str) -> bytes:
    return (Path(__file__).parent / name).read_bytes()


def source_archive() -> bytes:
    """`sourcedir.tar.gz` with the training script, as the SageMaker SDK packs it, but the same each time."""
    content = script("train.py")
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w") as archive,
    ):
        entry = tarfile.TarInfo("train.py")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def definition(bucket: str, role: str) -> str:
    """The definition document (schema 2020-12-01)."""
    base = f"s3://{bucket}/{NAME}"
    document = {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": [
            {"Name": "AccuracyThreshold", "Type": "Float", "DefaultValue": 0.9},
            {"Name": "Trees", "Type": "Integer", "DefaultValue": 100},
            {"Name": "InputData", "Type": "String", "DefaultValue": f"{base}/data/tumours.csv"},
        ],
        "Steps": [
            _preprocess(base, role),
            _train(base, role),
            _evaluate(base, role),
            _judge(base, role),
        ],
    }
    return json.dumps(document)


def _get(path: str) -> Json:
    return {"Get": path}


def _join(*values: Json, on: str = "/") -> Json:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def _of_execution(base: str, *parts: str) -> Json:
    return _join(base, _get("Execution.PipelineExecutionId"), *parts)


def _input(name: str, uri: Json, folder: str) -> Json:
    return {
        "InputName": name,
        "AppManaged": False,
        "S3Input": {
            "S3Uri": uri, "LocalPath": f"/opt/ml/processing/{folder}", "S3DataType": "S3Prefix",
            "S3InputMode": "File", "S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None",
        },
    }  # fmt: skip


def _output(name: str, uri: Json) -> Json:
    s3 = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "AppManaged": False, "S3Output": s3}


def _processing(role: str, name: str, arguments: list[str], inputs: list[Json], outputs: list[Json]) -> Json:
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
    entry_point = ["python3", f"/opt/ml/processing/input/code/{name}"]
    app: dict[str, Json] = {"ImageUri": IMAGE, "ContainerEntrypoint": entry_point}
    if arguments:
        app["ContainerArguments"] = arguments
    return {
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": app,
        "RoleArn": role,
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {"Outputs": outputs},
    }


def _preprocess(base: str, role: str) -> Json:
    inputs = [
        _input("data", _get("Parameters.InputData"), "input"),
        _input("code", f"{base}/code/preprocess.py", "input/code"),
    ]
    outputs = [_output(part, _of_execution(base, "data", part)) for part in ("train", "test")]
    arguments = _processing(role, "preprocess.py", ["--test-share", "0.25"], inputs, outputs)
    return {"Name": "Preprocess", "Type": "Processing", "Arguments": arguments}


def _train(base: str, role: str) -> Json:
    channel = {
        "ChannelName": "train",
        "ContentType": "text/csv",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3DataDistributionType": "FullyReplicated",
                "S3Uri": _get("Steps.Preprocess.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"),
            }
        },
    }
    metrics = [{"Name": f"validation:{name}", "Regex": f"validation:{name}=([0-9.]+);"} for name in METRICS]
    arguments = {
        "AlgorithmSpecification": {
            "TrainingInputMode": "File", "TrainingImage": IMAGE, "MetricDefinitions": metrics,
        },
        "OutputDataConfig": {"S3OutputPath": f"{base}/models"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "RoleArn": role,
        "InputDataConfig": [channel],
        "HyperParameters": {
            "trees": _get("Parameters.Trees"),
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": json.dumps(f"{base}/code/sourcedir.tar.gz"),
        },
    }  # fmt: skip
    return {"Name": "Train", "Type": "Training", "Arguments": arguments}


def _evaluate(base: str, role: str) -> Json:
    test = _get("Steps.Preprocess.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri")
    inputs = [
        _input("model", _get("Steps.Train.ModelArtifacts.S3ModelArtifacts"), "model"),
        _input("test", test, "test"),
        _input("code", f"{base}/code/evaluate.py", "input/code"),
    ]
    outputs = [_output("evaluation", _of_execution(base, "evaluation"))]
    return {
        "Name": "Evaluate",
        "Type": "Processing",
        "Arguments": _processing(role, "evaluate.py", [], inputs, outputs),
        "PropertyFiles": [{"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "evaluation.json"}],
    }


def _judge(base: str, role: str) -> Json:
    accuracy = {
        "Std:JsonGet": {
            "PropertyFile": _get("Steps.Evaluate.PropertyFiles.Report"),
            "Path": "binary_classification_metrics.accuracy.value",
        }
    }
    condition = {
        "Type": "GreaterThanOrEqualTo", "LeftValue": accuracy, "RightValue": _get("Parameters.AccuracyThreshold")
    }  # fmt: skip
    message = _join("The model is not accurate enough; wanted", _get("Parameters.AccuracyThreshold"), on=" ")
    return {
        "Name": "GoodEnough",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [condition],
            "IfSteps": [_create_model(base, role), _register(base)],
            "ElseSteps": [{"Name": "NotGoodEnough", "Type": "Fail", "Arguments": {"ErrorMessage": message}}],
        },
    }


def _container(base: str) -> Json:
    """The training script serves its model, too."""
    script = {"SAGEMAKER_PROGRAM": "train.py", "SAGEMAKER_SUBMIT_DIRECTORY": f"{base}/code/sourcedir.tar.gz"}
    data = _get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    return {"Image": IMAGE, "ModelDataUrl": data, "Environment": script}


def _create_model(base: str, role: str) -> Json:
    return {
        "Name": "CreateModel",
        "Type": "Model",
        "Arguments": {"ExecutionRoleArn": role, "PrimaryContainer": _container(base)},
    }


def _register(base: str) -> Json:
    report = {"ContentType": "application/json", "S3Uri": _of_execution(base, "evaluation", "evaluation.json")}
    return {
        "Name": "RegisterModel",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": GROUP,
            "ModelApprovalStatus": "PendingManualApproval",
            "ModelMetrics": {"ModelQuality": {"Statistics": report}},
            "InferenceSpecification": {
                "Containers": [_container(base)],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        },
    }
