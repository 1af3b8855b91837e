"""Migrations: every room's `migrations/*.sql`, applied once each, in the order of their names.

A migration's file name begins with its number and names its room (`0001.s3.sql`), is never edited after a release,
and says `-- depends:` where the order between rooms matters. They are written for SQLite; see `store.dialect`. They
are applied by `store.migrating`, which takes a tenth of a second to load: a file that is up to date does without.
"""

import importlib
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from penstock.store import dialect

if TYPE_CHECKING:
    from penstock.store.migrating import Apply

STORE: Final = Path(__file__).parent / "migrations"
MIGRATING: Final = "penstock.store.migrating"


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
    known = (STORE, *rooms)
    if applied_to(database) == {path.stem for room in known for path in room.glob("*.sql")}:
        return 0
    return _apply(f"sqlite:///{database}", str(database), known)


def migrate_postgres(address: str, name: str, rooms: Sequence[Path]) -> int:
    """The same for a PostgreSQL, `name` being its address without the password. Whoever calls has it to itself."""
    with tempfile.TemporaryDirectory(prefix="penstock-migrations-") as folder:
        translated = [*_translated(Path(folder), (STORE, *rooms))]
        return _apply(f"postgresql+psycopg://{address.partition('://')[2]}", name, translated)


def applied_to(database: Path) -> set[str]:
    """The names of the migrations that a database file has; none of one that is new."""
    if not database.exists():
        return set()
    with closing(sqlite3.connect(database)) as opened:
        if not opened.execute("SELECT 1 FROM sqlite_master WHERE name = '_yoyo_migration'").fetchone():
            return set()
        return {name for (name,) in opened.execute("SELECT migration_id FROM _yoyo_migration")}


def _translated(folder: Path, rooms: Iterable[Path]) -> Iterator[Path]:
    for number, room in enumerate(rooms):
        (place := folder / f"{number:03}").mkdir()
        for name, text in dialect.migrations(room):
            (place / name).write_text(text)
        yield place


def _apply(uri: str, name: str, rooms: Sequence[Path]) -> int:
    apply = cast("Apply", importlib.import_module(MIGRATING).apply)
    done = apply(uri, rooms)
    if done.unknown:
        raise NewerDatabase(name, done.unknown)
    return done.applied
