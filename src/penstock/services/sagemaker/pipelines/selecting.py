"""Selective execution: some steps of a pipeline run, those before them are taken from an execution that ran.

    Process ─► Train ─► Evaluate ─► Register        selected: Train, Evaluate
    reused     runs     runs        never started

Of the steps that a selected step waits for, those that are not selected must have succeeded in the source execution.
A step between two selected ones must be selected too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from penstock.languages.pipeline.graph import members
from penstock.languages.pipeline.tree import StepName
from penstock.services.sagemaker.pipelines.model import Execution, Plan, Progress
from penstock.wire.call import ValidationError

Json = Any


def selected_in(plan: Plan, config: Mapping[str, Json]) -> tuple[StepName, ...]:
    """The steps that a configuration selects. Raises `ValidationError` for steps that are not there or left out."""
    names = tuple(dict.fromkeys(StepName(entry["StepName"]) for entry in config["SelectedSteps"]))
    unknown = [name for name in names if name not in plan.definition.steps]
    if unknown:
        raise ValidationError(f"SelectedSteps names {', '.join(unknown)}: the pipeline has no such step.")
    between = sorted((_before(plan, names) & _after(plan, names)) - set(names))
    if between:
        raise ValidationError(
            f"SelectedSteps must hold every step between two selected steps: {', '.join(between)} is missing."
        )
    return names


def must_come_from_a_source(plan: Plan, selected: Sequence[StepName]) -> list[StepName]:
    """The steps that selected ones wait for and that are not selected."""
    return [
        need for need in dict.fromkeys(n for name in selected for n in plan.graph.needs[name]) if need not in selected
    ]


def reused(plan: Plan, selected: Sequence[StepName], arn: str, source: Execution) -> dict[str, Progress]:
    """What is taken from a source execution. Raises `ValidationError` where it has not what selected steps need."""
    for need in must_come_from_a_source(plan, selected):
        ran = source.steps.get(need)
        if ran is None or ran.status != "Succeeded":
            raise ValidationError(
                f"The selected steps need step '{need}', which did not succeed in {arn}: "
                "select it too, or give the SourcePipelineExecutionArn of an execution in which it succeeded."
            )
    for name in selected:
        condition, wanted = plan.graph.branch.get(name, (None, True))
        if condition is not None and condition not in selected and source.steps[condition].outcome is not wanted:
            raise ValidationError(
                f"Step '{name}' stands in a branch of '{condition}' that was not taken in {arn}: "
                "select the condition too, or give an execution that took this branch."
            )
    above = _before(plan, selected) - set(selected)
    return {
        name: msgspec.structs.replace(ran, reused_from=arn, marks={}, cache="", source="")
        for name, ran in source.steps.items()
        if name in above and ran.status == "Succeeded"
    }


def _before(plan: Plan, names: Iterable[StepName]) -> set[StepName]:
    """Every step that one of these waits for, or that such a step waits for, and so on."""
    return _reached(names, lambda name: _waits_for(plan, name))


def _after(plan: Plan, names: Iterable[StepName]) -> set[StepName]:
    return _reached(names, lambda name: plan.graph.followers.get(name, ()))


def _reached(names: Iterable[StepName], way: Callable[[StepName], Iterable[StepName]]) -> set[StepName]:
    found: set[StepName] = set()
    ahead = set(names)
    while ahead:
        ahead = {step for name in ahead for step in way(name)} - found
        found |= ahead
    return found


def _waits_for(plan: Plan, name: StepName) -> Iterator[StepName]:
    yield from plan.graph.needs[name]
    for condition in plan.graph.joins.get(name, ()):
        yield from members(plan.definition, condition)
