"""Ranges: values, places, scales, and what a hint stands for."""

from statistics import median

import pytest

from penstock.services.sagemaker.tuning.ranges import Categorical, Numeric, around, scale_of

PLACES = [each / 1_000 for each in range(1_001)]


@pytest.mark.parametrize(
    ("numeric", "middle"),
    [
        (Numeric("x", 0.0, 10.0), 5.0),
        (Numeric("x", 0.001, 10.0, "Logarithmic"), 0.1),
        (Numeric("x", 0.9, 0.9999, "ReverseLogarithmic"), 0.99684),
        (Numeric("n", 1, 9, is_integer=True), 5),
        (Numeric("n", 1, 1_000, "Logarithmic", is_integer=True), 22),
    ],
)
def test_places_are_even_on_the_scale(numeric: Numeric, middle: float) -> None:
    values = [float(numeric.at(place)) for place in PLACES]

    assert (values[0], values[-1]) == pytest.approx((numeric.low, numeric.high))
    assert values == sorted(values)
    assert median(values) == pytest.approx(middle, rel=0.01)


@pytest.mark.parametrize("scale", ["Linear", "Logarithmic", "ReverseLogarithmic"])
def test_a_value_lies_where_it_was_taken_from(scale: str) -> None:
    numeric = Numeric("x", 0.1, 0.9, scale_of(scale, 0.1, 0.9))

    for place in (0.0, 0.2, 0.7, 1.0):
        found = numeric.place(numeric.at(place))
        assert found == pytest.approx(place)
    assert numeric.place("0.95") is None
    assert numeric.place("deep") is None


def test_every_whole_number_has_the_same_room() -> None:
    numeric = Numeric("n", 1, 4, is_integer=True)

    counts = [[numeric.at(place) for place in PLACES].count(str(value)) for value in (1, 2, 3, 4)]

    assert max(counts) - min(counts) <= 2


def test_auto_searches_by_orders_of_magnitude_where_there_are_some() -> None:
    assert scale_of("Auto", 0.001, 1) == "Logarithmic"
    assert scale_of("Auto", 1, 10) == "Linear"
    assert scale_of("Auto", 0, 1_000) == "Linear"


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("8", Numeric("p", 2, 32, is_integer=True)),
        ("0.1", Numeric("p", 0.01, 1.0, "Logarithmic")),
        ("0.01", Numeric("p", 0.001, 0.1, "Logarithmic")),
        ("-1.5", Numeric("p", -2.5, -0.5)),
        ("0", Numeric("p", -4, 4, is_integer=True)),
        ("true", Categorical("p", ("true", "false"))),
        ("gbtree", Categorical("p", ("gbtree",))),
        ("nan", Categorical("p", ("nan",))),
    ],
)
def test_a_hint_stands_for_a_range_around_it(hint: str, expected: object) -> None:
    assert around("p", hint) == expected
