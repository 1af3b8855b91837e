"""What policies want, of the points of their metrics."""

from typing import Any

import pytest

from penstock.services.autoscaling.deciding import Wish, agreed, stepped, tracked

QUIET: list[float | None] = [100.0] * 12


@pytest.mark.parametrize(
    ("points", "capacity"),
    [
        ([*QUIET, 250.0, 250.0, 250.0], 5),
        ([*QUIET, 101.0, 101.0, 101.0], 3),  # one more at least
        ([*QUIET, 250.0, 100.0, 250.0], 2),
        ([*QUIET, 250.0, None, 250.0], 2),
        ([95.0] * 15, 2),  # above nine tenths
        ([40.0] * 15, 1),
        ([40.0] * 14 + [60.0], 2),
        ([None] + [40.0] * 14, 2),
        ([0.0] * 15, 0),
    ],
)
def test_a_tracking_policy_wants_what_brings_its_metric_to_the_target(
    points: list[float | None], capacity: int
) -> None:
    assert tracked(points, 2, 100.0) == capacity


STEPS = [
    {"MetricIntervalUpperBound": -10.0, "ScalingAdjustment": -2},
    {"MetricIntervalLowerBound": -10.0, "MetricIntervalUpperBound": 0.0, "ScalingAdjustment": -1},
    {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 3},
]


@pytest.mark.parametrize(
    ("breach", "capacity"), [(0.0, 6), (9.9, 6), (10.0, 8), (-0.1, 4), (-10.0, 3), (-9.9, 4), (500.0, 8)]
)
def test_a_step_is_the_one_that_the_breach_falls_into(breach: float, capacity: int) -> None:
    assert stepped({"AdjustmentType": "ChangeInCapacity", "StepAdjustments": STEPS}, 5, breach) == capacity


@pytest.mark.parametrize(
    ("config", "amount", "capacity"),
    [
        ({"AdjustmentType": "ExactCapacity"}, 7, 7),
        ({"AdjustmentType": "PercentChangeInCapacity"}, 50, 7),  # 2.5 more: towards zero
        ({"AdjustmentType": "PercentChangeInCapacity"}, 10, 6),  # 0.5 more: one
        ({"AdjustmentType": "PercentChangeInCapacity"}, -10, 4),
        ({"AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 3}, -10, 2),
    ],
)
def test_an_adjustment_is_exact_or_a_change_or_a_part(config: dict[str, Any], amount: int, capacity: int) -> None:
    steps = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": amount}]

    assert stepped({**config, "StepAdjustments": steps}, 5, 1.0) == capacity


@pytest.mark.parametrize(("wanted", "agreed_on"), [([5, 3], 5), ([1, 2], None), ([1, 1], 1), ([], None), ([2], None)])
def test_of_several_policies_the_largest_has_its_way(wanted: list[int], agreed_on: int | None) -> None:
    found = agreed([Wish(capacity=each, cause="") for each in wanted], 2)

    assert (found and found.capacity) == agreed_on
