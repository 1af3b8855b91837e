"""Log records of executions: delivered to CloudWatch Logs, and given up where they are refused for good."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from penstock.services.stepfunctions.interpreter.execution import HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.logbook import Logbook
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError, operation
from services.stepfunctions.stage import GROUP, SPEED, STATES, hurry, new_database

DEADLINE = 20.0
ORDER = Order(
    arn=f"{STATES}:execution:m:e", name="e", definition="{}", role="role", started_at=1.0,
    machine=f"{STATES}:stateMachine:m", machine_name="m",
    logging={"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}]},
)  # fmt: skip


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
