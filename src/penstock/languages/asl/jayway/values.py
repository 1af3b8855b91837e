"""JSON values, compared as JSON: true is not 1, which Python's `==` believes."""

from collections.abc import Iterable
from typing import Any

Json = Any


def is_number(value: Json) -> bool:
    return type(value) is int or type(value) is float


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are equal; numbers by value, whatever their type."""
    if type(left) is list:
        return (
            type(right) is list
            and len(left) == len(right)
            and all(same(one, other) for one, other in zip(left, right, strict=True))
        )
    if type(left) is dict:
        return (
            type(right) is dict
            and left.keys() == right.keys()
            and all(same(value, right[key]) for key, value in left.items())
        )
    if is_number(left):
        return is_number(right) and bool(left == right)
    return type(left) is type(right) and bool(left == right)


def contains(values: Iterable[Json], value: Json) -> bool:
    return any(same(one, value) for one in values)
