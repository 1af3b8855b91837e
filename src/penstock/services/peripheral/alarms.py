"""Alarms: moto keeps them and nobody there looks at their metrics, so they are looked at here.

    every 5 s, where alarms were put:  DescribeAlarms ─► GetMetricStatistics ─► SetAlarmState
    whoever sets a state:              SetAlarmState ─► events:PutEvents, sns:Publish
    whoever puts or deletes alarms:    PutMetricAlarm, … ─► events:PutEvents

An alarm is on one metric, or on an expression over several (`languages.metricmath`). Scaling policies that it names
look at its state themselves.

An alarm counts the last `EvaluationPeriods` whole periods: `DatapointsToAlarm` of them beyond its threshold, and it is
in ALARM. As on AWS, a period without data is passed over unless `TreatMissingData` says what it counts as.
"""

import asyncio
import logging
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from penstock.languages.metricmath import Series, Stat, WrongExpression, statistic, watched
from penstock.services.peripheral.announcing import ACTIONS, ByName
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Directory, Json, NotImplementedHere, Scope, ServiceError

log: Final = logging.getLogger(__name__)
LOOK_EVERY: Final = 5.0  # seconds
ACTORS: Final = ("sns", "autoscaling")
CONFIGURING: Final = frozenset({"PutMetricAlarm", "DeleteAlarms", "EnableAlarmActions", "DisableAlarmActions"})
UNHEARD: Final = (
    "ActionConfiguration", "EvaluationCriteria", "EvaluationInterval", "EvaluationWindow", "WarmUpConfiguration",
)  # fmt: skip
UNCHECKED: Final = {"StateValue": "INSUFFICIENT_DATA", "StateReason": "Unchecked: Initial alarm creation"}
BEYOND: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def check(request: Mapping[str, Json]) -> None:
    """Raise where an alarm asks for what nobody here would look at, or do."""
    if request.get("ThresholdMetricId"):
        raise NotImplementedHere("ThresholdMetricId: there are no anomaly detectors here; give a Threshold.")
    if member := next((name for name in UNHEARD if request.get(name)), ""):
        raise NotImplementedHere(f"{member}: alarms look at EvaluationPeriods for a Threshold here; leave it out.")
    if request.get("EvaluateLowSampleCountPercentile", "evaluate") != "evaluate":
        raise NotImplementedHere("EvaluateLowSampleCountPercentile: alarms always evaluate here; leave it out.")
    if (asked := request.get("ExtendedStatistic")) and statistic(asked) is None:
        raise ServiceError(
            f"The value {asked} for parameter ExtendedStatistic is not supported.",
            code="InvalidParameterValue", status=400,
        )  # fmt: skip
    if request.get("Metrics"):
        check_metrics(request)
    if request.get("ComparisonOperator") not in BEYOND:
        raise NotImplementedHere(f"ComparisonOperator: alarms know {', '.join(BEYOND)} here.")
    for member in ACTIONS.values():
        for arn in request.get(member, ()):
            if Arn.of(arn).service not in ACTORS:
                raise NotImplementedHere(f"{member}: alarms tell SNS topics and scaling policies here, not '{arn}'.")


def check_metrics(request: Mapping[str, Json]) -> None:
    """Raise where the metrics of an alarm are no expression that can be computed."""
    try:
        watched(request)
    except WrongExpression as wrong:
        raise ServiceError(f"Metrics: {wrong}.", code="ValidationError", status=400) from None


def configure(call: Call, play: Callable[[Call], Answer]) -> tuple[Answer, ByName, ByName]:
    """Make, change or remove alarms; the answer, and the alarms that it names before and after.

    To moto every alarm that is put is OK. A new one has no data yet, and one that is changed stays in its state: all of
    this is one turn of moto's thread, so that nobody sees them otherwise.
    """
    names: Sequence[str] = call.request.get("AlarmNames") or [call.request["AlarmName"]]

    def described() -> ByName:
        found = play(replace(call, operation="DescribeAlarms", request={"AlarmNames": names}))
        return {each["AlarmName"]: each for each in found.get("MetricAlarms", ())}

    before = described()
    answer = play(call)
    if call.operation == "PutMetricAlarm":
        (name,) = names
        kept = {member: before.get(name, UNCHECKED)[member] for member in UNCHECKED}
        play(replace(call, operation="SetAlarmState", request={"AlarmName": name, **kept}))
    return answer, before, described()


class Alarms:
    """Looks at the alarms of every account and region in which there are any."""

    def __init__(self, directory: Directory, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._clock = clock
        self._places: set[Scope] = set()

    def note(self, call: Call) -> None:
        """There are alarms where this call was placed."""
        if (call.service, call.operation) == ("cloudwatch", "PutMetricAlarm"):
            self._places.add(Scope(call.scope.account, call.scope.region))

    def watch_in(self, places: Iterable[Scope]) -> None:
        """There may be alarms in these places."""
        self._places.update(places)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            for place in tuple(self._places):
                try:
                    await self.look(place)
                except ServiceError as refusal:
                    log.warning("the alarms of %s could not be looked at: %s", place.region, refusal.message)

    async def look(self, place: Scope) -> None:
        """Set every alarm of a place to what its metric says."""
        request: dict[str, Json] = {}
        while True:
            answer = await self._ask(place, "DescribeAlarms", request)
            for alarm in answer.get("MetricAlarms", ()):
                state, why = verdict(alarm, await self._points(place, alarm))
                if state not in {"", alarm["StateValue"]}:
                    told = {"AlarmName": alarm["AlarmName"], "StateValue": state, "StateReason": why}
                    await self._ask(place, "SetAlarmState", told)
            if not answer.get("NextToken"):
                return
            request = {"NextToken": answer["NextToken"]}

    async def _points(self, place: Scope, alarm: Mapping[str, Json]) -> list[float | None]:
        """The values of the last whole periods, the oldest first; None where there is no data."""
        (queries, period), several = watched(alarm), alarm["EvaluationPeriods"]
        end = self._clock() // period * period
        found = {
            name: await self._series(place, stat, end - several * period, period, several)
            for name, stat in queries.stats.items()
        }
        return list(queries.computed(found, several))

    async def _series(self, place: Scope, stat: Stat, start: float, period: int, several: int) -> Series:
        answer = await self._ask(place, "GetMetricStatistics", stat.request(start, period, several))
        return stat.series(answer, start, period, several)

    async def _ask(self, place: Scope, operation: str, request: Mapping[str, Json]) -> Json:
        return await self._directory.answer(Call("cloudwatch", operation, request, place))


def verdict(alarm: Mapping[str, Json], points: list[float | None]) -> tuple[str, str]:
    """The state that an alarm should be in, and why; no state where it stays as it is."""
    missing = alarm.get("TreatMissingData") or "missing"
    is_beyond = BEYOND[alarm["ComparisonOperator"]]
    known = [is_beyond(point, alarm["Threshold"]) for point in points if point is not None]
    absent = len(points) - len(known)
    if missing in {"breaching", "notBreaching"}:
        known += [missing == "breaching"] * absent
    if not known:
        return ("", "") if missing == "ignore" else ("INSUFFICIENT_DATA", "There is no data.")
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    beyond = sum(known)
    why = f"{beyond} of {len(points)} datapoints were beyond the threshold {alarm['Threshold']}."
    return ("ALARM" if beyond >= needed else "OK"), f"Threshold Crossed: {why}" if beyond >= needed else why
