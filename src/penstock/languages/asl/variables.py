"""Which variables the states of a definition refer to: a state's name → names, in order. Reads text, evaluates nothing.

JSONPath refers to a variable as `$name` in a path or as an argument of an intrinsic function; JSONata as `$name` in
an expression that neither binds the name itself nor is the name of a function.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.languages.asl.jsontext import NotJson, read_json
from penstock.languages.asl.tree import QueryLanguage
from penstock.languages.asl.view import Json

_QUOTED: Final = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_IN_PATH: Final = re.compile(r"(?<![\w$@])\$([A-Za-z_]\w*)")
_IN_JSONATA: Final = re.compile(r"(?<![\w$])\$([A-Za-z_]\w*)(?!\w*\s*\()")
_BOUND: Final = re.compile(r"\$([A-Za-z_]\w*)\s*:=|[@#]\s*\$([A-Za-z_]\w*)")
_PARAMETERS: Final = re.compile(r"(?:\bfunction|λ)\s*\(([^)]*)\)")
_FUNCTIONS: Final = frozenset(
    {
        "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil", "contains",
        "count", "decodeUrl", "decodeUrlComponent", "distinct", "each", "encodeUrl", "encodeUrlComponent",
        "error", "exists", "filter", "floor", "formatBase", "formatInteger", "formatNumber", "fromMillis",
        "hash", "join", "keys", "length", "lookup", "lowercase", "map", "match", "max", "merge", "millis",
        "min", "not", "now", "number", "pad", "parse", "parseInteger", "partition", "power", "random", "range",
        "reduce", "replace", "reverse", "round", "shuffle", "sift", "single", "sort", "split", "spread", "sqrt",
        "string", "substring", "substringAfter", "substringBefore", "sum", "toMillis", "trim", "type",
        "uppercase", "uuid", "zip", "states",
    }
)  # fmt: skip
# What holds machines of its own, whose states speak for themselves.
_MACHINES: Final = frozenset({"ItemProcessor", "Iterator", "Branches"})


def variable_references(definition: str) -> dict[str, list[str]]:
    """The variables of every state that refers to any; nothing for a text that is not a definition."""
    try:
        machine = read_json(definition)
    except NotJson:
        return {}
    language: QueryLanguage = "JSONPath"
    if isinstance(machine, dict) and machine.get("QueryLanguage") == "JSONata":
        language = "JSONata"
    return {name: sorted(names) for name, names in _of_machine(machine, language) if names}


def _of_machine(machine: Json, language: QueryLanguage) -> Iterator[tuple[str, set[str]]]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in (states if isinstance(states, dict) else {}).items():
        if not isinstance(state, dict):
            continue
        own = state.get("QueryLanguage", language)
        yield name, set(_in_jsonata(state) if own == "JSONata" else _in_jsonpath(state))
        for inner in (state.get("ItemProcessor"), state.get("Iterator"), *(state.get("Branches") or ())):
            yield from _of_machine(inner, language)


def _leaves(value: Json, key: str = "") -> Iterator[tuple[str, str]]:
    """(name of the member, text) of every text in a state that is not inside a machine of its own."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in _MACHINES:
                yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)


def _in_jsonpath(state: Mapping[str, Json]) -> Iterator[str]:
    for key, text in _leaves(state):
        if key.endswith((".$", "Path")) or key == "Variable":
            yield from _IN_PATH.findall(_QUOTED.sub("''", text))


def _in_jsonata(state: Mapping[str, Json]) -> Iterator[str]:
    for _, text in _leaves(state):
        if not (text.startswith("{%") and text.endswith("%}")):
            continue
        code = _QUOTED.sub("''", _COMMENT.sub(" ", text))
        bound = {name for pair in _BOUND.findall(code) for name in pair}
        for parameters in _PARAMETERS.findall(code):
            bound.update(part.strip().lstrip("$") for part in parameters.split(","))
        yield from (name for name in _IN_JSONATA.findall(code) if name not in bound and name not in _FUNCTIONS)
