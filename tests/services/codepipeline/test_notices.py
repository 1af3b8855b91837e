"""What EventBridge is told of pipelines: AWS's members, in its spelling."""

import json
import re

from penstock.languages.githosts.tree import Push
from penstock.store.database import Transaction
from penstock.wire.call import Json
from services.codepipeline.test_listening import REPOSITORY, triggered
from services.codepipeline.worlds import WHO, World, action, in_a_world, stage

MOMENT = re.compile(r"2030-03-17T17:46:4[0-9]\.[0-9]{3}Z")
ALL = {"pipeline", "execution-id", "start-time", "version", "pipeline-execution-attempt", "state"}


async def told(world: World, level: str) -> list[Json]:
    """The details of a level's events, oldest first."""
    rows = await world.database.read(lambda tx: tx.rows("SELECT entry FROM notice ORDER BY place"))
    entries = [json.loads(entry) for (entry,) in rows if isinstance(entry, bytes)]
    return [json.loads(each["Detail"]) for each in entries if f" {level} " in each["DetailType"]]


@in_a_world
async def test_every_level_tells_what_aws_tells(world: World) -> None:
    world.notices.heed(lambda *_: True)
    await world.declare(stage("Build", action("Compile", takes=["Code"])))
    await world.do("Get")
    execution = await world.do("Compile")

    pipeline, stages, actions = [await told(world, each) for each in ("Pipeline", "Stage", "Action")]
    started, ended = pipeline
    assert started.keys() == ALL | {"execution-trigger"}
    assert started["execution-trigger"] == {"trigger-type": "CreatePipeline", "trigger-detail": WHO.principal}
    assert ended.keys() == ALL
    assert [each["state"] for each in pipeline] == ["STARTED", "SUCCEEDED"]
    assert {each["execution-id"] for each in [*pipeline, *stages, *actions]} == {execution}
    assert {each["start-time"] for each in stages} == {started["start-time"]}
    assert MOMENT.fullmatch(started["start-time"])
    assert [each.keys() for each in stages] == [ALL | {"stage"}] * 4
    got, compiled = [each for each in actions if each["state"] == "SUCCEEDED"]
    assert got["start-time"] < compiled["start-time"]
    assert "input-artifacts" not in got
    assert [each["name"] for each in compiled["input-artifacts"]] == ["Code"]


@in_a_world
async def test_every_attempt_of_a_stage_that_retries_by_itself_is_told(world: World) -> None:
    world.notices.heed(lambda *_: True)
    await world.declare(stage("Build", action("Compile"), onFailure={"result": "RETRY"}))
    await world.do("Get")
    await world.fail("Compile")
    await world.do("Compile")

    states = [each["state"] for each in await told(world, "Action") if each["action"] == "Compile"]
    assert states == ["STARTED", "FAILED", "STARTED", "SUCCEEDED"]


@in_a_world
async def test_a_retry_is_another_attempt(world: World) -> None:
    world.notices.heed(lambda *_: True)
    await world.declare(stage("Build", action("Compile")))
    await world.do("Get")
    execution = await world.fail("Compile")
    again = {"pipelineExecutionId": execution, "stageName": "Build", "retryMode": "FAILED_ACTIONS"}
    await world.ask("RetryStageExecution", pipelineName="p", **again)
    await world.do("Compile")

    pipeline, stages = [await told(world, each) for each in ("Pipeline", "Stage")]
    attempts = [(each["state"], each["pipeline-execution-attempt"]) for each in pipeline]
    assert attempts == [("STARTED", 1.0), ("FAILED", 1.0), ("RESUMED", 2.0), ("SUCCEEDED", 2.0)]
    retried = [
        (each["state"], each.get("stage-last-retry-attempt-time")) for each in stages if each["stage"] == "Build"
    ]
    assert [state for state, _ in retried] == ["STARTED", "FAILED", "RESUMED", "SUCCEEDED"]
    assert [at is not None for _, at in retried] == [False, False, True, True]


@in_a_world
async def test_what_a_push_started_tells_the_commit_in_the_end(world: World) -> None:
    world.notices.heed(lambda *_: True)
    await world.buckets()
    await world.custom_types()
    await world.ask("CreatePipeline", pipeline=triggered(git={"push": [{"branches": {"includes": ["feature/**"]}}]}))

    def push(tx: Transaction) -> None:
        world.pushes.tell(tx, REPOSITORY, Push(ref="refs/heads/feature/a", commit="c0ffee2"))

    await world.database.write(push)
    await world.until_count(2)
    for _ in range(2):
        await world.until_job("Do")
        await world.do("Do")

    ended = [each for each in await told(world, "Pipeline") if each["state"] == "SUCCEEDED"]
    assert "execution-trigger" not in ended[0], "that was the creation"
    trigger = ended[1]["execution-trigger"]
    assert (trigger["branch-name"], trigger["full-repository-name"]) == ("feature/a", "r")
    assert trigger.keys() >= {"commit-id", "commit-message"}
