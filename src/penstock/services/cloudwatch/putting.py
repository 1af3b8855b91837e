"""PutMetricData: what is put together becomes one unit of work."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.languages.metricmath import Summary
from penstock.services.cloudwatch import rows
from penstock.services.cloudwatch.model import DAY, MINUTE, Metric, begun
from penstock.services.cloudwatch.refusing import MissingParameter, WrongCombination, WrongValue
from penstock.services.cloudwatch.rows import Place
from penstock.wire.call import Answer, Call, Json, NotImplementedHere, operation

if TYPE_CHECKING:
    from penstock.services.cloudwatch import shapes
    from penstock.store.database import Database

MOST: Final = 1_000  # data in one request
MOST_VALUES: Final = 150
MOST_DIMENSIONS: Final = 30
LARGEST: Final = 2.348543e108  # 2^360 as AWS writes it for what has no end: rounded up
EARLIEST, LATEST = 14 * DAY, 2 * 3_600
KINDS: Final = ("Value", "Values", "StatisticValues")


@dataclass(frozen=True)
class Putting:
    database: Database
    clock: Callable[[], float]
    service = "cloudwatch"

    @operation("PutMetricData")
    async def put(self, call: Call, request: shapes.PutMetricDataRequest) -> Answer:
        if request.get("EntityMetricData"):
            raise NotImplementedHere("EntityMetricData: metrics have no entities here; put them as MetricData.")
        data: list[Json] = list(call.request.get("MetricData") or ())
        if not data:
            raise MissingParameter("The parameter MetricData is required.")
        if len(data) > MOST:
            raise WrongValue(f"The collection MetricData must not have a size greater than {MOST}.")
        now, found = self.clock(), dict[Place, Summary]()
        for number, datum in enumerate(data, 1):
            about = f"MetricData.member.{number}"
            place, summary = placed(call, datum, about, now), summed(datum, about)
            found[place] = found[place].with_(summary) if place in found else summary
        await self.database.write(lambda tx: rows.add(tx, found, now))
        return {}


def placed(call: Call, datum: Mapping[str, Json], about: str, now: float) -> Place:
    """Where a datum belongs."""
    at = datum.get("Timestamp", now)
    if not now - EARLIEST <= at <= now + LATEST:
        raise WrongValue(
            f"The parameter {about}.Timestamp must specify a time no more than two weeks in the past and no more than "
            "two hours in the future."
        )
    names = [each["Name"] for each in datum.get("Dimensions", ())]
    if len(names) > MOST_DIMENSIONS:
        raise WrongValue(f"The collection {about}.Dimensions must not have a size greater than {MOST_DIMENSIONS}.")
    if len(set(names)) < len(names):
        raise WrongValue(f"The collection {about}.Dimensions has a Name more than once.")
    period = datum.get("StorageResolution", MINUTE)
    if period not in {1, MINUTE}:
        raise WrongValue(f"The parameter {about}.StorageResolution must be 1 or 60.")
    metric = Metric.of(call.scope, datum, call.request["Namespace"])
    return Place(metric, datum.get("Unit", "None"), period, begun(at, period))


def summed(datum: Mapping[str, Json], about: str) -> Summary:
    """What a datum says, in whichever of its three forms."""
    given = [kind for kind in KINDS if datum.get(kind) is not None]
    if not given:
        raise MissingParameter(f"At least one of the parameters {about}.Value, Values or StatisticValues is required.")
    if len(given) > 1:
        raise WrongCombination(
            f"The parameters {about}.{given[0]} and {about}.{given[1]} are mutually exclusive and you have specified "
            "both."
        )
    if given == ["StatisticValues"]:
        return of_set(datum["StatisticValues"], f"{about}.StatisticValues")
    values = [datum["Value"]] if given == ["Value"] else list(datum["Values"])
    times = list(datum.get("Counts") or [1.0] * len(values))
    if given == ["Values"] and not 0 < len(values) <= MOST_VALUES:
        raise WrongValue(f"The collection {about}.Values must have between 1 and {MOST_VALUES} values.")
    if len(times) != len(values):
        raise WrongValue(f"The parameters {about}.Values and {about}.Counts must be of the same size.")
    must_be_numbers(values, f"{about}.{given[0]}")
    must_be_numbers(times, f"{about}.Counts")
    if min(times) <= 0:
        raise WrongValue(f"The parameter {about}.Counts must have values greater than 0.")
    counts = dict[float, float]()
    for value, several in zip(values, times, strict=True):
        counts[float(value)] = counts.get(float(value), 0.0) + several
    return Summary.of(counts)


def of_set(given: Mapping[str, Json], about: str) -> Summary:
    samples, total, least, most = (given[each] for each in ("SampleCount", "Sum", "Minimum", "Maximum"))
    must_be_numbers((samples, total, least, most), about)
    if samples <= 0:
        raise WrongValue(f"The parameter {about}.SampleCount must be greater than 0.")
    if least > most:
        raise WrongValue(f"The parameter {about}.Minimum must not be greater than its Maximum.")
    return Summary.of_set(samples, total, least, most)


def must_be_numbers(values: Iterable[float], about: str) -> None:
    for value in values:
        if not math.isfinite(value):
            raise WrongValue(f"The value {value} for parameter {about} is invalid.")
        if abs(value) > LARGEST:
            raise WrongValue(f"The value {value} for parameter {about} must be between -2^360 and 2^360.")
