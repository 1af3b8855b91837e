"""Stopping the world at any commit of a firing, and starting it again: it is fired, and under one token."""

from pathlib import Path

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.store.sqlite import SqliteDatabase
from services.clockwork import World, at, at_work, until_stopped

FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
MOMENT = "2030-01-01T08:00:00"


async def live(world: World) -> None:
    """Ask for the schedule (again, after a crash), and let it fire."""
    await world.schedule(f"at({MOMENT})", ActionAfterCompletion="DELETE", ClientToken="t")
    await world.ring(MOMENT)


async def crashed_once(path: Path, commits: int, *, after: bool) -> bool:
    migrate(path, MIGRATIONS)
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    first = World(database)
    stopped = await until_stopped(first, database, live(first))

    second = World(SqliteDatabase(path), life=2, now=at("2030-01-01T07:00:00"))
    async with at_work(second):
        if first.now < at(MOMENT):  # nobody was told that the schedule is there
            await live(second)
        else:
            await second.ring(MOMENT)
        left = await second.ask("ListSchedules")
        rows = await second.database.read(lambda tx: tx.row("SELECT count(*) FROM run"))
    calls = first.calls + second.calls
    assert calls, commits
    assert len({call.token for call in calls}) == 1, commits
    assert left["Schedules"] == [], commits
    assert rows == (0,), commits
    return stopped


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_loses_no_firing(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await crashed_once(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 3
