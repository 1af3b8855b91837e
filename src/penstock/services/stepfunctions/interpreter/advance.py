"""Advancing an execution by one fact.

Keys of commands begin with a letter that says what answers them and name the frame and its turn: `t3.1` is the first
submission of frame 3. `x` timeout, `h` heartbeat, `d` wait, `r` retry, `p` poll, `w` watched run, `f` finish, `a` an
activity's offer, `e` a timeout's end, `m` map run, `g` going on after a pause, `X` the execution's own time.
"""

from typing import Any, Final

import msgspec

from penstock.engine.facts import Done, Event, Fired, Outcome, Refused, SetTimer, Signalled, Started
from penstock.engine.facts import Ended as RunEnded
from penstock.languages.asl.tree import Map, Task
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter import (
    aborting,
    distributed,
    ending,
    entering,
    failing,
    fans,
    leaving,
    redriving,
    tasks,
)
from penstock.services.stepfunctions.interpreter.execution import Ended, Execution, Frame
from penstock.services.stepfunctions.interpreter.labour import Answers, Labour
from penstock.services.stepfunctions.interpreter.plan import Plan
from penstock.services.stepfunctions.interpreter.rehearsal import Rehearsal
from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any
PAUSE: Final = "g"
DEADLINE: Final = "X"
DOOM: Final = "doom"


def advance(
    plan: Plan,
    execution: Execution,
    event: Event,
    rehearsal: Rehearsal | None = None,
    answers: Answers | None = None,
) -> None:
    """Move the execution on by a fact; what it led to is in `execution.events` and `execution.wanted`.

    Where there are `answers`, raises `Unanswered` for what takes long; the execution is of no use any more then.
    """
    execution.events = []
    execution.wanted = []
    if execution.ended is not None:
        return
    most = plan.order.limits.turn_steps
    labour = None if answers is None or not most else Labour(answers, most)
    turn = Turn(plan, execution, at=event.at, chance=event.chance, rehearsal=rehearsal, labour=labour)
    match event.fact:
        case Started():
            _start(turn)
        case Signalled(name, payload):
            _signalled(turn, name, payload)
        case Fired(key) if key == DEADLINE:
            _time_out(turn)
        case Fired(key) if key.startswith(PAUSE):
            _resume(turn)
        case Done(key) | Refused(key) | Fired(key) | RunEnded(key):
            _answered(turn, key, event.fact)
    go_on(turn)


def go_on(turn: Turn) -> None:
    """Let every frame that may go on do so, until all wait or it is others' turn."""
    execution, limits = turn.execution, turn.plan.order.limits
    ready = turn.ready
    while ready and execution.ended is None:
        if limits.are_reached(execution.last_event):
            _overrun(turn, limits.history_events)
            return
        if is_long(turn):
            _pause(turn)
            return
        frame = ready.popleft()
        if frame.phase == "aborted" or frame.id not in execution.frames:
            continue  # meanwhile
        if frame.phase == "ended":
            fans.child_ended(turn, frame)
        elif frame.phase == "task":
            _task_started(turn, frame)
        elif execution.is_doomed:
            _stop(turn, {})
        else:
            entering.enter(turn, frame)


def is_long(turn: Turn) -> bool:
    """Whether it is others' turn now."""
    most = turn.plan.order.limits.turn_events
    return (0 < most <= len(turn.execution.events)) or (turn.labour is not None and turn.labour.is_spent)


def _start(turn: Turn) -> None:
    order, execution = turn.plan.order, turn.execution
    if turn.plan.machine.timeout_seconds is not None:
        turn.want(SetTimer(DEADLINE, turn.at + turn.plan.machine.timeout_seconds))
    if order.resume is not None:
        redriving.redrive(turn)
        return
    execution.input = msgspec.json.decode(order.input)
    frame = turn.frame(None, 0, turn.plan.machine, execution.input, None)
    if turn.rehearsal is not None:
        turn.rehearsal.set_out(frame, turn.state_of(frame))
    turn.record_aside(0, "ExecutionStarted", {"input": order.input, "roleArn": order.role})
    turn.ready.append(frame)


def _answered(turn: Turn, key: str, fact: Done | Refused | Fired | RunEnded) -> None:
    """Hand a fact to the frame that waits for it; a stale one changes nothing."""
    kind, names = key[0], key[1:].split(".")
    frame = turn.execution.frames.get(int(names[0]))
    if frame is None or frame.turn != int(names[1]) or frame.phase in {"", "aborted"}:
        return
    if frame.phase == "late" and kind != "e":
        return  # it is out of time already
    _catch_up(turn, frame)
    state = turn.state_of(frame)
    times = int(names[2]) if len(names) > 2 else 0
    if isinstance(fact, Fired):
        _fired(turn, frame, kind, times)
    elif isinstance(fact, RunEnded):
        _run_ended(turn, frame, kind, fact.outcome)
    elif isinstance(state, Task):
        _task_answered(turn, frame, state, kind, fact, times)


def _fired(turn: Turn, frame: Frame, kind: str, times: int) -> None:
    state = turn.state_of(frame)
    if kind == "d":
        try:
            leaving.plainly(turn, frame, state)
        except Failure as failure:
            failing.at_once(turn, frame, state, failure)
    elif kind == "r":
        frame.phase = ""
        entering.act(turn, frame, state)
    elif kind == "e":
        while frame.phase == "late":  # a sibling's turn comes first; its own moment then finds nothing left to do
            first = tasks.first_late(turn, frame)
            state = turn.state_of(first)
            assert isinstance(state, Task)
            tasks.too_late(turn, first, state, no_heartbeat=bool(times))
    elif isinstance(state, Task) and frame.work is not None:
        if kind == "p":
            tasks.look_again(turn, frame, state, times)
        elif kind == "x":
            tasks.timed_out(turn, frame, state, no_heartbeat=False)
        elif kind == "h" and times == frame.work.beats:
            tasks.timed_out(turn, frame, state, no_heartbeat=True)


def _run_ended(turn: Turn, frame: Frame, kind: str, outcome: Outcome) -> None:
    state = turn.state_of(frame)
    if kind == "m" and isinstance(state, Map):
        try:
            distributed.ended(turn, frame, state, outcome)
        except Failure as failure:
            failing.at_once(turn, frame, state, failure)
    elif kind == "w" and isinstance(state, Task):
        tasks.run_ended(turn, frame, state, outcome)


def _task_started(turn: Turn, frame: Frame) -> None:
    state = turn.state_of(frame)
    assert isinstance(state, Task)
    tasks.started(turn, frame, state)


def _task_answered(turn: Turn, frame: Frame, state: Task, kind: str, fact: Done | Refused, times: int) -> None:
    if isinstance(fact, Refused):
        if kind == "a":
            tasks.refused(turn, frame, state, fact.error, fact.message)
        elif kind in "tf":
            tasks.failed(turn, frame, state, fact.error, fact.message)
        elif kind == "w":  # the run is gone: its Describe answer tells how it ended
            tasks.look_again(turn, frame, state, 0)
    elif kind == "t":
        tasks.submitted(turn, frame, state, fact.result)
    elif kind == "f":
        tasks.finished(turn, frame, state, fact.result, times)
    elif kind == "a":
        tasks.offered(turn, frame, state)


# ---------------------------------------------------------------------------------------------------- from outside


def _catch_up(turn: Turn, frame: Frame) -> None:
    """A task that is heard of before its pause was over has been started all the same."""
    if frame.phase == "task" and frame.id in turn.execution.ready:
        turn.execution.ready.remove(frame.id)
        _task_started(turn, frame)


def _signalled(turn: Turn, name: str, payload: Json) -> None:
    if name == aborting.STOP:
        _stop(turn, payload)
        return
    if name == DOOM:
        turn.execution.is_doomed = True
        return
    frame = holder(turn.execution, payload["token"])
    if frame is None:
        return
    _catch_up(turn, frame)
    state = turn.state_of(frame)
    assert isinstance(state, Task)
    if name == "told":
        tasks.told(turn, frame, state, payload)
    elif name == "taken":
        tasks.taken(turn, frame, state, payload.get("worker"))
    elif name == "beat":
        tasks.beat(turn, frame)


def holder(execution: Execution, token: str) -> Frame | None:
    """The frame that waits for a token's holder; None if it does not any more, or never did."""
    read = tasks.read_token(token)
    frame = None if read is None else execution.frames.get(read[1])
    if frame is None or frame.phase != "task" or frame.work is None or frame.work.token != token:
        return None
    return frame


def _stop(turn: Turn, payload: Json) -> None:
    error, cause = payload.get("error"), payload.get("cause")
    aborting.everything(turn)
    turn.record_aside(0, "ExecutionAborted", failing.given(error=error, cause=cause))
    ending.conclude(turn, Ended("ABORTED", turn.at, error=error, cause=cause))


def _time_out(turn: Turn) -> None:
    aborting.everything(turn)
    turn.record_aside(turn.execution.last_event, "ExecutionTimedOut", {"error": failing.TIMEOUT})
    ending.conclude(turn, Ended("TIMED_OUT", turn.at, error=failing.TIMEOUT))


def _overrun(turn: Turn, limit: int) -> None:
    aborting.everything(turn)
    cause = f"The execution reached the maximum number of history events ({limit})."
    turn.record_aside(turn.execution.last_event, "ExecutionFailed", {"error": failing.RUNTIME, "cause": cause})
    ending.conclude(turn, Ended("FAILED", turn.at, error=failing.RUNTIME, cause=cause))


def _pause(turn: Turn) -> None:
    """Give way to others; what was ready goes on at once afterwards."""
    execution = turn.execution
    execution.ready += [frame.id for frame in turn.ready]
    turn.want(SetTimer(f"{PAUSE}{execution.last_event}", turn.at))


def _resume(turn: Turn) -> None:
    execution = turn.execution
    turn.ready.extend(execution.frames[frame] for frame in execution.ready if frame in execution.frames)
    execution.ready = []
