"""A serverless variant: servers that are there while they are asked, one for each request that is under way.

A request goes to the server that has rested shortest; where none rests, another is started, up to `MaxConcurrency`.
One that has rested for `IDLE` seconds is let go, unless it is provisioned.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from penstock.services.sagemaker.endpoints.instance import Instance
from penstock.services.sagemaker.endpoints.saying import Listener, Said

IDLE: Final = 300.0  # seconds
LOOK_EVERY: Final = 1.0


class Throttled(Exception):
    """As many requests are under way as there may be."""


class Serverless:
    def __init__(self, make: Callable[[int], Instance], *, most: int, provisioned: int) -> None:
        self.outstanding = 0  # requests, counted by whoever hands them out
        self.last_asked = 0
        self._make = make
        self._most = most
        self._provisioned = provisioned
        self._resting: list[tuple[float, Instance]] = []  # since when; the one that rests shortest stands last
        self._busy: set[Instance] = set()
        self._made = 0

    async def begin(self) -> None:
        """Start those that are provisioned, and one in any case: a model that does not load is to be known at once."""
        missing = max(1, self._provisioned) - len(self._resting) - len(self._busy)
        first = [self._new() for _ in range(missing)]
        self._busy.update(first)
        await asyncio.gather(*(server.begin() for server in first))
        for server in first:
            self._rest(server)

    def fit(self, *, most: int, provisioned: int) -> None:
        """Have others be the most, and those that stay; who is missing is started by `begin`."""
        self._most, self._provisioned = most, provisioned

    async def keep(self) -> None:
        """Let go of those that have rested long, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            before = asyncio.get_running_loop().time() - IDLE
            while len(self._resting) + len(self._busy) > self._provisioned and self._has_rested_since(before):
                self._resting.pop(0)[1].close()

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> Said:
        """Raises `Throttled`, `Unfit` and `Lost`."""
        if not self._resting and len(self._busy) >= self._most:
            raise Throttled(f"{self._most} requests are under way, which is the variant's MaxConcurrency.")
        server = self._resting.pop()[1] if self._resting else self._new()
        self._busy.add(server)
        try:
            return await server.ask(facts, body, longest, listener)
        finally:
            self._rest(server)

    def close(self) -> None:
        for server in (*self._busy, *(each for _, each in self._resting)):
            server.close()
        self._busy.clear()
        self._resting.clear()
        self._most = 0

    def _has_rested_since(self, before: float) -> bool:
        return bool(self._resting) and self._resting[0][0] <= before

    def _new(self) -> Instance:
        self._made += 1
        return self._make(self._made)

    def _rest(self, server: Instance) -> None:
        if server in self._busy:  # else all is closed
            self._busy.discard(server)
            self._resting.append((asyncio.get_running_loop().time(), server))
