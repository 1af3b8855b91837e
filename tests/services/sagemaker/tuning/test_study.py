"""Suggestions: they learn, and follow from what was seen, the seed and nothing else."""

from statistics import median

from penstock.services.sagemaker.tuning.model import Observation, Trial
from penstock.services.sagemaker.tuning.ranges import Categorical, Numeric
from penstock.services.sagemaker.tuning.study import Study

RANGES = (Numeric("x", 0.0, 1.0), Numeric("n", 1, 9, is_integer=True), Categorical("kind", ("a", "b")))
SEEDS = range(20)


def worth(values: dict[str, str]) -> float:
    """Best, and zero, at x = 0.3, n = 5, kind = b."""
    distance = (float(values["x"]) - 0.3) ** 2 + ((int(values["n"]) - 5) / 8) ** 2
    return distance + (0.2 if values["kind"] == "a" else 0.0)


def grid() -> list[dict[str, str]]:
    return [{"x": str(x / 5), "n": str(n), "kind": kind} for x in range(6) for n in (1, 3, 5, 7) for kind in "ab"]


def trial(number: int, values: dict[str, str], objective: float | None) -> Trial:
    status = "InProgress" if objective is None else "Completed"
    return Trial(number, 0, f"t-{number}", values, 0.0, status=status, objective=objective)  # type: ignore[arg-type]


def test_suggestions_are_better_than_what_they_learned_from() -> None:
    study = Study("Minimize", RANGES, [Observation(values, worth(values)) for values in grid()])

    found = [study.next(seed) for seed in SEEDS]

    assert median(map(worth, found)) < median(map(worth, grid())) / 2
    for values in found:
        assert all(each.place(values[each.name]) is not None for each in RANGES if isinstance(each, Numeric))


def test_maximizing_is_the_opposite() -> None:
    study = Study("Maximize", RANGES, [Observation(values, worth(values)) for values in grid()])

    assert median(worth(study.next(seed)) for seed in SEEDS) > median(map(worth, grid()))


def test_a_study_that_was_kept_and_one_made_anew_suggest_the_same() -> None:
    kept = Study("Minimize", RANGES, ())
    for number, values in enumerate(grid(), start=1):
        kept.learn([trial(number, values, None)])
        kept.learn([trial(number, values, worth(values))])
        kept.next(number)
    anew = Study("Minimize", RANGES, ())
    anew.learn([trial(number, values, worth(values)) for number, values in enumerate(grid(), start=1)])

    assert [kept.next(seed) for seed in SEEDS] == [anew.next(seed) for seed in SEEDS]


def test_trials_without_an_objective_are_nothing_to_learn_from() -> None:
    seen = [trial(number, values, worth(values)) for number, values in enumerate(grid(), start=1)]
    failed = Trial(49, 0, "t-49", {"x": "0.3", "n": "5", "kind": "b"}, 0.0, status="Failed")
    one, other = Study("Minimize", RANGES, ()), Study("Minimize", RANGES, ())
    one.learn(seen)
    other.learn([*seen, failed])

    assert [one.next(seed) for seed in SEEDS] == [other.next(seed) for seed in SEEDS]
