"""Parallel and inline Map states: their children, how many of them run at once, and what their results come to."""

from typing import Any, Final

from penstock.languages.asl.tree import Map, Parallel
from penstock.languages.asl.view import Expression, Failure
from penstock.services.stepfunctions.interpreter import failing, leaving
from penstock.services.stepfunctions.interpreter.execution import Fan, Frame
from penstock.services.stepfunctions.interpreter.numbers import whole_number
from penstock.services.stepfunctions.interpreter.turn import Turn, encode

Json = Any
MOST_OPEN: Final = 40  # iterations of an inline Map at once, where MaxConcurrency sets no bound, as on AWS


def begin_branches(turn: Turn, frame: Frame, state: Parallel) -> None:
    """Start every branch on the same input."""
    effective = leaving.effective_input(turn, frame, state)
    if state.payload is not None:
        effective = state.payload.value(turn.view(frame, effective))
    turn.note("afterParameters", effective)
    starts = turn.record(frame, "ParallelStateStarted")
    frame.phase = "fan"
    frame.fan = Fan([None] * len(state.branches), open=len(state.branches), next=len(state.branches))
    text = encode(effective)
    for index, branch in enumerate(state.branches):
        child = turn.frame(frame, index, branch, effective, text)
        child.previous = starts
        turn.ready.append(child)


def begin_iterations(turn: Turn, frame: Frame, state: Map) -> None:
    """Start as many iterations as may run at once."""
    effective = leaving.effective_input(turn, frame, state)
    items = items_of(turn, frame, state, effective)
    assert isinstance(items, list)
    limit = whole_number(turn.view(frame, effective), state.max_concurrency, "MaxConcurrency", state.language)
    fan = Fan([None] * len(items), items=items, limit=limit or MOST_OPEN)
    if state.selector is not None:
        fan.inputs = [select(turn, frame, state.selector, effective, item, at) for at, item in enumerate(items)]
    frame.fan = fan
    frame.phase = "fan"
    fan.starts = turn.record(frame, "MapStateStarted", {"length": len(items)})
    _start_more(turn, frame, state)
    if not items:
        _finish_map(turn, frame, state)


def items_of(turn: Turn, frame: Frame, state: Map, effective: Json) -> list[Json] | dict[str, Json]:
    """The items; members of an object may be those of a distributed Map only."""
    items = effective if state.items is None else state.items.value(turn.view(frame, effective))
    if not isinstance(items, list) and not (isinstance(items, dict) and state.mode == "DISTRIBUTED"):
        raise not_an_array(state, items)
    if state.language == "JSONata":
        encode(items)  # what an expression made may be nothing that can be kept
    turn.note("afterItemsPath", items)
    return items


def not_an_array(state: Map, items: Json) -> Failure:
    if state.language == "JSONata":
        return Failure("States.QueryEvaluationError", f"Map state input must be an array but was: {encode(items)}")
    path = "$" if state.items is None else state.items.text.replace("$$", "$", 1)  # as AWS tells of the context's
    return Failure("States.Runtime", f'Reference path "{path}" must point to array.')


def select(turn: Turn, frame: Frame, selector: Expression, effective: Json, item: Json, index: int) -> Json:
    """What ItemSelector makes of an item."""
    frame.item = {"Index": index, "Value": item}
    try:
        selected = selector.value(turn.view(frame, effective))
        encode(selected)
        return selected
    finally:
        frame.item = None


def _start_more(turn: Turn, frame: Frame, state: Map) -> None:
    fan = frame.fan
    assert fan is not None
    while fan.next < len(fan.items) and fan.open < fan.limit:
        index = fan.next
        fan.next += 1
        if index in fan.completed:
            continue
        value = fan.items[index] if fan.inputs is None else fan.inputs[index]
        child = turn.frame(frame, index, state.processor, value, None)
        child.item = {"Index": index, "Value": fan.items[index]}
        child.previous = fan.starts
        turn.record(child, "MapIterationStarted", {"name": frame.state, "index": index})
        fan.open += 1
        turn.ready.append(child)


def child_ended(turn: Turn, child: Frame) -> None:
    """A branch or iteration has come to its end; the state goes on when all have."""
    frame = turn.execution.frames[child.parent]
    fan = frame.fan
    assert fan is not None
    state = turn.state_of(frame)
    del turn.execution.frames[child.id]
    fan.results[child.index] = child.input
    fan.completed.add(child.index)
    fan.open -= 1
    frame.previous = fan.starts = child.previous
    if isinstance(state, Map):
        frame.previous = turn.record_aside(
            child.previous, "MapIterationSucceeded", {"name": frame.state, "index": child.index}
        )
        _start_more(turn, frame, state)
    if fan.open:
        return
    try:
        if isinstance(state, Map):
            _finish_map(turn, frame, state)
        else:
            assert isinstance(state, Parallel)
            _finish(turn, frame, state, "ParallelStateSucceeded")
    except Failure as failure:
        failing.at_once(turn, frame, state, failure)


def _finish_map(turn: Turn, frame: Frame, state: Map) -> None:
    _finish(turn, frame, state, "MapStateSucceeded")


def _finish(turn: Turn, frame: Frame, state: Parallel | Map, succeeded: str) -> None:
    """Succeed with the children's results; the exit links to what the success links to."""
    assert frame.fan is not None
    turn.record_aside(frame.previous, succeeded)
    leaving.with_result(turn, frame, state, frame.fan.results)
