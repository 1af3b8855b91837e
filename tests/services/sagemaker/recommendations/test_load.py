"""What a load is made of, and what is made of its measurements."""

import pytest

from penstock.services.sagemaker.recommendations import load
from penstock.services.sagemaker.recommendations.load import Slice
from penstock.services.sagemaker.recommendations.model import Limits, Stage, Threshold
from penstock.wire.call import ValidationError


def test_a_phase_grows_by_its_spawn_rate_with_every_minute() -> None:
    phase = {"InitialNumberOfUsers": 2, "SpawnRate": 3, "DurationInSeconds": 150}

    stages = load.stages_of({"TrafficType": "PHASES", "Phases": [phase]})

    assert stages == (Stage(2, 60.0), Stage(5, 60.0), Stage(8, 30.0))


def test_stairs_have_a_stage_for_each_step() -> None:
    stairs = {"DurationInSeconds": 20, "NumberOfSteps": 3, "UsersPerStep": 2}

    assert load.stages_of({"TrafficType": "STAIRS", "Stairs": stairs}) == (
        Stage(2, 20.0),
        Stage(4, 20.0),
        Stage(6, 20.0),
    )


def test_a_pattern_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="must have Phases"):
        load.stages_of({"TrafficType": "PHASES"})
    with pytest.raises(ValidationError, match="must have NumberOfSteps, UsersPerStep"):
        load.stages_of({"TrafficType": "STAIRS", "Stairs": {"DurationInSeconds": 1}})


def test_a_long_stage_is_looked_at_slice_by_slice() -> None:
    assert load.slices(Stage(3, 25.0)) == [Stage(3, 25 / 3)] * 3
    assert load.slices(Stage(3, 4.0)) == [Stage(3, 4.0)]


@pytest.mark.parametrize(
    ("limits", "is_over"),
    [
        (Limits(is_flat_enough=False), False),
        (Limits(invocations=60, is_flat_enough=False), True),
        (Limits(thresholds=(Threshold(95, 40),), is_flat_enough=False), True),
        (Limits(thresholds=(Threshold(50, 40),), is_flat_enough=False), False),
        (Limits(), True),  # two users get no more answers than one
    ],
)
def test_the_stopping_conditions_end_a_test(limits: Limits, is_over: bool) -> None:
    seen = [Slice(1, 10.0, [0.02] * 10), Slice(2, 10.0, [*[0.02] * 9, 0.05])]

    assert load.is_enough(seen, limits) is is_over


def test_the_result_is_the_busiest_slice_that_keeps_to_the_latencies() -> None:
    seen = [Slice(1, 10.0, [0.01] * 10), Slice(2, 10.0, [0.02] * 20), Slice(4, 10.0, [0.09] * 30)]

    assert load.best(seen, Limits()) == (180, 90)
    assert load.best(seen, Limits(thresholds=(Threshold(95, 50),))) == (120, 20)
    assert load.best(seen, Limits(thresholds=(Threshold(95, 5),))) is None
