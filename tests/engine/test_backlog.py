"""Backlogs: several at a time, in order, each forgotten once it is delivered."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from penstock.engine.backlog import Backlog
from penstock.store.database import Row, Transaction
from penstock.store.sqlite import SqliteDatabase

TABLE = "CREATE TABLE word (place INTEGER PRIMARY KEY, word TEXT NOT NULL)"
DEADLINE = 20.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    made = SqliteDatabase(tmp_path / "words.db")
    yield made
    made.close()


class Listener:
    """Hears words, until one of them is too much."""

    def __init__(self, too_much: str = "") -> None:
        self.heard: list[list[str]] = []
        self.enough = asyncio.Event()
        self._too_much = too_much

    async def __call__(self, rows: Sequence[Row]) -> None:
        words = [str(word) for _, word in rows]
        if self._too_much in words:
            self.enough.set()
            raise ConnectionError("not now")
        self.heard.append(words)
        if "end" in words:
            self.enough.set()


async def said(database: SqliteDatabase, listener: Listener, *words: str) -> list[str]:
    """Say the words and let them be delivered, up to the last or one that is too much; those that are left."""
    backlog = Backlog(database, table="word", columns="word", deliver=listener, together=2)

    def say(tx: Transaction) -> None:
        tx.changed(TABLE)
        tx.each("INSERT INTO word (word) VALUES (:word)", [{"word": word} for word in words])
        backlog.wake(tx)

    await database.write(say)
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(backlog.work())
        await listener.enough.wait()
        working.cancel()
    # In line behind what the deliveries wrote last.
    rows = await database.write(lambda tx: tx.rows("SELECT word FROM word ORDER BY place"))
    return [str(word) for (word,) in rows]


async def test_several_are_delivered_together_and_in_order(database: SqliteDatabase) -> None:
    listener = Listener()

    left = await said(database, listener, "one", "two", "three", "four", "end")

    assert listener.heard == [["one", "two"], ["three", "four"], ["end"]]
    assert left == []


async def test_what_could_not_be_delivered_stays_and_what_came_before_it_goes(database: SqliteDatabase) -> None:
    listener = Listener(too_much="three")

    left = await said(database, listener, "one", "two", "three", "end")

    assert listener.heard == [["one", "two"]]
    assert left == ["three", "end"]
