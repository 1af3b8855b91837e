"""The database contract: one suite for every database behind it."""

import asyncio

import pytest

from databases import NewPlace, on_every_database, opened
from penstock.store import documents, tags
from penstock.store.database import Transaction, Unready
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.store.grouped import GroupedDatabase
from penstock.wire.call import Scope, ValidationError

HERE = Scope()
pytestmark = on_every_database


def thing(name: str, *, at: float = 1.0, status: str = "", token: str = "") -> Document:
    return Document(
        kind="thing", scope=HERE, name=name, arn=f"arn:{name}", created_at=at, modified_at=at, status=status,
        token=token, body={"Name": name},
    )  # fmt: skip


def keep(database: GroupedDatabase, document: Document) -> "asyncio.Future[Document]":
    return asyncio.ensure_future(database.write(lambda tx: documents.insert(tx, document)))


async def test_a_work_that_raises_undoes_itself_alone(new_place: NewPlace) -> None:
    database = opened(new_place([]))

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


async def test_a_work_that_has_to_know_more_is_done_again_while_others_go_on(new_place: NewPlace) -> None:
    database = opened(new_place([]))
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
async def test_a_reader_that_has_to_know_more_reads_again(look: str, new_place: NewPlace) -> None:
    database, known = opened(new_place([])), asyncio.Event()

    async def find_out() -> None:
        known.set()

    def eager(_: Transaction) -> str:
        if not known.is_set():
            raise Unready(find_out)
        return "known"

    assert await getattr(database, look)(eager) == "known"
    database.close()


async def test_hooks_run_after_the_commit_or_after_the_undoing(new_place: NewPlace) -> None:
    database = opened(new_place([]))
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


async def test_a_part_that_raises_is_undone_with_its_hooks_and_the_rest_stands(new_place: NewPlace) -> None:
    database = opened(new_place([]))
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


async def test_what_was_answered_is_there_after_the_database_is_opened_again(new_place: NewPlace) -> None:
    place = new_place([])
    database = opened(place)
    await asyncio.gather(*(keep(database, thing(f"n{number}")) for number in range(200)))
    database.close()

    again = opened(place)

    count = await again.scan(lambda tx: tx.row("SELECT count(*) FROM document"))
    assert count == (200,)
    again.close()
    with pytest.raises(RuntimeError, match="is closed"):
        await again.write(lambda _: None)


async def test_readers_cannot_write(new_place: NewPlace) -> None:
    database = opened(new_place([]))

    with pytest.raises(Exception, match=r"read-?only"):
        await database.read(lambda tx: tx.changed("DELETE FROM document"))
    with pytest.raises(Exception, match=r"read-?only"):
        await database.scan(lambda tx: tx.changed("DELETE FROM document"))
    database.close()


async def test_texts_compare_by_code_point_whatever_is_in_them(new_place: NewPlace) -> None:
    database = opened(new_place([]))
    names = [
        "",
        "\x00",
        "\x01",
        "\x02",
        "A",
        "B",
        "a",
        "a\x00",
        "a\x00\x01",
        "a\x01",
        "a\x01\x00",
        "ab",
        "é",
        "\U0010ffff",
    ]
    for name in reversed(names):
        await keep(database, thing(name))

    query = Query(kind="thing", scope=HERE, order="name", descending=False)
    page = await database.read(lambda tx: documents.page(tx, query))
    beyond = "SELECT name FROM document WHERE name > :name AND instr(name, :part) > 0 ORDER BY name"
    found = await database.scan(lambda tx: tx.rows(beyond, name="a", part="a"))

    assert [each.name for each in page.documents] == names
    assert [name for (name,) in found] == [name for name in names if name.startswith("a") and name != "a"]
    database.close()


async def test_values_come_back_as_they_went_in(new_place: NewPlace) -> None:
    database = opened(new_place([]))
    values = [("", 2**63 - 1, 0.1), ("x", 1 - 2**63, -1e300), (None, None, None), ("a:b", 0, 3.0)]
    insert = "INSERT INTO sample (what, number, at) VALUES (:what, :number, :at)"

    def work(tx: Transaction) -> None:
        tx.changed("CREATE TABLE sample (what TEXT, number BIGINT, at DOUBLE PRECISION)")
        tx.each(insert, [{"what": what, "number": number, "at": at} for what, number, at in values])
        tx.each(insert, [])

    await database.write(work)

    assert await database.read(lambda tx: tx.rows("SELECT what, number, at FROM sample")) == values
    sums = "SELECT count(*), sum(number), min(at) FROM sample WHERE what IN ('a:b', :what)"
    assert await database.read(lambda tx: tx.row(sums, what="x")) == (2, 1 - 2**63, -1e300)
    database.close()


async def test_a_name_is_taken_but_for_the_call_that_took_it(new_place: NewPlace) -> None:
    database = opened(new_place([]))
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
    new_place: NewPlace, order: documents.Column, descending: bool
) -> None:
    database = opened(new_place([]))
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


async def test_a_token_is_good_for_the_list_that_gave_it_only(new_place: NewPlace) -> None:
    database = opened(new_place([]))
    for name in ("a", "b", "c"):
        await keep(database, thing(name))
    page = await database.read(lambda tx: documents.page(tx, Query(kind="thing", scope=HERE, limit=1)))

    for token, order in ((page.token, "name"), ("rubbish", "created_at"), ("cnViYmlzaA==", "created_at")):
        query = Query(kind="thing", scope=HERE, limit=1, token=token, order=order)  # type: ignore[arg-type]
        with pytest.raises(ValidationError, match="NextToken"):
            await database.read(lambda tx, query=query: documents.page(tx, query))  # type: ignore[misc]
    database.close()


async def test_tags_are_set_changed_and_go_with_their_document(new_place: NewPlace) -> None:
    database = opened(new_place([]))
    await keep(database, thing("tagged"))

    await database.write(lambda tx: tags.add(tx, "arn:tagged", {"team": "red", "cost": "1"}))
    await database.write(lambda tx: tags.add(tx, "arn:tagged", {"team": "blue"}))
    await database.write(lambda tx: tags.remove(tx, "arn:tagged", ["cost"]))

    assert await database.read(lambda tx: tags.of(tx, "arn:tagged")) == {"team": "blue"}
    assert await database.write(lambda tx: documents.remove(tx, HERE, "thing", "tagged"))
    assert await database.read(lambda tx: tags.of(tx, "arn:tagged")) == {}
    database.close()
