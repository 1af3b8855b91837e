"""PostgreSQL as it goes wrong: it dies, its connections break, somebody else has it. Nothing is lost, or done twice."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from databases import on_postgres
from penstock.store import postgres as store
from penstock.store.database import CannotOpen, DatabaseGone, Transaction
from penstock.store.postgres import PostgresDatabase
from penstock.store.session import Session, shown
from postgres import Postgres

pytestmark = on_postgres
DEADLINE = 60.0


@pytest.fixture
def place(postgres: Postgres) -> str:
    """A database with an account of so much."""
    address = postgres.empty()
    postgres.run("CREATE TABLE account (owner TEXT PRIMARY KEY, amount BIGINT)", address)
    postgres.run("INSERT INTO account VALUES ('us', 0)", address)
    return address


@contextmanager
def taken(address: str) -> Iterator[PostgresDatabase]:
    with closing(PostgresDatabase(address)) as database:
        database.take()
        yield database


def earn(tx: Transaction) -> None:
    tx.changed("UPDATE account SET amount = amount + 1 WHERE owner = :owner", owner="us")


async def amount(database: PostgresDatabase) -> Any:
    row = await database.read(lambda tx: tx.row("SELECT amount FROM account"))
    return row[0] if row else None


async def test_what_was_under_way_when_connections_broke_is_done_once(place: str, postgres: Postgres) -> None:
    with taken(place) as database:

        async def earn_much() -> None:
            for _ in range(20):
                await database.write(earn)
                await amount(database)

        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as earning:
            for _ in range(5):
                earning.create_task(earn_much())
            for _ in range(5):
                await asyncio.to_thread(postgres.end_sessions, place)

        assert await amount(database) == 100
    assert postgres.run("SELECT amount FROM account", place) == [(100,)]


@pytest.mark.parametrize("is_kept", [True, False])
async def test_a_commit_of_which_nobody_heard_is_looked_for_before_it_is_done_again(
    place: str, is_kept: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    commit = Session.commit
    cut: list[int] = []

    def cut_once(session: Session, number: int) -> None:
        if cut:
            return commit(session, number)
        cut.append(number)
        if is_kept:
            with session.connection.pipeline():  # which is through at its end
                commit(session, number)
        session.connection.close()
        raise psycopg.OperationalError("the connection is lost")

    undone: list[str] = []

    def work(tx: Transaction) -> None:
        earn(tx)
        tx.after_undo(lambda: undone.append("undone"))

    with taken(place) as database:
        monkeypatch.setattr(Session, "commit", cut_once)
        await database.write(work)
        await database.write(earn)

        assert await amount(database) == 2
        assert database.commits() == 2
    assert undone == ([] if is_kept else ["undone"])
    assert "is back; nothing was lost" in caplog.text


async def test_a_work_that_fails_by_itself_fails_once_however_often_it_is_begun(place: str, postgres: Postgres) -> None:
    begun: list[int] = []

    def fail(tx: Transaction) -> None:
        begun.append(len(begun))
        if len(begun) == 1:
            postgres.end_sessions(place)
        earn(tx)
        raise KeyError("changed its mind")

    with taken(place) as database:
        with pytest.raises(KeyError):
            await database.write(fail)
        assert begun == [0, 1]
        assert await amount(database) == 0


async def test_a_work_that_hides_a_failed_statement_is_refused_and_others_are_not(place: str) -> None:
    def hide(tx: Transaction) -> None:
        earn(tx)
        with pytest.raises(Exception, match="nowhere"):
            tx.rows("SELECT * FROM nowhere")

    with taken(place) as database:
        results = await asyncio.gather(
            database.write(earn), database.write(hide), database.write(earn), return_exceptions=True
        )
        alone = await asyncio.gather(database.write(hide), return_exceptions=True)

        assert [isinstance(each, psycopg.Error) for each in (*results, *alone)] == [False, True, False, True]
        assert await amount(database) == 2


def test_a_second_server_is_refused_until_the_first_is_gone(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "TAKEN_PATIENCE", 0.2)
    second = PostgresDatabase(place)
    with taken(place), pytest.raises(CannotOpen, match=r"another Penstock has .* \(connected from this machine\)"):
        second.take()

    second.take()

    second.close()


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        ("number = number + 1, commits = 0", "another Penstock has taken"),
        ("commits = commits - 1", "has come back without its latest commits"),  # of a standby that was behind
    ],
)
async def test_a_server_whose_database_is_another_when_it_comes_back_stops(
    meanwhile: str, told: str, place: str, postgres: Postgres
) -> None:
    begun, may_go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def linger(tx: Transaction) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert may_go_on.wait(DEADLINE)
        earn(tx)

    with taken(place) as database:
        await database.write(earn)
        attending = asyncio.create_task(database.attend())
        lingering = asyncio.create_task(database.write(linger))
        await begun.wait()
        postgres.end_sessions(place)
        postgres.run(f"UPDATE tenure SET {meanwhile}", place)
        may_go_on.set()

        async with asyncio.timeout(DEADLINE):
            for waiting in (lingering, attending, database.write(earn)):
                with pytest.raises(DatabaseGone, match=told):
                    await waiting
    assert postgres.run("SELECT amount FROM account", place) == [(1,)]


async def test_a_database_that_does_not_come_back_is_given_up(
    place: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    monkeypatch.setattr(store, "HEARTBEAT", 0.05)
    with taken(place) as database:
        attending = asyncio.create_task(database.attend())
        await amount(database)
        postgres.close_to_all(place)

        async with asyncio.timeout(DEADLINE):
            with pytest.raises(DatabaseGone, match="has not come back: cannot reach"):
                await attending
            with pytest.raises(DatabaseGone, match="has not come back"):
                await database.write(earn)
            with pytest.raises(DatabaseGone, match="is lost"):
                await amount(database)


async def test_a_postgres_that_is_killed_has_all_that_was_answered(place: str, postgres: Postgres) -> None:
    answered = 0
    with taken(place) as database:

        async def earn_until(killed: asyncio.Event, has_begun: asyncio.Event) -> int:
            earned = 0
            while not killed.is_set():
                await database.write(earn)
                earned += 1
                has_begun.set()
            return earned

        for _ in range(2):
            killed, has_begun = asyncio.Event(), asyncio.Event()
            earning = [asyncio.create_task(earn_until(killed, has_begun)) for _ in range(4)]
            await has_begun.wait()
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.start)
            killed.set()
            async with asyncio.timeout(DEADLINE):
                answered += sum(await asyncio.gather(*earning))

        assert await amount(database) == answered


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://me:secret@db.example:5433/rows?sslmode=require", "postgresql://me@db.example:5433/rows"),
        ("postgresql://me@/rows?host=/run/postgresql", "postgresql://me@/rows?host=/run/postgresql"),
        ("postgres://db.example/a%20b", "postgresql://db.example/a%20b"),
    ],
)
def test_no_password_is_told(address: str, told: str) -> None:
    assert shown(address) == told


def test_an_old_database_and_one_of_another_encoding_are_refused(
    place: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with closing(PostgresDatabase(postgres.address("latin"))) as database, pytest.raises(CannotOpen, match="LATIN1"):
        database.take()

    monkeypatch.setattr(store, "OLDEST", 990_000)
    with closing(PostgresDatabase(place)) as database, pytest.raises(CannotOpen, match=r"is PostgreSQL \d+; .* needs"):
        database.take()
