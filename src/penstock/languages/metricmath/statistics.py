"""Statistics: what is kept of many values, and what CloudWatch's statistics make of it. Pure.

    Average  Sum  Minimum  Maximum  SampleCount          p99.9  tm99  tc99  ts99  wm99  IQM
    TM(10%:90%)  TC(150:1000)  TS(80%:)  WM(:95%)        PR(:300)

A percentile is the least value that so many percent of all values do not exceed. Bounds in percent are ranks, of which
a value may have a part; other bounds are values, the lower one outside of its range and the upper one in it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

SIMPLE: Final = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")
MOST_VALUES: Final = 1_000  # different ones in a period; more are rounded until they are not
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """`counts` tells how often each value came; it is empty where only the sums are known."""

    samples: float
    total: float
    least: float
    most: float
    counts: Mapping[float, float] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Mapping[float, float]) -> Self:
        """Of values, of which there is one."""
        total = math.fsum(value * times for value, times in counts.items())
        return cls(math.fsum(counts.values()), total, min(counts), max(counts), compact(counts))

    @classmethod
    def of_set(cls, samples: float, total: float, least: float, most: float) -> Self:
        """Of a statistic set: its values are known only where they are all the same."""
        is_one = least == most and math.isclose(total, least * samples)
        return cls(samples, total, least, most, {least: samples} if is_one else {})

    def with_(self, other: "Summary") -> "Summary":
        """Of both together."""
        counts: dict[float, float] = {}
        if self.counts and other.counts:
            counts = dict(self.counts)
            for value, times in other.counts.items():
                counts[value] = counts.get(value, 0.0) + times
        return Summary(
            self.samples + other.samples, self.total + other.total, min(self.least, other.least),
            max(self.most, other.most), compact(counts),
        )  # fmt: skip


def compact(counts: Mapping[float, float]) -> Mapping[float, float]:
    """As many values as may be kept, with fewer digits where there are too many."""
    digits = DIGITS
    while len(counts) > MOST_VALUES and digits:
        rounded: dict[float, float] = {}
        for value, times in counts.items():
            short = float(f"{value:.{digits - 1}e}")
            rounded[short] = rounded.get(short, 0.0) + times
        counts, digits = rounded, digits - 1
    return counts


Statistic = Callable[[Summary], float | None]
_SIMPLE: Final[Mapping[str, Statistic]] = {
    "Average": lambda of: of.total / of.samples if of.samples else None,
    "Sum": lambda of: of.total,
    "Minimum": lambda of: of.least,
    "Maximum": lambda of: of.most,
    "SampleCount": lambda of: of.samples,
}
_NUMBER: Final = r"-?\d+(?:\.\d+)?"
_SHORT: Final = re.compile(r"(p|tm|tc|ts|wm)(\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?)")
_LONG: Final = re.compile(rf"(TM|TC|TS|WM|PR)\(({_NUMBER}%?)?:({_NUMBER}%?)?\)")


def statistic(name: str) -> Statistic | None:
    """The statistic of that name, of which nothing comes where the values are not known; none if there is none."""
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name == "IQM":
        return _of_values(_Range("tm", "25%", "75%"))
    if short := _SHORT.fullmatch(name):
        kind, percent = short.groups()
        if kind == "p":
            return _of_values(lambda of: percentile(of, float(percent)))
        return _of_values(_Range(kind, "", f"{percent}%"))
    if long := _LONG.fullmatch(name):
        kind, low, high = long[1].lower(), long[2] or "", long[3] or ""
        is_mixed = bool(low and high) and low.endswith("%") != high.endswith("%")
        if (low or high) and not is_mixed and not (kind == "pr" and "%" in name):
            return _of_values(_Range(kind, low, high))
    return None


def _of_values(act: Statistic) -> Statistic:
    """As on AWS, none of values that are not known or of which one is negative."""
    return lambda of: act(of) if of.counts and of.least >= 0 else None


def percentile(of: Summary, percent: float) -> float:
    """The least value that so many percent do not exceed."""
    rank, passed = of.samples * percent / 100, 0.0
    for value in sorted(of.counts):
        passed += of.counts[value]
        if passed >= rank:
            return value
    return max(of.counts)


@dataclass(frozen=True, slots=True)
class _Range:
    """A statistic of the values between bounds, either of which may be left out."""

    kind: str
    low: str
    high: str

    def __call__(self, of: Summary) -> float | None:
        if self.kind == "wm":
            return self._winsorized(of)
        inside = self._inside(of)
        count = math.fsum(inside.values())
        total = math.fsum(value * times for value, times in inside.items())
        found: Mapping[str, float | None] = {
            "tc": count,
            "ts": total,
            "tm": total / count if count else None,
            "pr": 100 * count / of.samples,
        }
        return found[self.kind]

    def _inside(self, of: Summary) -> dict[float, float]:
        """How much of each value is between the bounds."""
        if "%" not in self.low + self.high:
            low, high = float(self.low or -math.inf), float(self.high or math.inf)
            return {value: times for value, times in of.counts.items() if low < value <= high}
        first, last = (of.samples * float(each.rstrip("%")) / 100 for each in (self.low or "0%", self.high or "100%"))
        inside, passed = dict[float, float](), 0.0
        for value in sorted(of.counts):
            part = min(last, passed + of.counts[value]) - max(first, passed)
            passed += of.counts[value]
            if part > 0:
                inside[value] = part
        return inside

    def _winsorized(self, of: Summary) -> float:
        """The mean, where what is outside stands at the bound."""
        low, high = self._bound(of, self.low, of.least), self._bound(of, self.high, of.most)
        return math.fsum(min(max(value, low), high) * times for value, times in of.counts.items()) / of.samples

    def _bound(self, of: Summary, text: str, otherwise: float) -> float:
        if not text:
            return otherwise
        return percentile(of, float(text[:-1])) if text.endswith("%") else float(text)
