"""Timing: when a schedule fires, and which window of data an execution is about. Pure.

cron(0 * ? * * *)     cron(0 12 ? * * *)     cron(0 17/12 ? * * *)     NOW     (none: daily, at midnight UTC)
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from penstock.languages.schedules import At, Rate, Times, WrongSchedule, parse, zone
from penstock.services.sagemaker.monitoring.model import NOW, Json
from penstock.services.sagemaker.monitoring.settings import AWS_MINUTES
from penstock.wire.call import ValidationError

HOUR: Final = 3_600.0
DAY: Final = 24 * HOUR
DAILY: Final = "cron(0 0 ? * * *)"
LOOKED_AT: Final = 200  # firings, to see how near two are
_AWS: Final = re.compile(r"cron\(0 (\*|([01]?\d|2[0-3])(/(0?[1-9]|1\d|2[0-4]))?) \? \* \* \*\)")
_OFFSET: Final = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def expression(config: Mapping[str, Json]) -> str:
    """The expression of a MonitoringScheduleConfig."""
    return str(config.get("ScheduleConfig", {}).get("ScheduleExpression", DAILY))


def check(config: Mapping[str, Json], at: float, *, least_minutes: int) -> None:
    """Raise for a time that no schedule can have."""
    told, asked = config.get("ScheduleConfig", {}), expression(config)
    offsets = {
        name: offset(told[name], name) for name in ("DataAnalysisStartTime", "DataAnalysisEndTime") if told.get(name)
    }
    if asked == NOW and len(offsets) < 2:
        raise ValidationError(
            "DataAnalysisStartTime and DataAnalysisEndTime are required where ScheduleExpression is NOW."
        )
    if len(offsets) == 1:
        raise ValidationError("DataAnalysisStartTime and DataAnalysisEndTime must be given together.")
    if offsets and not 0 < offsets["DataAnalysisEndTime"] - offsets["DataAnalysisStartTime"] <= DAY:
        raise ValidationError("DataAnalysisStartTime must precede DataAnalysisEndTime, by 24 hours at the most.")
    if asked != NOW and not _AWS.fullmatch(asked) and not is_slow(asked, at, least_minutes=least_minutes):
        raise ValidationError(
            f"ScheduleExpression {asked} is not supported: use cron(0 * ? * * *), cron(0 [00-23] ? * * *), "
            "cron(0 [00-23]/[01-24] ? * * *) or NOW, or let monitoring.toml in the data folder allow others "
            "(schedule_minutes)."
        )


def is_slow(text: str, at: float, *, least_minutes: int) -> bool:
    """Whether an expression is one of Penstock's own that keeps to the least minutes which are set."""
    if least_minutes >= AWS_MINUTES:
        return False
    try:
        schedule = parse(text)
    except WrongSchedule:
        return False
    if isinstance(schedule, At):
        return False
    firings, moments = times(text, at), [at]
    while len(moments) <= LOOKED_AT and (coming := firings.next(moments[-1])) is not None:
        moments.append(coming)
    return all(later - earlier >= 60 * least_minutes for earlier, later in pairwise(moments[1:]))


def times(text: str, beginning: float) -> Times:
    """When an expression fires: a rate for the first time when one of its periods has passed."""
    schedule = parse(text)
    return Times(schedule, zone("UTC"), beginning + (schedule.seconds if isinstance(schedule, Rate) else 0))


def window(config: Mapping[str, Json], source: Mapping[str, Json], moment: float) -> tuple[float, float]:
    """From when on, and up to when, data is analysed: since the firing before, unless offsets say otherwise."""
    told = config.get("ScheduleConfig", {})
    if told.get("DataAnalysisStartTime"):
        ends = ("DataAnalysisStartTime", "DataAnalysisEndTime")
        since, until = (moment + offset(told[end], end) for end in ends)
    else:
        since, until = before(expression(config), moment), moment
    later = {name: offset(source.get(name) or "PT0H", name) for name in ("StartTimeOffset", "EndTimeOffset")}
    return since + later["StartTimeOffset"], until + later["EndTimeOffset"]


def before(text: str, moment: float) -> float:
    """The firing before one, were the schedule older than that; a day before where there is none since then."""
    schedule = parse(text)
    if isinstance(schedule, Rate):
        return moment - schedule.seconds
    return Times(schedule, zone("UTC"), moment).latest(since=moment - DAY, until=moment - 1)


def offset(text: str, member: str) -> float:
    """The seconds of `-PT5H`; raises `ValidationError` for what is no duration."""
    found = _OFFSET.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        raise ValidationError(f"{member} must be an ISO 8601 duration such as -PT1H or -P1D, not '{text}'.")
    sign, *parts = found.groups()
    seconds = sum(int(part) * unit for part, unit in zip(parts, (DAY, HOUR, 60.0, 1.0), strict=True) if part)
    return -seconds if sign else seconds


def hours(since: float, until: float) -> list[float]:
    """The beginnings of the hours that a window touches."""
    first = since - since % HOUR
    return [first + number * HOUR for number in range(max(0, int(-(-(until - first) // HOUR))))]
