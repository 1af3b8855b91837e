"""What decides which steps run, and how often: `when`, `otherwise`, `each`, `fail`.

with when(quality.auc >= 0.9):                 for part in each(parts, at_once=4):
    register(model, group="churn")                 scores.append(score(part))
with otherwise():
    fail("not good enough:", quality.auc)      best = choose(scores)     # a list, in the order of the items
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final, TypeVar, get_args

from penstock.pipeline import kinds
from penstock.pipeline.drawing import drawing
from penstock.pipeline.graph import Block, Branch, Failure, Given, Item, Loop, Many, Not, Output, Range
from penstock.pipeline.handles import Condition, Handle, described, one_of, reference_of, test_of, type_of
from penstock.pipeline.mistakes import Mistake, here

T = TypeVar("T")
MOST_AT_ONCE: Final = 50
SHARED: Final = 10  # iterations at once where nothing else is said


class Part(AbstractContextManager[None]):
    """A block of a branch, drawn into as long as `with` lasts."""

    def __init__(self, what: str, block: Block) -> None:
        self._block, self._at = block, here()
        drawing(what).unentered[id(self)] = (what, self._at)

    def __enter__(self) -> None:
        found = drawing("`with`")
        found.unentered.pop(id(self), None)
        self._within = found.within(self._block)
        self._within.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._within.__exit__(kind, error, trace)
        if error is None and not self._block.nodes:
            raise Mistake("nothing is done in this block: call a step in it.", self._at)


def when(test: bool) -> AbstractContextManager[None]:
    """The steps in the block run only if the test holds."""
    found = drawing("when(…)")
    if found.block.loop is not None:
        raise Mistake("`when` cannot stand in `each`: SageMaker has no conditions in loops. Decide in a step.")
    then, other = Block(), Block()
    found.add(
        Branch(name=found.name("when"), at=here(), block=found.block, test=test_of(test), then=then, otherwise=other)
    )
    return Part("when(…)", then)


def otherwise() -> AbstractContextManager[None]:
    """The steps in the block run only if the test of the `when` before it does not hold."""
    before = drawing("otherwise()").block.nodes
    if not before or not isinstance(before[-1], Branch) or before[-1].otherwise.nodes:
        raise Mistake("`otherwise` must follow a `when` of its own, with nothing between them.")
    return Part("otherwise()", before[-1].otherwise)


def is_in(value: T, values: Collection[T]) -> bool:
    """For `when`: whether the value is one of these."""
    return one_of(value, values)  # type: ignore[return-value] # a condition, which stands for a bool


def not_(test: bool) -> bool:
    """For `when`: whether the test does not hold. (Python's own `not` cannot wait.)"""
    return Condition(Not(test_of(test)))  # type: ignore[return-value] # stands for a bool


def each(items: Iterable[T], *, at_once: int = SHARED) -> Iterator[T]:
    """Go through items: known ones now, a step of its own for each; those of a step or a parameter when it runs.

    `at_once` is for the latter: how many known ones run side by side, the execution's parallelism says.
    """
    if not isinstance(items, Handle):
        yield from items
        return
    found = drawing("each(…)")
    reference = reference_of(items)
    if found.block.loop is not None:
        raise Mistake("`each` cannot stand in `each`: SageMaker has no loops in loops. Let a step answer all pairs.")
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise Mistake(f"at_once must be from 1 to {MOST_AT_ONCE}, not {at_once}.")
    kind = kinds.plain(type_of(reference))
    if not isinstance(reference, Output | Given) or not kinds.is_json(kind) or not kinds.fits(kind, list):
        raise Mistake(f"each(…) goes through a list, and {described(reference)} is {kinds.name(kind)}.")
    inner: Any = (*get_args(kind), Any)[0]
    body = Block()
    loop = Loop(name=found.name("each"), at=here(), block=found.block, items=reference, body=body, at_once=at_once)
    body.loop = loop
    found.add(loop)
    with found.within(body):
        yield Handle(Item(loop, inner))  # type: ignore[misc] # stands for the item
    if not body.nodes:
        raise Mistake("nothing is done in this loop: call a step in it.", loop.at)


def fail(*message: object) -> None:
    """The pipeline fails here, with this message; values of steps may stand in it."""
    found = drawing("fail(…)")
    if found.block.loop is not None:
        raise Mistake("`fail` cannot stand in `each`: raise an exception in a step.")
    parts = tuple(map(reference_of, message))
    if not parts or any(isinstance(part, Many | Range) for part in parts):
        raise Mistake("fail(…) takes what to say: texts, and single values of steps.")
    found.add(Failure(name=found.name("fail"), at=here(), block=found.block, message=parts))
