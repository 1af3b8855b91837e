"""SageMaker Metrics: what trial components measure, every value kept, and a summary of each metric on its component."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, Literal

from penstock.services.sagemaker.experiments import entities
from penstock.services.sagemaker.experiments.entities import COMPONENT
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, Scope, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

NO_STEP: Final = -1
MOST: Final = 10_000  # values that one query answers
PERIODS: Final[Mapping[str, int]] = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3_600}  # seconds

WRONG: Final = ("VALIDATION_ERROR", "CONFLICT_ERROR")
Kept = Literal["new", "known", "VALIDATION_ERROR", "CONFLICT_ERROR"]
Value = tuple[float, int, float]  # when, at which step, how much


def spread(values: Sequence[float]) -> float:
    """The standard deviation of all there is."""
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


STATISTICS: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "Min": min,
    "Max": max,
    "Avg": lambda values: math.fsum(values) / len(values),
    "Count": len,
    "StdDev": spread,
    "Last": lambda values: values[-1],
}


@dataclass(frozen=True)
class Metrics:
    """BatchPutMetrics and BatchGetMetrics."""

    database: Database
    service = "sagemaker-metrics"

    @operation("BatchPutMetrics")
    async def put(self, call: Call, request: shapes.BatchPutMetricsRequest) -> Answer:
        """Values that could not be kept are told one by one; the others are."""

        def put(tx: Transaction) -> list[Json]:
            component = entities.find(tx, call.scope, COMPONENT, request["TrialComponentName"])
            summaries: dict[str, Json] = {each["MetricName"]: each for each in component.body.get("Metrics", ())}
            errors = []
            for place, given in enumerate(call.request["MetricData"]):
                name, kept = given["MetricName"], _keep(tx, component.arn, given)
                if kept in WRONG:
                    errors.append({"Code": kept, "MetricIndex": place})
                    continue
                new = given["Value"] if kept == "new" else None
                summaries[name] = _summary(tx, component.arn, name, summaries.get(name), new)
            documents.update(tx, component.changed(component.modified_at, Metrics=list(summaries.values())))
            return errors

        errors = await self.database.write(put)
        return {"Errors": errors} if errors else {}

    @operation("BatchGetMetrics")
    async def get(self, call: Call, request: shapes.BatchGetMetricsRequest) -> Answer:
        queries = call.request["MetricQueries"]
        return {
            "MetricQueryResults": await self.database.scan(
                lambda tx: [_answer(tx, call.scope, each) for each in queries]
            )
        }


def _keep(tx: Transaction, component: str, given: Mapping[str, Json]) -> Kept:
    """Keep a value that is not there; there must not be another one of that metric, time and step."""
    if not math.isfinite(given["Value"]):
        return "VALIDATION_ERROR"
    values = {
        "component": component,
        "name": given["MetricName"],
        "at": given["Timestamp"],
        "step": given.get("Step", NO_STEP),
    }
    named = "component = :component AND name = :name AND at = :at AND step = :step"
    found = tx.row(f"SELECT value FROM trial_metric WHERE {named}", **values)  # noqa: S608
    if found is None:
        tx.changed(
            "INSERT INTO trial_metric (component, name, at, step, value)"
            " VALUES (:component, :name, :at, :step, :value)",
            value=given["Value"],
            **values,
        )
        return "new"
    return "known" if found[0] == given["Value"] else "CONFLICT_ERROR"


def _summary(
    tx: Transaction, component: str, name: str, before: dict[str, Json] | None, new: float | None
) -> dict[str, Json]:
    """A `TrialComponentMetricSummary`: what it was, with the value that has just been kept, if one was."""
    if before is None or before["SourceArn"] != component:  # there was none, or it is a job's own
        values = (value for _, _, value in history(tx, component, name))
        statistics = reduce(grown, values, dict[str, Json]({"Count": 0}))
    else:
        statistics = before if new is None else grown(before, new)
    return {**statistics, "MetricName": name, "SourceArn": component, **_latest(tx, component, name)}


def grown(summary: dict[str, Json], value: float) -> dict[str, Json]:
    """The statistics of one value more, from those before: a long history is not read again for each (Welford)."""
    count = summary.get("Count", 0) + 1
    mean = summary.get("Avg", value)
    squares = summary.get("StdDev", 0.0) ** 2 * (count - 1)
    nearer = mean + (value - mean) / count
    return {
        "Count": count,
        "Min": min(summary.get("Min", value), value),
        "Max": max(summary.get("Max", value), value),
        "Avg": nearer,
        "StdDev": math.sqrt((squares + (value - mean) * (value - nearer)) / count),
    }


def _latest(tx: Transaction, component: str, name: str) -> dict[str, Json]:
    row = tx.row(
        "SELECT at, value FROM trial_metric WHERE component = :component AND name = :name"
        " ORDER BY at DESC, step DESC LIMIT 1",
        component=component, name=name,
    )  # fmt: skip
    return {} if row is None else {"TimeStamp": row[0], "Last": row[1]}


def history(tx: Transaction, component: str, name: str) -> list[Value]:
    """A metric's values in order of time, then of step."""
    rows = tx.rows(
        "SELECT at, step, value FROM trial_metric WHERE component = :component AND name = :name ORDER BY at, step",
        component=component, name=name,
    )  # fmt: skip
    return [(float(at or 0), int(step or 0), float(value or 0)) for at, step, value in rows]


def _answer(tx: Transaction, scope: Scope, query: Mapping[str, Json]) -> dict[str, Json]:
    component = _component(tx, scope, query["ResourceArn"])
    if component is None:
        return _refused(f"There is no trial component, and no job with one, at {query['ResourceArn']}.")
    steps, by_step = query["XAxisType"] == "IterationNumber", query["Period"] == "IterationNumber"
    if steps != by_step:
        return _refused(f"Period {query['Period']} does not go with XAxisType {query['XAxisType']}.")
    values = history(tx, component, query["MetricName"])
    groups = grouped(values, PERIODS.get(query["Period"]), query.get("Start"), query.get("End"))
    axis = sorted(groups)[:MOST]
    work = STATISTICS[query["MetricStat"]]
    return {
        "Status": "Complete" if len(axis) == len(groups) else "Truncated",
        "XAxisValues": axis,
        "MetricValues": [work(groups[place]) for place in axis],
    }


def grouped(values: Iterable[Value], period: int | None, start: int | None, end: int | None) -> dict[int, list[float]]:
    """Values by their step, or by the beginning of the period (seconds) that they fall into; both bounds are inside."""
    groups: dict[int, list[float]] = {}
    for at, step, value in values:
        place = step if period is None else int(at // period) * period
        if place != NO_STEP and (start is None or place >= start) and (end is None or place <= end):
            groups.setdefault(place, []).append(value)
    return groups


def _component(tx: Transaction, scope: Scope, arn: str) -> str | None:
    """The component that an ARN means: its own, or that of the job it tells of."""
    if entities.look(tx, scope, COMPONENT, arn) is not None:
        return arn
    page = documents.page(tx, documents.Query(kind=COMPONENT, scope=scope, parent=arn, limit=1))
    return page.documents[0].arn if page.documents else None


def _refused(message: str) -> dict[str, Json]:
    return {"Status": "ValidationError", "Message": message, "XAxisValues": [], "MetricValues": []}
