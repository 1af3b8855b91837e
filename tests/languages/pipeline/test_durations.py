"""Durations of ExpireAfter."""

import pytest

from penstock.languages.pipeline.durations import seconds
from penstock.languages.pipeline.tree import DefinitionError

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P30D", 30 * DAY),
        ("30d", 30 * DAY),
        ("5y", 5 * 365 * DAY),
        ("1m", 30 * DAY),
        ("T16m", 16 * 60),
        ("30dT5h", 30 * DAY + 5 * 3_600),
        ("T12H", 12 * 3_600),
        ("P1Y2M3W4DT5H6M7S", (365 + 60 + 21 + 4) * DAY + 5 * 3_600 + 6 * 60 + 7),
    ],
)
def test_a_duration_may_lack_its_p_and_be_in_lower_case(text: str, expected: int) -> None:
    assert seconds(text, "ExpireAfter") == expected


@pytest.mark.parametrize("text", ["", "P", "T", "30", "5h", "1d2y", "soon"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DefinitionError, match="ExpireAfter must be an ISO 8601 duration such as P30D or PT12H"):
        seconds(text, "ExpireAfter")
