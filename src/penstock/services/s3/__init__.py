"""S3: buckets of named blobs, durable, with versions, conditions and multipart uploads.

`operations` makes everything that answers for the service; `MIGRATIONS` are its tables; `sweep` carries out lifecycle
rules when it is called. Content is kept by
`penstock.store.blobs`, names by `rows`; the one rule: a name that was answered is on disk, and so is its content.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from penstock.services.s3.absences import Absences
from penstock.services.s3.announcing import SILENT, Announcer
from penstock.services.s3.buckets import Buckets
from penstock.services.s3.copies import Copies
from penstock.services.s3.deletes import Deletes
from penstock.services.s3.lifecycle import Lifecycle, sweep
from penstock.services.s3.lists import Lists
from penstock.services.s3.multipart import LEAST_PART, Multipart
from penstock.services.s3.notifications import Notifications
from penstock.services.s3.objects import Objects
from penstock.services.s3.settings import Settings
from penstock.services.s3.uploads import Uploads
from penstock.store.blobs import Blobs
from penstock.store.database import Database
from penstock.wire.call import Directory, Service

MIGRATIONS: Final = Path(__file__).parent / "migrations"
__all__ = ["MIGRATIONS", "Announcer", "operations", "sweep"]


def operations(
    database: Database,
    blobs: Blobs,
    clock: Callable[[], float],
    chance: Callable[[], str],
    *,
    least_part: int = LEAST_PART,
    announcer: Announcer = SILENT,
    directory: Directory | None = None,
) -> tuple[Service, ...]:
    """Everything that answers for S3, to be registered. `chance` gives version ids and upload ids: text without `/`;
    `directory` is where those are asked who are to be notified: without one there is nobody.
    """
    return (
        Buckets(database, clock),
        Settings(database),
        Notifications(database, directory or Directory(), clock, chance),
        Lifecycle(database),
        Absences(database),
        Objects(database, blobs, clock, chance, announcer),
        Copies(database, blobs, clock, chance, announcer),
        Deletes(database, clock, chance, announcer),
        Lists(database),
        Multipart(database, blobs, clock, chance, announcer, least_part),
        Uploads(database),
    )
