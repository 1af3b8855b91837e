"""Expressions: the three kinds of schedules, read, and when they fire.

Moments are seconds since the epoch. Local time follows EventBridge Scheduler's rules: a time that the clocks leap over
in spring does not happen, one that comes twice in autumn happens the first time only; a day in a rate is 24 hours.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from penstock.languages.schedules.calendar import Calendar, WrongField

_AT: Final = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)", re.ASCII)
_RATE: Final = re.compile(r"rate\(([1-9]\d{0,8}) +(minute|hour|day)(s?)\)", re.ASCII)
_CRON: Final = re.compile(r"cron\(([^()]*)\)")
_SECONDS: Final = {"minute": 60, "hour": 3_600, "day": 86_400}


class WrongSchedule(ValueError):
    """An expression that is none of the three kinds."""


class UnknownZone(ValueError):
    """There is no time zone of that name."""


@dataclass(frozen=True, slots=True)
class At:
    """Once, at a local time."""

    local: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """Again and again, so many seconds apart."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Cron:
    """Whenever the calendar says so."""

    calendar: Calendar


Schedule = At | Rate | Cron


@cache
def parse(text: str, *, of_rule: bool = False) -> Schedule:
    """The schedule that an expression is; raises `WrongSchedule`.

    A rule of EventBridge (`of_rule`) has no `at(…)`, and minds its plural: `rate(1 minute)`, `rate(5 minutes)`.
    """
    if (found := _RATE.fullmatch(text)) is not None:
        if of_rule and (found[1] == "1") == bool(found[3]):
            raise WrongSchedule(text)
        return Rate(int(found[1]) * _SECONDS[found[2]])
    try:
        if (found := _AT.fullmatch(text)) is not None and not of_rule:
            return At(datetime.fromisoformat(found[1]))
        if (found := _CRON.fullmatch(text)) is not None and len(fields := found[1].upper().split()) == 6:
            return Cron(Calendar.of(fields))
    except (WrongField, ValueError):
        pass
    raise WrongSchedule(text)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of a name such as `Europe/Berlin`; raises `UnknownZone`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


@dataclass(frozen=True, slots=True)
class Times:
    """A schedule in its zone, and the moment from which a rate counts (its first firing)."""

    schedule: Schedule
    zone: tzinfo
    beginning: float

    def next(self, after: float) -> float | None:
        """The first firing after a moment; None if there is none any more."""
        match self.schedule:
            case At(local):
                moment = self._moment(local)
                # A time that the clocks leapt over: as late as if they had not.
                due = local.replace(tzinfo=self.zone).timestamp() if moment is None else moment
                return due if due > after else None
            case Rate(seconds):
                past = math.floor((after - self.beginning) / seconds) + 1
                return self.beginning + max(0, past) * seconds
            case Cron(calendar):
                local = datetime.fromtimestamp(after, self.zone).replace(tzinfo=None)
                found = (self._moment(minute) for minute in calendar.minutes_from(local))
                return next((each for each in found if each is not None and each > after), None)

    def latest(self, *, since: float, until: float) -> float:
        """The last firing up to a moment, where `since` is one that was before: what became of it meanwhile."""
        # Whether anything fires after a moment and up to `until` changes once, at the firing that is looked for.
        first, end = since, until
        while end - first > 0.5:
            middle = (first + end) / 2
            coming = self.next(middle)
            if coming is not None and coming <= until:
                first = coming
            else:
                end = middle
        return first

    def _moment(self, local: datetime) -> float | None:
        """The moment of a local time: the earlier of two; None where the clocks leap over it."""
        aware = local.replace(tzinfo=self.zone)  # fold is 0
        moment = aware.timestamp()
        return moment if datetime.fromtimestamp(moment, self.zone).replace(tzinfo=None) == local else None


def told(moment: float) -> str:
    """A moment as EventBridge writes it: `2030-01-31T08:00:00Z`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
