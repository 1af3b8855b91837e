"""Where the rows of a data folder are: a folder and a database that do not belong together do not meet."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from databases import on_postgres
from migrated import migrate
from penstock.cli.database.copy import command as copy
from penstock.cli.doctor import command as doctor
from penstock.composition.elsewhere import FILE, VARIABLE
from penstock.composition.sources import MIGRATIONS
from penstock.composition.state import ROWS, open_to_look, open_to_serve
from penstock.store import documents, tags
from penstock.store.blobs import Blobs, hold, holdings, latest_holding
from penstock.store.database import CannotOpen, Database, Transaction
from penstock.store.documents import Document
from penstock.store.postgres import PostgresDatabase
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Scope
from postgres import Postgres

pytestmark = on_postgres
SEEN = "SELECT count(*) FROM tag"
THING = Document(
    kind="thing", scope=Scope(), name="a\x00b", arn="arn:thing", created_at=1, modified_at=2.5, body={"Name": "é"}
)


def tag(database: Database) -> None:
    asyncio.run(database.write(lambda tx: tags.add(tx, "arn:thing", {"team": "red"})))


def count(database: Database) -> object:
    return asyncio.run(database.scan(lambda tx: tx.row(SEEN)))


def serve_once(data: Path, address: str = "") -> None:
    with closing(open_to_serve(data, address)) as database:
        tag(database)


def test_a_folder_remembers_where_its_rows_are_and_no_password(tmp_path: Path, postgres: Postgres) -> None:
    address = postgres.migrated(MIGRATIONS).replace("penstock@", "penstock:secret@")
    serve_once(tmp_path, address)

    with closing(open_to_serve(tmp_path)) as again:
        assert count(again) == (1,)
    with closing(open_to_look(tmp_path)) as beside:
        assert count(beside) == (1,)
    assert "secret" not in (tmp_path / FILE).read_text()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / ROWS).exists()


def test_a_database_that_moved_is_found_where_it_is_now(tmp_path: Path, postgres: Postgres) -> None:
    address = postgres.migrated(MIGRATIONS)
    serve_once(tmp_path, address)
    moved = f"{address}&application_name=moved".replace("penstock@/", "penstock@:5432/")

    serve_once(tmp_path, moved)

    assert ":5432/" in json.loads((tmp_path / FILE).read_text())["address"]


def test_a_folder_and_a_database_of_two_installations_are_refused(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = postgres.migrated(MIGRATIONS), postgres.migrated(MIGRATIONS)
    for name, address in (("mine", mine), ("theirs", theirs)):
        (tmp_path / name).mkdir()
        serve_once(tmp_path / name, address)
    (tmp_path / "new").mkdir()

    for folder in ("mine", "new"):
        with pytest.raises(CannotOpen, match="does not belong to"):
            open_to_serve(tmp_path / folder, theirs)
    monkeypatch.setenv(VARIABLE, theirs)
    with pytest.raises(CannotOpen, match="does not belong to"):
        open_to_look(tmp_path / "mine")


def test_an_empty_database_is_not_for_a_folder_with_content(tmp_path: Path, postgres: Postgres) -> None:
    """What no row names would be swept away."""
    Blobs(tmp_path).put_bytes(b"kept")

    with pytest.raises(CannotOpen, match=r"is empty and .* is not: restore the database"):
        open_to_serve(tmp_path, postgres.empty())


def test_a_folder_with_rows_of_its_own_is_told_of_the_copy(tmp_path: Path, postgres: Postgres) -> None:
    migrate(tmp_path / ROWS, MIGRATIONS)

    with pytest.raises(CannotOpen, match="bring them over with penstock database copy"):
        open_to_serve(tmp_path, postgres.empty())


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("mysql://host/name", "is postgresql://user:password@host/name, not mysql"),
        ("secret", "is postgresql://user:password@host/name$"),
        ("postgresql://host/name?colour=red", "the address of the database is none: invalid"),
        ("postgresql://penstock:secret@127.0.0.1:1/rows", "cannot reach postgresql://penstock@127.0.0.1:1/rows: "),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(tmp_path: Path, address: str, told: str) -> None:
    with pytest.raises(CannotOpen, match=told) as refusal:
        open_to_serve(tmp_path, address)

    assert "secret" not in str(refusal.value)


def test_who_lacks_psycopg_is_told_of_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "penstock.store.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(CannotOpen, match=r"PostgreSQL needs psycopg: pip install 'penstock\[postgresql\]'"):
        open_to_serve(tmp_path, "postgresql://host/name")


def test_who_may_not_make_tables_is_told_so(tmp_path: Path, postgres: Postgres) -> None:
    address = postgres.empty()
    postgres.run("CREATE ROLE guest LOGIN")

    with pytest.raises(CannotOpen, match=r"cannot be written to: permission denied"):
        open_to_serve(tmp_path, address.replace("penstock@", "guest@"))


# ------------------------------------------------------------------------------------------------------- copying


def full(data: Path) -> None:
    """A folder with rows, of which the latest holding was taken back."""
    migrate(data / ROWS, MIGRATIONS)

    def fill(tx: Transaction) -> None:
        documents.insert(tx, THING)
        tags.add(tx, "arn:thing", {"team": "red"})
        tx.changed("INSERT INTO s3_bucket (name, account, region, created_at) VALUES ('things', '1', 'here', 1)")
        tx.changed("INSERT INTO s3_setting (bucket, kind, body) VALUES ('things', 'Policy', :body)", body="{}")
        for number in range(3):
            hold(tx, Blobs(data).put_bytes(b"%d" % number).digest, f"holder/{number}")
        tx.changed("DELETE FROM holding WHERE holder = 'holder/2'")

    with closing(SqliteDatabase(data / ROWS)) as database:
        asyncio.run(database.write(fill))


def copied(data: Path, to: str) -> Result:
    return CliRunner().invoke(copy, ["--data", str(data), "--to", to])


def everything(tx: Transaction) -> Sequence[object]:
    return [
        documents.find(tx, Scope(), "thing", THING.name),
        tags.of(tx, "arn:thing"),
        dict(holdings(tx)),
        tx.rows("SELECT bucket, kind FROM s3_setting"),
    ]


def test_rows_move_to_a_postgres_and_go_on_there(tmp_path: Path, postgres: Postgres) -> None:
    full(tmp_path)
    with closing(SqliteDatabase(tmp_path / ROWS)) as database:
        before = asyncio.run(database.scan(everything))

    done = copied(tmp_path, postgres.empty())

    assert done.exit_code == 0, done.output
    assert done.output.startswith("6 rows are in postgresql://")
    assert not (tmp_path / ROWS).exists()
    with closing(open_to_serve(tmp_path)) as database:
        assert asyncio.run(database.scan(everything)) == before
        asyncio.run(database.write(lambda tx: hold(tx, Blobs(tmp_path).put_bytes(b"new").digest, "holder/new")))
        assert asyncio.run(database.scan(latest_holding)) == 4  # numbers are not given again


def test_nothing_moves_to_where_there_is_something(tmp_path: Path, postgres: Postgres) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    full(tmp_path / "first")
    full(tmp_path / "second")
    address = postgres.migrated(MIGRATIONS)
    assert copied(tmp_path / "first", address).exit_code == 0

    assert "has rows of Penstock's already" in copied(tmp_path / "second", address).output
    assert "the rows of" in copied(tmp_path / "first", postgres.empty()).output
    assert "no data folder" in copied(tmp_path / "third", address).output
    assert (tmp_path / "second" / ROWS).exists()


def test_a_row_that_cannot_be_copied_leaves_everything_as_it_was(tmp_path: Path, postgres: Postgres) -> None:
    full(tmp_path)
    with closing(sqlite3.connect(tmp_path / ROWS)) as rows, rows:
        rows.execute("UPDATE s3_bucket SET created_at = 'yesterday'")
    address = postgres.migrated(MIGRATIONS)

    done = copied(tmp_path, address)

    assert "a row of s3_bucket cannot be copied" in done.output
    assert postgres.run("SELECT count(*) FROM holding", address) == [(0,)]
    with closing(open_to_serve(tmp_path)) as database:
        assert count(database) == (1,)


def test_a_newer_database_is_refused(tmp_path: Path, postgres: Postgres) -> None:
    (tmp_path / "0001.moon.sql").write_text("CREATE TABLE moon (name TEXT)")
    address = postgres.migrated([tmp_path])
    (tmp_path / "data").mkdir()

    with pytest.raises(Exception, match=r"is of a newer Penstock: .*0001\.moon"):
        open_to_serve(tmp_path / "data", address)
    with closing(PostgresDatabase(address)) as database:
        database.take()  # it was let go


# -------------------------------------------------------------------------------------------------------- doctor


def test_a_doctor_finds_what_would_lose_rows(tmp_path: Path, postgres: Postgres) -> None:
    """The tests' own does not wait for disks."""
    serve_once(tmp_path, postgres.migrated(MIGRATIONS))

    told = CliRunner().invoke(doctor, ["--data", str(tmp_path)]).output
    lost = CliRunner().invoke(doctor, ["--data", str(tmp_path), "--database", "postgresql://127.0.0.1:1/rows"]).output

    assert "A power cut may lose what was answered: turn fsync and full_page_writes on in postgresql.conf." in told
    assert "cannot reach postgresql://127.0.0.1:1/rows: " in lost
