"""What the engine has done since it began, and what there is of it now: figures for whoever watches it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from penstock.engine.facts import Status
from penstock.store.database import Transaction
from penstock.store.tally import LONG_SECONDS, Histograms


@dataclass(slots=True)
class Tally:
    """Counted on the event loop, after the commit."""

    events: int = 0
    settled: Histograms[tuple[str, Status]] = field(  # seconds that runs took, by flow and outcome
        default_factory=lambda: Histograms(LONG_SECONDS, ("others", "Succeeded"))
    )
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # by flow, where its product says why

    def because(self, flow: str, reason: str) -> None:
        """A run has settled for this reason, one of a fixed few."""
        self.reasons[flow, reason] += 1


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits."""

    open_runs: Mapping[str, int]  # by flow
    commands: int
    notices: int
    alarms: int
    next_alarm: float | None


def standing(tx: Transaction) -> Standing:
    """Looks at every open run and every waiting command: for `Database.scan`."""
    runs = tx.rows("SELECT flow, count(*) FROM run WHERE status = '' GROUP BY flow")
    alarms = tx.row("SELECT count(*), min(due) FROM alarm")
    assert alarms is not None
    count, due = alarms
    return Standing(
        {str(flow): int(number or 0) for flow, number in runs},
        _count(tx, "SELECT count(*) FROM outbox"),
        _count(tx, "SELECT count(*) FROM notice"),
        int(count or 0),
        None if due is None else float(due),
    )


def _count(tx: Transaction, sql: str) -> int:
    row = tx.row(sql)
    return int(row[0] or 0) if row else 0
