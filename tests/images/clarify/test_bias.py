"""The bias metrics, each against a value worked out by hand from AWS's formula."""

import math

import numpy as np
import pytest

from penstock_image.clarify import drift
from penstock_image.clarify.bias import POST_TRAINING, PRE_TRAINING, Groups, Untold, deviations, neighbours_of, value

# Others (a): 10 records, 6 positive, 5 predicted positive, of which 4 are. The group (d): 5, 2, 2 and 1.
A = [(1, 1)] * 4 + [(1, 0)] * 2 + [(0, 1)] * 1 + [(0, 0)] * 3
D = [(1, 1)] * 1 + [(1, 0)] * 1 + [(0, 1)] * 1 + [(0, 0)] * 2
SENSITIVE = np.array([False] * len(A) + [True] * len(D))
POSITIVE, PREDICTED = (np.array([pair[place] for pair in A + D], dtype=bool) for place in (0, 1))
GROUPS = Groups(SENSITIVE, POSITIVE, PREDICTED)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CI", (10 - 5) / 15),
        ("DPL", 0.6 - 0.4),
        ("KL", 0.6 * math.log(0.6 / 0.4) + 0.4 * math.log(0.4 / 0.6)),
        ("JS", (0.6 * math.log(0.6 / 0.5) + 0.4 * math.log(0.4 / 0.5)) * 2 / 2),
        ("LP", math.sqrt(0.2**2 + 0.2**2)),
        ("TVD", 0.2),
        ("KS", 0.2),
    ],
)
def test_of_the_data(name: str, expected: float) -> None:
    assert value(PRE_TRAINING[name][1], GROUPS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DPPL", 5 / 10 - 2 / 5),
        ("DI", (2 / 5) / (5 / 10)),
        ("DCA", 6 / 5 - 2 / 2),
        ("DCR", 3 / 3 - 4 / 5),
        ("RD", 4 / 6 - 1 / 2),
        ("SD", 2 / 3 - 3 / 4),
        ("DAR", 4 / 5 - 1 / 2),
        ("DRR", 2 / 3 - 3 / 5),
        ("AD", 7 / 10 - 3 / 5),
        ("TE", 1 / 1 - 2 / 1),
        # benefits: 3 are 0, 10 are 1, 2 are 2; their mean is 14/15, the mean of their squares 18/15
        ("GE", ((18 / 15) / (14 / 15) ** 2 - 1) / 2),
    ],
)
def test_of_a_model(name: str, expected: float) -> None:
    assert value(POST_TRAINING[name][1], GROUPS) == pytest.approx(expected)


def test_disparity_is_the_mean_of_the_strata_by_their_sizes() -> None:
    strata = np.array(["x", "x", "x", "x", "y", "y"])
    sensitive = np.array([True, False, True, False, True, False])
    positive = np.array([True, True, False, False, False, True])
    groups = Groups(sensitive, positive, ~positive, strata)

    # x: half of the rejected and half of the accepted are of the group; y: all of the rejected, none of the accepted
    assert value(PRE_TRAINING["CDDL"][1], groups) == pytest.approx((4 * 0 + 2 * 1) / 6)
    assert value(POST_TRAINING["CDDPL"][1], groups) == pytest.approx((4 * 0 + 2 * -1) / 6)


def test_the_flip_test_asks_the_nearest_of_the_others() -> None:
    features = np.array([[0.0], [1.0], [10.0], [0.1], [0.9], [9.0], [11.0]])
    sensitive = np.array([False, False, False, True, True, True, True])
    predicted = np.array([False, True, True, True, False, False, True])
    groups = Groups(sensitive, predicted, predicted, neighbours=neighbours_of(sensitive, predicted, features))

    # The neighbours say no, yes, yes, yes: one would lose, two would gain.
    assert value(POST_TRAINING["FT"][1], groups) == pytest.approx((2 - 1) / 4)


def test_what_is_divided_by_nothing_is_infinite_and_nothing_of_nothing_is_none() -> None:
    sensitive = np.array([False, False, True, True])
    positive = np.array([True, False, True, False])
    nobody = Groups(sensitive, positive, np.zeros(4, dtype=bool))
    only_ours = Groups(sensitive, positive, np.array([False, False, True, True]))

    assert value(POST_TRAINING["DI"][1], nobody) == 0
    assert value(POST_TRAINING["DI"][1], only_ours) == math.inf
    assert value(POST_TRAINING["DCA"][1], nobody) == 0  # both are infinite
    assert value(PRE_TRAINING["KL"][1], Groups(sensitive, np.array([True, True, False, False]))) == math.inf


@pytest.mark.parametrize(
    ("groups", "name", "sentence"),
    [
        (Groups(np.zeros(2, dtype=bool), np.ones(2, dtype=bool)), "CI", "Facet set is empty"),
        (Groups(np.ones(2, dtype=bool), np.ones(2, dtype=bool)), "CI", "Negated Facet set is empty"),
        (Groups(SENSITIVE, POSITIVE), "CDDL", "Group variable is empty or not provided"),
        (Groups(SENSITIVE, SENSITIVE | True, strata=SENSITIVE), "CDDL", "No negative labels in set"),
    ],
)
def test_what_cannot_be_told_is_said(groups: Groups, name: str, sentence: str) -> None:
    with pytest.raises(Untold, match=sentence):
        value(PRE_TRAINING[name][1], groups)


def test_the_deviation_of_a_difference_of_shares_is_what_the_formula_says() -> None:
    chance = np.random.default_rng(1)
    sensitive, positive = chance.random(2000) < 0.4, chance.random(2000) < 0.3
    groups = Groups(sensitive, positive, positive)
    shares = [group.positive / group.all for group in (groups.a, groups.d)]
    expected = math.sqrt(sum(p * (1 - p) / n for p, n in zip(shares, (groups.a.all, groups.d.all), strict=True)))

    found = deviations(PRE_TRAINING, groups)

    assert found["DPL"] == pytest.approx(expected, rel=0.2)
    assert found == deviations(PRE_TRAINING, groups)
    assert found["CDDL"] == math.inf  # it has no value in any sample


def test_bias_that_chance_brings_is_no_drift_and_bias_that_was_planted_is() -> None:
    chance, metrics = np.random.default_rng(2), {"DPPL": POST_TRAINING["DPPL"]}
    before = {"facets": {"sex": [{"value_or_threshold": "1", "metrics": [{"name": "DPPL", "value": 0.1}]}]}}
    alarms = {0.1: 0, 0.5: 0}
    for _ in range(40):
        for bias in alarms:
            sensitive = chance.random(300) < 0.5
            predicted = chance.random(300) < np.where(sensitive, 0.6 - bias, 0.6)
            groups = Groups(sensitive, predicted, predicted)
            told = {"name": "DPPL", "value": value(metrics["DPPL"][1], groups)}
            here = {"facets": {"sex": [{"value_or_threshold": "1", "metrics": [told]}]}}
            section = "post_training_bias_metrics"
            found = drift.violations(
                {section: here}, {section: before}, lambda *_, of=groups: deviations(metrics, of)["DPPL"]
            )
            alarms[bias] += len([*found])

    assert alarms[0.1] <= 4
    assert alarms[0.5] == 40
