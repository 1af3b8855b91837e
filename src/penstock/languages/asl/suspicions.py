"""What a definition may say, but hardly means: warnings. Only JSONPath has them, where a name's end tells a path."""

import re
from collections.abc import Iterator
from typing import Final

from penstock.languages.asl.entry import Entry
from penstock.languages.asl.view import Json

_PATH: Final = re.compile(r"\$(\$?(\.|\[)|\$?$|[A-Za-z_]\w*([.\[]|$))")
_CALL: Final = re.compile(r"States\.[A-Za-z0-9]+\s*\(")
_TEMPLATES: Final = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
_TEXTS: Final = ("Error", "Cause", "Timestamp", "Resource")


def tell_suspicions(state: Entry) -> None:
    """Warn of paths that will be taken for plain texts."""
    if state.language == "JSONata":
        return
    for name in _TEMPLATES:
        for place in _undollared(state.members.get(name), name):
            message = "No .$ on a field that appears to be a JSONPath or Intrinsic Function"
            state.findings.warning(message, f"{state.at}/{place}", code="NO_DOLLAR")
    for name in _TEXTS:
        if _looks_like_path(state.members.get(name)):
            message = "Field value looks like a path, but field name does not end with 'Path'"
            state.findings.warning(message, f"{state.at}/{name}", code="NO_PATH")
    if any(_dynamic(state.members.get("Result"))):
        message = "Attempt to use a path in the result of a Pass state"
        state.findings.warning(message, f"{state.at}/Result", code="PASS_RESULT_IS_STATIC")


def _looks_like_path(value: Json) -> bool:
    return isinstance(value, str) and _PATH.match(value) is not None


def _undollared(value: Json, place: str) -> Iterator[str]:
    """Where a template has a path or a call under a name that does not say so."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                if not name.endswith(".$") and (_looks_like_path(inner) or _CALL.match(inner)):
                    yield f"{place}/{name}"
            else:
                yield from _undollared(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _undollared(inner, f"{place}[{position}]")


def _dynamic(value: Json) -> Iterator[bool]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name.endswith(".$")
            yield from _dynamic(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _dynamic(inner)
    else:
        yield _looks_like_path(value)
