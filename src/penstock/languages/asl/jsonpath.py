"""JSONPath in a state: what a path starts from, how a miss is told, and where a result goes.

A path starts from the document (`$.a`), the context object (`$$.Execution.Id`) or a workflow variable (`$name.a`); the
rest is `jayway`'s. AWS tells a miss with one of several sentences, by the field that holds the path. `$.a.b` and its
like are what a machine does all day: they are one closure without a loop.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from penstock.languages.asl import jayway
from penstock.languages.asl.jayway.tree import Filter, Function, Index, Property, Step
from penstock.languages.asl.tree import WHOLE, Place
from penstock.languages.asl.view import Compiled, Expression, Failure, Json, View

_VARIABLE: Final = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]{0,79})(?=[.\[]|$)")
_MOST_NESTING: Final = 100  # of places that ResultPath may make

Miss = Callable[[str, Json, str], str]  # path, document, Jayway's sentence → cause


def compile_path(text: str, *, field: str) -> Expression:
    """The path as an expression. Raises `ValueError` where it is none."""
    if not isinstance(text, str):
        raise ValueError(f"The value for the field '{field}' must be a string that is a JSONPath")
    root, inner = _parted(text)
    path = _read(inner, text, field)
    miss = _miss(text, field)
    origin = _ORIGINS.get(root) or _of_variable(root, text, field)
    find = _finder(path, miss)
    variables = frozenset() if root in _ORIGINS else frozenset([root])
    if root == "$" and (fast := _of_document(path, miss)) is not None:
        return Compiled(text, fast, variables)
    return Compiled(text, lambda view: find(origin(view)), variables)


def _parted(text: str) -> tuple[str, str]:
    """What the path starts from (`$`, `$$` or a variable's name), and the path from there."""
    if text.startswith("$$"):
        return "$$", text[1:]
    if (variable := _VARIABLE.match(text)) is not None:
        return variable.group(1), "$" + text[variable.end() :]
    return "$", text


def _read(inner: str, text: str, field: str) -> jayway.Path:
    try:
        return jayway.compile_path(inner)
    except ValueError as error:
        raise ValueError(
            f"The value for the field '{field}' must be a valid JSONPath: '{text}' is none, {error}"
        ) from None


# where paths start


def _document(view: View) -> Json:
    return view.document


def _context(view: View) -> Json:
    return view.context()


_ORIGINS: Final[Mapping[str, Callable[[View], Json]]] = {"$": _document, "$$": _context}


def _of_variable(name: str, text: str, field: str) -> Callable[[View], Json]:
    def origin(view: View) -> Json:
        try:
            return view.variables[name]
        except KeyError:
            raise Failure(
                "States.Runtime", f"The variable '${name}' in the path '{text}' of the field '{field}' has no value."
            ) from None

    return origin


# how a miss is told


def compact(value: Json) -> str:
    """JSON as AWS's sentences write it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _not_in_input(field: str) -> Miss:
    return lambda path, document, _why: (
        f"The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{compact(document)}'"
    )


def _no_input_value(field: str) -> Miss:
    return lambda path, _document, _why: f"The {field} parameter does not reference an input value: {path}"


def _invalid(path: str, _document: Json, why: str) -> str:
    return f"Invalid path '{path}' : {why}"


def _no_choice(path: str, _document: Json, _why: str) -> str:
    return f"Invalid path '{path}': The choice state's condition path references an invalid value."


_INVALID: Final = frozenset(
    [
        "InputPath", "OutputPath", "ItemsPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "MaxConcurrencyPath",
        "ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "MaxItemsPath", "MaxItemsPerBatchPath",
        "MaxInputBytesPerBatchPath",
    ]
)  # fmt: skip


def _miss(text: str, field: str) -> Callable[[Json, str], NoReturn]:
    if field in _INVALID:
        cause: Miss = _invalid
    elif field in {"SecondsPath", "TimestampPath"}:
        cause = _no_input_value(field)
    elif field == "Variable" or field.endswith(("EqualsPath", "ThanPath")):
        cause = _no_choice
    else:
        cause = _not_in_input(field)

    def miss(document: Json, why: str) -> NoReturn:
        raise Failure("States.Runtime", cause(text, document, why))

    return miss


# finding


def _finder(path: jayway.Path, miss: Callable[[Json, str], NoReturn]) -> Callable[[Json], Json]:
    """Find in any document: step by step where the path is definite, by `jayway` where not, or to tell what is missing."""
    keys = _keys(path.steps)

    def find(document: Json) -> Json:
        try:
            return path.find(document)
        except jayway.NotFound as why:
            miss(document, str(why))

    if keys is None:
        return find
    if not keys:
        return lambda document: document

    def follow(document: Json) -> Json:
        node = document
        for key in keys:
            if type(node) is not dict or key not in node:
                return find(document)
            node = node[key]
        return node

    return follow


def _keys(steps: tuple[Step, ...]) -> tuple[str, ...] | None:
    """The names, where a path is nothing but names."""
    names = tuple(step.names[0] for step in steps if isinstance(step, Property) and len(step.names) == 1)
    return names if len(names) == len(steps) else None


def _of_document(path: jayway.Path, miss: Callable[[Json, str], NoReturn]) -> Callable[[View], Json] | None:
    """`$`, `$.a`, `$.a.b` and `$.a.b.c`. JSON has no value but an object that a string can index."""
    keys = _keys(path.steps)
    find = _finder(path, miss)
    match keys:
        case ():
            return _document
        case (one,):

            def value_of_one(view: View) -> Json:
                try:
                    return view.document[one]
                except (KeyError, TypeError):
                    return find(view.document)

            return value_of_one
        case (one, two):

            def value_of_two(view: View) -> Json:
                try:
                    return view.document[one][two]
                except (KeyError, TypeError):
                    return find(view.document)

            return value_of_two
        case (one, two, three):

            def value_of_three(view: View) -> Json:
                try:
                    return view.document[one][two][three]
                except (KeyError, TypeError):
                    return find(view.document)

            return value_of_three
        case _:
            return None


# places


def compile_reference(text: str, *, field: str) -> Place:
    """A reference path: names and indexes only, and never of the context object or a variable."""
    if not isinstance(text, str):
        raise ValueError(f"The value for the field '{field}' must be a string that is a Reference Path")
    root, inner = _parted(text)
    if root != "$":
        raise ValueError(f"Value is not a Reference Path: the field '{field}' can only name a place in the input")
    steps = _read(inner, text, field).steps
    keys = tuple(key for step in steps if (key := _key(step)) is not None)
    if len(keys) != len(steps):
        raise ValueError(f"Value is not a Reference Path: '{text}' could name more than one place")
    if len(keys) > _MOST_NESTING:
        raise ValueError(f"Value is not a Reference Path: more than {_MOST_NESTING} steps")
    return _Spot(text, keys) if keys else WHOLE


def _key(step: Step) -> str | int | None:
    match step:
        case Property((name,)):
            return name
        case Index((index,)) if index >= 0:
            return index
        case Filter() | Function() | _:
            return None


class _Spot:
    __slots__ = ("keys", "text")

    def __init__(self, text: str, keys: tuple[str | int, ...]) -> None:
        self.text = text
        self.keys = keys

    def put(self, document: Json, value: Json) -> Json:
        """The document with the value there; only what lies on the way is copied."""
        return self._put(document, value, document, 0)

    def _put(self, node: Json, value: Json, document: Json, position: int) -> Json:
        if position == len(self.keys):
            return value
        key = self.keys[position]
        if isinstance(key, str):
            if node is None or type(node) is dict:
                copy = dict(node or {})
                copy[key] = self._put(copy.get(key), value, document, position + 1)
                return copy
        elif type(node) is list and key < len(node):
            items = list(node)
            items[key] = self._put(items[key], value, document, position + 1)
            return items
        raise Failure(
            "States.ResultPathMatchFailure", f"Unable to apply ReferencePath {self.text} to input {compact(document)}"
        )
