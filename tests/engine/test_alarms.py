"""Alarms: rung once when they are due, in the unit of work that takes them away."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.worlds import ENGINE
from migrated import migrate
from penstock.engine.alarms import Alarm, Alarms
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase

DEADLINE = 20.0


class World:
    """Alarms of one kind, and those that have rung. `trouble` are names that cannot be rung."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.now = 1_000.0
        self.rung: list[Alarm] = []
        self.trouble: set[str] = set()
        self.alarms = Alarms(database, clock=lambda: self.now)
        self.alarms.answer("k", self.ring)

    def ring(self, tx: Transaction, alarm: Alarm, now: float) -> None:
        if alarm.name in self.trouble:
            raise ValueError("a bug")
        tx.after_commit(lambda: self.rung.append(alarm))

    async def set(self, name: str, due: float, kind: str = "k") -> None:
        await self.database.write(lambda tx: self.alarms.set(tx, kind, name, due=due, moment=due - 1))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    migrate(tmp_path / "alarms.db", [ENGINE])
    database = SqliteDatabase(tmp_path / "alarms.db")
    yield World(database)
    database.close()


async def test_an_alarm_rings_once_when_it_is_due(world: World) -> None:
    await world.set("a", 1_010.0)
    assert await world.alarms.ring_due() == 0

    world.now = 1_010.0
    await world.alarms.ring_due()
    await world.alarms.ring_due()

    assert world.rung == [Alarm("k", "a", 1_010.0, 1_009.0)]


async def test_an_alarm_may_be_set_anew_and_cleared(world: World) -> None:
    await world.set("a", 1_010.0)
    await world.set("a", 1_020.0)
    await world.set("b", 1_010.0)
    await world.database.write(lambda tx: world.alarms.clear(tx, "k", "b"))
    world.now = 1_015.0
    assert await world.alarms.ring_due() == 0
    world.now = 1_020.0

    await world.alarms.ring_due()

    assert [alarm.name for alarm in world.rung] == ["a"]


async def test_an_alarm_that_cannot_be_rung_waits_and_holds_up_no_other(world: World) -> None:
    world.trouble = {"a"}
    await world.set("a", 1_000.0)
    await world.set("nobody's", 1_000.0, kind="unknown")
    await world.set("b", 1_000.0)

    await world.alarms.ring_due()
    assert [alarm.name for alarm in world.rung] == ["b"]
    assert await world.alarms.ring_due() == 0
    world.trouble, world.now = set(), 1_060.0
    await world.alarms.ring_due()

    assert [(alarm.name, alarm.moment) for alarm in world.rung] == [("b", 999.0), ("a", 999.0)]


async def test_work_rings_what_is_set_meanwhile(world: World) -> None:
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(world.alarms.work())
        await world.set("a", 999.0)
        while not world.rung:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        working.cancel()

    assert [alarm.name for alarm in world.rung] == ["a"]
