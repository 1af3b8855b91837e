"""Decisions of pipeline executions: events in, commands out; no engine, no store, no job."""

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from penstock.engine.facts import (
    Asked,
    CancelTimer,
    Command,
    Done,
    Ended,
    Event,
    Fact,
    Finish,
    Fired,
    Invoke,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Signalled,
    Started,
    Watch,
)
from penstock.services.sagemaker.pipelines.flow import LIMIT, STOP, PipelineFlow
from penstock.services.sagemaker.pipelines.model import Begin, Execution, Plan, Progress, plan_of

Json = Any
PIPELINE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p"
BEGIN = Begin(
    arn=f"{PIPELINE}/execution/x1y2z3x1y2z3",
    pipeline_name="p",
    pipeline_arn=PIPELINE,
    execution_id="x1y2z3x1y2z3",
    started_at=1_000.0,
)
SUCCEEDED = Outcome("Succeeded", {})


@dataclass
class Story:
    """An execution as it is told what happens; `events` is its journal."""

    plan: Plan
    begin: Begin = BEGIN
    flow: PipelineFlow = field(default_factory=PipelineFlow)
    state: Execution = Execution()  # noqa: RUF009 - frozen
    asked: dict[str, Command] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    at: float = 1_000.0

    def tell(self, fact: Fact) -> list[Command]:
        """What the execution asks for when it is told something."""
        event = Event(len(self.events) + 1, self.at, f"{len(self.events):032x}", fact)
        self.events.append(event)
        self.state = self.flow.evolve(self.plan, self.state, event)
        new = [command for command in self.flow.decide(self.plan, self.state) if command.key not in self.asked]
        for command in new:
            self.asked[command.key] = command
            asked = Event(event.seq, event.at, event.chance, Asked(command))
            self.events.append(asked)
            self.state = self.flow.evolve(self.plan, self.state, asked)
        return new

    def start(self) -> list[str]:
        """The keys of what an execution asks for at first."""
        return keys(self.tell(Started(msgspec.to_builtins(self.begin))))

    def made(self, step: str, attempt: int = 1) -> list[Command]:
        """The step's job has been created."""
        created = self.asked[f"{step}/{attempt}/create"]
        assert isinstance(created, Invoke)
        (name,) = [value for key, value in created.request.items() if key.endswith("JobName")]
        member = created.operation.removeprefix("Create") + "Arn"
        return self.tell(Done(created.key, {member: f"arn:job/{name}"}))

    def ended(self, step: str, outcome: Outcome = SUCCEEDED, attempt: int = 1) -> list[str]:
        """The keys of what is asked for when a step's job has ended."""
        self.made(step, attempt)
        return keys(self.tell(Ended(f"{step}/{attempt}/job", outcome)))

    def failed(self, step: str, reason: str, attempt: int = 1) -> list[str]:
        return self.ended(step, Outcome("Failed", {"FailureReason": reason}), attempt)

    @property
    def statuses(self) -> dict[str, str]:
        return {name: step.status for name, step in self.state.steps.items()}

    @property
    def finish(self) -> Outcome:
        command = self.asked["finish"]
        assert isinstance(command, Finish)
        return command.outcome


def keys(commands: list[Command]) -> list[str]:
    return [command.key for command in commands]


def story(*steps: Json, begin: Begin = BEGIN, **more: Json) -> Story:
    text = json.dumps({"Version": "2020-12-01", "Steps": list(steps), **more}).encode()
    return Story(plan_of(text), begin)


def job(name: str, *after: Json, kind: str = "Processing", **more: Json) -> Json:
    return {"Name": name, "Type": kind, "Arguments": {"RoleArn": "r"}, "DependsOn": list(after), **more}


def choice(name: str, outcome: bool, *after: str, yes: Json = (), no: Json = ()) -> Json:
    tests = [{"Type": "Equals", "LeftValue": 1, "RightValue": 1 if outcome else 2}]
    arguments = {"Conditions": tests, "IfSteps": list(yes), "ElseSteps": list(no)}
    return {"Name": name, "Type": "Condition", "Arguments": arguments, "DependsOn": list(after)}


def test_a_retry_that_keeps_a_condition_starts_nothing_of_the_branch_that_it_did_not_take() -> None:
    kept = {"a": Progress("Succeeded", "over"), "c": Progress("Succeeded", "over", outcome=False)}
    steps = [job("a"), choice("c", False, yes=[job("y", "a")], no=[job("n")])]

    it = story(*steps, begin=msgspec.structs.replace(BEGIN, kept=kept))

    assert it.start() == ["n/1/create"]
    assert it.statuses["y"] == "Skipped"


def test_steps_that_wait_for_nothing_start_at_once_and_followers_when_all_they_wait_for_is_done() -> None:
    it = story(job("c", "a", "b"), job("a"), job("b"))

    assert it.start() == ["a/1/create", "b/1/create"]
    assert it.ended("a") == []
    assert it.ended("b") == ["c/1/create"]
    assert it.ended("c") == ["finish"]
    assert it.finish.status == "Succeeded"


def test_a_job_is_named_after_its_execution_and_step_and_never_twice_alike() -> None:
    it = story(job("a_long_step_name_that_goes_on_and_on_and_on"), job("b", kind="Training"))

    it.start()

    first, second = it.asked.values()
    assert isinstance(first, Invoke)
    assert isinstance(second, Invoke)
    name = first.request["ProcessingJobName"]
    assert len(name) == 63
    assert name.startswith("pipelines-x1y2z3x1y2z3-a-long-step-name-that-")
    assert second.request["TrainingJobName"].startswith("pipelines-x1y2z3x1y2z3-b-")
    assert name[-10:] != second.request["TrainingJobName"][-10:]


def test_a_job_name_in_the_definition_is_a_prefix() -> None:
    it = story(job("a", Arguments={"ProcessingJobName": "mine", "ExperimentConfig": {"TrialName": "t"}, "X": None}))

    it.start()

    command = it.asked["a/1/create"]
    assert isinstance(command, Invoke)
    assert list(command.request) == ["ProcessingJobName"]
    assert command.request["ProcessingJobName"].startswith("mine-x1y2z3x1y2z3-")


def test_a_step_is_starting_until_its_job_is_there_and_its_job_is_watched() -> None:
    it = story(job("a"))
    it.start()
    before = it.statuses

    (watch,) = it.made("a")

    assert before == {"a": "Starting"}
    assert it.statuses == {"a": "Executing"}
    assert watch == Watch("a/1/job", RunId(it.state.steps["a"].arn))


def test_properties_are_kept_only_as_far_as_others_use_them() -> None:
    use = {"Get": "Steps.a.ModelArtifacts.S3ModelArtifacts"}
    it = story(job("a", kind="Training"), job("b", Arguments={"Uri": use}), job("c", "a"))
    it.start()

    it.ended("a", Outcome("Succeeded", {"ModelArtifacts": {"S3ModelArtifacts": "s3://m"}, "Much": "more"}))

    assert it.state.steps["a"].properties == {"ModelArtifacts": {"S3ModelArtifacts": "s3://m"}}
    command = it.asked["b/1/create"]
    assert isinstance(command, Invoke)
    assert command.request["Uri"] == "s3://m"


def test_a_property_that_is_not_there_fails_the_step_that_uses_it() -> None:
    it = story(job("a"), job("b", Arguments={"Uri": {"Get": "Steps.a.Nothing.Here"}}))
    it.start()

    assert it.ended("a") == ["finish"]
    assert it.state.steps["b"].reason == (
        "ClientError: Steps.a.Nothing.Here has no value: there is no Nothing in the document."
    )


def test_a_condition_starts_the_steps_of_one_branch_and_the_other_is_never_started() -> None:
    it = story(
        choice("c", True, yes=[job("y")], no=[job("n"), job("m", "n")]), job("after-n", "n"), job("after-y", "y")
    )

    assert it.start() == ["y/1/create"]
    assert it.ended("y") == ["after-y/1/create"]
    assert it.ended("after-y") == ["finish"]
    assert it.finish.status == "Succeeded"
    assert {name for name, status in it.statuses.items() if status == "Skipped"} == {"n", "m", "after-n"}


def test_conditions_within_conditions_are_decided_in_one_go() -> None:
    inner = choice("inner", False, yes=[job("a")], no=[job("b")])
    it = story(choice("outer", True, yes=[inner], no=[job("c")]))

    assert it.start() == ["b/1/create"]


def test_waiting_for_a_condition_means_waiting_for_the_branch_that_was_taken() -> None:
    inner = choice("inner", True, "y", yes=[job("deep")])
    it = story(choice("c", True, yes=[job("y"), inner], no=[job("n")]), job("join", "c"))

    assert it.start() == ["y/1/create"]
    assert it.ended("y") == ["deep/1/create"]
    assert it.ended("deep") == ["join/1/create"]


def test_waiting_for_a_condition_whose_branch_fails_is_in_vain() -> None:
    it = story(choice("c", True, yes=[job("y")]), job("join", "c"))
    it.start()

    assert it.failed("y", "AlgorithmError") == ["finish"]
    assert it.statuses["join"] == "Skipped"


def test_waiting_for_a_condition_with_nothing_in_its_branch_is_no_waiting() -> None:
    it = story(choice("c", False, yes=[job("y")]), job("join", "c"))

    assert it.start() == ["join/1/create"]


def test_a_fail_step_fails_the_execution_with_its_words_and_lets_others_end() -> None:
    it = story({"Name": "no", "Type": "Fail", "Arguments": {"ErrorMessage": "too bad"}}, job("a"))
    it.start()

    assert it.state.steps["no"].reason == "too bad"
    assert not it.state.is_over
    assert it.ended("a") == ["finish"]
    assert it.finish.status == "Failed"
    assert it.finish.result["FailureReason"] == "Step failure: One or multiple steps failed."


def test_a_refused_call_fails_the_step_in_awss_words() -> None:
    it = story(job("a"))
    it.start()

    it.tell(Refused("a/1/create", "ResourceLimitExceeded", "The account-level service limit is 0 Instances"))

    assert it.state.steps["a"].reason == (
        "ClientError: Failed to invoke sagemaker:CreateProcessingJob. "
        "Error Details: The account-level service limit is 0 Instances\n"
        f"Retry not appropriate on execution of step with PipelineExecutionArn {BEGIN.arn} and StepId a. "
        "No retry policy configured for the exception type SAGEMAKER_RESOURCE_LIMIT."
    )


POLICY = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 10, "BackoffRate": 2, "MaxAttempts": 2}


def test_a_failure_that_a_policy_covers_is_tried_again_after_a_while_under_another_name() -> None:
    it = story(job("a", RetryPolicies=[POLICY]))
    it.start()

    assert it.failed("a", "InternalServerError: We encountered an internal error.") == ["a/1/retry"]
    assert it.asked["a/1/retry"] == SetTimer("a/1/retry", 1_010.0)
    it.at = 1_010.0
    assert keys(it.tell(Fired("a/1/retry"))) == ["a/2/create"]
    assert it.failed("a", "InternalServerError", attempt=2) == ["a/2/retry"]
    assert it.asked["a/2/retry"] == SetTimer("a/2/retry", 1_030.0)
    it.tell(Fired("a/2/retry"))
    assert it.failed("a", "InternalServerError", attempt=3) == ["finish"]
    assert it.state.steps["a"].attempt == 3
    first, second = it.asked["a/1/create"], it.asked["a/2/create"]
    assert isinstance(first, Invoke)
    assert isinstance(second, Invoke)
    assert first.request != second.request


def test_a_failure_that_no_policy_covers_is_final() -> None:
    it = story(job("a", RetryPolicies=[POLICY]))
    it.start()

    assert it.failed("a", "AlgorithmError: , exit code: 1") == ["finish"]


def test_throttling_is_tried_again_unasked() -> None:
    it = story(job("a"))
    it.start()

    assert keys(it.tell(Refused("a/1/create", "ThrottlingException", "Rate exceeded"))) == ["a/1/retry"]


def test_late_words_about_an_attempt_that_is_over_mean_nothing() -> None:
    it = story(job("a", RetryPolicies=[POLICY]), job("b"))
    it.start()
    it.failed("a", "InternalServerError")
    it.tell(Fired("a/1/retry"))
    before = it.state.steps

    assert it.tell(Ended("a/1/job", SUCCEEDED)) == []
    assert it.state.steps == before


def test_the_limit_holds_and_waiting_steps_start_as_slots_become_free() -> None:
    it = story(*(job(f"s{n}") for n in range(4)), begin=msgspec.structs.replace(BEGIN, parallel_steps=2))

    assert it.start() == ["s0/1/create", "s1/1/create"]
    assert it.ended("s0") == ["s2/1/create"]
    assert keys(it.tell(Signalled(LIMIT, 3))) == ["s3/1/create"]


def test_conditions_hold_no_slot() -> None:
    it = story(job("a"), choice("c", True, yes=[job("y")]), begin=msgspec.structs.replace(BEGIN, parallel_steps=1))

    assert it.start() == ["a/1/create"]
    assert it.ended("a") == ["y/1/create"]


def test_stopping_stops_jobs_and_timers_and_lets_nothing_start() -> None:
    it = story(job("runs"), job("rests", RetryPolicies=[POLICY]), job("late"), job("next", "runs"))
    it.start()
    it.made("runs")
    it.failed("rests", "InternalServerError")

    commands = it.tell(Signalled(STOP))

    assert {type(command) for command in commands} == {Invoke, CancelTimer}
    assert {command.key for command in commands} == {"runs/1/stop", "rests/1/unretry"}
    assert it.statuses == {"runs": "Stopping", "rests": "Stopped", "late": "Starting"}
    assert keys(it.made("late")) == ["late/1/job", "late/1/stop"]
    assert keys(it.tell(Ended("runs/1/job", Outcome("Stopped", {})))) == []
    assert keys(it.tell(Refused("late/1/stop", "ValidationException", "it has ended"))) == []
    assert keys(it.tell(Ended("late/1/job", SUCCEEDED))) == ["finish"]
    assert it.finish.status == "Stopped"
    assert it.statuses == {"runs": "Stopped", "rests": "Stopped", "late": "Succeeded"}


def test_being_told_to_stop_twice_changes_nothing() -> None:
    it = story(job("a"))
    it.start()
    it.made("a")
    it.tell(Signalled(STOP))

    assert it.tell(Signalled(STOP)) == []


def test_a_step_may_wait_for_a_failure() -> None:
    it = story(
        job("a"), job("sorry", {"Step": "a", "Trigger": "Failed"}), job("always", {"Step": "a", "Trigger": "Any"})
    )
    it.start()

    assert it.failed("a", "AlgorithmError") == ["sorry/1/create", "always/1/create"]
    it.ended("sorry")
    assert it.ended("always") == ["finish"]
    assert it.finish.result["PipelineExecutionStatus"] == "CompletedWithFailures"


def test_a_step_that_waits_for_a_failure_is_not_started_after_success() -> None:
    it = story(job("a"), job("sorry", {"Step": "a", "Trigger": "Failed"}))
    it.start()

    assert it.ended("a") == ["finish"]
    assert it.finish.status == "Succeeded"


def test_a_model_is_described_only_where_its_properties_are_used() -> None:
    it = story(
        job("m", kind="Model"), job("n", kind="Model"), job("use", Arguments={"M": {"Get": "Steps.m.ModelName"}})
    )
    it.start()

    assert keys(it.tell(Done("n/1/create", {"ModelArn": "arn:n"}))) == []
    assert keys(it.tell(Done("m/1/create", {"ModelArn": "arn:m"}))) == ["m/1/describe"]
    assert keys(it.tell(Done("m/1/describe", {"ModelName": "m-1", "ModelArn": "arn:m"}))) == ["use/1/create"]


def test_a_model_package_group_that_is_there_already_is_used() -> None:
    it = story({"Name": "r", "Type": "RegisterModel", "Arguments": {"ModelPackageGroupName": "g"}})

    assert it.start() == ["r/1/group"]
    assert keys(it.tell(Refused("r/1/group", "ValidationException", "Model Package Group already exists: g"))) == [
        "r/1/create"
    ]
    assert keys(it.tell(Done("r/1/create", {"ModelPackageArn": "arn:g/1"}))) == ["finish"]


def test_documents_are_looked_into_before_the_step_that_asks_for_them() -> None:
    uri = {"Std:Join": {"On": "/", "Values": ["s3:/", "b", {"Get": "Execution.PipelineExecutionId"}]}}
    left = {"Std:JsonGet": {"S3Uri": uri, "Path": "Result['x']"}}
    tests = [{"Type": "GreaterThan", "LeftValue": left, "RightValue": 1}]
    it = story({"Name": "c", "Type": "Condition", "Arguments": {"Conditions": tests}})

    assert it.start() == ["c/1/look/0"]
    asked = it.asked["c/1/look/0"]
    assert isinstance(asked, Perform)
    assert asked.input == {"S3Uri": "s3://b/x1y2z3x1y2z3", "Path": "Result['x']"}
    it.tell(Done("c/1/look/0", {"Address": "s3://b/x1y2z3x1y2z3#Result['x']", "Value": 2}))
    assert it.state.steps["c"].outcome is True
    assert it.state.steps["c"].documents == {}


def test_a_wide_fan_out_starts_at_once_and_joins_when_the_last_is_done() -> None:
    names = [f"s{number}" for number in range(200)]
    it = story(*(job(name) for name in names), job("join", *names))

    assert len(it.start()) == 200
    for name in names[:-1]:
        assert it.ended(name) == []
    assert it.ended(names[-1]) == ["join/1/create"]


def test_a_retried_execution_keeps_what_succeeded_and_decides_branches_again_from_it() -> None:
    steps = (choice("c", True, yes=[job("y")], no=[job("n")]), job("a"), job("b", "a"), job("join", "c"))
    first = story(*steps)
    first.start()
    first.ended("y")
    first.failed("a", "AlgorithmError")
    first.ended("join")
    kept = {name: step for name, step in first.state.steps.items() if step.status == "Succeeded"}

    again = story(*steps, begin=msgspec.structs.replace(BEGIN, kept=kept))

    assert again.start() == ["a/1/create"]
    assert again.ended("a") == ["b/1/create"]
    assert again.ended("b") == ["finish"]
    assert again.finish.status == "Succeeded"


def told() -> Story:
    """An execution in which a bit of everything happens."""
    it = story(
        job("a", RetryPolicies=[POLICY]),
        job("m", "a", kind="Model"),
        job("use", Arguments={"M": {"Get": "Steps.m.ModelName"}}),
        choice("c", True, "a", yes=[job("y"), job("z")], no=[job("n")]),
        job("bad"),
        job("never", "bad"),
        begin=msgspec.structs.replace(BEGIN, parallel_steps=2, parameters={"P": 1.5}),
    )
    it.start()
    it.failed("a", "InternalServerError")
    it.failed("bad", "AlgorithmError")
    it.tell(Fired("a/1/retry"))
    it.ended("a", attempt=2)
    it.tell(Done("m/1/create", {"ModelArn": "arn:m"}))
    it.tell(Done("m/1/describe", {"ModelName": "m-1"}))
    it.ended("y")
    it.tell(Signalled(LIMIT, 1))
    it.made("z")
    it.tell(Signalled(STOP))
    return it


@pytest.mark.parametrize("length", range(len(told().events)))
def test_what_is_folded_up_to_any_point_and_kept_goes_on_as_if_nothing_had_been(length: int) -> None:
    it = told()
    state = Execution()
    for event in it.events[:length]:
        state = it.flow.evolve(it.plan, state, event)

    state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=it.flow.state_type)
    for event in it.events[length:]:
        state = it.flow.evolve(it.plan, state, event)

    assert state == it.state
    assert list(state.steps) == list(it.state.steps)
