"""Model Monitor, from captured requests to the pipeline that a violation starts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

import pytest

from end_to_end.forks import SCRIPTS
from end_to_end.sdk import Sdk
from end_to_end.test_endpoints import in_service, invoke, script, variant
from end_to_end.world import BUCKET, ROLE, Json, World, running, until

pytestmark = pytest.mark.group("sdk")

SAYS = """
def model_fn(folder):
    return None
def input_fn(content, content_type):
    return content
def predict_fn(data, model):
    return "7"
def output_fn(answer, accept):
    return answer
"""
PROGRAMS = "".join(
    f'[[images]]\nrepository = "<aws>/{name}"\nversions = ["*"]\nenvironment = "installed"\n'
    f'command = ["python3", "{SCRIPTS / "analyzer.py"}"]\n'
    for name in ("sagemaker-model-monitor-analyzer", "sagemaker-model-monitor-groundtruth-merger")
)
FAIR = {
    "post_training_bias_metrics": {
        "facets": {"age": [{"value_or_threshold": "(45.0, 77]", "metrics": [{"name": "DPPL", "value": 0.3}]}]}
    }
}
HEARD = "/aws/events/heard"
OF_EXECUTION = "SageMaker Model Building Pipeline Execution Status Change"
VIOLATED = {
    "source": ["aws.sagemaker"],
    "detail-type": ["SageMaker Processing Job State Change"],
    "detail": {"ExitMessage": [{"prefix": "CompletedWithViolations"}]},
}


def capturing_endpoint(world: World, name: str, serving: str = SAYS) -> None:
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=script(world, name, serving))
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    }
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant("a", name)], DataCaptureConfig=capture
    )
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    in_service(world, name)


def retraining(world: World) -> None:
    """A pipeline that a violation starts."""
    fail = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.Why"}}}
    parameters = [{"Name": "Why", "Type": "String", "DefaultValue": "none"}]
    definition = json.dumps({"Version": "2020-12-01", "Parameters": parameters, "Steps": [fail]})
    pipeline = world.sagemaker.create_pipeline(PipelineName="again", RoleArn=ROLE, PipelineDefinition=definition)
    world.client("events").put_rule(Name="violated", EventPattern=json.dumps(VIOLATED))
    given = {"PipelineParameterList": [{"Name": "Why", "Value": "$.detail.MonitoringScheduleArn"}]}
    target = {"Id": "p", "Arn": pipeline["PipelineArn"], "RoleArn": ROLE, "SageMakerPipelineParameters": given}
    world.client("events").put_targets(Rule="violated", Targets=[target])


def heard(world: World) -> dict[str, list[Json]]:
    """Every event of SageMaker's so far, by its type, in the order in which they are told."""
    pages = world.client("logs").get_paginator("filter_log_events").paginate(logGroupName=HEARD)
    found: dict[str, list[Json]] = {}
    for event in sorted(
        (json.loads(each["message"]) for page in pages for each in page["events"]), key=itemgetter("time")
    ):
        found.setdefault(event["detail-type"], []).append(event)
    return found


def listen(world: World) -> None:
    """Have every event of SageMaker's logged."""
    world.client("logs").create_log_group(logGroupName=HEARD)
    world.client("events").put_rule(Name="all", EventPattern='{"source": ["aws.sagemaker"]}')
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{HEARD}"
    world.client("events").put_targets(Rule="all", Targets=[{"Id": "l", "Arn": arn}])


def captured(world: World, count: int) -> None:
    """Wait until so many requests are in S3."""

    def are_there() -> bool:
        found = world.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="captured/").get("Contents", ())
        return sum(world.get(f"s3://{BUCKET}/{each['Key']}").count(b"\n") for each in found) >= count

    until(are_there, f"{count} requests are captured")


def label(world: World, name: str, value: str) -> None:
    """The ground truth of a request."""
    line = {
        "groundTruthData": {"data": value, "encoding": "CSV"},
        "eventMetadata": {"eventId": name},
        "eventVersion": "0",
    }
    world.put(f"labels/{datetime.now(UTC):%Y/%m/%d/%H}/{name}.jsonl", json.dumps(line))


def by_sdk(sdk: Sdk, world: World) -> Json:
    constraints, statistics = (world.put(f"baseline/{name}.json", "{}") for name in ("constraints", "statistics"))
    places = [constraints, statistics, f"s3://{BUCKET}/labels", f"s3://{BUCKET}/reports"]
    done = sdk.run("sdk_monitors.py", "drifting", *places, world=world)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A server whose images of Model Monitor are the small analyzer here."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "images.toml").write_text(PROGRAMS)
    with running(data) as world:
        yield world


def test_what_drifts_is_found_and_starts_a_pipeline(own: World, sdk: Sdk) -> None:
    listen(own)
    capturing_endpoint(own, "drifting")
    retraining(own)
    for name, body in {"r1": "1,2", "r2": "9,9"}.items():
        invoke(own, "drifting", body, InferenceId=name, Accept="text/csv")
        label(own, name, "7")
    captured(own, 2)

    found = by_sdk(sdk, own)

    data, quality = found["data"], found["quality"]
    assert (data["status"], data["reason"], data["statistics"], data["violations"]) == (
        "CompletedWithViolations", "", 2, 1,
    )  # fmt: skip
    assert data["job"].startswith("data-quality-monitoring-")
    assert data["alerts"] == ["InAlert"]
    assert (quality["status"], quality["statistics"], quality["violations"]) == ("Completed", 2, 0)
    assert quality["job"].startswith("model-quality-monitoring-")
    assert quality["alerts"] == ["OK"]
    assert (found["hourly"], found["stopped"]) == ("cron(0 * ? * * *)", "Stopped")
    (started,) = until(
        lambda: own.sagemaker.list_pipeline_executions(PipelineName="again")["PipelineExecutionSummaries"],
        "the violation has started the pipeline",
    )
    arn = started["PipelineExecutionArn"]
    own.execution(arn)
    assert own.steps(arn)["Stop"]["Metadata"]["Fail"]["ErrorMessage"].endswith(":monitoring-schedule/data")
    environment = json.loads(own.get(f"{data['report']}/environment.json"))
    assert environment["sagemaker_endpoint_name"] == "drifting"
    assert environment["sagemaker_monitoring_schedule_name"] == "data"
    own.sagemaker.delete_endpoint(EndpointName="drifting")
    own.sagemaker.delete_model(ModelName="drifting")
    must_have_been_told(own, arn)


AGES = {
    name: [(place % 2, age, 10 * place) for place, age in enumerate(ages)]
    for name, ages in {"all": range(20, 80, 3), "young": [*range(20, 40), 50]}.items()
}
SCORES = SAYS.replace(
    'return "7"',
    """ages = [float(line.split(",")[0]) for line in data.split()]
    return "\\n".join("0.9" if age < 40 or age > 60 else "0.7" for age in ages)""",
)


def test_clarify_explains_a_model_and_watches_its_bias(tmp_path: Path, sdk: Sdk) -> None:
    with running(tmp_path / "data") as world:
        capturing_endpoint(world, "scores", SCORES)
        for name, age in {"a": 30, "b": 35, "c": 50, "d": 55}.items():
            invoke(world, "scores", f"{age},10", InferenceId=name, Accept="text/csv")
            label(world, name, "1")
        for name, rows in AGES.items():
            world.put(f"tables/{name}.csv", "".join(f"{bought},{age},{income}\n" for bought, age, income in rows))
        world.put("reports/baseline.json", json.dumps(FAIR))
        captured(world, 4)

        places = [f"s3://{BUCKET}/tables/all.csv", f"s3://{BUCKET}/labels", f"s3://{BUCKET}/reports"]
        done = sdk.run("sdk_clarify.py", "scores", "scores", *places, world=world)

        assert done.returncode == 0, done.stderr
        for seen in (
            "pre -0.1",
            f"post {round(7 / 9 - 6 / 11, 3)}",
            "why ['kernel_shap', 'pdp'] ['age', 'income']",
            "first Succeeded MODEL_BIAS ",
            "next Failed MODEL_BIAS ClientError: Clarify check failed. See violation report: s3://",
            "ModelBias CompletedWithViolations  [",
            "ModelExplainability Completed  []",
            "left ['scores']",
        ):
            assert seen in done.stdout, done.stdout + done.stderr


def must_have_been_told(world: World, execution: str) -> None:
    """What has happened is what EventBridge was told, in AWS's words."""

    def statuses(name: str, member: str) -> list[Json]:
        told = sorted(events[f"SageMaker {name} Change"], key=lambda each: each["detail"].get("LastModifiedTime", 0))
        return [each["detail"][member] for each in told]

    def is_all() -> bool:
        found = heard(world)
        return len(found.get("SageMaker Endpoint State Change", ())) == len(found.get(OF_EXECUTION, ())) + 1 == 3

    until(is_all, "everything is told")
    events = heard(world)
    assert statuses("Endpoint State", "EndpointStatus") == ["CREATING", "IN_SERVICE", "DELETING"]
    assert statuses("Endpoint Config State", "EndpointConfigName") == ["drifting"]
    assert set(statuses("Model State", "ModelName")) == {"drifting"}
    assert set(statuses("Processing Job State", "ProcessingJobStatus")) == {"InProgress", "Completed"}
    executions = events[OF_EXECUTION]
    assert {each["detail"]["currentPipelineExecutionStatus"] for each in executions} == {"Executing", "Failed"}
    assert executions[0]["resources"] == [execution.rpartition("/execution/")[0], execution]
    steps = events["SageMaker Model Building Pipeline Execution Step Status Change"]
    (failed,) = [each["detail"] for each in steps if each["detail"]["currentStepStatus"] == "Failed"]
    assert (failed["stepName"], failed["stepType"]) == ("Stop", "Fail")
    assert failed["metadata"]["fail"]["errorMessage"].endswith(":monitoring-schedule/data")
    assert failed["pipelineExecutionArn"] == execution
