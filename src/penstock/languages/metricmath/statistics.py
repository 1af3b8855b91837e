"""Statistics of a period's values, by CloudWatch's names for them.

    Average, Sum, Minimum, Maximum, SampleCount
    p99, p99.9                the least value that so many percent of the values do not exceed
    tm99  TM(10%:90%)         the mean of what lies between          tc, ts: how many they are, and their sum
    wm98  WM(1%:99%)          the mean, with what lies outside taken for the last value inside
    PR(:100)  PR(10:100)      how many percent of the values lie between
    IQM                       TM(25%:75%)

Bounds are percents of the values, or values: then the lower one is exclusive. Where values were told as a set of
statistics, all but the first five need a set that is one value; none but those is told of negative values.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

PLAIN: Final = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")
NUMBER: Final = r"\d+(?:\.\d{1,10})?"
SHORT: Final = re.compile(rf"(?P<kind>p|tm|tc|ts|wm)(?P<percent>{NUMBER})")
BETWEEN: Final = re.compile(rf"(?P<kind>TM|TC|TS|WM|PR)\((?P<low>(?:{NUMBER}%?)?):(?P<high>(?:{NUMBER}%?)?)\)")
WHOLE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Set:
    """Values of which only this much was told."""

    minimum: float
    maximum: float
    total: float
    count: float


@dataclass(slots=True)
class Sample:
    """What was told of a metric in a period."""

    values: list[float] = field(default_factory=list)
    sets: list[Set] = field(default_factory=list)

    @property
    def count(self) -> float:
        return len(self.values) + math.fsum(each.count for each in self.sets)

    @property
    def total(self) -> float:
        return math.fsum([*self.values, *(each.total for each in self.sets)])

    def each(self) -> list[float] | None:
        """All values in their order; None where they are not known one by one, or are negative."""
        known = list(self.values)
        for one in self.sets:
            if one.count != 1 and one.minimum != one.maximum:
                return None
            known += [one.minimum] * int(one.count)
        return None if not known or min(known) < 0 else sorted(known)

    def statistic(self, name: str) -> float | None:
        """A statistic; None where the sample does not have it. Raises `ValueError` for a name that is none."""
        if name in PLAIN:
            return self._plain(name)
        compute, values = computing(name), self.each()
        return None if values is None else compute(values)

    def _plain(self, name: str) -> float | None:
        if not self.count:
            return None
        match name:
            case "SampleCount":
                return float(self.count)
            case "Sum":
                return self.total
            case "Average":
                return self.total / self.count
            case "Minimum":
                return min([*self.values, *(each.minimum for each in self.sets)])
        return max([*self.values, *(each.maximum for each in self.sets)])


def is_statistic(name: str) -> bool:
    if name in PLAIN:
        return True
    try:
        computing(name)
    except ValueError:
        return False
    return True


@cache
def computing(name: str) -> Callable[[Sequence[float]], float | None]:
    """What computes a statistic of values in their order. Raises `ValueError`."""
    if name == "IQM":
        return computing("TM(25%:75%)")
    if found := SHORT.fullmatch(name):
        percent = float(found["percent"])
        if percent > WHOLE:
            raise ValueError(f"the statistic {name} is of more than 100 percent")
        if found["kind"] == "p":
            return lambda values: values[rank(percent, len(values))]
        return between(found["kind"].upper(), "", f"{percent}%")
    if (found := BETWEEN.fullmatch(name)) and (found["low"] or found["high"]):
        if found["kind"] == "PR" and "%" in found["low"] + found["high"]:
            raise ValueError(f"the statistic {name} is between values, not percents")
        return between(found["kind"], found["low"], found["high"])
    raise ValueError(f"{name} is not a statistic")


def rank(percent: float, count: int) -> int:
    """The place of the least value that so many percent do not exceed."""
    return max(0, math.ceil(percent / WHOLE * count - 1e-9) - 1)


def between(kind: str, low: str, high: str) -> Callable[[Sequence[float]], float | None]:
    def compute(values: Sequence[float]) -> float | None:
        first, last = lower(low, values), upper(high, values)
        return OF_THOSE[kind](values, first, max(first, last))

    return compute


def lower(bound: str, values: Sequence[float]) -> int:
    """Where what lies above a bound begins."""
    if bound.endswith("%"):
        return math.floor(float(bound[:-1]) / WHOLE * len(values) + 1e-9)
    return sum(value <= float(bound) for value in values) if bound else 0


def upper(bound: str, values: Sequence[float]) -> int:
    """Where what lies up to a bound ends."""
    if bound.endswith("%"):
        return len(values) - math.floor((WHOLE - float(bound[:-1])) / WHOLE * len(values) + 1e-9)
    return sum(value <= float(bound) for value in values) if bound else len(values)


def mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def winsorized(values: Sequence[float], first: int, last: int) -> float | None:
    inside = values[first:last]
    return mean([inside[0]] * first + [*inside] + [inside[-1]] * (len(values) - last)) if inside else None


OF_THOSE: Final[Mapping[str, Callable[[Sequence[float], int, int], float | None]]] = {
    "TM": lambda values, first, last: mean(values[first:last]),
    "TC": lambda _, first, last: float(last - first),
    "TS": lambda values, first, last: math.fsum(values[first:last]),
    "WM": winsorized,
    "PR": lambda values, first, last: WHOLE * (last - first) / len(values),
}
