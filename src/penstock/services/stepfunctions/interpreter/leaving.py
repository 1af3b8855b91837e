"""Leaving a state: from its result to its output, what it assigns, and where its frame goes next."""

from typing import Any, Final

from penstock.languages.asl.tree import (
    Choice,
    Fail,
    Map,
    Parallel,
    Pass,
    State,
    Succeed,
    Task,
    Wait,
)
from penstock.languages.asl.view import Expression
from penstock.services.stepfunctions.interpreter import ending
from penstock.services.stepfunctions.interpreter.execution import Ended, Frame
from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any
_EXITED: Final[dict[type[State], str]] = {
    kind: f"{kind.__name__}StateExited" for kind in (Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map)
}


def effective_input(turn: Turn, frame: Frame, state: State) -> Json:
    """The state's input as InputPath has it."""
    if state.input_path is None:
        value = frame.input
    else:
        value = state.input_path.value(turn.view(frame, frame.input))
    turn.note("afterInputPath", value)
    return value


def with_result(turn: Turn, frame: Frame, state: Task | Parallel | Map, result: Json) -> None:
    """Leave a state that had a result."""
    if state.language == "JSONata":
        view = turn.view(frame, result, {"input": frame.input, "result": result})
        output = result if state.output is None else state.output.value(view)
        leave(turn, frame, state, output, {} if state.assign is None else state.assign.value(view), next=state.next)
        return
    selected = result
    if state.result_selector is not None:
        selected = state.result_selector.value(turn.view(frame, result))
    turn.note("afterResultSelector", selected)
    variables = assigned(turn, frame, state.assign, selected)
    output = frame.input if state.result_path is None else state.result_path.put(frame.input, selected)
    turn.note("afterResultPath", output)
    leave(turn, frame, state, through_output_path(turn, frame, state, output), variables, next=state.next)


def through_output_path(turn: Turn, frame: Frame, state: State, output: Json) -> Json:
    return output if state.output_path is None else state.output_path.value(turn.view(frame, output))


def plainly(turn: Turn, frame: Frame, state: State) -> None:
    """Leave a state that has no result of its own (Wait, Succeed): its output is its input."""
    if state.language == "JSONata":
        view = turn.view(frame, frame.input)
        output = frame.input if state.output is None else state.output.value(view)
        leave(turn, frame, state, output, {} if state.assign is None else state.assign.value(view), next=state.next)
        return
    effective = effective_input(turn, frame, state)
    variables = assigned(turn, frame, state.assign, effective)
    leave(turn, frame, state, through_output_path(turn, frame, state, effective), variables, next=state.next)


def assigned(
    turn: Turn, frame: Frame, assign: Expression | None, document: Json, states: dict[str, Json] | None = None
) -> dict[str, Json]:
    """What an Assign field comes to: variable → value. They are seen from the next state on."""
    if assign is None:
        return {}
    values: dict[str, Json] = assign.value(turn.view(frame, document, states))
    return values


def leave(
    turn: Turn,
    frame: Frame,
    state: State,
    output: Json,
    variables: dict[str, Json],
    *,
    next: str | None,  # noqa: A002
    links_to: int = 0,
) -> None:
    """Record the exit and go on to the next state, or end. `links_to` is the event before, if not the frame's last."""
    if output is frame.input and frame.text is not None:
        text = frame.text
    else:
        text = turn.text(output, frame.state)
    details: dict[str, Json] = {"name": frame.state, "output": text}
    if variables:
        details["assignedVariables"] = turn.texts(variables, frame.state)
        frame.variables = {**frame.variables, **variables}
    if links_to:
        frame.previous = links_to
    turn.record(frame, _EXITED[type(state)], details)
    settle(frame)
    frame.input, frame.text = output, text
    if turn.rehearsal is not None:
        turn.rehearsal.left(output, next, frame.variables)
        next = None  # noqa: A001 - one state is all that is tested
    if next is None:
        end(turn, frame)
        return
    frame.state = next
    turn.ready.append(frame)


def settle(frame: Frame) -> None:
    """Forget what the state needed while the frame was in it."""
    frame.phase = ""
    frame.work = frame.fan = frame.arguments = None
    frame.retried = 0
    if frame.retries:
        frame.retries = []


def end(turn: Turn, frame: Frame) -> None:
    """The frame has come to the end of its machine."""
    if frame.parent >= 0:
        frame.phase = "ended"
        turn.ready.append(frame)
        return
    execution = turn.execution
    turn.record(frame, "ExecutionSucceeded", {"output": frame.text})
    execution.frames.clear()
    ending.conclude(turn, Ended("SUCCEEDED", turn.at, output=frame.text))
