"""Decisions of steps that ask somebody outside: functions and callbacks, their deadlines, and when they are stopped."""

from typing import Any

import pytest

from decisions.test_pipelines import Story, job, keys, story
from penstock.engine.facts import CancelTimer, Done, Fired, Refused, SetTimer, Signalled
from penstock.services.sagemaker.pipelines.flow import ANSWER, STOP

Json = Any
LAMBDA = {"Name": "f", "Type": "Lambda", "FunctionArn": "arn:f", "Arguments": {}}
CALLBACK = {"Name": "c", "Type": "Callback", "SqsQueueUrl": "https://q", "Arguments": {"n": 1}}


def answer(it: Story, **said: Json) -> list[str]:
    step = it.state.steps["c"]
    return keys(it.tell(Signalled(ANSWER, {"Step": "c", "Token": step.token, **said})))


def test_a_function_has_ten_minutes_and_its_deadline_goes_with_its_answer() -> None:
    it = story(LAMBDA, job("a", "f"))

    assert it.start() == ["f/1/call", "f/1/limit"]
    assert it.asked["f/1/limit"] == SetTimer("f/1/limit", 1_600.0)
    assert keys(it.tell(Done("f/1/call", {"Returned": {}}))) == ["f/1/unlimit", "a/1/create"]
    assert it.asked["f/1/unlimit"] == CancelTimer("f/1/unlimit", "f/1/limit")


def test_a_function_that_takes_longer_fails_its_step_and_its_late_answer_means_nothing() -> None:
    it = story(LAMBDA, job("a"))
    it.start()

    assert it.tell(Fired("f/1/limit")) == []
    assert it.tell(Done("f/1/call", {"Returned": {}})) == []
    assert it.statuses["f"] == "Failed"
    assert "did not finish within 600 seconds" in it.state.steps["f"].reason


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (Done("f/1/call", {"Returned": {}}), "Stopped"),
        (Done("f/1/call", {"Failed": {"Type": "ValueError", "Message": "no"}}), "Stopped"),
        (Done("f/1/call", {"Failed": {"Type": "", "Message": "x Task timed out after 3.00 seconds"}}), "Failed"),
        (Fired("f/1/limit"), "Failed"),
    ],
    ids=["it returns", "it fails", "its own time is over", "the step's time is over"],
)
def test_an_execution_that_is_stopping_waits_for_a_function_and_fails_if_its_time_runs_out(
    end: Done | Fired, status: str
) -> None:
    it = story(LAMBDA)
    it.start()

    assert it.tell(Signalled(STOP)) == []
    it.tell(end)

    assert it.finish.status == status


def test_a_function_that_is_busy_is_called_again_later() -> None:
    it = story(LAMBDA)
    it.start()

    it.tell(Refused("f/1/call", "TooManyRequestsException", "Rate Exceeded."))

    assert keys(it.tell(Fired("f/1/retry"))) == ["f/2/call", "f/2/limit"]


def test_an_answer_may_come_before_its_message_is_known_to_be_sent() -> None:
    it = story(CALLBACK, job("a", "c"))
    it.start()

    assert answer(it, Outputs={}) == ["a/1/create"]
    assert it.tell(Done("c/1/send", {})) == []
    assert it.statuses == {"c": "Succeeded", "a": "Starting"}


def test_a_token_nobody_answers_has_28_days() -> None:
    it = story(CALLBACK)
    it.start()
    it.tell(Done("c/1/send", {}))

    assert it.asked["c/1/limit"] == SetTimer("c/1/limit", 1_000.0 + 28 * 86_400)
    it.tell(Fired("c/1/limit"))

    assert it.state.steps["c"].reason == "ClientError: The callback token was not answered within 28 days."
    assert it.finish.status == "Failed"


def test_another_steps_token_is_no_answer() -> None:
    it = story(CALLBACK)
    it.start()

    assert it.tell(Signalled(ANSWER, {"Step": "c", "Token": "another", "Outputs": {}})) == []
    assert it.statuses == {"c": "Executing"}


def test_an_execution_stopped_while_its_message_is_on_the_way_tells_its_holder_afterwards() -> None:
    it = story(CALLBACK)
    it.start()

    assert it.tell(Signalled(STOP)) == []
    assert keys(it.tell(Done("c/1/send", {}))) == ["c/1/limit", "c/1/send-stop"]
    assert answer(it, FailureReason="") == ["c/1/unlimit", "finish"]
    assert it.state.steps["c"].reason == "The callback was answered as failed, without a reason."
    assert it.finish.status == "Stopped"
