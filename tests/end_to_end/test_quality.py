"""The analyzer as a job: what was captured is held against a baseline, and Describe and CloudWatch tell of it."""

import json
from typing import Any

import pytest

from end_to_end.world import BUCKET, ROLE, World, s3_input, until

Json = Any
pytestmark = pytest.mark.group("samples")
ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
ROOT = "/opt/ml/processing"


def captured(number: int) -> str:
    def side(mode: str, data: str) -> Json:
        return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}

    data = {"endpointInput": side("INPUT", f"{number},5"), "endpointOutput": side("OUTPUT", f"0.{number}")}
    event = {"eventId": f"e{number}", "inferenceTime": "2026-11-26T10:30:00Z"}
    return json.dumps({"captureData": data, "eventMetadata": event, "eventVersion": "0"}) + "\n"


def analyse(world: World, name: str, *inputs: Json, **environment: str) -> Json:
    """A job of the analyzer once it has ended."""
    world.sagemaker.create_processing_job(
        ProcessingJobName=name,
        AppSpecification={"ImageUri": ANALYZER},
        RoleArn=ROLE,
        ProcessingResources={
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 20}
        },
        ProcessingInputs=list(inputs),
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "result",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/{name}", "LocalPath": f"{ROOT}/output", "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        Environment={"dataset_source": f"{ROOT}/input/endpoint", "output_path": f"{ROOT}/output", **environment},
    )  # fmt: skip
    return world.job(name)


def test_a_monitoring_job_tells_its_violations_and_metrics(world: World) -> None:
    table = world.put("quality/baseline/part.csv", "score,age,size\n0.1,1,5\n0.2,2,5\n0.3,word,5\n")
    for number in range(3):
        world.put(f"quality/capture/ep/AllTraffic/2026/11/26/10/{number}.jsonl", captured(number))
    given = {"InputName": "data", "S3Input": s3_input(table, f"{ROOT}/input/endpoint")}

    first = analyse(world, "quality-baseline", given, dataset_format='{"csv": {"header": true}}')
    prefix = {**s3_input(f"s3://{BUCKET}/quality/capture", f"{ROOT}/input/endpoint"), "S3DataType": "S3Prefix"}
    limits = s3_input(f"s3://{BUCKET}/quality-baseline/constraints.json", f"{ROOT}/baseline")
    second = analyse(
        world, "quality-monitoring",
        {"InputName": "data", "S3Input": prefix}, {"InputName": "constraints", "S3Input": limits},
        dataset_format='{"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput", "endpointOutput"]}}',
        baseline_constraints=f"{ROOT}/baseline/constraints.json",
        publish_cloudwatch_metrics="Enabled",
        sagemaker_endpoint_name="ep",
        sagemaker_monitoring_schedule_name="hourly",
        metric_time="2026-11-26T10:00:00Z",
    )  # fmt: skip

    assert (first["ProcessingJobStatus"], first["ExitMessage"]) == (
        "Completed", "Completed: Job completed successfully with no violations.",
    )  # fmt: skip
    assert second["ExitMessage"] == "CompletedWithViolations: Job completed successfully with 1 violations."
    (violation,) = json.loads(world.get(f"s3://{BUCKET}/quality-monitoring/constraint_violations.json"))["violations"]
    assert (violation["feature_name"], violation["constraint_check_type"]) == ("age", "data_type_check")
    cloudwatch = world.client("cloudwatch")
    found = until(
        lambda: cloudwatch.list_metrics(Namespace="aws/sagemaker/Endpoints/data-metrics")["Metrics"], "metrics"
    )
    assert {each["MetricName"] for each in found} >= {"feature_data_score", "feature_non_null_age"}
    assert found[0]["Dimensions"] == [
        {"Name": "Endpoint", "Value": "ep"}, {"Name": "MonitoringSchedule", "Value": "hourly"},
    ]  # fmt: skip


def test_a_job_that_cannot_analyse_says_why(world: World) -> None:
    data = {"InputName": "data", "S3Input": s3_input(world.put("quality/odd.json", "{"), f"{ROOT}/input/endpoint")}

    job = analyse(world, "quality-odd", data, dataset_format='{"json": {"lines": true}}')

    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"].startswith("Error: the data is not JSON lines")
