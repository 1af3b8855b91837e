"""The calendar: an instant taken apart into what date pictures can show, and put together again.

Instants are milliseconds since 1970 in UTC. The arithmetic is on numbers of days, not on `datetime`, since JavaScript
knows years from -271821 to 275760.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

DAY: Final = 86_400_000
WEEK: Final = 7 * DAY
FURTHEST: Final = 8_640_000_000_000_000  # milliseconds from 1970, either way, that JavaScript's dates reach
DAYS: Final = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Civil(NamedTuple):
    """A date: its year, its month from 0 and its day from 1."""

    year: int
    month: int
    day: int


def utc(year: int, month: int, day: int = 1) -> int:
    """The instant a day begins; months and days beyond their range run over."""
    year, month = year + month // 12, month % 12
    shifted = year - (month < 2)  # years from March, so that the leap day is the last
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 10) % 12) + 2) // 5 + day - 1
    return (era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468) * DAY


def civil(millis: int) -> Civil:
    """The date of an instant."""
    era, of_era = divmod(millis // DAY + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = (shifted + 2) % 12
    return Civil(year + era * 400 + (month < 2), month, of_year - (153 * shifted + 2) // 5 + 1)


def weekday(millis: int) -> int:
    """The day of the week, from 1 for Monday to 7."""
    return (millis // DAY + 3) % 7 + 1


def first_week(year: int, month: int) -> int:
    """The Monday on which the first week of a year or month begins: the week that has its first Thursday."""
    first = utc(year, month)
    day = weekday(first)
    return first + (8 - day) * DAY if day > 4 else first - (day - 1) * DAY


@dataclass(frozen=True, slots=True)
class _Period:
    """A year or a month, and its neighbours, as weeks are counted in it."""

    before: int
    begin: int
    after: int


def _year_weeks(date: Civil) -> _Period:
    return _Period(*(first_week(year, 0) for year in (date.year - 1, date.year, date.year + 1)))


def _month_weeks(date: Civil) -> _Period:
    return _Period(*(first_week(date.year, month) for month in (date.month - 1, date.month, date.month + 1)))


def _week(millis: int, period: _Period, longest: int) -> int:
    today = millis // DAY * DAY
    week = (today - period.begin) // WEEK + 1
    if week > longest and today >= period.after:
        return 1
    return (today - period.before) // WEEK + 1 if week < 1 else week


def _week_year(millis: int) -> int:
    date = civil(millis)
    period = _year_weeks(date)
    return date.year + (millis >= period.after) - (millis < period.begin)


def _week_month(millis: int) -> int:
    date = civil(millis)
    period = _month_weeks(date)
    return (date.month + (millis >= period.after) - (millis < period.begin)) % 12 + 1


PARTS: Final[Mapping[str, Callable[[int], int]]] = {
    "Y": lambda millis: civil(millis).year,
    "M": lambda millis: civil(millis).month + 1,
    "D": lambda millis: civil(millis).day,
    "d": lambda millis: (millis - utc(civil(millis).year, 0)) // DAY + 1,
    "F": weekday,
    "W": lambda millis: _week(millis, _year_weeks(civil(millis)), 52),
    "w": lambda millis: _week(millis, _month_weeks(civil(millis)), 4),
    "X": _week_year,
    "x": _week_month,
    "H": lambda millis: millis // 3_600_000 % 24,
    "h": lambda millis: (millis // 3_600_000 + 11) % 12 + 1,
    "P": lambda millis: millis // 43_200_000 % 2,
    "m": lambda millis: millis // 60_000 % 60,
    "s": lambda millis: millis // 1000 % 60,
    "f": lambda millis: millis % 1000,
}


def part(millis: int, component: str) -> int:
    """What an instant shows for a component of a picture; before and after noon are 0 and 1."""
    return PARTS[component](millis)
