"""Event times: an ISO 8601 string, or seconds since the epoch; compared as whole nanoseconds. Pure."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

SECOND: Final = 1_000_000_000
HOUR: Final = 3600 * SECOND
LATEST: Final = 1 << 63  # nanoseconds: in the year 2262
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z")


def nanoseconds(text: str, kind: str) -> int:
    """The event time that a feature of this type holds; raises `ValueError` with what it should be."""
    found = _of_text(text) if kind == "String" else _of_number(text)
    if not 0 <= found < LATEST:
        raise ValueError("an event time lies between 1970 and 2262")
    return found


def _of_text(text: str) -> int:
    if _ISO.fullmatch(text) is None:
        raise ValueError("an event time is an ISO-8601 string: yyyy-MM-dd'T'HH:mm:ssZ or yyyy-MM-dd'T'HH:mm:ss.SSSZ")
    moment = datetime.fromisoformat(text)
    return int(moment.replace(microsecond=0).timestamp()) * SECOND + moment.microsecond * 1000


def _of_number(text: str) -> int:
    try:
        seconds = Decimal(text)
    except InvalidOperation:
        seconds = Decimal("NaN")
    if not seconds.is_finite() or abs(seconds) >= LATEST:
        raise ValueError("an event time is a Unix timestamp in seconds")
    return int(seconds * SECOND)
