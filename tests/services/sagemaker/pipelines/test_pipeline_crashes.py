"""Stopping the world at any commit of an execution, and starting it again, changes nothing that a user can see."""

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest

from engine.worlds import StoppingDatabase
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from services.sagemaker.pipelines.pipelines_world import (
    ENGINE,
    Play,
    World,
    at_work,
    churn_pipeline,
    opened,
)

Json = Any
TOKEN: Final = "t" * 32
FIRST_COMMITS: Final = 2  # the worker's lease and its claim; before them there is no world to stop
STEPS: Final = ("Prep", "Train", "Evaluate", "Good", "Make", "Register")


async def execute(world: World) -> tuple[str, list[tuple[str, str]]]:
    """Ask for the pipeline and its execution (again, after a crash), and wait for the end."""
    steps, more = churn_pipeline()
    text = {"Version": "2020-12-01", "Steps": steps, **more}
    await world.create_from(text, ClientRequestToken=TOKEN)
    arn = await world.start(ClientRequestToken=TOKEN)
    execution = await world.finished(arn)
    shown = [(step["StepName"], step["StepStatus"]) for step in await world.steps(arn)]
    return execution["PipelineExecutionStatus"], shown


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
    """One crash and one life afterwards, compared with a life without; false if there was no crash."""
    migrate(path, [ENGINE])
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = opened(database)
    first.plays["Train"] = [Play(result={"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}})]
    first.objects["s3://b/evaluation/report.json"] = b'{"metrics": {"rmse": 4.5}}'
    stopped = await until_stopped(first, database)

    second = opened(SqliteDatabase(path), life=2)
    second.plays, second.played, second.objects, second.groups = first.plays, first.played, first.objects, first.groups
    async with at_work(second):
        status, steps = await execute(second)

    assert status == "Succeeded", commits
    assert steps == [(name, "Succeeded") for name in STEPS], commits
    jobs = [request["TrainingJobName"] for name, request in first.requests + second.requests if "Training" in name]
    assert len(set(jobs)) == 1, f"one attempt has one name, however often its job is asked for: {jobs}"
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 10
