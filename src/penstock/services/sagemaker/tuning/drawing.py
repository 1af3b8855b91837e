"""Drawing: values that need no model of what was seen, the same for the same seed and number whatever has ended. Pure.

Grid takes every combination in turn, Random and Hyperband draw; Bayesian draws until there is enough to learn from.
Definitions take turns.
"""

import random
from collections.abc import Sequence
from math import prod
from typing import Final

from penstock.services.sagemaker.tuning.model import Observation, Plan, State, Trial
from penstock.services.sagemaker.tuning.ranges import Categorical, Range

ATTEMPTS: Final = 100  # to draw what was not drawn before: small spaces have no more

Values = dict[str, str]


def combinations(ranges: Sequence[Range]) -> int:
    """How many combinations a grid has."""
    return prod(len(each.values) for each in ranges if isinstance(each, Categorical))


def definition_of(plan: Plan, number: int) -> int:
    """Whose turn it is: of a grid's definitions one after the other, else in turn."""
    if plan.strategy != "Grid":
        return (number - 1) % len(plan.searches)
    place = number
    for definition, search in enumerate(plan.searches):
        place -= combinations(search.ranges)
        if place <= 0:
            return definition
    raise AssertionError(f"{plan.arn}: trial {number} lies beyond the grid")


def drawn(plan: Plan, state: State, number: int) -> Values | None:
    """The values of a trial; None if they are to be suggested by what was seen."""
    definition = definition_of(plan, number)
    ranges = plan.searches[definition].ranges
    if plan.strategy == "Grid":
        before = sum(combinations(search.ranges) for search in plan.searches[:definition])
        return combination(ranges, number - 1 - before)
    if plan.strategy == "Bayesian" and len(observed(plan, state, definition)) >= plan.startup:
        return None
    return at_random(ranges, f"{state.seed}/{number}", [each.values for each in trials_of(state, definition)])


def combination(ranges: Sequence[Range], place: int) -> Values:
    """The combination of a grid at a place; the last range changes quickest."""
    values: Values = {}
    for each in reversed(ranges):
        assert isinstance(each, Categorical)
        place, digit = divmod(place, len(each.values))
        values[each.name] = each.values[digit]
    return dict(reversed(values.items()))


def at_random(ranges: Sequence[Range], seed: str, before: Sequence[Values]) -> Values:
    """Values drawn evenly, other ones than before if there are any left to be found."""
    dice = random.Random(seed)  # noqa: S311 - reproducible is what it is to be
    values: Values = {}
    for _ in range(ATTEMPTS):
        values = {each.name: each.at(dice.random()) for each in ranges}
        if values not in before:
            break
    return values


def trials_of(state: State, definition: int) -> list[Trial]:
    return [trial for trial in state.trials if trial.definition == definition]


def observed(plan: Plan, state: State, definition: int) -> list[Observation]:
    """What the next suggestion can learn from: what parents have seen, then what this job's own trials have come to.

    On other data the same values come to something else, so what parents of a transfer have seen is never mixed with
    one's own: it counts until there is enough of that.
    """
    known = list(plan.searches[definition].known)
    own = [
        Observation(trial.values, trial.objective)
        for trial in trials_of(state, definition)
        if trial.is_over and trial.objective is not None
    ]
    if not plan.is_transfer:
        return known + own
    return own if len(own) >= plan.startup else known
