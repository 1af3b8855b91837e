"""The database contract: one suite for every database behind it (today: SQLite)."""

import asyncio
from pathlib import Path

import pytest

from penstock.store import documents, tags
from penstock.store.database import Transaction, Unready
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.store.migrate import STORE, migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Scope, ValidationError

HERE = Scope()


def opened(folder: Path) -> SqliteDatabase:
    migrate(folder / "rows.db", [])
    return SqliteDatabase(folder / "rows.db")


def thing(name: str, *, at: float = 1.0, status: str = "", token: str = "") -> Document:
    return Document(
        kind="thing", scope=HERE, name=name, arn=f"arn:{name}", created_at=at, modified_at=at, status=status,
        token=token, body={"Name": name},
    )  # fmt: skip


def keep(database: SqliteDatabase, document: Document) -> "asyncio.Future[Document]":
    return asyncio.ensure_future(database.write(lambda tx: documents.insert(tx, document)))


async def test_a_work_that_raises_undoes_itself_alone(tmp_path: Path) -> None:
    database = opened(tmp_path)

    def half(tx: Transaction) -> None:
        documents.insert(tx, thing("half"))
        raise KeyError("changed its mind")

    results = await asyncio.gather(
        keep(database, thing("before")), database.write(half), keep(database, thing("after")), return_exceptions=True
    )

    assert isinstance(results[1], KeyError)
    page = await database.read(lambda tx: documents.page(tx, Query(kind="thing", scope=HERE, order="name")))
    assert [found.name for found in page.documents] == ["before", "after"]
    database.close()


async def test_a_work_that_has_to_know_more_is_done_again_while_others_go_on(tmp_path: Path) -> None:
    database = opened(tmp_path)
    known = asyncio.Event()
    begun: list[str] = []

    def eager(tx: Transaction) -> Document:
        begun.append("work")
        tx.after_undo(lambda: begun.append("undone"))
        made = documents.insert(tx, thing("late"))
        if not known.is_set():
            raise Unready(known.wait)
        return made

    writing = asyncio.create_task(database.write(eager))
    await keep(database, thing("other"))
    assert not writing.done()
    known.set()

    assert (await writing).name == "late"
    assert begun == ["work", "undone", "work"]
    page = await database.read(lambda tx: documents.page(tx, Query(kind="thing", scope=HERE)))
    assert {found.name for found in page.documents} == {"late", "other"}
    database.close()


@pytest.mark.parametrize("look", ["read", "scan"])
async def test_a_reader_that_has_to_know_more_reads_again(look: str, tmp_path: Path) -> None:
    database, known = opened(tmp_path), asyncio.Event()

    async def find_out() -> None:
        known.set()

    def eager(_: Transaction) -> str:
        if not known.is_set():
            raise Unready(find_out)
        return "known"

    assert await getattr(database, look)(eager) == "known"
    database.close()


async def test_hooks_run_after_the_commit_or_after_the_undoing(tmp_path: Path) -> None:
    database = opened(tmp_path)
    seen: list[str] = []

    def good(tx: Transaction) -> None:
        tx.before_commit(lambda: seen.append("done"))
        tx.after_commit(lambda: seen.append("committed"))
        tx.after_undo(lambda: seen.append("never"))

    def bad(tx: Transaction) -> None:
        tx.before_commit(lambda: seen.append("never"))
        tx.after_commit(lambda: seen.append("never"))
        tx.after_undo(lambda: seen.append("undone"))
        raise ValueError

    await database.write(good)
    with pytest.raises(ValueError):  # noqa: PT011 - its own
        await database.write(bad)

    assert seen == ["done", "committed", "undone"]
    database.close()


async def test_a_part_that_raises_is_undone_with_its_hooks_and_the_rest_stands(tmp_path: Path) -> None:
    database = opened(tmp_path)
    seen: list[str] = []

    def part(tx: Transaction) -> None:
        documents.insert(tx, thing("part"))
        tx.before_commit(lambda: seen.append("never"))
        tx.after_commit(lambda: seen.append("never"))
        tx.after_undo(lambda: seen.append("part undone"))
        raise KeyError("changed its mind")

    def whole(tx: Transaction) -> None:
        documents.insert(tx, thing("before"))
        tx.after_commit(lambda: seen.append("committed"))
        tx.after_undo(lambda: seen.append("never"))
        with pytest.raises(KeyError):
            tx.attempt(part)
        assert seen == ["part undone"]
        tx.attempt(lambda tx: documents.insert(tx, thing("after")))

    await database.write(whole)

    page = await database.read(lambda tx: documents.page(tx, Query(kind="thing", scope=HERE, order="name")))
    assert [found.name for found in page.documents] == ["before", "after"]
    assert seen == ["part undone", "committed"]
    database.close()


async def test_what_was_answered_is_there_after_the_file_is_opened_again(tmp_path: Path) -> None:
    database = opened(tmp_path)
    await asyncio.gather(*(keep(database, thing(f"n{number}")) for number in range(200)))
    database.close()

    again = SqliteDatabase(tmp_path / "rows.db")

    count = await again.scan(lambda tx: tx.row("SELECT count(*) FROM document"))
    assert count == (200,)
    again.close()
    with pytest.raises(RuntimeError, match="is closed"):
        await again.write(lambda _: None)


async def test_readers_cannot_write(tmp_path: Path) -> None:
    database = opened(tmp_path)

    with pytest.raises(Exception, match="readonly"):
        await database.read(lambda tx: tx.changed("DELETE FROM document"))
    with pytest.raises(Exception, match="readonly"):
        await database.scan(lambda tx: tx.changed("DELETE FROM document"))
    database.close()


async def test_migrations_are_applied_once(tmp_path: Path) -> None:
    assert migrate(tmp_path / "rows.db", []) == len(list(STORE.glob("*.sql")))
    assert migrate(tmp_path / "rows.db", []) == 0


async def test_a_name_is_taken_but_for_the_call_that_took_it(tmp_path: Path) -> None:
    database = opened(tmp_path)
    await keep(database, thing("mine", at=1.0, token="call-1"))

    again = await keep(database, thing("mine", at=2.0, token="call-1"))

    assert again.created_at == 1.0
    with pytest.raises(AlreadyStored) as refusal:
        await keep(database, thing("mine", at=3.0, token="call-2"))
    assert refusal.value.found.name == "mine"
    with pytest.raises(AlreadyStored):
        await keep(database, thing("mine"))
    database.close()


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("order", ["name", "created_at", "modified_at", "status"])
async def test_pages_of_any_size_tell_everything_once_and_in_order(
    tmp_path: Path, order: documents.Column, descending: bool
) -> None:
    database = opened(tmp_path)
    for number in range(23):
        await keep(database, thing(f"n{number:02}", at=float(number % 5), status="ab"[number % 2]))

    for limit in (1, 4, 23, 50):
        names, token = [], None
        while True:
            query = Query(kind="thing", scope=HERE, order=order, descending=descending, limit=limit, token=token)
            page = await database.read(lambda tx, query=query: documents.page(tx, query))  # type: ignore[misc]
            names += [(getattr(found, order), found.name) for found in page.documents]
            token = page.token
            if token is None:
                break
        assert names == sorted(names, reverse=descending)
        assert len(names) == 23
    database.close()


async def test_a_token_is_good_for_the_list_that_gave_it_only(tmp_path: Path) -> None:
    database = opened(tmp_path)
    for name in ("a", "b", "c"):
        await keep(database, thing(name))
    page = await database.read(lambda tx: documents.page(tx, Query(kind="thing", scope=HERE, limit=1)))

    for token, order in ((page.token, "name"), ("rubbish", "created_at"), ("cnViYmlzaA==", "created_at")):
        query = Query(kind="thing", scope=HERE, limit=1, token=token, order=order)  # type: ignore[arg-type]
        with pytest.raises(ValidationError, match="NextToken"):
            await database.read(lambda tx, query=query: documents.page(tx, query))  # type: ignore[misc]
    database.close()


async def test_tags_are_set_changed_and_go_with_their_document(tmp_path: Path) -> None:
    database = opened(tmp_path)
    await keep(database, thing("tagged"))

    await database.write(lambda tx: tags.add(tx, "arn:tagged", {"team": "red", "cost": "1"}))
    await database.write(lambda tx: tags.add(tx, "arn:tagged", {"team": "blue"}))
    await database.write(lambda tx: tags.remove(tx, "arn:tagged", ["cost"]))

    assert await database.read(lambda tx: tags.of(tx, "arn:tagged")) == {"team": "blue"}
    assert await database.write(lambda tx: documents.remove(tx, HERE, "thing", "tagged"))
    assert await database.read(lambda tx: tags.of(tx, "arn:tagged")) == {}
    database.close()
