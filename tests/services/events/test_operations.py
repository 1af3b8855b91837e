"""Buses, rules, targets, archives: made, shown, changed, listed, removed; and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.clockwork import ACCOUNT, QUEUE, World, living

BUS = f"arn:aws:events:{ACCOUNT}:event-bus"
PATTERN = '{"source": ["me"]}'


async def test_a_bus_has_a_policy_of_its_statements(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        made = await world.events("CreateEventBus", Name="mine", Description="for me")
        assert made == {"EventBusArn": f"{BUS}/mine", "Description": "for me"}
        permission = {"EventBusName": "mine", "Action": "events:PutEvents", "Principal": "111122223333"}
        await world.events("PutPermission", **permission, StatementId="one")
        await world.events("PutPermission", **permission, StatementId="two")
        await world.events("RemovePermission", EventBusName="mine", StatementId="one")

        shown = await world.events("DescribeEventBus", Name="mine")

        (statement,) = json.loads(shown["Policy"])["Statement"]
        assert (statement["Sid"], statement["Principal"]) == ("two", {"AWS": "arn:aws:iam::111122223333:root"})
        assert [bus["Name"] for bus in (await world.events("ListEventBuses"))["EventBuses"]] == ["default", "mine"]
        await world.events("UpdateEventBus", Name="mine", Description="for all")
        assert (await world.events("DescribeEventBus", Name=f"{BUS}/mine"))["Description"] == "for all"


async def test_a_bus_goes_when_its_rules_are_gone(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("CreateEventBus", Name="mine")
        await world.events("PutRule", Name="r", EventBusName="mine", EventPattern=PATTERN)
        with pytest.raises(ServiceError, match="Event bus mine has rules"):
            await world.events("DeleteEventBus", Name="mine")

        await world.events("DeleteRule", Name="r", EventBusName="mine")
        await world.events("DeleteEventBus", Name="mine")

        with pytest.raises(ServiceError, match="Event bus mine does not exist"):
            await world.events("ListRules", EventBusName="mine")


async def test_a_rule_is_put_again_and_keeps_its_targets(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = (await world.events("PutRule", Name="r", EventPattern=PATTERN, Description="one"))["RuleArn"]
        target = {"Id": "q", "Arn": QUEUE, "RetryPolicy": {"MaximumRetryAttempts": 3}}
        await world.events("PutTargets", Rule="r", Targets=[target])

        await world.events("PutRule", Name="r", EventPattern='{"source": ["you"]}', State="DISABLED")

        assert arn == f"arn:aws:events:{ACCOUNT}:rule/r"
        assert await world.events("DescribeRule", Name="r") == {
            "Name": "r", "Arn": arn, "EventPattern": '{"source": ["you"]}', "State": "DISABLED",
            "EventBusName": "default", "CreatedBy": "123456789012",
        }  # fmt: skip
        assert (await world.events("ListTargetsByRule", Rule="r"))["Targets"] == [target]
        with pytest.raises(ServiceError, match="Rule can't be deleted since it has targets"):
            await world.events("DeleteRule", Name="r")
        await world.events("RemoveTargets", Rule="r", Ids=["q"])
        await world.events("DeleteRule", Name="r")
        await world.events("DeleteRule", Name="r")
        with pytest.raises(ServiceError, match="Rule r does not exist on EventBus default"):
            await world.events("DescribeRule", Name="r")


async def test_rules_are_listed_by_prefix_and_by_target(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        for name in ("a-1", "a-2", "b-1"):
            await world.events("PutRule", Name=name, EventPattern=PATTERN)
            await world.events("PutTargets", Rule=name, Targets=[{"Id": "q", "Arn": QUEUE}])

        page = await world.events("ListRules", NamePrefix="a-", Limit=1)
        rest = await world.events("ListRules", NamePrefix="a-", Limit=1, NextToken=page["NextToken"])
        assert [each["Name"] for each in page["Rules"] + rest["Rules"]] == ["a-1", "a-2"]
        assert "NextToken" not in rest
        named = await world.events("ListRuleNamesByTarget", TargetArn=QUEUE, Limit=2)
        last = await world.events("ListRuleNamesByTarget", TargetArn=QUEUE, NextToken=named["NextToken"])
        assert named["RuleNames"] + last["RuleNames"] == ["a-1", "a-2", "b-1"]


async def test_tags_are_on_rules_and_buses(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        tags = [{"Key": "team", "Value": "x"}]
        arn = (await world.events("PutRule", Name="r", EventPattern=PATTERN, Tags=tags))["RuleArn"]
        await world.events("TagResource", ResourceARN=arn, Tags=[{"Key": "b", "Value": "y"}])
        await world.events("UntagResource", ResourceARN=arn, TagKeys=["team"])

        assert await world.events("ListTagsForResource", ResourceARN=arn) == {"Tags": [{"Key": "b", "Value": "y"}]}
        with pytest.raises(ServiceError, match="does not exist"):
            await world.events("ListTagsForResource", ResourceARN=arn + "x")


async def test_a_pattern_is_tried_on_an_event(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        event = {
            "id": "1", "account": "1", "source": "me", "time": "2030-01-01T00:00:00Z", "region": "here",
            "resources": [], "detail-type": "done", "detail": {},
        }  # fmt: skip

        async def result(pattern: str, event: Any) -> bool:
            answer = await world.events("TestEventPattern", EventPattern=pattern, Event=json.dumps(event))
            return bool(answer["Result"])

        assert await result(PATTERN, event)
        assert not await result('{"source": ["you"]}', event)
        with pytest.raises(ServiceError, match="Reason: id is a required field"):
            await result(PATTERN, {"source": "me"})
        with pytest.raises(ServiceError, match="Reason: Unrecognized match type like"):
            await result('{"source": [{"like": "x"}]}', event)


async def refused(world: World, operation: str, **request: Any) -> str:
    with pytest.raises(ServiceError) as refusal:
        await world.events(operation, **request)
    return f"{refusal.value.code}: {refusal.value.message}"


RULES: list[tuple[dict[str, Any], str]] = [
    ({}, "ValidationException: Parameter(s) EventPattern or ScheduleExpression must be specified."),
    ({"EventPattern": "{"}, "InvalidEventPatternException: Event pattern is not valid. Reason: Invalid JSON"),
    ({"EventPattern": PATTERN, "EventBusName": "none"}, "ResourceNotFoundException: Event bus none does not exist."),
    ({"ScheduleExpression": "rate(1 minutes)"}, "ValidationException: Parameter ScheduleExpression is not valid."),
    ({"ScheduleExpression": "at(2031-01-01T00:00:00)"},
     "ValidationException: Parameter ScheduleExpression is not valid."),
    ({"ScheduleExpression": "rate(5 minutes)", "EventBusName": "other"},
     "ValidationException: ScheduleExpression is supported only on the default event bus."),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "sentence"), RULES)
async def test_what_could_not_set_off_a_rule_is_refused(
    tmp_path: Path, request_: dict[str, Any], sentence: str
) -> None:
    async with living(tmp_path) as world:
        assert await refused(world, "PutRule", Name="r", **request_) == sentence
        assert (await world.events("ListRules"))["Rules"] == []


TARGETS: list[tuple[dict[str, Any], str]] = [
    ({"Arn": f"arn:aws:ecs:{ACCOUNT}:cluster/c"}, "NotImplemented: Targets: 'arn:aws:ecs"),
    ({"Arn": "queue"}, "ValidationException: Parameter queue is not valid."),
    ({"Arn": QUEUE, "KinesisParameters": {"PartitionKeyPath": "$.id"}}, "ValidationException: KinesisParameters: "),
    ({"Arn": f"{BUS}/x", "HttpParameters": {}}, "ValidationException: HttpParameters: the target"),
    ({"Arn": QUEUE, "Input": "{}", "InputPath": "$.id"}, "ValidationException: Only one of Input, InputPath"),
    ({"Arn": QUEUE, "InputPath": "detail"}, "ValidationException: Invalid InputPath for target q"),
    ({"Arn": QUEUE, "Input": "no json"}, "ValidationException: JSON syntax error in input for target q."),
]


@pytest.mark.parametrize(("target", "sentence"), TARGETS)
async def test_what_could_not_be_sent_is_refused(tmp_path: Path, target: dict[str, Any], sentence: str) -> None:
    async with living(tmp_path) as world:
        await world.events("PutRule", Name="r", EventPattern=PATTERN)

        assert (await refused(world, "PutTargets", Rule="r", Targets=[{"Id": "q", **target}])).startswith(sentence)

        assert (await world.events("ListTargetsByRule", Rule="r"))["Targets"] == []


async def test_a_rule_has_five_targets_at_most(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.events("PutRule", Name="r", EventPattern=PATTERN)
        targets = [{"Id": f"t{number}", "Arn": QUEUE} for number in range(6)]

        assert (await refused(world, "PutTargets", Rule="r", Targets=targets)).startswith("LimitExceededException")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("CreateEventBus", {"Name": "default"}, "ResourceAlreadyExistsException: Event bus default already exists."),
    ("CreateEventBus", {"Name": "b", "KmsKeyIdentifier": "k"}, "ValidationException: KmsKeyIdentifier: "),
    ("CreateEventBus", {"Name": "b", "DeadLetterConfig": {"Arn": QUEUE}}, "ValidationException: DeadLetterConfig: "),
    ("DeleteEventBus", {"Name": "default"}, "ValidationException: Cannot delete event bus default."),
    ("DescribeEventBus", {"Name": "none"}, "ResourceNotFoundException: Event bus none does not exist."),
    ("PutEvents", {"EndpointId": "a.b", "Entries": [{}]}, "ValidationException: EndpointId: "),
    ("CreateArchive", {"ArchiveName": "a", "EventSourceArn": f"{BUS}/none"},
     "ResourceNotFoundException: Event bus none does not exist."),
    ("CreateArchive", {"ArchiveName": "a", "EventSourceArn": f"{BUS}/default", "EventPattern": "{}"},
     "InvalidEventPatternException: Event pattern is not valid. Reason: Empty objects are not allowed"),
    ("StartReplay",
     {"ReplayName": "r", "EventSourceArn": f"arn:aws:events:{ACCOUNT}:archive/none", "EventStartTime": 1.0,
      "EventEndTime": 2.0, "Destination": {"Arn": f"{BUS}/default"}},
     "ResourceNotFoundException: Parameter EventSourceArn is not valid."),
    ("StartReplay",
     {"ReplayName": "r", "EventSourceArn": f"arn:aws:events:{ACCOUNT}:archive/none", "EventStartTime": 2.0,
      "EventEndTime": 1.0, "Destination": {"Arn": f"{BUS}/default"}},
     "ValidationException: Parameter EventEndTime is not valid."),
    ("CancelReplay", {"ReplayName": "none"}, "ResourceNotFoundException: Replay none does not exist."),
    ("CreatePartnerEventSource", {"Name": "aws.partner/a/b", "Account": "1"}, "NotImplemented: Penstock does not"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "request_", "sentence"), REFUSED)
async def test_what_cannot_be_done_is_refused(
    tmp_path: Path, operation: str, request_: dict[str, Any], sentence: str
) -> None:
    async with living(tmp_path) as world:
        assert (await refused(world, operation, **request_)).startswith(sentence)


async def test_archives_are_changed_listed_and_removed(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        request = {"ArchiveName": "a", "EventSourceArn": f"{BUS}/default"}
        made = await world.events("CreateArchive", **request)
        assert (made["ArchiveArn"], made["State"]) == (f"arn:aws:events:{ACCOUNT}:archive/a", "ENABLED")
        assert "already exists" in await refused(world, "CreateArchive", **request)
        await world.events("UpdateArchive", ArchiveName="a", RetentionDays=7, EventPattern=PATTERN)

        shown = await world.events("DescribeArchive", ArchiveName="a")
        assert (shown["RetentionDays"], shown["EventPattern"], shown["EventCount"]) == (7, PATTERN, 0)
        assert [each["ArchiveName"] for each in (await world.events("ListArchives"))["Archives"]] == ["a"]
        await world.events("DeleteArchive", ArchiveName="a")
        assert (await world.events("ListArchives"))["Archives"] == []
