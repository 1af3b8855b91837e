"""Notices: what changes is told to the default bus, ten events at a time, if anybody wants to know."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.notices import Kind, Notices, Wants
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, Directory, Json, Scope, ValidationError, operation

DEADLINE = 20.0
FIRE = Kind("aws.alarm", "Fire")


class Bus:
    """An event bus, and what it was told at once."""

    service = "events"

    def __init__(self, most: int) -> None:
        self.told: list[list[Json]] = []
        self._most = most  # as a number that the events of one request may come to

    @operation("PutEvents")
    async def put(self, call: Call, request: Mapping[str, Json]) -> dict[str, Any]:
        if sum(json.loads(entry["Detail"])["number"] for entry in request["Entries"]) > self._most:
            raise ValidationError("Total size of the entries in the request is over the limit.")
        self.told.append(request["Entries"])
        return {"FailedEntryCount": 0}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    migrate(tmp_path / "penstock.db", MIGRATIONS)
    made = SqliteDatabase(tmp_path / "penstock.db")
    yield made
    made.close()


async def told(database: SqliteDatabase, count: int, *, wants: Wants | None, most: int = 1_000) -> Bus:
    """Keep so many notices and let them go."""
    directory, bus = Directory(), Bus(most)
    directory.register(bus)
    notices = Notices(database, directory)
    if wants is not None:
        notices.heed(wants)

    def keep(tx: Transaction) -> None:
        for number in range(count):
            notices.keep(tx, Scope(), FIRE, ["arn:fire"], lambda number=number: {"number": number}, at=1.0)  # type: ignore[misc]

    await database.write(keep)
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(notices.work())
        while await database.write(lambda tx: tx.row("SELECT 1 FROM notice")) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        working.cancel()
    return bus


async def test_the_bus_is_told_ten_at_a_time(database: SqliteDatabase) -> None:
    bus = await told(database, 25, wants=lambda *_: True)

    assert [len(entries) for entries in bus.told] == [10, 10, 5]
    assert bus.told[2][4] == {
        "Time": 1.0, "Source": "aws.alarm", "DetailType": "Fire", "Resources": ["arn:fire"],
        "Detail": '{"number":24}',
    }  # fmt: skip


async def test_what_is_too_large_together_goes_one_by_one_and_alone_not_at_all(database: SqliteDatabase) -> None:
    bus = await told(database, 12, wants=lambda *_: True, most=10)

    numbers = [[json.loads(entry["Detail"])["number"] for entry in entries] for entries in bus.told]
    assert numbers == [[0], [1], [2], [3], [4], [5], [6], [7], [8], [9], [10]]


async def test_what_nobody_wants_is_not_kept_and_its_detail_not_made(database: SqliteDatabase) -> None:
    def unheard(tx: Transaction, scope: Scope, kind: Kind) -> bool:
        return kind != FIRE

    for wants in (None, unheard):
        bus = await told(database, 1, wants=wants)

        assert bus.told == []
