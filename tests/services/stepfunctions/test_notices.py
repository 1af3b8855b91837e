"""Notices: executions' status changes are told to the default bus, ten at a time."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from penstock.composition.sources import MIGRATIONS
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.notices import Notices
from penstock.store.database import Transaction
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, Directory, Json, Scope, operation

DEADLINE = 20.0
ORDER = Order(
    arn="arn:aws:states:us-east-1:123456789012:execution:m:e", name="e", definition="{}", role="role", started_at=1.0,
    machine="arn:aws:states:us-east-1:123456789012:stateMachine:m", machine_name="m",
)  # fmt: skip


class Bus:
    """An event bus, and the sizes of what it was told at once."""

    service = "events"

    def __init__(self) -> None:
        self.told: list[int] = []

    @operation("PutEvents")
    async def put(self, call: Call, request: Mapping[str, Json]) -> dict[str, Any]:
        self.told.append(len(request["Entries"]))
        return {"FailedEntryCount": 0}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    migrate(tmp_path / "penstock.db", MIGRATIONS)
    made = SqliteDatabase(tmp_path / "penstock.db")
    yield made
    made.close()


async def tell(database: SqliteDatabase, directory: Directory, count: int) -> None:
    """Keep so many notices and let them go."""
    notices = Notices(database, directory)

    def keep(tx: Transaction) -> None:
        for _ in range(count):
            notices.keep(tx, Scope(), ORDER, None, redrives=0)

    await database.write(keep)
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(notices.work())
        while await database.write(lambda tx: tx.row("SELECT 1 FROM sfn_notice")) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        working.cancel()


async def test_the_bus_is_told_ten_at_a_time(database: SqliteDatabase) -> None:
    directory, bus = Directory(), Bus()
    directory.register(bus)

    await tell(database, directory, 25)

    assert bus.told == [10, 10, 5]


async def test_where_there_is_no_bus_notices_are_not_kept_for_ever(database: SqliteDatabase) -> None:
    await tell(database, Directory(), 25)

    assert await database.read(lambda tx: tx.row("SELECT count(*) FROM sfn_notice")) == (0,)
