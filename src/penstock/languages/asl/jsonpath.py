"""JSONPath in a state: what a path starts from, how a miss is told, and where a result goes.

A path starts from the document (`$.a`), the context object (`$$.Execution.Id`) or a workflow variable (`$name.a`); the
rest is `jayway`'s. AWS tells a miss with one of several sentences, by the field that holds the path. `$.a.b` and its
like are what a machine does all day: they go straight down.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from penstock.languages.asl import jayway
from penstock.languages.asl.jayway.tree import Index, Property, Step
from penstock.languages.asl.tree import WHOLE, Place
from penstock.languages.asl.view import Compiled, Expression, Failure, Json, View

_VARIABLE: Final = re.compile(r"\$([^\W\d]\w*)(?=[.\[]|$)")
_MOST_NESTING: Final = 100  # of places that ResultPath may make

Miss = Callable[[str, Json, str], str]  # path, document, Jayway's sentence → cause


def compile_path(text: str, *, field: str, miss: Miss | None = None) -> Expression:
    """The path as an expression; a miss is told as the field's, or by `miss`. Raises `ValueError` where it is none."""
    root, inner = _parted(text)
    path = _read(inner, text, field)
    missed = _missing(text, miss or _miss_of(field))
    origin = _ORIGINS.get(root) or _of_variable(root, text, field)
    variables = frozenset() if root in _ORIGINS else frozenset([root])
    if (keys := _keys(path.steps)) is None:
        return Compiled(text, _searching(path, missed, origin), variables)
    find = _finder(path, keys, missed)
    if root == "$" and (fast := _of_document(path, find)) is not None:
        return Compiled(text, fast, variables)
    return Compiled(text, lambda view: find(origin(view)), variables)


def compile_single_path(text: Json, *, field: str) -> Expression:
    """A path that names one place: what choices compare. Raises `ValueError` where it could name several."""
    if not isinstance(text, str):
        raise ValueError(f"Value is not a Reference Path: the field '{field}' must be a string")
    expression = compile_path(text, field=field)
    if _keys(jayway.compile_path(_parted(text)[1]).steps) is None:
        raise ValueError(f"Value is not a Reference Path: '{text}' could name more than one place")
    return expression


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
        raise ValueError(f"'{text}' in the field '{field}' is not a valid JSONPath: {error}") from None


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


def _miss_of(place: str) -> Miss:
    field = place.rpartition("/")[2]
    if field in _INVALID:
        return _invalid
    if field in {"SecondsPath", "TimestampPath"}:
        return _no_input_value(field)
    if field == "Variable" or field.endswith(("EqualsPath", "ThanPath")):
        return _no_choice
    return _not_in_input(field)


def _missing(text: str, cause: Miss) -> Callable[[Json, str], NoReturn]:
    def miss(document: Json, why: str) -> NoReturn:
        raise Failure("States.Runtime", cause(text, document, why))

    return miss


# finding


def _searching(
    path: jayway.Path, miss: Callable[[Json, str], NoReturn], origin: Callable[[View], Json]
) -> Callable[[View], Json]:
    """A path that may look at much of the document."""

    def find(view: View) -> Json:
        document = origin(view)
        try:
            return path.find(document) if view.labour is None else view.labour.find(path, document)
        except jayway.NotFound as why:
            miss(document, str(why))

    return find


def _finder(
    path: jayway.Path, keys: tuple[str | int, ...], miss: Callable[[Json, str], NoReturn]
) -> Callable[[Json], Json]:
    """Find in any document, straight down by names and indexes; a miss is told by `jayway`."""

    def find(document: Json) -> Json:
        try:
            return path.find(document)
        except jayway.NotFound as why:
            miss(document, str(why))

    ways: list[tuple[Json, Any]] = [(key, dict if isinstance(key, str) else list) for key in keys]

    def follow(document: Json) -> Json:
        node: Json = document
        try:
            for key, kind in ways:
                if type(node) is not kind:
                    return find(document)
                node = node[key]
        except (KeyError, IndexError):
            return find(document)
        return node

    return follow


def _keys(steps: tuple[Step, ...]) -> tuple[str | int, ...] | None:
    """The names and indexes, where a path is nothing else."""
    keys = tuple(key for step in steps if (key := _key(step)) is not None)
    return keys if len(keys) == len(steps) else None


def _key(step: Step) -> str | int | None:
    match step:
        case Property((name,)):
            return name
        case Index((index,)):
            return index
        case _:
            return None


def _of_document(path: jayway.Path, find: Callable[[Json], Json]) -> Callable[[View], Json] | None:
    """`$`, `$.a` and `$.a.b`: JSON has no value but an object that a string can index."""
    match _keys(path.steps):
        case ():
            return _document
        case (str(only),):

            def member(view: View) -> Json:
                try:
                    return view.document[only]
                except (KeyError, TypeError):
                    return find(view.document)

            return member
        case (str(outer), str(inner)):

            def inner_member(view: View) -> Json:
                try:
                    return view.document[outer][inner]
                except (KeyError, TypeError):
                    return find(view.document)

            return inner_member
        case _:
            return None


# places


def compile_reference(text: str, *, field: str) -> Place:
    """A reference path: names and indexes only, and never of the context object or a variable.

    Raises `ValueError` with the reason, which AWS tells after "Value is not a Reference Path: ".
    """
    root, inner = _parted(text)
    if root != "$":
        raise ValueError(f"'{text}' does not name a place in the input")
    keys = _keys(_read(inner, text, field).steps)
    if keys is None or any(isinstance(key, int) and key < 0 for key in keys):
        raise ValueError(f"'{text}' could name more than one place")
    if len(keys) > _MOST_NESTING:
        raise ValueError(f"'{text}' has more than {_MOST_NESTING} steps")
    return _Spot(text, keys) if keys else WHOLE


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
        elif not node and key == 0 and (node is None or type(node) is list):
            return [self._put(None, value, document, position + 1)]  # AWS makes the array for its first item
        elif type(node) is list and key < len(node):
            items = list(node)
            items[key] = self._put(items[key], value, document, position + 1)
            return items
        raise Failure(
            "States.ResultPathMatchFailure", f"Unable to apply ReferencePath {self.text} to input {compact(document)}"
        )
