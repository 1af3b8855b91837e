"""Stopping the world at any commit of an update that fails, and starting it again: the stack is as it was before."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from services.clockwork import alike_after_any_crash, at_work, until_stopped
from services.cloudformation.worlds import World

FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
TRUST: Any = {"Version": "2012-10-17", "Statement": []}
LATER = 1_900_000_100.0
BUCKET = "AWS::S3::Bucket"
GRANTED: Any = {"Capabilities": ["CAPABILITY_IAM"]}


def template(path: str, tag: str, **more: Any) -> Any:
    tags = [{"Key": "a", "Value": tag}]
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, "Path": path}},
            "Data": {"Type": BUCKET, "Properties": {"BucketName": "data", "Tags": tags}, "DependsOn": "Role"},
            **more,
        }
    }


OLD = template("/old/", "old")
NEW = template("/new/", "new", Taken={"Type": BUCKET, "Properties": {"BucketName": "taken"}, "DependsOn": "Data"})


async def prepare(path: Path) -> None:
    migrate(path, MIGRATIONS)
    async with at_work(World(SqliteDatabase(path), path.parent)) as world:
        await world.ask("CreateBucket", service="s3", Bucket="taken")
        stack = await world.create("s", OLD, **GRANTED)
        assert stack["StackStatus"] == "CREATE_COMPLETE"


async def live(world: World) -> None:
    """Ask for the update if that is still to be done, and see it come to its end."""
    if (await world.stack("s"))["StackStatus"] == "CREATE_COMPLETE":
        await world.ask("UpdateStack", StackName="s", TemplateBody=json.dumps(NEW), **GRANTED)
    await world.settled("s")


async def seen(world: World) -> Any:
    """All that a customer sees of it."""
    roles = await world.ask("ListRoles", service="iam")
    tags = await world.ask("GetBucketTagging", service="s3", Bucket="data")
    return (
        (await world.stack("s"))["StackStatus"],
        [(each["Path"], each["RoleName"].rpartition("-")[0]) for each in roles["Roles"]],
        tags["TagSet"],
        sorted(await world.buckets()),
        [(name, status) for name, status, _ in await world.events("s")],
    )


async def crashed_once(path: Path, commits: int, *, after: bool) -> tuple[bool, Any]:
    """Whether the database stopped before all was done, and what is seen in the end."""
    await prepare(path)
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = World(database, path.parent, life=2, now=LATER)
    stopped = await until_stopped(first, database, live(first))

    second = World(SqliteDatabase(path), path.parent, life=3, now=first.now)
    async with at_work(second):
        await live(second)
        return stopped, await seen(second)


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    wanted, commits = await alike_after_any_crash(tmp_path, crashed_once, after=after)

    assert commits >= 10
    assert wanted[:4] == (
        "UPDATE_ROLLBACK_COMPLETE",
        [("/old/", "s-Role")],
        [{"Key": "a", "Value": "old"}],
        ["data", "taken"],
    )
