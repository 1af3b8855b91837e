"""Places for rows, for suites that hold of every database: a file for SQLite, an address for PostgreSQL."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from penstock.store.grouped import GroupedDatabase
from penstock.store.postgres import PostgresDatabase
from penstock.store.sqlite import SqliteDatabase

Place = Path | str
NewPlace = Callable[[Sequence[Path]], Place]  # one that has these rooms' tables, and no rows

on_postgres = pytest.mark.group("postgres")


def each_database(fixture: str) -> pytest.MarkDecorator:
    """Tests that hold of every database, by a fixture that is told which."""
    return pytest.mark.parametrize(fixture, ["SQLite", pytest.param("PostgreSQL", marks=on_postgres)], indirect=True)


on_every_database = each_database("new_place")


def opened(place: Place) -> GroupedDatabase:
    return SqliteDatabase(place) if isinstance(place, Path) else PostgresDatabase(place)
