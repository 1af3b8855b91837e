"""`penstock retry`: one command for executions and builds of every kind."""

import json
from typing import Any

import pytest

from end_to_end.test_codepipeline import action, zipped
from end_to_end.world import ROLE, World, until


def failing(world: World) -> tuple[str, str]:
    """A pipeline whose deployment fails since its bucket is not there; its name and its execution."""
    s3, codepipeline = world.client("s3"), world.client("codepipeline")
    s3.create_bucket(Bucket="retried")
    s3.put_bucket_versioning(Bucket="retried", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="retried", Key="app.zip", Body=zipped(a_txt="one"))
    source = {"S3Bucket": "retried", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    puts = [
        action(bucket, "Deploy/S3", {"BucketName": bucket, "Extract": "false", "ObjectKey": "a.zip"}, takes="Code")
        for bucket in ("retried", "not-there-yet")
    ]
    codepipeline.create_pipeline(
        pipeline={
            "name": "retried",
            "roleArn": ROLE,
            "artifactStore": {"type": "S3", "location": "retried"},
            "stages": [
                {"name": "Source", "actions": [action("Get", "Source/S3", source, makes="Code")]},
                {"name": "Put", "actions": puts},
            ],
        }
    )
    return "retried", until(lambda: over(world), "the execution has failed")["pipelineExecutionId"]


def over(world: World) -> Any:
    (found,) = world.client("codepipeline").list_pipeline_executions(pipelineName="retried")[
        "pipelineExecutionSummaries"
    ]
    return found if found["status"] != "InProgress" else None


def test_only_the_failed_actions_of_a_stage_run_again(world: World) -> None:
    name, execution = failing(world)
    world.client("s3").create_bucket(Bucket="not-there-yet")

    done = world.penstock("retry", f"{name}/{execution}", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "done": "failed actions of stage Put run again",
        "id": f"{name}/{execution}",
    }
    until(lambda: over(world), "it has ended again")
    acted = world.client("codepipeline").list_action_executions(pipelineName=name)["actionExecutionDetails"]
    assert (acted[0]["actionName"], acted[0]["status"]) == ("not-there-yet", "Succeeded")
    assert sorted(each["actionName"] for each in acted) == ["Get", "not-there-yet", "not-there-yet", "retried"]


def test_a_failed_state_goes_on(world: World) -> None:
    machines = world.client("stepfunctions")
    states = {"StartAt": "Fail", "States": {"Fail": {"Type": "Fail", "Error": "no"}}}
    machine = machines.create_state_machine(name="fails", definition=json.dumps(states), roleArn=ROLE)
    arn = machines.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    until(lambda: machines.describe_execution(executionArn=arn)["status"] == "FAILED", "it has failed")

    done = world.penstock("retry", arn)

    assert done.returncode == 0, done.stderr
    assert machines.describe_execution(executionArn=arn)["redriveCount"] == 1


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("arn:aws:s3:::bucket", "neither an execution's ARN, nor a build"),
        ("nobody:12345678-1234-1234-1234-123456789012", "Build cannot be found"),
    ],
)
def test_what_cannot_be_retried_is_said(world: World, what: str, sentence: str) -> None:
    done = world.penstock("retry", what)

    assert done.returncode != 0
    assert sentence in done.stderr
