"""CloudWatch Logs: a log stream is a file, and a job writes it directly.

Groups and streams are rows; records are in the file that `penstock.store.logfile.stream_path` names, so what a job
prints is told while it runs, and nothing is copied. `operations` makes what answers for the service, `MIGRATIONS`
are its tables, and `sweep` enforces retention when it is called.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from penstock.services.logs.events import Events
from penstock.services.logs.groups import Groups, Streams, sweep
from penstock.services.logs.tailing import LiveTail
from penstock.store.database import Database
from penstock.wire.call import Service

MIGRATIONS: Final = Path(__file__).parent / "migrations"
__all__ = ["MIGRATIONS", "operations", "sweep"]


def operations(
    database: Database, root: Path, clock: Callable[[], float], chance: Callable[[], str]
) -> tuple[Service, ...]:
    """Everything that answers for Logs, to be registered. `root` is the data folder."""
    return (
        Groups(database, root, clock),
        Streams(database, root, clock),
        Events(database, root, clock),
        LiveTail(database, root, clock, chance),
    )
