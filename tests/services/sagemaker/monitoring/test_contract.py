"""The jobs of an execution, as AWS starts them."""

import json
from typing import Any

import pytest

from penstock.services.sagemaker.monitoring import contract
from penstock.services.sagemaker.monitoring.asking import of_job_definition
from penstock.services.sagemaker.monitoring.model import TYPES, Found, Piece, Plan, TypeName
from penstock.wire.call import ValidationError
from services.sagemaker.jobs.worlds import ROLE
from services.sagemaker.monitoring.worlds import FOLDER, IMAGE, at, definition

HOUR = "ep/a/2030/01/01/14"
FOUND = Found(
    data=(Piece(f"s3://bucket/captured/{HOUR}", HOUR),),
    truths=(Piece("s3://bucket/labels/2030/01/01/14", "2030/01/01/14"),),
    constraints="s3://bucket/baseline/constraints.json",
    statistics="s3://bucket/baseline/statistics.json",
)


def planned(kind: TypeName, **more: Any) -> Plan:
    about = TYPES[kind]
    request = definition(kind=kind, **more)
    return Plan(
        schedule="s", schedule_arn="arn", luck="ab" * 16, scheduled_at=at("2030-01-01T15:00:00"), created_at=0.0,
        since=at("2030-01-01T14:00:00"), until=at("2030-01-01T15:00:00"), endpoint="ep", definition_name="d", type=kind,
        definition=of_job_definition(about, "d", request),
    )  # fmt: skip


def inputs(request: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        each["InputName"]: (each["S3Input"]["S3Uri"], each["S3Input"]["LocalPath"])
        for each in request["ProcessingInputs"]
    }


def test_data_quality_is_one_job_with_all_that_the_container_contract_promises() -> None:
    application = {
        "ImageUri": IMAGE, "ContainerArguments": ["--fast"],
        "Environment": {"publish_cloudwatch_metrics": "Disabled", "mine": "1", "start_time": "never"},
        "RecordPreprocessorSourceUri": "s3://bucket/code/pre.py",
        "PostAnalyticsProcessorSourceUri": "s3://bucket/code/post.py",
    }  # fmt: skip
    plan = planned(
        "DataQuality", DataQualityAppSpecification=application, StoppingCondition={"MaxRuntimeInSeconds": 60}
    )
    assert plan.definition is not None

    request = contract.analysis(plan, plan.definition, FOUND)

    assert request["ProcessingJobName"] == "data-quality-monitoring-203001011500-abababababababababababab"
    assert request["AppSpecification"] == {"ImageUri": IMAGE, "ContainerArguments": ["--fast"]}
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}
    assert request["RoleArn"] == ROLE
    assert request["Environment"] == {
        "mine": "1",
        "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
        "baseline_statistics": "/opt/ml/processing/baseline/stats/statistics.json",
        "dataset_format": '{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}',
        "dataset_source": FOLDER,
        "end_time": "2030-01-01T15:00:00Z",
        "metric_time": "2030-01-01T14:00:00Z",
        "monitoring_input_type": "ENDPOINT_INPUT",
        "output_path": "/opt/ml/processing/output",
        "post_analytics_processor_script": "/opt/ml/processing/code/postprocessing/post.py",
        "publish_cloudwatch_metrics": "Disabled",
        "record_preprocessor_script": "/opt/ml/processing/code/preprocessing/pre.py",
        "sagemaker_endpoint_name": "ep",
        "sagemaker_monitoring_schedule_name": "s",
        "start_time": "2030-01-01T14:00:00Z",
    }
    assert inputs(request) == {
        "constraints": ("s3://bucket/baseline/constraints.json", "/opt/ml/processing/baseline/constraints"),
        "baseline": ("s3://bucket/baseline/statistics.json", "/opt/ml/processing/baseline/stats"),
        "pre_processor_script": ("s3://bucket/code/pre.py", "/opt/ml/processing/code/preprocessing"),
        "post_processor_script": ("s3://bucket/code/post.py", "/opt/ml/processing/code/postprocessing"),
        "endpoint_input_1": (f"s3://bucket/captured/{HOUR}", f"{FOLDER}/{HOUR}"),
    }
    (output,) = request["ProcessingOutputConfig"]["Outputs"]
    assert output == {
        "OutputName": "result",
        "S3Output": {
            "S3Uri": "s3://bucket/reports/ep/s/2030/01/01/15", "LocalPath": "/opt/ml/processing/output",
            "S3UploadMode": "Continuous",
        },
    }  # fmt: skip


def test_model_quality_merges_labels_first_and_analyses_what_was_merged() -> None:
    source = {
        "EndpointInput": {
            "EndpointName": "ep",
            "LocalPath": "/opt/ml/processing/input_data",
            "InferenceAttribute": "0",
        },
        "GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"},
    }
    application = {"ImageUri": IMAGE, "ProblemType": "Regression"}
    plan = planned("ModelQuality", ModelQualityJobInput=source, ModelQualityAppSpecification=application)
    assert plan.definition is not None

    merge = contract.merge(plan, plan.definition, FOUND)
    analysis = contract.analysis(plan, plan.definition, FOUND)

    assert merge["ProcessingJobName"] == "groundtruth-merge-203001011500-abababababababababababab"
    assert merge["AppSpecification"]["ImageUri"].endswith(".amazonaws.com/sagemaker-model-monitor-groundtruth-merger")
    assert merge["Environment"] == {
        "dataset_source": "/opt/ml/processing/input_data",
        "ground_truth_source": "/opt/ml/processing/groundtruth", "output_path": "/opt/ml/processing/output",
    }  # fmt: skip
    assert inputs(merge) == {
        "groundtruth_input_1": ("s3://bucket/labels/2030/01/01/14", "/opt/ml/processing/groundtruth/2030/01/01/14"),
        "endpoint_input_1": (f"s3://bucket/captured/{HOUR}", f"/opt/ml/processing/input_data/{HOUR}"),
    }
    assert merge["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] == "s3://bucket/reports/merge"
    assert analysis["ProcessingJobName"].startswith("model-quality-monitoring-")
    assert inputs(analysis)["endpoint_input_1"] == (
        f"s3://bucket/reports/merge/{HOUR}", f"/opt/ml/processing/input_data/{HOUR}",
    )  # fmt: skip
    environment = analysis["Environment"]
    assert environment["analysis_type"] == "MODEL_QUALITY"
    assert environment["problem_type"] == "Regression"
    assert environment["inference_attribute"] == "0"
    assert json.loads(environment["dataset_format"]) == {
        "sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}
    }


def test_clarifys_kinds_are_given_their_configuration() -> None:
    application = {"ImageUri": "clarify", "ConfigUri": "s3://bucket/config/analysis_config.json"}
    plan = planned("ModelExplainability", ModelExplainabilityAppSpecification=application)
    assert plan.definition is not None

    request = contract.analysis(plan, plan.definition, FOUND)

    assert len(request["ProcessingJobName"]) == 63
    assert request["Environment"]["analysis_type"] == "MODEL_EXPLAINABILITY"
    assert request["Environment"]["analysis_config"] == "/opt/ml/processing/input/config/analysis_config.json"
    assert inputs(request)["analysis_config"] == (application["ConfigUri"], "/opt/ml/processing/input/config")


def test_batch_transform_is_read_by_its_manifests() -> None:
    batch = {
        "DataCapturedDestinationS3Uri": "s3://bucket/transformed", "LocalPath": FOLDER,
        "DatasetFormat": {"Csv": {"Header": True}},
    }  # fmt: skip
    plan = planned("DataQuality", DataQualityJobInput={"BatchTransformInput": batch})
    manifest = Piece("s3://bucket/transformed/input/2030/01/01/14/job.json", "2030/01/01/14/1", "ManifestFile")
    assert plan.definition is not None

    request = contract.analysis(plan, plan.definition, Found(data=(manifest,)))

    (data,) = request["ProcessingInputs"]
    assert data["S3Input"]["S3DataType"] == "ManifestFile"
    assert request["Environment"]["dataset_format"] == '{"csv":{"header":true}}'
    assert request["Environment"]["monitoring_input_type"] == "BATCH_TRANSFORM_INPUT"
    assert "sagemaker_endpoint_name" not in request["Environment"]
    (output,) = request["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == "s3://bucket/reports/s/2030/01/01/15"


def test_labels_are_joined_to_what_transform_jobs_have_written() -> None:
    source = {
        "BatchTransformInput": {
            "DataCapturedDestinationS3Uri": "s3://bucket/transformed", "LocalPath": FOLDER, "InferenceAttribute": "2",
            "DatasetFormat": {"Csv": {"Header": False}},
        },
        "GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"},
    }  # fmt: skip
    plan = planned("ModelQuality", ModelQualityJobInput=source)
    manifest = Piece("s3://bucket/transformed/output/2030/01/01/14/job.json", "2030/01/01/14/1", "ManifestFile")
    labels = Piece("s3://bucket/labels/2030/01/01/14", "2030/01/01/14")
    found = Found(data=(manifest,), truths=(labels,))
    assert plan.definition is not None

    merge = contract.merge(plan, plan.definition, found)
    analysis = contract.analysis(plan, plan.definition, found)

    assert merge["Environment"]["monitoring_input_type"] == "BATCH_TRANSFORM_INPUT"
    assert merge["Environment"]["dataset_format"] == '{"csv":{"header":false}}'
    assert inputs(merge)["endpoint_input_1"] == (manifest.uri, f"{FOLDER}/2030/01/01/14/1")
    assert inputs(analysis)["endpoint_input_1"][0] == "s3://bucket/reports/merge/2030/01/01/14/1"
    assert json.loads(analysis["Environment"]["dataset_format"]) == {
        "sagemakerMergeJson": {"captureIndexNames": ["batchTransformOutput"]}
    }


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("DataQuality", {"DataQualityJobInput": {}}, "exactly one of EndpointInput and BatchTransformInput"),
        ("DataQuality", {"NetworkConfig": {"EnableNetworkIsolation": True}}, "EnableNetworkIsolation is not supported"),
        (
            "DataQuality",
            {
                "DataQualityJobInput": {
                    "EndpointInput": {"EndpointName": "e", "LocalPath": FOLDER, "S3InputMode": "Pipe"}
                }
            },
            "Pipe",
        ),
        (
            "DataQuality",
            {"DataQualityJobInput": {"EndpointInput": {"EndpointName": "e", "LocalPath": "/x"}}},
            "/opt/ml",
        ),
        ("ModelQuality", {}, "GroundTruthS3Input"),
        (
            "ModelBias",
            {
                "ModelBiasJobInput": {
                    "BatchTransformInput": {
                        "DataCapturedDestinationS3Uri": "s3://b/",
                        "LocalPath": FOLDER,
                        "DatasetFormat": {"Parquet": {}},
                    },
                    "GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"},
                }
            },
            "DatasetFormat must be Csv or Json for ModelBias",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_refused(kind: TypeName, more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        planned(kind, **more)
