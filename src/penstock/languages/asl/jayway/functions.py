"""Functions at the end of a path: `.length()`, `.sum()`, `.keys()`, … ."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from penstock.languages.asl.jayway.values import is_number

Json = Any


def call(name: str, node: Json, arguments: Sequence[Json]) -> Json:
    """Raises `ValueError` where the function has no answer."""
    return _TABLE[name](node, arguments)


def _length(node: Json, _arguments: Sequence[Json]) -> Json:
    return len(node) if isinstance(node, list | dict | str) else None


def _keys(node: Json, _arguments: Sequence[Json]) -> Json:
    return list(node) if isinstance(node, dict) else None


def _numbers(node: Json, arguments: Sequence[Json]) -> list[float]:
    found = [value for value in node if is_number(value)] if isinstance(node, list) else []
    for argument in arguments:
        found += [one for one in (argument if isinstance(argument, list) else [argument]) if is_number(one)]
    if not found:
        raise ValueError("Aggregation function attempted to calculate value using empty array")
    return found


def _aggregate(of: Callable[[list[float]], float]) -> Callable[[Json, Sequence[Json]], Json]:
    return lambda node, arguments: float(of(_numbers(node, arguments)))


def _item(node: Json, index: int) -> Json:
    if not isinstance(node, list) or not -len(node) <= index < len(node):
        raise ValueError("Aggregation function attempted to calculate value using empty array")
    return node[index]


def _indexed(node: Json, arguments: Sequence[Json]) -> Json:
    if len(arguments) != 1 or type(arguments[0]) is not int:
        raise ValueError("index() takes one whole number")
    return _item(node, arguments[0])


def _concat(node: Json, arguments: Sequence[Json]) -> Json:
    parts = [value for value in node if isinstance(value, str)] if isinstance(node, list) else []
    for argument in arguments:
        parts += [str(one) for one in (argument if isinstance(argument, list) else [argument])]
    return "".join(parts)


def _append(node: Json, arguments: Sequence[Json]) -> Json:
    return [*node, *arguments] if isinstance(node, list) else node


_TABLE: Final[Mapping[str, Callable[[Json, Sequence[Json]], Json]]] = {
    "append": _append,
    "avg": _aggregate(statistics.fmean),
    "concat": _concat,
    "first": lambda node, _arguments: _item(node, 0),
    "index": _indexed,
    "keys": _keys,
    "last": lambda node, _arguments: _item(node, -1),
    "length": _length,
    "max": _aggregate(max),
    "min": _aggregate(min),
    "size": _length,
    "stddev": _aggregate(statistics.pstdev),
    "sum": _aggregate(sum),
}
