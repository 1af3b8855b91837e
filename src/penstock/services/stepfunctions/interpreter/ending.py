"""Ending an execution: its run is finished, and a map run that it is a child of is told in the same commit."""

from typing import Final

from penstock.engine.facts import Finish, Outcome, RunId, Signal, Status
from penstock.services.stepfunctions.interpreter.execution import Ended
from penstock.services.stepfunctions.interpreter.turn import Turn

CHILD: Final = "child"
OUTCOMES: Final[dict[str, Status]] = {"SUCCEEDED": "Succeeded", "ABORTED": "Stopped"}


def conclude(turn: Turn, ended: Ended) -> None:
    order = turn.plan.order
    ended.is_final = order.limits.are_reached(turn.execution.last_event)
    turn.execution.ended = ended
    if order.map_run is not None:
        told = {"status": ended.status, "items": order.items, "is_final": ended.is_final}
        turn.want(Signal("told", RunId(order.map_run), CHILD, told))
    turn.want(Finish(Outcome(OUTCOMES.get(ended.status, "Failed"))))
