"""Shapley values: exact where all coalitions are asked about, and adding up to the prediction where they are not."""

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from penstock_image.clarify.clustering import prototypes
from penstock_image.clarify.shapley import Coalitions, explain
from penstock_image.clarify.table import Numbers, Table, Values

BASELINES = np.array([[0, 0, 1, 0], [1, 2, 0, 1]], dtype=object)
RECORDS = np.array([[1, 2, 3, 4], [2, 0, 1, 1], [5, 5, 5, 5]], dtype=object)


def curved(records: Values) -> Numbers:
    x = records.astype(float)
    return np.column_stack((x[:, 0] * x[:, 1] + x[:, 2] ** 2 - x[:, 3], np.maximum(x[:, 0], x[:, 3])))


def by_definition(record: Any, baselines: Values, place: int) -> list[float]:
    """The mean, over all orders, of what each feature adds to those before it."""
    count = len(record)
    shares = np.zeros(count)
    for order in permutations(range(count)):
        made = baselines.copy()
        before = curved(made)[:, place].mean()
        for feature in order:
            made[:, feature] = record[feature]
            after = curved(made)[:, place].mean()
            shares[feature] += after - before
            before = after
    return list(shares / math.factorial(count))


def all_of_them(features: int = 4) -> Coalitions:
    return Coalitions.drawn(features, None, np.random.default_rng(0))


def test_with_all_coalitions_the_values_are_those_of_the_definition() -> None:
    found = explain(RECORDS, BASELINES, curved, all_of_them(), [0, 1, 2, 3], logit=False)

    assert len(all_of_them().members) == 2**4 - 2
    assert found.expected == pytest.approx(curved(BASELINES).mean(axis=0))
    for number, record in enumerate(RECORDS):
        for place in (0, 1):
            assert found.local[number, place] == pytest.approx(by_definition(record, BASELINES, place))


def test_a_sample_of_coalitions_adds_up_and_comes_near() -> None:
    chance = np.random.default_rng(3)
    weights, record, baseline = chance.normal(size=(3, 12))

    def linear(records: Values) -> Numbers:
        return np.asarray(records.astype(float) @ weights)[:, None]

    coalitions = Coalitions.drawn(12, 200, chance)
    found = explain(record[None].astype(object), baseline[None].astype(object), linear, coalitions, [*range(12)],
                    logit=False)  # fmt: skip

    assert len(coalitions.members) <= 200
    assert found.local[0, 0] == pytest.approx(weights * (record - baseline))


def test_the_same_seed_draws_the_same_coalitions() -> None:
    one, other = (Coalitions.drawn(14, 300, np.random.default_rng(5)).members for _ in range(2))

    assert (one == other).all()


def test_features_that_are_not_explained_keep_the_records_values() -> None:
    found = explain(RECORDS[:1], BASELINES, curved, all_of_them(1), [3], logit=False)

    assert found.local[0, 0] == pytest.approx([-4 - -0.5])


def test_log_odds_are_shared_out_where_they_are_asked_for() -> None:
    def probable(records: Values) -> Numbers:
        return np.asarray(1 / (1 + np.exp(-records.astype(float).sum(axis=1))))[:, None]

    one = np.zeros((1, 4), dtype=object)
    found = explain(RECORDS[:1], one, probable, all_of_them(), [0, 1, 2, 3], logit=True)

    assert found.expected == pytest.approx([0])
    assert found.local[0, 0] == pytest.approx([1, 2, 3, 4], abs=1e-5)


def test_a_baseline_is_found_of_numbers_and_categories() -> None:
    rows = [[chance, "red", None] for chance in (1, 1, 4)] + [[chance, "blue", None] for chance in (101, 99, 100)]

    found = prototypes(Table.of(["n", "c", "m"], rows), 2, np.random.default_rng(1))

    assert sorted(map(list, found)) == [[2.0, "red", None], [100.0, "blue", None]]
