"""Statistics by their names: of values, and of sets of which only sums are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.languages.metricmath.statistics import Sample, Set, is_statistic

TEN = [float(each) for each in (7, 3, 10, 1, 5, 9, 2, 8, 6, 4)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SampleCount", 10), ("Sum", 55), ("Average", 5.5), ("Minimum", 1), ("Maximum", 10),
        ("p50", 5), ("p90", 9), ("p99.9", 10), ("p100", 10), ("p0", 1),
        ("tm90", 5), ("tc90", 9), ("ts90", 45), ("TM(10%:90%)", 5.5), ("TM(2:5)", 4), ("TS(:2)", 3), ("TC(9:)", 1),
        ("wm90", 5.4), ("WM(20%:80%)", 5.5), ("PR(:3)", 30), ("PR(3:5)", 20), ("IQM", 5.5), ("TM(20:30)", None),
    ],
)  # fmt: skip
def test_a_statistic_is_computed_by_its_name(name: str, value: float | None) -> None:
    assert Sample(values=TEN).statistic(name) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize("name", ["p101", "p", "tm", "median", "TM(:)", "PR(10%:90%)", "TM(90%)", "p99 "])
def test_what_is_no_statistic_is_told(name: str) -> None:
    assert not is_statistic(name)
    with pytest.raises(ValueError, match="statistic"):
        Sample(values=TEN).statistic(name)


def test_a_set_has_percentiles_where_it_is_one_value() -> None:
    several, one = Set(1.0, 9.0, 20.0, 4.0), Set(3.0, 3.0, 9.0, 3.0)

    assert Sample([2.0], [several, one]).statistic("Average") == 31 / 8
    assert Sample([2.0], [several, one]).statistic("p50") is None
    assert Sample([2.0], [one]).statistic("p50") == 3
    assert Sample([2.0], [one]).statistic("p10") == 2
    assert Sample([-2.0, 1.0]).statistic("p50") is None
    assert Sample([-2.0, 1.0]).statistic("Minimum") == -2


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(0, 100))
def test_so_many_percent_do_not_exceed_a_percentile_and_no_lower_value_has_that(
    values: list[float], percent: int
) -> None:
    found = Sample(values=values).statistic(f"p{percent}")

    assert found in values
    assert sum(each <= found for each in values) * 100 >= percent * len(values)
    assert not any(
        sum(each <= other for each in values) * 100 >= percent * len(values) for other in values if other < found
    )
