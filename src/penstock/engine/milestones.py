"""Milestones: that a run began or settled, kept with that very commit for readers who tell of it elsewhere.

A reader takes its milestones in order and each is forgotten once it has told of it; so none is lost, and none is told
again but those under way when the server was killed. Where there is no reader nothing is kept.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from penstock.engine.backlog import Backlog
from penstock.engine.facts import RunId
from penstock.store.database import Database, Row, Transaction

log: Final = logging.getLogger(__name__)
What = Literal["began", "settled"]
TOGETHER: Final = 100
MOST: Final = 100_000  # that a reader may leave waiting; the oldest go first
_KEEP: Final = "INSERT INTO milestone (reader, run, what) VALUES (:reader, :run, :what)"
_WHEN: Final = "SELECT started_at, settled_at FROM run WHERE id = :run"
_SHORTEN: Final = """
    DELETE FROM milestone WHERE reader = :reader AND place <= (
        SELECT place FROM milestone WHERE reader = :reader ORDER BY place DESC LIMIT 1 OFFSET :most)
"""


@dataclass(frozen=True, slots=True)
class Milestone:
    run: RunId
    what: What


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told: of which flows' runs, and of which milestones. `tell` raises where it is to be told again."""

    name: str
    flows: frozenset[str]
    wants: frozenset[What]
    tell: Callable[[Sequence[Milestone]], Awaitable[None]]


class Milestones:
    """One reader's."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader
        self._backlog = Backlog(
            database,
            table="milestone",
            columns="run, what",
            deliver=self._deliver,
            together=TOGETHER,
            among=f"reader = '{reader.name}'",
        )
        self.work = self._backlog.work

    def keep(self, tx: Transaction, run: RunId, flow: str, what: What) -> None:
        if flow in self._reader.flows and what in self._reader.wants:
            tx.do(_KEEP, reader=self._reader.name, run=run, what=what)
            self._backlog.wake(tx)

    async def shorten(self) -> None:
        """Drop the oldest, if a reader that cannot tell has left too many."""
        dropped = await self._database.write(lambda tx: tx.changed(_SHORTEN, reader=self._reader.name, most=MOST))
        if dropped:
            log.error("%d milestones will never be told to %s: over %d waited", dropped, self._reader.name, MOST)

    async def _deliver(self, rows: Sequence[Row]) -> None:
        await self._reader.tell([_milestone(*row) for row in rows])


def _milestone(_: object, run: object, what: object) -> Milestone:
    return Milestone(RunId(str(run)), "began" if what == "began" else "settled")


@dataclass(frozen=True, slots=True)
class Span:
    """When a run began and settled."""

    began: float
    settled: float | None


def span(tx: Transaction, run: RunId) -> Span | None:
    """None if there is no such run."""
    row = tx.row(_WHEN, run=run)
    if row is None:
        return None
    began, settled = row
    return Span(float(began or 0), None if settled is None else float(settled))
