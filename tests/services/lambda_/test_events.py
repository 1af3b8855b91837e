"""Events and queues: invocations that nobody waits for, and where their ends are told."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from penstock.services.lambda_.polling import failures
from services.lambda_.worlds import ARN, DEADLINE, World, lambda_at

pytestmark = pytest.mark.group("sandbox")

SAY = "def handler(event, context):\n    print(f'got {event}')\n    return 'done'\n"
RAISE = "def handler(event, context):\n    print(f'got {event}')\n    raise ValueError('no')\n"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


async def until(is_true: Any) -> None:
    async with asyncio.timeout(DEADLINE):
        while not is_true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # another process's doing: there is no event to wait for


# -- events


async def test_an_event_is_answered_at_once_and_runs_later(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=SAY)

        answer = await world.invoke(event=7, InvocationType="Event")

        assert answer == {"StatusCode": 202}
        await world.until_logged("got 7")


async def test_an_event_that_was_accepted_runs_after_a_restart(tmp_path: Path) -> None:
    source = (
        "import os, time\ndef handler(event, context):\n    print('begun')\n    time.sleep(event)\n    print('ended')\n"
    )
    async with lambda_at(tmp_path) as world:
        await world.create(source=source, Timeout=600)
        await world.invoke(event=600, InvocationType="Event")
        await world.until_logged("begun")

    async with lambda_at(tmp_path) as world:
        await world.until_logged("begun", times=2)


async def test_the_same_call_told_twice_is_one_event(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=SAY)

        for _ in range(2):
            await world.invoke(event=7, InvocationType="Event", token="call-1")
        await world.invoke(event=8, InvocationType="Event", token="call-2")

        await world.until_logged("got 8")
        await world.until_logged("got 7")
        assert (await world.log()).count("got 7") == 1


async def test_events_that_are_over_are_tidied_away_and_others_are_not(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=SAY)
        await world.create("slow", source="import time\ndef handler(event, context): print('begun'); time.sleep(600)")
        await world.invoke(event=7, InvocationType="Event")
        await world.invoke("slow", InvocationType="Event")
        await world.until_logged("got 7")
        await world.until_logged("begun", "slow")

        await world.tidy()
        async with asyncio.timeout(DEADLINE):
            while len(await world.runs()) > 1:
                await world.tidy()

        assert ["slow" in run for run in await world.runs()] == [True]


async def test_what_became_of_an_event_is_told_to_its_destination(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=SAY)
        to = {"OnSuccess": {"Destination": QUEUE}}
        await world.ask("PutFunctionEventInvokeConfig", FunctionName="f", DestinationConfig=to)

        await world.invoke(event={"a": 1}, InvocationType="Event")

        await until(lambda: world.queues.sent)
        told = json.loads(world.queues.sent[0]["MessageBody"])
        assert told["requestPayload"] == {"a": 1}
        assert told["responsePayload"] == "done"
        assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
        assert told["requestContext"].items() >= {
            ("functionArn", f"{ARN}:f:$LATEST"), ("condition", "Success"), ("approximateInvokeCount", 1)
        }  # fmt: skip


async def test_an_event_that_has_failed_for_good_goes_to_the_dead_letters(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=RAISE, DeadLetterConfig={"TargetArn": QUEUE})
        await world.ask("PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=0)

        await world.invoke(event=[1], InvocationType="Event")

        await until(lambda: world.queues.sent)
        (letter,) = world.queues.sent
        assert letter["MessageBody"] == "[1]"
        assert letter["MessageAttributes"]["ErrorMessage"] == {"DataType": "String", "StringValue": "no"}


async def test_an_event_of_a_function_without_concurrency_waits(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(source=SAY)
        await world.ask("PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=0)
        await world.invoke(event=7, InvocationType="Event")

        await world.ask("DeleteFunctionConcurrency", FunctionName="f")
        world.now += 60

        await world.until_logged("got 7")


async def test_event_configurations_are_kept_told_changed_and_deleted(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()
        await world.ask("PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=1)

        told = await world.ask("UpdateFunctionEventInvokeConfig", FunctionName="f", MaximumEventAgeInSeconds=100)

        assert (told["MaximumRetryAttempts"], told["MaximumEventAgeInSeconds"]) == (1, 100)
        assert told["FunctionArn"] == f"{ARN}:f:$LATEST"
        listed = await world.ask("ListFunctionEventInvokeConfigs", FunctionName="f")
        assert listed["FunctionEventInvokeConfigs"] == [told]
        await world.ask("DeleteFunctionEventInvokeConfig", FunctionName="f")
        refusal = await world.refused("GetFunctionEventInvokeConfig", FunctionName="f")
        assert refusal.code == "ResourceNotFoundException"


async def test_a_destination_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()
        to = {"OnFailure": {"Destination": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}}

        refusal = await world.refused("PutFunctionEventInvokeConfig", FunctionName="f", DestinationConfig=to)

        assert refusal.code == "InvalidParameterValueException"


# -- queues


async def mapped(world: World, source: str, **members: Any) -> str:
    """A function with a mapping to the queue; its UUID."""
    await world.create(source=source)
    made = await world.ask("CreateEventSourceMapping", FunctionName="f", EventSourceArn=QUEUE, **members)
    return str(made["UUID"])


async def test_messages_are_given_to_the_function_in_batches_and_deleted(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        world.queues.put("a", "b", "c")
        source = "def handler(event, context): print([each['body'] for each in event['Records']])"
        await mapped(world, source, BatchSize=2)

        await until(lambda: len(world.queues.deleted) == 3)

        assert sorted(world.queues.deleted) == ["a", "b", "c"]
        await world.until_logged("['a', 'b']")
        await world.until_logged("['c']")


async def test_a_record_has_what_sqs_told_of_the_message(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        world.queues.put("a")
        world.queues.waiting[0] |= {
            "Attributes": {"SentTimestamp": "1"}, "MD5OfBody": "md5",
            "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "5"}},
        }  # fmt: skip
        await mapped(world, "import json\ndef handler(event, context): print(json.dumps(event))")

        await until(lambda: world.queues.deleted)

        (line,) = [each for each in await world.log() if each.startswith("{")]
        assert json.loads(line) == {
            "Records": [
                {
                    "messageId": "m-a", "receiptHandle": "r-a-0", "body": "a", "attributes": {"SentTimestamp": "1"},
                    "messageAttributes": {
                        "n": {"dataType": "Number", "stringValue": "5", "stringListValues": [], "binaryListValues": []}
                    },
                    "md5OfBody": "md5", "eventSource": "aws:sqs", "eventSourceARN": QUEUE, "awsRegion": "us-east-1",
                }
            ]
        }  # fmt: skip


async def test_messages_that_the_function_fails_at_stay_in_the_queue(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        world.queues.put("a")
        uuid = await mapped(world, "def handler(event, context): raise ValueError('no')")

        assert (await settled(world, uuid))["LastProcessingResult"] == "PROBLEM: Function call failed"
        assert world.queues.deleted == []


async def settled(world: World, uuid: str) -> Any:
    """The mapping, once a batch of it has been processed."""
    async with asyncio.timeout(DEADLINE):
        while (mapping := await told(world, uuid))["LastProcessingResult"] == "No records processed":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return mapping


async def told(world: World, uuid: str) -> Any:
    return await world.ask("GetEventSourceMapping", UUID=uuid)


async def test_a_function_may_report_which_messages_it_failed_at(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        world.queues.put("a", "b")
        source = "def handler(event, context): return {'batchItemFailures': [{'itemIdentifier': 'm-a'}]}"
        await mapped(world, source, FunctionResponseTypes=["ReportBatchItemFailures"])

        await until(lambda: world.queues.deleted)

        assert world.queues.deleted == ["b"]


@pytest.mark.parametrize(
    ("payload", "failed"),
    [
        (b"null", set()),
        (b"{}", set()),
        (b'{"batchItemFailures": []}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "x"}]}', {"x"}),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', None),
        (b'{"batchItemFailures": [{}]}', None),
        (b'{"batchItemFailures": "x"}', None),
        (b"not json", None),
    ],
)
def test_a_report_that_cannot_be_read_means_that_all_have_failed(payload: bytes, failed: set[str] | None) -> None:
    assert failures(payload) == failed


async def test_a_disabled_mapping_rests_until_it_is_enabled(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        uuid = await mapped(world, SAY, Enabled=False)
        world.queues.put("a")
        assert (await told(world, uuid))["State"] == "Disabled"

        await world.ask("UpdateEventSourceMapping", UUID=uuid, Enabled=True)

        await until(lambda: world.queues.deleted)
        assert (await told(world, uuid))["State"] == "Enabled"


async def test_a_mapping_goes_on_after_a_restart_and_not_after_it_is_deleted(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        uuid = await mapped(world, SAY)

    async with lambda_at(tmp_path) as world:
        world.queues.put("a")
        await until(lambda: world.queues.deleted)
        assert (await world.ask("DeleteEventSourceMapping", UUID=uuid))["State"] == "Deleting"
        assert (await world.ask("ListEventSourceMappings"))["EventSourceMappings"] == []
        assert (await world.refused("GetEventSourceMapping", UUID=uuid)).code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        (
            {"EventSourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"},
            "InvalidParameterValueException",
            "SQS",
        ),
        (
            {"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:missing"},
            "InvalidParameterValueException",
            "QueueDoes",
        ),
        ({"BatchSize": 11}, "InvalidParameterValueException", "batch window"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}, "InvalidParameterValueException", "FilterCriteria"),
        ({"FunctionName": "g"}, "ResourceNotFoundException", "Function not found"),
        ({}, "ResourceConflictException", "already exists"),
    ],
)
async def test_a_mapping_that_cannot_be_is_refused(
    tmp_path: Path, members: dict[str, Any], code: str, words: str
) -> None:
    async with lambda_at(tmp_path) as world:
        await mapped(world, SAY)

        refusal = await world.refused(
            "CreateEventSourceMapping", **{"FunctionName": "f", "EventSourceArn": QUEUE, **members}
        )

        assert refusal.code == code
        assert words in refusal.message


async def test_a_queue_must_hide_messages_for_as_long_as_the_function_may_take(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(Timeout=31)

        refusal = await world.refused("CreateEventSourceMapping", FunctionName="f", EventSourceArn=QUEUE)

        assert refusal.message == "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds"
