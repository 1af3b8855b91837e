"""Pipelines through boto3 on real jobs: stopping, going on after a failure, and how many steps run at once."""

from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from end_to_end.world import BEGIN_AND_WAIT, World, s3_input, step


def test_a_stopped_execution_stops_its_jobs_and_starts_no_more(world: World) -> None:
    arn = world.execute(
        "stopped",
        step("First", world.processing("stopped-first", BEGIN_AND_WAIT)),
        step("Second", world.processing("stopped-second", "echo never"), DependsOn=["First"]),
    )
    world.folder("stopped-first")

    world.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)

    assert world.execution(arn)["PipelineExecutionStatus"] == "Stopped"
    assert {name: each["StepStatus"] for name, each in world.steps(arn).items()} == {"First": "Stopped"}
    (job,) = world.jobs("Processing", arn.rpartition("/")[2])
    assert world.job(job)["ProcessingJobStatus"] == "Stopped"


def test_a_retried_execution_runs_only_what_did_not_succeed(world: World) -> None:
    uri = f"s3://{world.bucket()}/appears/later.txt"
    later = {"InputName": "later", "S3Input": s3_input(uri, "/opt/ml/processing/later")}
    arn = world.execute(
        "retried",
        step("Good", world.processing("retried-good", "echo good")),
        step("Starved", world.processing("retried-starved", "echo fed", inputs=[later]), DependsOn=["Good"]),
        step("Last", world.processing("retried-last", "echo last"), DependsOn=["Starved"]),
    )
    assert world.execution(arn)["PipelineExecutionStatus"] == "Failed"
    failed = world.steps(arn)
    assert {name: each["StepStatus"] for name, each in failed.items()} == {"Good": "Succeeded", "Starved": "Failed"}
    assert f'No S3 objects found under S3 URL "{uri}"' in failed["Starved"]["FailureReason"]
    world.put("appears/later.txt", "here it is")

    world.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="r" * 32)

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = world.steps(arn)
    assert {name: each["StepStatus"] for name, each in steps.items()} == dict.fromkeys(
        ["Good", "Starved", "Last"], "Succeeded"
    )
    assert steps["Good"] == failed["Good"]
    parts = [name.split("-")[2] for name in world.jobs("Processing", arn.rpartition("/")[2])]
    assert sorted(parts) == ["Good", "Last", "Starved", "Starved"]


def test_no_more_steps_run_at_once_than_allowed(world: World) -> None:
    names = ["one", "two", "three"]
    arn = world.execute(
        "narrow", *(step(name, world.processing(f"narrow-{name}", "sleep 0.2")) for name in names), parallel=1
    )

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    times = sorted((each["StartTime"], each["EndTime"]) for each in world.steps(arn).values())
    assert all(ended <= began for (_, ended), (began, _) in pairwise(times))


def test_steps_that_need_nothing_of_each_other_run_side_by_side(world: World) -> None:
    names = ["left", "right"]
    arn = world.execute("wide", *(step(name, world.processing(f"wide-{name}", BEGIN_AND_WAIT)) for name in names))

    for name in names:
        world.folder(f"wide-{name}")
    for name in names:
        world.let_go(f"wide-{name}")

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"


def test_a_failed_step_lets_the_others_end_and_says_why(world: World) -> None:
    arn = world.execute(
        "half",
        step("Breaks", world.processing("half-breaks", "exit 3")),
        step("Goes", world.processing("half-goes", "echo on")),
        step("Waits", world.processing("half-waits", "echo never"), DependsOn=["Breaks"]),
    )

    ended = world.execution(arn)

    assert ended["PipelineExecutionStatus"] == "Failed"
    steps = world.steps(arn)
    assert {name: each["StepStatus"] for name, each in steps.items()} == {"Breaks": "Failed", "Goes": "Succeeded"}
    assert steps["Breaks"]["FailureReason"] == ("ClientError: AlgorithmError: See job logs for more information")


def test_a_retry_policy_does_not_cover_what_it_does_not_name(world: World) -> None:
    policy = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 1, "MaxAttempts": 3}
    arn = world.execute(
        "not-covered", step("Breaks", world.processing("not-covered", "exit 1"), RetryPolicies=[policy])
    )

    assert world.execution(arn)["PipelineExecutionStatus"] == "Failed"
    assert len(world.jobs("Processing", arn.rpartition("/")[2])) == 1


def test_an_execution_that_has_ended_cannot_be_stopped(world: World) -> None:
    arn = world.execute("over", step("Only", world.processing("over", "true")))
    world.execution(arn)

    with pytest.raises(ClientError) as refusal:
        world.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)

    assert refusal.value.response["Error"]["Code"] == "ValidationException"
