"""Deliveries: several at a time, in order, each forgotten once it is delivered."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from penstock.services.stepfunctions.delivering import Deliveries
from penstock.services.stepfunctions.interpreter.execution import HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.logbook import Logbook
from penstock.store.database import Row, Transaction
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError, operation
from services.stepfunctions.stage import GROUP, SPEED, STATES, hurry, new_database

TABLE = "CREATE TABLE word (place INTEGER PRIMARY KEY, word TEXT NOT NULL)"
DEADLINE = 20.0
ORDER = Order(
    arn=f"{STATES}:execution:m:e", name="e", definition="{}", role="role", started_at=1.0,
    machine=f"{STATES}:stateMachine:m", machine_name="m",
    logging={"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}]},
)  # fmt: skip


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
    deliveries = Deliveries(database, table="word", columns="word", deliver=listener, together=2)

    def say(tx: Transaction) -> None:
        tx.changed(TABLE)
        tx.each("INSERT INTO word (word) VALUES (:word)", [{"word": word} for word in words])
        deliveries.wake(tx)

    await database.write(say)
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(deliveries.work())
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


class Fussy:
    """Logs that refuse a stream, once and for all or for now, and take every other."""

    service = "logs"

    def __init__(self, code: str) -> None:
        self._code = code
        self.asked: list[str] = []

    @operation("PutLogEvents")
    async def put(self, call: Call, request: Mapping[str, Json]) -> dict[str, Json]:
        self.asked.append(request["logStreamName"])
        if "/bad/" in request["logStreamName"] and self.asked.count(request["logStreamName"]) == 1:
            raise ServiceError("no", code=self._code)
        return {}


@pytest.mark.parametrize(
    ("code", "asked"),
    [("InvalidParameterException", ["bad", "good"]), ("ServiceUnavailableException", ["bad", "bad", "good"])],
)
async def test_log_records_that_are_refused_for_good_hold_none_up(tmp_path: Path, code: str, asked: list[str]) -> None:
    database = SqliteDatabase(new_database(tmp_path / "penstock.db"))
    logs, directory = Fussy(code), Directory()
    directory.register(logs)
    logbook = Logbook(database, directory)

    def keep(tx: Transaction) -> None:
        for name in ("bad", "good"):
            order = replace(ORDER, machine_name=name)
            logbook.keep(tx, Scope(), order, [HistoryEvent(1, "PassStateEntered", 0, 1.0, {})])

    await database.write(keep)
    hurry()
    async with asyncio.timeout(DEADLINE * SPEED), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(logbook.work())
        while len(logs.asked) < len(asked):  # noqa: ASYNC110
            await asyncio.sleep(1)
        working.cancel()
    database.close()

    assert [name.split("/")[1] for name in logs.asked] == asked
