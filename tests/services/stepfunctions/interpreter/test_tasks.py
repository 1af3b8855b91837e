"""Tasks: what they are submitted with, who may answer them, and that stale answers, stops and pauses change nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from penstock.engine.facts import Done, Fired, Refused, Signalled
from penstock.services.stepfunctions.interpreter.plan import Limits
from services.stepfunctions.driving import (
    ACTIVITY,
    EXECUTION,
    FUNCTION,
    ROLE,
    SYNC,
    TOKEN,
    Play,
    branch,
    jsonata,
    machine,
    play,
    played_out,
    task,
)

Json = Any
START_CHILD: Json = {"Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:c"}}


def test_a_submission_says_whose_it_is() -> None:
    game = play(machine(A=task(TimeoutSeconds=9)))

    assert game.performed == [{
        "resource": "arn:aws:states:::aws-sdk:sqs:sendMessage", "parameters": {"QueueUrl": "q", "MessageBody": "m"},
        "execution": EXECUTION, "state": "A", "retry": 0, "role": ROLE, "credentials": "", "mock": None, "machine": "m",
        "token": "",
    }]  # fmt: skip


def test_a_function_has_events_of_its_own() -> None:
    game = play(machine(A=task(FUNCTION, TimeoutSeconds=5)), {"x": 1}).answer({"y": 2})

    assert game.types[2:5] == ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]
    assert game.details("LambdaFunctionScheduled") == [
        {"resource": FUNCTION, "input": '{"x":1}', "timeoutInSeconds": 5}
    ]
    assert game.output == {"y": 2}


def test_the_phases_of_a_jsonpath_task_follow_one_another() -> None:
    state = task(
        InputPath="$.in", Parameters={"QueueUrl": "q", "MessageBody.$": "$.body"}, ResultSelector={"id.$": "$.Id"},
        ResultPath="$.result", OutputPath="$.result.id",
    )  # fmt: skip
    game = play(machine(A=state), {"in": {"body": "hello"}, "other": 1}).answer({"Id": 7, "more": 8})

    assert game.parameters == [{"QueueUrl": "q", "MessageBody": "hello"}]
    assert game.output == 7


def test_the_fields_of_a_jsonata_task_see_input_and_result() -> None:
    state = task(
        Arguments={"QueueUrl": "q", "MessageBody": jsonata("$states.input.body")},
        Assign={"id": jsonata("$states.result.Id")},
        Output={"was": jsonata("$states.input.body"), "is": jsonata("$states.result.Id")}, Next="B",
    )  # fmt: skip
    after = {"Type": "Pass", "Output": [jsonata("$states.input"), jsonata("$id")]}
    game = play(machine(language="JSONata", A=state, B=after), {"body": "hello"}).answer({"Id": 7})

    assert game.output == [{"was": "hello", "is": 7}, 7]
    assert game.details("TaskStateExited")[0]["assignedVariables"] == {"id": "7"}


# ------------------------------------------------------------------------------------------------------- tokens


def waiting() -> Play:
    parameters = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    return play(machine(A=task(TOKEN, Parameters=parameters, Next="B"), B={"Type": "Wait", "Seconds": 5}))


def test_a_token_is_what_the_service_was_given() -> None:
    game = waiting()

    assert game.parameters == [{"QueueUrl": "q", "MessageBody": game.token}]
    game.answer({"MessageId": "1"}).say("told", output='{"ok": true}')
    assert game.details("TaskSucceeded")[0]["output"] == '{"ok":true}'


def test_an_answer_that_overtakes_the_submission_waits_for_it() -> None:
    early = waiting().say("told", output="5").answer({"MessageId": "1"})
    late = waiting().answer({"MessageId": "1"}).say("told", output="5")

    assert early.types == late.types
    assert early.types[4:6] == ["TaskSubmitted", "TaskSucceeded"]


def test_a_token_speaks_once() -> None:
    game = waiting().answer({}).say("told", output="5")
    seen = len(game.events)

    game.say("told", output="6").say("told", error="E").say("beat")

    assert len(game.events) == seen


@pytest.mark.parametrize("token", ["", "rubbish", "AAAA", "é", "gAAA" * 40])
def test_what_is_no_token_is_nobodys(token: str) -> None:
    game = waiting()

    assert len(game.say("told", token or " ", output="1").events) == len(waiting().events)


def test_the_token_of_a_former_attempt_is_void() -> None:
    game = play(machine(A=task(TOKEN, Retry=[{"ErrorEquals": ["States.ALL"]}])))
    former = game.token

    game.answer({}).say("told", error="E").fire("r").answer({})
    game.say("told", former, output="1")

    assert game.status == "RUNNING"
    assert game.say("told", output="2").output == 2


def test_a_parents_token_ends_a_job_early() -> None:
    game = play(machine(A=task(SYNC, **START_CHILD))).answer({"e": 1}, watch="child", handle="child")

    assert game.say("told", output='"enough"').output == "enough"


def test_a_job_is_described_when_its_run_has_ended() -> None:
    game = play(machine(A=task(SYNC, **START_CHILD))).answer({"e": 1}, watch="child", handle="child").run_ended()

    assert game.performed[-1]["handle"] == "child"
    assert game.tell(Done(game.keys("f")[0], {"output": {"Status": "SUCCEEDED"}})).output == {"Status": "SUCCEEDED"}


def test_a_job_without_a_run_is_asked_after_until_it_has_ended() -> None:
    game = play(machine(A=task(SYNC, **START_CHILD))).answer({"e": 1}, poll=2.0, handle="job")

    game.fire("p").tell(Done(game.keys("f")[0], {"again": 3.0})).fire("p")
    game.tell(Done(game.keys("f")[0], {"output": "done"}))

    assert game.at - 1_700_000_000 == 5
    assert game.output == "done"


def test_a_mocked_job_has_its_result_at_once() -> None:
    game = play(machine(A=task(SYNC, **START_CHILD))).answer({"mocked": 1}, settled=True)

    assert game.output == {"mocked": 1}
    assert "TaskSubmitted" not in game.types


# --------------------------------------------------------------------------------------------------- activities


def offered() -> Play:
    return play(machine(A=task(ACTIVITY, HeartbeatSeconds=9)), {"x": 1})


def test_an_activity_is_offered_then_taken_then_answered() -> None:
    game = offered()
    assert game.types[-1] == "TaskStateEntered", "it is scheduled once it is known to exist"

    game.tell(Done(game.keys("a")[0], {})).say("taken", worker="w").say("told", output='"done"')

    assert game.types[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert game.details("ActivityScheduled") == [{"resource": ACTIVITY, "input": '{"x":1}', "heartbeatInSeconds": 9}]
    assert game.details("ActivityStarted") == [{"workerName": "w"}]


def test_an_activity_taken_before_its_offer_is_answered_is_scheduled_first() -> None:
    game = offered()

    game.say("taken", worker=None).tell(Done(game.keys("a")[0], {})).say("told", output="1")

    assert game.types[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]


def test_an_activity_that_is_not_there_fails_the_state() -> None:
    game = offered().tell(Refused("a0.1", "States.Runtime", "The activity does not exist."))

    assert game.failure == ("States.Runtime", "An error occurred while executing the state 'A' (entered at the event "
                            "id #2). The activity does not exist.")  # fmt: skip


# ------------------------------------------------------------------------------------------------------ stopping

WAITING: dict[str, Callable[[], Play]] = {
    "a wait": lambda: play(machine(A={"Type": "Wait", "Seconds": 9})),
    "a submission": lambda: play(machine(A=task(TimeoutSeconds=9))),
    "a token": lambda: waiting().answer({}),
    "a job": lambda: play(machine(A=task(SYNC, **START_CHILD))).answer({}, watch="r", handle="r"),
    "an activity": offered,
    "a retry": lambda: play(machine(A=task(Retry=[{"ErrorEquals": ["States.ALL"]}]))).refuse(),
    "a Map": lambda: play(machine("M", M={"Type": "Map", "ItemProcessor": branch("A", A=task())}), [1, 2]),
    "a pause": lambda: play(machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass"}), limits=Limits(0, 0, 1)),
}


@pytest.mark.parametrize("phase", WAITING)
def test_an_execution_can_be_stopped_in(phase: str) -> None:
    game = WAITING[phase]()
    outstanding = list(game.out.values())

    game.stop(error="E", cause="C")

    assert (game.status, game.failure) == ("ABORTED", ("E", "C"))
    assert game.links()[-1] == ("ExecutionAborted", len(game.events), 0)
    assert [key for key in game.out if key[0] in "xhd"] == []
    seen = len(game.events)
    for command in outstanding:
        game.tell(Fired(command.key) if command.key[0] in "xhdrg" else Done(command.key, {"output": 1}))
    game.tell(Signalled("stop", {}))
    assert len(game.events) == seen, "what comes afterwards changes nothing"


def test_a_stopped_job_is_cancelled() -> None:
    game = WAITING["a job"]().stop()

    assert game.performed[-1]["handle"] == "r"
    assert game.history[-1] == {"timestamp": game.at, "type": "ExecutionAborted", "id": 6, "previousEventId": 0,
                                "executionAbortedEventDetails": {}}  # fmt: skip


JOB: Json = task(SYNC, **START_CHILD)


def test_a_job_whose_submission_is_not_answered_yet_is_cancelled_by_what_it_was_submitted_with() -> None:
    game = play(machine(A=JOB))
    (submitted,) = game.performed

    game.stop()

    assert game.performed[1] == {**submitted, "submit": "t0.1"}


def test_a_job_that_ran_out_of_time_before_its_submission_was_answered_is_cancelled_once() -> None:
    game = play(machine("P", P={"Type": "Parallel", "Branches": [branch("A", A={**JOB, "TimeoutSeconds": 5})]}))

    game.fire("x")

    assert game.failure[0] == "States.Timeout"
    assert [asked.get("submit") for asked in game.performed] == [None, "t1.1"]


def test_a_job_that_was_not_submitted_is_not_cancelled() -> None:
    game = play(machine("P", P={"Type": "Parallel", "Branches": [branch("A", A=JOB)]}))

    game.refuse()

    assert len(game.performed) == 1


@pytest.mark.parametrize("resource", [FUNCTION, "arn:aws:states:::sqs:sendMessage.waitForTaskToken"])
def test_a_task_that_waits_for_no_job_has_none_to_cancel(resource: str) -> None:
    message = {"Parameters": {"QueueUrl": "q", "MessageBody": "m"}} if "sqs" in resource else {}
    game = play(machine(A=task(resource, **message)))

    game.stop()

    assert len(game.performed) == 1


# ------------------------------------------------------------------------------------------------ pauses and limits


def side_by_side() -> Json:
    chains = [
        branch(f"T{n}", **{f"T{n}": task(Next=f"P{n}"), f"P{n}": {"Type": "Pass", "Next": f"Q{n}"},
                           f"Q{n}": {"Type": "Pass"}})
        for n in range(3)
    ]  # fmt: skip
    return machine("P", P={"Type": "Parallel", "Branches": chains})


@pytest.mark.parametrize("events", [1, 2, 3, 5, 8])
def test_a_pause_changes_nothing_but_time(events: int) -> None:
    definition = machine("M", M={"Type": "Map", "ItemProcessor": branch("A", A={"Type": "Pass", "Next": "B"},
                                                                         B={"Type": "Pass"})})  # fmt: skip

    paused = played_out(play(definition, [1, 2, 3], limits=Limits(0, 0, events)), lambda game: game.go("g"))

    assert paused.history == play(definition, [1, 2, 3]).history


@pytest.mark.parametrize("events", [1, 2, 3])
def test_answers_during_pauses_lose_nobody(events: int) -> None:
    """Every answer comes before the pause that its task was submitted in is over."""
    game = play(side_by_side(), limits=Limits(0, 0, events))

    def answer(game: Play) -> None:
        if game.keys("t"):
            game.answer(1)
        else:
            game.go("g")

    assert played_out(game, answer).output == [1, 1, 1]
    assert sorted(game.types) == sorted(played_out(play(side_by_side()), answer).types)
    started = [event for event in game.events if event.type == "TaskStarted"]
    succeeded = {event.previous for event in game.events if event.type == "TaskSucceeded"}
    assert {event.id for event in started} == succeeded, "each success links to its own start"


def test_a_history_has_an_end() -> None:
    loop = machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Choice", "Choices": [
        {"Variable": "$.x", "IsPresent": True, "Next": "C"}], "Default": "A"}, C={"Type": "Succeed"})  # fmt: skip

    game = play(loop, limits=Limits(0, 50, 0))

    assert game.failure == ("States.Runtime", "The execution reached the maximum number of history events (50).")
    assert game.types[-1] == "ExecutionFailed"
    assert len(game.events) <= 51


@pytest.mark.parametrize("size", [98, 99])
def test_a_payload_may_have_its_last_byte_and_no_more(size: int) -> None:
    """Two of the bytes are the quotes around the text."""
    game = play(machine(A=task()), limits=Limits(payload_bytes=100)).answer("x" * size)

    if size == 98:
        assert game.output == "x" * size
    else:
        assert game.types[-2:] == ["TaskFailed", "ExecutionFailed"]
        assert game.failure[0] == "States.DataLimitExceeded"


def test_payloads_are_measured_in_bytes() -> None:
    state = {"Type": "Pass", "Result": "é" * 50}

    assert play(machine(A=state), limits=Limits(payload_bytes=102)).output == "é" * 50
    assert play(machine(A=state), limits=Limits(payload_bytes=101)).failure[0] == "States.DataLimitExceeded"


def test_what_is_passed_on_unchanged_is_told_with_its_text_as_it_was() -> None:
    game = play(machine(A={"Type": "Succeed"}), '{"b": 1, "a": 2.50}')

    assert json.loads(str(game.details("SucceedStateEntered")[0]["input"])) == {"b": 1, "a": 2.5}
