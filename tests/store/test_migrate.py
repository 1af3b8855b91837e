"""Migrations after a process that was killed while it applied them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from penstock.store.migrate import migrate


def test_a_lock_that_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    migrate(path, [])
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO yoyo_lock (locked, pid) VALUES (1, 4242)")

    assert migrate(path, []) == 0
