"""Values: what an expression computes with, JSON and three things more.

`UNDEFINED` is "nothing was found". A `Sequence` is a list that came out of a path: it is nothing when empty and its
only item when single, while a plain list stays what it is. A `Constructed` list was written with brackets as a step of
a path, and is not flattened. Numbers are JavaScript's: whole ones are kept as `int`, so that results read `3`.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

Json = Any
Value = Any  # Json, UNDEFINED, a Function
Number = int | float

SAFE: Final = 2**53  # beyond it JavaScript's numbers have gaps


class Undefined:
    """The value of a path that leads nowhere."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __reduce__(self) -> str:
        return "UNDEFINED"


UNDEFINED: Final = Undefined()


class Sequence(list[Value]):
    """The results of a path, flattened; `keep` keeps it a list though it has one item."""

    keep = False
    tuples = False  # its items are not values but bindings, of @, # and %
    whole = False  # it only wraps a document that is an array


class Constructed(list[Value]):
    """An array written with brackets as the first or last step of a path."""


class Function:
    """Anything that can be called; what it does is in `calls`."""

    __slots__ = ("arity",)

    arity: int


def is_number(value: Value) -> bool:
    """Whether it is a number; true and false are none."""
    return type(value) is int or type(value) is float


def whole(number: Number) -> Number:
    """The number as an int where JavaScript would show it without a point, else as it is."""
    if type(number) is float:
        if number.is_integer() and -SAFE <= number <= SAFE:
            return int(number)
    elif not -SAFE <= number <= SAFE:
        return _float(number)
    return number


def _float(number: Number) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def collapsed(value: Value) -> Value:
    """A sequence as the rest of the expression sees it: nothing, its only item, or itself."""
    if isinstance(value, Sequence) and not value.tuples:
        if not value:
            return UNDEFINED
        if len(value) == 1 and not value.keep:
            return value[0]
    return value


def appended(first: Value, second: Value) -> Value:
    """Two values as one list; one that is undefined adds nothing."""
    if first is UNDEFINED:
        return second
    if second is UNDEFINED:
        return first
    return [*(first if isinstance(first, list) else (first,)), *(second if isinstance(second, list) else (second,))]


def truth(value: Value) -> bool:
    """What counts as true: not nothing, zero, an empty text, object or list, a list of such, or a function."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, list):
        return any(map(truth, _unnested(value)))
    return not isinstance(value, Function) and bool(value) and value == value  # noqa: PLR0124 (NaN is not true)


def _unnested(items: list[Value]) -> Iterator[Value]:
    """The items of a list and of lists within, none visited twice: lists may be shared many times over."""
    waiting, seen = [items], {id(items)}
    while waiting:
        for item in waiting.pop():
            if not isinstance(item, list):
                yield item
            elif id(item) not in seen:
                seen.add(id(item))
                waiting.append(item)


def size(value: Value, most: int) -> int:
    """How many values are in a value, texts by length; counting stops beyond `most`, since parts may be shared."""
    total, waiting = 0, [value]
    while waiting and total <= most:
        item = waiting.pop()
        total += 1
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str):
            total += len(item) // 64
    return total


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal in depth; 1 and true are not."""
    if type(left) is bool or type(right) is bool:
        return left is right
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return bool(left == right)


def looked_up(value: Value, name: str, pay: Callable[[int], None]) -> Value:
    """The field of an object, or those of a list's objects, flattened; every item is paid for."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    pay(len(value))
    found = Sequence()
    for item in value:
        inner = looked_up(item, name, pay)
        if isinstance(inner, list):
            found.extend(inner)
        elif inner is not UNDEFINED:
            found.append(inner)
    return found
