"""Blobs: bytes kept once, under the SHA-256 of their content.

    blobs/ab/cdef…      the content, read-only           incoming/…      being written; whatever is old is rubbish

A blob is written beside, fsynced and renamed, so a path under `blobs/` is always whole. What gives a blob a name
(an S3 object, a job's output) says so in the same transaction that makes the name durable: `hold` and `release`.
`collect` removes blobs that nobody holds and that are older than a grace time, so that a blob just written by
somebody who is about to name it is safe.
"""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NewType

from penstock.store.database import Database, Transaction
from penstock.wire.call import Body

Digest = NewType("Digest", str)  # SHA-256, lower-case hex
PIECE: Final = 1 << 20
GRACE: Final = 3600.0  # seconds before a blob that nobody holds goes: longer than it takes anybody to name one
LENGTH: Final = 64  # characters of a digest
TOGETHER: Final = 1000  # holdings that are read at once
HOLD: Final = """
    INSERT INTO holding (holder, digests) SELECT :holder, :digests
    WHERE NOT EXISTS (SELECT 1 FROM holding WHERE holder = :holder AND digests = :digests)
"""


class BlobDamaged(Exception):
    """A blob's content is not what its name says, or it is gone."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Content on disk. It is a `Body`: iterating reads it in pieces (of `length` bytes from `offset`)."""

    digest: Digest
    size: int
    path: Path
    offset: int = 0
    length: int | None = None

    def part(self, offset: int, length: int) -> "Blob":
        """The same blob, of which only a range is read."""
        return Blob(self.digest, self.size, self.path, offset, length)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self.size - self.offset if self.length is None else self.length
        # Opened here: a thread would open it for nobody where its reader is cancelled meanwhile, and takes longer.
        with self.path.open("rb") as file:
            file.seek(self.offset)
            while left > 0:
                # A small read of a file just written comes from the page cache: cheaper than a thread.
                size = min(PIECE, left)
                piece = file.read(size) if size < PIECE else await asyncio.to_thread(file.read, size)
                if not piece:
                    raise BlobDamaged(f"blob {self.digest} ends {left} bytes early")
                left -= len(piece)
                yield piece

    def read(self) -> bytes:
        """All of it at once: for small blobs."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read() if self.length is None else file.read(self.length)


class Writing:
    """A blob being written: `write` pieces, then `finish` or `abandon`. Blocking."""

    def __init__(self, blobs: "Blobs") -> None:
        handle, name = tempfile.mkstemp(dir=blobs.incoming)
        self._blobs = blobs
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> None:
        self._hash.update(piece)
        self.size += len(piece)
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]

    def finish(self) -> Blob:
        """Make it durable and give it its name."""
        os.fsync(self._file.fileno())
        self._file.close()
        return self._blobs.place(self._path, Digest(self._hash.hexdigest()), self.size)

    def abandon(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


class Blobs:
    """The folder of blobs under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root / "blobs"
        self.incoming = root / "incoming"
        self.root.mkdir(parents=True, exist_ok=True)
        self.incoming.mkdir(parents=True, exist_ok=True)

    def lay_out(self) -> None:
        """Make all 256 folders at once: the first blob in a folder would wait for the disk once more. Blocking."""
        for number in range(256):
            (self.root / f"{number:02x}").mkdir(exist_ok=True)
        sync_folder(self.root)

    def path(self, digest: Digest) -> Path:
        return self.root / digest[:2] / digest[2:]

    def find(self, digest: Digest) -> Blob:
        """The blob of that digest; `BlobDamaged` if it is not here."""
        path = self.path(digest)
        try:
            return Blob(digest, path.stat().st_size, path)
        except FileNotFoundError:
            raise BlobDamaged(f"blob {digest} is missing from {self.root}") from None

    async def put(self, content: bytes | Body) -> Blob:
        """Keep content; a blob that is here already is passed through."""
        if isinstance(content, Blob) and content.length is None and content.path == self.path(content.digest):
            if not self.is_renewed(content.digest):
                raise BlobDamaged(f"blob {content.digest} is missing from {self.root}")
            return content
        if isinstance(content, bytes):
            return await asyncio.to_thread(self.put_bytes, content)
        writing = await asyncio.to_thread(Writing, self)
        try:
            async for piece in content:
                await asyncio.to_thread(writing.write, piece)
            return await asyncio.to_thread(writing.finish)
        except BaseException:
            writing.abandon()
            raise

    def put_bytes(self, content: bytes) -> Blob:
        """Keep bytes. Blocking."""
        digest = Digest(hashlib.sha256(content).hexdigest())
        if self.is_renewed(digest):
            return Blob(digest, len(content), self.path(digest))
        writing = Writing(self)
        writing.write(content)
        return writing.finish()

    def is_renewed(self, digest: Digest) -> bool:
        """Begin a blob's grace time anew, for somebody is about to name it; false if it is not here."""
        try:
            os.utime(self.path(digest))
        except FileNotFoundError:
            return False
        return True

    def adopt(self, path: Path) -> Blob:
        """Keep a file by moving it in: on the same file system, and no longer written to by anybody. Blocking."""
        digest, size = digest_of(path)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        return self.place(path, digest, size)

    def place(self, path: Path, digest: Digest, size: int) -> Blob:
        final = self.path(digest)
        if final.exists():
            os.utime(final)  # somebody needs it again: its grace time begins anew
            path.unlink()
            return Blob(digest, size, final)
        if not final.parent.exists():
            final.parent.mkdir(exist_ok=True)
            sync_folder(self.root)
        path.chmod(0o444)
        path.replace(final)
        sync_folder(final.parent)
        return Blob(digest, size, final)

    def verify(self, digest: Digest) -> None:
        """Read a blob and compare; raises `BlobDamaged`. Blocking."""
        found, _ = digest_of(self.find(digest).path)
        if found != digest:
            raise BlobDamaged(f"blob {digest} has changed on disk: its content is now {found}")

    def everything(self) -> Iterator[tuple[Digest, Path]]:
        for folder in sorted(self.root.iterdir()):
            for path in sorted(folder.iterdir()):
                yield Digest(folder.name + path.name), path

    async def unheld(self, database: Database, *, older_than: float) -> frozenset[Digest]:
        """Blobs that nobody holds now and that were last written before `older_than` (epoch seconds)."""
        found, _ = await self._look(database, older_than)
        return found

    async def _look(self, database: Database, older_than: float) -> tuple[frozenset[Digest], int]:
        """Blobs that nobody holds and that are old enough, and the latest holding that there was at that time."""

        def old() -> list[Digest]:
            return [digest for digest, path in self.everything() if path.stat().st_mtime < older_than]

        candidates = await asyncio.to_thread(old)
        return await database.scan(lambda tx: (unheld_of(tx, candidates), latest_holding(tx)))

    async def collect(self, database: Database, *, older_than: float, among: Collection[Digest] | None = None) -> int:
        """Remove what nobody holds and was last written before `older_than`; how many were removed.

        `among` are those that nobody held at an earlier look: a blob whose last name goes may still be being read,
        so whoever collects again and again removes only what was unheld twice.
        """
        removed = 0
        unheld, seen = await self._look(database, older_than)
        for digest in unheld if among is None else unheld & frozenset(among):
            path = self.path(digest)

            def remove(tx: Transaction, digest: Digest = digest, path: Path = path) -> int:
                # Inside a write, so that nobody can name the blob between the look and the unlink.
                if is_held_since(tx, digest, seen) or path.stat().st_mtime >= older_than:
                    return 0
                path.unlink()
                return 1

            removed += await database.write(remove)
        for path in self.incoming.iterdir():
            if path.stat().st_mtime < older_than:
                path.unlink(missing_ok=True)
        return removed


def digest_of(path: Path) -> tuple[Digest, int]:
    """The digest and size of a file's content. Blocking."""
    with path.open("rb") as file:
        return Digest(hashlib.file_digest(file, "sha256").hexdigest()), file.tell()


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hold(tx: Transaction, digest: Digest, holder: str) -> None:
    """Say that `holder` (any stable name, such as ``s3/bucket/key/version``) needs a blob."""
    hold_all(tx, (digest,), holder)


def hold_all(tx: Transaction, digests: Iterable[Digest], holder: str) -> None:
    """`hold`, for many: one row."""
    if together := "".join(sorted(set(digests))):
        tx.do(HOLD, holder=holder, digests=together)


def release(tx: Transaction, holder: str) -> None:
    """Say that `holder` needs nothing any more."""
    tx.do("DELETE FROM holding WHERE holder = :holder", holder=holder)


def held_by(tx: Transaction, holder: str) -> frozenset[Digest]:
    """The blobs that somebody holds."""
    found = tx.rows("SELECT digests FROM holding WHERE holder = :holder", holder=holder)
    return frozenset(digest for (digests,) in found for digest in _apart(str(digests)))


def holdings(tx: Transaction) -> Iterator[tuple[str, list[Digest]]]:
    """Whoever holds blobs, and which; in the order in which they said so."""
    last = 0
    while found := tx.rows(
        "SELECT id, holder, digests FROM holding WHERE id > :last ORDER BY id LIMIT :most", last=last, most=TOGETHER
    ):
        for number, holder, digests in found:
            last = int(number or 0)
            yield str(holder), _apart(str(digests))


def holders(tx: Transaction, digest: Digest, *, beginning: str) -> frozenset[str]:
    """Whoever holds a blob, of those whose names begin so. There is no index by digest: all of these are looked at."""
    found = tx.rows(
        "SELECT holder FROM holding WHERE holder >= :first AND holder < :beyond AND instr(digests, :digest) > 0",
        first=beginning, beyond=beginning + chr(0x10FFFF), digest=digest,
    )  # fmt: skip
    return frozenset(str(holder) for (holder,) in found)


def unheld_of(tx: Transaction, digests: Iterable[Digest], *, but: Collection[str] = ()) -> frozenset[Digest]:
    """Those of some blobs that nobody holds, or nobody but these. Everybody who holds anything is looked at, once."""
    left = set(digests)
    for holder, held in holdings(tx) if left else ():
        if holder not in but:
            left.difference_update(held)
    return frozenset(left)


def latest_holding(tx: Transaction) -> int:
    found = tx.row("SELECT MAX(id) FROM holding")
    return int(found[0] or 0) if found else 0


def is_held_since(tx: Transaction, digest: Digest, holding: int) -> bool:
    """Whether somebody has come to hold a blob later than a holding."""
    sql = "SELECT 1 FROM holding WHERE id > :holding AND instr(digests, :digest) > 0 LIMIT 1"
    return tx.row(sql, holding=holding, digest=digest) is not None


def _apart(digests: str) -> list[Digest]:
    return [Digest(digests[at : at + LENGTH]) for at in range(0, len(digests), LENGTH)]
