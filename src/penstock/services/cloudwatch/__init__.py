"""CloudWatch's metrics: rows, of exact dimensions, that a restart leaves as they were.

model.py    a metric, and what time does to its points         rows.py    series and points
putting.py  PutMetricData                                      reading.py  GetMetricStatistics, ListMetrics
querying.py GetMetricData: metrics and metric math

Alarms and dashboards are moto's (`peripheral`), which asks here what alarms look at. `sweep` lets points grow old.
"""

from collections.abc import Callable
from typing import Final

from penstock.services.cloudwatch import rows
from penstock.services.cloudwatch.putting import Putting
from penstock.services.cloudwatch.querying import Querying
from penstock.services.cloudwatch.reading import Reading
from penstock.store.database import Database
from penstock.wire.call import Service

LONGEST: Final = 1_000  # units of work in one sweep
__all__ = ["metrics", "sweep"]


def metrics(database: Database, clock: Callable[[], float]) -> tuple[Service, ...]:
    """What answers for metrics."""
    return (Putting(database, clock), Reading(database, clock), Querying(database, clock))


async def sweep(database: Database, now: float) -> None:
    """Let points that are too old for their period go into the next, and those of the last go."""
    for _ in range(LONGEST):
        if not await database.write(lambda tx: rows.sweep(tx, now)):
            return
