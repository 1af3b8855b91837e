"""The engine: journals, outbox, timers, children; and that stopping it anywhere changes nothing a user can see."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any, cast

import pytest

from databases import NewPlace, on_postgres, opened
from engine.worlds import (
    BOARD,
    ENGINE,
    Errands,
    Outside,
    Post,
    PostInside,
    Rounds,
    engine_on,
    is_cut_short,
    new_database,
    stopping_at,
    working,
)
from penstock.engine import journal
from penstock.engine.engine import CALLS_INSIDE
from penstock.engine.facts import Done, Outcome, RunId, Signalled, Started
from penstock.engine.outbox import Task
from penstock.store.database import Transaction
from penstock.store.grouped import GroupedDatabase
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Scope

RUN = RunId("first")
DEADLINE = 20.0
DELIVERY = {Post: "first#deliver", PostInside: "delivery first#deliver"}
EXPECTED = {
    "bake": "bread for first",
    "child": "child of first: bread for child of first",
    "deliver": {"Delivered": "bread for first"},
    "encore": "bread for child of first, bread for icing of child of first",
    "nap": "fired",
}


async def finish_first(database: GroupedDatabase, outside: Outside, plan: str = "first") -> Outcome | None:
    """Start the run if it is not there, and wait for its end."""
    async with working(engine_on(database, outside)) as engine, asyncio.timeout(DEADLINE):
        await database.write(lambda tx: engine.start(tx, RUN, "errand", plan.encode(), scope=Scope()))
        outcome: Outcome | None = await engine.settled(RUN)
        return outcome


async def test_whoever_waited_for_a_run_leaves_nothing_behind(tmp_path: Path) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    await finish_first(database, Outside())

    async with working(engine_on(database, Outside())) as engine, asyncio.timeout(DEADLINE):
        ended = [await engine.settled(RUN) for _ in range(3)]
        never = await engine.settled(RunId("nobody"))
        left = vars(engine)["_waiting"]  # by runs: a server lives through millions of them

    assert (len(set(map(str, ended))), never) == (1, None)
    assert left == {}
    database.close()


async def test_a_run_does_what_its_flow_decides_and_ends(tmp_path: Path) -> None:
    outside = Outside()
    database = SqliteDatabase(new_database(tmp_path))

    outcome = await finish_first(database, outside)

    assert outcome == Outcome("Succeeded", EXPECTED)
    assert outside.baked == {"first#bake": 1, "first/child#bake": 1, "first/child#ice": 1}
    assert outside.delivered == {"first#deliver": ["bread for first"]}
    left = await database.read(lambda tx: (tx.rows("SELECT * FROM outbox"), tx.rows("SELECT * FROM watch")))
    assert left == ([], [])
    database.close()


async def test_a_call_that_can_be_answered_inside_is_part_of_the_commit_that_asks(tmp_path: Path) -> None:
    database = SqliteDatabase(new_database(tmp_path))

    outcome = await finish_first(database, Outside(post=PostInside))

    assert outcome == Outcome("Succeeded", EXPECTED)
    entries = await database.read(lambda tx: journal.events(tx, RUN))
    asking, answered = entries[1:3]
    assert isinstance(asking.event.fact, Done)
    assert asking.event.fact.key == "bake"
    assert answered.event.fact == Done("deliver", {"Delivered": "bread for first"})
    assert await deliveries(database) == ["delivery first#deliver"]
    database.close()


@pytest.mark.parametrize(
    ("plan", "error"), [("a stranger", "Stranger"), ("nobody", "InternalFailure")], ids=["an error", "a bug"]
)
async def test_a_call_that_fails_inside_leaves_nothing_and_tells_the_run(tmp_path: Path, plan: str, error: str) -> None:
    database = SqliteDatabase(new_database(tmp_path))

    outcome = await finish_first(database, Outside(post=PostInside), plan)

    assert outcome is not None
    assert outcome.result["deliver"] == error
    assert await deliveries(database) == []
    database.close()


async def test_calls_beyond_the_first_few_leave_by_the_outbox(tmp_path: Path) -> None:
    """A long round of deliveries: those inside keep their book in the database, the others go to the world."""
    database = SqliteDatabase(new_database(tmp_path))
    outside = Outside(post=PostInside)
    engine = engine_on(database, outside)
    engine.register(Rounds())

    async with working(engine), asyncio.timeout(DEADLINE):
        await database.write(lambda tx: engine.start(tx, RUN, "rounds", b"10", scope=Scope()))
        outcome = await engine.settled(RUN)

    assert outcome == Outcome("Succeeded", 10)
    assert len(await deliveries(database)) == CALLS_INSIDE
    assert len(outside.delivered) == 10 - CALLS_INSIDE
    database.close()


async def deliveries(database: GroupedDatabase) -> list[str]:
    rows = await database.read(lambda tx: tx.rows("SELECT run FROM board WHERE run LIKE 'delivery %'"))
    return [str(run) for (run,) in rows]


async def test_a_settled_run_is_seen_from_its_snapshot_and_its_journal(tmp_path: Path) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    await finish_first(database, Outside())
    engine = engine_on(database, Outside())

    seen = await database.read(lambda tx: engine.look(tx, RUN))
    entries = await database.read(lambda tx: journal.events(tx, RUN))

    assert seen is not None
    assert seen.outcome == Outcome("Succeeded", EXPECTED)
    assert seen.state.heard == ("child says hello",)
    state = Errands().begin("first")
    replay = journal.Journal(RUN, Errands(), Scope(), "first", state)
    for entry in entries:
        replay.fold(entry)
    assert replay.state == seen.state
    database.close()


async def test_a_fact_told_twice_changes_nothing(tmp_path: Path) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    engine = engine_on(database, Outside())
    await database.write(lambda tx: engine.start(tx, RUN, "errand", b"first", scope=Scope()))

    first = await engine.tell_later(RUN, Done("bake", "bread"))
    second = await engine.tell_later(RUN, Done("bake", "cake"))
    unasked = await engine.tell_later(RUN, Done("sing", "la"))
    nobody = await engine.tell_later(RunId("nobody"), Signalled("hello"))

    assert (first, second, unasked, nobody) == (True, False, False, False)
    seen = await database.read(lambda tx: engine.look(tx, RUN))
    assert seen is not None
    assert seen.state.answers == {"bake": "bread"}
    database.close()


@pytest.mark.parametrize("last", [False, True])
async def test_a_run_is_not_seen_behind_its_rows_while_the_loop_has_not_heard_of_a_commit(
    tmp_path: Path, last: bool
) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    engine = engine_on(database, Outside())
    plan = "child of nobody" if last else "first"
    await database.write(lambda tx: engine.start(tx, RUN, "errand", plan.encode(), scope=Scope()))

    telling = asyncio.ensure_future(engine.tell_later(RUN, Done("bake", "bread")))
    commits = database.commits()
    await asyncio.sleep(0)  # it is told, and nothing that is heard of it may be done before the next wait
    deadline = time.monotonic() + DEADLINE
    while database.commits() == commits and time.monotonic() < deadline:
        time.sleep(0.001)  # noqa: ASYNC251
    rows = await database.read(lambda tx: tx.rows("SELECT answers FROM board WHERE run = :run", run=RUN))
    seen = await database.read(lambda tx: engine.look(tx, RUN))

    assert not telling.done()
    assert rows == [(1,)]
    assert seen is not None
    assert seen.state.answers == {"bake": "bread"}
    assert (seen.outcome is not None) is last
    assert await telling
    database.close()


async def test_an_activity_with_a_bug_refuses_and_the_worker_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    outside = Outside()
    engine = engine_on(database, outside)

    async def burn(task: object) -> str:
        raise RuntimeError("the oven is on fire")

    engine.activity("bake", burn)
    async with working(engine), asyncio.timeout(DEADLINE):
        await database.write(lambda tx: engine.start(tx, RUN, "errand", b"first", scope=Scope()))
        outcome = await engine.settled(RUN)

    assert outcome is not None
    assert outcome.result["bake"] == "InternalFailure"
    assert "the oven is on fire" in caplog.text
    database.close()


async def test_what_is_asked_for_while_the_worker_stops_waits_for_the_next_one(tmp_path: Path) -> None:
    """The last commit of a life asks for a call when no task can be started any more."""
    database = SqliteDatabase(new_database(tmp_path))
    outside = Outside()
    engine = engine_on(database, outside)
    baking, told = asyncio.Event(), asyncio.Event()

    async def bake_and_tell_when_stopped(task: Task) -> str:
        baking.set()
        try:
            await asyncio.Event().wait()
        finally:
            await engine.tell_later(task.run, Done(task.key, "bread for first"))
            told.set()
        return "never"

    engine.activity("bake", bake_and_tell_when_stopped)
    async with working(engine), asyncio.timeout(DEADLINE):
        await database.write(lambda tx: engine.start(tx, RUN, "errand", b"first", scope=Scope()))
        await baking.wait()

    assert told.is_set()
    assert not outside.delivered
    assert await finish_first(database, outside) == Outcome("Succeeded", EXPECTED)
    assert outside.delivered == {"first#deliver": ["bread for first"]}
    database.close()


class Patient:
    """A connection that does not commit what leads to baking before somebody kneads."""

    def __init__(self, connection: sqlite3.Connection, is_kneading: threading.Event) -> None:
        self._connection = connection
        self._is_kneading = is_kneading

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and self._connection.execute("SELECT 1 FROM outbox WHERE key = 'bake'").fetchone():
            assert self._is_kneading.wait(DEADLINE)
        return self._connection.execute(sql, *values)


async def test_an_eager_activity_begins_before_its_commit_and_has_no_effect_if_that_fails(tmp_path: Path) -> None:
    """A constraint that is looked at when all is done, so that the commit itself is refused."""
    database = SqliteDatabase(new_database(tmp_path))
    database._writer_connection.execute(
        "CREATE TABLE debt (creditor TEXT REFERENCES board (run) DEFERRABLE INITIALLY DEFERRED)"
    )
    outside = Outside(is_eager=True)
    database._writer_connection = cast("sqlite3.Connection", Patient(database._writer_connection, outside.is_kneading))
    engine = engine_on(database, outside)

    def start(tx: Transaction, creditor: str) -> None:
        engine.start(tx, RUN, "errand", b"first", scope=Scope())
        tx.changed("INSERT INTO debt VALUES (:creditor)", creditor=creditor)

    async with working(engine), asyncio.timeout(DEADLINE):
        with pytest.raises(sqlite3.IntegrityError):
            await database.write(lambda tx: start(tx, "nobody"))
        assert outside.kneaded == ["first"]

        await database.write(lambda tx: start(tx, "first"))
        outcome = await engine.settled(RUN)

    assert outcome == Outcome("Succeeded", EXPECTED)
    assert outside.kneaded[:2] == ["first", "first"]
    assert outside.baked == {"first#bake": 1, "first/child#bake": 1, "first/child#ice": 1}
    database.close()


@pytest.mark.parametrize("after", [False, True], ids=["lost", "kept, not answered"])
@pytest.mark.parametrize(
    ("new_place", "post", "is_eager"),
    [
        ("SQLite", Post, False),
        ("SQLite", Post, True),
        ("SQLite", PostInside, True),
        pytest.param("PostgreSQL", PostInside, True, marks=on_postgres),
    ],
    indirect=["new_place"],
)
async def test_a_crash_at_any_commit_changes_nothing_a_user_can_see(
    new_place: NewPlace, after: bool, post: type[Post], is_eager: bool
) -> None:
    """Every commit of the run is in turn the last one, before and after it reached the disk."""
    crashes = 0
    for commits in range(1, 40):
        place, outside = new_place([ENGINE, BOARD]), Outside(post=post, is_eager=is_eager)
        stopping = stopping_at(place, commits, after=after)
        crashed = await is_cut_short(finish_first(stopping, outside), stopping)
        stopping.close()
        if not crashed:
            break
        crashes += 1

        database = opened(place)
        outcome = await finish_first(database, outside)

        assert outcome == Outcome("Succeeded", EXPECTED), f"stopped after {commits} commits"
        assert set(outside.baked) == {"first#bake", "first/child#bake", "first/child#ice"}
        assert [*outside.delivered] + await deliveries(database) == [DELIVERY[post]]
        board = await database.read(lambda tx: tx.rows("SELECT run, answers FROM board WHERE answers > 0 ORDER BY run"))
        assert board == [("first", 5), ("first/child", 2)]
        database.close()
    assert crashes >= 6


async def test_a_run_that_begins_and_ends_at_once_is_kept_as_any_other(tmp_path: Path) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    engine = engine_on(database, Outside())
    engine.register(Rounds())

    async with working(engine), asyncio.timeout(DEADLINE):
        made = [
            await database.write(lambda tx: engine.start(tx, RUN, "rounds", b"0", scope=Scope(), input="i"))
            for _ in range(2)
        ]
        outcome = await engine.settled(RUN)
        seen = await database.read(lambda tx: engine.look(tx, RUN))
        entries = await database.read(lambda tx: journal.events(tx, RUN))
        gone = await database.write(lambda tx: engine.forget(tx, RUN))
        again = await database.write(lambda tx: engine.start(tx, RUN, "rounds", b"0", scope=Scope()))

    assert (made, gone, again) == ([True, False], True, True)
    assert outcome == Outcome("Succeeded", 0)
    assert seen is not None
    assert (seen.outcome, seen.state) == (outcome, 0)
    assert [entry.event.fact for entry in entries] == [Started("i")]
    assert [command.key for command in entries[0].commands] == ["finish"]
    database.close()


async def test_a_run_that_was_begun_in_this_unit_of_work_is_there_already(tmp_path: Path) -> None:
    database = SqliteDatabase(new_database(tmp_path))
    engine = engine_on(database, Outside())
    engine.register(Rounds())

    def twice(tx: Transaction) -> list[bool]:
        return [engine.start(tx, RUN, "rounds", plan, scope=Scope()) for plan in (b"1", b"0")]

    async with working(engine), asyncio.timeout(DEADLINE):
        made = await database.write(twice)
        outcome = await engine.settled(RUN)

    assert made == [True, False]
    assert outcome == Outcome("Succeeded", 1)
    database.close()
