"""Copying: every row of a SQLite file into a PostgreSQL with the same migrations and no rows, in one transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from penstock.store.postgres import PostgresDatabase
    from penstock.store.session import Cursor

_OURS: Final = """
    SELECT name FROM sqlite_master WHERE type = 'table'
    AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT LIKE '!_yoyo!_%' ESCAPE '!' AND name <> 'yoyo_lock'
"""
_COLUMNS: Final = b"""
    SELECT column_name, udt_name, is_identity FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position
"""
# SQLite keeps what it is given, PostgreSQL what the column says.
_AS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "int8": int,
    "float8": float,
    "text": str,
    "bytea": lambda value: value.encode() if isinstance(value, str) else value,
}


class Uncopied(Exception):
    """A row that PostgreSQL cannot hold; nothing was copied."""


def copy_rows(source: Path, database: "PostgresDatabase", installation: str) -> int:
    """Copy everything, and make it that installation's; how many rows. Blocking; of a database that was taken."""
    with closing(sqlite3.connect(source)) as rows, database.alone() as cursor:
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copied = sum(_copy(rows, table, cursor) for table in _in_order(rows))
        cursor.execute(b"UPDATE tenure SET installation = $1", [installation])
        return copied


def _in_order(rows: sqlite3.Connection) -> Iterable[str]:
    """Tables, after those that they refer to."""
    needs = {
        table: {each[2] for each in rows.execute(f"PRAGMA foreign_key_list({table})")}
        for (table,) in rows.execute(_OURS).fetchall()
    }
    return TopologicalSorter(needs).static_order()


def _copy(rows: sqlite3.Connection, table: str, cursor: "Cursor") -> int:
    columns = cursor.execute(_COLUMNS, [table]).fetchall()
    names = ", ".join(name for name, _, _ in columns)
    convert = [_AS[kind] for _, kind, _ in columns]
    copied = 0
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode()) as copy:
        copy.set_types([kind for _, kind, _ in columns])
        for row in rows.execute(f"SELECT {names} FROM {table}"):  # noqa: S608 - names of ours
            try:
                copy.write_row([None if value is None else to(value) for to, value in zip(convert, row, strict=True)])
            except (ValueError, TypeError) as error:
                raise Uncopied(f"a row of {table} cannot be copied: {error}") from None
            copied += 1
    for name, _, is_identity in columns:
        if is_identity == "YES":
            _go_on_counting(rows, table, name, cursor)
    return copied


def _go_on_counting(rows: sqlite3.Connection, table: str, column: str, cursor: "Cursor") -> None:
    """Let the next row's number be one that was never given before."""
    (last,) = rows.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()  # noqa: S608
    if rows.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        given = rows.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        last = max(last, given[0] if given else 0)
    if last:
        cursor.execute(b"SELECT setval(pg_get_serial_sequence($1, $2), $3)", [table, column, last])
