"""A metric's statistics, and which metrics there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.languages.metricmath import statistic
from penstock.services.cloudwatch import rows
from penstock.services.cloudwatch.model import DAY, Metric, gathered, rounded_start, shown, written
from penstock.services.cloudwatch.refusing import MissingParameter, WrongCombination, WrongValue, must_be_a_period
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, Scope, operation

if TYPE_CHECKING:
    from penstock.languages.metricmath import Summary
    from penstock.languages.metricmath.statistics import Statistic
    from penstock.services.cloudwatch import shapes
    from penstock.store.database import Database

MOST: Final = 1_440  # data points in one answer
PAGE: Final = 500  # metrics
LISTED, ACTIVE = 14 * DAY, 3 * 3_600  # for how long after something was put


@dataclass(frozen=True)
class Reading:
    database: Database
    clock: Callable[[], float]
    service = "cloudwatch"

    @operation("GetMetricStatistics")
    async def statistics(self, call: Call, request: shapes.GetMetricStatisticsRequest) -> Answer:
        simple, extended = request.get("Statistics", []), request.get("ExtendedStatistics", [])
        period = request["Period"]
        if not simple and not extended:
            raise MissingParameter("Must specify either Statistics or ExtendedStatistics")
        plain, further = statistics_of(simple, "Statistics"), statistics_of(extended, "ExtendedStatistics")
        must_be_a_period(period)
        start, end = rounded_start(request["StartTime"], period, self.clock()), request["EndTime"]
        if request["StartTime"] >= end:
            raise WrongValue("The parameter StartTime must be less than the parameter EndTime.")
        if (several := -int((start - end) // period)) > MOST:
            raise WrongCombination(
                f"You have requested up to {several:,} datapoints, which exceeds the limit of {MOST:,}. You may reduce "
                "the datapoints requested by increasing Period, or decreasing the time range."
            )
        metric, unit = Metric.of(call.scope, call.request), request.get("Unit", "")
        found = await self.database.read(lambda tx: rows.points(tx, metric, unit, start=start, end=end, period=period))
        data = [
            {"Timestamp": float(at), **told(summary, plain, further), "Unit": of}
            for of, points in found.items()
            for at, summary in sorted(gathered(points, start, period).items())
        ]
        return {"Label": request["MetricName"], "Datapoints": data}

    @operation("ListMetrics")
    async def listed(self, call: Call, request: shapes.ListMetricsRequest) -> Answer:
        wanted = {(each["Name"], each.get("Value")) for each in request.get("Dimensions", ())}
        after = pages.decode(request["NextToken"], member="NextToken") if request.get("NextToken") else ["", "", ""]
        since = self.clock() - (ACTIVE if request.get("RecentlyActive") else LISTED)
        space, name = request.get("Namespace", ""), request.get("MetricName", "")
        if request.get("OwningAccount", call.scope.account) != call.scope.account:
            return {"Metrics": []}
        taken: list[tuple[str, str, list[list[str]]]] = []
        while len(taken) <= PAGE:
            some = await self._some(call.scope, space, name, since, after)
            taken += [each for each in some if fits(each[2], wanted)]
            if len(some) < PAGE:
                break
            after = key_of(some[-1])
        page = taken[:PAGE]
        token = pages.encode(key_of(page[-1])) if len(taken) > PAGE else None
        metrics = [{"Namespace": of, "MetricName": each, "Dimensions": shown(given)} for of, each, given in page]
        owners = {"OwningAccounts": [call.scope.account] * len(page)} if request.get("IncludeLinkedAccounts") else {}
        return {"Metrics": metrics, **owners, **pages.onward(token)}

    async def _some(
        self, scope: Scope, space: str, name: str, since: float, after: list[str]
    ) -> list[tuple[str, str, list[list[str]]]]:
        return await self.database.read(
            lambda tx: rows.metrics(tx, scope, space, name, since=since, after=after, limit=PAGE)
        )


def statistics_of(names: Sequence[str], member: str) -> dict[str, Statistic]:
    found = {}
    for name in names:
        if (act := statistic(name)) is None:
            raise WrongValue(f"The value {name} for parameter {member} is not supported.")
        found[name] = act
    return found


def told(summary: Summary, plain: Mapping[str, Statistic], further: Mapping[str, Statistic]) -> dict[str, Json]:
    """What of a point was asked for."""
    more = {name: value for name, act in further.items() if (value := act(summary)) is not None}
    found = {name: act(summary) for name, act in plain.items()}
    return {**found, **({"ExtendedStatistics": more} if more else {})}


def fits(dimensions: list[list[str]], wanted: set[tuple[str, str | None]]) -> bool:
    """Whether a metric has every dimension that is wanted, by name or with its value."""
    given = {(name, value) for name, value in dimensions}
    return all(each in given or (each[1] is None and each[0] in dict(given)) for each in wanted)


def key_of(metric: tuple[str, str, list[list[str]]]) -> list[str]:
    return [metric[0], metric[1], written(metric[2])]
