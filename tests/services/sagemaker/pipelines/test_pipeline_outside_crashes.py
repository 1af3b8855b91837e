"""Stopping the world at any commit changes nothing that a user can see of functions, callbacks and what is cached."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    FUNCTION,
    World,
    callback,
    function,
    get,
    outputs,
    processing,
)
from services.sagemaker.pipelines.test_pipeline_crashes import TOKEN
from services.sagemaker.pipelines.two_lives import two_lives

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


def furnish(world: World) -> None:
    world.functions[FUNCTION] = {"rows": 12}


async def live_through_a_crash(path: Path, commits: int, *, after: bool) -> bool:
    """One crash and one life afterwards; false if there was no crash."""
    lives = await two_lives(path, execute, furnish, commits=commits, after=after)

    run = [("Measure", "Succeeded", False), ("Approve", "Succeeded", False), ("Use", "Succeeded", False)]
    hit = [("Measure", "Succeeded", True), ("Approve", "Succeeded", True), ("Use", "Succeeded", False)]
    assert lives.answer == run + hit, commits
    assert len({message["token"] for message in lives.world.messages}) == 1, "one step has one token"
    assert all(message["arguments"] == {"rows": 12} for message in lives.world.messages)
    return lives.were_two


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 10
