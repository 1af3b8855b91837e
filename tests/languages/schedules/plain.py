"""A plain evaluator: minute by minute it asks of every field whether it holds, by the words of AWS's documentation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = dict(
    zip(["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], range(1, 13), strict=True)
)
WEEKDAYS = dict(zip(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], range(1, 8), strict=True))
MINUTE = timedelta(minutes=1)


def value(text: str) -> int:
    return {**MONTHS, **WEEKDAYS}.get(text) or int(text)


def in_part(part: str, now: int, least: int, most: int) -> bool:
    start, _, step = part.partition("/")
    if start == "*":
        first, last = least, most
    elif "-" in start:
        first, last = (value(each) for each in start.split("-"))
    else:
        first = value(start)
        last = most if step else first
    return first <= now <= last and (now - first) % int(step or 1) == 0


def in_field(field: str, now: int, least: int, most: int) -> bool:
    return any(in_part(part, now, least, most) for part in field.split(","))


def days_in(month: datetime) -> int:
    return ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day


def is_working(day: datetime) -> bool:
    return day.weekday() < 5


def day_fits(part: str, now: datetime) -> bool:
    last = days_in(now)
    if part == "L":
        return now.day == last
    if part.endswith("W"):
        wanted = last if part == "LW" else int(part[:-1])
        if wanted > last:
            return False
        days = [now.replace(day=day) for day in range(1, last + 1)]
        working = [day for day in days if is_working(day)]
        return now.day == min(working, key=lambda day: abs(day.day - wanted)).day
    return in_part(part, now.day, 1, 31)


def weekday_fits(part: str, now: datetime) -> bool:
    today = now.isoweekday() % 7 + 1
    if part == "L":
        return today == 7
    if part.endswith("L"):
        return today == value(part[:-1]) and now.day + 7 > days_in(now)
    if "#" in part:
        weekday, place = part.split("#")
        return today == value(weekday) and (now.day - 1) // 7 + 1 == int(place)
    return in_part(part, today, 1, 7)


def fits(fields: list[str], now: datetime) -> bool:
    return in_field(fields[0], now.minute, 0, 59) and hour_fits(fields, now)


def hour_fits(fields: list[str], now: datetime) -> bool:
    _, hour, day, month, weekday, year = fields
    return (
        in_field(hour, now.hour, 0, 23)
        and in_field(month, now.month, 1, 12)
        and in_field(year, now.year, 1970, 2199)
        and (day == "?" or any(day_fits(part, now) for part in day.split(",")))
        and (weekday == "?" or any(weekday_fits(part, now) for part in weekday.split(",")))
    )


def firings(fields: list[str], zone: ZoneInfo, start: datetime, minutes: int) -> Iterator[float]:
    """Every minute of real time whose local time fits, but for those whose local time has been before.

    Every zone's hours begin and change at quarters of UTC's: where a quarter's hour does not fit, no minute of it does.
    """
    number = 0
    while number < minutes:
        now = start + number * MINUTE
        local = now.astimezone(zone)
        if not hour_fits(fields, local.replace(tzinfo=None)):
            number += 15 - now.minute % 15
            continue
        if local.fold == 0 and fits(fields, local.replace(tzinfo=None)):
            yield local.timestamp()
        number += 1
