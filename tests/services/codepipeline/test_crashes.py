"""Stopping the world at any commit of an execution, and starting it again: everything is done, and once."""

from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.services.codepipeline.providers import builds
from penstock.store.sqlite import SqliteDatabase
from services.clockwork import at_work, until_stopped
from services.codepipeline.worlds import Outside, World, action, declared, stage, zipped

FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
GIVEN = {"S3Bucket": "sources", "S3ObjectKey": "app.zip"}
SOURCE = stage("Source", action("Get", "Source/AWS/S3", given=GIVEN, makes=["Code"]))
BUILD = stage(
    "Build",
    action("Build", "Build/AWS/CodeBuild", given={"ProjectName": "b"}, takes=["Code"]),
    action("Ask", "Approval/AWS/Manual", order=2),
)
PUT = {"BucketName": "deployed", "Extract": "true"}
RULE = {
    "name": "Look", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "Commands", "version": "1"},
    "inputArtifacts": [{"name": "Code"}], "commands": ["test -f a.txt"],
}  # fmt: skip
LOOKED = {"conditions": [{"result": "FAIL", "rules": [RULE]}]}
DEPLOY = stage("Deploy", action("Put", "Deploy/AWS/S3", given=PUT, takes=["Code"]), beforeEntry=LOOKED)
PIPELINE = {**declared(), "stages": [SOURCE, BUILD, DEPLOY]}


async def prepare(path: Path) -> None:
    migrate(path, MIGRATIONS)
    async with at_work(World(SqliteDatabase(path), path.parent)) as world:
        await world.buckets()
        await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped({"a.txt": "one"}))


async def live(world: World) -> None:
    """Declare the pipeline if it is not there, approve if that is still to be done, and see it come to its end."""
    if not (await world.ask("ListPipelines"))["pipelines"]:
        await world.ask("CreatePipeline", pipeline=PIPELINE)
    if (await world.statuses()) == ["Succeeded"]:
        return
    approval = await world.action("Build", "Ask")
    if approval is None or approval["status"] == "InProgress":
        token = await world.until_token("Build", "Ask")
        where = {"pipelineName": "p", "stageName": "Build", "actionName": "Ask"}
        await world.ask("PutApprovalResult", **where, result={"status": "Approved", "summary": ""}, token=token)
    await world.until_status("Succeeded")


async def crashed_once(path: Path, commits: int, *, after: bool) -> bool:
    """Whether the database stopped before all was done."""
    await prepare(path)
    outside = Outside()
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = World(database, path.parent, outside, life=2)
    stopped = await until_stopped(first, database, live(first))

    second = World(SqliteDatabase(path), path.parent, outside, life=3, now=first.now)
    async with at_work(second):
        await live(second)
        history = (await second.ask("ListActionExecutions", pipelineName="p"))["actionExecutionDetails"]
        assert await second.read("deployed", "a.txt") == b"one"
        assert (await second.stage("Deploy"))["latestExecution"]["status"] == "Succeeded"
    assert [each["actionName"] for each in history] == ["Put", "Ask", "Build", "Get"], commits
    assert {each["status"] for each in history} == {"Succeeded"}
    assert len(outside.builds) == 2, commits  # the action's, and the rule's
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr(builds, "LOOK_EVERY", 0.005)
    commits = 0

    while await crashed_once(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 6
