"""Whatever is killed: executions end as they would have, jobs that run go on, and nothing is done twice."""

import os
import signal

import pytest

from end_to_end.world import BEGIN_AND_WAIT, World, step, until

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'


def begun(world: World, group: str, prefix: str) -> list[str]:
    return [line for line in world.lines(group, prefix) if line.startswith("began")]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_training_job_goes_on_while_the_server_is_away_and_is_found_again(own: World, how: signal.Signals) -> None:
    arn = own.execute(
        "survives",
        step("Before", own.processing("before", "echo once")),
        step("Train", own.training("train", BEGIN_AND_WAIT), kind="Training", DependsOn=["Before"]),
        step("After", own.processing("after", "echo last"), DependsOn=["Train"]),
    )
    until(lambda: own.jobs("Training") and begun(own, "TrainingJobs", own.jobs("Training")[0]), "it has begun")
    supervisor = own.supervisor("train")

    own.server.end(how)
    own.start()
    assert own.supervisor("train") == supervisor
    own.let_go("train")

    assert own.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert {name: each["StepStatus"] for name, each in own.steps(arn).items()} == dict.fromkeys(
        ["Before", "Train", "After"], "Succeeded"
    )
    (trained,) = own.jobs("Training")
    before, after = sorted(own.jobs("Processing"), key=lambda name: "After" in name)
    assert [line.partition(" ")[0] for line in own.lines("TrainingJobs", trained)] == ["began", "ended"]
    assert own.lines("ProcessingJobs", before) == ["once"]
    assert own.lines("ProcessingJobs", after) == ["last"]


def test_a_job_that_ended_while_the_server_was_away_is_not_run_again(own: World) -> None:
    arn = own.execute("ended-meanwhile", step("Prepare", own.processing("prepare", BEGIN_AND_WAIT)))
    until(lambda: own.jobs("Processing") and begun(own, "ProcessingJobs", own.jobs("Processing")[0]), "it has begun")
    folder = own.folder("prepare")

    own.server.kill()
    own.let_go("prepare")
    until((folder / "ending.json").exists, "it has ended")
    own.start()

    assert own.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    (name,) = own.jobs("Processing")
    assert [line.partition(" ")[0] for line in own.lines("ProcessingJobs", name)] == ["began", "ended"]


def test_an_answered_request_is_not_forgotten(own: World) -> None:
    uri = own.put("kept/a.txt", b"kept")
    own.sagemaker.create_model_package_group(ModelPackageGroupName="kept")
    own.client("iam").create_role(RoleName="Kept", AssumeRolePolicyDocument=TRUST)
    name = own.process("kept", "echo kept")

    own.server.kill()
    own.start()

    assert own.get(uri) == b"kept"
    assert own.sagemaker.describe_model_package_group(ModelPackageGroupName="kept")
    assert own.client("iam").get_role(RoleName="Kept")["Role"]["RoleName"] == "Kept"
    assert own.job(name)["ProcessingJobStatus"] == "Completed"
    assert own.lines("ProcessingJobs", "kept/") == ["kept"]


def test_a_killed_supervisor_fails_the_step_with_a_reason(world: World) -> None:
    arn = world.execute("lost", step("Prepare", world.processing("lost", BEGIN_AND_WAIT)))
    world.await_step(arn, "Prepare")

    os.kill(world.supervisor("lost"), signal.SIGKILL)

    assert world.execution(arn)["PipelineExecutionStatus"] == "Failed"
    reason = world.steps(arn)["Prepare"]["FailureReason"]
    assert reason.startswith("ClientError: InternalServerError: We encountered an internal error. Please try again.")


def test_a_retry_policy_tries_a_lost_job_again(world: World) -> None:
    policy = {
        "ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 2,
    }  # fmt: skip
    arn = world.execute("lost-once", step("Prepare", world.processing("again", BEGIN_AND_WAIT), RetryPolicies=[policy]))

    os.kill(world.supervisor("again"), signal.SIGKILL)
    until(lambda: len(world.jobs("Processing", arn.rpartition("/")[2])) == 2, "it is tried again")
    world.let_go("again")

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert world.steps(arn)["Prepare"]["AttemptCount"] == 2
