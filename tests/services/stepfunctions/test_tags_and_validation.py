"""Tags on state machines, and ValidateStateMachineDefinition."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.stepfunctions.machinery import MACHINES, World, build, passing

M = f"{MACHINES}:m"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(tmp_path)
    yield made
    made.database.close()


async def tags(world: World) -> dict[str, str]:
    told = await world.ask("ListTagsForResource", resourceArn=M)
    return {each["key"]: each["value"] for each in told["tags"]}


async def test_tags_come_with_a_machine_and_go_one_by_one(world: World) -> None:
    await world.create(tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])

    await world.ask("TagResource", resourceArn=M, tags=[{"key": "b", "value": "3"}, {"key": "c", "value": "4"}])
    await world.ask("UntagResource", resourceArn=M, tagKeys=["a", "a", "never"])

    assert await tags(world) == {"b": "3", "c": "4"}


async def test_tags_of_what_is_not_there_are_refused(world: World) -> None:
    error = await world.refused("TagResource", resourceArn=M, tags=[])

    assert (error.code, error.message) == ("ResourceNotFound", f"Resource not found: '{M}'")


async def test_tags_of_what_has_none_are_refused(world: World) -> None:
    error = await world.refused("ListTagsForResource", resourceArn="arn:aws:states:us-east-1:123456789012:express:m:a")

    assert error.message == "Invalid Arn: 'Resource type not valid in this context: express'"


async def test_more_than_fifty_tags_are_refused_and_none_of_them_kept(world: World) -> None:
    await world.create(tags=[{"key": "k0", "value": ""}])

    error = await world.refused(
        "TagResource", resourceArn=M, tags=[{"key": f"k{number}", "value": ""} for number in range(1, 51)]
    )

    assert (error.code, error.fields) == ("TooManyTags", {"resourceName": M})
    assert await tags(world) == {"k0": ""}


@pytest.mark.parametrize(
    "tag", [{"key": "a;b", "value": ""}, {"key": "a", "value": "{}"}, {"key": "aws:a"}, {"value": "b"}]
)
async def test_tags_with_what_tags_must_not_have_are_refused(world: World, tag: dict[str, str]) -> None:
    error = await world.refused_create(tags=[tag])

    assert error.code == "ValidationException"


async def test_tags_may_be_in_any_script(world: World) -> None:
    await world.create(tags=[{"key": "größe", "value": "中 _.:/=+-@"}])

    assert await tags(world) == {"größe": "中 _.:/=+-@"}


# validation


async def test_a_definition_without_mistakes_is_ok(world: World) -> None:
    told = await world.ask("ValidateStateMachineDefinition", definition=passing())

    assert told == {"result": "OK", "diagnostics": [], "truncated": False}


async def test_mistakes_are_told_with_their_places(world: World) -> None:
    told = await world.ask("ValidateStateMachineDefinition", definition="{}")

    assert told == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": "SCHEMA_VALIDATION_FAILED",
                "message": "These fields are required: [States, StartAt]",
                "location": "/",
            }
        ],
        "truncated": False,
    }


async def test_warnings_are_told_to_who_asks_for_them_and_are_no_failure(world: World) -> None:
    definition = passing({"a": "$.b"})

    quiet = await world.ask("ValidateStateMachineDefinition", definition=definition)
    loud = await world.ask("ValidateStateMachineDefinition", definition=definition, severity="WARNING")

    assert (quiet["result"], quiet["diagnostics"]) == ("OK", [])
    assert [(loud["result"], each["code"]) for each in loud["diagnostics"]] == [("OK", "PASS_RESULT_IS_STATIC")]


async def test_no_more_mistakes_are_told_than_are_asked_for(world: World) -> None:
    states = {name: {"Type": "Pass"} for name in ("a", "b", "c")}

    told = await world.ask(
        "ValidateStateMachineDefinition", definition=json.dumps({"StartAt": "a", "States": states}), maxResults=2
    )

    assert (told["result"], len(told["diagnostics"]), told["truncated"]) == ("FAIL", 2, True)


async def test_a_definition_is_looked_at_as_of_the_type_it_is_for(world: World) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"},
        "End": True,
    }
    definition = json.dumps({"StartAt": "A", "States": {"A": task}})

    standard = await world.ask("ValidateStateMachineDefinition", definition=definition)
    express = await world.ask("ValidateStateMachineDefinition", definition=definition, type="EXPRESS")

    assert (standard["result"], express["result"]) == ("OK", "FAIL")
