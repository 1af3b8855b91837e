"""The operators of filters, each on two values of which either may be missing. (For `=~` see `patterns`.)"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.languages.asl.jayway.values import contains, is_number, same

Json = Any


class _Missing:
    """What a path in a filter that finds nothing stands for."""


MISSING: Final = _Missing()


def _equal(left: Json, right: Json) -> bool:
    if left is MISSING or right is MISSING:
        return bool(left is right)
    if is_number(left) and isinstance(right, str):
        return bool(_as_number(right) == left)
    if isinstance(left, str) and is_number(right):
        return bool(left == str(right))
    return same(left, right)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Json, Json], bool]:
    def compares(left: Json, right: Json) -> bool:
        alike = (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))
        return alike and holds(left, right)

    return compares


def _is_in(left: Json, right: Json) -> bool:
    return isinstance(right, list) and contains(right, left)


def _contains(left: Json, right: Json) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    return isinstance(left, list) and contains(left, right)


def _lists(holds: Callable[[list[Json], list[Json]], bool]) -> Callable[[Json, Json], bool]:
    return lambda left, right: isinstance(left, list) and isinstance(right, list) and holds(left, right)


def _size(left: Json, right: Json) -> bool:
    return isinstance(left, str | list) and is_number(right) and len(left) == right


def _size_of(left: Json, right: Json) -> bool:
    return isinstance(left, str | list) and isinstance(right, str | list) and len(left) == len(right)


def _empty(left: Json, right: Json) -> bool:
    return isinstance(left, str | list | dict) and isinstance(right, bool) and (not left) is right


OPERATORS: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "==": _equal,
    "===": lambda left, right: type(left) is type(right) and _equal(left, right),
    "!=": lambda left, right: not _equal(left, right),
    "!==": lambda left, right: type(left) is not type(right) or not _equal(left, right),
    "<": _ordered(lambda left, right: bool(left < right)),
    "<=": _ordered(lambda left, right: bool(left <= right)),
    ">": _ordered(lambda left, right: bool(left > right)),
    ">=": _ordered(lambda left, right: bool(left >= right)),
    "in": _is_in,
    "nin": lambda left, right: isinstance(right, list) and not contains(right, left),
    "contains": _contains,
    "all": _lists(lambda left, right: all(contains(left, one) for one in right)),
    "subsetof": _lists(lambda left, right: all(contains(right, one) for one in left)),
    "anyof": _lists(lambda left, right: any(contains(right, one) for one in left)),
    "noneof": _lists(lambda left, right: not any(contains(right, one) for one in left)),
    "size": _size,
    "sizeof": _size_of,
    "empty": _empty,
}
