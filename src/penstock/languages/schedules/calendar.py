"""The calendar of a cron expression: six fields, and the local minutes that fit them.

    minute 0-59   hour 0-23   day 1-31 ? L W   month 1-12, JAN-DEC   weekday 1-7, SUN-SAT ? L #   year 1970-2199

Each field is a list (`,`) of values, ranges (`-`), steps (`/`) or `*`. Of day and weekday one is `?`.
`L` is the last day of the month (as a weekday, Saturday), `15W` the working day nearest to the 15th in its month, `LW`
the last working day, `6L` the last Friday and `6#3` the third one, which is the whole of its field, as on AWS.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

MONTHS: Final = {
    name: n
    for n, name in enumerate(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1)
}
WEEKDAYS: Final = {name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)}
SATURDAY: Final = 7

Days = Callable[[int, int], frozenset[int]]  # the days of a month of a year that fit
_PART: Final = re.compile(r"(?:(?P<every>\*)|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")


class WrongField(ValueError):
    """A field that says nothing, or more than there is."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a field may hold."""

    least: int
    most: int
    names: Mapping[str, int]

    def number(self, text: str) -> int:
        found = self.names.get(text)
        if found is None and text.isascii() and text.isdigit():
            found = int(text)
        if found is None or not self.least <= found <= self.most:
            raise WrongField(text)
        return found

    def part(self, text: str) -> range:
        """The numbers of one item of a field's list."""
        found = _PART.fullmatch(text)
        if found is None:
            raise WrongField(text)
        first = self.least if found["every"] else self.number(found["first"])
        is_open = found["every"] or (found["step"] and not found["last"])  # `5/10`: from five on
        last = self.most if is_open else self.number(found["last"] or found["first"])
        step = int(found["step"] or 1)
        if step < 1 or last < first:
            raise WrongField(text)
        return range(first, last + 1, step)

    def numbers(self, text: str) -> tuple[int, ...]:
        """The numbers of a whole field, in order."""
        return tuple(sorted({number for part in text.split(",") for number in self.part(part)}))


MINUTE: Final = Range(0, 59, {})
HOUR: Final = Range(0, 23, {})
DAY: Final = Range(1, 31, {})
MONTH: Final = Range(1, 12, MONTHS)
WEEKDAY: Final = Range(1, 7, WEEKDAYS)
YEAR: Final = Range(1970, 2199, {})


@dataclass(frozen=True, slots=True)
class Calendar:
    """The local minutes that six fields name."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...]

    @classmethod
    def of(cls, fields: Sequence[str]) -> "Calendar":
        """The calendar of six fields in upper case; raises `WrongField`."""
        minute, hour, day, month, weekday, year = fields
        if (day == "?") == (weekday == "?"):
            raise WrongField("one of day and weekday must be ?, and not both")
        return cls(
            MINUTE.numbers(minute),
            HOUR.numbers(hour),
            days_of_month(day) if weekday == "?" else days_of_week(weekday),
            MONTH.numbers(month),
            YEAR.numbers(year),
        )

    def minutes_from(self, start: datetime) -> Iterator[datetime]:
        """The minutes that fit, from this one on, in order. All are local, without a zone."""
        for day in self._days_from(start.date()):
            is_first = day == start.date()
            for hour in self.hours:
                if is_first and hour < start.hour:
                    continue
                for minute in self.minutes:
                    if not (is_first and hour == start.hour and minute < start.minute):
                        yield datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - local

    def _days_from(self, start: date) -> Iterator[date]:
        for year in self.years:
            for month in self.months:
                if (year, month) >= (start.year, start.month):
                    found = (date(year, month, day) for day in sorted(self.days(year, month)))
                    yield from (day for day in found if day >= start)


def days_of_month(text: str) -> Days:
    """The days that the field of days names."""
    return _any_of([_day_part(part) for part in text.split(",")])


def days_of_week(text: str) -> Days:
    """The days that the field of weekdays names."""
    if "#" in text and "," in text:
        raise WrongField(f"{text}: beside one that has a # there is no other")
    return _any_of([_weekday_part(part) for part in text.split(",")])


def _any_of(parts: Sequence[Days]) -> Days:
    return lambda year, month: frozenset[int]().union(*(part(year, month) for part in parts))


def _day_part(text: str) -> Days:
    if text == "L":
        return lambda year, month: frozenset({length(year, month)})
    if text == "LW":
        return lambda year, month: frozenset({nearest_working_day(year, month, length(year, month))})
    if text.endswith("W"):
        wanted = DAY.number(text.removesuffix("W"))
        return lambda year, month: frozenset(
            {nearest_working_day(year, month, wanted)} if exists(year, month, wanted) else ()
        )
    numbers = DAY.part(text)
    return lambda year, month: frozenset(day for day in numbers if exists(year, month, day))


def _weekday_part(text: str) -> Days:
    if text == "L":
        text = str(SATURDAY)
    name, mark, count = text.partition("#")
    if mark:
        weekday, place = WEEKDAY.number(name), Range(1, 5, {}).number(count)
        return lambda year, month: frozenset(on_weekday(year, month, weekday)[place - 1 : place])
    if text.endswith("L"):
        last = WEEKDAY.number(text.removesuffix("L"))
        return lambda year, month: frozenset(on_weekday(year, month, last)[-1:])
    weekdays = WEEKDAY.part(text)
    return lambda year, month: frozenset(day for each in weekdays for day in on_weekday(year, month, each))


def length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def exists(year: int, month: int, day: int) -> bool:
    return day <= length(year, month)


def on_weekday(year: int, month: int, weekday: int) -> range:
    """The days of a month that are such a weekday (1 is Sunday)."""
    first_is = monthrange(year, month)[0] + 2  # Monday is 0 there and 2 here
    return range(1 + (weekday - first_is) % 7, length(year, month) + 1, 7)


def nearest_working_day(year: int, month: int, day: int) -> int:
    """The day from Monday to Friday that is nearest, and in the same month."""
    match date(year, month, day).isoweekday():
        case 6:
            return day - 1 if day > 1 else day + 2
        case 7:
            return day + 1 if day < length(year, month) else day - 2
    return day
