"""Log records of executions: written with the events they tell of, and delivered to CloudWatch Logs afterwards.

level ALL     every event
level ERROR   what failed, timed out or was aborted
level FATAL   how the execution failed
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from penstock.engine.backlog import Backlog
from penstock.services.stepfunctions.interpreter import history
from penstock.services.stepfunctions.interpreter.execution import HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.store.database import Database, Row, Transaction
from penstock.wire.call import Call, Directory, Scope, ServiceError

Json = Any
log: Final = logging.getLogger(__name__)
FATAL: Final = frozenset({"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})
LARGEST_BATCH: Final = 1 << 20  # bytes that PutLogEvents takes, with what it counts for every record besides
OVERHEAD: Final = 26
MOST_RECORDS: Final = 10_000
PASSING: Final = frozenset({"ThrottlingException", "ServiceUnavailableException", "InternalFailure"})  # tried again
_ERROR_ENDS: Final = ("Failed", "TimedOut", "Aborted")

_KEEP: Final = """
    INSERT INTO sfn_log (account, region, log_group, stream, records)
    VALUES (:account, :region, :log_group, :stream, :records)
"""


def is_logged(level: str, type: str) -> bool:  # noqa: A002
    """Whether a level takes events of a type."""
    if level == "ALL":
        return True
    if level == "ERROR":
        return type.endswith(_ERROR_ENDS) or type == "FailStateEntered"
    return level == "FATAL" and type in FATAL


def records_of(order: Order, events: Sequence[HistoryEvent], *, redrives: int) -> list[tuple[int, str]]:
    """The events as log records: milliseconds since the epoch and a JSON text."""
    settings = order.logging or {}
    with_data = bool(settings.get("includeExecutionData"))
    records = []
    for event in events:
        if not is_logged(settings.get("level", "OFF"), event.type):
            continue
        milliseconds = int(event.at * 1000)
        record: dict[str, Json] = {
            "id": str(event.id),
            "type": event.type,
            "details": history.details(event.details or {}, with_data=with_data),
            "previous_event_id": str(event.previous),
            "event_timestamp": str(milliseconds),
            "execution_arn": order.arn,
            "redrive_count": str(redrives),
        }
        message = msgspec.json.encode(record).decode()
        if len(message.encode()) + OVERHEAD > LARGEST_BATCH:
            record["details"] = history.details(event.details or {}, with_data=False)
            message = msgspec.json.encode(record).decode()
        records.append((milliseconds, message))
    return records


def batches(records: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The records in portions that PutLogEvents takes."""
    batch: list[tuple[int, str]] = []
    size = 0
    for record in records:
        length = len(record[1].encode()) + OVERHEAD
        if batch and (size + length > LARGEST_BATCH or len(batch) == MOST_RECORDS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch


def group_of(order: Order) -> str | None:
    """The log group that an execution writes to, if any."""
    for destination in (order.logging or {}).get("destinations", ()):
        arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        return str(arn).removesuffix(":*").partition(":log-group:")[2] or None
    return None


class Logbook:
    """What waits for delivery to CloudWatch Logs."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._directory = directory
        columns = "account, region, log_group, stream, records"
        self._backlog = Backlog(database, table="sfn_log", columns=columns, deliver=self._deliver, together=1)
        self.work = self._backlog.work

    def keep(
        self, tx: Transaction, scope: Scope, order: Order, events: Sequence[HistoryEvent], *, redrives: int = 0
    ) -> None:
        """Let these events be logged as the machine says, once this transaction is committed."""
        group = group_of(order)
        records = [] if group is None else records_of(order, events, redrives=redrives)
        if not records:
            return
        for batch in batches(records):
            tx.do(
                _KEEP, account=scope.account, region=scope.region, log_group=group, stream=stream_of(order),
                records=msgspec.json.encode(batch),
            )  # fmt: skip
        self._backlog.wake(tx)

    async def _deliver(self, rows: Sequence[Row]) -> None:
        for _, account, region, group, stream, records in rows:
            assert isinstance(records, bytes)
            put = {
                "logGroupName": group,
                "logStreamName": stream,
                "logEvents": [{"timestamp": at, "message": message} for at, message in msgspec.json.decode(records)],
            }
            await self._put(Scope(str(account), str(region)), put)

    async def _put(self, scope: Scope, put: dict[str, Json]) -> None:
        """Records that Logs will never take are dropped with a warning: they would hold up all that come after."""
        try:
            await self._put_in_its_stream(scope, put)
        except ServiceError as refused:
            if refused.code in PASSING:
                raise
            log.warning("log records of %s are dropped: %s: %s", put["logGroupName"], refused.code, refused.message)

    async def _put_in_its_stream(self, scope: Scope, put: dict[str, Json]) -> None:
        try:
            await self._directory.answer(Call("logs", "PutLogEvents", put, scope))
        except ServiceError as missing:
            if missing.code != "ResourceNotFoundException":
                raise
            if await self._make_stream(scope, put["logGroupName"], put["logStreamName"]):
                await self._directory.answer(Call("logs", "PutLogEvents", put, scope))

    async def _make_stream(self, scope: Scope, group: str, stream: str) -> bool:
        """False where the group is gone: then nobody wants the records any more."""
        made = {"logGroupName": group, "logStreamName": stream}
        try:
            await self._directory.answer(Call("logs", "CreateLogStream", made, scope))
        except ServiceError as error:
            if error.code == "ResourceAlreadyExistsException":
                return True
            log.info("log records of %s are dropped: %s", group, error.message)
            return False
        return True


def stream_of(order: Order) -> str:
    """One stream a machine and minute, as AWS names them."""
    minute = datetime.fromtimestamp(order.started_at, UTC).strftime("%Y-%m-%d-%H-%M")
    return f"states/{order.machine_name}/{minute}/{order.machine.encode().hex()[-8:]}"
