"""A world with S3 in it: a database file, a folder of blobs, a clock that stands still until it is moved."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services import s3
from penstock.store.blobs import Blob, Blobs
from penstock.store.grouped import GroupedDatabase
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError

DESTINATIONS = (
    ("sqs", "SendMessage"),
    ("sns", "Publish"),
    ("lambda", "Invoke"),
    ("lambda", "GetFunctionConfiguration"),
)
NAMES = ("QueueUrl", "TopicArn", "FunctionName")
ABSENT = {"sqs": "QueueDoesNotExist", "sns": "NotFound", "lambda": "ResourceNotFoundException"}


@dataclass
class World:
    """S3 as a customer in this process meets it."""

    database: GroupedDatabase
    blobs: Blobs
    directory: Directory
    now: float = 1_700_000_000.0
    scope: Scope = field(default_factory=Scope)
    calls: list[Call] = field(default_factory=list)  # that reached queues, topics and functions
    there: set[str] = field(default_factory=set)  # queues, topics and functions that there are
    life: int = 1

    def __post_init__(self) -> None:
        numbers = count(1)
        self.chance = lambda: f"{self.life:08x}{next(numbers):024x}"
        self.engine = Engine(self.database, self.directory, clock=lambda: self.now, chance=self.chance)
        notices, deliveries = Notices(self.database, self.directory), Deliveries(self.engine, self.directory)
        notices.heed(lambda *_: True)
        self.announcer = s3.Announcer(notices, deliveries, lambda: self.now, self.chance)
        for service, operation in DESTINATIONS:
            self.directory.provide(service, [operation], self.note)

    async def note(self, call: Call, request: Json) -> Answer:
        name = next(request[member] for member in NAMES if member in request)
        if not any(each.endswith(name.rpartition("/")[2]) for each in self.there):
            raise ServiceError("there is none", code=ABSENT[call.service], status=400)
        self.calls.append(call)
        return {}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """With the engine running."""
        working = asyncio.create_task(self.engine.work())
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def delivered(self) -> list[Call]:
        """What reaches queues, topics and functions, once nothing more is under way. Once in a life."""
        async with self.at_work(), asyncio.timeout(20):
            while await self.database.read(lambda tx: tx.row("SELECT 1 FROM run")) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return self.calls

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


def build(folder: Path, database: GroupedDatabase | None = None, *, life: int = 1) -> World:
    if database is None:
        (folder / "penstock.db").write_bytes(empty_database())
        database = SqliteDatabase(folder / "penstock.db")
    blobs, directory = Blobs(folder), Directory()
    world = World(database, blobs, directory, life=life)
    for service in s3.operations(
        database, blobs, lambda: world.now, world.chance,
        least_part=10, announcer=world.announcer, directory=directory,
    ):  # fmt: skip
        directory.register(service)
    return world
