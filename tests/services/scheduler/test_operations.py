"""Schedules and groups: made, shown, changed, listed, removed; and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.clockwork import ACCOUNT, OFF, QUEUE, ROLE, World, living

TARGET = {"Arn": QUEUE, "RoleArn": ROLE, "Input": "hello"}
REQUEST: dict[str, Any] = {
    "Name": "s", "ScheduleExpression": "rate(1 hour)", "Target": TARGET, "FlexibleTimeWindow": OFF,
}  # fmt: skip


async def refusal(world: World, operation: str, **request: Any) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        await world.ask(operation, **request)
    return refused.value


async def test_a_schedule_is_shown_as_it_was_made_with_its_defaults(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.schedule("rate(1 hour)", Description="hourly")

        shown = await world.ask("GetSchedule", Name="s")

        assert arn == f"arn:aws:scheduler:{ACCOUNT}:schedule/default/s"
        assert shown == {
            "Arn": arn, "GroupName": "default", "Name": "s", "State": "ENABLED", "CreationDate": world.now,
            "LastModificationDate": world.now, "ScheduleExpression": "rate(1 hour)",
            "ScheduleExpressionTimezone": "UTC", "Description": "hourly", "FlexibleTimeWindow": OFF,
            "ActionAfterCompletion": "NONE",
            "Target": {**TARGET, "RetryPolicy": {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}},
        }  # fmt: skip


async def test_an_update_says_everything_anew(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("rate(1 hour)", Description="hourly", State="DISABLED")

        await world.ask("UpdateSchedule", **{**REQUEST, "ScheduleExpression": "cron(0 8 ? * * *)"})

        shown = await world.ask("GetSchedule", Name="s")
        assert shown["ScheduleExpression"] == "cron(0 8 ? * * *)"
        assert shown["State"] == "ENABLED"
        assert "Description" not in shown
        assert len(await world.ring("2030-01-01T08:00:00")) == 1


async def test_an_update_that_changes_no_time_leaves_a_rate_where_it_was(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("rate(1 hour)")
        assert len(await world.ring("2030-01-01T00:00:00")) == 1

        await world.ask("UpdateSchedule", **{**REQUEST, "Description": "new"})

        assert await world.ring("2030-01-01T00:59:59") == []
        assert len(await world.ring("2030-01-01T01:00:00")) == 1


async def test_a_name_is_taken_once_but_a_token_may_come_twice(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        first = await world.ask("CreateSchedule", **REQUEST, ClientToken="one")

        assert await world.ask("CreateSchedule", **REQUEST, ClientToken="one") == first
        refused = await refusal(world, "CreateSchedule", **REQUEST, ClientToken="two")
        assert (refused.code, refused.message) == ("ConflictException", "Schedule s already exists.")


async def test_a_deletion_is_for_good_and_may_be_told_twice(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.schedule("rate(1 hour)")

        await world.ask("DeleteSchedule", Name="s", ClientToken="t")
        await world.ask("DeleteSchedule", Name="s", ClientToken="t")

        for operation in ("GetSchedule", "DeleteSchedule"):
            refused = await refusal(world, operation, Name="s")
            assert (refused.code, refused.message) == ("ResourceNotFoundException", "Schedule s does not exist.")
        assert await world.ring("2030-01-01T05:00:00") == []


async def test_schedules_are_listed_by_group_prefix_and_state(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.ask("CreateScheduleGroup", Name="nightly")
        await world.schedule("rate(1 hour)", name="a-1")
        await world.schedule("rate(1 hour)", name="a-2", GroupName="nightly", State="DISABLED")
        await world.schedule("rate(1 hour)", name="b-1", GroupName="nightly")

        async def names(**request: Any) -> list[str]:
            return [each["Name"] for each in (await world.ask("ListSchedules", **request))["Schedules"]]

        assert await names() == ["a-1", "a-2", "b-1"]
        assert await names(GroupName="nightly") == ["a-2", "b-1"]
        assert await names(NamePrefix="a-") == ["a-1", "a-2"]
        assert await names(State="DISABLED") == ["a-2"]
        page = await world.ask("ListSchedules", MaxResults=2)
        assert await names(MaxResults=2, NextToken=page["NextToken"]) == ["b-1"]
        refused = await refusal(world, "ListSchedules", GroupName="none")
        assert refused.message == "Schedule group none does not exist."


async def test_a_group_takes_its_schedules_with_it(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        made = await world.ask("CreateScheduleGroup", Name="nightly", Tags=[{"Key": "team", "Value": "x"}])
        await world.schedule("rate(1 hour)", GroupName="nightly")
        assert (await world.ask("GetScheduleGroup", Name="nightly"))["State"] == "ACTIVE"
        tags = await world.ask("ListTagsForResource", ResourceArn=made["ScheduleGroupArn"])
        assert tags == {"Tags": [{"Key": "team", "Value": "x"}]}

        await world.ask("DeleteScheduleGroup", Name="nightly")

        assert [each["Name"] for each in (await world.ask("ListScheduleGroups"))["ScheduleGroups"]] == ["default"]
        assert await world.ring("2030-01-01T05:00:00") == []
        assert (await refusal(world, "DeleteScheduleGroup", Name="default")).code == "ValidationException"
        assert (await refusal(world, "CreateScheduleGroup", Name="default")).code == "ConflictException"


async def test_tags_are_set_and_taken_off(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = (await world.ask("GetScheduleGroup", Name="default"))["Arn"]
        await world.ask("TagResource", ResourceArn=arn, Tags=[{"Key": k, "Value": k} for k in ("a", "b")])
        await world.ask("UntagResource", ResourceArn=arn, TagKeys=["a"])

        assert await world.ask("ListTagsForResource", ResourceArn=arn) == {"Tags": [{"Key": "b", "Value": "b"}]}


SQS = {"RoleArn": ROLE, "Arn": QUEUE}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"ScheduleExpression": "rate(10 seconds)"}, r"Invalid Schedule Expression rate\(10 seconds\)\."),
    ({"ScheduleExpression": "at(2029-12-31T23:59:00)"}, "its time has passed"),
    ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Invalid Schedule Expression Timezone Mars/Olympus"),
    ({"StartDate": 1000.0}, "The StartDate you specify cannot be earlier than 5 minutes ago."),
    ({"EndDate": 1000.0}, "The EndDate you specify must come after the StartDate"),
    ({"KmsKeyArn": f"arn:aws:kms:{ACCOUNT}:key/k"}, "KmsKeyArn: "),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
    ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "MaximumWindowInMinutes"),
    ({"GroupName": "none"}, "Schedule group none does not exist."),
    ({"Target": {**SQS, "Arn": "queue"}}, "Provided Arn is not in correct format"),
    ({"Target": {**SQS, "Arn": f"arn:aws:lambda:{ACCOUNT}:layer:x"}}, "Provided Arn is not in correct format"),
    ({"Target": {**SQS, "Arn": f"arn:aws:ecs:{ACCOUNT}:cluster/c"}}, "schedules do not call ecs here"),
    ({"Target": {**SQS, "KinesisParameters": {"PartitionKey": "k"}}}, "KinesisParameters: the target .* does not take"),
    ({"Target": {**SQS, "Arn": f"arn:aws:kinesis:{ACCOUNT}:stream/s"}}, "KinesisParameters is required"),
    ({"Target": {**SQS, "Arn": f"arn:aws:sqs:{ACCOUNT}:q.fifo"}}, "a FIFO queue needs a MessageGroupId"),
    ({"Target": {**SQS, "Arn": f"arn:aws:lambda:{ACCOUNT}:function:f", "Input": "no json"}}, "Invalid Json"),
    ({"Target": {**SQS, "Arn": "arn:aws:scheduler:::aws-sdk:sqs:fly"}}, "names no operation"),
    ({"Target": {**SQS, "Arn": "arn:aws:scheduler:::aws-sdk:sqs:receiveMessage"}}, "only looks"),
    ({"Target": {**SQS, "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": '{"Body": "x"}'}},
     "has no parameter 'Body'"),
    ({"Target": {**SQS, "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": '{"MessageBody": "x"}'}},
     "needs the parameter 'QueueUrl'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
async def test_what_cannot_be_done_is_refused(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    async with living(tmp_path) as world:
        with pytest.raises(ServiceError, match=sentence):
            await world.ask("CreateSchedule", **{**REQUEST, **change})

        assert (await world.ask("ListSchedules"))["Schedules"] == []
