"""Context objects that a test gives."""

import pytest

from penstock.wire.call import Json
from services.stepfunctions.teststate.worlds import World, mapping, returning, task

SEEN = {"context.$": "$$"}
SENT = returning({"MessageId": "m", "MD5OfMessageBody": "x"})


async def test_the_given_context_stands_for_the_whole() -> None:
    given = {"Execution": {"Id": "x", "StartTime": "2026-11-26T10:00:00Z"}, "State": {"RetryCount": 2}}

    shown = await World().inspected(task(ResultSelector=SEEN), context=given, mock=SENT)

    assert shown["afterResultSelector"]["context"] == given


async def test_the_items_of_a_map_are_in_the_given_context() -> None:
    state = mapping(ItemSelector={"i.$": "$$.Map.Item.Value", "e.$": "$$.Execution.Id"})

    shown = await World().inspected(state, input=[7], context={"Execution": {"Id": "x"}}, mock=returning([1]))

    assert shown["afterItemSelector"] == [{"i": 7, "e": "x"}]


async def test_a_token_can_be_given_to_a_task_that_waits_for_one() -> None:
    state = task(
        Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        Parameters={"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
    )  # fmt: skip

    shown = await World().inspected(state, context={"Task": {"Token": "t-1"}}, mock=returning({}))

    assert shown["afterParameters"]["MessageBody"] == "t-1"


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ("{", "must be valid JSON"),
        ([], "must be a JSON object"),
        ({"Map": {}}, "'Map' field is not supported when mocking a Context object"),
        ({"Task": {"Token": "t"}}, "Context object contains 'Task' when state is not a Task state with a '.sync'"),
        ({"Execution": 1}, "Execution must be an object"),
        ({"Execution": {"Id": 1}}, "Execution.Id must be a string"),
        ({"Execution": {"StartTime": "noon"}}, "Execution.StartTime must be an ISO-8601 timestamp"),
        ({"State": {"RetryCount": "1"}}, "State.RetryCount must be a number"),
        ({"StateMachine": {"Name": None}}, "StateMachine.Name must be a string"),
    ],
)
async def test_what_no_context_has_is_refused(context: Json, sentence: str) -> None:
    error = await World().refused(task(), context=context, mock=SENT)

    assert error.code == "ValidationException"
    assert error.message.startswith(f"Invalid Context object provided: {sentence}")
