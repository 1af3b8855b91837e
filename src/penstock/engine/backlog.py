"""Backlogs: what other services are to be told of, kept with the events that it follows from, and told afterwards.

A row is written in the transaction of its cause and removed once it is delivered, so that everything is delivered at
least once and in order, whatever happens to the server in between. What comes after a silence goes at once, and what
comes within a moment of that goes together: to tell of every execution by itself costs more than to carry it out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from penstock.store.database import Database, Row, Transaction, Value

log: Final = logging.getLogger(__name__)
BATCH: Final = 500  # rows read in one round
GATHERING: Final = 0.1  # seconds between two rounds, for what comes meanwhile
AGAIN: Final = 5.0  # seconds after a delivery that failed


class Undelivered(Exception):
    """Who is to be told is not there; the message says why, and it is tried again."""


class Backlog:
    """The rows of one table with a `place`, oldest first. `deliver` is given several at a time. `among` is a condition
    that says which of them, where several backlogs share a table."""

    def __init__(
        self,
        database: Database,
        *,
        table: str,
        columns: str,
        deliver: Callable[[Sequence[Row]], Awaitable[None]],
        together: int,
        among: str = "1 = 1",
    ) -> None:
        self._database = database
        self._table = table
        self._deliver = deliver
        self._together = together
        self._woken = asyncio.Event()
        self._waiting = f"SELECT place, {columns} FROM {table} WHERE {among} ORDER BY place LIMIT :limit"  # noqa: S608
        self._forget = f"DELETE FROM {table} WHERE {among} AND place <= :place"  # noqa: S608

    def wake(self, tx: Transaction) -> None:
        """There is something new, once this transaction is committed."""
        tx.after_commit(self._woken.set)

    async def work(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._woken.clear()
            rows = await self._database.read(lambda tx: tx.rows(self._waiting, limit=BATCH))
            if not rows:
                await self._woken.wait()
                continue
            await self._try(rows)
            if len(rows) < BATCH:
                await asyncio.sleep(GATHERING)

    async def _try(self, rows: Sequence[Row]) -> None:
        try:
            await self._round(rows)
        except Undelivered as why:
            log.warning("what the table %s holds for others waits: %s", self._table, why)
            await asyncio.sleep(AGAIN)
        except Exception:  # a worker's loop, a door of rule 11: what could not be delivered is tried again
            log.exception("what the table %s holds for others could not be delivered; it is tried again", self._table)
            await asyncio.sleep(AGAIN)

    async def _round(self, rows: Sequence[Row]) -> None:
        """Deliver, and forget what was delivered, also if the rest could not be. A cancellation forgets nothing."""
        delivered: Value = None
        try:
            for first in range(0, len(rows), self._together):
                some = rows[first : first + self._together]
                await self._deliver(some)
                delivered = some[-1][0]
        except Exception:
            await self._forget_to(delivered)
            raise
        await self._forget_to(delivered)

    async def _forget_to(self, place: Value) -> None:
        if place is not None:
            await self._database.write(lambda tx: tx.changed(self._forget, place=place))
