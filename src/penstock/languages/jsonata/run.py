"""Run: one evaluation of an expression, how much it may do, and the frames its variables live in.

An expression is a stranger's program on a shared thread. Whatever may repeat is paid for out of one account: a step for
every item of a path, call of a function and comparison of a sort, and a share of one for every character written. So
an expression stops after the same step wherever it runs, with U1001. A step takes about a microsecond, seldom three.
"""

import random
import threading
from collections.abc import Callable
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.values import Value

STEPS: Final = 500_000
CHARACTERS_A_STEP: Final = 64
CELLS_A_STEP: Final = 256  # items that are only copied
DEPTH: Final = 30_000  # of Python's calls, as estimated from the height of each lambda
DEPTH_A_THREAD: Final = 450  # Python allows 1,000 in a thread, the caller's included

TOO_LONG: Final = f"The expression took more than {STEPS} steps. Do less at a time, for example with a Map state."
TOO_DEEP: Final = "The expression's functions call themselves too deeply. Call them last, so that they need no stack."


class Run:
    """One evaluation: what it has left, its instant, and its source of chance.

    `left` is below zero where more was asked for than there was; `is_of_its_moment` tells whether the instant or chance
    was asked for, so that the value could have been another.
    """

    __slots__ = ("_now", "_source", "chance", "depth", "floor", "is_of_its_moment", "left")

    def __init__(self, now: float, chance: Callable[[], random.Random], steps: int = STEPS) -> None:
        self.left = steps
        self.depth = 0
        self.floor = DEPTH_A_THREAD
        self.is_of_its_moment = False
        self._now = now
        self._source: random.Random | None = None
        self.chance = chance

    @property
    def millis(self) -> int:
        """The instant, in milliseconds since the epoch."""
        self.is_of_its_moment = True
        return int(self._now * 1000)

    def random(self) -> random.Random:
        """The evaluation's source of chance, asked for when it is first needed."""
        if self._source is None:
            self.is_of_its_moment = True
            self._source = self.chance()
        return self._source

    def pay(self, steps: int) -> None:
        """Pay for so many steps; `JsonataError` when there is not enough left."""
        self.left -= steps
        if self.left < 0:
            raise JsonataError("U1001", message=TOO_LONG)

    def pay_text(self, length: int) -> None:
        """Pay for writing so many characters, before they are written."""
        self.pay(length // CHARACTERS_A_STEP)

    def pay_copy(self, length: int) -> None:
        """Pay for copying so many items."""
        self.pay(length // CELLS_A_STEP)

    def deeper(self, work: Callable[[], Value]) -> Value:
        """The work's value, done on a stack of its own, for this one is used up."""
        if self.depth > DEPTH:
            raise too_deep()
        floor, self.floor = self.floor, self.depth + DEPTH_A_THREAD
        outcome: list[Value] = []
        failure: list[BaseException] = []

        def attempt() -> None:
            try:
                outcome.append(work())
            except (JsonataError, RecursionError) as error:
                failure.append(error)

        thread = threading.Thread(target=attempt, name="jsonata-stack", daemon=True)
        thread.start()
        thread.join()
        self.floor = floor
        if failure:
            raise failure[0]
        return outcome[0]


def too_deep() -> JsonataError:
    """The error of an expression whose calls are nested too deeply."""
    return JsonataError("U1001", message=TOO_DEEP)


class Frame:
    """Variables of a block or a call, those of what surrounds it behind them."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, variables: dict[str, Value], parent: "Frame | None", run: Run) -> None:
        self.variables = variables
        self.parent = parent
        self.run = run


Code = Callable[[Value, Frame], Value]  # what a node is compiled to: the context and the variables give its value
