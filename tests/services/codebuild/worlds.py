"""A small world for builds: S3, Logs, parameters and secrets in memory, and the very program of builds in a folder."""

import asyncio
import contextlib
import itertools
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.worlds import chances
from migrated import migrate
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.codebuild.announcing import Announce, unheard
from penstock.services.codebuild.room import open_codebuild
from penstock.services.codebuild.running import Machine
from penstock.store.blobs import Blobs
from penstock.store.logfile import decode
from penstock.store.sealing import Sealing
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, operation
from penstock.wire.validate import validate
from services.sagemaker.jobs import worlds as jobs
from services.sagemaker.jobs.worlds import FunctionRuntime, MemoryLogs, Room
from services.sessions import Sessions

SOURCE = Path(__file__).parents[3] / "src" / "penstock"
ROLE = "arn:aws:iam::123456789012:role/Builder"
ALICE = Scope(principal="arn:aws:iam::123456789012:user/alice")
DEADLINE = 60.0
BUILD = "/opt/ml/build"
Json = Any


class MemoryS3(jobs.MemoryS3):
    """Objects with the metadata that they were put with."""

    def __init__(self, blobs: Blobs) -> None:
        super().__init__(blobs)
        self.metadata: dict[str, Json] = {}

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        """With the times of objects: the place of each among all puts."""
        page = await super().list(call, request)
        last = {key: place for place, key in enumerate(self.puts)}
        return {**page, "Contents": [{**each, "LastModified": last.get(each["Key"], -1)} for each in page["Contents"]]}

    @operation("PutObject")
    async def put(self, call: Call, request: Json) -> Answer:
        self.metadata[request["Key"]] = request.get("Metadata", {})
        return await super().put(call, request)


class Parameters:
    service = "ssm"

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    @operation("GetParameter")
    async def get(self, call: Call, request: Json) -> Answer:
        if request["Name"] not in self.values:
            raise ServiceError("not there", code="ParameterNotFound")
        return {"Parameter": {"Value": self.values[request["Name"]]}}


class Secrets:
    service = "secretsmanager"

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    @operation("GetSecretValue")
    async def get(self, call: Call, request: Json) -> Answer:
        name = request["SecretId"].rpartition(":secret:")[2]
        if name not in self.values:
            raise ServiceError("Secrets Manager can't find it.", code="ResourceNotFoundException")
        return {"SecretString": self.values[name]}


async def carries_out(room: Room) -> int:
    """The program, with its folder in the room's place of `/opt/ml/build`."""
    here = str(room.path(BUILD))
    order = room.path(f"{BUILD}/order.json")
    order.write_text(order.read_text().replace(BUILD, here))
    environment = {name: value.replace(BUILD, here) for name, value in room.job.environment.items()}
    assert room.job.log is not None
    room.job.log.parent.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, f"{here}/runner", str(order), cwd=here, env={"PATH": os.environ["PATH"], **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    stopping = asyncio.create_task(ends_when_stopped(room, process))
    try:
        async for line in process.stdout:
            room.say(line.decode().rstrip("\n"))
        return await process.wait()
    finally:
        stopping.cancel()
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def ends_when_stopped(room: Room, process: asyncio.subprocess.Process) -> None:
    await room.stopped.wait()
    process.terminate()


@dataclass
class World:
    """Everything that outlives the engine, and the engine at work in it."""

    folder: Path
    container: Callable[[Room], Json] = carries_out
    announce: Announce = unheard
    lives: int = 0
    passed: float = 0.0  # seconds besides
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database_path = self.folder / "world.db"
        migrate(self.database_path, [SOURCE / "engine" / "migrations"])
        self.blobs = Blobs(self.folder)
        self.s3 = MemoryS3(self.blobs)
        self.logs = MemoryLogs()
        self.sealing = Sealing()
        self.parameters, self.secrets = Parameters(), Secrets()
        self.runtime = FunctionRuntime(self.folder / "rooms", self.blobs, self.container)
        self._ticks = itertools.count()

    @property
    def objects(self) -> dict[str, bytes]:
        return self.s3.objects["bucket"]

    def clock(self) -> float:
        return 1_000.0 + self.passed + next(self._ticks) / 1000

    def stream(self, scope: Scope, group: str, stream: str) -> Path:
        return self.folder / "logs" / group.strip("/") / stream

    def keeps(self, text: str) -> bool:
        """Whether a text is anywhere in the database as it is."""
        return any(text.encode() in file.read_bytes() for file in self.folder.glob("world.db*"))

    def delivers(self) -> bool:
        """Whether a delivery is under way."""
        with contextlib.closing(sqlite3.connect(self.database_path)) as database:
            return database.execute("SELECT 1 FROM run WHERE flow = 'delivery'").fetchone() is not None

    def log(self, build: Json) -> list[str]:
        """What the commands of a build have said."""
        path = self.stream(ALICE, build["logs"]["groupName"], build["logs"]["streamName"])
        messages = [decode(line).message for line in path.read_bytes().splitlines()]
        return [message for message in messages if not message.startswith("[Container]")]

    @contextlib.asynccontextmanager
    async def open(self, database: SqliteDatabase | None = None) -> AsyncIterator["Client"]:
        """The engine at work until the block ends."""
        self.lives += 1
        database = database or SqliteDatabase(self.database_path)
        directory = Directory(validate)
        engine = Engine(database, directory, clock=self.clock, chance=chances(self.lives))
        chance = chances(100 + self.lives)
        for service in (self.s3, self.logs, self.parameters, self.secrets, Sessions(self.clock())):
            directory.register(service)
        room = open_codebuild(
            engine=engine, directory=directory, blobs=self.blobs, runtime=self.runtime,
            machine=Machine(cpus=4, memory_mib=8192), streams=Streams(directory, self.stream),
            deliveries=Deliveries(engine, directory), sealing=self.sealing, folder=self.folder / "fetched",
            client_environment=lambda scope, role: {"ROLE": role, **self.environment},
            clock=self.clock, chance=chance, announce=self.announce,
            endpoint=lambda: "http://here", outside=lambda: "http://here",
        )  # fmt: skip
        self.tidy, self.hear, self.enter, self.exhibits = room.tidy, room.hear, room.enter, room.exhibits
        ready = asyncio.Event()
        task = asyncio.create_task(engine.work(ready.set))
        waiting = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            yield Client(engine, directory)
        finally:
            waiting.cancel()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await task
            database.close()


@dataclass(frozen=True)
class Client:
    """A customer, in this process."""

    engine: Engine
    directory: Directory

    async def __call__(self, operation_name: str, /, **request: Json) -> Answer:
        return await self.directory.answer(Call("codebuild", operation_name, request, ALICE))

    async def started_by(self, principal: str, project: str = "app") -> Json:
        """A build that somebody else has started."""
        call = Call("codebuild", "StartBuild", {"projectName": project}, Scope(principal=principal))
        return (await self.directory.answer(call))["build"]

    async def build(self, name: str = "app") -> Json:
        return (await self("BatchGetBuilds", ids=[name]))["builds"][0]

    async def ended(self, build: Mapping[str, Json]) -> Json:
        """A build, when it is over."""
        async with asyncio.timeout(DEADLINE):
            await self.engine.settled(RunId(build["arn"]))
        return await self.build(build["id"])

    async def run(self, project: str = "app", **overrides: Json) -> Json:
        """Start a build and wait for its end."""
        started = await self("StartBuild", projectName=project, **overrides)
        return await self.ended(started["build"])


def project(name: str = "app", spec: str = "", **members: Json) -> dict[str, Json]:
    settings = {
        "name": name,
        "source": {"type": "NO_SOURCE", "buildspec": spec or "version: 0.2\nphases: {build: {commands: [echo built]}}"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"
        },
        "serviceRole": ROLE,
    }  # fmt: skip
    return {**settings, **members}


def phases(build: Mapping[str, Json]) -> dict[str, str]:
    return {each["phaseType"]: each.get("phaseStatus", "") for each in build["phases"]}


def message(build: Mapping[str, Json], phase: str) -> str:
    contexts = next(each["contexts"] for each in build["phases"] if each["phaseType"] == phase)
    return "; ".join(f"{each['statusCode']}: {each['message']}" for each in contexts if any(each.values()))


def variable(name: str, value: str, kind: str = "PLAINTEXT") -> dict[str, Json]:
    return {"name": name, "value": value, "type": kind}
