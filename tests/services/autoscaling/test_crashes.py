"""Stopping the world at any commit of an activity, and starting it again: the capacity is set, once."""

from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.services.autoscaling import activities
from penstock.store.sqlite import SqliteDatabase
from services.autoscaling.worlds import World
from services.clockwork import at_work, until_stopped

FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop


async def live(world: World) -> None:
    await world.register(least=3)
    await world.look()


async def crashed_once(path: Path, commits: int, *, after: bool) -> bool:
    """Whether the database stopped before all was done."""
    migrate(path, MIGRATIONS)
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = World(database)
    stopped = await until_stopped(first, database, live(first))

    second = World(SqliteDatabase(path), first.endpoint, life=2)
    async with at_work(second):
        await second.quiet()
        await live(second)
        (activity,) = await second.activities()
    assert second.endpoint.capacity == 3
    assert len({call.token for call in second.endpoint.calls}) == 1, commits
    assert activity["StatusCode"] == "Successful"
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_sets_the_capacity_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr(activities, "LOOK_EVERY", 0.005)
    commits = 0

    while await crashed_once(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 3
