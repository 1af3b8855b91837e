"""Schedules: what is one, and when it fires."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.schedules.plain import MINUTE, firings
from penstock.languages.schedules import Times, UnknownZone, WrongSchedule, parse, zone

BERLIN = ZoneInfo("Europe/Berlin")


def moment(text: str, tz: ZoneInfo | None = None) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=tz or UTC).timestamp()


def told(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M")


def times(text: str, *, tz: str = "UTC", beginning: str = "2030-01-01T00:00") -> Times:
    return Times(parse(text), zone(tz), moment(beginning))


def some(found: Times, after: str, count: int) -> list[str | None]:
    at, seen = moment(after), list[str | None]()
    for _ in range(count):
        following = found.next(at)
        seen.append(told(following))
        if following is None:
            break
        at = following
    return seen


WRONG = [
    "", "daily", "rate()", "rate(10)", "rate(0 minutes)", "rate(-1 minutes)", "rate(1.5 hours)", "rate(10 seconds)",
    "rate(10 years)", "rate(5minutes)", "at()", "at(2030-01-01)", "at(2030-13-01T00:00:00)", "at(2030-01-01T00:00:00Z)",
    "cron()", "cron(0 8 * * ?)", "cron(0 1 * * * *)", "cron(0 1 ? * ? *)", "cron(0 1 1 * MON *)", "cron(60 1 ? * * *)",
    "cron(0 24 ? * * *)", "cron(0 1 0 * ? *)", "cron(0 1 32 * ? *)", "cron(0 1 1 13 ? *)", "cron(0 1 ? * 8 *)",
    "cron(0 1 ? * NOT *)", "cron(0 1 1 * ? 1969)", "cron(0 1 1 * ? 2200)", "cron(0 1 ? * MON#6 *)",
    "cron(0/0 1 ? * * *)", "cron(0 1 ? * 3#1,6#3 *)", "cron(0 1 ? * 3#1,FRI *)",
    "cron(0 1 ? * MON# *)", "cron(5-1 1 ? * * *)", "cron(0 1 W * ? *)", "cron(0 1 ? * 3W *)", "cron(0 1, ? * * *)",
    "cron(0 L ? * * *)", "cron(0 1 ? * * * *)", "cron(0 1 ? * * *", "Cron(0 1 ? * * *)",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(WrongSchedule):
        parse(text)


@pytest.mark.parametrize("text", ["rate(1 minutes)", "rate(5 minute)", "at(2030-01-01T00:00:00)"])
def test_a_rule_is_stricter_than_a_schedule(text: str) -> None:
    parse(text)

    with pytest.raises(WrongSchedule):
        parse(text, of_rule=True)


def test_a_zone_that_there_is_not_is_refused() -> None:
    for name in ("Europe/Entenhausen", "../etc/passwd", ""):
        with pytest.raises(UnknownZone):
            zone(name)


CALENDARS = [
    ("cron(0 8 ? * MON-FRI *)", ["2030-01-01T08:00", "2030-01-02T08:00", "2030-01-03T08:00", "2030-01-04T08:00",
                                 "2030-01-07T08:00"]),
    ("cron(0/20 12 1 1 ? 2030)", ["2030-01-01T12:00", "2030-01-01T12:20", "2030-01-01T12:40", None]),
    ("cron(0 0 L * ? *)", ["2030-01-31T00:00", "2030-02-28T00:00", "2030-03-31T00:00"]),
    ("cron(0 0 LW * ? *)", ["2030-01-31T00:00", "2030-02-28T00:00", "2030-03-29T00:00"]),
    ("cron(0 0 1W * ? *)", ["2030-02-01T00:00", "2030-03-01T00:00", "2030-04-01T00:00", "2030-05-01T00:00",
                            "2030-06-03T00:00"]),
    ("cron(0 0 31W * ? *)", ["2030-01-31T00:00", "2030-03-29T00:00", "2030-05-31T00:00"]),
    ("cron(0 0 ? * 6L *)", ["2030-01-25T00:00", "2030-02-22T00:00"]),
    ("cron(0 0 ? * L *)", ["2030-01-05T00:00", "2030-01-12T00:00"]),
    ("cron(0 0 ? * TUE#5 *)", ["2030-01-29T00:00", "2030-04-30T00:00"]),
    ("cron(0 0 29 2 ? *)", ["2032-02-29T00:00", "2036-02-29T00:00"]),
    ("cron(0 0 31 2 ? *)", [None]),
    ("cron(30-30 8-8 ? jan,dec 2,mon *)", ["2030-01-07T08:30", "2030-01-14T08:30"]),
    ("rate(5 minutes)", ["2030-01-01T00:05", "2030-01-01T00:10"]),
    ("rate(2 days)", ["2030-01-03T00:00", "2030-01-05T00:00"]),
    ("at(2030-06-01T12:00:00)", ["2030-06-01T12:00", None]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CALENDARS)
def test_a_schedule_fires_when_it_says(text: str, expected: list[str | None]) -> None:
    assert some(times(text), "2030-01-01T00:00", len(expected)) == expected


def test_a_rate_begins_at_its_beginning() -> None:
    rate = times("rate(1 hour)", beginning="2030-01-01T10:30")

    assert some(rate, "2029-12-31T00:00", 2) == ["2030-01-01T10:30", "2030-01-01T11:30"]


def test_an_hour_that_the_clocks_leap_over_does_not_happen() -> None:
    # Berlin, 31 March 2030: 02:00 is 03:00.
    assert some(times("cron(30 2 ? * * *)", tz="Europe/Berlin"), "2030-03-29T12:00", 3) == [
        "2030-03-30T01:30", "2030-04-01T00:30", "2030-04-02T00:30",
    ]  # fmt: skip


def test_an_hour_that_comes_twice_happens_once() -> None:
    # Berlin, 27 October 2030: 03:00 is 02:00 again.
    assert some(times("cron(0/30 2 ? * * *)", tz="Europe/Berlin"), "2030-10-26T12:00", 4) == [
        "2030-10-27T00:00", "2030-10-27T00:30", "2030-10-28T01:00", "2030-10-28T01:30",
    ]  # fmt: skip


def test_a_moment_in_the_hours_second_pass_is_followed_by_what_comes_then() -> None:
    after = datetime(2030, 10, 27, 2, 15, tzinfo=BERLIN, fold=1).timestamp()

    assert told(times("cron(0/30 * ? * * *)", tz="Europe/Berlin").next(after)) == "2030-10-27T02:00"


def test_a_single_time_that_the_clocks_leap_over_is_an_hour_later_on_them() -> None:
    assert told(times("at(2030-03-31T02:30:00)", tz="Europe/Berlin").next(0)) == "2030-03-31T01:30"


def test_a_days_rate_is_24_hours_whatever_the_clocks_do() -> None:
    rate = times("rate(1 day)", tz="Europe/Berlin", beginning="2030-03-30T12:00")

    assert some(rate, "2030-03-30T00:00", 3) == ["2030-03-30T12:00", "2030-03-31T12:00", "2030-04-01T12:00"]


def a_list(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(part, min_size=1, max_size=3).map(",".join)


def numbers(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    step = st.integers(1, most - least)
    return st.one_of(
        number.map(str), span, st.just("*"),
        st.tuples(st.one_of(number.map(str), span, st.just("*")), step).map(lambda two: f"{two[0]}/{two[1]}"),
    )  # fmt: skip


DAYS = a_list(st.one_of(numbers(1, 31), st.just("L"), st.just("LW"), st.integers(1, 31).map(lambda day: f"{day}W")))
WEEKDAYS = st.one_of(
    a_list(
        st.one_of(
            numbers(1, 7), st.just("L"), st.sampled_from(["MON", "SUN-SAT", "TUE-THU"]),
            st.integers(1, 7).map(lambda day: f"{day}L"),
        )
    ),
    st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda two: f"{two[0]}#{two[1]}"),
)  # fmt: skip
CRONS = st.tuples(
    a_list(numbers(0, 59)), a_list(numbers(0, 23)), a_list(numbers(1, 12)), a_list(numbers(2029, 2031)),
    st.one_of(DAYS.map(lambda day: (day, "?")), WEEKDAYS.map(lambda day: ("?", day))),
).map(lambda parts: [parts[0], parts[1], parts[4][0], parts[2], parts[4][1], parts[3]])  # fmt: skip
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
STARTS = st.integers(0, 380 * 24 * 60).map(lambda minutes: datetime(2029, 12, 20, tzinfo=UTC) + minutes * MINUTE)


@settings(max_examples=60, deadline=None)
@given(CRONS, ZONES, STARTS)
def test_a_cron_fires_in_the_minutes_that_a_plain_evaluator_finds(
    fields: list[str], name: str, start: datetime
) -> None:
    found = Times(parse(f"cron({' '.join(fields)})"), zone(name), 0.0)
    minutes, at, seen = 3 * 24 * 60, start.timestamp() - 60, list[float]()

    while (following := found.next(at)) is not None and following < start.timestamp() + minutes * 60:
        seen.append(following)
        at = following

    assert seen == list(firings(fields, zone(name), start, minutes))


@settings(max_examples=100, deadline=None)
@given(CRONS, ZONES, STARTS, st.integers(0, 40 * 24 * 60))
def test_the_latest_firing_is_the_one_that_none_follows(
    fields: list[str], name: str, start: datetime, minutes: int
) -> None:
    found = Times(parse(f"cron({' '.join(fields)})"), zone(name), 0.0)
    since = found.next(start.timestamp())
    if since is None:
        return
    until = since + minutes * 60

    latest = found.latest(since=since, until=until)

    following = found.next(latest)
    assert since <= latest <= until
    assert following is None or following > until
    assert latest == since or found.next(latest - 1) == latest
