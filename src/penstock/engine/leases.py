"""Leases: which worker holds which runs, and until when.

A worker's lease covers all its runs; it renews at half-time, and may append to a journal only while the lease
stands. Runs of a worker whose lease has run out go to whoever claims them first. A worker that is alone on its
database (the embedded default holds a lock on the folder) need not wait for a dead one's lease to end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from penstock.store.database import Database, Transaction
from penstock.wire.call import Scope

LENGTH: Final = 30.0  # seconds

_TAKE: Final = """
    INSERT INTO worker (id, until) VALUES (:id, :until) ON CONFLICT (id) DO UPDATE SET until = excluded.until
"""
_CLAIM: Final = """
    UPDATE run SET worker = :id
    WHERE status = '' AND worker <> :id AND (:alone = 1 OR worker NOT IN (SELECT id FROM worker WHERE until > :now))
    RETURNING id, account, region, principal
"""
_OUTBOX: Final = "SELECT body FROM outbox WHERE run = :run ORDER BY seq, key"


class LeaseLost(Exception):
    """This worker's lease has run out; another may hold its runs. What was being appended is not."""


class Leases:
    """The lease of one worker."""

    def __init__(self, database: Database, *, clock: Callable[[], float], worker: str, alone: bool) -> None:
        self.worker = worker
        self._database = database
        self._clock = clock
        self._alone = alone
        self._until = 0.0

    def must_stand(self) -> None:
        """Raise `LeaseLost` unless the lease stands; a worker alone on its database cannot lose it."""
        if not self._alone and self._clock() >= self._until:
            raise LeaseLost(f"the lease of worker {self.worker} has run out")

    async def take(self) -> None:
        """Take or renew the lease."""
        until = self._clock() + LENGTH
        await self._database.write(lambda tx: tx.changed(_TAKE, id=self.worker, until=until))
        self._until = until

    async def claim(self) -> list[tuple[str, Scope, bytes]]:
        """Make every open run that nobody holds this worker's; their outboxes, oldest command first."""

        def claim(tx: Transaction) -> list[tuple[str, Scope, bytes]]:
            claimed = tx.rows(_CLAIM, id=self.worker, alone=int(self._alone), now=self._clock())
            waiting: list[tuple[str, Scope, bytes]] = []
            for run, account, region, principal in claimed:
                scope = Scope(str(account), str(region), str(principal))
                waiting += [(str(run), scope, body) for (body,) in tx.rows(_OUTBOX, run=run) if isinstance(body, bytes)]
            return waiting

        return await self._database.write(claim)

    async def renew_at_half_time(self, on_renewal: Callable[[], Awaitable[None]]) -> None:
        """Keep the lease, and look for runs that others have let go; a worker that is alone has nothing to keep."""
        while not self._alone:
            await asyncio.sleep(LENGTH / 2)
            await self.take()
            await on_renewal()

    async def give_up(self) -> None:
        """Let others have this worker's runs at once."""
        self._until = 0.0
        await self._database.write(lambda tx: tx.changed("DELETE FROM worker WHERE id = :id", id=self.worker))
