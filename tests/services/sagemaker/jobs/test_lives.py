"""How jobs come to their end: stopped, out of time, lost, tried again, and through a crash at any commit."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.engine.facts import Outcome
from penstock.engine.jobs import Ending
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import ServiceError
from services.sagemaker.jobs.worlds import (
    DEADLINE,
    Client,
    Room,
    World,
    channel,
    processing_request,
    training_request,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-1"


async def saves_when_stopped(room: Room) -> int:
    await room.stopped.wait()
    room.write("/opt/ml/model/m", "so far")
    return 0


async def until_running(world: World) -> None:
    async with asyncio.timeout(DEADLINE):
        await world.runtime.is_running.wait()


async def test_a_stopped_training_job_uploads_what_it_saved(tmp_path: Path) -> None:
    world = World(tmp_path, saves_when_stopped)

    async with world.open() as client:
        await client("CreateTrainingJob", **training_request())
        await until_running(world)
        await client("StopTrainingJob", TrainingJobName="Churn-1")
        stopping = await client("DescribeTrainingJob", TrainingJobName="Churn-1")
        outcome = await client.outcome(ARN)
        job = await client("DescribeTrainingJob", TrainingJobName="Churn-1")

    assert (stopping["TrainingJobStatus"], stopping["SecondaryStatus"]) == ("Stopping", "Stopping")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert outcome == Outcome("Stopped", job)
    assert "models/Churn-1/output/model.tar.gz" in world.objects
    assert job["ModelArtifacts"]["S3ModelArtifacts"].endswith("/output/model.tar.gz")


async def test_a_job_that_is_still_downloading_is_stopped_too(tmp_path: Path) -> None:
    world = World(tmp_path, saves_when_stopped)

    async with world.open() as client:
        await client("CreateProcessingJob", **processing_request())
        await client("StopProcessingJob", ProcessingJobName="prepare-1")
        await client("StopProcessingJob", ProcessingJobName="prepare-1")
        outcome = await client.outcome(ARN.replace("training-job/churn", "processing-job/prepare"))

    assert outcome.status == "Stopped"
    assert outcome.result["ProcessingJobStatus"] == "Stopped"


async def test_progress_is_told_while_a_job_runs(tmp_path: Path) -> None:
    world = World(tmp_path, saves_when_stopped)

    async with world.open() as client, asyncio.timeout(DEADLINE):
        await client("CreateTrainingJob", **training_request())
        job: Mapping[str, Any] = {}
        while job.get("SecondaryStatus") != "Training":
            await asyncio.sleep(0.02)
            job = await client("DescribeTrainingJob", TrainingJobName="Churn-1")
        await client("StopTrainingJob", TrainingJobName="Churn-1")
        await client.outcome(ARN)

    assert job["TrainingJobStatus"] == "InProgress"
    assert [each["Status"] for each in job["SecondaryStatusTransitions"]] == ["Starting", "Downloading", "Training"]
    assert "EndTime" not in job["SecondaryStatusTransitions"][-1]


async def test_out_of_time_is_stopped_with_max_runtime_exceeded(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.runtime.endings = [Ending(reason="timed-out", exit_code=-15), Ending(reason="timed-out", exit_code=-15)]

    async with world.open() as client:
        training = await client.train(**training_request())
        processing = await client.process(**processing_request())

    assert (training["TrainingJobStatus"], training["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert processing["ProcessingJobStatus"] == "Stopped"
    assert processing["FailureReason"] == "The job was stopped after MaxRuntimeInSeconds (86400 s)."


async def test_a_lost_job_fails_with_an_internal_error(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.runtime.endings = [Ending(reason="lost")]

    async with world.open() as client:
        job = await client.train(**training_request())

    assert job["FailureReason"] == (
        "InternalServerError: We encountered an internal error. Please try again. (the supervisor of algo-1 is gone)"
    )


async def test_a_retry_strategy_tries_a_lost_job_again_and_no_other(tmp_path: Path) -> None:
    world = World(tmp_path, lambda room: 1)
    world.runtime.endings = [Ending(reason="lost")]

    async with world.open() as client:
        job = await client.train(**training_request(RetryStrategy={"MaximumRetryAttempts": 2}))

    assert job["FailureReason"] == "AlgorithmError: , exit code: 1"
    assert len({each.id for each in world.runtime.started}) == 2
    statuses = [each["Status"] for each in job["SecondaryStatusTransitions"]]
    assert statuses.count("Downloading") == 2
    assert "Restarting" in statuses


async def test_ended_jobs_are_forgotten_by_the_runtime_once_their_outcome_is_kept(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        await client.process(**processing_request("one"))
        await client.process(**processing_request("two"))
        await client.process(**processing_request("three"))

    assert world.runtime.forgotten == [world.runtime.started[0].id, world.runtime.started[1].id]


async def test_settled_jobs_cannot_be_stopped(tmp_path: Path) -> None:
    world = World(tmp_path)

    async with world.open() as client:
        await client.train(**training_request())
        with pytest.raises(ServiceError) as refused:
            await client("StopTrainingJob", TrainingJobName="Churn-1")
        with pytest.raises(ServiceError) as missing:
            await client("StopTrainingJob", TrainingJobName="nobody")

    assert refused.value.code == "ValidationException"
    assert refused.value.message == "The request was rejected because the training job is in status Completed."
    assert missing.value.message == "Requested resource not found."


# ----------------------------------------------------------------------------------------------------- crashes


def trains(room: Room) -> int:
    room.write("/opt/ml/model/m", room.read("/opt/ml/input/data/train/a"))
    room.say("loss=0.5")
    return 0


ALGORITHM = {
    "TrainingImage": "any", "TrainingInputMode": "File",
    "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
}  # fmt: skip


async def train_once(client: Client) -> Mapping[str, Any]:
    """Create the job, the same call told again after a crash, and wait for its end."""
    request = training_request(
        AlgorithmSpecification=ALGORITHM, InputDataConfig=[channel("train", "s3://bucket/data/")]
    )
    await client("CreateTrainingJob", token="the same call", **request)
    await client.outcome(ARN)
    return await client("DescribeTrainingJob", TrainingJobName="Churn-1")


def without_times(told: Any) -> Any:
    """What a user can see, but for when."""
    if isinstance(told, dict):
        return {key: without_times(value) for key, value in told.items() if not key.endswith(("Time", "InSeconds"))}
    return [without_times(each) for each in told] if isinstance(told, list) else told


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    (tmp_path / "whole").mkdir()
    whole = World(tmp_path / "whole", trains)
    whole.objects["data/a"] = b"1"
    async with whole.open() as client:
        expected = without_times(await train_once(client))

    crashes = 0
    for commits in range(1, 20):
        folder = tmp_path / str(commits)
        folder.mkdir()
        world = World(folder, trains)
        world.objects["data/a"] = b"1"
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(live(world, database), database):
            break
        crashes += 1

        job = await live(world, SqliteDatabase(world.database_path))

        assert without_times(job) == expected, f"stopped after {commits} commits"
        assert len(world.runtime.started) == 1
        assert world.objects.keys() == whole.objects.keys()
    assert crashes >= 3


async def live(world: World, database: SqliteDatabase) -> Mapping[str, Any]:
    async with world.open(database) as client:
        return await train_once(client)
