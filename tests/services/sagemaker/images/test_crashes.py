"""Stopping the world at any commit of an image's life, and starting it again: it comes to the same end."""

from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Json
from services.clockwork import at_work, until_stopped
from services.sagemaker.images.worlds import ROLE, World

TIMES = {"CreationTime", "LastModifiedTime"}


async def live(world: World) -> list[Json]:
    """An image with a version that goes well and one that does not; each call may be told twice."""
    await world.ask("CreateImage", token="image", ImageName="Ours", RoleArn=ROLE)
    for base in ("ours:1", "never:1"):
        request = {"ImageName": "Ours", "BaseImage": base, "ClientToken": f"make-{base[0]}"}
        await world.ask("CreateImageVersion", **request)
    await world.settle()
    every = [await world.ask("DescribeImageVersion", ImageName="Ours", Version=number) for number in (1, 2)]
    return [{name: value for name, value in each.items() if name not in TIMES} for each in every]


async def lived(world: World) -> None:
    await live(world)


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    def fresh(name: str) -> Path:
        (tmp_path / name).mkdir()
        migrate(tmp_path / name / "world.db", MIGRATIONS)
        return tmp_path / name / "world.db"

    def world_of(database: SqliteDatabase, life: int) -> World:
        return World(database, life=life, unfit=frozenset({"never:1"}))

    async with at_work(world_of(SqliteDatabase(fresh("whole")), 1)) as world:
        expected = await live(world)
    assert [each["ImageVersionStatus"] for each in expected] == ["CREATED", "CREATE_FAILED"]

    crashes = 0
    for commits in range(2, 40):
        place = fresh(str(commits))
        database = StoppingDatabase(place, commits, after=after)
        first = world_of(database, 1)
        if not await until_stopped(first, database, lived(first)):
            break
        crashes += 1

        async with at_work(world_of(SqliteDatabase(place), 2)) as second:
            assert await live(second) == expected, f"stopped after {commits} commits"
    assert crashes >= 4
