"""Migrations: every room's `migrations/*.sql`, applied once each, in the order of their names, by yoyo.

A migration's file name begins with its number and names its room (`0001.s3.sql`), is never edited after a release,
and says `-- depends:` where the order between rooms matters. They are written for SQLite; see `store.dialect`.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yoyo
from yoyo.backends import DatabaseBackend
from yoyo.migrations import MigrationList

from penstock.store import dialect

STORE = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """A later version of Penstock has changed a database in ways that this one does not know of."""

    def __init__(self, database: str, migrations: Sequence[str]) -> None:
        super().__init__(
            f"{database} is of a newer Penstock: this one does not know its migration {', '.join(migrations)}. "
            "Start the newer version, or this one on the copy that was made before the upgrade."
        )


def migrate(database: Path, rooms: Sequence[Path]) -> int:
    """Bring a database file up to date with the store's and the given rooms' migrations; how many were applied.

    Raises `NewerDatabase`, having changed nothing.
    """
    return _migrate(f"sqlite:///{database}", str(database), (STORE, *rooms))


def migrate_postgres(address: str, name: str, rooms: Sequence[Path]) -> int:
    """The same for a PostgreSQL, `name` being its address without the password. Whoever calls has it to itself."""
    with tempfile.TemporaryDirectory(prefix="penstock-migrations-") as folder:
        translated = [*_translated(Path(folder), (STORE, *rooms))]
        return _migrate(f"postgresql+psycopg://{address.partition('://')[2]}", name, translated)


def _translated(folder: Path, rooms: Iterable[Path]) -> Iterator[Path]:
    for number, room in enumerate(rooms):
        (place := folder / f"{number:03}").mkdir()
        for name, text in dialect.migrations(room):
            (place / name).write_text(text)
        yield place


def _migrate(uri: str, name: str, rooms: Sequence[Path]) -> int:
    with _backend(uri) as backend:
        known: MigrationList = yoyo.read_migrations(*map(str, rooms))
        with backend.lock():
            missing = backend.to_apply(known)
            if unknown := sorted(applied(backend) - {each.id for each in known}):
                raise NewerDatabase(name, unknown)
            backend.apply_migrations(missing)
        return len(missing)


@contextmanager
def _backend(uri: str) -> Iterator[DatabaseBackend]:
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # yoyo leaves sqlite3's date adapters in place
        backend = yoyo.get_backend(uri)
        try:
            backend.break_lock()  # of a process that was killed meanwhile: a database has one server
            yield backend
        finally:
            backend.connection.close()


def applied(backend: DatabaseBackend) -> set[str]:
    """The names of the migrations that a database has."""
    return {name for (name,) in backend.execute("SELECT migration_id FROM _yoyo_migration")}
