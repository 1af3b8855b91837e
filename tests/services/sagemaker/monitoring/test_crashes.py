"""Stopping the world at any commit of an execution, and starting it again, changes nothing that a user can see."""

from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.store.sqlite import SqliteDatabase
from services.sagemaker.monitoring.worlds import (
    FOLDER,
    Json,
    MonitoringWorld,
    config,
    definition,
    executions,
    violations,
)

SOURCE = {
    "EndpointInput": {"EndpointName": "ep", "LocalPath": FOLDER},
    "GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"},
}


async def live(world: MonitoringWorld, database: SqliteDatabase) -> Json:
    """Ask for the schedule (again, after a crash), let it fire, and tell what came of it."""
    async with world.open(database) as client:
        request = definition(kind="ModelQuality", ModelQualityJobInput=SOURCE)
        await client("CreateModelQualityJobDefinition", token="a", **request)
        wanted = {"MonitoringScheduleName": "s", "MonitoringScheduleConfig": config("ModelQuality")}
        if world.now < world.due:
            await client("CreateMonitoringSchedule", token="b", **wanted)
        world.now = world.due
        await world.ring(client)
        jobs = (await client("ListProcessingJobs"))["ProcessingJobSummaries"]
        alert = await client("ListMonitoringAlerts", MonitoringScheduleName="s")
        kinds = sorted(each["ProcessingJobName"].rpartition("-")[0] for each in jobs)
        told = [{key: each[key] for key in each if key != "ProcessingJobArn"} for each in await executions(client)]
        return told, kinds, alert


def fresh(folder: Path) -> MonitoringWorld:
    folder.mkdir()
    world = MonitoringWorld(folder, violations)
    world.capture("2030/01/01/15")
    world.objects["labels/2030/01/01/15/l"] = b"label"
    world.objects["reports/merge/ep/a/2030/01/01/15/m"] = b"odd"
    return world


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    whole = fresh(tmp_path / "whole")
    expected = await live(whole, SqliteDatabase(whole.database_path))
    assert expected[1] == ["groundtruth-merge-203001011600", "model-quality-monitoring-203001011600"]

    crashes = 0
    for commits in range(1, 30):
        world = fresh(tmp_path / str(commits))
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(live(world, database), database):
            break
        crashes += 1

        assert await live(world, SqliteDatabase(world.database_path)) == expected, f"stopped after {commits} commits"
        assert len(world.runtime.started) == 2
    assert crashes >= 8
