"""Of 1,000 random baselines as many alarm for nothing as their constraints say, and hardly one is silent about drift.

Each is a column of its own distribution, by way of the statistics.json that it is kept in.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from penstock_image.layout import Json
from penstock_image.monitor.profile import Feature, Moments
from penstock_image.monitor.sketch import Numbers
from penstock_image.monitor.table import Column
from penstock_image.monitor.violations import Baseline, drifted

BASELINES = 1000
BEFORE, NOW = 2000, 400  # records
NAME = "x"
FAMILIES: list[Callable[[np.random.Generator, int], Numbers]] = [
    lambda chance, size: chance.normal(size=size),
    lambda chance, size: chance.uniform(size=size),
    lambda chance, size: chance.exponential(size=size),
    lambda chance, size: chance.lognormal(size=size),
    lambda chance, size: chance.standard_t(4, size=size),
    lambda chance, size: chance.poisson(9.0, size=size).astype(float),
]


def of_numbers(numbers: Numbers) -> Feature:
    moments = Moments()
    moments.add(numbers)
    return Feature(Column(NAME, "DOUBLE", "Fractional"), "Fractional", len(numbers), len(numbers), numbers=moments)


def of_words(counts: NDArray[np.int_]) -> Feature:
    """A column of text, by how often each word occurs."""
    found, rows = {f"word {place}": int(count) for place, count in enumerate(counts) if count}, int(counts.sum())
    return Feature(Column(NAME, "VARCHAR", "String"), "String", rows, rows, len(found), None, found)


def alarms(before: Feature, now: Feature, **constraints: Json) -> bool:
    """Whether a feature is another than it was, by constraints on its distribution."""
    config = {"features": [{"name": NAME}], "monitoring_config": {"distribution_constraints": constraints}}
    found = drifted(now, Baseline(config, {"features": [before.written()]}))
    assert found is not None
    return found.is_violation


@pytest.mark.parametrize("family", range(len(FAMILIES)))
def test_numbers_alarm_at_the_rate_of_the_robust_method(family: int) -> None:
    """0.3 % at most where nothing has changed, at a threshold of 0."""
    chance, draw = np.random.default_rng(family), FAMILIES[family]
    robust = {"comparison_method": "Robust", "comparison_threshold": 0.0}
    share = range(BASELINES // len(FAMILIES) + 1)
    alike = drift = 0
    for _ in share:
        place, scale = chance.normal(0, 10), chance.lognormal()
        before = of_numbers(place + scale * draw(chance, BEFORE))
        now = draw(chance, NOW)
        alike += alarms(before, of_numbers(place + scale * now), **robust)
        drift += alarms(before, of_numbers(place + scale * (now + 0.8 * now.std())), **robust)

    assert alike <= 4  # of 167, half a one is what the bound allows
    assert drift >= len(share) - 1


def test_words_alarm_at_the_rate_that_is_the_threshold() -> None:
    """Within four standard deviations of 1,000 draws."""
    chance, rates = np.random.default_rng(17), {0.1: (62, 138), 0.01: (1, 23)}
    alike, drift = dict.fromkeys(rates, 0), dict.fromkeys(rates, 0)
    for _ in range(BASELINES):
        words = int(chance.integers(2, 9))
        shares = chance.dirichlet(np.full(words, 3.0))
        before, now = of_words(chance.multinomial(BEFORE, shares)), of_words(chance.multinomial(NOW, shares))
        other = of_words(chance.multinomial(NOW, 0.7 * shares + 0.3 * np.eye(words)[int(shares.argmin())]))
        for threshold in rates:
            squared = {"categorical_drift_method": "ChiSquared", "categorical_comparison_threshold": threshold}
            alike[threshold] += alarms(before, now, **squared)
            drift[threshold] += alarms(before, other, **squared)

    for threshold, (fewest, most) in rates.items():
        assert fewest <= alike[threshold] <= most
        assert drift[threshold] >= BASELINES - 5
