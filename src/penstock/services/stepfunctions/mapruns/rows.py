"""The rows of map runs, as ListMapRuns finds them. How far one is, its run's state tells."""

from dataclasses import dataclass
from typing import Any, Final

from penstock.services.stepfunctions.mapruns.order import MapRunOrder
from penstock.store.database import Transaction
from penstock.wire.call import Scope

_INSERT: Final = """
    INSERT INTO sfn_map_run (arn, account, region, execution, machine, status, started_at)
    VALUES (:arn, :account, :region, :execution, :machine, 'RUNNING', :at)
    ON CONFLICT DO NOTHING
"""
_END: Final = "UPDATE sfn_map_run SET status = :status, stopped_at = :at WHERE arn = :arn"
_REDRIVE: Final = """
    UPDATE sfn_map_run SET status = 'RUNNING', stopped_at = NULL, redrives = :redrives, redriven_at = :at
    WHERE arn = :arn
"""
_COLUMNS: Final = "arn, execution, machine, status, started_at, stopped_at, redrives, redriven_at"
_OF: Final = f"""
    SELECT {_COLUMNS} FROM sfn_map_run WHERE execution = :execution AND (started_at, arn) > (:at, :arn)
    ORDER BY started_at, arn LIMIT :limit
"""  # noqa: S608
_OPEN: Final = "SELECT arn FROM sfn_execution WHERE map_run = :run AND status = 'RUNNING'"
_RESULTS: Final = """
    SELECT place, arn, name, status, started_at, stopped_at, input, output, error, cause, machine, redrives, is_final
    FROM sfn_execution WHERE map_run = :run AND place > :after AND is_replaced = 0 ORDER BY place LIMIT :limit
"""
_WAITING: Final = """
    SELECT place, arn, type, status, items FROM sfn_execution
    WHERE map_run = :run AND place > :after AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED')
        AND map_redrive < :redrive AND is_final = 0 AND is_replaced = 0
    ORDER BY place LIMIT :limit
"""
_REPLACE: Final = "UPDATE sfn_execution SET is_replaced = 1 WHERE arn = :arn"
_BEGUN: Final = "UPDATE sfn_execution SET map_redrive = :redrive WHERE arn = :arn"


@dataclass(frozen=True, slots=True)
class MapRunRow:
    arn: str
    execution: str
    machine: str
    status: str
    started_at: float
    stopped_at: float | None
    redrives: int
    redriven_at: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A child that waits for its redrive: where it is, and how it had ended."""

    place: int
    arn: str
    type: str
    status: str
    items: int


@dataclass(frozen=True, slots=True)
class Result:
    """A child as its map run's results tell of it."""

    place: int
    arn: str
    name: str
    status: str
    started_at: float
    stopped_at: float | None
    input: str
    output: str | None
    error: str | None
    cause: str | None
    machine: str
    redrives: int
    is_final: int  # 0 or 1


def insert(tx: Transaction, arn: str, scope: Scope, order: MapRunOrder, at: float) -> None:
    tx.do(
        _INSERT, arn=arn, account=scope.account, region=scope.region, execution=order.parent.arn,
        machine=f"{order.parent.machine.partition('/')[0]}/{order.label}", at=at,
    )  # fmt: skip


def end(tx: Transaction, arn: str, status: str, at: float) -> None:
    tx.do(_END, arn=arn, status=status, at=at)


def redrive(tx: Transaction, arn: str, *, redrives: int, at: float) -> None:
    """Show a map run as running again."""
    tx.do(_REDRIVE, arn=arn, redrives=redrives, at=at)


def find(tx: Transaction, arn: str) -> MapRunRow | None:
    row: Any = tx.row(f"SELECT {_COLUMNS} FROM sfn_map_run WHERE arn = :arn", arn=arn)  # noqa: S608
    return None if row is None else MapRunRow(*row)


def of_execution(tx: Transaction, arn: str, *, after: tuple[float, str], limit: int) -> list[MapRunRow]:
    """Those of an execution, oldest first, after one of them; one more than `limit` if there are more."""
    found: Any = tx.rows(_OF, execution=arn, at=after[0], arn=after[1], limit=limit + 1)
    return [MapRunRow(*row) for row in found]


def open_children(tx: Transaction, run: str) -> list[str]:
    return [str(arn) for (arn,) in tx.rows(_OPEN, run=run)]


def results(tx: Transaction, run: str, *, after: int, limit: int) -> list[Result]:
    """Children in the order of their items, after a place."""
    found: Any = tx.rows(_RESULTS, run=run, after=after, limit=limit)
    return [Result(*row) for row in found]


def waiting(tx: Transaction, run: str, *, redrive: int, after: int, limit: int) -> list[Waiting]:
    """Children after a place that wait for the redrive of that number."""
    found: Any = tx.rows(_WAITING, run=run, redrive=redrive, after=after, limit=limit)
    return [Waiting(*row) for row in found]


def replace(tx: Transaction, arn: str, *, by: str, redrive: int) -> None:
    """Let one express execution stand for another, whose items it has."""
    tx.do(_REPLACE, arn=arn)
    tx.do(_BEGUN, arn=by, redrive=redrive)
