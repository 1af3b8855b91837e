"""Entering a state, and what each kind of state does at once. Those that wait are in `tasks` and `fans`."""

from datetime import datetime
from typing import Any, Final

from penstock.engine.facts import SetTimer
from penstock.languages.asl.tree import Choice, Fail, Map, Option, Parallel, Pass, State, Succeed, Task, Wait
from penstock.languages.asl.view import Expression, Failure, View
from penstock.services.stepfunctions.interpreter import distributed, failing, fans, leaving, mocking, tasks
from penstock.services.stepfunctions.interpreter.execution import Frame
from penstock.services.stepfunctions.interpreter.numbers import seconds
from penstock.services.stepfunctions.interpreter.turn import Handler, Turn, encode

Json = Any
LONGEST_WAIT: Final = 24_855 * 86_400  # seconds


def enter(turn: Turn, frame: Frame) -> None:
    """Record that the frame is in its state, and let the state act."""
    state = turn.state_of(frame)
    kind = type(state)
    if frame.text is None:
        frame.text = encode(frame.input)
    frame.before = frame.previous
    frame.entered_at = turn.at
    frame.entered = turn.record(frame, _ENTERED[kind], {"name": frame.state, "input": frame.text})
    act(turn, frame, state)


def act(turn: Turn, frame: Frame, state: State) -> None:
    """Do what the state does; also when it is tried again."""
    is_mocked = turn.rehearsal is not None and turn.rehearsal.mock is not None
    try:
        (_MOCKED if is_mocked else _ACTS)[type(state)](turn, frame, state)
    except Failure as failure:
        failing.at_once(turn, frame, state, failure)


def _pass(turn: Turn, frame: Frame, state: Pass) -> None:
    if state.language == "JSONata":
        leaving.plainly(turn, frame, state)
        return
    effective = leaving.effective_input(turn, frame, state)
    if state.payload is not None:
        effective = state.payload.value(turn.view(frame, effective))
    turn.note("afterParameters", effective)
    result = effective
    if state.result is not None:
        result = state.result.value(turn.view(frame, effective))
        turn.note("result", result)
    turn.note("afterResultSelector", result)
    variables = leaving.assigned(turn, frame, state.assign, result)
    output = frame.input if state.result_path is None else state.result_path.put(frame.input, result)
    turn.note("afterResultPath", output)
    leaving.leave(
        turn, frame, state, leaving.through_output_path(turn, frame, state, output), variables, next=state.next
    )


def _choice(turn: Turn, frame: Frame, state: Choice) -> None:
    effective = leaving.effective_input(turn, frame, state)
    view = turn.view(frame, effective)
    for option in state.options:
        if option.condition.holds(view):
            _take(turn, frame, state, option, effective)
            return
    if state.default is None:
        # So AWS has been seen to answer, whose documentation speaks of States.NoChoiceMatched.
        raise Failure(
            "States.Runtime", "Failed to transition out of the state. The state does not point to a next state."
        )
    _take(turn, frame, state, Option(condition=_ALWAYS, next=state.default), effective)


class _Always:
    def holds(self, view: object) -> bool:
        return True


_ALWAYS: Final = _Always()


def _take(turn: Turn, frame: Frame, state: Choice, option: Option, effective: Json) -> None:
    """Follow a choice. A rule's Assign and Output stand for the state's; the state's own are the default's."""
    is_default = option.condition is _ALWAYS
    assign = state.assign if is_default else option.assign
    variables = leaving.assigned(turn, frame, assign, effective)
    expression = state.output if is_default or option.output is None else option.output
    if state.language == "JSONata":
        output = frame.input if expression is None else expression.value(turn.view(frame, effective))
    else:
        output = leaving.through_output_path(turn, frame, state, effective)
    leaving.leave(turn, frame, state, output, variables, next=option.next)


def _wait(turn: Turn, frame: Frame, state: Wait) -> None:
    effective = leaving.effective_input(turn, frame, state)
    view = turn.view(frame, effective)
    if state.seconds is not None:
        due = turn.at + _seconds(state, view)
    else:
        assert state.timestamp is not None
        due = _instant(frame, state, state.timestamp.value(view))
    frame.phase = "wait"
    if due <= turn.at:
        leaving.plainly(turn, frame, state)
        return
    if due - turn.at > LONGEST_WAIT:
        raise Failure("States.Runtime", "Wait state delay is too long.")
    frame.turn += 1
    turn.want(SetTimer(f"d{frame.id}.{frame.turn}", due))


def _seconds(state: Wait, view: View) -> float:
    assert state.seconds is not None
    if state.language == "JSONata":
        return seconds(view, state.seconds, "Seconds", state.language)
    value, path = state.seconds.value(view), state.seconds.text
    if isinstance(value, bool) or not isinstance(value, int):
        raise Failure(
            "States.Runtime", f"The SecondsPath parameter cannot be parsed as a long value: {path} == {_shown(value)}"
        )
    if value < 0:
        raise Failure("States.Runtime", f"The SecondsPath parameter references a negative value: {path} == {value}")
    return value


def _instant(frame: Frame, state: Wait, value: Json) -> float:
    """Seconds since the epoch of a timestamp: ISO-8601 with `T` and an offset."""
    assert state.timestamp is not None
    if isinstance(value, str) and "T" in value:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None:
            return at.timestamp()
    frame.phase = "wait"  # AWS links this failure to the state's entry
    if state.language == "JSONata":
        raise Failure(
            "States.QueryEvaluationError",
            "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: "
            + _shown(value),
            location="Timestamp",
        )
    raise Failure(
        "States.Runtime",
        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
        f"{state.timestamp.text} == {_shown(value)}",
    )


def _shown(value: Json) -> str:
    return value if isinstance(value, str) else encode(value)


def _succeed(turn: Turn, frame: Frame, state: Succeed) -> None:
    leaving.plainly(turn, frame, state)


def _fail(turn: Turn, frame: Frame, state: Fail) -> None:
    view = turn.view(frame, leaving.effective_input(turn, frame, state))
    error, cause = _text(state.error, view, "ErrorPath"), _text(state.cause, view, "CausePath")
    failing.upwards(turn, frame, error, cause)


def _text(expression: Expression | None, view: View, field: str) -> str | None:
    if expression is None:
        return None
    value = expression.value(view)
    if isinstance(value, str):
        return value
    raise Failure(
        "States.Runtime",
        f"The {field} field must refer to a string, but was: {expression.text} == {encode(value)}",
    )


_ACTS: Final[dict[type[State], Handler]] = {
    Pass: _pass,
    Choice: _choice,
    Wait: _wait,
    Succeed: _succeed,
    Fail: _fail,
    Task: tasks.begin,
    Parallel: fans.begin_branches,
    Map: distributed.begin,
}
_MOCKED: Final[dict[type[State], Handler]] = {
    Task: mocking.begin_task,
    Parallel: mocking.begin_branches,
    Map: mocking.begin_iterations,
}
_ENTERED: Final = {kind: f"{kind.__name__}StateEntered" for kind in _ACTS}
