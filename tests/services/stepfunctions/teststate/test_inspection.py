"""What TestState shows of a state's fields."""

import pytest

from penstock.wire.call import Json
from services.stepfunctions.teststate.worlds import ROLE, World, mapping, parallel, returning, task


@pytest.fixture
def world() -> World:
    return World({("sqs", "SendMessage"): {"MessageId": "m-1", "MD5OfMessageBody": "x"}})


async def test_info_shows_how_the_state_ended_and_nothing_else(world: World) -> None:
    answer = await world.tried({"Type": "Pass", "Next": "Then"}, input={"a": 1}, inspectionLevel="INFO")

    assert answer == {"status": "SUCCEEDED", "output": '{"a":1}', "nextState": "Then"}


async def test_a_pass_state_shows_every_step_from_its_input_to_its_output(world: World) -> None:
    state = {
        "Type": "Pass", "InputPath": "$.in", "Parameters": {"b.$": "$.a"}, "ResultPath": "$.out", "OutputPath": "$.out",
        "End": True,
    }  # fmt: skip

    assert await world.inspected(state, input={"in": {"a": 1}}) == {
        "input": {"in": {"a": 1}},
        "afterInputPath": {"a": 1},
        "afterParameters": {"b": 1},
        "afterResultSelector": {"b": 1},
        "afterResultPath": {"in": {"a": 1}, "out": {"b": 1}},
    }


async def test_a_pass_state_with_a_result_shows_nothing_of_its_effective_input(world: World) -> None:
    state = {"Type": "Pass", "Parameters": {"b": 1}, "Result": {"r": 1}, "End": True}

    shown = await world.inspected(state, input={"a": 1})

    assert set(shown) == {"input", "result", "afterResultSelector", "afterResultPath"}


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Succeed"},
        {"Type": "Wait", "Seconds": 3, "Next": "Then"},
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Then"}]},
        {"Type": "Fail", "Error": "E"},
    ],
)
async def test_states_without_a_result_show_their_effective_input(world: World, state: Json) -> None:
    assert await world.inspected(state, input={"a": 1}) == {"input": {"a": 1}, "afterInputPath": {"a": 1}}


async def test_a_task_shows_its_parameters_and_its_result(world: World) -> None:
    state = task(ResultSelector={"id.$": "$.MessageId"}, ResultPath="$.sent")

    shown = await world.inspected(state, input={"a": 1}, mock=returning({"MessageId": "m", "MD5OfMessageBody": "x"}))

    assert shown == {
        "input": {"a": 1},
        "afterInputPath": {"a": 1},
        "afterParameters": {"QueueUrl": "https://sqs/1/q", "MessageBody": "hello"},
        "result": {"MessageId": "m", "MD5OfMessageBody": "x"},
        "afterResultSelector": {"id": "m"},
        "afterResultPath": {"a": 1, "sent": {"id": "m"}},
    }


async def test_in_jsonata_a_task_shows_its_arguments(world: World) -> None:
    state = {
        "Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
        "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.input.a %}"},
    }  # fmt: skip

    shown = await world.inspected(state, input={"a": 1}, mock=returning({"MessageId": "m", "MD5OfMessageBody": "x"}))

    assert shown == {
        "input": {"a": 1},
        "afterArguments": {"QueueUrl": "q", "MessageBody": 1},
        "result": {"MessageId": "m", "MD5OfMessageBody": "x"},
    }


async def test_a_map_shows_its_items_and_its_numbers(world: World) -> None:
    state = mapping(
        ItemsPath="$.v", ItemSelector={"at.$": "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value"},
        MaxConcurrencyPath="$.most", ToleratedFailureCount=1, ToleratedFailurePercentage=20,
        ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"m.$": "$.most"}},
    )  # fmt: skip

    shown = await world.inspected(state, input={"v": [7, 8, 9], "most": 4}, mock=returning(["done"]))

    items = [{"at": 0, "is": 7}, {"at": 1, "is": 8}, {"at": 2, "is": 9}]
    assert shown["afterItemsPath"] == [7, 8, 9]
    assert shown["afterItemSelector"] == items
    assert shown["afterItemBatcher"] == [
        {"BatchInput": {"m": 4}, "Items": items[:2]},
        {"BatchInput": {"m": 4}, "Items": items[2:]},
    ]
    assert (shown["maxConcurrency"], shown["toleratedFailureCount"], shown["toleratedFailurePercentage"]) == (4, 1, 20)


async def test_a_map_without_an_array_shows_no_items_and_no_numbers(world: World) -> None:
    answer = await world.tried(mapping(ItemsPath="$$.Execution.Input"), input=1, mock=returning([]))

    assert answer["cause"] == 'Reference path "$.Execution.Input" must point to array.'
    assert set(answer["inspectionData"]) == {"input", "afterInputPath"}


async def test_a_parallel_state_shows_nothing_before_its_result(world: World) -> None:
    shown = await world.inspected(parallel(InputPath="$.a", ResultPath="$.r"), input={"a": 1}, mock=returning([1, 2]))

    assert shown == {"input": {"a": 1}, "afterResultSelector": [1, 2], "afterResultPath": {"a": 1, "r": [1, 2]}}


async def test_variables_are_shown_as_they_are_after_the_state(world: World) -> None:
    state = {"Type": "Pass", "Assign": {"b.$": "$.a"}, "End": True}

    assert (await world.inspected(state, input={"a": 1}, variables={"c": 2}))["variables"] == {"b": 1, "c": 2}


async def test_texts_keep_the_spacing_that_they_were_given_with(world: World) -> None:
    answer = await world.tried({"Type": "Succeed"}, input="[1,  2,\n3]")

    assert answer["output"] == answer["inspectionData"]["afterInputPath"] == "[1,  2,\n3]"


async def test_causes_do_not_name_the_place_of_a_state_that_is_by_itself(world: World) -> None:
    answer = await world.tried({"Type": "Pass", "InputPath": "$.nope", "End": True}, input={})

    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert "entered at the event id" not in answer["cause"]


async def test_the_context_is_that_of_an_express_execution(world: World) -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.context %}", "End": True}

    context = (
        await world.inspected({**state, "Assign": {"c": "{% $states.context %}"}}, input={"a": 1}, roleArn=ROLE)
    )["variables"]["c"]

    execution = context["Execution"]
    assert execution["Id"].startswith("arn:aws:states:us-east-1:123456789012:express:")
    assert execution["Id"].split(":")[-2:] == [context["StateMachine"]["Name"], execution["Name"]]
    assert set(execution) == {"Id", "Input", "Name", "RoleArn", "StartTime"}
    assert context["State"]["Name"] == "StateName"
