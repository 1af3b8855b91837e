"""Databases with all their tables: migrated once for each choice of rooms, and copied for every world that wants one.

What migrations do is tested where they are (`store/test_database.py`) and at each start of a server.
"""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from penstock.store import migrate as migrations

_made: set[tuple[Path, tuple[Path, ...]]] = set()


def migrate(database: Path, rooms: Sequence[Path]) -> None:
    """Let there be a database that is up to date; one that was made here stays as it is."""
    made = (database, tuple(rooms))
    if database.exists():
        if made not in _made:
            migrations.migrate(database, rooms)
    else:
        database.write_bytes(template(made[1]))
        _made.add(made)


@cache
def template(rooms: tuple[Path, ...]) -> bytes:
    """A database of these rooms in which nothing is."""
    with tempfile.TemporaryDirectory(prefix="penstock-migrated-") as folder:
        database = Path(folder, "template.db")
        migrations.migrate(database, rooms)
        return database.read_bytes()
