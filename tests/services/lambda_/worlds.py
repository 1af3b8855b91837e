"""A world with Lambda in it: real residents, real rooms around them, a clock that is moved by hand, queues by hand."""

import asyncio
import io
import json
import os
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.residents import nursery
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.services import lambda_, logs, s3
from penstock.store.blobs import Blobs
from penstock.store.logfile import stream_path
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, operation
from penstock.wire.fronts import Front
from penstock.wire.validate import validate

ROLE = "arn:aws:iam::123456789012:role/Runner"
ARN = "arn:aws:lambda:us-east-1:123456789012:function"
ECHO = "def handler(event, context):\n    return event\n"
DEADLINE = 60.0


def package(source: str = ECHO, **files: str) -> bytes:
    """A zip package whose `handler.py` is that source; more files by their paths."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@dataclass
class Queues:
    """SQS, as much as a mapping asks of it: messages are received once, and what was deleted is remembered."""

    visibility: int = 30
    waiting: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    service: str = "sqs"

    def put(self, *bodies: str) -> None:
        for body in bodies:
            number = len(self.waiting) + len(self.deleted)
            self.waiting.append({"MessageId": f"m-{body}", "ReceiptHandle": f"r-{body}-{number}", "Body": body})
        self.news.set()

    @operation("GetQueueUrl")
    async def get_url(self, call: Call, request: Mapping[str, Json]) -> Answer:
        if request["QueueName"] == "missing":
            raise ServiceError("The specified queue does not exist.", code="QueueDoesNotExist", status=400)
        return {"QueueUrl": f"http://queues/{request['QueueName']}"}

    @operation("GetQueueAttributes")
    async def get_attributes(self, call: Call, request: Mapping[str, Json]) -> Answer:
        return {"Attributes": {"VisibilityTimeout": str(self.visibility)}}

    @operation("ReceiveMessage")
    async def receive(self, call: Call, request: Mapping[str, Json]) -> Answer:
        if not self.waiting and request["WaitTimeSeconds"]:
            self.news.clear()
            await self.news.wait()
        found, self.waiting = (
            self.waiting[: request["MaxNumberOfMessages"]],
            self.waiting[request["MaxNumberOfMessages"] :],
        )
        return {"Messages": found}

    @operation("DeleteMessageBatch")
    async def delete(self, call: Call, request: Mapping[str, Json]) -> Answer:
        self.deleted += [entry["ReceiptHandle"].split("-")[1] for entry in request["Entries"]]
        return {"Successful": [], "Failed": []}

    @operation("SendMessage")
    async def send(self, call: Call, request: Mapping[str, Json]) -> Answer:
        self.sent.append(dict(request))
        return {"MessageId": "1"}


@dataclass
class World:
    """Lambda as a customer in this process meets it."""

    root: Path
    database: SqliteDatabase
    directory: Directory
    engine: Engine
    queues: Queues
    tidy: Callable[[], Awaitable[None]]
    front: Front
    now: float = 1_700_000_000.0
    scope: Scope = field(default_factory=Scope)

    async def ask(self, operation: str, *, token: str = "", service: str = "lambda", **request: Json) -> Answer:
        async with asyncio.timeout(DEADLINE):
            return await self.directory.answer(Call(service, operation, request, self.scope, token))

    async def refused(self, operation: str, **request: Json) -> ServiceError:
        """The error that an operation is answered with."""
        with pytest.raises(ServiceError) as caught:
            await self.ask(operation, **request)
        return caught.value

    async def create(self, name: str = "f", source: str = ECHO, **request: Json) -> Answer:
        wanted = {
            "FunctionName": name, "Runtime": "python3.12", "Role": ROLE, "Handler": "handler.handler",
            "Code": {"ZipFile": package(source)}, **request,
        }  # fmt: skip
        return await self.ask("CreateFunction", **wanted)

    async def invoke(self, name: str = "f", event: Any = None, **request: Json) -> Answer:
        return await self.ask("Invoke", FunctionName=name, Payload=json.dumps(event).encode(), **request)

    async def result(self, name: str = "f", event: Any = None, **request: Json) -> Any:
        """What a function answers; it must not fail."""
        answer = await self.invoke(name, event, **request)
        assert "FunctionError" not in answer, answer
        return json.loads(answer["Payload"])

    async def failure(self, name: str = "f", event: Any = None) -> Any:
        answer = await self.invoke(name, event)
        assert answer["FunctionError"] == "Unhandled"
        return json.loads(answer["Payload"])

    async def log(self, name: str = "f") -> list[str]:
        """Every message of every stream of a function."""
        told = await self.ask("FilterLogEvents", service="logs", logGroupName=f"/aws/lambda/{name}")
        return [event["message"] for event in told["events"]]

    async def runs(self) -> list[str]:
        return await self.database.read(lambda tx: [str(run) for (run,) in tx.rows("SELECT id FROM run")])

    async def until_logged(self, text: str, name: str = "f", times: int = 1) -> None:
        async with asyncio.timeout(DEADLINE):
            while True:
                try:
                    if (await self.log(name)).count(text) >= times:
                        return
                except ServiceError:  # nothing has been logged yet
                    pass
                await asyncio.sleep(0.02)


@cache
def empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(path, MIGRATIONS)
        return path.read_bytes()


@asynccontextmanager
async def lambda_at(root: Path, *, most_environments: int = 16) -> AsyncIterator[World]:
    """A world in which the engine works; its end is everything's end. Opened again, it goes on where it was."""
    if not (root / "penstock.db").exists():
        (root / "penstock.db").write_bytes(empty_database())
    database, directory, blobs = SqliteDatabase(root / "penstock.db"), Directory(validate), Blobs(root)
    world: World

    def clock() -> float:
        world.now += 0.001
        return world.now

    def chance() -> str:
        return os.urandom(16).hex()

    async def clients_of(scope: Scope, role: str, name: str) -> lambda_.Clients:
        place = {"AWS_REGION": scope.region, "AWS_ENDPOINT_URL": f"http://{role[-6:]}"}
        return lambda_.Clients({**place, "AWS_ACCESS_KEY_ID": f"key-of-{name}-at-{world.now:.0f}"}, world.now + 1100)

    async def sdk_of() -> Path:
        if not (root / "sdk").is_dir():
            raise lambda_.NoSdk("npm is at lunch")
        return root / "sdk"

    engine = Engine(database, directory, clock=clock, chance=chance)
    residents = nursery(root)
    room = lambda_.furnish(
        engine=engine, directory=directory, blobs=blobs, residents=residents, most_environments=most_environments,
        unpacked=root / "unpacked",
        streams=Streams(
            directory, lambda scope, group, stream: stream_path(root, scope.account, scope.region, group, stream)
        ),
        clients_of=clients_of, sdk_of=sdk_of, endpoint=lambda: "http://127.0.0.1:4599",
        clock=clock, chance=chance,
    )  # fmt: skip
    for service in (*logs.operations(database, root, clock, chance), *s3.operations(database, blobs, clock, chance)):
        directory.register(service)
    world = World(root, database, directory, engine, Queues(), room.tidy, room.front)
    directory.register(world.queues)
    try:
        async with asyncio.TaskGroup() as tasks:
            ready = asyncio.Event()
            working = [tasks.create_task(engine.work(ready.set)), tasks.create_task(room.work())]
            await ready.wait()
            try:
                yield world
            finally:
                for task in working:
                    task.cancel()
    finally:
        await residents.close()
        database.close()
