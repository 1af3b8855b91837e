"""A small world for transform jobs: an S3 and a log service in memory, and models that are Python functions.

A model is given what a server is asked (`Asked`), and answers a `Reply`: see `saying`.
"""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.worlds import chances, working
from migrated import migrate
from penstock.engine import journal
from penstock.engine.engine import Engine
from penstock.engine.facts import Outcome, RunId
from penstock.engine.residents import Reply, Request, Setting
from penstock.services.sagemaker import registry
from penstock.services.sagemaker.endpoints.room import open_endpoints
from penstock.services.sagemaker.endpoints.servers import Served
from penstock.services.sagemaker.jobs.instances import Machine
from penstock.services.sagemaker.jobs.model import Content, Record, State
from penstock.services.sagemaker.recorded.story import FLOWS
from penstock.services.sagemaker.transform.room import open_transform
from penstock.store.blobs import Blobs
from penstock.store.logfile import decode
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, Scope
from penstock.wire.validate import validate
from services.sagemaker.endpoints.servers import saying
from services.sagemaker.jobs.worlds import SOURCE, MemoryLogs, MemoryS3

Json = Any
DEADLINE = 30.0
ROLE = "arn:aws:iam::123456789012:role/service-role/Worker"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:transform-job/"

Model = Callable[[Request], Any]  # a Reply, or a coroutine of one


def shouting(request: Request) -> Reply:
    """A model that answers each line in capitals."""
    return saying(200, request.payload.decode().upper())


@dataclass
class Server:
    """A resident that answers as its model does, and not any more when its model has gone."""

    models: "Models"
    is_over: bool = False

    async def ask(self, request: Request) -> Reply:
        path = request.facts["path"]
        if path != "/invocations":
            return self.models.ping if path == "/ping" else self.models.parameters
        reply = self.models.model(request)
        found: Reply = await reply if asyncio.iscoroutine(reply) else reply
        if found.way != "answered":
            self.is_over = True
        return found

    def end(self) -> None:
        self.is_over = True


@dataclass
class Models:
    """Where servers come from, and what all of them say."""

    model: Model
    ping: Reply = field(default_factory=lambda: saying(200))
    parameters: Reply = field(default_factory=lambda: saying(404))
    settings: list[Setting] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    @property
    def languages(self) -> Mapping[str, str]:
        return {"python": "Python"}

    async def start(self, setting: Setting) -> Server:
        self.settings.append(setting)
        server = Server(self)
        self.servers.append(server)
        return server


@dataclass
class World:
    """Everything that outlives the engine, and the engine at work in it."""

    folder: Path
    model: Model = shouting
    lives: int = 0

    def __post_init__(self) -> None:
        self.database_path = self.folder / "world.db"
        experiments = SOURCE / "services" / "sagemaker" / "experiments" / "migrations"
        migrate(self.database_path, [SOURCE / "engine" / "migrations", experiments])
        self.blobs = Blobs(self.folder)
        self.s3 = MemoryS3(self.blobs)
        self.logs = MemoryLogs()
        self.models = Models(self.model)

    @property
    def objects(self) -> dict[str, bytes]:
        return self.s3.objects["bucket"]

    def put(self, **objects: bytes | str) -> None:
        """Objects under `data/`; `__` in a name is a dot, `___` a slash."""
        for name, content in objects.items():
            key = "data/" + name.replace("___", "/").replace("__", ".")
            self.objects[key] = content.encode() if isinstance(content, str) else content

    def out(self, name: str) -> str:
        return self.objects[f"out/{name}"].decode()

    def path(self, scope: Scope, group: str, stream: str) -> Path:
        return self.folder / "logs" / group.strip("/") / f"{stream}.log"

    @property
    def data_log(self) -> list[str]:
        """What the data logs say, without the times."""
        records = [
            decode(line).message
            for path in sorted((self.folder / "logs").rglob("data-log.log"))
            for line in path.read_bytes().splitlines()
        ]
        return [message.partition(":[sagemaker logs]: ")[2] for message in records]

    @contextlib.asynccontextmanager
    async def open(self, database: SqliteDatabase | None = None) -> AsyncIterator["Client"]:
        """The engine at work until the block ends."""
        self.lives += 1
        database = database or SqliteDatabase(self.database_path)
        directory = Directory(validate)
        chance = chances(self.lives)
        engine = Engine(database, directory, clock=lambda: 1_000.0, chance=chance)
        directory.register(self.s3)
        directory.register(self.logs)
        for service in registry.services(database, directory, lambda: 1_000.0):
            directory.register(service)
        streams = Streams(directory, self.path)
        endpoints = open_endpoints(
            engine=engine, directory=directory, blobs=self.blobs, residents=self.models,
            machine=Machine(cpus=4, memory_mib=8192), models=self.folder / "models",
            captures=self.folder / "captures", streams=streams,
            how_served=lambda image: Served(variables={"IMAGE": image}),
            client_environment=lambda scope, role: {"ROLE": role},
            clock=lambda: 1_000.0, chance=chance,
        )  # fmt: skip
        open_transform(
            engine=engine, directory=directory, blobs=self.blobs, servers=endpoints.servers, streams=streams,
            clock=lambda: 1_000.0,
        )  # fmt: skip
        with contextlib.closing(database):
            async with working(engine):
                yield Client(engine, directory)


@dataclass(frozen=True)
class Client:
    """A customer, in this process."""

    engine: Engine
    directory: Directory

    async def __call__(self, operation: str, /, token: str = "", **request: Json) -> Answer:
        return await self.directory.answer(Call("sagemaker", operation, request, Scope(), token))

    async def model(self, **more: Json) -> None:
        container = {"Image": "image", "Environment": {"MINE": "model's", "OTHER": "model's"}, **more}
        await self("CreateModel", token="model", ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=container)

    async def outcome(self, name: str = "job") -> Outcome:
        async with asyncio.timeout(DEADLINE):
            outcome = await self.engine.settled(RunId(ARN + name))
        assert outcome is not None
        return outcome

    async def record(self) -> Record:
        """What is recorded of the job that has ended."""
        loaded = await self.engine.database.read(lambda tx: journal.load(tx, RunId(f"{ARN}job"), FLOWS))
        assert loaded is not None
        state: State = loaded.state
        assert state.report is not None
        assert state.report.record is not None
        return state.report.record

    async def transform(self, **request: Json) -> Json:
        """Create a job, wait for its end, and describe it."""
        await self.model()
        await self("CreateTransformJob", **request)
        await self.outcome(request["TransformJobName"].lower())
        return await self("DescribeTransformJob", TransformJobName=request["TransformJobName"])


def contents(world: World, found: Sequence[Content]) -> dict[str, str]:
    """What recorded objects hold, by their URIs."""
    return {each.uri: world.blobs.find(each.digest).read().decode() for each in found}


def transform_request(name: str = "job", **members: Json) -> dict[str, Json]:
    """A request; members of its input, output and processing may be given by their names alone."""
    data = {"S3DataType": members.pop("S3DataType", "S3Prefix"), "S3Uri": members.pop("S3Uri", "s3://bucket/data/")}
    source = {"DataSource": {"S3DataSource": data}, **taken(members, "ContentType", "CompressionType", "SplitType")}
    output = {"S3OutputPath": "s3://bucket/out", **taken(members, "Accept", "AssembleWith")}
    processing = taken(members, "InputFilter", "OutputFilter", "JoinSource")
    count = members.pop("InstanceCount", 1)
    return {
        "TransformJobName": name,
        "ModelName": "m",
        "TransformInput": source,
        "TransformOutput": output,
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": count},
        **({"DataProcessing": processing} if processing else {}),
        **members,
    }


def taken(members: dict[str, Json], *names: str) -> dict[str, Json]:
    return {name: members.pop(name) for name in names if name in members}


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode())
