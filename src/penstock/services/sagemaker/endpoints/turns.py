"""Turns: who of those in a line may go on now, when how many may is something that changes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """So many at once, the others in the order in which they came."""

    def __init__(self) -> None:
        self._most = 0
        self._busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def fit(self, most: int) -> None:
        """Have another number of turns. Who has one keeps it."""
        self._most = most
        self._go_on()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        self._go_on()
        try:
            await mine
            yield
        finally:
            if not mine.cancelled():
                self._busy -= 1
            self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._busy < self._most:
            first = self._waiting.popleft()
            if not first.cancelled():  # else it has gone
                self._busy += 1
                first.set_result(None)
