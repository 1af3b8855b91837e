"""Map states: inline ones go to `fans`; a distributed one starts a map run, and goes on when that has settled.

A redrive goes on with the map run that failed. A new one is started where that can change nothing: the map run had
succeeded, and what the state makes of its results failed; or the failure is of the data (see `_LOST`).
"""

from typing import Any, Final

import msgspec

from penstock.engine.facts import Outcome, Resume, RunId, StartRun
from penstock.engine.packing import pack
from penstock.languages.asl.tree import Batcher, Map, QueryLanguage, Reader, Writer
from penstock.languages.asl.view import Expression, Failure, View
from penstock.services.stepfunctions.interpreter import failing, fans, leaving
from penstock.services.stepfunctions.interpreter.execution import Frame
from penstock.services.stepfunctions.interpreter.numbers import integer, percentage, whole_number
from penstock.services.stepfunctions.interpreter.turn import Turn
from penstock.services.stepfunctions.mapruns.order import FLOW, MapRunOrder

Json = Any
RESUME: Final = "redrive"
MOST_REDRIVES: Final = 1_000  # of one map run
_LOST: Final = frozenset({"States.DataLimitExceeded", failing.RUNTIME})


def begin(turn: Turn, frame: Frame, state: Map) -> None:
    """Start what a Map state starts."""
    if state.mode == "INLINE":
        fans.begin_iterations(turn, frame, state)
        return
    frame.arguments = None  # what an attempt before had started is over
    effective = leaving.effective_input(turn, frame, state)
    view = turn.view(frame, effective)
    concurrency = whole_number(view, state.max_concurrency, "MaxConcurrency", state.language)
    reader = None if state.reader is None else reader_of(state.reader, view, state.language)
    items = fans.items_of(turn, frame, state, effective) if reader is None else None
    turn.record(frame, "MapStateStarted", {"length": len(items or ())})
    order = MapRunOrder(
        **_identity(turn, frame, state),
        effective=effective,
        context=view.context(),
        variables=frame.variables,
        max_concurrency=concurrency,
        tolerated_count=_given(
            state.tolerated_count, lambda: whole_number(view, state.tolerated_count, _COUNT, state.language)
        ),
        tolerated_percentage=_given(
            state.tolerated_percentage,
            lambda: percentage(view, state.tolerated_percentage, _PERCENTAGE, state.language),
        ),
        items=items,
        reader=reader,
        batching=None if state.batcher is None else batching_of(state.batcher, view, state.language),
        writer=None if state.writer is None else writer_of(state.writer, view),
    )
    frame.turn += 1
    frame.phase = "run"
    frame.arguments = {"run": order.arn, "redrives": 0}
    turn.record(frame, "MapRunStarted", {"mapRunArn": order.arn})
    turn.want(StartRun(f"m{frame.id}.{frame.turn}", RunId(order.arn), FLOW, pack(order)))


def may_resume(frame: Frame) -> bool:
    """Whether a frame that had not succeeded has a map run to go on with."""
    return frame.arguments is not None and not frame.arguments.get("is_lost")


def resume(turn: Turn, frame: Frame) -> None:
    """Go on with the map run that had failed, or was aborted."""
    run, redrives = frame.arguments["run"], frame.arguments["redrives"] + 1
    if redrives > MOST_REDRIVES:
        raise Failure(
            failing.RUNTIME,
            f"The Map Run '{run}' has been redriven {MOST_REDRIVES} times: no Map Run can be more often.",
        )
    frame.turn += 1
    frame.phase = "run"
    frame.arguments = {"run": run, "redrives": redrives}
    turn.record(frame, "MapRunRedriven", {"mapRunArn": run, "redriveCount": redrives})
    turn.want(Resume(f"m{frame.id}.{frame.turn}", RunId(run), RESUME, {"redrive": redrives}))


_COUNT = "ToleratedFailureCount"
_PERCENTAGE = "ToleratedFailurePercentage"


def _given(expression: Expression | None, value: Any) -> Any:
    return None if expression is None else value()


def _identity(turn: Turn, frame: Frame, state: Map) -> dict[str, Any]:
    """Which map run it is: `…:mapRun:MACHINE/LABEL:UUID`."""
    order = turn.plan.order
    label = state.label or f"{turn.luck().getrandbits(128):032x}"
    prefix = order.arn.partition(":execution:")[0]
    return {
        "arn": f"{prefix}:mapRun:{order.machine_name.partition('/')[0]}/{label}:{_uuid(turn)}",
        "label": label,
        "parent": msgspec.structs.replace(order, input="{}", resume=None, item=None),
        "place": (*order.item_processor, *place_of(turn, frame)),
        "state": frame.state,
    }


def reader_of(reader: Reader, view: View, language: QueryLanguage) -> Json:
    # AWS tells of a number that is not whole before there is a map run, of a negative one after.
    return {
        "resource": reader.resource,
        "arguments": None if reader.payload is None else reader.payload.value(view),
        "config": dict(reader.config),
        "max_items": None if reader.max_items is None else integer(view, reader.max_items, "MaxItems", language),
    }


def batching_of(batcher: Batcher, view: View, language: QueryLanguage) -> Json:
    return {
        "input": None if batcher.batch_input is None else batcher.batch_input.value(view),
        "max_items": whole_number(view, batcher.max_items, "MaxItemsPerBatch", language),
        "max_bytes": whole_number(view, batcher.max_bytes, "MaxInputBytesPerBatch", language),
    }


def writer_of(writer: Writer, view: View) -> Json:
    return {
        "resource": writer.resource,
        "arguments": None if writer.payload is None else writer.payload.value(view),
        "config": dict(writer.config),
    }


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
    if outcome.status == "Succeeded" or result.get("error") in _LOST:
        frame.arguments = {**frame.arguments, "is_lost": True}
    if outcome.status == "Succeeded":
        started = frame.previous
        succeeded = turn.record(frame, "MapRunSucceeded")
        turn.record_aside(succeeded, "MapStateSucceeded")
        # AWS has linked the exit both ways (docs/stepfunctions.md); what is as young as the later way has the later.
        if state.language == "JSONata" or frame.variables or state.assign is not None:
            frame.previous = started
        leaving.with_result(turn, frame, state, result.get("output"))
        return
    error, cause = result.get("error"), result.get("cause")
    turn.record(
        frame,
        "MapRunAborted" if outcome.status == "Stopped" else "MapRunFailed",
        failing.given(error=error, cause=cause),
    )
    failing.handle(turn, frame, state, error, cause)
