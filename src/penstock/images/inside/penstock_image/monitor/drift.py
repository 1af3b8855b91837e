"""Drift: how far two distributions are apart, and when that counts.

* **L-infinity** is the greatest distance between two cumulative distribution functions (of categories: between two
  shares). It is 0 for like data of endless length, but chance alone keeps samples of n and m apart.
* **Robust** takes that away: `max(0, distance - 1.8 · √((n + m) / (n · m)))`. By the two-sample Kolmogorov-Smirnov
  test, samples of one distribution are further apart than that in 2·exp(-2·1.8²) = 0.3 % of all cases, at any n and m.
* **Chi-squared**, for categories, answers the probability that samples of one distribution are as unlike as these;
  below the threshold is a violation, so the threshold is the rate of false alarms.
"""

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import chdtrc

from penstock_image.monitor.sketch import Distribution

LIKELY = 1.8  # standard distances that chance hardly ever makes
LEAST_EXPECTED = 5.0  # in each cell of a table, for the chi-squared test to be one


def corrected(distance: float, n: float, m: float) -> float:
    """What is left of a distance when what chance makes of samples of these sizes is taken away."""
    return max(0.0, distance - LIKELY * math.sqrt((n + m) / (n * m)))


def of_numbers(one: Distribution, other: Distribution, *, robust: bool) -> float:
    points = np.concatenate((one.values, other.values))
    distance = float(np.max(np.abs(one.up_to(points) / one.total - other.up_to(points) / other.total)))
    return corrected(distance, one.total, other.total) if robust else distance


def of_categories(one: Mapping[str, int], other: Mapping[str, int], *, robust: bool) -> float:
    n, m = sum(one.values()), sum(other.values())
    distance = max(abs(one.get(value, 0) / n - other.get(value, 0) / m) for value in {**one, **other})
    return corrected(distance, n, m) if robust else distance


def likelihood(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """The probability that two samples of one distribution are as unlike as these (chi-squared test).

    Categories too rare for the test count as one.
    """
    n, m = sum(one.values()), sum(other.values())
    least = LEAST_EXPECTED * (n + m) / min(n, m)
    kept, rare = [], np.zeros(2)
    for value in {**one, **other}:
        pair = np.array([one.get(value, 0), other.get(value, 0)], dtype=float)
        if pair.sum() >= least:
            kept.append(pair)
        else:
            rare += pair
    observed = np.array([*kept, rare] if rare.sum() else kept)
    expected = np.outer(observed.sum(axis=1), [n, m]) / (n + m)
    return float(chdtrc(max(len(observed) - 1, 1), ((observed - expected) ** 2 / expected).sum()))
