"""Stopping the world at any commit of an execution, and starting it again, changes nothing that a user can see."""

from pathlib import Path
from typing import Any, Final

import pytest

from services.sagemaker.pipelines.pipelines_world import Play, World, churn_pipeline
from services.sagemaker.pipelines.two_lives import two_lives

Json = Any
TOKEN: Final = "t" * 32
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


def furnish(world: World) -> None:
    world.plays["Train"] = [Play(result={"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}})]
    world.objects["s3://b/evaluation/report.json"] = b'{"metrics": {"rmse": 4.5}}'


async def live_through_a_crash(path: Path, commits: int, *, after: bool) -> bool:
    """One crash and one life afterwards, compared with a life without; false if there was no crash."""
    lives = await two_lives(path, execute, furnish, commits=commits, after=after)

    status, steps = lives.answer
    assert status == "Succeeded", commits
    assert steps == [(name, "Succeeded") for name in STEPS], commits
    jobs = [request["TrainingJobName"] for name, request in lives.requests if "Training" in name]
    assert len(set(jobs)) == 1, f"one attempt has one name, however often its job is asked for: {jobs}"
    return lives.were_two


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 10
