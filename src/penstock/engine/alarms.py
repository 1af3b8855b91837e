"""Alarms: promised moments that services set, each rung once when it is due, however many restarts lie between.

What rings and what follows from it are one unit of work: `ring` starts runs and sets the next alarm in the transaction
that takes the alarm away. So nothing is forgotten and nothing rings twice. A timer of a run is kept in that run's
journal; an alarm has no journal, and may ring every minute for years.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from penstock.store.database import Database, Transaction

log: Final = logging.getLogger(__name__)
TOGETHER: Final = 100  # alarms that are read at once
LONGEST_SLEEP: Final = 30.0  # seconds: wall clocks are set, and machines sleep
MISSED: Final = 60.0  # seconds
AGAIN: Final = 60.0  # seconds after a bug

_SET: Final = """
    INSERT INTO alarm (kind, name, due, moment) VALUES (:kind, :name, :due, :moment)
    ON CONFLICT (kind, name) DO UPDATE SET due = excluded.due, moment = excluded.moment
"""
_TAKE: Final = "DELETE FROM alarm WHERE kind = :kind AND name = :name"
_TAKE_SAME: Final = f"{_TAKE} AND due = :due AND moment = :moment"
_PUT_OFF: Final = "UPDATE alarm SET due = :due WHERE kind = :kind AND name = :name"
_DUE: Final = "SELECT kind, name, due, moment FROM alarm WHERE due <= :now ORDER BY due LIMIT :limit"
_FIRST: Final = "SELECT due FROM alarm ORDER BY due LIMIT 1"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What rings: `moment` is what it was set for, `due` when it was to ring."""

    kind: str
    name: str
    due: float
    moment: float

    def is_missed(self, now: float) -> bool:
        """Whether it rings so late that nobody can have been there: AWS fires within a minute."""
        return now > self.due + MISSED


Ring = Callable[[Transaction, Alarm, float], None]  # given the time; part of the transaction that takes the alarm


class Alarms:
    """Every service's alarms. Say who is rung (`answer`) before `work`."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._rings: dict[str, Ring] = {}
        self._woken = asyncio.Event()

    def answer(self, kind: str, ring: Ring) -> None:
        self._rings[kind] = ring

    def set(self, tx: Transaction, kind: str, name: str, *, due: float, moment: float) -> None:
        """Set an alarm, or set it anew."""
        tx.do(_SET, kind=kind, name=name, due=due, moment=moment)
        tx.after_commit(self._woken.set)

    @staticmethod
    def clear(tx: Transaction, kind: str, name: str) -> None:
        tx.do(_TAKE, kind=kind, name=name)

    async def work(self) -> None:
        """Ring until cancelled."""
        while True:
            self._woken.clear()
            if await self.ring_due():
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(await self._until_next()):
                    await self._woken.wait()

    async def ring_due(self) -> int:
        """Ring what is due, some at a time; how many there were. What cannot be rung is tried again later."""
        now = self._clock()
        rows = await self._database.read(lambda tx: tx.rows(_DUE, now=now, limit=TOGETHER))
        due = [Alarm(str(kind), str(name), float(due or 0), float(moment or 0)) for kind, name, due, moment in rows]
        for alarm in due:
            try:
                await self._database.write(partial(self._ring, alarm=alarm, now=now))
            except Exception:  # a worker's loop, a door of rule 11: other alarms must not wait for this one
                log.exception("the alarm of %s %s could not be rung; it is tried again", alarm.kind, alarm.name)
                await self._database.write(partial(self._put_off, alarm=alarm, due=now + AGAIN))
        return len(due)

    def _ring(self, tx: Transaction, alarm: Alarm, now: float) -> None:
        taken = tx.changed(_TAKE_SAME, kind=alarm.kind, name=alarm.name, due=alarm.due, moment=alarm.moment)
        if taken:  # and not set anew meanwhile
            self._rings[alarm.kind](tx, alarm, now)

    @staticmethod
    def _put_off(tx: Transaction, *, alarm: Alarm, due: float) -> None:
        tx.do(_PUT_OFF, kind=alarm.kind, name=alarm.name, due=due)

    async def _until_next(self) -> float:
        first = await self._database.read(lambda tx: tx.row(_FIRST))
        if first is None:
            return LONGEST_SLEEP
        return min(max(0.0, float(first[0] or 0) - self._clock()), LONGEST_SLEEP)
