"""Phases: where an attempt stands, noted at once and told to its run a little later.

A phase that lasts is told while it lasts; a job that is over before that tells all of them with its report, so that
short jobs do not pay a commit for each.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.outbox import Task
from penstock.services.sagemaker.jobs.flow import PHASE
from penstock.services.sagemaker.jobs.model import Phase

TELL_AFTER: Final = 0.2  # seconds
BUILDING: Final = "DownloadingTrainingImage"  # what AWS calls the time until an image is there
WAITING: Final = "Pending"  # left out where it did not last that long


class Phases:
    """The phases of one attempt."""

    def __init__(self, attempt: int, clock: Callable[[], float]) -> None:
        self._attempt = attempt
        self._clock = clock
        self._entered: list[Phase] = []
        self._news = asyncio.Event()

    def enter(self, status: str, since: float | None = None, message: str = "") -> None:
        """Note a phase, entered now or a while ago but after the last one; entering it again changes its message."""
        if (known := next((each for each in self._entered if each.status == status), None)) is not None:
            if message and message != known.message:
                self._entered[self._entered.index(known)] = replace(known, message=message)
                self._news.set()
            return
        now = self._clock() if since is None else max(since, self._entered[-1].at)
        if self._entered and self._entered[-1].status == WAITING and now - self._entered[-1].at < TELL_AFTER:
            self._entered.pop()
        self._entered.append(Phase(status, now, self._attempt, message))
        self._news.set()

    @property
    def entered(self) -> tuple[Phase, ...]:
        return tuple(self._entered)

    async def keep_telling(self, task: Task) -> None:
        """Tell the run of phases that last, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(TELL_AFTER)
            await task.tell(PHASE, msgspec.to_builtins(self.entered))
