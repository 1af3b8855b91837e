"""Metrics: moto keeps what PutMetricData tells, and here it is read as CloudWatch reads it.

A metric is its namespace, its name and exactly its dimensions: what is told of more or fewer dimensions is another's.
Periods are counted from the StartTime, which is the beginning of its minute, or of a shorter period that divides it.
"""

import importlib
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from penstock.languages.metricmath import Expressions, WrongExpression
from penstock.languages.metricmath.statistics import Sample, Set, is_statistic
from penstock.wire.call import Answer, Call, Json, NotImplementedHere, ServiceError

MINUTE: Final = 60
SHORT_PERIODS: Final = frozenset({1, 5, 10, 20, 30})
MOST_POINTS: Final = 1_440
MOST_DATA: Final = 100_800
MOST_LISTED: Final = 500
DAYS: Final = 86_400.0
KEPT: Final = 15 * DAYS  # seconds; of what is older, CloudWatch keeps no minutes
LISTED: Final = 14 * DAYS
AHEAD: Final = 2 * 3600.0
RECENT: Final = 3 * 3600.0
OF_NO_UNIT: Final = "None"

Dimensions = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Metric:
    namespace: str
    name: str
    dimensions: Dimensions

    @classmethod
    def of(cls, told: Mapping[str, Json]) -> "Metric":
        several = frozenset((each["Name"], each["Value"]) for each in told.get("Dimensions", ()))
        return cls(told["Namespace"], told["MetricName"], several)

    def told(self) -> dict[str, Json]:
        several = [{"Name": name, "Value": value} for name, value in sorted(self.dimensions)]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": several}


@dataclass(frozen=True, slots=True)
class Span:
    """So many periods, of so many seconds, from a moment on."""

    start: float
    period: int
    length: int

    @classmethod
    def of(cls, start: float, end: float, period: int) -> "Span":
        begun = start // min(period, MINUTE) * min(period, MINUTE)
        return cls(begun, period, max(0, math.ceil((end - begun) / period)))

    def at(self, number: int) -> float:
        return self.start + number * self.period

    def place(self, moment: float) -> int:
        return math.floor((moment - self.start) / self.period)


def answered(call: Call, now: float) -> Answer:
    """What one of `OPERATIONS` answers."""
    return OPERATIONS[call.operation](call, now)


def check_told(call: Call, now: float) -> None:
    """Raise where PutMetricData tells what would not be kept."""
    for number, datum in enumerate(call.request.get("MetricData", ()), 1):
        moment, member = datum.get("Timestamp", now), f"The parameter MetricData.member.{number}.Timestamp"
        if moment < now - LISTED:
            raise invalid(f"{member} must specify a time no more than two weeks in the past.")
        if moment > now + AHEAD:
            raise invalid(f"{member} must specify a time no more than two hours in the future.")


def let_go(call: Call, now: float) -> None:
    """Forget data that is too old to be read."""
    data = backend(call).metric_data
    oldest = now - KEPT
    if any(told_at(each) < oldest for each in (data[:1] + data[-1:])):
        data[:] = [each for each in data if told_at(each) >= oldest]


# --- operations --------------------------------------------------------------------------------------------------


def statistics(call: Call, _: float) -> Answer:
    request = call.request
    plain, extended = request.get("Statistics", ()), request.get("ExtendedStatistics", ())
    if bool(plain) == bool(extended):
        raise combination("Must specify either Statistics or ExtendedStatistics")
    for name in extended:
        check_statistic(name, "ExtendedStatistics")
    if request["StartTime"] >= request["EndTime"]:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.")
    check_period(request["Period"])
    span = Span.of(request["StartTime"], request["EndTime"], request["Period"])
    if span.length > MOST_POINTS:
        raise combination(
            f"You have requested up to {span.length:,} datapoints, which exceeds the limit of {MOST_POINTS:,}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    found = samples(call, Metric.of(request), span, request["EndTime"], request.get("Unit"))
    points = []
    for (number, unit), sample in sorted(found.items()):
        point: dict[str, Json] = {"Timestamp": span.at(number), "Unit": unit}
        point |= {name: sample.statistic(name) for name in plain}
        further = {name: value for name in extended if (value := sample.statistic(name)) is not None}
        if further or plain:
            points.append(point | ({"ExtendedStatistics": further} if further else {}))
    return {"Label": request["MetricName"], "Datapoints": points}


def data(call: Call, _: float) -> Answer:
    request = call.request
    if request["StartTime"] > request["EndTime"]:
        raise wrong("The parameter EndTime must be greater than StartTime.")
    if request["StartTime"] == request["EndTime"]:
        raise wrong("The parameter StartTime must not equal parameter EndTime.")
    for query in request["MetricDataQueries"]:
        check_query(call, query)
    backwards = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = [*computed(call, backwards=backwards)]
    most = min(request.get("MaxDatapoints", MOST_DATA), MOST_DATA)
    return paged(results, at_token(request.get("NextToken")), most)


def listed(call: Call, now: float) -> Answer:
    request = call.request
    since = now - (RECENT if request.get("RecentlyActive") else LISTED)
    found = {
        Metric(each.namespace, each.name, dimensions_of(each))
        for each in backend(call).get_all_metrics()
        if told_at(each) >= since
    }
    wanted = [each for each in found if fits(each, request)]
    wanted.sort(key=lambda each: (each.namespace, each.name, sorted(each.dimensions)))
    first = at_token(request.get("NextToken"))
    page = {"Metrics": [each.told() for each in wanted[first : first + MOST_LISTED]]}
    return {**page, **token_of(first + MOST_LISTED if len(wanted) > first + MOST_LISTED else 0)}


def fits(metric: Metric, request: Mapping[str, Json]) -> bool:
    """Whether a metric has what is asked for: of dimensions those that are named, whatever else it has."""
    if any(
        request.get(name, value) != value
        for name, value in (("Namespace", metric.namespace), ("MetricName", metric.name))
    ):
        return False
    names = {name for name, _ in metric.dimensions}
    return all(
        (each["Name"], each["Value"]) in metric.dimensions if "Value" in each else each["Name"] in names
        for each in request.get("Dimensions", ())
    )


OPERATIONS: Final[Mapping[str, Callable[[Call, float], Answer]]] = {
    "GetMetricStatistics": statistics,
    "GetMetricData": data,
    "ListMetrics": listed,
}


# --- queries -----------------------------------------------------------------------------------------------------


def check_query(call: Call, query: Mapping[str, Json]) -> None:
    if ("MetricStat" in query) == ("Expression" in query):
        raise wrong(f"The query {query['Id']} must have either a MetricStat or an Expression.")
    if query.get("AccountId", call.scope.account) != call.scope.account:
        raise NotImplementedHere("MetricDataQueries: AccountId: an account reads its own metrics here; leave it out.")
    if "${" in query.get("Label", ""):
        raise NotImplementedHere("MetricDataQueries: Label: dynamic labels are not computed here; give a text.")
    if query.get("Expression", "").lstrip().upper().startswith("SELECT "):
        raise NotImplementedHere(
            "MetricDataQueries: Expression: there is no Metrics Insights here; name metrics by MetricStat."
        )
    if stat := query.get("MetricStat"):
        check_period(stat["Period"])
        check_statistic(stat["Stat"], "Stat")


def computed(call: Call, *, backwards: bool) -> Iterator[dict[str, Json]]:
    """The results that are to be returned, in the order of the queries."""
    request = call.request
    queries: Mapping[str, Mapping[str, Json]] = {each["Id"]: each for each in request["MetricDataQueries"]}
    if len(queries) < len(request["MetricDataQueries"]):
        raise wrong("The values for parameter Id in MetricDataQueries are not unique.")
    stats = {name: query["MetricStat"] for name, query in queries.items() if "MetricStat" in query}
    try:
        math_of = Expressions.of(
            {name: query["Expression"] for name, query in queries.items() if name not in stats}, stats
        )
    except WrongExpression as problem:
        raise wrong(f"MetricDataQueries: {problem}.") from None
    start, end = request["StartTime"], request["EndTime"]
    spans = {name: Span.of(start, end, stat["Period"]) for name, stat in stats.items()}
    found = {name: series(call, stats[name], span, end) for name, span in spans.items()}
    for name, query in queries.items():
        if not query.get("ReturnData", True):
            continue
        if name in stats:
            span, values = spans[name], found[name]
            label = f"{stats[name]['Metric']['MetricName']} {stats[name]['Stat']}"
        else:
            used = math_of.used(name)
            periods = {spans[each].period for each in used} or {query.get("Period", MINUTE)}
            if len(periods) > 1:
                raise wrong(f"MetricDataQueries: all metrics that the expression {name} uses must have one Period.")
            span, label = Span.of(start, end, *periods), name
            try:
                values = math_of.computed(name, {each: found[each] for each in used}, span.length)
            except WrongExpression as problem:
                raise wrong(f"MetricDataQueries: {problem}.") from None
        points = [(span.at(number), value) for number, value in enumerate(values) if value is not None]
        points.sort(reverse=backwards)
        yield {"Id": name, "Label": query.get("Label", label), "Points": points}


def series(call: Call, stat: Mapping[str, Json], span: Span, end: float) -> tuple[float | None, ...]:
    """A metric's statistic in each period; data of several units count together where none is asked for."""
    merged: dict[int, Sample] = {}
    for (number, _), sample in samples(call, Metric.of(stat["Metric"]), span, end, stat.get("Unit")).items():
        one = merged.setdefault(number, Sample())
        one.values += sample.values
        one.sets += sample.sets
    return tuple(merged[each].statistic(stat["Stat"]) if each in merged else None for each in range(span.length))


def paged(results: list[dict[str, Json]], first: int, most: int) -> Answer:
    """So many points of the results, counted through all of them, from one of them on."""
    page, last, end = [], first + most, 0
    for each in results:
        points = each.pop("Points")
        begin, end = end, end + len(points)
        if begin < last and end > first if points else first == 0:
            here = points[max(0, first - begin) : last - begin]
            told = {"Timestamps": [at for at, _ in here], "Values": [value for _, value in here]}
            page.append({**each, **told, "StatusCode": "PartialData" if end > last else "Complete"})
    return {"MetricDataResults": page, **token_of(last if end > last else 0)}


# --- data --------------------------------------------------------------------------------------------------------


def samples(call: Call, metric: Metric, span: Span, end: float, unit: str | None) -> dict[tuple[int, str], Sample]:
    """What was told of a metric by period and unit."""
    found: dict[tuple[int, str], Sample] = {}
    for each in told_of(call, metric):
        moment, its_unit = told_at(each), each.unit or OF_NO_UNIT
        if not span.start <= moment < end or unit not in {None, its_unit}:
            continue
        sample = found.setdefault((span.place(moment), its_unit), Sample())
        if hasattr(each, "sample_count"):
            sample.sets.append(Set(each.min, each.max, each.sum, each.sample_count))
        else:
            sample.values.append(each.value)
    return found


def told_of(call: Call, metric: Metric) -> Iterable[Json]:
    for each in backend(call).get_all_metrics():
        if each.name == metric.name and each.namespace == metric.namespace and dimensions_of(each) == metric.dimensions:
            yield each


def backend(call: Call) -> Json:
    """Where moto keeps an account's metrics in a region."""
    return importlib.import_module("moto.cloudwatch.models").cloudwatch_backends[call.scope.account][call.scope.region]


def dimensions_of(datum: Json) -> Dimensions:
    return frozenset((each.name, each.value) for each in datum.dimensions)


def told_at(datum: Json) -> float:
    moment = datum.timestamp
    return float((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


# --- refusals and pages ------------------------------------------------------------------------------------------


def check_period(period: int) -> None:
    if period % MINUTE and period not in SHORT_PERIODS:
        raise invalid("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.")


def check_statistic(name: str, member: str) -> None:
    if not is_statistic(name):
        raise invalid(f"The value {name} for parameter {member} is not supported.")


def combination(words: str) -> ServiceError:
    return ServiceError(words, code="InvalidParameterCombination", status=400)


def invalid(words: str) -> ServiceError:
    return ServiceError(words, code="InvalidParameterValue", status=400)


def wrong(words: str) -> ServiceError:
    return ServiceError(words, code="ValidationError", status=400)


def token_of(number: int) -> dict[str, str]:
    return {"NextToken": urlsafe_b64encode(json.dumps([number]).encode()).decode()} if number else {}


def at_token(token: str | None) -> int:
    if not token:
        return 0
    try:
        (number,) = json.loads(urlsafe_b64decode(token))
        return int(number)
    except (ValueError, TypeError):
        raise ServiceError("The NextToken is not one that was given.", code="InvalidNextToken", status=400) from None
