"""Loops: what a ForEach step comes to when its iterations are over.

    Status · counts · IterationOutputs[0].BODY.… · Selected.…       of each iteration only what other steps use

A step of the body that fails disturbs no other iteration. The ForEach fails when all is over, unless a step of the
body that waits for the failure has succeeded.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from penstock.languages.pipeline.expressions import Unresolvable
from penstock.languages.pipeline.iterations import Iteration, iterations, picked
from penstock.languages.pipeline.tree import ForEach, Selector, StepName
from penstock.services.sagemaker.pipelines import failures
from penstock.services.sagemaker.pipelines.model import Plan, Progress

Json = Any
Steps = Mapping[StepName, Progress]


@dataclass(frozen=True, slots=True)
class Result:
    """How a ForEach step ends, what others can use of it, and what its metadata show."""

    status: Literal["Succeeded", "Failed", "Stopped"]
    reason: str
    shown: dict[str, Json]
    properties: dict[str, Json] = field(default_factory=dict)


def result(plan: Plan, steps: Steps, name: StepName, handled: Collection[StepName]) -> Result:
    """What a ForEach step comes to. `handled` are failed steps after which another made good."""
    step, loop = plan.step(name), steps[name].loop
    assert isinstance(step, ForEach)
    assert loop is not None
    every = iterations(step, len(loop.items))
    ended = _ended(every, steps, handled)
    shown = _counted(ended, len(loop.items), every, steps)
    properties = {**shown, "IterationOutputs": _outputs(step, steps, len(loop.items))}
    if step.selector is None:
        return Result(*ended, shown, properties)
    try:
        index = _picked(step.selector, steps, len(loop.items))
    except Unresolvable as error:
        return Result("Failed", f"ClientError: Selector of step '{name}': {error}", {**shown, "Status": "Failed"})
    if index is None:
        return Result(*ended, shown, properties)
    best = Iteration(step.selector.field.step, index)
    return Result(
        *ended,
        {**shown, "Selector": {"StepName": best.body, "Index": index}},
        {**properties, "Selected": steps[best.name].properties},
    )


def _ended(
    every: list[Iteration], steps: Steps, handled: Collection[StepName]
) -> tuple[Literal["Succeeded", "Failed", "Stopped"], str]:
    found = {each.name: steps[each.name].status if each.name in steps else "Stopped" for each in every}
    failed = [name for name, status in found.items() if status == "Failed" and name not in handled]
    if failed:
        return "Failed", failures.failed_iterations(failed)
    return ("Stopped" if "Stopped" in found.values() else "Succeeded"), ""


def _counted(ended: tuple[str, str], items: int, every: list[Iteration], steps: Steps) -> dict[str, Json]:
    counts = Counter(steps[each.name].status for each in every if each.name in steps)
    return {
        "Status": ended[0],
        "InputItemCount": items,
        "TotalStepCount": len(every),
        **{f"{status}StepCount": counts[status] for status in ("Succeeded", "Failed", "Stopped")},
    }


def _outputs(step: ForEach, steps: Steps, items: int) -> list[dict[str, Json]]:
    return [
        {body: steps[name].properties for body in step.body if (name := Iteration(body, index).name) in steps}
        for index in range(items)
    ]


def _picked(selector: Selector, steps: Steps, items: int) -> int | None:
    runs = [steps.get(Iteration(selector.field.step, index).name) for index in range(items)]
    return picked(selector, [run.properties if run and run.status == "Succeeded" else None for run in runs])
