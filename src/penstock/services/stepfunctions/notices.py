"""EventBridge events of executions: "Step Functions Execution Status Change", at every status."""

from typing import Any, Final

from penstock.engine.notices import Kind
from penstock.services.stepfunctions.interpreter.execution import Ended
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.standing import standing

Json = Any
STATUS_CHANGE: Final = Kind("aws.states", "Step Functions Execution Status Change")


def detail(order: Order, ended: Ended | None, *, redrives: int) -> dict[str, Json]:
    """The event's detail; what there is not is null, as on AWS."""
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
        "startDate": int(order.started_at * 1000),
        "stopDate": None if ended is None else int(ended.at * 1000),
        "input": order.input,
        "inputDetails": {"included": True},
        "output": None if ended is None else ended.output,
        "outputDetails": None if ended is None or ended.output is None else {"included": True},
        "error": None if ended is None else ended.error,
        "cause": None if ended is None else ended.cause,
        "redriveCount": redrives,
        "redriveDate": None,
        "redriveStatus": redrive_status,
        "redriveStatusReason": reason,
    }
