"""Mocks: what a state comes to when its work is not done."""

import pytest

from penstock.wire.call import Json
from services.stepfunctions.teststate.worlds import World, failing, mapping, parallel, returning, task

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:approve"


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    "resource",
    [
        ACTIVITY,
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "arn:aws:states:::codebuild:startBuild.sync",
    ],
)
async def test_every_kind_of_task_can_be_mocked(world: World, resource: str) -> None:
    state: Json = {"Type": "Task", "Resource": resource, "ResultPath": "$.r", "Next": "Then"}
    if "sqs" in resource:
        state["Parameters"] = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    if "codebuild" in resource:
        state["Parameters"] = {"ProjectName": "p"}

    answer = await world.tried(state, input={"a": 1}, mock=returning({"ok": True}))

    assert (answer["status"], answer["nextState"]) == ("SUCCEEDED", "Then")
    assert answer["output"] == '{"a": 1, "r": {"ok": true}}'


async def test_an_error_that_nothing_handles_fails_the_state(world: World) -> None:
    answer = await world.tried(task(), mock=failing("Busy", "try again"), inspectionLevel="INFO")

    assert answer == {"status": "FAILED", "error": "Busy", "cause": "try again"}


async def test_a_caught_error_leads_where_the_catcher_says(world: World) -> None:
    catchers = [
        {"ErrorEquals": ["Other"], "Next": "Elsewhere"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Sorry"},
    ]

    answer = await world.tried(task(Catch=catchers), input={"a": 1}, mock=failing())

    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", "Sorry")
    assert (answer["error"], answer["cause"]) == ("Busy", "try again")
    assert answer["output"] == '{"a": 1, "e": {"Error": "Busy", "Cause": "try again"}}'
    assert answer["inspectionData"]["errorDetails"] == {"catchIndex": 1}


async def test_a_catcher_whose_own_fields_fail_catches_nothing(world: World) -> None:
    catchers = [{"ErrorEquals": ["States.ALL"], "Assign": {"v.$": "$.nope"}, "Next": "Sorry"}]

    answer = await world.tried(task(Catch=catchers), mock=failing())

    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert "nextState" not in answer


@pytest.mark.parametrize(("tried", "seconds"), [(0, 3), (2, 12), (3, 20)])
async def test_a_retrier_that_takes_the_error_tells_how_long_it_waits(world: World, tried: int, seconds: int) -> None:
    retriers = [
        {"ErrorEquals": ["Other"]},
        {"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 4, "MaxDelaySeconds": 20},
    ]

    answer = await world.tried(
        task(Retry=retriers), mock=failing(), stateConfiguration={"retrierRetryCount": tried}
    )  # fmt: skip

    assert (answer["status"], answer["error"]) == ("RETRIABLE", "Busy")
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 1, "retryBackoffIntervalSeconds": seconds}
    assert "output" not in answer


async def test_a_retrier_that_has_tried_often_enough_gives_up(world: World) -> None:
    retriers = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]

    answer = await world.tried(
        task(Retry=retriers), mock=failing(), stateConfiguration={"retrierRetryCount": 2}
    )  # fmt: skip

    assert answer["status"] == "FAILED"
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 0}


@pytest.mark.parametrize(
    ("tolerated", "failures", "status"),
    [
        ({}, 3, "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, 1, "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, 2, "FAILED"),
        ({"ToleratedFailurePercentage": 50}, 2, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 49}, 2, "FAILED"),
    ],
)
async def test_a_map_fails_when_more_iterations_failed_than_it_tolerates(
    world: World, tolerated: Json, failures: int, status: str
) -> None:
    answer = await world.tried(
        mapping(**tolerated), input=[1, 2, 3, 4], mock=returning([1]),
        stateConfiguration={"mapIterationFailureCount": failures},
    )  # fmt: skip

    assert answer["status"] == status
    assert answer.get("error") == ("States.ExceedToleratedFailureThreshold" if status == "FAILED" else None)


async def test_a_mocked_error_comes_before_tolerated_failures(world: World) -> None:
    answer = await world.tried(
        mapping(ToleratedFailureCount=0), input=[1], mock=failing(),
        stateConfiguration={"mapIterationFailureCount": 1, "errorCausedByState": "Inner"},
    )  # fmt: skip

    assert answer["error"] == "Busy"


@pytest.mark.parametrize(
    ("state", "request_", "code", "sentence"),
    [
        (task(), {"mock": {}}, "ValidationException", "only one of the following fields: [result, errorOutput]"),
        (task(), {"mock": {"errorOutput": {"cause": "c"}}}, "ValidationException", "the field 'error'"),
        (task(), {"mock": returning("not JSON")}, "ValidationException", "Mocked result must be valid JSON"),
        (task(), {"mock": returning([])}, "ValidationException", "Mocked result must be a JSON object."),
        (task(), {"mock": returning({"MessageId": 1})}, "ValidationException", "Field 'MessageId' must be a string"),
        (mapping(), {"mock": returning({})}, "ValidationException", "Mocked result must be a JSON array."),
        (parallel(), {"mock": returning([1])}, "ValidationException", "same number of items as number of Parallel"),
        ({"Type": "Succeed"}, {"mock": returning({})}, "ValidationException", "State type 'Succeed' is not supported"),
        (task(), {"mock": failing(), "revealSecrets": True}, "ValidationException", "does not support RevealSecrets"),
        (task(), {"context": {}}, "ValidationException", "does not support Context when a mock is not specified."),
        (
            task(), {"stateConfiguration": {"retrierRetryCount": 0}}, "ValidationException",
            "TestState does not support RetrierRetryCount when a mock is not specified.",
        ),
        (
            task(), {"mock": failing(), "stateConfiguration": {"errorCausedByState": "X"}}, "ValidationException",
            "ErrorCausedByState is only supported for Map and Parallel",
        ),
        (
            parallel(), {"mock": failing(), "stateConfiguration": {"errorCausedByState": "X"}}, "ValidationException",
            "State not found in definition",
        ),
        (
            task(), {"mock": failing(), "stateConfiguration": {"mapIterationFailureCount": 1}}, "ValidationException",
            "MapIterationFailureCount is only supported for Map",
        ),
        (mapping(), {}, "InvalidDefinition", "TestState API does not support Map or Parallel states."),
        (parallel(), {}, "InvalidDefinition", "[Task, Wait, Pass, Succeed, Fail, Choice]"),
        ({"Type": "Task", "Resource": ACTIVITY, "End": True}, {}, "InvalidDefinition", "Activity tasks"),
        (task(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken"), {}, "InvalidDefinition", ".sync or"),
    ],
)  # fmt: skip
async def test_what_does_not_go_together_is_refused(
    world: World, state: Json, request_: Json, code: str, sentence: str
) -> None:
    error = await world.refused(state, **request_)

    assert error.code == code
    assert sentence in error.message


async def test_a_mocked_map_that_writes_its_results_has_an_object(world: World) -> None:
    state = mapping(
        ResultWriter={"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}}
    )  # fmt: skip

    error = await world.refused(state, input=[], mock=returning([]))

    assert error.message == "Mocked result must be a JSON object."
    assert (await world.tried(state, input=[], mock=returning({"MapRunArn": "a"})))["status"] == "SUCCEEDED"


async def test_without_validation_a_mock_may_be_anything(world: World) -> None:
    answer = await world.tried(task(), mock=returning({"MessageId": 1}, fieldValidationMode="NONE"))

    assert answer["output"] == '{"MessageId":1}'
