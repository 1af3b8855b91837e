"""Operations on job definitions, schedules and executions: what they keep, tell, filter and refuse."""

from pathlib import Path

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.monitoring.worlds import (
    FOLDER,
    HOURLY,
    Json,
    MonitoringWorld,
    at,
    config,
    definition,
    executions,
    scheduled,
)


@pytest.fixture
def world(tmp_path: Path) -> MonitoringWorld:
    return MonitoringWorld(tmp_path)


@pytest.mark.parametrize("kind", ["DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"])
async def test_definitions_are_told_as_they_were_made(world: MonitoringWorld, kind: str) -> None:
    source = {"EndpointInput": {"EndpointName": "ep", "LocalPath": FOLDER}}
    truth = {"GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"}} if kind in {"ModelQuality", "ModelBias"} else {}
    request = definition("D", kind, **{f"{kind}JobInput": {**source, **truth}})
    async with world.open() as client:
        arn = (await client(f"Create{kind}JobDefinition", **request, Tags=[{"Key": "k", "Value": "v"}]))[
            "JobDefinitionArn"
        ]

        told = await client(f"Describe{kind}JobDefinition", JobDefinitionName="D")
        assert told == {**request, "JobDefinitionArn": arn, "CreationTime": world.now}
        assert (await client("ListTags", ResourceArn=arn))["Tags"] == [{"Key": "k", "Value": "v"}]
        with pytest.raises(ServiceError, match="already exists") as refused:
            await client(f"Create{kind}JobDefinition", **request)
        assert refused.value.code == "ResourceInUse"
        for name, count in {"ep": 1, "other": 0}.items():
            listed = await client(f"List{kind}JobDefinitions", EndpointName=name)
            assert len(listed["JobDefinitionSummaries"]) == count
        await client(f"Delete{kind}JobDefinition", JobDefinitionName="D")
        with pytest.raises(ServiceError, match="Could not find job definition") as missing:
            await client(f"Describe{kind}JobDefinition", JobDefinitionName="D")
        assert missing.value.code == "ResourceNotFound"


async def test_schedules_are_listed_by_all_that_they_are_about(world: MonitoringWorld) -> None:
    async with world.open() as client:
        await scheduled(client, "one")
        world.now += 60
        await scheduled(client, "two")
        await client("StopMonitoringSchedule", MonitoringScheduleName="two")

        async def names(**more: Json) -> list[str]:
            found = (await client("ListMonitoringSchedules", **more))["MonitoringScheduleSummaries"]
            return [each["MonitoringScheduleName"] for each in found]

        assert await names() == ["two", "one"]
        assert await names(SortBy="Name", SortOrder="Ascending") == ["one", "two"]
        assert await names(StatusEquals="Stopped") == ["two"]
        assert await names(NameContains="on", EndpointName="ep") == ["one"]
        assert await names(EndpointName="other") == []
        assert await names(MonitoringJobDefinitionName="d-one") == ["one"]
        assert await names(MonitoringTypeEquals="ModelBias") == []
        assert await names(CreationTimeAfter=world.now - 30) == ["two"]
        page = await client("ListMonitoringSchedules", MaxResults=1)
        assert await names(MaxResults=1, NextToken=page["NextToken"]) == ["one"]


async def test_an_updated_schedule_goes_by_its_new_times(world: MonitoringWorld) -> None:
    async with world.open() as client:
        await scheduled(client)
        wanted = config(name="d-s", timing="cron(0 12 ? * * *)")
        await client("UpdateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=wanted)

        await world.ring(client, "2030-01-02T11:59:00")
        assert await executions(client) == []
        await world.ring(client, "2030-01-02T12:00:21")
        (execution,) = await executions(client)
        assert execution["ScheduledTime"] == at("2030-01-02T12:00:00")
        told = await client("DescribeMonitoringSchedule", MonitoringScheduleName="s")
        assert told["MonitoringScheduleConfig"] == wanted
        assert told["MonitoringType"] == "DataQuality"
        assert told["EndpointName"] == "ep"


async def test_without_a_schedule_expression_it_runs_daily(world: MonitoringWorld) -> None:
    async with world.open() as client:
        await client("CreateDataQualityJobDefinition", **definition())
        wanted = {"MonitoringJobDefinitionName": "d", "MonitoringType": "DataQuality"}
        await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=wanted)

        await world.ring(client, "2030-01-02T00:00:21")

        assert len(await executions(client)) == 1


async def test_the_same_call_told_again_makes_one_schedule(world: MonitoringWorld) -> None:
    async with world.open() as client:
        await client("CreateDataQualityJobDefinition", **definition())
        wanted = {"MonitoringScheduleName": "s", "MonitoringScheduleConfig": config()}
        first = await client("CreateMonitoringSchedule", token="t", **wanted)

        assert await client("CreateMonitoringSchedule", token="t", **wanted) == first
        with pytest.raises(ServiceError, match="already exists") as refused:
            await client("CreateMonitoringSchedule", token="other", **wanted)
        assert refused.value.code == "ResourceInUse"


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"ScheduleConfig": {"ScheduleExpression": HOURLY}}, "Give either"),
        ({"MonitoringJobDefinitionName": "d"}, "MonitoringType is required"),
        (config(name="nothing"), "DataQuality job definition nothing does not exist"),
        (config(timing="rate(5 minutes)"), "is not supported"),
        ({"MonitoringJobDefinition": {}, "MonitoringType": "ModelBias"}, "CreateModelBiasJobDefinition"),
    ],
)
async def test_what_no_schedule_can_be_is_refused(world: MonitoringWorld, wanted: Json, sentence: str) -> None:
    async with world.open() as client:
        with pytest.raises(ServiceError, match=sentence):
            await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=wanted)


async def test_executions_are_listed_by_all_that_they_are_about(world: MonitoringWorld) -> None:
    world.capture("2030/01/01/15")
    async with world.open() as client:
        await scheduled(client, "one")
        await world.ring(client, "2030-01-01T16:00:21")
        await scheduled(client, "two")
        await world.ring(client, "2030-01-01T17:00:21")

        async def found(**more: Json) -> list[tuple[str, str]]:
            return [
                (each["MonitoringScheduleName"], each["MonitoringExecutionStatus"])
                for each in await executions(client, **more)
            ]

        first, second = ("one", "Completed"), ("one", "Failed")
        assert sorted(await found()) == [first, second, ("two", "Failed")]
        assert await found(MonitoringScheduleName="one") == [second, first]
        assert await found(MonitoringScheduleName="one", SortOrder="Ascending") == [first, second]
        assert await found(StatusEquals="Completed") == [first]
        assert await found(MonitoringJobDefinitionName="d-two", SortBy="Status") == [("two", "Failed")]
        assert await found(ScheduledTimeBefore=at("2030-01-01T16:30:00"), SortBy="ScheduledTime") == [first]
        assert await found(EndpointName="other") == await found(MonitoringTypeEquals="ModelBias") == []
        assert await found(LastModifiedTimeAfter=world.now) == await found(CreationTimeBefore=0) == []
        page = await client("ListMonitoringExecutions", MonitoringScheduleName="one", MaxResults=1)
        more = {"MonitoringScheduleName": "one", "NextToken": page["NextToken"]}
        assert await found(**more) == [first]
        with pytest.raises(ServiceError, match="another order"):
            await client("ListMonitoringExecutions", **more, SortOrder="Ascending")
