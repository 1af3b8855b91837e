"""Slots: how much of the machine is given out, and who is next.

First come, first served, without overtaking: a big job waits until enough is free, and then it is its turn. (Who only
lacks GPUs is overtaken by those who want none, and everybody by who comes first.) What asks for more than there is at
all gets all there is. Processors and memory are amounts; of GPUs it matters which.

Each lane (see `engine.jobs.Resources`) has all processors and all memory, as if the other were not there, and its own
queue; the GPUs they share.
"""

import asyncio
import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from penstock.engine.jobs import Lane, Resources
from penstock.runtimes.gpus import VISIBLE, gpus_here


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


class Hold(NamedTuple):
    """What somebody has of the machine while they work: so much, and these GPUs."""

    share: Share
    gpus: tuple[str, ...] = ()
    lane: Lane = "jobs"


def this_machine() -> Share:
    """Every processor, what memory the system has, and its GPUs. Blocking, the first time."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return Share(float(len(os.sched_getaffinity(0))), float(memory), len(gpus_here()))


def slots_here() -> "Slots":
    """All of this machine, to be shared out."""
    return Slots(this_machine(), gpus_here())


@dataclass(frozen=True, slots=True)
class Waiting:
    need: Share
    lane: Lane
    turn: asyncio.Future[Hold | None]
    comes_first: bool


class Slots:
    """`gpus` are the names of as many as `total` has; without, they are numbered from 0."""

    def __init__(self, total: Share, gpus: Sequence[str] = ()) -> None:
        self.total = total
        self._free: dict[Lane, Share] = {"jobs": total, "builds": total}
        self._gpus = list(gpus) or [str(number) for number in range(total.gpus)]
        self._gpus_taken: set[str] = set()
        self._queue: dict[Hashable, Waiting] = {}

    @property
    def taken(self) -> Share:
        """What all lanes have together: it may be more than there is."""
        jobs, builds = (self.total.minus(free) for free in self._free.values())
        return jobs.plus(builds)

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def take(self, who: Hashable, resources: Resources) -> Hold | None:
        """Wait for one's turn; None if `withdraw` came first. Whoever got a hold gives it back."""
        need = self.need(resources)
        turn: asyncio.Future[Hold | None] = asyncio.get_running_loop().create_future()
        self._queue[who] = Waiting(need, resources.lane, turn, resources.comes_first)
        self._advance()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.done() and (hold := turn.result()):
                self.give_back(hold)
            raise
        finally:
            self._queue.pop(who, None)
            self._advance()

    def seize(self, resources: Resources, gpus: Sequence[str] = ()) -> Hold:
        """Count what runs already (a job found again) and has these GPUs, even where there is no room for it."""
        return self._hold(self.need(resources), resources.lane, gpus)

    def give_back(self, hold: Hold) -> None:
        self._free[hold.lane] = self._free[hold.lane].plus(hold.share)
        self._gpus_taken.difference_update(hold.gpus)
        self._advance()

    def withdraw(self, who: Hashable) -> bool:
        """Take somebody out of the queue; false if they do not wait."""
        waiting = self._queue.pop(who, None)
        if waiting is None or waiting.turn.done():
            return False
        waiting.turn.set_result(None)
        self._advance()
        return True

    def need(self, resources: Resources) -> Share:
        return Share(
            min(resources.cpus, self.total.cpus),
            min(float(resources.memory_mib), self.total.memory_mib),
            min(resources.gpus, self.total.gpus),
        )

    def variables(self, hold: Hold) -> Mapping[str, str]:
        """What tells a job which GPUs are its own; nothing on a machine that has none."""
        return {VISIBLE: ",".join(hold.gpus)} if self._gpus else {}

    def _hold(self, share: Share, lane: Lane, gpus: Sequence[str]) -> Hold:
        self._free[lane] = self._free[lane].minus(share)
        self._gpus_taken.update(gpus)
        return Hold(share, tuple(gpus), lane)

    def _advance(self) -> None:
        full: set[Lane] = set()
        are_gpus_short = False
        for who, waiting in sorted(self._queue.items(), key=lambda each: not each[1].comes_first):
            if waiting.turn.done() or waiting.lane in full or (are_gpus_short and waiting.need.gpus):
                continue
            if not self._free[waiting.lane].holds(waiting.need._replace(gpus=0)):
                full.add(waiting.lane)
                continue
            free = [name for name in self._gpus if name not in self._gpus_taken]
            if len(free) < waiting.need.gpus:
                are_gpus_short = True
                continue
            waiting.turn.set_result(self._hold(waiting.need, waiting.lane, free[: waiting.need.gpus]))
            del self._queue[who]
