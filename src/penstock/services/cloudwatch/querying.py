"""GetMetricData: metrics, and expressions over them (`languages.metricmath`), all at once, page after page.

Periods begin at multiples of themselves. A page's token says how many data points were given before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.languages.metricmath import Formulas, Stat, WrongExpression, statistic
from penstock.services.cloudwatch import rows
from penstock.services.cloudwatch.model import MINUTE, Metric, begun, gathered
from penstock.services.cloudwatch.refusing import must_be_a_period
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, NotImplementedHere, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.languages.metricmath import Series
    from penstock.services.cloudwatch import shapes
    from penstock.store.database import Database, Transaction

MOST_QUERIES: Final = 500
MOST: Final = 100_800  # data points in one answer
LONGEST: Final = 1_000_000  # periods of a series that are computed


@dataclass(frozen=True, slots=True)
class Grid:
    """The periods that are asked for."""

    start: int
    end: float
    period: int

    @property
    def length(self) -> int:
        return -int((self.start - self.end) // self.period)


@dataclass(frozen=True)
class Querying:
    database: Database
    clock: Callable[[], float]
    service = "cloudwatch"

    @operation("GetMetricData")
    async def data(self, call: Call, request: shapes.GetMetricDataRequest) -> Answer:
        queries: list[Json] = list(call.request["MetricDataQueries"])
        must_be_answerable(call.request, queries)
        try:
            formulas = Formulas.of(queries)
            found = await self.database.read(lambda tx: self._series(tx, call, queries, formulas))
        except WrongExpression as wrong:
            raise ServiceError(f"MetricDataQueries: {wrong}.", code="ValidationError", status=400) from None
        before = int(pages.decode(request["NextToken"], member="NextToken")) if request.get("NextToken") else 0
        return paged(found, before, min(request.get("MaxDatapoints") or MOST, MOST))

    def _series(self, tx: Transaction, call: Call, queries: list[Json], formulas: Formulas) -> list[Json]:
        """Every result that is to be returned, whole."""
        grids = {name: self._grid(call, stat.period or MINUTE) for name, stat in formulas.stats.items()}
        series = {
            name: values_of(tx, call, stat, grids[name], unit_of(queries, name))
            for name, stat in formulas.stats.items()
        }
        shared = next(iter(grids.values())) if len(set(grids.values())) == 1 else None
        if formulas.expressions:
            if shared is None:
                raise WrongExpression("expressions are over metrics of one Period here; give all of them the same")
            wanted = [each["Id"] for each in queries if each["Id"] not in grids and each.get("ReturnData", True)]
            series |= formulas.computed(wanted, series, shared.length)
        way = -1 if call.request.get("ScanBy", "TimestampDescending") == "TimestampDescending" else 1
        results = []
        for query in queries:
            name = query["Id"]
            grid = grids.get(name) or shared
            if grid is not None and query.get("ReturnData", True):
                points = [(float(grid.start + number * grid.period), each) for number, each in enumerate(series[name])]
                there = [(at, each) for at, each in points if each is not None][::way]
                results.append({"Id": name, "Label": label_of(query), "Points": there})
        return results

    def _grid(self, call: Call, period: int) -> Grid:
        grid = Grid(begun(call.request["StartTime"], period), call.request["EndTime"], period)
        if grid.length > LONGEST:
            raise WrongExpression(f"there are {grid.length:,} periods in that time; increase Period, or ask for less")
        return grid


def must_be_answerable(request: Mapping[str, Json], queries: list[Json]) -> None:
    if not 0 < len(queries) <= MOST_QUERIES:
        raise ValidationError(f"The collection MetricDataQueries must have between 1 and {MOST_QUERIES} queries.")
    if request["StartTime"] >= request["EndTime"]:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    for query in queries:
        if "${" in query.get("Label", ""):
            raise NotImplementedHere(f"Label: dynamic labels are not filled in here; '{query['Label']}' has one.")
        if query.get("AccountId", ""):
            raise NotImplementedHere("AccountId: other accounts' metrics are not looked up here; leave it out.")
        if "MetricStat" in query:
            must_be_a_period(query["MetricStat"]["Period"])


def unit_of(queries: list[Json], name: str) -> str:
    return next(str(each["MetricStat"].get("Unit", "")) for each in queries if each["Id"] == name)


def label_of(query: Mapping[str, Json]) -> str:
    told = query.get("MetricStat", {}).get("Metric", {}).get("MetricName")
    return str(query.get("Label") or told or query["Id"])


def values_of(tx: Transaction, call: Call, stat: Stat, grid: Grid, unit: str) -> Series:
    """A metric's value in each period; points of several units count together where none is named."""
    act = statistic(stat.statistic)
    assert act is not None
    given = tuple(sorted(stat.dimensions))
    metric = Metric(call.scope.account, call.scope.region, stat.namespace, stat.name, given)
    found = rows.points(tx, metric, unit, start=grid.start, end=grid.end, period=grid.period)
    points = gathered((each for several in found.values() for each in several), grid.start, grid.period)
    moments = (grid.start + number * grid.period for number in range(grid.length))
    return tuple(act(points[at]) if at in points else None for at in moments)


def paged(results: list[Json], before: int, most: int) -> Answer:
    """So many data points after those that were given before."""
    every = sum(len(each["Points"]) for each in results)
    last = min(every, before + most)
    token = pages.encode(last) if last < every else None
    return {"MetricDataResults": list(_cut(results, before, last)), "Messages": [], **pages.onward(token)}


def _cut(results: list[Json], first: int, last: int) -> Iterator[Json]:
    passed = 0
    for each in results:
        points, begin = each["Points"], passed
        passed += len(points)
        part = points[max(0, first - begin) : max(0, last - begin)]
        if part or (not points and first <= begin <= last):
            yield {
                "Id": each["Id"],
                "Label": each["Label"],
                "Timestamps": [at for at, _ in part],
                "Values": [value for _, value in part],
                "StatusCode": "Complete" if passed <= last else "PartialData",
            }
