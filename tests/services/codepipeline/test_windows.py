"""Deployment windows: when they are open, by AWS's notation, and that a rule waits for it."""

import time
from datetime import UTC, datetime
from typing import cast

import pytest

from penstock.services.codepipeline.judging import deployment_window
from penstock.services.codepipeline.providers import Asking
from penstock.services.codepipeline.windows import WrongWindow, opening

WORK = "* * 9-17 ? * MON-FRI *"
GUIDE = "0 0 9-17 ? * MON-FRI *"  # AWS's own example


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


CASES = [
    ("within it", WORK, "UTC", "2030-01-02T10:30:20", "2030-01-02T10:30:20"),
    ("before it, on its day", WORK, "UTC", "2030-01-02T08:59:59", "2030-01-02T09:00:00"),
    ("after it, over a weekend", WORK, "UTC", "2030-01-04T18:00:00", "2030-01-07T09:00:00"),
    ("in its last minute", WORK, "UTC", "2030-01-02T17:59:59", "2030-01-02T17:59:59"),
    ("the first minutes of hours", GUIDE, "UTC", "2030-01-02T09:20:00", "2030-01-02T10:00:00"),
    ("in another place", WORK, "Europe/Berlin", "2030-01-02T08:00:00", "2030-01-02T08:00:00"),
    ("by an offset", WORK, "UTC+05:30", "2030-01-02T03:29:00", "2030-01-02T03:30:00"),
    ("by an offset to the west", WORK, "UTC-03:00", "2030-01-02T11:00:00", "2030-01-02T12:00:00"),
    ("by an abbreviation", GUIDE, "PST", "2030-01-02T16:59:00", "2030-01-02T17:00:00"),
    ("without a year", "* 0/30 * ? * *", "UTC", "2030-01-02T10:01:00", "2030-01-02T10:30:00"),
    ("in lower case, the last Friday", "* * 9 ? jan 6L", "UTC", "2030-01-02T10:00:00", "2030-01-25T09:00:00"),
    ("never again", "* * * 1 1 ? 2029", "UTC", "2030-01-02T10:00:00", None),
]


@pytest.mark.parametrize(("cron", "place", "now", "expected"), [each[1:] for each in CASES], ids=[c[0] for c in CASES])
def test_when_a_window_is_open_next(cron: str, place: str, now: str, expected: str | None) -> None:
    assert opening(cron, place, moment(now)) == (None if expected is None else moment(expected))


@pytest.mark.parametrize(
    ("cron", "place", "said"),
    [
        ("* 9-17 ? * MON-FRI", "UTC", "has 5 fields"),
        ("* * 25 ? * MON *", "UTC", "is no expression"),
        ("* * 9 ? * ? *", "UTC", "is no expression"),
        (WORK, "Mars/Base", "TimeZone Mars/Base is none"),
        (WORK, "UTC+25:00", "TimeZone UTC"),
    ],
)
def test_what_is_no_window_is_said(cron: str, place: str, said: str) -> None:
    with pytest.raises(WrongWindow, match=said):
        opening(cron, place, 0.0)


NOBODY = cast("Asking", None)  # a window asks nobody


async def test_a_rule_holds_when_its_window_opens_and_not_before() -> None:
    began = time.monotonic()
    opens = moment("2030-01-02T09:00:00")

    def clock() -> float:
        return opens - 0.05 + (time.monotonic() - began)

    assert await deployment_window({"Cron": WORK}, NOBODY, clock) == ""
    assert clock() >= opens


async def test_a_rule_whose_window_never_opens_or_is_none_does_not_hold() -> None:
    over = await deployment_window({"Cron": "* * * 1 1 ? 2029"}, NOBODY, lambda: moment("2030-01-02T09:00:00"))
    wrong = await deployment_window({"Cron": "daily"}, NOBODY, lambda: 0.0)

    assert "does not open any more" in over
    assert "has 1 fields" in wrong
