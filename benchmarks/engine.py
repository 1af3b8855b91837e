"""How many events a second the engine journals, each durable before what follows from it.

Many runs of a toy flow at once; each asks for one errand after another, and an errand is done at once. An event is a
commit's worth of work: the journal's row, the outbox's, and what was out taken back; runs share commits. The floors are
SQLite's own, in the same run and with the same settings: rows inserted many to a transaction, and one to each.

With PENSTOCK_DATABASE=postgresql://… the same on a PostgreSQL that holds nothing else.
"""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from penstock.composition.elsewhere import VARIABLE, at
from penstock.composition.sources import MIGRATIONS, chance, clock
from penstock.engine.engine import Engine
from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, RunId
from penstock.engine.outbox import Task
from penstock.store.database import Transaction
from penstock.store.grouped import GroupedDatabase
from penstock.store.migrate import migrate, migrate_postgres
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Directory, Scope

RUNS, ERRANDS = 1_000, 10
ROWS, GROUP, SINGLE = 200_000, 2_000, 1_000


class Toy:
    """One errand after another; the state is how many are done."""

    name = "toy"
    state_type = int

    def plan(self, document: bytes) -> int:
        return int(document)

    def begin(self, plan: int) -> int:  # noqa: ARG002
        return 0

    def evolve(self, plan: int, state: int, event: Event) -> int:  # noqa: ARG002
        return state + isinstance(event.fact, Done)

    def decide(self, plan: int, state: int) -> Iterator[Command]:
        yield Finish(Outcome("Succeeded")) if state == plan else Perform(f"errand-{state}", "errand")

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: int, before: int, after: int) -> None:
        """It has no rows of its own."""


async def errand(task: Task) -> str:
    return task.key


async def journalled(database: GroupedDatabase, runs: int) -> float:
    """Seconds for all runs, from their start to the last one's end."""
    if isinstance(database, SqliteDatabase):
        await database.lengthen_log()
    engine = Engine(database, Directory(), clock=clock, chance=chance)
    engine.register(Toy())
    engine.activity("errand", errand)
    async with asyncio.TaskGroup() as tasks:
        ready = asyncio.Event()
        working = tasks.create_task(engine.work(ready.set))
        await ready.wait()
        began = time.perf_counter()

        async def run(number: int) -> None:
            identity = RunId(f"run-{runs}-{number}")
            await database.write(lambda tx: engine.start(tx, identity, "toy", str(ERRANDS).encode(), scope=Scope()))
            await engine.settled(identity)

        await asyncio.gather(*map(run, range(runs)))
        seconds = time.perf_counter() - began
        working.cancel()
    database.close()
    return seconds


def rows_a_second(path: Path, rows: int, group: int) -> float:
    """The floor: rows of a journal's size into SQLite, so many to a transaction."""
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS row (run TEXT, seq INTEGER, body BLOB, PRIMARY KEY (run, seq))")
        body = bytes(100)
        began = time.perf_counter()
        for start in range(0, rows, group):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO row VALUES (?, ?, ?)", ((f"{group}", start + seq, body) for seq in range(group))
            )
            connection.execute("COMMIT")
        return rows / (time.perf_counter() - began)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        folder = Path(name)
        print(f"{'SQLite, 2,000 rows a commit':32} {rows_a_second(folder / 'floor.db', ROWS, GROUP):9,.0f} rows/s")
        print(f"{'SQLite, one row a commit':32} {rows_a_second(folder / 'floor.db', SINGLE, 1):9,.0f} rows/s")
        for runs in (1, 100, RUNS):
            path = folder / f"{runs}.db"
            migrate(path, MIGRATIONS)
            tell("engine", SqliteDatabase(path), runs)
    if address := os.environ.get(VARIABLE):
        for runs in (1, 100, RUNS):
            database = at(address)
            database.take()
            migrate_postgres(database.address, database.name, MIGRATIONS)
            tell("PostgreSQL", database, runs)


def tell(what: str, database: GroupedDatabase, runs: int) -> None:
    seconds = asyncio.run(journalled(database, runs))
    print(f"{f'{what}, {runs:,} runs at once':32} {runs * (ERRANDS + 1) / seconds:9,.0f} events/s")
