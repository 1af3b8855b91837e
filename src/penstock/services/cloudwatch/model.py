"""A metric's nouns, and what time does to its points. Pure.

    a second ──3 h──► a minute ──15 days──► five minutes ──63 days──► an hour ──455 days──► gone

A point is kept once, at the finest period that its age leaves it; a request's period is answered from the points
whose own divides it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.metricmath import Summary
from penstock.wire.call import Json, Scope

MINUTE: Final = 60
DAY: Final = 86_400
# A period, how long its points stay, and which period they become then.
AGES: Final = ((1, 3 * 3_600, MINUTE), (MINUTE, 15 * DAY, 300), (300, 63 * DAY, 3_600), (3_600, 455 * DAY, 0))
Dimensions = tuple[tuple[str, str], ...]
Buckets = dict[int, Summary]  # by the beginning of the period


def dimensions_of(given: Iterable[Mapping[str, Json]]) -> Dimensions:
    return tuple(sorted((each["Name"], each["Value"]) for each in given))


def shown(dimensions: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions]


def written(dimensions: Iterable[Iterable[str]]) -> str:
    return json.dumps([list(each) for each in dimensions], separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Metric:
    account: str
    region: str
    namespace: str
    name: str
    dimensions: Dimensions

    @classmethod
    def of(cls, scope: Scope, request: Mapping[str, Json], namespace: str = "") -> "Metric":
        space = namespace or request["Namespace"]
        given = dimensions_of(request.get("Dimensions", ()))
        return cls(scope.account, scope.region, space, request["MetricName"], given)

    @property
    def written(self) -> str:
        """Its dimensions as they are kept."""
        return written(self.dimensions)

    def series(self, unit: str) -> str:
        said = json.dumps([self.account, self.region, self.namespace, self.name, self.dimensions, unit])
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def begun(moment: float, period: int) -> int:
    """The beginning of the period that a moment is in."""
    return int(moment // period * period)


def rounded_start(start: float, period: int, now: float) -> int:
    """A StartTime as CloudWatch understands it, by its age; periods below a minute begin at their own beginnings."""
    if period < MINUTE:
        return begun(start, period)
    age = now - start
    return begun(start, MINUTE if age < 15 * DAY else 300 if age < 63 * DAY else 3_600)


def gathered(points: Iterable[tuple[int, Summary]], start: int, period: int) -> Buckets:
    """Points by periods that are counted from a start."""
    found: Buckets = {}
    for at, summary in points:
        key = start + (at - start) // period * period
        found[key] = found[key].with_(summary) if key in found else summary
    return found
