"""The rows of executions and their histories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.services.stepfunctions.interpreter.execution import Ended, HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.store.database import Row, Transaction, Value
from penstock.wire.call import Scope

Json = Any

# A child that did not succeed waits for its redrive while its map run, redriven, has not come to it.
_WAITS: Final = """
    map_run IS NOT NULL AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED') AND is_final = 0 AND is_replaced = 0
    AND EXISTS (SELECT 1 FROM sfn_map_run AS its
        WHERE its.arn = map_run AND its.status = 'RUNNING' AND its.redrives > map_redrive)
"""
_STATUS: Final = f"CASE WHEN {_WAITS} THEN 'PENDING_REDRIVE' ELSE status END"
_COLUMNS: Final = (
    f"arn, machine, version, alias, map_run, name, type, {_STATUS}, started_at, stopped_at, input, output, error, "
    "cause, trace, items, redrives, redriven_at, redrive_token, is_final"
)
_INSERT: Final = """
    INSERT INTO sfn_execution (arn, account, region, machine, version, alias, map_run, name, type, status, started_at,
        stopped_at, input, output, error, cause, trace, items, place, is_final, beginning)
    VALUES (:arn, :account, :region, :machine, :version, :alias, :map_run, :name, :type, :status, :started_at,
        :stopped_at, :input, :output, :error, :cause, :trace, :items, :place, :is_final, :beginning)
    ON CONFLICT DO NOTHING
"""
_END: Final = """
    UPDATE sfn_execution SET status = :status, stopped_at = :at, output = :output, error = :error, cause = :cause,
        is_final = :is_final
    WHERE arn = :arn
"""
_REDRIVE: Final = """
    UPDATE sfn_execution SET status = 'RUNNING', stopped_at = NULL, output = NULL, error = NULL, cause = NULL,
        redrives = :redrives, redriven_at = :at, redrive_token = :token, map_redrive = :map_redrive
    WHERE arn = :arn
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM sfn_execution WHERE arn = :arn"  # noqa: S608
_RUNNING: Final = "SELECT 1 FROM sfn_execution WHERE machine = :machine AND status = 'RUNNING' LIMIT 1"
_ALL_RUNNING: Final = "SELECT arn FROM sfn_execution WHERE machine = :machine AND status = 'RUNNING'"
_BEGINNING: Final = "SELECT beginning FROM sfn_execution WHERE arn = :execution"
_KEEP: Final = "INSERT INTO sfn_history (execution, first, body) VALUES (:execution, :first, :body)"
_FORWARD: Final = """
    SELECT body FROM sfn_history WHERE execution = :execution AND first >= (
        SELECT coalesce(max(first), 0) FROM sfn_history WHERE execution = :execution AND first <= :from)
    ORDER BY first LIMIT :limit
"""
_REVERSE: Final = (
    "SELECT body FROM sfn_history WHERE execution = :execution AND first <= :from ORDER BY first DESC LIMIT :limit"
)

SHORT: Final = 2_048  # bytes of a history that begins in its execution's row: others' rows stay on the same page

_encode: Final = msgspec.msgpack.Encoder().encode
_events: Final = msgspec.msgpack.Decoder(list[HistoryEvent])


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """An execution as customers see it. Times are seconds since the epoch."""

    arn: str
    machine: str
    version: str | None
    alias: str | None
    map_run: str | None
    name: str
    type: str
    status: str
    started_at: float
    stopped_at: float | None
    input: str
    output: str | None
    error: str | None
    cause: str | None
    trace: str | None
    items: int
    redrives: int
    redriven_at: float | None
    redrive_token: str | None
    is_final: int  # 0 or 1


def begin(tx: Transaction, scope: Scope, order: Order, ended: Ended | None, events: Sequence[HistoryEvent]) -> None:
    """Show an execution, with the first events of its history."""
    body = _encode(events)
    is_short = len(body) <= SHORT
    insert(tx, scope, order, ended, beginning=body if is_short else None)
    if not is_short:
        tx.do(_KEEP, execution=order.arn, first=events[0].id, body=body)


def insert(tx: Transaction, scope: Scope, order: Order, ended: Ended | None, *, beginning: bytes | None = None) -> None:
    """Show an execution; one that is shown already stays as it is."""
    tx.do(
        _INSERT, arn=order.arn, account=scope.account, region=scope.region, machine=order.machine,
        version=order.version, alias=order.alias, map_run=order.map_run, name=order.name, type=order.type,
        started_at=order.started_at, input=order.input, trace=order.trace, items=order.items, place=order.place,
        status="RUNNING" if ended is None else ended.status,
        stopped_at=None if ended is None else ended.at,
        output=None if ended is None else ended.output,
        error=None if ended is None else ended.error,
        cause=None if ended is None else ended.cause,
        is_final=ended is not None and ended.is_final,
        beginning=beginning,
    )  # fmt: skip


def end(tx: Transaction, arn: str, ended: Ended) -> None:
    tx.do(
        _END, arn=arn, status=ended.status, at=ended.at, output=ended.output, error=ended.error, cause=ended.cause,
        is_final=ended.is_final,
    )  # fmt: skip


def redrive(tx: Transaction, arn: str, *, redrives: int, at: float, token: str | None, map_redrive: int) -> None:
    """Show an execution as running again."""
    tx.do(_REDRIVE, arn=arn, redrives=redrives, at=at, token=token, map_redrive=map_redrive)


def find(tx: Transaction, arn: str) -> ExecutionRow | None:
    row = tx.row(_FIND, arn=arn)
    return None if row is None else _execution(row)


def _execution(row: Row) -> ExecutionRow:
    values: Any = row
    return ExecutionRow(*values)


def running(tx: Transaction, machine: str) -> list[str]:
    """The ARNs of a machine's executions that have not ended."""
    return [str(arn) for (arn,) in tx.rows(_ALL_RUNNING, machine=machine)]


def is_running(tx: Transaction, machine: str) -> bool:
    """Whether a machine (by its ARN) has executions that have not ended."""
    return tx.row(_RUNNING, machine=machine) is not None


# ------------------------------------------------------------------------------------------------------- history


def keep(tx: Transaction, arn: str, events: Sequence[HistoryEvent]) -> None:
    """Add the events of one fact to a history."""
    tx.do(_KEEP, execution=arn, first=events[0].id, body=_encode(events))


def history(tx: Transaction, arn: str, *, start: int, limit: int, reverse: bool) -> list[HistoryEvent]:
    """Up to `limit` events from event `start` on, in either direction."""
    found: list[HistoryEvent] = []
    for body in _chapters(tx, arn, start=start, limit=limit + 1, reverse=reverse):
        events = _events.decode(body)
        if reverse:
            found += [event for event in reversed(events) if event.id <= start]
        else:
            found += [event for event in events if event.id >= start]
        if len(found) >= limit:
            break
    return found[:limit]


def _chapters(tx: Transaction, arn: str, *, start: int, limit: int, reverse: bool) -> Iterator[bytes]:
    """The bodies that hold those events, and what is in them besides."""
    if not reverse:
        yield from _beginning(tx, arn)
    for (body,) in tx.rows(_REVERSE if reverse else _FORWARD, execution=arn, limit=limit, **{"from": start}):
        assert isinstance(body, bytes)
        yield body
    if reverse:
        yield from _beginning(tx, arn)


def _beginning(tx: Transaction, arn: str) -> Iterator[bytes]:
    row = tx.row(_BEGINNING, execution=arn)
    if row is not None and isinstance(row[0], bytes):
        yield row[0]


# -------------------------------------------------------------------------------------------------------- listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which executions a list is of: a machine's, a version's or alias's, or a map run's. Newest first."""

    machine: str | None = None
    version: str | None = None
    alias: str | None = None
    map_run: str | None = None
    status: str | None = None
    is_redriven: bool | None = None
    before: tuple[float, str] | None = None  # the last one of the page before
    limit: int = 100


def listed(tx: Transaction, wanted: Wanted) -> list[ExecutionRow]:
    """One page, and one more if there are more."""
    conditions, values = _conditions(wanted)
    sql = (
        f"SELECT {_COLUMNS} FROM sfn_execution WHERE {' AND '.join(conditions)} "  # noqa: S608 - conditions are ours
        "ORDER BY started_at DESC, arn DESC LIMIT :limit"
    )
    return [_execution(row) for row in tx.rows(sql, **values)]


def _conditions(wanted: Wanted) -> tuple[list[str], dict[str, Value]]:
    values: dict[str, Value] = {"limit": wanted.limit + 1}
    conditions: list[str] = []
    for column in ("machine", "version", "alias", "map_run"):
        value = getattr(wanted, column)
        if value is not None:
            conditions.append(f"{column} = :{column}")
            values[column] = value
    if wanted.status is not None:
        conditions.append(f"{_STATUS if wanted.map_run else 'status'} = :status")
        values["status"] = wanted.status
    if wanted.map_run is None:
        conditions.append("map_run IS NULL")
    if wanted.is_redriven is not None:
        conditions.append("redrives > 0" if wanted.is_redriven else "redrives = 0")
    if wanted.before is not None:
        conditions.append("(started_at, arn) < (:at, :arn)")
        values["at"], values["arn"] = wanted.before
    return conditions, values
