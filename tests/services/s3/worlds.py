"""A world with S3 in it: a database file, a folder of blobs, a clock that stands still until it is moved."""

import json
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.notices import Notices
from penstock.services import s3
from penstock.store.blobs import Blob, Blobs
from penstock.store.grouped import GroupedDatabase
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError


@dataclass
class World:
    """S3 as a customer in this process meets it."""

    database: GroupedDatabase
    blobs: Blobs
    directory: Directory
    now: float = 1_700_000_000.0
    scope: Scope = field(default_factory=Scope)

    async def ask(self, operation: str, **request: Json) -> Answer:
        return await self.directory.answer(Call("s3", operation, request, self.scope))

    async def refused(self, operation: str, **request: Json) -> ServiceError:
        """The error that an operation is answered with."""
        with pytest.raises(ServiceError) as caught:
            await self.ask(operation, **request)
        return caught.value

    async def put(
        self, key: str, body: bytes | Blob = b"content", *, bucket: str = "models", **request: Json
    ) -> Answer:
        return await self.ask("PutObject", Bucket=bucket, Key=key, Body=body, **request)

    async def content(self, key: str, *, bucket: str = "models", **request: Json) -> bytes:
        answer = await self.ask("GetObject", Bucket=bucket, Key=key, **request)
        return b"".join([piece async for piece in answer["Body"]])

    async def keys(self, **request: Json) -> list[str]:
        answer = await self.ask("ListObjectsV2", **{"Bucket": "models", **request})
        return [entry["Key"] for entry in answer["Contents"]]

    async def notes(self) -> list[tuple[str, Json]]:
        """What the bus is to be told, oldest first: detail types and details."""
        rows = await self.database.read(lambda tx: tx.rows("SELECT entry FROM notice ORDER BY place"))
        entries = [json.loads(entry) for (entry,) in rows if isinstance(entry, bytes)]
        return [(entry["DetailType"], json.loads(entry["Detail"])) for entry in entries]

    async def blobs_in_store(self) -> int:
        """How many blobs are left when what nobody holds is gone."""
        await self.blobs.collect(self.database, older_than=self.now * 2)
        return len(list(self.blobs.everything()))


@cache
def empty_database() -> bytes:
    """A migrated database file, made once for all worlds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(path, MIGRATIONS)
        return path.read_bytes()


def build(folder: Path, database: GroupedDatabase | None = None) -> World:
    if database is None:
        (folder / "penstock.db").write_bytes(empty_database())
        database = SqliteDatabase(folder / "penstock.db")
    blobs, directory = Blobs(folder), Directory()
    world = World(database, blobs, directory)
    numbers, notices = count(1), Notices(database, directory)
    notices.heed(lambda *_: True)
    for service in s3.operations(
        database, blobs, lambda: world.now, lambda: f"{next(numbers):032x}",
        least_part=10, announcer=s3.Announcer(notices),
    ):  # fmt: skip
        directory.register(service)
    return world
