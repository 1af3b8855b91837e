"""Map states: inline ones go to `fans`; a distributed one is a map run, a run of its own that starts the children."""

from typing import Any, Final

import msgspec

from penstock.engine.facts import Outcome, RunId, StartRun
from penstock.engine.packing import pack
from penstock.languages.asl.tree import Map
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter import failing, fans, leaving
from penstock.services.stepfunctions.interpreter.execution import Frame
from penstock.services.stepfunctions.interpreter.numbers import percentage, whole_number
from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any
FLOW: Final = "stepfunctions.map-run"


def begin(turn: Turn, frame: Frame, state: Map) -> None:
    """Start what a Map state starts."""
    if state.mode == "INLINE":
        fans.begin_iterations(turn, frame, state)
        return
    effective = leaving.effective_input(turn, frame, state)
    order = msgspec.to_builtins(order_of(turn, frame, state, effective))
    frame.turn += 1
    frame.phase = "run"
    run = order["arn"]
    frame.arguments = {"run": run}
    turn.record(frame, "MapStateStarted", {"length": len(order["items"] or ())})
    turn.record(frame, "MapRunStarted", {"mapRunArn": run})
    turn.want(StartRun(f"m{frame.id}.{frame.turn}", RunId(run), FLOW, pack(order)))


class MapRunOrder(msgspec.Struct, frozen=True):
    """A map run as it was ordered. Exactly one of `items` and `reader` is set."""

    arn: str
    execution: bytes  # the parent's `Order`, as msgpack
    place: tuple[str, ...]  # names of the Map states and branches from the definition to this Map's processor
    state: str
    effective: Json  # the state's input, after InputPath
    variables: dict[str, Json]
    max_concurrency: int
    tolerated_count: int
    tolerated_percentage: float
    items: list[Json] | None = None
    reader: Json = None  # {"resource", "arguments", "config", "max_items"}
    batching: Json = None  # {"input", "max_items", "max_bytes"}
    writer: Json = None  # {"resource", "arguments", "config"}
    item_context: Json = None


def order_of(turn: Turn, frame: Frame, state: Map, effective: Json) -> MapRunOrder:
    """Everything that a Map state's fields come to."""
    order = turn.plan.order
    view = turn.view(frame, effective)
    label = state.label or f"{turn.luck().getrandbits(128):032x}"
    uid = _uuid(turn)
    prefix, _, _ = order.machine.partition(":stateMachine:")
    reader = batching = writer = None
    if state.reader is not None:
        reader = {
            "resource": state.reader.resource,
            "arguments": None if state.reader.payload is None else state.reader.payload.value(view),
            "config": dict(state.reader.config),
            "max_items": None if state.reader.max_items is None else state.reader.max_items.value(view),
        }
        check_max_items(state, reader["max_items"])
    if state.batcher is not None:
        batching = {
            "input": None if state.batcher.batch_input is None else state.batcher.batch_input.value(view),
            "max_items": whole_number(view, state.batcher.max_items, "MaxItemsPerBatch"),
            "max_bytes": whole_number(view, state.batcher.max_bytes, "MaxInputBytesPerBatch"),
        }
    if state.writer is not None:
        writer = {
            "resource": state.writer.resource,
            "arguments": None if state.writer.payload is None else state.writer.payload.value(view),
            "config": dict(state.writer.config),
        }
    return MapRunOrder(
        arn=f"{prefix}:mapRun:{order.machine_name}/{label}:{uid}",
        execution=msgspec.msgpack.encode(order),
        place=(*order.item_processor, *place_of(turn, frame), frame.state),
        state=frame.state,
        effective=effective,
        variables=frame.variables,
        max_concurrency=whole_number(view, state.max_concurrency, "MaxConcurrency"),
        tolerated_count=whole_number(view, state.tolerated_count, "ToleratedFailureCount"),
        tolerated_percentage=percentage(view, state.tolerated_percentage, "ToleratedFailurePercentage"),
        items=fans.items_of(turn, frame, state, effective) if reader is None else None,
        reader=reader,
        batching=batching,
        writer=writer,
    )


def check_max_items(state: Map, value: Json) -> None:
    """A number that is not whole fails the state before there is a map run."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return
    if isinstance(value, float) and value.is_integer():
        return
    assert state.reader is not None
    assert state.reader.max_items is not None
    raise Failure(
        "States.Runtime",
        f'The MaxItemsPath field refers to value "{value}" which is not a valid integer: {state.reader.max_items.text}',
    )


def place_of(turn: Turn, frame: Frame) -> tuple[str, ...]:
    """The names that lead from the definition to the machine that a frame is in."""
    if frame.parent < 0:
        return ()
    parent = turn.execution.frames[frame.parent]
    inside = parent.state if isinstance(turn.state_of(parent), Map) else f"{parent.state}[{frame.index}]"
    return (*place_of(turn, parent), inside)


def _uuid(turn: Turn) -> str:
    bits = f"{turn.luck().getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-a{bits[17:20]}-{bits[20:]}"


def ended(turn: Turn, frame: Frame, state: Map, outcome: Outcome) -> None:
    """The map run has settled; its result is the state's, or its error."""
    result = outcome.result or {}
    if outcome.status == "Succeeded":
        started = frame.previous
        succeeded = turn.record(frame, "MapRunSucceeded")
        turn.record_aside(succeeded, "MapStateSucceeded")
        if state.language == "JSONata":
            frame.previous = started
        leaving.with_result(turn, frame, state, result.get("output"))
        return
    error, cause = result.get("error"), result.get("cause")
    turn.record(frame, "MapRunFailed", failing.given(error=error, cause=cause))
    failing.handle(turn, frame, state, error, cause)
