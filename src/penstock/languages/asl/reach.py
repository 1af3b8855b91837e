"""What a JSONata expression may refer to, which depends on where it stands.

    $states.input, $states.context   anywhere
    $states.result                   Output and Assign of a Task, a Parallel or a Map state
    $states.errorOutput              Output and Assign of a catcher

There is no document: a name by itself (`phone` for `$states.input.phone`) and `$$` refer to nothing. AWS refuses all of
these when a machine is made.
"""

import re
from collections.abc import Iterator
from typing import Final

from penstock.languages.asl.entry import Entry
from penstock.languages.asl.jsonata import is_jsonata
from penstock.languages.asl.mistakes import texts
from penstock.languages.jsonata import JsonataError, compile_expression

UNSUPPORTED: Final = "UNSUPPORTED_JSONATA_EXPRESSION"
_WITH_RESULT: Final = frozenset({"Task", "Parallel", "Map"})
_OF_RESULT: Final = re.compile(r"(Output|Assign)\b")
_OF_ERROR: Final = re.compile(r"Catch\[\d+\]/(Output|Assign)\b")
_MACHINES: Final = frozenset({"ItemProcessor", "Iterator", "Branches"})
_WHOLE_DOCUMENT: Final = re.compile(r"(?<![\w$])\$\$(?![\w$])")
_QUOTED: Final = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|/\*.*?\*/", re.DOTALL)


def check_references(state: Entry, kind: str) -> None:
    """Tell of every reference to what is not there."""
    if state.language != "JSONata":
        return
    for name, value in state.members.items():
        if name not in _MACHINES and name != "Comment":
            for place, text in texts(value, name):
                _check_text(state, place, text, kind)


def _check_text(state: Entry, place: str, text: str, kind: str) -> None:
    if is_jsonata(text):
        for wrong in _wrong(text, place, kind):
            state.wrong(_sentence(wrong), place, code=UNSUPPORTED)
    elif text.startswith("{%"):
        state.wrong("JSONata string must start with {% and end with %}", place)


def _sentence(reference: str) -> str:
    if reference.startswith("$states"):
        return f"Field '{reference}' does not exist."
    return f"Reference to '{reference}' at the top level is not supported."


def _wrong(text: str, place: str, kind: str) -> Iterator[str]:
    inner = text[2:-2].strip()
    try:
        expression = compile_expression(inner)
    except JsonataError:  # which is told by whoever compiles it
        return
    yield from expression.names
    if _WHOLE_DOCUMENT.search(_QUOTED.sub("''", inner)):
        yield "$$"
    if not (kind in _WITH_RESULT and _OF_RESULT.match(place)) and _refers(expression.paths, "$states.result"):
        yield "$states.result"
    if not _OF_ERROR.match(place) and _refers(expression.paths, "$states.errorOutput"):
        yield "$states.errorOutput"


def _refers(paths: frozenset[str], to: str) -> bool:
    return any(path == to or path.startswith(f"{to}.") for path in paths)
