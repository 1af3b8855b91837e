"""Turns: one `run` of a job at a time, and whether somebody wants the job ended meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from penstock.engine.jobs import JobId


class Turns:
    def __init__(self) -> None:
        self._locks: dict[JobId, asyncio.Lock] = {}
        self._unwanted: dict[JobId, asyncio.Event] = {}
        self._users: Counter[JobId] = Counter()

    def __contains__(self, job: JobId) -> bool:
        """Whether somebody is about the job."""
        return job in self._users

    @asynccontextmanager
    async def alone(self, job: JobId) -> AsyncIterator[None]:
        """Be the only one who is about the job; the next finds what was made."""
        self._users[job] += 1
        self._unwanted.setdefault(job, asyncio.Event())
        try:
            async with self._locks.setdefault(job, asyncio.Lock()):
                yield
        finally:
            self._users[job] -= 1
            if not self._users[job]:
                del self._users[job], self._locks[job], self._unwanted[job]

    def unwant(self, job: JobId) -> None:
        """Whoever is about the job is to end it."""
        if job in self._users:
            self._unwanted[job].set()

    def is_unwanted(self, job: JobId) -> bool:
        return job in self._users and self._unwanted[job].is_set()

    async def unwanted(self, job: JobId) -> None:
        """Wait until somebody wants the job ended. For whoever is about it."""
        await self._unwanted[job].wait()
