"""Stopping the world at any commit of a transform job, and starting it again, changes nothing that a user can see."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.engine.facts import RunId
from penstock.engine.residents import Reply, Request
from penstock.services.sagemaker.transform import running
from penstock.store.sqlite import SqliteDatabase
from services.sagemaker.endpoints.servers import saying
from services.sagemaker.transform.worlds import ARN, DEADLINE, Client, Json, World, contents, transform_request


async def transform_once(client: Client) -> Json:
    """Create the job, the same call told again after a crash, and wait for its end."""
    await client.model()
    request = transform_request(SplitType="Line", DataCaptureConfig={"DestinationS3Uri": "s3://bucket/captured"})
    await client("CreateTransformJob", token="the same call", **request)
    await client.outcome()
    return await client("DescribeTransformJob", TransformJobName="job")


def fresh(folder: Path) -> World:
    folder.mkdir()
    world = World(folder)
    world.put(a="one\n", b="two\n")
    return world


async def live(world: World, database: SqliteDatabase) -> Json:
    async with world.open(database) as client:
        return await transform_once(client)


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    whole = fresh(tmp_path / "whole")
    expected = await live(whole, SqliteDatabase(whole.database_path))

    crashes = 0
    for commits in range(1, 20):
        world = fresh(tmp_path / str(commits))
        database = StoppingDatabase(world.database_path, commits, after=after)
        if not await is_cut_short(live(world, database), database):
            break
        crashes += 1

        job = await live(world, SqliteDatabase(world.database_path))

        assert job == expected, f"stopped after {commits} commits"
        assert world.objects == whole.objects
    assert crashes >= 6


async def test_a_restarted_job_goes_on_where_it_was_with_the_objects_that_it_began_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "TELL_EVERY", 0.0)
    asked: list[str] = []
    may_end = asyncio.Event()

    async def transforms(request: Request) -> Reply:
        content = request.payload.decode()
        asked.append(content)
        if content == "third":
            await may_end.wait()
        return saying(400 if content == "first" else 200, content)

    world = World(tmp_path, transforms)
    world.put(a="first", b="second", c="third", d="fourth")
    async with world.open() as client:
        await client.model()
        await client("CreateTransformJob", **transform_request())
        async with asyncio.timeout(DEADLINE):
            while await through(client) < 2:  # noqa: ASYNC110 - a journal tells nobody when it grows
                await asyncio.sleep(0.01)
    asked.clear()
    may_end.set()
    world.put(d="another", e="new")

    async with world.open() as client:
        outcome = await client.outcome()

    assert asked == ["third", "fourth"]
    assert outcome.result["FailureReason"].endswith("(bucket/data/a: ClientError: 400: first)")
    assert {key: value for key, value in world.objects.items() if key.startswith("out/")} == {
        "out/b.out": b"second", "out/c.out": b"third", "out/d.out": b"fourth",
    }  # fmt: skip
    async with world.open() as client:
        record = await client.record()
    assert contents(world, record.taken) == {
        f"s3://bucket/data/{key}": text
        for key, text in zip("abcd", ("first", "second", "third", "fourth"), strict=True)
    }
    assert contents(world, record.left) == {
        "s3://bucket/out/b.out": "second", "s3://bucket/out/c.out": "third", "s3://bucket/out/d.out": "fourth",
    }  # fmt: skip


async def through(client: Client) -> int:
    """How far the job's run has been told that it has come."""
    seen = await client.engine.database.read(lambda tx: client.engine.look(tx, RunId(f"{ARN}job")))
    progress = seen.state.progress if seen is not None else None
    return int(progress.get("through", 0)) if progress else 0


async def test_a_job_that_is_stopped_before_a_crash_is_stopped_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(*_: Any) -> Reply:
        await asyncio.Event().wait()
        raise AssertionError

    world = World(tmp_path, stuck)
    world.put(a="a")
    with monkeypatch.context() as first_life:
        first_life.setattr(running.Transforming, "stop", stuck)
        async with world.open() as client:
            await client.model()
            await client("CreateTransformJob", **transform_request())
            await client("StopTransformJob", TransformJobName="job")

    async with world.open() as client:
        outcome = await client.outcome()

    assert outcome.status == "Stopped"
