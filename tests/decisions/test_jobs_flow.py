"""Decisions of job runs: events in, commands and answers out; a replay ends where the first run did."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from penstock.engine.facts import Asked, Command, Done, Event, Fact, Finish, Perform, Refused, Signalled, Started
from penstock.services.sagemaker.jobs.answers import transitions
from penstock.services.sagemaker.jobs.flow import PHASE, PROGRESS, RUN_JOB, STOP, STOP_JOB, JobFlow
from penstock.services.sagemaker.jobs.model import Phase, Plan, Product, Report, State

STARTED = Started()
STOP_IT = Signalled(STOP)


def plan(product: Product = "training-job", **request: Any) -> Plan:
    whole = {
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **request,
    }
    return Plan(product, "Job", f"arn:aws:sagemaker:us-east-1:123456789012:{product}/job", 1_000.0, whole)


def told(told_plan: Plan, *facts: Fact) -> tuple[State, list[Command]]:
    """Where a run stands after these facts, a second apart, and every command that it has given."""
    flow = JobFlow(told_plan.product)
    state, asked = flow.begin(told_plan), list[Command]()
    for second, fact in enumerate(facts, start=1):
        event = Event(second, 1_000.0 + second, "0", fact)
        state = flow.evolve(told_plan, state, event)
        for command in flow.decide(told_plan, state):
            if command.key not in {each.key for each in asked}:
                asked.append(command)
                state = flow.evolve(told_plan, state, Event(second, event.at, "0", Asked(command)))
    return state, asked


def done(report: Report, key: str = "run-1") -> Done:
    return Done(key, msgspec.to_builtins(report))


def phases(*statuses: str, since: float = 1_001.1) -> tuple[Phase, ...]:
    return tuple(Phase(status, since + number / 10) for number, status in enumerate(statuses))


def outcome(commands: list[Command]) -> Any:
    return next(command.outcome for command in commands if isinstance(command, Finish))


def activities(commands: list[Command]) -> Iterator[tuple[str, str]]:
    return ((each.key, each.activity) for each in commands if isinstance(each, Perform))


def test_a_job_is_one_activity() -> None:
    state, commands = told(plan(), STARTED)

    assert list(activities(commands)) == [("run-1", RUN_JOB)]
    assert (state.status, state.secondary) == ("InProgress", "Starting")


def test_a_job_that_has_exited_well_is_completed_with_its_describe_answer() -> None:
    report = Report("exited", exit_code=0, phases=phases("Downloading", "Training", "Uploading"))

    state, commands = told(plan(), STARTED, done(report))

    assert outcome(commands).status == "Succeeded"
    assert outcome(commands).result["TrainingJobStatus"] == "Completed"
    assert [phase.status for phase in state.phases] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert outcome(commands).result["SecondaryStatusTransitions"][-1] == {
        "Status": "Completed",
        "StartTime": 1_002.0,
        "EndTime": 1_002.0,
        "StatusMessage": "Training job completed",
    }


def test_phases_told_while_it_ran_keep_their_first_times() -> None:
    early = Signalled(PHASE, msgspec.to_builtins(phases("Downloading", since=1_001.2)))
    report = Report("exited", exit_code=0, phases=phases("Downloading", "Training", since=1_002.5))

    state, _ = told(plan(), STARTED, early, done(report))

    assert [(phase.status, phase.at) for phase in state.phases] == [
        ("Starting", 1_001.0),
        ("Downloading", 1_001.2),
        ("Training", 1_002.6),
        ("Completed", 1_003.0),
    ]


def test_how_far_an_environment_is_is_told_as_the_message_of_its_phase() -> None:
    def building(message: str) -> Signalled:
        return Signalled(PHASE, msgspec.to_builtins([Phase("DownloadingTrainingImage", 1_001.2, 1, message)]))

    state, _ = told(plan(), STARTED, building("package 1 of 2"), building("package 2 of 2"))

    (_, phase) = transitions(state)
    assert (phase["Status"], phase["StatusMessage"]) == ("DownloadingTrainingImage", "package 2 of 2")
    assert state.phases[-1].at == 1_001.2


def test_a_stop_is_asked_for_once_and_the_job_is_stopping_until_it_reports() -> None:
    state, commands = told(plan(), STARTED, STOP_IT, STOP_IT)

    assert list(activities(commands)) == [("run-1", RUN_JOB), ("stop", STOP_JOB)]
    assert (state.status, state.secondary) == ("Stopping", "Stopping")


@pytest.mark.parametrize(
    ("facts", "status", "secondary"),
    [
        ([done(Report("exited", exit_code=1))], "Failed", "Failed"),
        ([done(Report("timed-out"))], "Stopped", "MaxRuntimeExceeded"),
        ([done(Report("exhausted", message="disk"))], "Failed", "Failed"),
        ([done(Report("unstartable", message="no such image"))], "Failed", "Failed"),
        ([Refused("run-1", "InternalFailure", "KeyError: 'x'")], "Failed", "Failed"),
        ([STOP_IT, done(Report("stopped", exit_code=0))], "Stopped", "Stopped"),
        ([STOP_IT, done(Report("exited", exit_code=1))], "Stopped", "Stopped"),
        ([STOP_IT, done(Report("exited", exit_code=0))], "Completed", "Completed"),
        ([STOP_IT, done(Report("lost"))], "Stopped", "Stopped"),
        ([STOP_IT, done(Report("upload-failed", message="no bucket"))], "Failed", "Failed"),
    ],
)
def test_how_a_job_ends(facts: list[Fact], status: str, secondary: str) -> None:
    state, commands = told(plan(), STARTED, *facts)

    assert (state.status, state.secondary) == (status, secondary)
    assert outcome(commands).result["TrainingJobStatus"] == status


@pytest.mark.parametrize(
    ("report", "product", "sentence"),
    [
        (Report("exited", exit_code=1), "training-job", "AlgorithmError: , exit code: 1"),
        (Report("exited", exit_code=-9, failure="killed"), "training-job", "AlgorithmError: killed, exit code: 137"),
        (Report("exited", exit_code=1), "processing-job", "AlgorithmError: See job logs for more information"),
        (Report("download-failed", message="gone"), "training-job", "ClientError: Data download failed:gone"),
        (Report("download-failed", message="gone"), "processing-job", "ClientError: Failed to download data. gone"),
        (Report("upload-failed", message="gone"), "training-job", "ClientError: Artifact upload failed:gone"),
        (Report("unstartable", message="no image"), "processing-job", "ClientError: no image"),
    ],
)
def test_what_a_failure_is_called(report: Report, product: Product, sentence: str) -> None:
    _, commands = told(plan(product), STARTED, done(report))

    assert outcome(commands).result["FailureReason"] == sentence


def test_a_long_failure_keeps_its_exit_code() -> None:
    _, commands = told(plan(), STARTED, done(Report("exited", exit_code=3, failure="x" * 5_000)))

    reason = outcome(commands).result["FailureReason"]
    assert len(reason) == 1_024
    assert reason.endswith("xx, exit code: 3")


def test_a_lost_attempt_is_followed_by_another_as_often_as_the_request_allows() -> None:
    patient = plan(RetryStrategy={"MaximumRetryAttempts": 1})

    _, once = told(patient, STARTED, done(Report("lost")))
    state, twice = told(patient, STARTED, done(Report("lost")), done(Report("lost"), "run-2"))

    assert list(activities(once)) == [("run-1", RUN_JOB), ("run-2", RUN_JOB)]
    assert list(activities(twice)) == [("run-1", RUN_JOB), ("run-2", RUN_JOB)]
    assert state.status == "Failed"


def test_the_time_limit_is_for_all_attempts_together() -> None:
    patient = plan(RetryStrategy={"MaximumRetryAttempts": 1})
    ran_half_a_second = Report("lost", phases=(Phase("Training", 1_001.5),))

    _, commands = told(patient, STARTED, done(ran_half_a_second))

    assert [each.input["spent"] for each in commands if isinstance(each, Perform)] == [0.0, 0.5]


def test_a_report_of_an_earlier_attempt_changes_nothing() -> None:
    patient = plan(RetryStrategy={"MaximumRetryAttempts": 1})

    state, _ = told(patient, STARTED, done(Report("lost")), done(Report("exited", exit_code=0)))

    assert state.verdict is None


def test_a_state_survives_its_snapshot() -> None:
    report = Report("exited", exit_code=0, phases=phases("Training"))
    state, _ = told(plan(), STARTED, done(report))

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=State) == state


def test_a_transform_job_is_an_activity_of_its_own_and_keeps_how_far_it_has_come() -> None:
    flow = JobFlow("transform-job", run="run-it", stop="stop-it")
    transform = plan("transform-job")
    state = flow.begin(transform)
    facts: tuple[Fact, ...] = (STARTED, Signalled(PROGRESS, {"through": 1}), Signalled(PROGRESS, {"through": 2}))
    for number, fact in enumerate(facts):
        state = flow.evolve(transform, state, Event(number, 1_000.0 + number, "0", fact))
    stopping = flow.evolve(transform, state, Event(4, 1_004.0, "0", STOP_IT))

    assert state.progress == {"through": 2}
    assert list(activities(list(flow.decide(transform, stopping)))) == [("run-1", "run-it"), ("stop", "stop-it")]


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (Report("unfit-data", message="b/a: ClientError: 400"),
         "ClientError: See job logs for more information (b/a: ClientError: 400)"),
        (Report("exited", exit_code=1, message="b/a: it broke"),
         "AlgorithmError: See job logs for more information (b/a: it broke)"),
        (Report("download-failed", message="No S3 objects found"), "ClientError: No S3 objects found"),
    ],
)  # fmt: skip
def test_a_failed_transform_job_says_why_in_awss_words(report: Report, reason: str) -> None:
    _, commands = told(plan("transform-job"), STARTED, done(report))

    assert outcome(commands).result["FailureReason"] == reason
