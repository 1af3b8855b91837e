"""What `.sync` tasks wait for, and what they are told."""

import json
from typing import Any

import pytest

from penstock.wire.call import Json, ServiceError
from services.stepfunctions.integrations.worlds import EXECUTION, NOON, World, mocks

START = "arn:aws:states:::states:startExecution.sync"
CHILD = "arn:aws:states:us-east-1:123456789012:execution:Child:c1"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"
TRAIN = "arn:aws:states:::sagemaker:createTrainingJob.sync"
JOB_ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/t1"


def child(status: str, **more: Json) -> World:
    described = {
        "executionArn": CHILD, "stateMachineArn": MACHINE, "name": "c1", "status": status, "startDate": NOON,
        "stopDate": NOON, "input": '{"a":1}', "inputDetails": {"included": True}, **more,
    }  # fmt: skip
    return World({
        ("stepfunctions", "StartExecution"): {"executionArn": CHILD, "startDate": NOON},
        ("stepfunctions", "DescribeExecution"): described,
        ("stepfunctions", "StopExecution"): {"stopDate": NOON},
    })  # fmt: skip


async def failure(world: World, resource: str, handle: str) -> tuple[str, Any]:
    with pytest.raises(ServiceError) as failed:
        await world.finish(resource, handle)
    return failed.value.code, json.loads(failed.value.message)


async def test_a_started_execution_is_watched() -> None:
    answer = await child("RUNNING").submit(START, {"StateMachineArn": MACHINE, "Name": "c1"})

    assert (answer["watch"], answer["poll"], answer["handle"]) == (CHILD, None, CHILD)
    assert answer["output"]["ExecutionArn"] == CHILD


async def test_while_an_execution_runs_it_is_asked_for_again() -> None:
    assert await child("RUNNING").finish(START, CHILD) == {"again": 1.0}


@pytest.mark.parametrize(
    ("resource", "given", "output"), [(START, '{"a":1}', '{"b":2}'), (f"{START}:2", {"a": 1}, {"b": 2})]
)
async def test_an_execution_that_succeeded_is_told_whole(resource: str, given: Json, output: Json) -> None:
    world = child("SUCCEEDED", output='{"b":2}', outputDetails={"included": True})

    answer = await world.finish(resource, CHILD)

    assert answer["output"] == {
        "ExecutionArn": CHILD, "StateMachineArn": MACHINE, "Name": "c1", "Status": "SUCCEEDED",
        "StartDate": 1_795_608_000_250, "StopDate": 1_795_608_000_250, "Input": given,
        "InputDetails": {"Included": True}, "Output": output, "OutputDetails": {"Included": True},
    }  # fmt: skip


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
async def test_an_execution_that_failed_is_the_cause(status: str) -> None:
    error, cause = await failure(child(status, error="States.Timeout"), START, CHILD)

    assert error == "States.TaskFailed"
    assert cause["Error"] == "States.Timeout"
    assert (cause["Status"], cause["Input"]) == (status, '{"a":1}')
    assert "Cause" not in cause


async def test_a_child_that_nobody_waits_for_is_stopped() -> None:
    world = child("RUNNING")

    assert await world.cancel(START, CHILD) == {"stopped": True}
    assert world.asked == {"executionArn": CHILD}


async def test_a_child_that_has_ended_need_not_be_stopped() -> None:
    world = World({("stepfunctions", "StopExecution"): ServiceError("gone", code="ExecutionDoesNotExist")})

    assert await world.cancel(START, CHILD) == {"stopped": False, "why": "gone"}


async def test_a_child_whose_start_nobody_was_told_of_is_asked_for_again_and_stopped() -> None:
    world = child("RUNNING")

    answer = await world.cancel(START, parameters={"StateMachineArn": MACHINE}, submit="t0.1")

    assert answer == {"stopped": True}
    start, stop = world.calls
    assert (start.operation, start.token) == ("StartExecution", f"{EXECUTION}#t0.1")
    assert (stop.operation, stop.request) == ("StopExecution", {"executionArn": CHILD})


async def test_a_child_that_could_not_be_started_need_not_be_stopped() -> None:
    refusal = ServiceError("no such machine", code="StateMachineDoesNotExist")
    world = World({("stepfunctions", "StartExecution"): refusal})

    answer = await world.cancel(START, parameters={"StateMachineArn": MACHINE}, submit="t0.1")

    assert answer["stopped"] is False


def training(**described: Json) -> World:
    return World({
        ("sagemaker", "CreateTrainingJob"): {"TrainingJobArn": JOB_ARN},
        ("sagemaker", "DescribeTrainingJob"): {"TrainingJobName": "t1", "CreationTime": NOON, **described},
    })  # fmt: skip


def training_job() -> Json:
    return {
        "TrainingJobName": "t1",
        "RoleArn": "arn:aws:iam::123456789012:role/jobs",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


async def test_a_training_job_is_a_run_to_be_watched() -> None:
    answer = await training().submit(TRAIN, training_job())

    assert (answer["watch"], answer["handle"]) == (JOB_ARN, "t1")
    assert answer["output"]["TrainingJobArn"] == JOB_ARN


async def test_a_training_job_that_is_done_is_told_with_its_times_in_milliseconds() -> None:
    answer = await training(TrainingJobStatus="Completed").finish(TRAIN, "t1")

    assert answer["output"]["CreationTime"] == 1_795_608_000_250


async def test_a_training_job_that_failed_is_the_cause() -> None:
    error, cause = await failure(training(TrainingJobStatus="Failed", FailureReason="no data"), TRAIN, "t1")

    assert (error, cause["FailureReason"]) == ("States.TaskFailed", "no data")


async def test_a_transform_job_is_a_run_to_be_watched_and_stopped() -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:transform-job/t1"
    resource = "arn:aws:states:::sagemaker:createTransformJob.sync"
    world = World({
        ("sagemaker", "CreateTransformJob"): {"TransformJobArn": arn},
        ("sagemaker", "DescribeTransformJob"): {"TransformJobName": "t1", "TransformJobStatus": "Completed"},
        ("sagemaker", "StopTransformJob"): {},
    })  # fmt: skip
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
    request = {
        "TransformJobName": "t1",
        "ModelName": "m",
        "TransformInput": {"DataSource": data},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }

    answer = await world.submit(resource, request)

    assert (answer["watch"], answer["handle"]) == (arn, "t1")
    assert (await world.finish(resource, "t1"))["output"]["TransformJobStatus"] == "Completed"
    assert await world.cancel(resource, "t1") == {"stopped": True}


async def test_a_pipeline_execution_is_waited_for() -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/abcdefghijkl"
    resource = "arn:aws:states:::sagemaker:startPipelineExecution.sync"
    described = {"PipelineExecutionArn": arn, "PipelineExecutionStatus": "Succeeded"}
    world = World({
        ("sagemaker", "StartPipelineExecution"): {"PipelineExecutionArn": arn},
        ("sagemaker", "DescribePipelineExecution"): described,
    })  # fmt: skip

    answer = await world.submit(resource, {"PipelineName": "p"})

    assert answer["watch"] == arn
    assert world.asked.keys() == {"PipelineName", "ClientRequestToken"}
    assert await world.finish(resource, answer["handle"]) == {"output": described}


async def test_a_build_is_asked_after_and_told_under_its_name() -> None:
    resource = "arn:aws:states:::codebuild:startBuild.sync"
    world = World({
        ("codebuild", "StartBuild"): {"build": {"id": "p:1", "buildStatus": "IN_PROGRESS"}},
        ("codebuild", "BatchGetBuilds"): {"builds": [{"id": "p:1", "buildStatus": "SUCCEEDED"}]},
        ("codebuild", "StopBuild"): {},
    })  # fmt: skip

    answer = await world.submit(resource, {"ProjectName": "p"})

    assert (answer["watch"], answer["poll"]) == (None, 1.0)
    assert await world.finish(resource, answer["handle"]) == {
        "output": {"Build": {"Id": "p:1", "BuildStatus": "SUCCEEDED"}}
    }
    await world.cancel(resource, answer["handle"])
    assert [call.request for call in world.calls[1:]] == [{"ids": ["p:1"]}, {"id": "p:1"}]


async def test_a_mocked_job_is_settled_at_once() -> None:
    config = mocks({
        "StateMachines": {"Orders": {"TestCases": {"Good": {"Charge card": "Trained"}}}},
        "MockedResponses": {"Trained": {"0": {"Return": {"TrainingJobStatus": "Completed"}}}},
    })  # fmt: skip

    answer = await World({}, mocks=config).submit(TRAIN, {}, mock="Good")

    assert answer == {"output": {"TrainingJobStatus": "Completed"}, "settled": True}


QUERY = "arn:aws:states:::athena:startQueryExecution.sync"


def querying(state: str) -> World:
    told = {"QueryExecutionId": "q1", "Query": "SELECT 1", "Status": {"State": state, "SubmissionDateTime": NOON}}
    return World({
        ("athena", "StartQueryExecution"): {"QueryExecutionId": "q1"},
        ("athena", "GetQueryExecution"): {"QueryExecution": told},
    })  # fmt: skip


async def test_a_query_is_asked_after_until_its_state_is_final() -> None:
    begun = await querying("QUEUED").submit(QUERY, {"QueryString": "SELECT 1"})
    assert (begun["handle"], begun["watch"], begun["poll"]) == ("q1", None, 1.0)
    assert await querying("RUNNING").finish(QUERY, "q1") == {"again": 1.0}

    done = await querying("SUCCEEDED").finish(QUERY, "q1")

    status = {"State": "SUCCEEDED", "SubmissionDateTime": 1_795_608_000_250}
    query = {"QueryExecutionId": "q1", "Query": "SELECT 1", "Status": status}
    assert done == {"output": {"QueryExecution": query}}


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
async def test_a_query_that_did_not_succeed_fails_the_task(state: str) -> None:
    error, cause = await failure(querying(state), QUERY, "q1")

    assert (error, cause["QueryExecution"]["Status"]["State"]) == ("States.TaskFailed", state)
