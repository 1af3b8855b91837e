"""State: where the rows of a data folder are, and the database that has them.

    penstock.db      SQLite, unless there is
    database.json    which says where they are (`composition.elsewhere`)

Rows name blobs, and what no row names is swept away: so a folder and a PostgreSQL that do not belong together must not
meet. Both know the same installation, and whoever opens them compares.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.composition.elsewhere import VARIABLE, Elsewhere, at, elsewhere, keep_elsewhere
from penstock.composition.sources import MIGRATIONS, chance
from penstock.store.database import CannotOpen
from penstock.store.grouped import GroupedDatabase
from penstock.store.migrate import migrate, migrate_postgres
from penstock.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from penstock.store.postgres import PostgresDatabase

ROWS: Final = "penstock.db"


def open_to_serve(data: Path, given: str = "") -> GroupedDatabase:
    """The database of a folder that this process alone has, up to date; at a given address, if there is one.

    Raises `CannotOpen` and `NewerDatabase`, having changed nothing.
    """
    place = elsewhere(data)
    if not given and place is None:
        migrate(data / ROWS, MIGRATIONS)
        (data / ROWS).chmod(0o600)
        return SqliteDatabase(data / ROWS)
    database = at(given or (place.address if place else ""))
    try:
        database.take()
        _pair(data, place, database)
        migrate_postgres(database.address, database.name, MIGRATIONS)
    except BaseException:
        database.close()
        raise
    return database


def open_to_look(data: Path) -> GroupedDatabase:
    """The database of a folder on which a server may be at work. Raises `CannotOpen`."""
    place = elsewhere(data)
    if place is None:
        if not (data / ROWS).exists():
            raise CannotOpen(f"{data} is no data folder of Penstock's: say which is with --data")
        return SqliteDatabase(data / ROWS)
    database = at(os.environ.get(VARIABLE) or place.address)
    try:
        if database.look_whose() != place.installation:
            raise CannotOpen(strangers(data, database))
    except CannotOpen:
        database.close()
        raise
    return database


def _pair(data: Path, place: Elsewhere | None, database: "PostgresDatabase") -> None:
    """Make sure that the folder and the database belong together; two that are new do from now on."""
    if not database.installation:
        if (data / ROWS).exists() and place is None:
            raise CannotOpen(
                f"the rows of {data} are in its {ROWS}: bring them over with penstock database copy, "
                "or choose another --data"
            )
        if holds_blobs(data):
            raise CannotOpen(
                f"{database.name} is empty and {data} is not: restore the database that belongs to it, "
                "or choose another --data"
            )
        installation = place.installation if place else chance()
        keep_elsewhere(data, Elsewhere(database.name, installation))
        database.belong_to(installation)
    elif place is None or place.installation != database.installation:
        raise CannotOpen(strangers(data, database))
    elif place.address != database.name:
        keep_elsewhere(data, Elsewhere(database.name, place.installation))


def strangers(data: Path, database: "PostgresDatabase") -> str:
    return f"{database.name} does not belong to {data}: choose that database's --data, or another --database"


def holds_blobs(data: Path) -> bool:
    return any((data / "blobs").glob("*/*"))
