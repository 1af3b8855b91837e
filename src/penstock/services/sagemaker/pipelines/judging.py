"""Judging: a check step finds what it is held against before its job is made, and is judged when that has ended.

What baselines and verdicts are is told by `checking`; here a step's turn comes to it.
"""

from collections.abc import Mapping
from typing import Any

from penstock.engine.facts import Perform
from penstock.languages.pipeline.tree import Check, StepName
from penstock.services.sagemaker.pipelines import checking, remembering
from penstock.services.sagemaker.pipelines.standing import Standing

Json = Any


def has_baseline(turn: Standing, name: StepName, step: Check) -> bool:
    """Whether the check knows what it is held against; else that is looked up."""
    shown = checking.asked(step, turn.sources(name))
    turn.ledger.change(name, shown=shown)
    wanted = checking.in_registry(shown)
    if wanted is not None:
        turn.ledger.go(name, "finding", Perform(turn.key(name, "baseline"), checking.FIND_BASELINE, wanted))
    return wanted is None


def baseline_found(turn: Standing, name: StepName, result: Mapping[str, str]) -> None:
    turn.ledger.change(name, shown={**turn.ledger.steps[name].shown, **result})


def checked(turn: Standing, name: StepName, step: Check, job: dict[str, Json]) -> None:
    """The job of a check is over, and its reports are written."""
    shown = checking.judged(turn.ledger.steps[name].shown, job)
    properties = {**job, **shown}
    turn.ledger.change(name, shown=shown, properties=turn.ledger.plan.kept(name, properties))
    if reason := checking.failure(step, shown, turn.sources(name)):
        turn.fail(name, reason)
    else:
        remembering.ran(turn, name, properties)
