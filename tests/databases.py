"""Places for rows, for suites that hold of every database: a file for SQLite, an address for PostgreSQL."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from penstock.store.grouped import GroupedDatabase
from penstock.store.postgres import PostgresDatabase
from penstock.store.sqlite import SqliteDatabase

Place = Path | str
NewPlace = Callable[[Sequence[Path]], Place]  # one that has these rooms' tables, and no rows

on_postgres = pytest.mark.xdist_group("postgres")
on_every_database = pytest.mark.parametrize(
    "new_place", ["SQLite", pytest.param("PostgreSQL", marks=on_postgres)], indirect=True
)


def opened(place: Place) -> GroupedDatabase:
    return SqliteDatabase(place) if isinstance(place, Path) else PostgresDatabase(place)
