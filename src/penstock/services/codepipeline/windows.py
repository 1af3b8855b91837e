"""Deployment windows: the minutes that a rule lets executions in, by AWS's notation for them.

* * 9-17 ? * MON-FRI *      seconds (which do not count), minutes, hours, day, month, weekday, year or none
America/New_York   UTC   UTC+05:30   PST      time zones
"""

import re
from collections.abc import Mapping
from datetime import timedelta, timezone, tzinfo
from typing import Final

from penstock.languages.schedules import Times, UnknownZone, WrongSchedule, parse, zone

MINUTE: Final = 60.0
OFFSET: Final = re.compile(r"UTC([+-])(\d{2}):([0-5]\d)")
ABBREVIATIONS: Final[Mapping[str, str]] = {  # those of Java's zones, by which AWS reads them
    "ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo", "AST": "America/Anchorage", "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare", "CNT": "America/St_Johns", "CST": "America/Chicago", "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris", "IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo", "MIT": "Pacific/Apia", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi", "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
}  # fmt: skip


class WrongWindow(ValueError):
    """What is no window, or no time zone."""


def opening(cron: str, place: str, now: float) -> float | None:
    """When a window is open next: now, or at the beginning of a later minute; None where it never is again."""
    fields = cron.split()
    if len(fields) not in (6, 7):
        raise WrongWindow(
            f"Cron {cron} has {len(fields)} fields: seconds, minutes, hours, day of the month, month, day of the week "
            "and, if it is wanted, year."
        )
    try:
        schedule = parse(f"cron({' '.join([*fields[1:], '*'][:6])})")
    except WrongSchedule:
        raise WrongWindow(f"Cron {cron} is no expression that is known.") from None
    minute = now - now % MINUTE
    found = Times(schedule, zone_of(place), minute).next(minute - 1)
    return None if found is None else max(found, now)


def zone_of(place: str) -> tzinfo:
    """The time zone of a region and city, an offset or an abbreviation; raises `WrongWindow`."""
    if offset := OFFSET.fullmatch(place):
        difference = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if difference < timedelta(days=1):
            return timezone(-difference if offset[1] == "-" else difference)
    try:
        return zone(ABBREVIATIONS.get(place, place))
    except UnknownZone:
        raise WrongWindow(f"TimeZone {place} is none that is known.") from None
