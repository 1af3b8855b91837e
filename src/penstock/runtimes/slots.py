"""Slots: how much of the machine is given out, and who is next.

First come, first served, without overtaking: a big job waits until enough is free, and then it is its turn. What asks
for more than there is at all gets all there is.
"""

import asyncio
import os
from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple

from penstock.engine.jobs import Resources


class Share(NamedTuple):
    """An amount of machine."""

    cpus: float
    memory_mib: float
    gpus: int

    def minus(self, other: "Share") -> "Share":
        return Share(self.cpus - other.cpus, self.memory_mib - other.memory_mib, self.gpus - other.gpus)

    def plus(self, other: "Share") -> "Share":
        return self.minus(Share(-other.cpus, -other.memory_mib, -other.gpus))

    def holds(self, other: "Share") -> bool:
        return self.cpus >= other.cpus and self.memory_mib >= other.memory_mib and self.gpus >= other.gpus


def this_machine() -> Share:
    """Every processor, and what memory the system has."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return Share(float(len(os.sched_getaffinity(0))), float(memory), 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    need: Share
    turn: asyncio.Future[bool]


class Slots:
    def __init__(self, total: Share) -> None:
        self.total = total
        self._free = total
        self._queue: dict[Hashable, Waiting] = {}

    @property
    def taken(self) -> Share:
        return self.total.minus(self._free)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def take(self, who: Hashable, resources: Resources) -> bool:
        """Wait for one's turn; false if `withdraw` came first. Whoever got true gives it back."""
        need = self.need(resources)
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue[who] = Waiting(need, turn)
        self._advance()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.done() and turn.result():
                self.give_back(resources)
            raise
        finally:
            self._queue.pop(who, None)
            self._advance()

    def seize(self, resources: Resources) -> None:
        """Count what runs already (a job found again), even where there is no room for it."""
        self._free = self._free.minus(self.need(resources))

    def give_back(self, resources: Resources) -> None:
        self._free = self._free.plus(self.need(resources))
        self._advance()

    def withdraw(self, who: Hashable) -> bool:
        """Take somebody out of the queue; false if they do not wait."""
        waiting = self._queue.pop(who, None)
        if waiting is None or waiting.turn.done():
            return False
        waiting.turn.set_result(False)
        self._advance()
        return True

    def need(self, resources: Resources) -> Share:
        return Share(
            min(resources.cpus, self.total.cpus),
            min(float(resources.memory_mib), self.total.memory_mib),
            min(resources.gpus, self.total.gpus),
        )

    def _advance(self) -> None:
        for who, waiting in list(self._queue.items()):
            if waiting.turn.done():
                continue
            if not self._free.holds(waiting.need):
                return
            self._free = self._free.minus(waiting.need)
            waiting.turn.set_result(True)
            del self._queue[who]
