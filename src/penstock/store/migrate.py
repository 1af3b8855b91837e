"""Migrations: every room's `migrations/*.sql`, applied once each, in the order of their names, by yoyo.

A migration's file name begins with its number and names its room (`0001.s3.sql`), is never edited after a release,
and says `-- depends:` where the order between rooms matters.
"""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import yoyo
from yoyo.backends import DatabaseBackend
from yoyo.migrations import MigrationList

STORE = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """A later version of Penstock has changed a database in ways that this one does not know of."""

    def __init__(self, database: Path, migrations: Sequence[str]) -> None:
        super().__init__(
            f"{database} is of a newer Penstock: this one does not know its migration {', '.join(migrations)}. "
            "Start the newer version, or this one on the copy that was made before the upgrade."
        )


def migrate(database: Path, rooms: Sequence[Path]) -> int:
    """Bring a database file up to date with the store's and the given rooms' migrations; how many were applied.

    Raises `NewerDatabase`, having changed nothing.
    """
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # yoyo leaves sqlite3's date adapters in place
        backend = yoyo.get_backend(f"sqlite:///{database}")
        try:
            backend.break_lock()  # of a process that was killed meanwhile: a data folder has one server
            known: MigrationList = yoyo.read_migrations(str(STORE), *(str(room) for room in rooms))
            with backend.lock():
                missing = backend.to_apply(known)
                if unknown := sorted(applied(backend) - {each.id for each in known}):
                    raise NewerDatabase(database, unknown)
                backend.apply_migrations(missing)
            return len(missing)
        finally:
            backend.connection.close()


def applied(backend: DatabaseBackend) -> set[str]:
    """The names of the migrations that a database has."""
    return {name for (name,) in backend.execute("SELECT migration_id FROM _yoyo_migration")}
