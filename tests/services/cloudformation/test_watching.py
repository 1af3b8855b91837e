"""Alarms that undo an operation: while it goes on, and for a while after its resources are there."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import pytest

from penstock.services.cloudformation import watching
from penstock.wire.call import Answer, Call, Json, ServiceError
from services.cloudformation.test_operations import WAITING
from services.cloudformation.worlds import DEADLINE, World, opened

BUCKET: Final = "AWS::S3::Bucket"
LOUD: Final = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:loud"


class Alarms:
    """CloudWatch, as far as it is asked: the alarms that there are, and their states; `looks` are counted."""

    def __init__(self, world: World, **states: str) -> None:
        self.states, self.looks = states, 0
        world.directory.provide("cloudwatch", ["DescribeAlarms"], self.describe)

    async def describe(self, call: Call, _: Json) -> Answer:
        self.looks += 1
        found = [each for each in call.request["AlarmNames"] if each in self.states]
        return {"MetricAlarms": [{"AlarmName": each, "StateValue": self.states[each]} for each in found]}


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_EVERY", 0.01)


def triggered(minutes: int | None = None, arn: str = LOUD) -> Any:
    lasting = {} if minutes is None else {"MonitoringTimeInMinutes": minutes}
    return {"RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"}], **lasting}


def stack_of(*names: str) -> Any:
    return {"Resources": {name: {"Type": BUCKET} for name in names}}


async def until_watched(world: World) -> None:
    """All resources are there, and the stack is not complete."""
    async with asyncio.timeout(DEADLINE):
        while True:
            if ("B", "CREATE_COMPLETE", "") in await world.events("s"):
                return
            await asyncio.sleep(0.005)


async def test_an_alarm_that_rings_while_it_is_watched_undoes_an_update(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        alarms = Alarms(world, loud="OK")
        await world.create("s", stack_of("A"))
        await world.ask(
            "UpdateStack",
            StackName="s",
            TemplateBody=json.dumps(stack_of("A", "B")),
            RollbackConfiguration=triggered(5),
        )
        await until_watched(world)
        alarms.states["loud"] = "ALARM"
        stack = await world.settled("s")
        left = await world.resources("s")
        events = await world.events("s")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stack["RollbackConfiguration"] == triggered(5)
    assert [each["LogicalResourceId"] for each in left] == ["A"]
    assert ("s", "UPDATE_ROLLBACK_IN_PROGRESS", f"Rollback trigger {LOUD} is in ALARM state.") in events


async def test_an_alarm_that_rings_during_a_creation_undoes_it_and_one_that_is_missing_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        alarms = Alarms(world, loud="INSUFFICIENT_DATA")
        body = {"Resources": {**stack_of("A")["Resources"], **WAITING}}
        await world.ask("CreateStack", StackName="s", TemplateBody=json.dumps(body), RollbackConfiguration=triggered())
        await world.until_there("s", "Wait")
        alarms.states["loud"] = "ALARM"
        rung = await world.settled("s")
        del alarms.states["loud"]
        missed = await world.create("t", stack_of("A"), RollbackConfiguration=triggered())
        left = await world.buckets()

    assert rung["StackStatus"] == missed["StackStatus"] == "ROLLBACK_COMPLETE"
    assert [each for each in left if not each.startswith("cloudformation-responses-")] == []


async def test_a_stack_whose_alarms_are_quiet_is_complete_when_its_time_is_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        alarms = Alarms(world, loud="OK")
        quiet = await world.create("s", stack_of("A"), RollbackConfiguration=triggered())
        seen = alarms.looks
        await world.ask(
            "UpdateStack", StackName="s", TemplateBody=json.dumps(stack_of("B")), RollbackConfiguration=triggered(180)
        )
        await until_watched(world)
        during = await world.stack("s")
        world.now += 180 * 60
        late = await world.settled("s")
        left = await world.resources("s")

    assert (quiet["StackStatus"], late["StackStatus"]) == ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    assert seen >= 1
    assert during["StackStatus"] == "UPDATE_IN_PROGRESS"
    assert [each["LogicalResourceId"] for each in left] == ["B"]


async def test_a_time_without_alarms_is_waited_for_and_an_update_can_be_cancelled_in_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await world.create("s", stack_of("A"))
        await world.ask(
            "UpdateStack", StackName="s", TemplateBody=json.dumps(stack_of("A", "B")),
            RollbackConfiguration={"MonitoringTimeInMinutes": 60},
        )  # fmt: skip
        await until_watched(world)
        await world.ask("CancelUpdateStack", StackName="s")
        cancelled = await world.settled("s")

    assert cancelled["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("trigger", "sentence"),
    [
        ({"Arn": LOUD, "Type": "AWS::CloudWatch::CompositeAlarm"}, "AWS::CloudWatch::CompositeAlarm is not supported"),
        ({"Arn": "arn:aws:sns:us-east-1:123456789012:loud", "Type": "AWS::CloudWatch::Alarm"}, "ARN of an alarm"),
    ],
)
async def test_what_nobody_could_watch_is_refused(trigger: Any, sentence: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        with pytest.raises(ServiceError, match=sentence):
            await world.create("s", stack_of("A"), RollbackConfiguration={"RollbackTriggers": [trigger]})
