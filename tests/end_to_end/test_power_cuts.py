"""Whatever is killed: executions end as they would have, jobs that run go on, and nothing is done twice."""

import os
import signal
import time
from itertools import pairwise
from pathlib import Path

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
    own.client("ssm").put_parameter(Name="kept", Value="hidden", Type="SecureString")
    name = own.process("kept", "echo kept")

    own.server.kill()
    own.start()

    assert own.get(uri) == b"kept"
    assert own.sagemaker.describe_model_package_group(ModelPackageGroupName="kept")
    assert own.client("iam").get_role(RoleName="Kept")["Role"]["RoleName"] == "Kept"
    assert own.client("ssm").get_parameter(Name="kept", WithDecryption=True)["Parameter"]["Value"] == "hidden"
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


def test_a_server_killed_again_and_again_does_each_step_once(own: World) -> None:
    names = [f"Step{number}" for number in range(6)]
    steps = [step(name, own.processing(name, f"sleep 0.3; echo did {name}")) for name in names]
    for before, after in pairwise(steps):
        after["DependsOn"] = [before["Name"]]
    arn = own.execute("shaken", *steps)

    for moment in (0.0, 0.1, 0.2, 0.3, 0.4):
        time.sleep(moment)
        own.server.kill()
        own.start()

    assert own.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert {name: each["StepStatus"] for name, each in own.steps(arn).items()} == dict.fromkeys(names, "Succeeded")
    jobs = own.jobs("Processing")
    assert [name.split("-")[2] for name in jobs] == names
    assert [own.lines("ProcessingJobs", f"{job}/") for job in jobs] == [[f"did {name}"] for name in names]


def test_jobs_that_wait_for_a_slot_run_once_after_a_power_cut(own: World) -> None:
    held = [own.process(f"held-{number}", BEGIN_AND_WAIT) for number in range(2 * (os.cpu_count() or 1))]
    waiting = own.process("waiting", "echo my turn")
    own.folder("held-0")

    own.server.kill()
    own.start()
    for name in held:
        own.let_go(name)

    assert {own.job(name)["ProcessingJobStatus"] for name in [*held, waiting]} == {"Completed"}
    assert own.lines("ProcessingJobs", "waiting/") == ["my turn"]
    for name in held:
        assert [line.partition(" ")[0] for line in own.lines("ProcessingJobs", f"{name}/")] == ["began", "ended"]


def test_a_job_outlives_the_process_that_started_it_and_the_next_one_starts(own: World) -> None:
    name = own.process("orphaned", BEGIN_AND_WAIT)
    until(lambda: begun(own, "ProcessingJobs", f"{name}/"), "the job has begun")
    zygote = parent(own.supervisor("orphaned"))
    assert b"zygote" in Path(f"/proc/{zygote}/cmdline").read_bytes()

    os.kill(zygote, signal.SIGKILL)
    own.let_go("orphaned")

    assert own.job(name)["ProcessingJobStatus"] == "Completed"
    assert own.job(own.process("next", "echo next"))["ProcessingJobStatus"] == "Completed"


def parent(pid: int) -> int:
    """The process that a process was started by."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
