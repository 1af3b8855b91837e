"""Blobs: whole or not there, found again by content, removed when nobody holds them."""

import asyncio
import gc
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrated import migrate
from penstock.store.blobs import BlobDamaged, Blobs, Digest, held_by, hold, hold_all, holders, holdings, release
from penstock.store.database import Transaction
from penstock.store.sqlite import SqliteDatabase

T = TypeVar("T")
LATER = 4e9  # a time after any file's


def world(folder: Path) -> tuple[Blobs, SqliteDatabase]:
    migrate(folder / "rows.db", [])
    return Blobs(folder), SqliteDatabase(folder / "rows.db")


class Pieces:
    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


async def all_of(body: object) -> bytes:
    return b"".join([piece async for piece in body])  # type: ignore[attr-defined]


@given(pieces=st.lists(st.binary(max_size=200), max_size=6))
def test_what_is_put_in_pieces_is_found_whole_by_its_digest(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    blobs = Blobs(tmp_path_factory.mktemp("blobs"))

    blob = asyncio.run(blobs.put(Pieces(pieces)))

    content = b"".join(pieces)
    assert blob.digest == hashlib.sha256(content).hexdigest()
    assert asyncio.run(all_of(blobs.find(blob.digest))) == content
    assert blob.size == len(content)
    assert not list(blobs.incoming.iterdir())


async def test_folders_made_ahead_are_those_that_blobs_go_to(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blob = await blobs.put(b"before")
    blobs.lay_out()
    folders = {path.name for path in blobs.root.iterdir()}

    for number in range(20):
        await blobs.put(f"content {number}".encode())

    assert {path.name for path in blobs.root.iterdir()} == folders
    assert blob.read() == b"before"


async def test_a_part_of_a_blob_reads_only_that_range(tmp_path: Path) -> None:
    blob = await Blobs(tmp_path).put(b"0123456789")

    assert await all_of(blob.part(2, 5)) == b"23456"
    assert blob.part(8, 2).read() == b"89"


@pytest.mark.parametrize("turns", range(5))
async def test_a_reader_that_is_cancelled_leaves_no_file_open(tmp_path: Path, turns: int) -> None:
    """What is left open is warned of when it is garbage, and a warning fails the test."""
    blob = Blobs(tmp_path).put_bytes(bytes(3 << 20))

    async def read() -> None:
        async for _ in blob:
            await asyncio.sleep(0)

    reading = asyncio.create_task(read())
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    await asyncio.to_thread(gc.collect)  # after what other threads had to do for it

    assert reading.cancelled()


async def test_a_writing_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    class Broken:
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"half"
            raise ConnectionError("the client is gone")

    with pytest.raises(ConnectionError):
        await blobs.put(Broken())
    assert not list(blobs.incoming.iterdir())
    assert not list(blobs.everything())


async def test_a_changed_blob_is_noticed_when_asked(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blob = await blobs.put(b"the truth")
    blobs.verify(blob.digest)

    blob.path.chmod(0o644)
    blob.path.write_bytes(b"something else")

    with pytest.raises(BlobDamaged, match="has changed on disk"):
        blobs.verify(blob.digest)
    with pytest.raises(BlobDamaged, match="is missing"):
        blobs.find(Digest("0" * 64))


async def test_a_file_is_adopted_by_moving_it(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    produced = tmp_path / "produced"
    produced.write_bytes(b"model")

    blob = blobs.adopt(produced)

    assert not produced.exists()
    assert blobs.find(blob.digest).read() == b"model"
    assert os.access(blob.path, os.R_OK)


async def test_what_nobody_holds_is_collected_and_what_somebody_holds_stays(tmp_path: Path) -> None:
    blobs, database = world(tmp_path)
    kept, lost = await blobs.put(b"kept"), await blobs.put(b"lost")
    await database.write(lambda tx: hold(tx, kept.digest, "s3/bucket/key/1"))

    assert await blobs.collect(database, older_than=LATER) == 1

    assert [digest for digest, _ in blobs.everything()] == [kept.digest]
    await database.write(lambda tx: release(tx, "s3/bucket/key/1"))
    assert await blobs.collect(database, older_than=LATER) == 1
    assert lost.digest != kept.digest
    database.close()


async def test_a_young_blob_is_not_collected_though_nobody_holds_it_yet(tmp_path: Path) -> None:
    blobs, database = world(tmp_path)
    blob = await blobs.put(b"about to be named")

    assert await blobs.collect(database, older_than=blob.path.stat().st_mtime) == 0

    assert blobs.find(blob.digest).read() == b"about to be named"
    database.close()


async def test_a_blob_whose_last_name_has_just_gone_is_spared_until_the_next_look(tmp_path: Path) -> None:
    blobs, database = world(tmp_path)
    blob = await blobs.put(b"still being read")
    await database.write(lambda tx: hold(tx, blob.digest, "name"))
    before = await blobs.unheld(database, older_than=LATER)
    await database.write(lambda tx: release(tx, "name"))

    first = await blobs.collect(database, older_than=LATER, among=before)
    between = await blobs.unheld(database, older_than=LATER)
    second = await blobs.collect(database, older_than=LATER, among=between)

    assert (first, second) == (0, 1)
    database.close()


@pytest.mark.parametrize("was_released", [False, True])
async def test_a_blob_that_is_named_while_others_are_collected_stays(tmp_path: Path, was_released: bool) -> None:
    blobs, database = world(tmp_path)
    blob, other = await blobs.put(b"named in between"), await blobs.put(b"held at the look")
    await database.write(lambda tx: hold(tx, other.digest, "the latest holding"))

    def in_between(tx: Transaction) -> None:
        if was_released:  # the holding that is new must not be taken for the one that was there
            release(tx, "the latest holding")
        hold(tx, blob.digest, "somebody")

    class Between(SqliteDatabase):
        async def write(self, work: Callable[[Transaction], T]) -> T:
            await super().write(in_between)
            return await super().write(work)

    busy = Between(tmp_path / "rows.db")
    assert await blobs.collect(busy, older_than=LATER) == 0

    assert blobs.find(blob.digest).read() == b"named in between"
    busy.close()
    database.close()


async def test_what_is_said_twice_is_one_holding_and_all_of_a_holder_s_go_at_once(tmp_path: Path) -> None:
    _, database = world(tmp_path)
    a, b, c = (Digest(letter * 64) for letter in "abc")

    def say(tx: Transaction) -> None:
        hold_all(tx, [b, a, b], "job/1")
        hold_all(tx, [a, b], "job/1")
        hold_all(tx, [c], "job/1")
        hold_all(tx, [], "job/1")
        hold(tx, b, "job/2")
        hold(tx, b, "s3/1")

    await database.write(say)

    assert await database.read(lambda tx: list(holdings(tx))) == [
        ("job/1", [a, b]), ("job/1", [c]), ("job/2", [b]), ("s3/1", [b])
    ]  # fmt: skip
    assert await database.read(lambda tx: held_by(tx, "job/1")) == {a, b, c}
    assert await database.read(lambda tx: holders(tx, b, beginning="job/")) == {"job/1", "job/2"}
    await database.write(lambda tx: release(tx, "job/1"))
    assert await database.read(lambda tx: list(holdings(tx))) == [("job/2", [b]), ("s3/1", [b])]
    database.close()
