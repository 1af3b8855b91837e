"""Moments: seconds since the epoch inside, and on the wire whatever the model asks for.

    iso8601   2024-05-01T12:00:00.250Z      rfc822   Wed, 01 May 2024 12:00:00 GMT      unixtimestamp   1714564800.25

Only this module makes dates of seconds, and seconds of dates.
"""

from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import Final

from botocore.model import Shape

from penstock.wire.call import Json

ISO8601: Final = "iso8601"
RFC822: Final = "rfc822"
UNIX: Final = "unixtimestamp"
FIRST: Final = datetime(1, 1, 1, tzinfo=UTC).timestamp()
LAST: Final = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


def seconds(value: Json) -> float:
    """The moment that a wire value tells, in any of its spellings; raises `ValueError`."""
    if isinstance(value, float):
        return _told_by_a_calendar(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, int) and not isinstance(value, bool):
        return _told_by_a_calendar(float(value))
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no timestamp")
    try:
        return _told_by_a_calendar(float(value))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = parsedate_to_datetime(value)
    return seconds(moment)


def _told_by_a_calendar(moment: float) -> float:
    """The moment, if it lies in years that can be written; raises `ValueError`."""
    if not FIRST <= moment <= LAST:
        raise ValueError(f"{moment} lies outside of the years 1 to 9999")
    return moment


def spelled(shape: Shape, otherwise: str) -> str:
    """The spelling that a shape asks for."""
    style: str = shape.serialization.get("timestampFormat", otherwise)
    return style


def told(value: Json, style: str) -> str | float:
    """A moment (seconds, or a datetime) in one of the wire's spellings, to the millisecond."""
    moment = round(seconds(value), 3)
    if style == UNIX:
        return int(moment) if moment.is_integer() else moment
    if style == RFC822:
        return formatdate(moment, usegmt=True)
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds" if moment.is_integer() else "milliseconds")
    return text.replace("+00:00", "Z")
