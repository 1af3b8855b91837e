"""Drawing: while a pipeline function runs, what it calls becomes nodes of this drawing.

One at a time in a thread; outside of one, steps are ordinary functions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from penstock.pipeline.graph import Block, Node
from penstock.pipeline.mistakes import Mistake, Place

N = TypeVar("N", bound=Node)


@dataclass(slots=True)
class Drawing:
    block: Block = field(default_factory=Block)
    names: set[str] = field(default_factory=set)
    unentered: dict[int, tuple[str, Place]] = field(default_factory=dict)  # `when` and `otherwise` without `with`

    def add(self, node: N) -> N:
        self.block.nodes.append(node)
        return node

    def name(self, wanted: str) -> str:
        """A name that no other node has. With an underscore: iterations of loops are named with a hyphen."""
        name, number = wanted, 2
        while name in self.names:
            name, number = f"{wanted}_{number}", number + 1
        self.names.add(name)
        return name

    @contextmanager
    def within(self, block: Block) -> Iterator[None]:
        """What is drawn goes into this block."""
        before, self.block = self.block, block
        try:
            yield
        finally:
            self.block = before


_current: ContextVar[Drawing | None] = ContextVar("drawing", default=None)


def current() -> Drawing | None:
    return _current.get()


def drawing(what: str) -> Drawing:
    """The drawing under way. Raises `Mistake`, as `what` has a meaning in a pipeline's function only."""
    found = _current.get()
    if found is None:
        raise Mistake(f"{what} has a meaning only in a function with @pipeline.")
    return found


@contextmanager
def begun() -> Iterator[Drawing]:
    """A new drawing, until the block ends."""
    token = _current.set(Drawing())
    try:
        yield drawing("a step")
    finally:
        _current.reset(token)
