"""Milestones: kept with the commit that they are of, told once each and in order, to those who want them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.worlds import ENGINE
from migrated import migrate
from penstock.engine.backlog import Undelivered
from penstock.engine.facts import RunId
from penstock.engine.milestones import Milestone, Milestones, Reader, What
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase

DEADLINE = 30.0


class Listener:
    def __init__(self, *, failing: int = 0) -> None:
        self.heard: list[str] = []
        self.enough = asyncio.Event()
        self._failing = failing

    async def __call__(self, milestones: Sequence[Milestone]) -> None:
        if self._failing:
            self.enough.set()
            raise Undelivered("not now")
        self.heard += [f"{each.run} {each.what}" for each in milestones]
        if any(each.run == "last" for each in milestones):
            self.enough.set()


def reader(listener: Listener, name: str = "r", *, wants: frozenset[What] = frozenset({"began", "settled"})) -> Reader:
    return Reader(name, frozenset({"cake"}), wants, listener)


async def listened(milestones: Milestones, listener: Listener) -> None:
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(milestones.work())
        await listener.enough.wait()
        working.cancel()


def opened(folder: Path) -> SqliteDatabase:
    migrate(folder / "m.db", [ENGINE])
    return SqliteDatabase(folder / "m.db")


async def test_each_reader_hears_what_it_wants_in_order(tmp_path: Path) -> None:
    database = opened(tmp_path)
    all_of_it, ends = Listener(), Listener()
    first = Milestones(database, reader(all_of_it, "a"))
    second = Milestones(database, reader(ends, "b", wants=frozenset({"settled"})))

    def bake(tx: Transaction) -> None:
        for each in (first, second):
            each.keep(tx, RunId("x"), "cake", "began")
            each.keep(tx, RunId("y"), "bread", "began")
            each.keep(tx, RunId("x"), "cake", "settled")
            each.keep(tx, RunId("last"), "cake", "settled")

    await database.write(bake)

    await listened(first, all_of_it)
    await listened(second, ends)

    assert all_of_it.heard == ["x began", "x settled", "last settled"]
    assert ends.heard == ["x settled", "last settled"]
    assert await database.write(lambda tx: tx.rows("SELECT reader FROM milestone")) == []
    database.close()


async def test_what_nobody_took_is_told_after_a_restart(tmp_path: Path) -> None:
    database = opened(tmp_path)
    deaf = Listener(failing=1)
    milestones = Milestones(database, reader(deaf))
    await database.write(lambda tx: milestones.keep(tx, RunId("last"), "cake", "settled"))
    await listened(milestones, deaf)
    database.close()

    listener, database = Listener(), SqliteDatabase(tmp_path / "m.db")
    await listened(Milestones(database, reader(listener)), listener)

    assert listener.heard == ["last settled"]
    database.close()


async def test_a_milestone_goes_with_the_work_that_is_undone(tmp_path: Path) -> None:
    database = opened(tmp_path)
    milestones = Milestones(database, reader(Listener()))

    def work(tx: Transaction) -> None:
        milestones.keep(tx, RunId("x"), "cake", "began")
        raise ValueError("burnt")

    with pytest.raises(ValueError, match="burnt"):
        await database.write(work)

    assert await database.write(lambda tx: tx.rows("SELECT run FROM milestone")) == []
    database.close()
