"""Underway: which runs' jobs this worker is about, so that who is to stop one finds it.

    about ─► handed over to the runtime ─► over         the activity that runs a job
    stop ──► waits until it is handed over, or over     the activity that has it end; it may well begin first

Whether a run's job is to stop is known until the run has settled, or for as long as a stop waits.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from penstock.engine.facts import RunId

STOP_WITHIN: Final = 900.0  # seconds for a job to be handed over; one that takes longer sees `stop_asked` afterwards


@dataclass(slots=True, kw_only=True)
class Live:
    """A run whose job this worker is about, or is to stop."""

    stop_asked: bool = False
    handed_over: asyncio.Event = field(default_factory=asyncio.Event)  # to the runtime, or to nobody any more


AnyLive = TypeVar("AnyLive", bound=Live)


class Underway(Generic[AnyLive]):
    """`live` makes what is to be known of a run."""

    def __init__(self, live: Callable[[], AnyLive]) -> None:
        self._new = live
        self._live: dict[RunId, AnyLive] = {}
        self._carried_out: set[RunId] = set()

    @contextmanager
    def about(self, run: RunId) -> Iterator[AnyLive]:
        """While its job is made ready, run, and cleared away."""
        live = self._live.setdefault(run, self._new())
        self._carried_out.add(run)
        try:
            yield live
        finally:
            self._carried_out.discard(run)
            self.settled(run)

    def items(self) -> tuple[tuple[RunId, AnyLive], ...]:
        return tuple((run, self._live[run]) for run in self._carried_out)

    async def stop(self, run: RunId, *, within: float = STOP_WITHIN) -> AnyLive:
        """Have it known that the run's job is to end; the runtime can be told to stop it then, if there is one."""
        live = self._live.setdefault(run, self._new())
        live.stop_asked = True
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await live.handed_over.wait()
        finally:
            if run not in self._carried_out and self._live.get(run) is live:
                del self._live[run]
        return live

    def settled(self, run: RunId) -> None:
        """Nobody is about the run's job any more: whoever waits to stop it need not."""
        if live := self._live.pop(run, None):
            live.handed_over.set()
