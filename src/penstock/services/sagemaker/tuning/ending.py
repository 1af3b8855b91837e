"""Ending: when a tuning job has had enough, and what it has come to. Pure.

AWS does not say how it finds out that a job has converged. Here it has when none of its latest trials (at least ten,
and three for each hyperparameter) was better than the best before them by a thousandth.
"""

from typing import Final

from msgspec.structs import replace

from penstock.services.sagemaker.tuning.model import Plan, Reason, State, Status, Trial

IMPROVING: Final = 0.01  # of the best, at least, as AWS counts it
CONVERGED: Final = 0.001
LEAST_CONVERGED: Final = 10
CONVERGED_FOR_EACH: Final = 3
NO_OBJECTIVES: Final = 5  # trials that complete without one, and no trial with one
ALL_FAILED: Final = "All training jobs failed. Please take a look at the training jobs failures to get more details."
NOTHING_FOUND: Final = (
    "No objective metrics found after running {count} training jobs. Please ensure that the custom algorithm is "
    "emitting the objective metric as defined by the regular expression provided."
)


def counted(plan: Plan, state: State, trial: Trial, at: float) -> State:
    """The state with a trial that has ended counted in: whether it is the best, and whether it was any better."""
    if trial.objective is None:
        return state
    objective, value = plan.searches[trial.definition].objective, trial.objective
    best = trial_of(state, state.best)
    if best is None or best.objective is None or objective.is_better(value, best.objective):
        state = replace(state, best=trial.number)
    step = IMPROVING * abs(state.reference or 0.0)
    gain = step if objective.direction == "Maximize" else -step
    if state.reference is None or objective.is_better(value, state.reference + gain):
        state = replace(state, reference=value, not_improving=0)
    else:
        state = replace(state, not_improving=state.not_improving + 1)
    if state.converged_at is None and has_converged(plan, state):
        state = replace(state, converged_at=at)
    return state


def trial_of(state: State, number: int) -> Trial | None:
    return state.trials[number - 1] if number else None


def has_converged(plan: Plan, state: State) -> bool:
    latest = max(LEAST_CONVERGED, CONVERGED_FOR_EACH * max(len(search.ranges) for search in plan.searches))
    over = sorted((each for each in state.trials if each.is_over), key=lambda each: each.ended_at or 0.0)
    found = [each.objective for each in over if each.objective is not None]
    if len(found) < 2 * latest:
        return False
    pick = max if plan.searches[0].objective.direction == "Maximize" else min
    before, after = pick(found[:-latest]), pick(found[-latest:])
    return abs(pick(before, after) - before) <= CONVERGED * abs(before)


def reason_to_end(plan: Plan, state: State) -> Reason | None:
    """Why no more trials are to be begun, after one has ended."""
    criteria, best = plan.criteria, trial_of(state, state.best)
    if criteria.target is not None and best is not None and best.objective is not None:
        objective = plan.searches[best.definition].objective
        if not objective.is_better(criteria.target, best.objective):
            return "target"
    if criteria.not_improving is not None and state.not_improving >= criteria.not_improving:
        return "not-improving"
    if criteria.convergence and state.converged_at is not None:
        return "converged"
    without = sum(each.status == "Completed" and each.objective is None for each in state.trials)
    return "failure" if best is None and without >= NO_OBJECTIVES else None


def ended(state: State) -> State:
    """The state when nothing is under way and nothing is to be begun."""
    status: Status = "Completed"
    failure = state.failure
    if state.ending == "stop":
        status = "Stopped"
    elif failure or not state.best:
        status = "Failed"
        over = [trial for trial in state.trials if trial.arn]
        failed = all(trial.status == "Failed" for trial in over)
        failure = failure or (ALL_FAILED if failed else NOTHING_FOUND.format(count=len(over)))
    return replace(state, status=status, failure=failure if status == "Failed" else "")
