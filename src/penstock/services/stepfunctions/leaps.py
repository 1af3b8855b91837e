"""Time that leaps: while everybody waits, it is at once as late as the first of them waits for.

For executions in memory whose waits are to take no time. Order is kept: a wait of a second ends before one of a day
that began with it, and no time-out strikes while a task is being carried out, unless it really takes so long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from penstock.engine.outbox import Task

Json = Any
QUIET_ROUNDS: Final = 16  # of the event loop in which nothing happens: from an answer to what it leads to it takes four


@dataclass(slots=True)
class LeapingTime:
    """A clock that is ahead of the real one by all that was waited for."""

    real: Callable[[], float]
    ahead: float = 0.0
    _waiting: dict[asyncio.Event, float] = field(default_factory=dict)  # until when
    _at_work: int = 0
    _quiet: int = 0
    _looking: bool = False

    def clock(self) -> float:
        return self.real() + self.ahead

    async def pass_time(self, seconds: float) -> None:
        """Wait until the clock is that much later."""
        over = asyncio.Event()
        self._waiting[over] = self.clock() + seconds
        self._stirred()
        try:
            async with asyncio.timeout(seconds):
                await over.wait()
        except TimeoutError:
            pass  # it has really become that late
        finally:
            del self._waiting[over]
            self._stirred()

    def busied(self, act: Callable[[Task], Awaitable[Json]]) -> Callable[[Task], Awaitable[Json]]:
        """An activity during which time does not leap."""

        async def perform(task: Task) -> Json:
            with self._working():
                return await act(task)

        return perform

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self._stirred()

    def _stirred(self) -> None:
        """Something has happened: look again whether everybody waits."""
        self._quiet = 0
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        waiting = {over: due for over, due in self._waiting.items() if not over.is_set()}
        if self._at_work or not waiting:
            self._looking = False
            return
        self._quiet += 1
        if self._quiet < QUIET_ROUNDS:
            asyncio.get_running_loop().call_soon(self._look)
            return
        self._looking = False
        first = min(waiting.values())
        self.ahead += max(0.0, first - self.clock())
        for over, due in waiting.items():
            if due == first:
                over.set()
