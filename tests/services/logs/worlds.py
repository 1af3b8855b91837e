"""A world with Logs in it: a database file, a folder of log files, a clock that is moved by hand."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrated import migrate
from penstock.services import logs
from penstock.store.logfile import Record, encode, stream_path
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError

NOW = 1_700_000_000
NAMED = {"logGroupName": "/aws/jobs", "logStreamName": "job/algo-1"}


@dataclass
class World:
    """Logs as a customer in this process meets it."""

    database: SqliteDatabase
    root: Path
    directory: Directory
    now: float = NOW
    scope: Scope = field(default_factory=Scope)

    async def ask(self, operation: str, **request: Json) -> Answer:
        return await self.directory.answer(Call("logs", operation, request, self.scope))

    async def refused(self, operation: str, **request: Json) -> ServiceError:
        """The error that an operation is answered with."""
        with pytest.raises(ServiceError) as caught:
            await self.ask(operation, **request)
        return caught.value

    def file(self, stream: str = "job/algo-1", group: str = "/aws/jobs") -> Path:
        """The file that a job's supervisor writes."""
        path = stream_path(self.root, self.scope.account, self.scope.region, group, stream)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, *messages: str, stream: str = "job/algo-1", at: int = NOW * 1000, step: int = 1) -> None:
        """What a job prints: a record every `step` milliseconds."""
        with self.file(stream).open("ab") as file:
            for place, message in enumerate(messages):
                file.write(encode(Record(at + place * step, message)))

    async def put(self, *messages: str, at: int = NOW * 1000, step: int = 1, **request: Json) -> Answer:
        events = [{"timestamp": at + place * step, "message": message} for place, message in enumerate(messages)]
        return await self.ask("PutLogEvents", **{**NAMED, "logEvents": events, **request})

    async def messages(self, **request: Json) -> list[str]:
        told = await self.ask("GetLogEvents", **{**NAMED, "startFromHead": True, **request})
        return [event["message"] for event in told["events"]]

    async def found(self, **request: Json) -> list[str]:
        """What every page of a search tells."""
        messages: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = await self.ask("FilterLogEvents", **{"logGroupName": "/aws/jobs", **request, **more})
            messages += [event["message"] for event in page["events"]]
            if "nextToken" not in page:
                return messages
            more = {"nextToken": page["nextToken"]}


@cache
def empty_database() -> bytes:
    """A migrated database file, made once for all worlds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(path, [logs.MIGRATIONS])
        return path.read_bytes()


def build(folder: Path) -> World:
    (folder / "penstock.db").write_bytes(empty_database())
    database, directory = SqliteDatabase(folder / "penstock.db"), Directory()
    world = World(database, folder, directory)
    for service in logs.operations(database, folder, lambda: world.now, lambda: "0" * 32):
        directory.register(service)
    return world
