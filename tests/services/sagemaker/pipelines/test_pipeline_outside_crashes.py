"""Stopping the world at any commit changes nothing that a user can see of functions, callbacks and what is cached."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    ENGINE,
    FUNCTION,
    World,
    at_work,
    callback,
    function,
    get,
    opened,
    outputs,
    processing,
)
from services.sagemaker.pipelines.test_pipeline_crashes import FIRST_COMMITS, TOKEN

Json = Any
CACHED: Json = {"Enabled": True, "ExpireAfter": "P30D"}


async def holder(world: World) -> None:
    """Whoever reads the queue: answers every message, as often as it is sent."""
    read = 0
    while True:
        while read < len(world.messages):
            said = [{"Name": "verdict", "Value": "fine"}]
            request = {"CallbackToken": world.messages[read]["token"], "OutputParameters": said}
            with contextlib.suppress(ServiceError):  # answered before
                await world.call("SendPipelineExecutionStepSuccess", **request)
            read += 1
        await asyncio.sleep(0.001)


async def execute(world: World) -> list[tuple[str, str, bool]]:
    """Ask for the pipeline and two executions (again, after a crash), one after the other, and wait for their ends.

    Answered are their steps, and whether each was answered by the first execution.
    """
    rows = get("Steps.Measure.OutputParameters['rows']")
    verdict = get("Steps.Approve.OutputParameters['verdict']")
    steps = [
        function("Measure", OutputParameters=outputs(rows="Integer"), CacheConfig=CACHED),
        callback("Approve", {"rows": rows}, OutputParameters=outputs(verdict="String"), CacheConfig=CACHED),
        processing("Use", Arguments={"Environment": {"VERDICT": verdict}}),
    ]
    answering = asyncio.create_task(holder(world))
    try:
        await world.create_from({"Version": "2020-12-01", "Steps": steps}, ClientRequestToken=TOKEN)
        first = await world.start(ClientRequestToken=TOKEN)
        await world.finished(first)
        second = await world.start(ClientRequestToken="u" * 32)
        await world.finished(second)
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
    return [
        (step["StepName"], step["StepStatus"], step.get("CacheHitResult") == {"SourcePipelineExecutionArn": first})
        for arn in (first, second)
        for step in await world.steps(arn)
    ]


async def until_stopped(world: World, database: StoppingDatabase) -> bool:
    """Let an execution go on until the world stops; false if it came to its end before."""
    async with at_work(world), asyncio.timeout(20):
        tasks = {asyncio.create_task(execute(world)), asyncio.create_task(database.stopped.wait())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        database.dead = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return database.stopped.is_set()


async def live_through_a_crash(path: Path, commits: int, *, after: bool) -> bool:
    """One crash and one life afterwards; false if there was no crash."""
    migrate(path, [ENGINE])
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = opened(database)
    first.functions[FUNCTION] = {"rows": 12}
    stopped = await until_stopped(first, database)

    second = opened(SqliteDatabase(path), life=2)
    second.functions, second.messages = first.functions, first.messages
    async with at_work(second):
        steps = await execute(second)

    run = [("Measure", "Succeeded", False), ("Approve", "Succeeded", False), ("Use", "Succeeded", False)]
    hit = [("Measure", "Succeeded", True), ("Approve", "Succeeded", True), ("Use", "Succeeded", False)]
    assert steps == run + hit, commits
    assert len({message["token"] for message in second.messages}) == 1, "one step has one token"
    assert all(message["arguments"] == {"rows": 12} for message in second.messages)
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 10
