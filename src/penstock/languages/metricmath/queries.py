"""Queries: metrics and expressions that name one another by their ids, one of which is what is meant.

Their form is CloudWatch's (`Metrics` of an alarm, of a customized metric of a scaling policy).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from penstock.languages.metricmath.statistics import SIMPLE, statistic
from penstock.languages.metricmath.tree import Tree, WrongExpression, names, parse
from penstock.languages.metricmath.values import Series, Value, spread, value

Json = Any
FILLINGS: Final = frozenset({"REPEAT", "LINEAR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """A metric that is looked up: CloudWatch's words."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period: int | None  # where the query says it

    def request(self, start: float, period: int, length: int) -> dict[str, Json]:
        """GetMetricStatistics, for so many periods from a moment on."""
        return {
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions],
            "StartTime": start,
            "EndTime": start + length * period,
            "Period": period,
            ("Statistics" if self.statistic in SIMPLE else "ExtendedStatistics"): [self.statistic],
        }

    def series(self, answer: Mapping[str, Json], start: float, period: int, length: int) -> Series:
        """What it answers."""
        points = {int((moment(each) - start) // period): each for each in answer.get("Datapoints", ())}
        return tuple(self._value(points[number]) if number in points else None for number in range(length))

    def _value(self, point: Mapping[str, Json]) -> float | None:
        told = point if self.statistic in SIMPLE else point.get("ExtendedStatistics", {})
        value: float | None = told.get(self.statistic)
        return value


@dataclass(frozen=True, slots=True)
class Formulas:
    """Queries of which any may be meant."""

    stats: Mapping[str, Stat]
    expressions: Mapping[str, Tree]  # in an order in which each has what it names before it

    @classmethod
    def of(cls, queries: Sequence[Mapping[str, Json]]) -> Self:
        """Raises `WrongExpression`."""
        ids = [query["Id"] for query in queries]
        if len(set(ids)) < len(ids):
            raise WrongExpression("the Ids of Metrics must differ")
        stats = {query["Id"]: stat_of(query) for query in queries if "MetricStat" in query}
        trees = {query["Id"]: parse(query["Expression"]) for query in queries if "Expression" in query}
        if missing := [each for each in ids if each not in stats and each not in trees]:
            raise WrongExpression(f"the query {missing[0]} has neither MetricStat nor Expression")
        made = cls(stats, ordered(trees, stats))
        made.values(dict.fromkeys(stats, (1.0,)), 1)  # a function that is not there is told at once
        return made

    def computed(self, wanted: Iterable[str], found: Mapping[str, Series], length: int) -> dict[str, Series]:
        """The series that are wanted, of those of the metrics, which are all of that length."""
        known = self.values(found, length)
        return {name: spread(known[name], length) for name in wanted}

    def values(self, found: Mapping[str, Series], length: int) -> dict[str, Value]:
        """All that there is: an expression which another one uses may be an array."""
        known: dict[str, Value] = dict(found)
        for name, tree in self.expressions.items():
            known[name] = value(tree, known, tuple(self.stats), length)
        return known


@dataclass(frozen=True, slots=True)
class Queries:
    """Queries of which one is meant."""

    formulas: Formulas
    returned: str

    @classmethod
    def of(cls, queries: Sequence[Mapping[str, Json]]) -> Self:
        """Raises `WrongExpression`."""
        formulas = Formulas.of(queries)
        returned = [query["Id"] for query in queries if query.get("ReturnData", True)]
        if len(returned) != 1:
            raise WrongExpression("exactly one of the Metrics must have ReturnData true")
        made = cls(formulas, returned[0])
        made.computed(dict.fromkeys(formulas.stats, (1.0,)), 1)  # and so is an array that is meant
        return made

    @classmethod
    def one(cls, stat: Stat) -> Self:
        """A metric alone."""
        return cls(Formulas({"m": stat}, {}), "m")

    @property
    def stats(self) -> Mapping[str, Stat]:
        return self.formulas.stats

    @property
    def periods(self) -> frozenset[int]:
        return frozenset(stat.period for stat in self.stats.values() if stat.period is not None)

    def computed(self, found: Mapping[str, Series], length: int) -> Series:
        """The series that is meant, of those of the metrics, which are all of that length."""
        return self.formulas.computed([self.returned], found, length)[self.returned]


def watched(alarm: Mapping[str, Json]) -> tuple[Queries, int]:
    """What an alarm looks at, and the period of it; raises `WrongExpression`."""
    if alarm.get("Metrics"):
        queries = Queries.of(alarm["Metrics"])
        if len(queries.periods) != 1:
            raise WrongExpression("all metrics of an alarm must have one Period")
        (period,) = queries.periods
        return queries, period
    stat = Stat(
        namespace=alarm["Namespace"],
        name=alarm["MetricName"],
        dimensions=tuple((each["Name"], each["Value"]) for each in alarm.get("Dimensions", ())),
        statistic=alarm.get("Statistic") or alarm["ExtendedStatistic"],
        period=alarm["Period"],
    )
    return Queries.one(stat), alarm["Period"]


def moment(point: Mapping[str, Json]) -> float:
    at = point["Timestamp"]
    return float(at if isinstance(at, int | float) else at.timestamp())


def stat_of(query: Mapping[str, Json]) -> Stat:
    told = query["MetricStat"]
    metric = told["Metric"]
    if statistic(told["Stat"]) is None:
        raise WrongExpression(
            f"the Stat {told['Stat']} is not one that Penstock looks up; it has {', '.join(SIMPLE)}, "
            "percentiles (p99), trimmed means (tm99) and their kin"
        )
    return Stat(
        namespace=metric.get("Namespace", ""),
        name=metric.get("MetricName", ""),
        dimensions=tuple((each["Name"], each["Value"]) for each in metric.get("Dimensions", ())),
        statistic=told["Stat"],
        period=told.get("Period"),
    )


def ordered(trees: Mapping[str, Tree], stats: Iterable[str]) -> dict[str, Tree]:
    """Expressions after what they name; raises for what is not there, and for circles."""
    known, made = set(stats), dict[str, Tree]()
    needs = {name: needed(tree) for name, tree in trees.items()}
    for name, named in needs.items():
        if unknown := sorted(named - known - trees.keys()):
            raise WrongExpression(f"the expression {name} names {unknown[0]}, which is no Id of Metrics")
    while len(made) < len(trees):
        ready = [name for name in trees if name not in made and needs[name] <= known]
        if not ready:
            raise WrongExpression("the expressions name one another in a circle")
        for name in ready:
            made[name] = trees[name]
            known.add(name)
    return made


def needed(tree: Tree) -> set[str]:
    """The ids that must be there before a tree is computed."""
    return set(names(tree)) - FILLINGS
