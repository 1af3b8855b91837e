"""Migrations after a process that was killed while it applied them, and of a version that is newer than this one."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from penstock.store import migrate as migrations
from penstock.store.blobs import holdings
from penstock.store.migrate import STORE, NewerDatabase, migrate
from penstock.store.sqlite import SqliteDatabase


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    assert migrate(tmp_path / "rows.db", []) == len(list(STORE.glob("*.sql")))
    assert migrate(tmp_path / "rows.db", []) == 0


def test_for_a_file_that_is_up_to_date_nothing_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(tmp_path / "rows.db", [])
    monkeypatch.setattr(migrations, "MIGRATING", "no.such.module")

    assert migrate(tmp_path / "rows.db", []) == 0


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


def test_who_holds_which_blobs_is_the_same_after_holdings_became_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, first = tmp_path / "penstock.db", tmp_path / "first"
    first.mkdir()
    shutil.copy(STORE / "0001.store.sql", first)
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "STORE", first)
        migrate(path, [])
    held = [(f"{digest:064x}", f"holder/{digest % 7}") for digest in range(500)] + [("f" * 64, "holder/3")]
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO blob_holder (digest, holder) VALUES (?, ?)", held)

    migrate(path, [])

    with closing(SqliteDatabase(path)) as now:
        found = asyncio.run(now.scan(lambda tx: dict(holdings(tx))))
    assert sorted((digest, whose) for whose, digests in found.items() for digest in digests) == sorted(held)
    assert all(digests == sorted(digests) for digests in found.values())
