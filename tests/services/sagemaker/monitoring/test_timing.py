"""When schedules fire, which window their executions are about, and what may be asked."""

from pathlib import Path

import pytest

from penstock.services.sagemaker.monitoring import timing
from penstock.services.sagemaker.monitoring.looking import few
from penstock.services.sagemaker.monitoring.settings import WrongSettings, read_schedule_minutes
from penstock.wire.call import ValidationError
from services.sagemaker.monitoring.worlds import HOURLY, NOW, Json, at, config

NOON = at("2030-01-01T12:00:00")


@pytest.mark.parametrize(
    "expression", [HOURLY, "cron(0 0 ? * * *)", "cron(0 23 ? * * *)", "cron(0 17/12 ? * * *)", "cron(0 0/2 ? * * *)"]
)
def test_what_aws_takes_is_taken(expression: str) -> None:
    timing.check(config(timing=expression), NOON, least_minutes=60)


@pytest.mark.parametrize(
    ("told", "least", "sentence"),
    [
        ("rate(1 minute)", 60, "monitoring.toml"),
        ("cron(*/10 * ? * * *)", 60, "monitoring.toml"),
        ("cron(*/10 * ? * * *)", 15, "monitoring.toml"),
        ("cron(0 24 ? * * *)", 60, "is not supported"),
        ("at(2030-01-01T00:00:00)", 1, "is not supported"),
        ("sometimes", 1, "is not supported"),
        ({"ScheduleExpression": "NOW"}, 60, "are required where ScheduleExpression is NOW"),
        ({**NOW, "DataAnalysisStartTime": "-P2D"}, 60, "by 24 hours at the most"),
        ({**NOW, "DataAnalysisStartTime": "PT1H"}, 60, "must precede"),
        ({**NOW, "DataAnalysisStartTime": "an hour"}, 60, "ISO 8601"),
        ({"ScheduleExpression": HOURLY, "DataAnalysisStartTime": "-PT1H"}, 60, "given together"),
    ],
)
def test_what_no_schedule_can_do_is_refused(told: Json, least: int, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        timing.check(config(timing=told), NOON, least_minutes=least)


@pytest.mark.parametrize("expression", ["rate(15 minutes)", "cron(*/30 8-17 ? * MON-FRI *)", HOURLY])
def test_faster_ones_are_taken_where_the_setting_allows_them(expression: str) -> None:
    timing.check(config(timing=expression), NOON, least_minutes=15)


@pytest.mark.parametrize(
    ("told", "source", "since", "until"),
    [
        (HOURLY, {}, "2030-01-01T11:00:00", "2030-01-01T12:00:00"),
        ("cron(0 12 ? * * *)", {}, "2029-12-31T12:00:00", "2030-01-01T12:00:00"),
        ("cron(0 0/6 ? * * *)", {}, "2030-01-01T06:00:00", "2030-01-01T12:00:00"),
        ("rate(10 minutes)", {}, "2030-01-01T11:50:00", "2030-01-01T12:00:00"),
        (HOURLY, {"StartTimeOffset": "-PT1H", "EndTimeOffset": "-PT1H"}, "2030-01-01T10:00:00", "2030-01-01T11:00:00"),
        ({**NOW, "DataAnalysisStartTime": "-PT5H"}, {}, "2030-01-01T07:00:00", "2030-01-01T12:00:00"),
    ],
)
def test_a_window_ends_with_the_firing_and_begins_with_the_one_before(
    told: Json, source: Json, since: str, until: str
) -> None:
    assert timing.window(config(timing=told), source, NOON) == (at(since), at(until))


def test_the_hours_of_a_window_are_all_that_it_touches() -> None:
    assert timing.hours(NOON - 3_600, NOON) == [NOON - 3_600]
    assert timing.hours(NOON - 1_800, NOON + 60) == [NOON - 3_600, NOON]
    assert timing.hours(NOON, NOON) == []


def test_folders_that_are_too_many_are_brought_by_those_above() -> None:
    hours = [f"ep/a/2030/01/0{day}/{hour:02}" for day in (1, 2) for hour in range(3)]

    assert few(hours, 6) == hours
    assert few(hours, 5) == ["ep/a/2030/01/01", "ep/a/2030/01/02"]
    assert few(hours, 1) == ["ep/a/2030/01"]


def test_the_setting_is_read_and_what_is_wrong_with_it_said(tmp_path: Path) -> None:
    file = tmp_path / "monitoring.toml"
    assert read_schedule_minutes(tmp_path) == 60

    file.write_text("schedule_minutes = 5")
    assert read_schedule_minutes(tmp_path) == 5

    for text, sentence in {
        "schedule_minutes = 0": "from 1 to 60",
        "schedule_minutes = true": "whole number",
        "minutes = 5": "there is no setting 'minutes'",
        "schedule_minutes =": "is not TOML",
    }.items():
        file.write_text(text)
        with pytest.raises(WrongSettings, match=sentence):
            read_schedule_minutes(tmp_path)
