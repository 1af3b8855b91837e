"""States without a mock: they do what they do in an execution."""

import pytest

from penstock.wire.call import Json, ServiceError
from services.stepfunctions.teststate.worlds import NOON, ROLE, World, mapping, parallel, returning, task


async def test_a_task_asks_the_service_in_the_role_that_is_given() -> None:
    world = World({("sqs", "SendMessage"): {"MessageId": "m-1", "MD5OfMessageBody": "x"}})

    answer = await world.tried(task(ResultSelector={"id.$": "$.MessageId"}, Next="Then"), roleArn=ROLE)

    assert (answer["status"], answer["output"], answer["nextState"]) == ("SUCCEEDED", '{"id": "m-1"}', "Then")
    (call,) = world.calls
    assert call.request["MessageBody"] == "hello"
    assert ":assumed-role/states/" in call.scope.principal


async def test_an_error_is_answered_with_the_wait_before_the_next_attempt_and_tried_once() -> None:
    world = World({("sqs", "SendMessage"): ServiceError("full", code="OverLimit")})

    answer = await world.tried(task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 7}]), roleArn=ROLE)

    assert answer["status"] == "RETRIABLE"
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 7}
    assert len(world.calls) == 1


async def test_a_task_needs_a_role() -> None:
    error = await World().refused(task())

    assert (error.code, "give 'roleArn'" in error.message) == ("ValidationException", True)


async def test_a_role_must_be_one() -> None:
    assert (await World().refused(task(), roleArn="me")).code == "InvalidArn"


async def test_a_wait_waits() -> None:
    world = World()

    await world.tried({"Type": "Wait", "SecondsPath": "$.s", "Next": "Then"}, input={"s": 90})

    assert world.now == NOON + 90


async def test_what_takes_too_long_times_out() -> None:
    world = World(longest=0.0)

    answer = await world.tried({"Type": "Wait", "Seconds": 600, "Next": "Then"}, input={"a": 1})

    assert (answer["status"], answer["error"]) == ("FAILED", "States.Timeout")
    assert answer["inspectionData"] == {"input": '{"a":1}', "afterInputPath": '{"a":1}'}
    assert "nextState" not in answer


@pytest.mark.parametrize("name", ["Top", "Inner", "Right"])
async def test_a_state_at_any_depth_of_a_machine_can_be_tried(name: str) -> None:
    each = {key: value for key, value in mapping(Next="Both").items() if key != "End"}
    machine = {
        "StartAt": "Top",
        "States": {"Top": {"Type": "Pass", "Next": "Each"}, "Each": each, "Both": parallel()},
    }

    answer = await World().tried(machine, stateName=name, input={"a": 1}, inspectionLevel="INFO")

    assert (answer["status"], answer["output"]) == ("SUCCEEDED", '{"a":1}')


async def test_a_state_takes_its_machines_query_language() -> None:
    machine = {
        "StartAt": "A", "QueryLanguage": "JSONata",
        "States": {"A": {"Type": "Pass", "Output": "{% $states.context.State.Name %}", "End": True}},
    }  # fmt: skip

    assert (await World().tried(machine, stateName="A"))["output"] == '"A"'


async def test_a_name_that_no_state_has_is_refused() -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}

    error = await World().refused(machine, stateName="B")

    assert (error.code, error.message) == ("ValidationException", "State not found in definition")


async def test_mistakes_of_a_state_are_told_as_of_one_in_a_machine() -> None:
    error = await World().refused({"Type": "Parallel", "Branches": [], "End": True})

    assert error.code == "InvalidDefinition"
    assert error.message.endswith("Value cannot be empty at /States/StateName/Branches'")


@pytest.mark.parametrize("text", ["{", "", "NaN", "1e400", r'"\ud800"', "[" * 5000])
async def test_input_must_be_json_that_can_be_kept(text: str) -> None:
    assert (await World().refused({"Type": "Succeed"}, input=text)).code == "InvalidExecutionInput"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ("{", "Unexpected end-of-input"),
        ([1], "must be a JSON object"),
        ({"states": 1}, "Cannot assign to reserved variable '$states'."),
        ({"a b": 1}, "Invalid variable name 'a b'"),
    ],
)
async def test_variables_must_be_ones_that_a_state_could_have(variables: Json, sentence: str) -> None:
    error = await World().refused({"Type": "Succeed"}, variables=variables)

    assert error.code == "ValidationException"
    assert error.message.startswith(f"Invalid variables provided: {sentence}")


async def test_variables_are_there_for_the_state() -> None:
    state = {"Type": "Pass", "Parameters": {"b.$": "$v.a"}, "End": True}

    assert (await World().tried(state, variables={"v": {"a": 1}}))["output"] == '{"b": 1}'


@pytest.mark.parametrize("field", ["Assign", "Credentials"])
async def test_what_has_to_be_an_object_and_is_none_fails_the_state(field: str) -> None:
    state = {
        "Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
        "Arguments": {"QueueUrl": "q", "MessageBody": "m"}, field: "{% 1 %}",
    }  # fmt: skip

    answer = await World().tried(state, mock=returning({"MessageId": "m", "MD5OfMessageBody": "x"}))

    assert (answer["status"], answer["error"]) == ("FAILED", "States.QueryEvaluationError")


async def test_only_jsonata_answers_objects() -> None:
    error = await World().refused({"Type": "Pass", "Assign": "{% {} %}", "End": True})

    assert error.message.endswith("Expected value of type Object at /States/StateName/Assign'")
