"""Stack sets: one template in several regions, operation by operation; and where the server stops on the way."""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.facts import Finish
from penstock.services.cloudformation.stacksets.flow import StackSetFlow
from penstock.services.cloudformation.stacksets.model import Place, Plan, Result, State
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, ServiceError
from services.clockwork import alike_after_any_crash, at_work, until_stopped
from services.cloudformation.worlds import DEADLINE, WHO, World, opened

FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
LATER = 1_900_000_100.0
ACCOUNT = "123456789012"
REGIONS = ["eu-west-1", "us-east-1", "us-west-2"]
TEMPLATE = {
    "Parameters": {"Suffix": {"Type": "String"}},
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": {"Fn::Sub": "set-${AWS::Region}-${Suffix}"}},
        }
    },
}


def suffix(value: str) -> list[dict[str, str]]:
    return [{"ParameterKey": "Suffix", "ParameterValue": value}]


async def created(world: World, **more: Any) -> str:
    answer = await world.ask(
        "CreateStackSet", StackSetName="set", TemplateBody=json.dumps(TEMPLATE), Parameters=suffix("a"), **more
    )
    return str(answer["StackSetId"])


async def done(world: World, operation: str, regions: list[str], **more: Any) -> Any:
    """An operation on instances, once it is over."""
    asked = await world.ask(operation, StackSetName="set", Accounts=[ACCOUNT], Regions=regions, **more)
    return await over(world, asked["OperationId"])


async def over(world: World, operation_id: str) -> Any:
    async with asyncio.timeout(DEADLINE):
        while True:
            told = await world.ask("DescribeStackSetOperation", StackSetName="set", OperationId=operation_id)
            if told["StackSetOperation"]["Status"] not in {"RUNNING", "STOPPING"}:
                return told["StackSetOperation"]
            await asyncio.sleep(0.005)


async def instances(world: World) -> dict[str, tuple[str, str]]:
    listed = (await world.ask("ListStackInstances", StackSetName="set"))["Summaries"]
    return {each["Region"]: (each["Status"], each["StackInstanceStatus"]["DetailedStatus"]) for each in listed}


async def results(world: World, operation: Any) -> dict[str, str]:
    which = {"StackSetName": "set", "OperationId": operation["OperationId"]}
    listed = (await world.ask("ListStackSetOperationResults", **which))["Summaries"]
    return {each["Region"]: each["Status"] for each in listed}


async def refusal(world: World, operation: str, **request: Any) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        await world.ask(operation, **request)
    return refused.value


async def test_a_set_is_created_updated_and_deleted_in_every_region(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        set_id = await created(world, Description="d")
        made = await done(world, "CreateStackInstances", REGIONS[:2])
        own = await done(world, "CreateStackInstances", REGIONS[2:], ParameterOverrides=suffix("own"))

        assert (made["Action"], made["Status"], own["Status"]) == ("CREATE", "SUCCEEDED", "SUCCEEDED")
        assert await world.buckets() == ["set-eu-west-1-a", "set-us-east-1-a", "set-us-west-2-own"]
        told = (await world.ask("DescribeStackSet", StackSetName=set_id))["StackSet"]
        assert (told["StackSetName"], told["Regions"], told["Description"]) == ("set", REGIONS, "d")
        one = await world.ask(
            "DescribeStackInstance", StackSetName="set", StackInstanceAccount=ACCOUNT, StackInstanceRegion="us-west-2"
        )
        assert one["StackInstance"]["ParameterOverrides"] == suffix("own")
        assert ":us-west-2:" in one["StackInstance"]["StackId"]

        asked = await world.ask(
            "UpdateStackSet", StackSetName="set", UsePreviousTemplate=True, Parameters=suffix("b"),
            OperationPreferences={"RegionConcurrencyType": "PARALLEL"},
        )  # fmt: skip
        assert (await over(world, asked["OperationId"]))["Status"] == "SUCCEEDED"
        assert await world.buckets() == ["set-eu-west-1-b", "set-us-east-1-b", "set-us-west-2-own"]
        assert set((await instances(world)).values()) == {("CURRENT", "SUCCEEDED")}

        assert (await refusal(world, "DeleteStackSet", StackSetName="set")).code == "StackSetNotEmptyException"
        gone = await done(world, "DeleteStackInstances", REGIONS[:2], RetainStacks=False)
        left = await done(world, "DeleteStackInstances", REGIONS[2:], RetainStacks=True)
        assert (gone["Status"], left["Status"]) == ("SUCCEEDED", "SUCCEEDED")
        assert await world.buckets() == ["set-us-west-2-own"]
        listed = (await world.ask("ListStackSetOperations", StackSetName="set"))["Summaries"]
        assert [each["Action"] for each in listed] == ["DELETE", "DELETE", "UPDATE", "CREATE", "CREATE"]
        await world.ask("DeleteStackSet", StackSetName="set")
        assert (await world.ask("ListStackSets"))["Summaries"] == []


@pytest.mark.parametrize(
    ("preferences", "status", "came"),
    [
        ({}, "FAILED", ["SUCCEEDED", "FAILED", "CANCELLED"]),
        ({"FailureToleranceCount": 1}, "SUCCEEDED", ["SUCCEEDED", "FAILED", "SUCCEEDED"]),
    ],
)
async def test_a_failure_lets_no_other_region_begin_unless_it_is_tolerated(
    tmp_path: Path, preferences: dict[str, Any], status: str, came: list[str]
) -> None:
    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="set-us-east-1-a")
        await created(world)

        failed = await done(world, "CreateStackInstances", REGIONS, OperationPreferences=preferences)

        assert failed["Status"] == status
        assert failed["StatusDetails"] == {"FailedStackInstancesCount": 1}
        assert list((await results(world, failed)).values()) == came
        assert (await instances(world))["us-east-1"] == ("OUTDATED", "FAILED")
        await world.ask("DeleteBucket", service="s3", Bucket="set-us-east-1-a")
        again = await done(world, "UpdateStackInstances", REGIONS)
        assert again["Status"] == "SUCCEEDED"
        assert await world.buckets() == [f"set-{region}-a" for region in REGIONS]


async def test_a_stopped_operation_begins_no_other_region(tmp_path: Path) -> None:
    waiting = {"Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {
            "Handle": {"Ref": "Handle"}, "Timeout": "43200", "Count": 1}},
    }}  # fmt: skip
    async with opened(tmp_path) as world:
        await world.ask("CreateStackSet", StackSetName="set", TemplateBody=json.dumps(waiting))
        places: Any = {"StackSetName": "set", "Accounts": [ACCOUNT], "Regions": REGIONS}
        operation = (await world.ask("CreateStackInstances", **places))["OperationId"]

        busy = await refusal(world, "UpdateStackInstances", **places)
        await world.ask("StopStackSetOperation", StackSetName="set", OperationId=operation)
        told = await world.ask("DescribeStackSetOperation", StackSetName="set", OperationId=operation)

        assert busy.code == "OperationInProgressException"
        assert told["StackSetOperation"]["Status"] == "STOPPING"
        assert (await instances(world))["us-west-2"][1] == "PENDING"


@pytest.mark.parametrize(
    ("operation", "request_", "code", "words"),
    [
        ("CreateStackSet", {"PermissionModel": "SERVICE_MANAGED"}, "ValidationError", "no organisation"),
        ("CreateStackSet", {"ManagedExecution": {"Active": True}}, "ValidationError", "wait for one operation"),
        ("CreateStackSet", {"TemplateBody": "{}"}, "ValidationError", "At least one Resources member"),
        ("CreateStackSet", {"StackSetName": "set"}, "NameAlreadyExistsException", "already exists"),
        ("CreateStackInstances", {"Accounts": ["111122223333"]}, "InvalidOperationException", "is not here"),
        ("CreateStackInstances", {"Accounts": []}, "ValidationError", "Both accounts and regions"),
        ("UpdateStackInstances", {}, "StackInstanceNotFoundException", "Region: us-east-1"),
        ("DescribeStackSet", {"StackSetName": "other"}, "StackSetNotFoundException", "other not found"),
    ],
)
async def test_what_cannot_be_is_refused(
    tmp_path: Path, operation: str, request_: dict[str, Any], code: str, words: str
) -> None:
    more = {"TemplateBody": json.dumps(TEMPLATE), "StackSetName": "new"} if operation == "CreateStackSet" else {}
    places = {"Accounts": [ACCOUNT], "Regions": ["us-east-1"]} if operation.endswith("Instances") else {}
    async with opened(tmp_path) as world:
        await created(world)

        refused = await refusal(world, operation, **{"StackSetName": "set", **places, **more, **request_})

        assert refused.code == code
        assert words in refused.message


async def test_a_template_has_a_set_with_its_instances(tmp_path: Path) -> None:
    def of(regions: list[str], value: str) -> Any:
        return {"Resources": {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": {
            "StackSetName": "set", "PermissionModel": "SELF_MANAGED", "TemplateBody": json.dumps(TEMPLATE),
            "Parameters": suffix(value),
            "StackInstancesGroup": [
                {"DeploymentTargets": {"Accounts": [{"Ref": "AWS::AccountId"}]}, "Regions": regions}],
        }}}}  # fmt: skip

    async with opened(tmp_path) as world:
        made = await world.create("s", of(REGIONS[:2], "a"))
        first = await world.buckets()
        changed = await world.update("s", of(REGIONS[1:], "b"))
        second = await world.buckets()
        gone = await world.delete("s")

        assert [each["StackStatus"] for each in (made, changed, gone)] == [
            "CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE",
        ]  # fmt: skip
        assert first == ["set-eu-west-1-a", "set-us-east-1-a"]
        assert second == ["set-us-east-1-b", "set-us-west-2-b"]
        assert (await world.ask("ListStackSets"))["Summaries"] == []


async def test_a_set_whose_instance_fails_fails_its_stack_and_is_taken_away(tmp_path: Path) -> None:
    template = {"Resources": {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": {
        "StackSetName": "set", "PermissionModel": "SELF_MANAGED", "TemplateBody": json.dumps(TEMPLATE),
        "Parameters": suffix("a"),
        "StackInstancesGroup": [{"DeploymentTargets": {"Accounts": [ACCOUNT]}, "Regions": REGIONS[:1]}],
    }}}}  # fmt: skip
    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="set-eu-west-1-a")

        made = await world.create("s", template)

        assert made["StackStatus"] == "ROLLBACK_COMPLETE"
        assert any("eu-west-1: Bucket" in reason for _, _, reason in await world.events("s"))
        assert (await world.ask("ListStackSets"))["Summaries"] == []


async def test_a_templates_summary_is_told_of_a_set(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await created(world)

        summary = await world.ask("GetTemplateSummary", StackSetName="set")

        assert [each["ParameterKey"] for each in summary["Parameters"]] == ["Suffix"]


async def crashed_once(path: Path, commits: int, *, after: bool) -> tuple[bool, Any]:
    """Whether the database stopped while an operation went on, and what is seen in the end."""
    shutil.copy(path.parent / "prepared.db", path)
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = World(database, path.parent, life=2, now=LATER)
    stopped = await until_stopped(first, database, live(first))

    async with at_work(World(SqliteDatabase(path), path.parent, life=3, now=first.now)) as second:
        await live(second)
        operation = await second.ask("DescribeStackSetOperation", StackSetName="set", OperationId="op")
        stacks = [
            each["StackStatus"]
            for region in REGIONS[:2]
            for each in (
                await second.directory.answer(Call("cloudformation", "DescribeStacks", {}, replace(WHO, region=region)))
            )["Stacks"]
        ]
        told = operation["StackSetOperation"]
        return stopped, (told["Status"], await results(second, told), await instances(second), stacks)


async def prepare(path: Path) -> None:
    """A set, and a bucket that is in the way of its second instance."""
    migrate(path, MIGRATIONS)
    async with at_work(World(SqliteDatabase(path), path.parent)) as world:
        await created(world)
        await world.ask("CreateBucket", service="s3", Bucket="set-us-east-1-a")


async def live(world: World) -> None:
    places: Any = {"StackSetName": "set", "Accounts": [ACCOUNT], "Regions": REGIONS[:2]}
    await world.ask("CreateStackInstances", **places, OperationId="op")
    await over(world, "op")


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    await prepare(tmp_path / "prepared.db")
    wanted, commits = await alike_after_any_crash(tmp_path, crashed_once, after=after)

    assert commits >= 8
    assert wanted == (
        "FAILED",
        {"eu-west-1": "SUCCEEDED", "us-east-1": "FAILED"},
        {"eu-west-1": ("CURRENT", "SUCCEEDED"), "us-east-1": ("OUTDATED", "FAILED")},
        ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"],
    )


PLACES = tuple(Place(region=region, stack=f"StackSet-set-{region}") for region in REGIONS)
WELL, BADLY = Result("SUCCEEDED"), Result("FAILED", "no room")


@pytest.mark.parametrize(
    ("plan", "state", "begins"),
    [
        ({}, {}, REGIONS[:1]),
        ({"width": 3}, {}, REGIONS),
        ({}, {"begun": REGIONS[:1]}, []),
        ({}, {"begun": REGIONS[:1], "results": {REGIONS[0]: WELL}}, REGIONS[1:2]),
        ({"goes_on": True}, {"begun": REGIONS[:1], "results": {REGIONS[0]: BADLY}}, REGIONS[1:2]),
        ({}, {"begun": REGIONS[:1], "results": {REGIONS[0]: BADLY}}, ["Failed"]),
        ({"width": 2}, {"begun": REGIONS[:2], "results": {REGIONS[0]: BADLY}}, []),
        ({}, {"begun": REGIONS[:1], "is_stopping": True}, []),
        ({}, {"begun": REGIONS[:1], "results": {REGIONS[0]: WELL}, "is_stopping": True}, ["Stopped"]),
        ({}, {"begun": REGIONS, "results": dict.fromkeys(REGIONS, WELL)}, ["Succeeded"]),
    ],
)
def test_regions_begin_in_order_and_an_operation_ends_when_none_is_left(
    plan: dict[str, Any], state: dict[str, Any], begins: list[str]
) -> None:
    planned = Plan(set_name="set", operation="op", action="CREATE", places=PLACES, **plan)
    standing = State(**{**state, "begun": tuple(state.get("begun", ()))})

    commands = list(StackSetFlow().decide(planned, standing))

    assert [each.outcome.status if isinstance(each, Finish) else each.key for each in commands] == begins
