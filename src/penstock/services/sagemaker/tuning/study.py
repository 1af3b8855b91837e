"""Optuna's study of one training job definition: what was seen, and what to try next. Imported when it is first needed.

It only grows, in the order of observations and of trials' numbers, and a suggestion leaves nothing in it that counts:
so a study that was kept and one that is made anew from the journal suggest the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

from penstock.services.sagemaker.tuning.model import Direction, Observation, Trial
from penstock.services.sagemaker.tuning.ranges import Categorical, Range

DIRECTIONS: Final = {"Maximize": StudyDirection.MAXIMIZE, "Minimize": StudyDirection.MINIMIZE}

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Study:
    """What the tree-structured Parzen estimator knows."""

    def __init__(self, direction: Direction, ranges: Sequence[Range], known: Iterable[Observation]) -> None:
        self._study = optuna.create_study(direction=DIRECTIONS[direction])
        self._ranges = {each.name: each for each in ranges}
        self._space: dict[str, BaseDistribution] = {
            each.name: CategoricalDistribution(each.values)
            if isinstance(each, Categorical)
            else FloatDistribution(0.0, 1.0)
            for each in ranges
        }
        self._open: dict[int, int] = {}  # numbers of trials under way, and what Optuna numbers them
        self._latest = 0  # the highest number of a trial that is in the study
        self._count = 0  # of Optuna's trials
        for each in known:
            self._add(each.values, TrialState.COMPLETE, each.objective)

    def learn(self, trials: Iterable[Trial]) -> None:
        """Take in trials as they stand, in the order of their numbers; what was taken in before may be among them."""
        for trial in trials:
            if trial.number > self._latest:
                self._latest = trial.number
                self._open[trial.number] = self._add(trial.values, TrialState.RUNNING)
            if trial.is_over and trial.number in self._open:
                number = self._open.pop(trial.number)
                state = TrialState.FAIL if trial.objective is None else TrialState.COMPLETE
                self._study.tell(number, trial.objective, state=state)

    def next(self, seed: int) -> dict[str, str]:
        """Values worth trying. What is under way is taken for bad, so that no two look at the same place."""
        self._study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=1)
        asked = self._study.ask(self._space)
        self._study.tell(asked.number, state=TrialState.FAIL)
        self._count += 1
        return {name: self._value(name, found) for name, found in asked.params.items()}

    def _add(self, values: Mapping[str, str], state: TrialState, objective: float | None = None) -> int:
        params = {name: self._param(name, values[name]) for name in self._space}
        self._study.add_trial(create_trial(params=params, distributions=self._space, state=state, value=objective))
        self._count += 1
        return self._count - 1

    def _param(self, name: str, value: str) -> Any:
        found = self._ranges[name]
        return value if isinstance(found, Categorical) else found.place(value)

    def _value(self, name: str, param: Any) -> str:
        found = self._ranges[name]
        return str(param) if isinstance(found, Categorical) else found.at(param)
