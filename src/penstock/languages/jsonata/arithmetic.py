"""Arithmetic: the operators on numbers and texts, in JavaScript's doubles.

A number that is not finite may come about (1/0), but not be used: D1001. Comparing or adding what is neither number nor
text is an error of the expression; with something undefined the result is undefined.
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.text import json_text
from penstock.languages.jsonata.values import UNDEFINED, Function, Number, Sequence, Value, is_number, same, size, whole

LARGEST_RANGE: Final = 10**7


def is_numeric(value: Value) -> bool:
    """Whether it is a number; one that is not finite is an error, and NaN none."""
    if type(value) is int:
        return True
    if type(value) is not float or math.isnan(value):
        return False
    if math.isinf(value):
        raise JsonataError("D1001", value=value)
    return True


def finite(value: Number) -> Number:
    """The number, where nothing can be done with one that is not finite: D1001."""
    if not math.isfinite(value):
        raise JsonataError("D1001", value=value)
    return value


def divided(left: Number, right: Number) -> Number:
    """The quotient; by zero it is not finite."""
    if right:
        return left / right
    if not left or math.isnan(left):
        return math.nan
    return math.inf if (left > 0) == (math.copysign(1, right) > 0) else -math.inf


def remainder(left: Number, right: Number) -> Number:
    """What is left of a division, with the sign of the dividend."""
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


CALCULATIONS: Final[Mapping[str, Callable[[Number, Number], Number]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divided,
    "%": remainder,
}
COMPARISONS: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def calculated(sign: str, left: Value, right: Value) -> Value:
    """The value of a numeric operator."""
    if left is not UNDEFINED and not is_numeric(left):
        raise JsonataError("T2001", value=left)
    if right is not UNDEFINED and not is_numeric(right):
        raise JsonataError("T2002", value=right)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    return whole(CALCULATIONS[sign](left, right))


def compared(sign: str, left: Value, right: Value) -> Value:
    """The value of a comparison."""
    for value in (left, right):
        if value is not UNDEFINED and not isinstance(value, str) and not is_number(value):
            raise JsonataError("T2010", value=value)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if isinstance(left, str) is not isinstance(right, str):
        raise JsonataError("T2009", value=left, value2=right)
    return COMPARISONS[sign](left, right)


def equal(run: Run, left: Value, right: Value) -> bool:
    """Whether both are there and the same."""
    _pay_comparison(run, left)
    return left is not UNDEFINED and right is not UNDEFINED and same(left, right)


def _pay_comparison(run: Run, value: Value) -> None:
    if isinstance(value, dict | list):
        run.pay(size(value, run.left))


def unequal(run: Run, left: Value, right: Value) -> bool:
    """Whether both are there and differ."""
    _pay_comparison(run, left)
    return left is not UNDEFINED and right is not UNDEFINED and not same(left, right)


def included(left: Value, right: Value) -> bool:
    """Whether a list has the value as a member; objects and lists are members only as themselves."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    members = right if isinstance(right, list) else [right]
    if isinstance(left, dict | list | Function):
        return any(member is left for member in members)
    return any(same(member, left) for member in members)


def span(run: Run, left: Value, right: Value) -> Value:
    """The whole numbers from one to another."""
    for value, code in ((left, "T2003"), (right, "T2004")):
        if value is not UNDEFINED and not (is_number(value) and float(value).is_integer()):
            raise JsonataError(code, value=value)
    if left is UNDEFINED or right is UNDEFINED or left > right:
        return UNDEFINED
    size = int(right) - int(left) + 1
    if size > LARGEST_RANGE:
        raise JsonataError("D2014", value=size)
    run.pay(size)
    return Sequence(range(int(left), int(right) + 1))


def joined(run: Run, left: Value, right: Value) -> str:
    """The texts of two values, one behind the other; what is undefined adds nothing."""
    first, second = as_text(run, left), as_text(run, right)
    run.pay_text(len(first) + len(second))
    return first + second


def as_text(run: Run, value: Value, *, indent: int = 0) -> str:
    """A value as text: a text as it is, others as JSON with numbers of fifteen digits, undefined as nothing."""
    if isinstance(value, str):
        return value
    if value is UNDEFINED or isinstance(value, Function):
        return ""
    if type(value) is int and -(10**15) < value < 10**15:
        return str(value)
    if type(value) is float and not math.isfinite(value):
        raise JsonataError("D3001", value=value)
    if isinstance(value, Sequence) and value.whole:
        value = value[0]
    if isinstance(value, dict | list):
        run.pay(size(value, run.left))
        _refuse_infinite(value)
    return json_text(value, indent=indent, rounded=True)


def _refuse_infinite(value: Value) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict | list):
            waiting.extend(item.values() if isinstance(item, dict) else item)
        elif type(item) is float and math.isinf(item):
            raise JsonataError("D1001", value=item)
