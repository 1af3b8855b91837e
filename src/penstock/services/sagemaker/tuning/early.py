"""Early: which running trials are hopeless, by the values of the objective metric that they tell while they run. Pure.

AWS's rule (`TrainingJobEarlyStoppingType` Auto) is the median's: a trial is stopped whose value is worse than the
median of the averages that the trials before it had come to by then. Hyperband's is successive halving as it goes: a
trial that comes to a rung (1, 3, 9, … times the least resource) stays if it is in the best third of those that did.
Trials take turns in which rung is their first, so that slow starters get their chance.
"""

import math
from statistics import median
from typing import Final

from msgspec.structs import replace

from penstock.services.sagemaker.tuning.model import Band, Plan, State, Trial

ETA: Final = 3
LEAST_OTHERS: Final = 3  # with fewer to be compared with, nothing is said
MOST_MARKS: Final = 1_000  # values of one trial that the median's rule looks at


def rungs(band: Band, bracket: int = 0) -> list[int]:
    """Where trials of a bracket are judged."""
    ladder, rung = [], band.least
    while rung < band.most:
        ladder.append(rung)
        rung *= ETA
    return ladder[bracket:]


def bracket_of(band: Band, trial: Trial) -> int:
    return (trial.number - 1) % (len(rungs(band)) + 1)


def told(plan: Plan, trial: Trial, first: int, values: list[float]) -> Trial:
    """A trial with values that its log has shown, of which the first is its `first`-th; what was told before is not
    told again."""
    marks, count, total, latest = dict(trial.marks), trial.told, trial.total, trial.latest
    ladder = frozenset(rungs(plan.band)) if plan.band else None
    for number, value in enumerate(values, start=first):
        if number != count + 1:
            continue
        count, total, latest = number, total + value, value
        if ladder is None and number <= MOST_MARKS:
            marks[number] = total / number
        elif ladder is not None and number in ladder:
            marks[number] = value
    return replace(trial, marks=marks, told=count, total=total, latest=latest)


def hopeless(plan: Plan, state: State, before: Trial, trial: Trial) -> list[Trial]:
    """The running trials that are to be stopped, now that one has told values since `before`."""
    running = [each for each in state.trials if not each.is_over and not each.is_hopeless and each.told]
    if plan.band is None:  # what one has come to may tell against any other
        return [each for each in running if is_below_median(plan, state, each)]
    return [trial] if trial in running and is_done_with(plan, plan.band, state, before, trial) else []


def is_done_with(plan: Plan, band: Band, state: State, before: Trial, trial: Trial) -> bool:
    """Whether a trial has used up its resources, or is behind at a rung that it has come to."""
    reached = [rung for rung in rungs(band, bracket_of(band, trial)) if before.told < rung <= trial.told]
    return trial.told >= band.most or any(is_behind(plan, state, trial, rung) for rung in reached)


def is_below_median(plan: Plan, state: State, trial: Trial) -> bool:
    others = [
        other.marks[trial.told]
        for other in state.trials
        if other.is_over and other.definition == trial.definition and trial.told in other.marks
    ]
    if len(others) < LEAST_OTHERS:
        return False
    return plan.searches[trial.definition].objective.is_better(median(others), trial.latest)


def is_behind(plan: Plan, state: State, trial: Trial, rung: int) -> bool:
    objective = plan.searches[trial.definition].objective
    own = trial.marks[rung]
    others = [
        other.marks[rung]
        for other in state.trials
        if other.number != trial.number and other.definition == trial.definition and rung in other.marks
    ]
    if len(others) < LEAST_OTHERS - 1:
        return False
    better = sum(objective.is_better(other, own) for other in others)
    return better >= math.ceil((len(others) + 1) / ETA)
