"""EventBridge events of executions: "Step Functions Execution Status Change", at every status."""

from typing import Any, Final

import msgspec

from penstock.engine.notices import Kind
from penstock.services.stepfunctions.interpreter.execution import Ended
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.standing import standing

Json = Any
LARGEST: Final = 248 << 10  # bytes of input and output, as they stand in the event
STATUS_CHANGE: Final = Kind("aws.states", "Step Functions Execution Status Change")


def detail(order: Order, ended: Ended | None, *, redrives: int, redriven_at: float | None = None) -> dict[str, Json]:
    """The event's detail; what there is not is null, as on AWS, and so is what would make the event too large."""
    output = None if ended is None else ended.output
    has_input = _escaped(order.input) + _escaped(output) <= LARGEST
    has_output = _escaped(output) <= LARGEST
    status = "RUNNING" if ended is None else ended.status
    redrive_status, reason = standing(
        status, is_final=ended is not None and ended.is_final, is_child=order.map_run is not None
    )
    return {
        "executionArn": order.arn,
        "stateMachineArn": order.machine,
        "stateMachineVersionArn": order.version,
        "stateMachineAliasArn": order.alias,
        "name": order.name,
        "status": status,
        "startDate": _milliseconds(order.started_at),
        "stopDate": None if ended is None else _milliseconds(ended.at),
        "input": order.input if has_input else None,
        "inputDetails": {"included": has_input},
        "output": output if has_output else None,
        "outputDetails": None if output is None else {"included": has_output},
        "error": None if ended is None else ended.error,
        "cause": None if ended is None else ended.cause,
        "redriveCount": redrives,
        "redriveDate": None if redriven_at is None else _milliseconds(redriven_at),
        "redriveStatus": redrive_status,
        "redriveStatusReason": reason,
    }


def _escaped(text: str | None) -> int:
    return 0 if text is None else len(msgspec.json.encode(text))


def _milliseconds(moment: float) -> int:
    return int(moment * 1000)
