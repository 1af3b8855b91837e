"""Giving up what is under way: the siblings of what failed, or everything when an execution is stopped."""

from collections.abc import Iterator
from typing import Any, Final

from penstock.engine.facts import CancelTimer, Perform, Signal
from penstock.languages.asl.tree import Map, Parallel, State, Task, Wait
from penstock.services.stepfunctions.integrations.resources import parse_resource
from penstock.services.stepfunctions.interpreter.execution import EventId, Frame, Work
from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any
CANCEL: Final = "stepfunctions.cancel"
STOP: Final = "stop"
_ABORTED: Final[dict[type[State], str]] = {kind: f"{kind.__name__}StateAborted" for kind in (Task, Wait, Map, Parallel)}


def children(turn: Turn, parent: Frame, failed: Frame) -> None:
    """Abort what is open under a state, and say so; everything links to the event that failed."""
    because = failed.previous
    is_map = isinstance(turn.state_of(parent), Map)
    for child in list(_under(turn, parent)):
        if child.phase in {"ended", "aborted"}:
            continue
        if is_map:
            kind = "MapIterationFailed" if child is failed else "MapIterationAborted"
            turn.record_aside(because, kind, {"name": parent.state, "index": child.index})
        _abort(turn, child, because)
    parent.previous = because


def _abort(turn: Turn, frame: Frame, because: EventId) -> None:
    for child in list(_under(turn, frame)):
        if child.phase not in {"ended", "aborted"}:
            _abort(turn, child, because)
    aborted = _ABORTED.get(type(turn.state_of(frame)))
    if aborted is not None and frame.phase not in {"", "aborted"}:
        turn.record_aside(because, aborted)
    abandon(turn, frame)


def everything(turn: Turn) -> None:
    """Abandon every frame's work, recording nothing."""
    for frame in turn.execution.frames.values():
        abandon(turn, frame)


def abandon(turn: Turn, frame: Frame) -> None:
    """Take back what a frame waits for, as far as it can be taken back."""
    run = f"{frame.id}.{frame.turn}"
    if frame.phase == "wait":
        turn.want(CancelTimer(f"cd{run}", f"d{run}"))
    if frame.phase == "run":
        arguments = frame.arguments
        turn.want(Signal(f"s{run}", arguments["run"], STOP, {}))
    if frame.phase == "task" and frame.work is not None:
        cancel_timers(turn, frame)
        _stop_job(turn, frame, frame.work)
    if frame.phase == "retry":
        turn.want(CancelTimer(f"cr{run}", f"r{run}"))
    frame.phase = "aborted"


def _stop_job(turn: Turn, frame: Frame, work: Work) -> None:
    """See that the job of a `.sync` task is stopped, be it that its submission has yet to be answered."""
    state, run = turn.state_of(frame), f"{frame.id}.{frame.turn}"
    assert isinstance(state, Task)
    if work.is_settled or not parse_resource(state.resource).waits_for_job:
        return
    work.is_settled = True
    if not work.is_submitted:
        turn.want(Perform(f"k{run}", CANCEL, {**submission(turn, frame, work, state.resource), "submit": f"t{run}"}))
    elif work.handle is not None:
        handle = {"resource": state.resource, "handle": work.handle, "execution": turn.plan.order.arn}
        turn.want(Perform(f"k{run}", CANCEL, handle))


def submission(turn: Turn, frame: Frame, work: Work, resource: str) -> dict[str, Json]:
    """What an attempt at a task is submitted with."""
    order = turn.plan.order
    return {
        "resource": resource,
        "parameters": frame.arguments,
        "execution": order.arn,
        "state": frame.state,
        "retry": frame.retried,
        "role": order.role,
        "credentials": work.role,
        "mock": order.mock,
        "machine": order.machine_name,
        "token": work.token,
    }


def cancel_timers(turn: Turn, frame: Frame) -> None:
    """The timers that watch over an attempt."""
    work, run = frame.work, f"{frame.id}.{frame.turn}"
    if work is None:
        return
    if work.has_timeout:
        turn.want(CancelTimer(f"cx{run}", f"x{run}"))
    if work.heartbeat:
        turn.want(CancelTimer(f"ch{run}.{work.beats}", f"h{run}.{work.beats}"))


def _under(turn: Turn, parent: Frame) -> Iterator[Frame]:
    return (frame for frame in turn.execution.frames.values() if frame.parent == parent.id)


def forget_under(turn: Turn, parent: Frame) -> None:
    """Let a state's children go: it is tried again, or has failed for good and was caught."""
    for child in list(_under(turn, parent)):
        forget_under(turn, child)
        del turn.execution.frames[child.id]
