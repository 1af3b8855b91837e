"""Batch transform with real model servers: by the SDK, in a pipeline, from a state machine, and through a kill."""

import json
import os
import signal
from typing import Any

import pytest

from end_to_end import supplies
from end_to_end.sdk import Sdk
from end_to_end.test_endpoints import archive, script_container, servers
from end_to_end.world import BUCKET, ENDED, ROLE, World, until

Json = Any
LINES = """
import os

def model_fn(folder):
    return os.environ['SAGEMAKER_BATCH']

def transform_fn(model, content, content_type, accept):
    if 'bad' in content:
        raise ValueError('this row is bad')
    return ''.join(f'{line}!\\n' for line in content.splitlines())
"""
WAITS = """
import time
from pathlib import Path

def model_fn(folder):
    return 1

def transform_fn(model, content, content_type, accept):
    print('waiting')
    time.sleep(600)
"""


def model(world: World, name: str, text: str) -> str:
    code = world.put(f"code/{name}.tar.gz", archive(serve_lines__py=text.encode()))
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=script_container(code))
    return name


def transform(name: str, model_name: str, **more: Json) -> Json:
    """The request of a job that sends lines of `{name}/`."""
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}/"}}
    return {
        "TransformJobName": name,
        "ModelName": model_name,
        "TransformInput": {"DataSource": data, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/{name}-out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **more,
    }


def ended(world: World, name: str) -> Json:
    def look() -> Json:
        job = world.sagemaker.describe_transform_job(TransformJobName=name)
        return job if job["TransformJobStatus"] in ENDED else None

    return until(look, f"{name} has ended")


@pytest.mark.group("sdk")
def test_the_sdk_transforms_csv_and_json_lines_and_a_pipeline_does(sdk: Sdk) -> None:
    done = sdk.run("sdk_transforms.py")

    assert done.returncode == 0, done.stdout + done.stderr
    for seen in (
        "score first True",
        "score second True",
        "score third True",
        "sums [{'id': 0, 'SageMakerOutput': {'sum': 1}}, {'id': 1, 'SageMakerOutput': {'sum': 2}}, "
        "{'id': 2, 'SageMakerOutput': {'sum': 3}}]",
        "MaxConcurrentTransforms=1, MaxPayloadInMB=1, BatchStrategy=MULTI_RECORD",
        "pipeline ['Succeeded', 'Succeeded']",
        "piped [True, False]",
        "quality Completed {'value': 0.333",
    ):
        assert seen in done.stdout, done.stdout + done.stderr


def test_the_step_that_the_sdk_writes_filters_and_joins(world: World) -> None:
    document = supplies.definition("step-transform")
    supplies.supply(world, "step-transform", document, {}, {"t/a.csv": "7,1,2\n8,3,4\n"})
    document["Steps"][0]["Arguments"]["ModelName"] = model(world, "filters-and-joins", LINES)

    arn = world.execute("step-transform", *document["Steps"])
    execution = world.execution(arn)

    assert execution["PipelineExecutionStatus"] == "Succeeded", [*world.steps(arn).values()][-1]["FailureReason"]
    assert world.get(f"s3://{supplies.bucket_of('step-transform')}/bt/a.csv.out") == b"7,2!\n8,4!\n"


def test_a_state_machine_waits_for_a_transform_job_and_is_told_of_its_failure(world: World) -> None:
    lines = model(world, "machine-lines", LINES)
    world.put("machine-good/a.csv", "1\n2\n")
    world.put("machine-bad/a.csv", "fine")
    world.put("machine-bad/b.csv", "bad")
    states: dict[str, Json] = {
        name: {
            "Type": "Task",
            "Resource": "arn:aws:states:::sagemaker:createTransformJob.sync",
            "Parameters": transform(f"machine-{name}", lines, ModelClientConfig={"InvocationsMaxRetries": 0}),
            "ResultPath": f"$.{name}",
        }
        for name in ("good", "bad")
    }
    states["good"]["Next"] = "bad"
    states["bad"] |= {
        "End": True,
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Told", "ResultPath": "$.why"}],
    }
    states["Told"] = {"Type": "Succeed"}
    definition = json.dumps({"StartAt": "good", "States": states})
    functions = world.client("stepfunctions")
    machine = functions.create_state_machine(name="transforms", roleArn=ROLE, definition=definition)["stateMachineArn"]
    execution = functions.start_execution(stateMachineArn=machine, input="{}")["executionArn"]

    def settled() -> Json:
        found = functions.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    output = json.loads(until(settled, "the execution has ended")["output"])
    cause = json.loads(output["why"]["Cause"])
    assert output["good"]["TransformJobStatus"] == "Completed"
    assert world.get(f"s3://{BUCKET}/machine-good-out/a.csv.out") == b"1!\n2!\n"
    assert cause["FailureReason"].startswith(
        "AlgorithmError: See job logs for more information (things/machine-bad/b.csv:"
    )
    assert "this row is bad" in cause["FailureReason"]
    assert world.get(f"s3://{BUCKET}/machine-bad-out/a.csv.out") == b"fine!\n"
    assert any(
        "things/machine-bad/b.csv: this row is bad" in line for line in world.lines("TransformJobs", "machine-bad/")
    )


def test_a_job_goes_on_after_a_kill_of_the_server_and_stops_when_it_is_asked_to(own: World) -> None:
    world = own
    waiting = model(world, "waiting", WAITS)
    world.put("waits/a.csv", "1\n")
    world.sagemaker.create_transform_job(**transform("waits", waiting))
    until(lambda: "waiting" in world.lines("TransformJobs", "waits/"), "the first request has come")

    world.server.kill()
    until(lambda: not servers(world), "servers end with Penstock")
    world.start()
    until(lambda: world.lines("TransformJobs", "waits/").count("waiting") == 2, "it has come again")
    (pid,) = servers(world)
    os.kill(pid, signal.SIGKILL)
    until(lambda: world.lines("TransformJobs", "waits/").count("waiting") == 3, "… and to the next server")

    world.sagemaker.stop_transform_job(TransformJobName="waits")
    assert ended(world, "waits")["TransformJobStatus"] == "Stopped"
    until(lambda: not servers(world), "no server is left")
