"""Redrives: whether an execution can be redriven, and how one is set going again.

An execution that is a map run's child is redriven with its map run, never alone.
"""

from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.stepfunctions import flow, rows
from penstock.services.stepfunctions.interpreter.plan import Plan
from penstock.services.stepfunctions.interpreter.redriving import order_again
from penstock.services.stepfunctions.rows import ExecutionRow
from penstock.services.stepfunctions.standing import BY_MAP_RUN, NOT_REDRIVABLE, standing
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope, ServiceError

Json = Any
REDRIVABLE: Final = 14 * 86_400.0  # seconds after an execution's end


def standing_of(tx: Transaction, found: ExecutionRow, at: float) -> tuple[str, str | None]:
    """Its redriveStatus, and for one that cannot be redriven the reason in AWS's words."""
    status, reason = standing(found.status, is_final=bool(found.is_final), is_child=found.map_run is not None)
    if status == "REDRIVABLE":
        if at - (found.stopped_at or at) > REDRIVABLE:
            return NOT_REDRIVABLE, "Execution redrivable period exceeded"
        if documents.find_by_arn(tx, found.machine) is None:
            return NOT_REDRIVABLE, "State machine is in DELETING status"
    return status, reason


def must_be_redrivable(tx: Transaction, found: ExecutionRow, at: float) -> None:
    """Raise ExecutionNotRedrivable unless it is, by itself."""
    status, reason = standing_of(tx, found, at)
    if status == BY_MAP_RUN:
        reason = "Execution is a child of a Map Run: redrive the execution that started the Map Run"
    if reason is not None:
        raise ServiceError(reason, code="ExecutionNotRedrivable")


def go_on(
    tx: Transaction,
    engine: Engine,
    scope: Scope,
    arn: str,
    *,
    at: float,
    token: str | None = None,
    map_redrive: int = 0,
) -> None:
    """Set a standard execution going where it failed. `map_redrive` is which redrive of its map run does so."""
    run = RunId(arn)
    view = engine.see(tx, run)
    assert view is not None
    plan: Plan = view.plan
    order = order_again(plan.order, view.state)
    rows.redrive(tx, arn, redrives=view.state.redrives + 1, at=at, token=token, map_redrive=map_redrive)
    engine.forget(tx, run)
    engine.start(tx, run, flow.NAME, msgspec.msgpack.encode(order), scope=scope)
