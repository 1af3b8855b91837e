"""Inspection: what a state's fields came to, as the answer to TestState shows it.

Which of them are shown depends on the type of the state and its query language, as recorded from AWS: a Pass with a
Result shows no input, and a Parallel state nothing before its result.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from penstock.languages.asl.tree import Map, Parallel, Pass, State, Task
from penstock.wire.outgoing import Exchange, Reply

Json = Any
Notes = Mapping[str, Json]
Texts = Sequence[tuple[Json, str]]  # values, and the texts that they were read from
_INPUT: Final = ("afterInputPath",)
_AFTER: Final = ("afterResultSelector", "afterResultPath")
_MAP: Final = ("afterItemsPointer", "afterItemSelector", "afterItemBatcher")
_NUMBERS: Final = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage")
_ERRORS: Final = ("catchIndex", "retryIndex", "retryBackoffIntervalSeconds")


def inspected(state: State, notes: Notes, texts: Texts) -> dict[str, Json]:
    """`inspectionData`."""
    shown: dict[str, Json] = {"input": text(notes["input"], texts)}
    for name in _names(state):
        if name in notes:
            own = "afterArguments" if name == "afterParameters" and state.language == "JSONata" else name
            shown[own] = text(notes[name], texts)
    if isinstance(state, Map):
        shown |= {name: notes[name] for name in _NUMBERS if name in notes}
    if notes.get("variables"):
        shown["variables"] = text(notes["variables"], texts)
    errors = {name: notes[name] for name in _ERRORS if name in notes}
    return {**shown, "errorDetails": errors} if errors else shown


def _names(state: State) -> tuple[str, ...]:
    """The fields that a state shows."""
    is_jsonata = state.language == "JSONata"
    match state:
        case Task():
            return ("afterParameters", "result") if is_jsonata else (*_INPUT, "afterParameters", "result", *_AFTER)
        case Map():
            return _MAP if is_jsonata else (*_INPUT, "afterItemsPath", *_MAP, *_AFTER)
        case Parallel():
            return ("afterParameters",) if is_jsonata else _AFTER
        case Pass() if not is_jsonata:
            return (*_INPUT, "afterParameters", *_AFTER) if state.result is None else ("result", *_AFTER)
        case _:
            return () if is_jsonata else _INPUT


def text(value: Json, texts: Texts) -> str:
    """A value as TestState writes it: as it was given, or else with spaces."""
    for known, written in texts:
        if value is known:
            return written
    return json.dumps(value, ensure_ascii=False)


def exchanged(exchange: Exchange, reply: Reply | None) -> dict[str, Json]:
    """`request` and `response` of a call to an HTTP endpoint; without a reply only the request."""
    protocol = exchange.url.partition(":")[0]
    request = {
        "protocol": protocol,
        "method": exchange.method,
        "url": exchange.url,
        "headers": _headers(exchange.headers.items()),
    }
    if exchange.body is not None:
        request["body"] = exchange.body.decode(errors="replace")
    if reply is None:
        return {"request": request}
    response = {
        "protocol": protocol,
        "statusCode": str(reply.status),
        "statusMessage": reply.reason,
        "headers": _headers(reply.headers),
        "body": reply.body.decode(errors="replace"),
    }
    return {"request": request, "response": response}


def _headers(pairs: Iterable[tuple[str, str]]) -> str:
    return f"[{', '.join(f'{name}: {value}' for name, value in pairs)}]"
