"""Tree and series to series. A number stands for itself in every period; where a value is missing, so is the result."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from penstock.languages.metricmath.tree import Array, Function, Name, Number, Operation, Tree, WrongExpression

Series = tuple[float | None, ...]
Value = float | Series | list["Value"]  # a list is an array of series
Fold = Callable[[Sequence[float]], float]


def divided(left: float, right: float) -> float | None:
    return left / right if right else None


def raised(left: float, right: float) -> float | None:
    try:
        found = left**right
    except (OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, float) else None  # roots of negative numbers are none


SIGNS: Final[Mapping[str, Callable[[float, float], float | None]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divided,
    "^": raised,
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "AND": lambda left, right: float(bool(left) and bool(right)),
    "OR": lambda left, right: float(bool(left) or bool(right)),
}
FOLDS: Final[Mapping[str, Fold]] = {
    "SUM": math.fsum,
    "AVG": lambda several: math.fsum(several) / len(several),
    "MIN": min,
    "MAX": max,
}
EACH: Final[Mapping[str, Callable[[float], float]]] = {
    "ABS": abs,
    "CEIL": lambda value: float(math.ceil(value)),
    "FLOOR": lambda value: float(math.floor(value)),
}


def differences(series: Series) -> Series:
    """What each value is more than the one before it; none of the first."""
    last: float | None = None
    made: list[float | None] = []
    for each in series:
        made.append(None if each is None or last is None else each - last)
        last = last if each is None else each
    return tuple(made)


def running(series: Series) -> Series:
    """What there was up to each value."""
    total = 0.0
    made: list[float | None] = []
    for each in series:
        total += each or 0.0
        made.append(None if each is None else total)
    return tuple(made)


WHOLE: Final[Mapping[str, Callable[[Series], Series]]] = {
    "DIFF": differences,
    "RUNNING_SUM": running,
    "TIME_SERIES": lambda series: series,
}
FUNCTIONS: Final = (*FOLDS, *EACH, *WHOLE, "IF", "FILL", "METRICS")


def value(tree: Tree, found: Mapping[str, Value], metrics: Sequence[str], length: int) -> Value:
    """What a tree is, of series of that length. `metrics` are the ids that METRICS() stands for."""

    def of(each: Tree) -> Value:
        return value(each, found, metrics, length)

    match tree:
        case Number(number):
            return number
        case Name(name):
            return found[name]
        case Array(items):
            return [of(each) for each in items]
        case Operation(sign, left, right):
            return zipped(SIGNS[sign], of(left), of(right), length=length)
        case Function("METRICS", ()):
            return [found[each] for each in metrics]
        case Function("FILL", (series, filling)):
            return filled(spread(of(series), length), filling, length, of)
        case Function(name, arguments):
            return called(name, [of(each) for each in arguments], length)


def called(name: str, arguments: list[Value], length: int) -> Value:
    match arguments:
        case [only] if name in FOLDS:
            return folded(FOLDS[name], only, length)
        case [only] if name in EACH:
            return zipped(EACH[name], only, length=length)
        case [only] if name in WHOLE:
            return WHOLE[name](spread(only, length))
        case [condition, then, other] if name == "IF":
            return chosen(spread(condition, length), spread(then, length), spread(other, length))
    raise WrongExpression(refusal(name))


def refusal(name: str) -> str:
    if name in FUNCTIONS:
        return f"the function {name} is not used with as many arguments as it is given"
    return f"the function {name} is not one that Penstock computes; it has {', '.join(FUNCTIONS)}"


def spread(value: Value, length: int) -> Series:
    """A value as one series; raises where it is several."""
    if isinstance(value, list):
        raise WrongExpression("an array stands where one series is expected; use SUM, AVG, MIN or MAX of it")
    return value if isinstance(value, tuple) else (float(value),) * length


def zipped(act: Callable[..., float | None], *values: Value, length: int) -> Value:
    """Period by period; numbers alone make a number."""
    if all(isinstance(each, float) for each in values):
        made = act(*values)
        return (None,) * length if made is None else made
    columns = zip(*(spread(each, length) for each in values), strict=True)
    return tuple(None if None in column else act(*column) for column in columns)


def folded(fold: Fold, value: Value, length: int) -> Value:
    """Of an array a series, period by period, of what is there; of one series a number."""
    if isinstance(value, list):
        columns = zip(*(spread(each, length) for each in value), strict=True)
        known = [[each for each in column if each is not None] for column in columns]
        return tuple(fold(each) if each else None for each in known)
    there = [each for each in spread(value, length) if each is not None]
    return float(fold(there)) if there else (None,) * length


def chosen(condition: Series, then: Series, other: Series) -> Series:
    picked = zip(condition, then, other, strict=True)
    return tuple(None if is_so is None else yes if is_so else no for is_so, yes, no in picked)


def filled(series: Series, filling: Tree, length: int, of: Callable[[Tree], Value]) -> Series:
    """With what is missing filled in: by a value, by the one before (REPEAT), on a line between neighbours (LINEAR)."""
    match filling:
        case Name("REPEAT"):
            return repeated(series)
        case Name("LINEAR"):
            return interpolated(series)
    others = spread(of(filling), length)
    return tuple(other if each is None else each for each, other in zip(series, others, strict=True))


def repeated(series: Series) -> Series:
    last: float | None = None
    made: list[float | None] = []
    for each in series:
        last = last if each is None else each
        made.append(last)
    return tuple(made)


def interpolated(series: Series) -> Series:
    made = list(series)
    known = [place for place, each in enumerate(series) if each is not None]
    for before, after in pairwise(known):
        start, end = series[before], series[after]
        assert start is not None
        assert end is not None
        for place in range(before + 1, after):
            made[place] = start + (end - start) * (place - before) / (after - before)
    return tuple(made)
