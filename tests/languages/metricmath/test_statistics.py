"""Statistics of values, and what is kept of many."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from penstock.languages.metricmath import Summary, statistic
from penstock.languages.metricmath.statistics import MOST_VALUES

HUNDRED = Summary.of({float(value): 1.0 for value in range(1, 101)})
COUNTS = some.dictionaries(some.floats(0, 1e6), some.integers(1, 50).map(float), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Average", 50.5), ("SampleCount", 100), ("p0", 1), ("p50", 50), ("p99", 99), ("p99.5", 100), ("p100", 100),
        ("tm90", 45.5), ("TM(10%:90%)", 50.5), ("TM(10:20)", 15.5), ("IQM", 50.5), ("tc99", 99), ("ts99", 4950),
        ("TC(10:20)", 10), ("TS(80%:)", 1810), ("wm95", 50.35), ("WM(:50)", 37.75), ("PR(:30)", 30), ("PR(90:)", 10),
    ],
)  # fmt: skip
def test_statistics_are_those_of_the_values(name: str, value: float) -> None:
    act = statistic(name)

    assert act is not None
    assert act(HUNDRED) == pytest.approx(value)


@pytest.mark.parametrize("name", ["p101", "tm", "median", "TM(10%:90)", "PR(10%:20%)", "TM(:)", "p-1", "average"])
def test_what_is_no_statistic_is_none(name: str) -> None:
    assert statistic(name) is None


@given(COUNTS, COUNTS)
def test_what_is_put_apart_counts_as_what_is_put_together(one: dict[float, float], other: dict[float, float]) -> None:
    whole = Summary.of({value: one.get(value, 0) + other.get(value, 0) for value in one | other})
    apart = Summary.of(one).with_(Summary.of(other))

    assert (apart.samples, apart.least, apart.most) == (whole.samples, whole.least, whole.most)
    assert apart.counts == whole.counts
    assert apart.total == pytest.approx(whole.total)


@given(COUNTS, some.floats(0, 100))
def test_a_percentile_is_a_value_that_at_least_so_many_do_not_exceed(
    counts: dict[float, float], percent: float
) -> None:
    act = statistic(f"p{percent:.3f}")
    assert act is not None
    found = act(Summary.of(counts))

    assert found in counts
    assert sum(counts[value] for value in counts if value <= found) >= sum(counts.values()) * round(percent, 3) / 100


def test_many_values_are_kept_in_few_places_and_their_sum_exactly() -> None:
    values = {1_000_000 + number / 7: 1.0 for number in range(20 * MOST_VALUES)}
    kept = Summary.of(values)
    act = statistic("p50")

    assert act is not None
    assert len(kept.counts) <= MOST_VALUES
    assert kept.total == pytest.approx(sum(values))
    assert act(kept) == pytest.approx(1_001_428, rel=0.001)


def test_negative_values_have_no_percentiles() -> None:
    act = statistic("p50")

    assert act is not None
    assert act(Summary.of({-1.0: 1.0, 2.0: 1.0})) is None
