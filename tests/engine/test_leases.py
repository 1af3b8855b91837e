"""Leases: a run has one worker; a dead worker's runs are taken over when its lease has run out, and not before."""

import asyncio
from pathlib import Path

import pytest

from engine.worlds import Errands, Outside, new_database
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId, Signalled
from penstock.engine.leases import LENGTH, LeaseLost, Leases
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Directory, Scope


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def worker(database: SqliteDatabase, clock: Clock, name: str) -> Leases:
    return Leases(database, clock=clock, worker=name, alone=False)


def engine(database: SqliteDatabase, clock: Clock, name: str, *, alone: bool = False) -> Engine:
    made = Engine(database, Directory(), clock=clock, chance=lambda: name, alone=alone)
    made.register(Errands())
    made.activity("bake", Outside().bake)
    return made


async def start_run(database: SqliteDatabase, holder: Engine) -> None:
    await holder._leases.take()
    await database.write(lambda tx: holder.start(tx, RunId("r"), "errand", b"r", scope=Scope()))


async def test_a_living_workers_runs_are_not_for_others(tmp_path: Path) -> None:
    clock, database = Clock(), SqliteDatabase(new_database(tmp_path))
    await start_run(database, engine(database, clock, "first"))
    second = worker(database, clock, "second")
    await second.take()

    clock.now += LENGTH - 1

    assert await second.claim() == []
    database.close()


async def test_a_dead_workers_runs_are_taken_over_with_what_they_had_out(tmp_path: Path) -> None:
    clock, database = Clock(), SqliteDatabase(new_database(tmp_path))
    await start_run(database, engine(database, clock, "first"))
    second, third = worker(database, clock, "second"), worker(database, clock, "third")

    clock.now += LENGTH + 1
    await second.take()
    await third.take()
    claimed, nothing = await asyncio.gather(second.claim(), third.claim())

    assert [run for run, _, _ in claimed] == ["r"]
    assert b"bake" in claimed[0][2]
    assert nothing == []
    database.close()


async def test_who_gives_up_its_lease_leaves_its_runs_at_once(tmp_path: Path) -> None:
    clock, database = Clock(), SqliteDatabase(new_database(tmp_path))
    first = engine(database, clock, "first")
    await start_run(database, first)
    second = worker(database, clock, "second")
    await second.take()

    await first._leases.give_up()

    assert len(await second.claim()) == 1
    database.close()


async def test_who_has_lost_its_lease_may_not_append(tmp_path: Path) -> None:
    clock, database = Clock(), SqliteDatabase(new_database(tmp_path))
    first = engine(database, clock, "first")
    await start_run(database, first)

    clock.now += LENGTH

    with pytest.raises(LeaseLost, match="first"):
        await first.tell_later(RunId("r"), Signalled("hello"))
    seen = await database.read(lambda tx: first.look(tx, RunId("r")))
    assert seen is not None
    assert seen.state.heard == ()
    database.close()


async def test_a_worker_alone_on_its_database_takes_everything_at_once_and_loses_nothing(tmp_path: Path) -> None:
    clock, database = Clock(), SqliteDatabase(new_database(tmp_path))
    await start_run(database, engine(database, clock, "first"))
    second = engine(database, clock, "second", alone=True)

    claimed = await second._leases.claim()
    clock.now += 100 * LENGTH

    assert len(claimed) == 1
    assert await second.tell_later(RunId("r"), Signalled("hello"))
    database.close()
