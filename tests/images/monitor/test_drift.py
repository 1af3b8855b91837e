"""Drift is found where it was planted; where there is none, alarms are as rare as they are said to be.

Those of 1,000 random baselines are counted in `test_false_alarms`.
"""

from collections import Counter

import numpy as np
import pytest

from penstock_image.monitor import drift
from penstock_image.monitor.sketch import Distribution

DRAWS = 300


def sample(chance: np.random.Generator, size: int, mean: float = 0.0) -> Distribution:
    return Distribution.of([chance.normal(mean, 1.0, size)])


def categories(chance: np.random.Generator, size: int, shares: tuple[float, ...]) -> Counter[str]:
    return Counter(chance.choice(["a", "b", "c", "d"], size, p=shares).tolist())


def test_the_distance_is_that_of_kolmogorov_and_smirnov() -> None:
    one, other = Distribution.of([np.array([1.0, 2.0, 3.0, 4.0])]), Distribution.of([np.array([3.0, 4.0, 5.0, 6.0])])

    assert drift.of_numbers(one, other, robust=False) == 0.5
    assert drift.of_numbers(one, one, robust=False) == 0.0


def test_the_robust_distance_is_what_chance_does_not_explain() -> None:
    assert drift.corrected(0.5, 400, 100) == pytest.approx(0.5 - 1.8 * (500 / 40_000) ** 0.5)
    assert drift.corrected(0.1, 50, 50) == 0.0


def test_levels_of_a_sketch_weigh_what_they_stand_for() -> None:
    one = Distribution.of([np.array([1.0]), np.array([2.0])])  # 1, 2, 2

    assert drift.of_numbers(one, Distribution.of([np.array([1.0, 2.0, 2.0])]), robust=False) == 0.0


@pytest.mark.parametrize("sizes", [(1000, 60), (500, 500)])
def test_robust_distances_of_like_samples_are_hardly_ever_above_nothing(sizes: tuple[int, int]) -> None:
    """The test's own bound is 0.3 %: of 300 draws, one or two more would be a wonder."""
    chance = np.random.default_rng(3)

    alarms = sum(
        drift.of_numbers(sample(chance, sizes[0]), sample(chance, sizes[1]), robust=True) > 0 for _ in range(DRAWS)
    )

    assert alarms <= 6


def test_the_chi_squared_test_alarms_at_the_rate_that_is_its_threshold() -> None:
    chance, shares = np.random.default_rng(4), (0.4, 0.3, 0.2, 0.1)

    alarms = sum(
        drift.likelihood(categories(chance, 2000, shares), categories(chance, 300, shares)) < 0.1 for _ in range(DRAWS)
    )

    assert 0.05 < alarms / DRAWS < 0.16  # three and a half standard deviations around 0.1


def test_planted_drift_is_found() -> None:
    chance = np.random.default_rng(5)

    assert drift.of_numbers(sample(chance, 5000), sample(chance, 500, mean=0.6), robust=True) > 0.1
    assert drift.of_categories({"a": 700, "b": 300}, {"a": 350, "b": 650}, robust=True) > 0.1
    assert drift.likelihood({"a": 700, "b": 300}, {"a": 60, "b": 40}) < 0.05


def test_a_new_category_is_as_far_away_as_its_share() -> None:
    assert drift.of_categories({"a": 100}, {"a": 75, "b": 25}, robust=False) == 0.25


def test_rare_categories_count_as_one_in_the_chi_squared_test() -> None:
    many = {f"rare-{number}": 1 for number in range(50)}

    assert drift.likelihood({"a": 1000, **many}, {"a": 1000, **many}) == pytest.approx(1.0)
    assert drift.likelihood({"a": 1000}, {"a": 500}) == pytest.approx(1.0)
