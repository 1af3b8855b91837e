"""The context object: what `$$` and `$states.context` show of the execution, at one state."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from penstock.languages.asl.tree import Map, Parallel, Task
from penstock.services.stepfunctions.interpreter.execution import Frame

if TYPE_CHECKING:
    from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any


def of(turn: "Turn", frame: Frame) -> Callable[[], Mapping[str, Json]]:
    """The context of a frame's state, made when asked for."""
    given = None if turn.rehearsal is None else turn.rehearsal.context
    if given is not None:
        return lambda: _given(turn, frame, given)
    return lambda: _context(turn, frame)


def _context(turn: "Turn", frame: Frame) -> Mapping[str, Json]:
    order = turn.plan.order
    execution: dict[str, Json] = {
        "Id": order.arn,
        "Input": turn.execution.input,
        "StartTime": iso(order.started_at),
        "Name": order.name,
        "RoleArn": order.role,
        "RedriveCount": turn.execution.redrives,
    }
    if turn.rehearsal is not None:
        del execution["RedriveCount"]
    if turn.execution.redrives:
        execution["RedriveTime"] = iso(turn.at)
    shown: dict[str, Json] = {
        "Execution": execution,
        "StateMachine": {"Id": order.machine, "Name": order.machine_name},
        "State": _state(turn, frame),
    }
    item = _item(turn, frame)
    if item is not None:
        shown["Map"] = {"Item": item}
    if frame.work is not None and frame.work.token:
        shown["Task"] = {"Token": frame.work.token}
    return shown


def _given(turn: "Turn", frame: Frame, context: Mapping[str, Json]) -> Mapping[str, Json]:
    """A context that TestState was given, and the item that an ItemSelector is at."""
    item = _item(turn, frame)
    return context if item is None else {**context, "Map": {"Item": item}}


def _state(turn: "Turn", frame: Frame) -> dict[str, Json]:
    shown: dict[str, Json] = {"EnteredTime": iso(frame.entered_at), "Name": frame.state}
    if isinstance(turn.state_of(frame), Task | Parallel | Map):  # what can be retried
        shown["RetryCount"] = frame.retried
    return shown


def _item(turn: "Turn", frame: Frame) -> Json:
    """The iteration that a frame is in, or is the beginning of."""
    at: Frame | None = frame
    while at is not None:
        if at.item is not None:
            return at.item
        at = turn.execution.frames.get(at.parent)
    return msgspec.json.decode(turn.plan.order.item) if turn.plan.order.item else None


def iso(at: float) -> str:
    """A time as Step Functions writes it: `2026-11-26T10:00:00.123Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"
