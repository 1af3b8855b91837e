"""Metrics on rows of their own, for whoever looks at them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import penstock.services.cloudwatch
from penstock.services.cloudwatch import metrics
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Service

MIGRATIONS = [Path(penstock.services.cloudwatch.__file__).parent / "migrations"]


@contextmanager
def metrics_in(folder: Path, clock: Callable[[], float]) -> Iterator[tuple[Service, ...]]:
    path = folder / "metrics.db"
    migrate(path, MIGRATIONS)
    database = SqliteDatabase(path)
    try:
        yield metrics(database, clock)
    finally:
        database.close()
