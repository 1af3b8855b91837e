"""Firing: what is called when, what is tried again, and what goes to the dead-letter queue."""

import asyncio
import itertools
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.schedules.plain import firings
from penstock.wire.call import Call, NotImplementedHere, ServiceError
from services.clockwork import ACCOUNT, DEAD, QUEUE, at, living

THROTTLED = ServiceError("Rate exceeded", code="ThrottlingException")
GONE = ServiceError("The queue is gone", code="QueueDoesNotExist", status=400)


def bodies(calls: list[Call]) -> list[str]:
    return [call.request["MessageBody"] for call in calls]


async def test_a_schedule_fires_when_it_is_due_and_not_before(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("cron(30 0 ? * * *)", target={"Input": "<aws.scheduler.scheduled-time>"})

        assert await world.ring("2030-01-01T00:29:59") == []
        assert bodies(await world.ring("2030-01-01T00:30:00")) == ["2030-01-01T00:30:00Z"]
        assert await world.ring("2030-01-01T00:30:30") == []
        assert bodies(await world.ring("2030-01-02T00:30:10")) == ["2030-01-02T00:30:00Z"]


async def test_a_rate_fires_at_once_or_from_its_start_date_on(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        text = "<aws.scheduler.scheduled-time>"
        await world.schedule("rate(1 hour)", target={"Input": text})
        later = world.now + 1800
        await world.schedule("rate(1 hour)", name="later", target={"Input": f"later {text}"}, StartDate=later)

        assert bodies(await world.ring()) == ["2030-01-01T00:00:00Z"]
        assert bodies(await world.ring("2030-01-01T00:30:00")) == ["later 2030-01-01T00:30:00Z"]
        assert bodies(await world.ring("2030-01-01T01:00:00")) == ["2030-01-01T01:00:00Z"]


async def test_a_start_date_of_just_now_is_the_first_firing(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("rate(1 day)", StartDate=world.now - 2)

        assert len(await world.ring()) == 1
        assert await world.ring("2030-01-01T12:00:00") == []


async def test_nothing_fires_after_the_end_date(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("cron(0 * ? * * *)", EndDate=world.now + 2 * 3600, ActionAfterCompletion="DELETE")

        assert len(await world.ring("2030-01-01T01:00:00")) == 1
        assert len(await world.ring("2030-01-01T02:00:00")) == 1
        assert await world.ring("2030-01-01T03:00:00") == []
        assert (await world.ask("ListSchedules"))["Schedules"] == []


async def test_a_schedule_that_fires_once_stays_or_goes_as_it_says(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("at(2030-01-01T08:00:00)", name="stays")
        await world.schedule("at(2030-01-01T08:00:00)", name="goes", ActionAfterCompletion="DELETE")

        assert len(await world.ring("2030-01-01T08:00:00")) == 2

        assert [each["Name"] for each in (await world.ask("ListSchedules"))["Schedules"]] == ["stays"]
        assert await world.ring("2031-01-01T08:00:00") == []


async def test_a_disabled_schedule_does_not_fire_and_makes_up_for_nothing(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("cron(0 * ? * * *)", State="DISABLED")
        assert await world.ring("2030-01-01T01:00:30") == []

        shown = await world.ask("GetSchedule", Name="s")
        kept = ("Name", "ScheduleExpression", "Target", "FlexibleTimeWindow")
        await world.ask("UpdateSchedule", **{name: shown[name] for name in kept}, State="ENABLED")

        assert await world.ring() == []
        assert len(await world.ring("2030-01-01T02:00:00")) == 1


async def test_of_the_firings_missed_while_no_server_ran_the_latest_is_made_up_for(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("cron(0 * ? * * *)", target={"Input": "<aws.scheduler.scheduled-time>"})

        assert bodies(await world.ring("2030-01-03T07:20:00")) == ["2030-01-03T07:00:00Z"]
        assert bodies(await world.ring("2030-01-03T08:00:00")) == ["2030-01-03T08:00:00Z"]


NEW_YORK = ZoneInfo("America/New_York")
LEAPS = ["2030-03-10T04:00:00", "2030-11-03T04:00:00"]  # an hour or two before the clocks there are set
FIELDS = ["0/20", "0-3", "*", "*", "?", "*"]
STEPS = st.lists(st.integers(-90, 150), min_size=4, max_size=24)  # minutes: the machine's clock is set, or sleeps


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(LEAPS), STEPS)
def test_whatever_a_machines_clock_does_no_firing_comes_twice_or_early_and_the_latest_comes(
    begin: str, steps: list[int]
) -> None:
    async def fired() -> list[float]:
        with tempfile.TemporaryDirectory() as folder:
            async with living(Path(folder)) as world:
                world.now = at(begin)
                target = {"Input": "<aws.scheduler.scheduled-time>"}
                await world.schedule(
                    f"cron({' '.join(FIELDS)})", ScheduleExpressionTimezone=NEW_YORK.key, target=target
                )
                seen: list[float] = []
                for step in steps:
                    world.now += 60.0 * step
                    new = [at(body.removesuffix("Z")) for body in bodies(await world.ring())]
                    assert all(each <= world.now for each in new)
                    seen += new
                return seen

    seen = asyncio.run(fired())

    latest = at(begin) + 60.0 * max(itertools.accumulate(steps))
    start = datetime.fromtimestamp(at(begin), UTC)
    due = [each for each in firings(FIELDS, NEW_YORK, start, sum(map(abs, steps))) if at(begin) < each <= latest]
    assert seen == sorted(set(seen))
    assert set(seen) <= set(due)
    assert seen[-1:] == due[-1:]


async def test_what_was_missed_for_longer_than_events_may_grow_old_is_a_dead_letter(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        policy = {"RetryPolicy": {"MaximumEventAgeInSeconds": 600}, "DeadLetterConfig": {"Arn": DEAD}}
        arn = await world.schedule("at(2030-01-01T08:00:00)", target=policy)

        (letter,) = await world.ring("2030-01-01T09:00:00")

        assert letter.request["QueueUrl"].endswith("/123456789012/dead")
        assert letter.request["MessageBody"] == "hello"
        told = {name: each["StringValue"] for name, each in letter.request["MessageAttributes"].items()}
        assert told["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
        assert (told["SCHEDULE_ARN"], told["SCHEDULED_TIME"]) == (arn, "2030-01-01T08:00:00Z")


async def test_a_flexible_firing_comes_within_its_window(tmp_path: Path) -> None:
    async with living(tmp_path, life=2**31) as world:  # chance says: half of it
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10}
        await world.schedule("at(2030-01-01T08:00:00)", FlexibleTimeWindow=window)

        assert await world.ring("2030-01-01T08:04:59") == []
        assert len(await world.ring("2030-01-01T08:05:01")) == 1


async def test_what_may_pass_is_tried_again_under_the_same_token(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        text = "<aws.scheduler.execution-id> <aws.scheduler.attempt-number>"
        await world.schedule("at(2030-01-01T08:00:00)", target={"Input": text})
        world.failures = [THROTTLED, THROTTLED]
        world.now, world.leap = world.now + 8 * 3600, 60.0

        tries = await world.ring()

        assert len({call.token for call in tries}) == 1
        assert len({body.split()[0] for body in bodies(tries)}) == 1
        assert [body.split()[1] for body in bodies(tries)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("failure", "retries", "condition"),
    [(THROTTLED, 1, "MaximumRetryAttempts"), (GONE, 0, None), (NotImplementedHere("not here"), 0, None)],
)
async def test_what_cannot_be_delivered_is_a_dead_letter(
    tmp_path: Path, failure: ServiceError, retries: int, condition: str | None
) -> None:
    async with living(tmp_path) as world:
        policy = {"RetryPolicy": {"MaximumRetryAttempts": 1}, "DeadLetterConfig": {"Arn": DEAD}}
        await world.schedule("at(2030-01-01T08:00:00)", target=policy)
        world.failures = [failure] * 3
        world.now, world.leap = world.now + 8 * 3600, 60.0

        *tries, letter = await world.ring()

        assert len(tries) == retries + 1
        told = {name: each["StringValue"] for name, each in letter.request["MessageAttributes"].items()}
        assert (told["ERROR_CODE"], told["ERROR_MESSAGE"]) == (failure.code, failure.message)
        assert told["RETRY_ATTEMPTS"] == str(retries)
        assert told.get("EXHAUSTED_RETRY_CONDITION") == condition


def payload(call: Call) -> Any:
    return json.loads(call.request["Payload"])


async def test_a_target_without_input_gets_a_notification(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = f"arn:aws:lambda:{ACCOUNT}:function:f"
        target = {"Arn": arn, "RoleArn": "arn:aws:iam::123456789012:role/r"}
        request = {"Name": "s", "ScheduleExpression": "at(2030-01-01T08:00:00)", "FlexibleTimeWindow": {"Mode": "OFF"}}
        made = await world.ask("CreateSchedule", **request, Target=target)

        (call,) = await world.ring("2030-01-01T08:00:00")

        assert call.request["InvocationType"] == "Event"
        event = payload(call)
        assert (event["source"], event["detail-type"]) == ("aws.scheduler", "Scheduled Event")
        assert (event["time"], event["resources"]) == ("2030-01-01T08:00:00Z", [made["ScheduleArn"]])


PARAMETERS = {"PipelineParameterList": [{"Name": "Rows", "Value": "10"}]}
TARGETS: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"Arn": f"arn:aws:states:{ACCOUNT}:stateMachine:m", "Input": '{"a": 1}'}, "stepfunctions.StartExecution",
     {"input": '{"a": 1}'}),
    ({"Arn": f"arn:aws:sqs:{ACCOUNT}:q.fifo", "SqsParameters": {"MessageGroupId": "g"}}, "sqs.SendMessage",
     {"MessageBody": "hello", "MessageGroupId": "g"}),
    ({"Arn": f"arn:aws:sns:{ACCOUNT}:t"}, "sns.Publish", {"Message": "hello"}),
    ({"Arn": f"arn:aws:kinesis:{ACCOUNT}:stream/s", "KinesisParameters": {"PartitionKey": "k"}}, "kinesis.PutRecord",
     {"Data": b"hello", "PartitionKey": "k"}),
    ({"Arn": f"arn:aws:sagemaker:{ACCOUNT}:pipeline/p", "SageMakerPipelineParameters": PARAMETERS},
     "sagemaker.StartPipelineExecution",
     {"PipelineName": "p", "PipelineParameters": [{"Name": "Rows", "Value": "10"}]}),
    ({"Arn": "arn:aws:codepipeline:us-east-1:123456789012:release", "Input": "{}"},
     "codepipeline.StartPipelineExecution", {"name": "release"}),
    ({"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:stopTrainingJob", "Input": '{"TrainingJobName": "t"}'},
     "sagemaker.StopTrainingJob", {"TrainingJobName": "t"}),
    ({"Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution",
      "Input": '{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}'},
     "stepfunctions.StartExecution",
     {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}),
]  # fmt: skip


@pytest.mark.parametrize(("target", "name", "request_"), TARGETS)
async def test_a_target_is_called_as_its_service_wants_it(
    tmp_path: Path, target: dict[str, Any], name: str, request_: dict[str, Any]
) -> None:
    async with living(tmp_path) as world:
        await world.schedule("at(2030-01-01T08:00:00)", target=target)

        (call,) = await world.ring("2030-01-01T08:00:00")

        assert f"{call.service}.{call.operation}" == name
        assert request_.items() <= call.request.items()


async def test_an_event_target_is_put_on_its_bus(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = f"arn:aws:events:{ACCOUNT}:event-bus/default"
        about = {"EventBridgeParameters": {"DetailType": "nightly", "Source": "me"}}
        made = await world.schedule("at(2030-01-01T08:00:00)", target={"Arn": arn, "Input": '{"a": 1}', **about})
        await world.events("PutRule", Name="r", EventPattern='{"source": ["me"]}')
        await world.events("PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": QUEUE}])

        (call,) = await world.ring("2030-01-01T08:00:00")

        event = json.loads(call.request["MessageBody"])
        assert (event["source"], event["detail-type"], event["detail"]) == ("me", "nightly", {"a": 1})
        assert (event["time"], event["resources"]) == ("2030-01-01T08:00:00Z", [made])
