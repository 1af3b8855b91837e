"""Suggesting: the activity that asks Optuna which values to try next.

It is an activity, and its answer journalled, because Optuna's next version may answer otherwise: a run that is folded
anew must find the trials that it made. What it answers with follows from the trials, the seed and the trial's number
alone, so it may be asked twice.
"""

import asyncio
import hashlib
import importlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, cast

from penstock.engine.engine import Engine
from penstock.engine.facts import Json, RunId
from penstock.engine.outbox import Task
from penstock.services.sagemaker.tuning import drawing
from penstock.services.sagemaker.tuning.model import Plan, State

if TYPE_CHECKING:
    from penstock.services.sagemaker.tuning.study import Study

STUDY: Final = "penstock.services.sagemaker.tuning.study"
KEPT: Final = 32  # studies: more jobs at once make theirs anew for each suggestion

Which = tuple[RunId, int, bool]  # a run, a definition, and whether it is of parents' observations alone


class Suggesting:
    """Keeps studies of the runs that asked latest."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._studies: OrderedDict[Which, Study] = OrderedDict()

    async def suggest(self, task: Task) -> Json:
        """The values of the trial of this number."""
        number: int = task.input
        view = await self._engine.database.read(lambda tx: self._engine.look(tx, task.run))
        assert view is not None
        return await asyncio.to_thread(self._suggested, task.run, view.plan, view.state, number)

    def _suggested(self, run: RunId, plan: Plan, state: State, number: int) -> drawing.Values:
        definition = drawing.definition_of(plan, number)
        search, trials = plan.searches[definition], drawing.trials_of(state, definition)
        own = sum(trial.objective is not None for trial in trials)
        is_of_parents = plan.is_transfer and own < plan.startup
        is_own_only = plan.is_transfer and not is_of_parents
        study = self._studies.pop((run, definition, is_of_parents), None)
        if study is None:
            made = importlib.import_module(STUDY).Study
            study = cast("Study", made(search.objective.direction, search.ranges, () if is_own_only else search.known))
        if not is_of_parents:
            study.learn(trials)
        self._studies[run, definition, is_of_parents] = study
        if len(self._studies) > KEPT:
            self._studies.popitem(last=False)
        seed = f"{state.seed}/{number}"
        values = study.next(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]))
        before = [trial.values for trial in trials]
        return values if values not in before else drawing.at_random(search.ranges, seed, before)
