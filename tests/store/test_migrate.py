"""Migrations after a process that was killed while it applied them, and of a version that is newer than this one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from penstock.store.migrate import NewerDatabase, migrate


def test_a_lock_that_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    migrate(path, [])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO yoyo_lock (locked, pid) VALUES (1, 4242)")

    assert migrate(path, []) == 0


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path, newer, older = tmp_path / "penstock.db", tmp_path / "newer", tmp_path / "older"
    for room, name in ((newer, "0001.moon"), (older, "0001.sun")):
        room.mkdir()
        (room / f"{name}.sql").write_text(f"CREATE TABLE {name.partition('.')[2]} (name TEXT)")
    migrate(path, [newer])

    with pytest.raises(NewerDatabase, match=r"does not know its migration 0001\.moon\..*Start the newer version"):
        migrate(path, [older])

    with closing(sqlite3.connect(path)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "moon" in tables
    assert "sun" not in tables
    assert migrate(path, [older, newer]) == 1
