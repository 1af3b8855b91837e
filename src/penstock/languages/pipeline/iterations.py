"""Iterations: a ForEach step's items, and the steps that are started for them.

    items ["a", "b"]  and  body [Prepare, Score]     →     Prepare-0  Score-0  Prepare-1  Score-1

Item `n` has its own run of every step of the body, under the step's name, a hyphen and `n`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.languages.pipeline.expressions import Sources, Unresolvable, resolve
from penstock.languages.pipeline.tree import ForEach, Pick, Selector, StepName
from penstock.languages.pipeline.values import written

Json = Any
MOST_ITEMS: Final = 1_000  # in a list that comes at run time


@dataclass(frozen=True, slots=True)
class Iteration:
    """A step of a body, and the place of the item that it is run for."""

    body: StepName
    index: int

    @property
    def name(self) -> StepName:
        return StepName(f"{self.body}-{self.index}")

    def of(self, body: StepName) -> StepName:
        """The name of another step of the body, run for the same item."""
        return Iteration(body, self.index).name


def iteration_of(name: StepName) -> Iteration:
    """What the name of an iteration says."""
    body, _, index = name.rpartition("-")
    return Iteration(StepName(body), int(index))


def iterations(loop: ForEach, count: int) -> list[Iteration]:
    """All that is started for a number of items, item by item."""
    return [Iteration(body, index) for index in range(count) for body in loop.body]


def items(loop: ForEach, sources: Sources) -> tuple[Json, ...]:
    """The items of a ForEach step. Raises `Unresolvable`."""
    where = f"IterableItems of step '{loop.name}'"
    found = resolve(loop.items, sources)
    if isinstance(found, str):
        try:
            found = msgspec.json.decode(found)
        except msgspec.DecodeError:
            raise Unresolvable(f"{where} must come to the text of a JSON list, not to {found[:100]!r}.") from None
    if not isinstance(found, list):
        raise Unresolvable(f"{where} must come to a list, not to {written(found)[:100]}.")
    if len(found) > MOST_ITEMS or None in found:
        raise Unresolvable(f"{where} must come to at most {MOST_ITEMS} items, none of them null: it has {len(found)}.")
    return tuple(found)


def picked(selector: Selector, outputs: Sequence[Mapping[str, Json] | None]) -> int | None:
    """The index of the best iteration, by the properties that the selector's step has in each (None: none).

    The first of equals; None where no iteration has properties. Raises `Unresolvable` where the field is no number.
    """
    field, best = selector.field, None
    for index, properties in enumerate(outputs):
        if properties is None:
            continue
        value = _number(resolve(field, Sources(steps={field.step: properties})), selector)
        if best is None or _BETTER[selector.pick] * (value - best[0]) > 0:
            best = (value, index)
    return None if best is None else best[1]


_BETTER: Final[Mapping[Pick, int]] = {"MaxBy": 1, "MinBy": -1}


def _number(value: Json, selector: Selector) -> float:
    try:
        if not isinstance(value, bool) and (number := float(value)) == number:  # not NaN
            return number
    except (TypeError, ValueError):
        pass
    raise Unresolvable(
        f"{selector.pick} compares numbers, which {written(value)[:100]!r} of {selector.field.step} is not."
    )
