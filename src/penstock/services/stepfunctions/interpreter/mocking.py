"""Mocked states: their fields are evaluated as ever, and the mock stands for what they would have started."""

from typing import Any, Final

from penstock.languages.asl.tree import Batcher, Map, Parallel, QueryLanguage, Task
from penstock.languages.asl.view import Failure, View
from penstock.services.stepfunctions.interpreter import distributed, failing, fans, leaving, tasks
from penstock.services.stepfunctions.interpreter.batching import batches
from penstock.services.stepfunctions.interpreter.execution import Frame
from penstock.services.stepfunctions.interpreter.numbers import percentage, whole_number
from penstock.services.stepfunctions.interpreter.rehearsal import Mock, Rehearsal
from penstock.services.stepfunctions.interpreter.turn import Turn

Json = Any
EXCEEDED: Final = Mock(
    error="States.ExceedToleratedFailureThreshold", cause="The specified tolerated failure threshold was exceeded"
)


def begin_task(turn: Turn, frame: Frame, state: Task) -> None:
    """Offer an attempt to nobody: the mock is its answer."""
    mock = _rehearsal(turn).mock
    assert mock is not None
    tasks.begin(turn, frame, state)
    turn.execution.wanted.clear()
    if mock.error is not None:
        tasks.failed(turn, frame, state, mock.error, mock.cause)
    else:
        tasks.succeeded(turn, frame, state, mock.result)


def begin_branches(turn: Turn, frame: Frame, state: Parallel) -> None:
    """Start no branch."""
    effective = leaving.effective_input(turn, frame, state)
    if state.payload is not None:
        turn.note("afterParameters", state.payload.value(turn.view(frame, effective)))
    _answer(turn, frame, state, _rehearsal(turn).mock)


def begin_iterations(turn: Turn, frame: Frame, state: Map) -> None:
    """Start no iteration; find what each would have had."""
    rehearsal = _rehearsal(turn)
    effective = leaving.effective_input(turn, frame, state)
    items = _items(turn, frame, state, effective)
    is_exceeded = _numbers(turn, frame, state, effective, None if items is None else len(items))
    if items is not None and state.selector is not None:
        items = [fans.select(turn, frame, state.selector, effective, item, at) for at, item in enumerate(items)]
        turn.note("afterItemSelector", items)
    if items is not None and state.batcher is not None:
        turn.note("afterItemBatcher", _batched(turn.view(frame, effective), state.batcher, items, state.language))
    if state.writer is not None:
        distributed.writer_of(state.writer, turn.view(frame, effective))  # which may fail
    mock = rehearsal.mock
    assert mock is not None
    _answer(turn, frame, state, EXCEEDED if is_exceeded and mock.error is None else mock)


def _items(turn: Turn, frame: Frame, state: Map, effective: Json) -> list[Json] | None:
    """The items of the iterations; None where a reader would have to read them."""
    if state.reader is None:
        given = fans.items_of(turn, frame, state, effective)
        return [{"Key": key, "Value": value} for key, value in given.items()] if isinstance(given, dict) else given
    view, items = turn.view(frame, effective), _rehearsal(turn).items
    most = distributed.reader_of(state.reader, view, state.language)["max_items"]
    if isinstance(items, Failure):
        raise items
    if most is not None and most < 0:
        raise Failure("States.ItemReaderFailed", "field MaxItems must be positive")
    if items is None:
        return None
    if state.reader.config.get("ItemsPointer"):
        turn.note("afterItemsPointer", items)
    return items[:most] if most else items


def _batched(view: View, batcher: Batcher, items: list[Json], language: QueryLanguage) -> list[Json]:
    batching = distributed.batching_of(batcher, view, language)
    return list(
        batches(
            items,
            batch_input=batching["input"],
            max_items=batching["max_items"],
            max_bytes=batching["max_bytes"],
        )
    )


def _numbers(turn: Turn, frame: Frame, state: Map, effective: Json, length: int | None) -> bool:
    """Note the Map's numbers; true if more iterations failed than it tolerates."""
    view, failures = turn.view(frame, effective), _rehearsal(turn).failures
    is_exceeded = False
    turn.note("maxConcurrency", whole_number(view, state.max_concurrency, "MaxConcurrency", state.language))
    if state.tolerated_count is not None:
        count = whole_number(view, state.tolerated_count, "ToleratedFailureCount", state.language)
        turn.note("toleratedFailureCount", count)
        is_exceeded = failures > count
    if state.tolerated_percentage is not None:
        share = percentage(view, state.tolerated_percentage, "ToleratedFailurePercentage", state.language)
        turn.note("toleratedFailurePercentage", share)
        is_exceeded = is_exceeded or (length is not None and failures * 100 > share * length)
    return is_exceeded


def _answer(turn: Turn, frame: Frame, state: Parallel | Map, mock: Mock | None) -> None:
    assert mock is not None
    frame.phase = "fan"
    if mock.error is not None:
        failing.handle(turn, frame, state, mock.error, mock.cause)
    else:
        leaving.with_result(turn, frame, state, mock.result)


def _rehearsal(turn: Turn) -> Rehearsal:
    assert turn.rehearsal is not None
    return turn.rehearsal
