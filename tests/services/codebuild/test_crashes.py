"""Crashes: a build that is interrupted at any commit comes to the same end, and its job is started once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.engine.facts import Event, Signalled
from penstock.services.codebuild.flow import TOLD as TELLS
from penstock.services.codebuild.flow import BuildFlow
from penstock.services.codebuild.model import Plan
from penstock.store.sqlite import SqliteDatabase
from services.codebuild.worlds import Json, World, project
from services.sagemaker.jobs.worlds import Room

SPEC = "version: 0.2\nphases: {build: {commands: [a]}}\nartifacts: {files: a}"
PHASE = {"phaseType": "BUILD", "phaseStatus": "SUCCEEDED", "startTime": 1.0, "endTime": 2.0, "contexts": []}
TOLD = json.dumps({"phases": [PHASE], "artifacts": [{"identifier": "", "name": ""}]})

PLAN = Plan(name="app:1", arn="arn:app:1", created_at=1.0, build={}, artifacts=(), logs={}, asked={})


def builds(room: Room) -> int:
    """A build that takes no time, so that all its commits come in one order."""
    room.write("/opt/ml/build/artifacts/primary/a", "made")
    return room.write("/opt/ml/build/told/build.json", TOLD)


def fails(room: Room) -> int:
    room.write("/opt/ml/build/told/build.json", json.dumps({"phases": [{**PHASE, "phaseStatus": "FAILED"}]}))
    return 1


def world_in(folder: Path, container: Callable[[Room], int] = builds) -> World:
    folder.mkdir()
    world = World(folder, container)
    world.objects["source.zip"] = b"PK\x05\x06" + bytes(18)
    return world


async def live(world: World, database: SqliteDatabase) -> Json:
    settings = project(
        source={"type": "S3", "location": "bucket/source.zip", "buildspec": SPEC},
        artifacts={"type": "S3", "location": "bucket"},
    )
    async with world.open(database) as client:
        found = await client("BatchGetProjects", names=["app"])
        if not found["projects"]:
            await client("CreateProject", **settings)
        return await client.run(idempotencyToken="the same call")


def without_times(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: without_times(value) for key, value in told.items() if not key.endswith(("Time", "InSeconds"))}
    return [without_times(each) for each in told] if isinstance(told, list) else told


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    whole = world_in(tmp_path / "whole")
    expected = without_times(await live(whole, SqliteDatabase(whole.database_path)))

    crashes = 0
    for commits in range(1, 20):
        world = world_in(tmp_path / str(commits))
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(live(world, database), database):
            break
        crashes += 1

        build = await live(world, SqliteDatabase(world.database_path))

        assert without_times(build) == expected, f"stopped after {commits} commits"
        assert len(world.runtime.started) == 1
        assert world.objects.keys() == whole.objects.keys()
    assert crashes >= 4
    assert expected["buildStatus"] == "SUCCEEDED"


async def fail_twice(world: World, database: SqliteDatabase) -> list[Json]:
    """A build that fails, and the one that comes in its place by itself."""
    async with world.open(database) as client:
        if not (await client("BatchGetProjects", names=["app"]))["projects"]:
            await client("CreateProject", **project(autoRetryLimit=1))
        first = await client.run(idempotencyToken="the same call")
        following = first["autoRetryConfig"]["nextAutoRetry"]
        return [first, await client.ended({"arn": following, "id": following.rpartition("/")[2]})]


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_retries_a_failed_build_once(tmp_path: Path, after: bool) -> None:
    whole = world_in(tmp_path / "whole", fails)
    expected = without_times(await fail_twice(whole, SqliteDatabase(whole.database_path)))

    crashes = 0
    for commits in range(1, 30):
        world = world_in(tmp_path / str(commits), fails)
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(fail_twice(world, database), database):
            break
        crashes += 1

        found = await fail_twice(world, SqliteDatabase(world.database_path))

        assert without_times(found) == expected, f"stopped after {commits} commits"
        assert len(world.runtime.started) == 2
    assert crashes >= 6


def test_a_job_that_is_found_again_has_begun_when_it_began() -> None:
    flow, state = BuildFlow(), BuildFlow().begin(PLAN)
    for seq, at in enumerate((5.0, 90.0)):  # the second by a server that was started since
        state = flow.evolve(PLAN, state, Event(seq, at, "", Signalled(TELLS, {"began_at": at, "told": {}})))

    assert state.began_at == 5.0
