"""A small world for jobs: an S3 and a log service in memory, and a runtime whose containers are Python functions.

A container gets a `Room`: the job as the runtime was given it, and a folder that stands for `/`. What it returns is
its exit code.
"""

import asyncio
import contextlib
import gzip
import io
import itertools
import tarfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from engine.worlds import chances
from migrated import migrate
from penstock.engine.decided import Decided, at_once
from penstock.engine.engine import Engine
from penstock.engine.facts import Outcome, RunId
from penstock.engine.jobs import Ending, File, Job, JobId, Output, Progress
from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.identify import Identify, unidentified
from penstock.services.sagemaker.jobs.exchanges import Hearing
from penstock.services.sagemaker.jobs.instances import Machine
from penstock.services.sagemaker.jobs.measuring import UsageOf, unmeasured
from penstock.services.sagemaker.jobs.room import furnish
from penstock.services.sagemaker.jobs.running import Tracking
from penstock.store.blobs import Blobs
from penstock.store.logfile import Record, encode
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.store.tapes import Tapes
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, operation

SOURCE = Path(__file__).parents[4] / "src" / "penstock"
ROLE = "arn:aws:iam::123456789012:role/service-role/Worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/anything:1"
DEADLINE = 30.0
Json = Any


class MemoryS3:
    """Buckets of objects; every put is remembered in order."""

    service = "s3"

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs
        self.objects: dict[str, dict[str, bytes]] = {"bucket": {}}
        self.types: dict[str, str] = {}
        self.puts: list[str] = []
        self.arrived: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def bucket(self, name: str) -> dict[str, bytes]:
        if name not in self.objects:
            raise ServiceError("The specified bucket does not exist", code="NoSuchBucket")
        return self.objects[name]

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        after = request.get("ContinuationToken", "")
        keys = [
            key for key in sorted(self.bucket(request["Bucket"])) if key.startswith(request["Prefix"]) and key > after
        ]
        page = keys[:2]  # small, so that pages are turned
        more = {"NextContinuationToken": page[-1]} if len(keys) > len(page) else {}
        return {"Contents": [{"Key": key} for key in page], **more}

    @operation("GetObject")
    async def get(self, call: Call, request: Json) -> Answer:
        bucket = self.bucket(request["Bucket"])
        if request["Key"] not in bucket:
            raise ServiceError("The specified key does not exist.", code="NoSuchKey")
        kind = self.types.get(request["Key"], "binary/octet-stream")
        return {"Body": self.blobs.put_bytes(bucket[request["Key"]]), "ContentType": kind}

    @operation("PutObject")
    async def put(self, call: Call, request: Json) -> Answer:
        self.bucket(request["Bucket"])[request["Key"]] = request["Body"].read()
        self.puts.append(request["Key"])
        self.arrived[request["Key"]].set()
        return {}


class MemoryLogs:
    """Log groups and streams, by name only: what is in them goes to files."""

    service = "logs"

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.streams: set[str] = set()

    @operation("CreateLogGroup")
    async def create_group(self, call: Call, request: Json) -> Answer:
        return self._add(self.groups, request["logGroupName"])

    @operation("CreateLogStream")
    async def create_stream(self, call: Call, request: Json) -> Answer:
        if request["logGroupName"] not in self.groups:
            raise ServiceError("The specified log group does not exist.", code="ResourceNotFoundException")
        return self._add(self.streams, f"{request['logGroupName']}:{request['logStreamName']}")

    @operation("DescribeLogStreams")
    async def describe_streams(self, call: Call, request: Json) -> Answer:
        group, prefix = request["logGroupName"], request["logStreamNamePrefix"]
        begin = f"{group}:{prefix}"
        found = sorted(name for name in self.streams if name.startswith(begin))
        return {"logStreams": [{"logStreamName": name.removeprefix(f"{group}:")} for name in found]}

    @staticmethod
    def _add(names: set[str], name: str) -> Answer:
        if name in names:
            raise ServiceError("It already exists", code="ResourceAlreadyExistsException")
        names.add(name)
        return {}


@dataclass
class Room:
    """Where a container finds itself."""

    job: Job
    root: Path
    stopped: asyncio.Event

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def read(self, path: str) -> str:
        return self.path(path).read_text()

    def write(self, path: str, text: str) -> int:
        """Write a file; zero, so that a container can be this and no more."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_text(text)
        return 0

    def say(self, *lines: str, at: float = 1_000.0) -> None:
        assert self.job.log is not None
        self.job.log.parent.mkdir(parents=True, exist_ok=True)
        with self.job.log.open("ab") as file:
            file.writelines(encode(Record(int(at * 1000), line)) for line in lines)

    def files(self) -> dict[str, str]:
        return {
            f"/{path.relative_to(self.root)}": path.read_text()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


Container = Callable[[Room], Any]


@dataclass
class FunctionRuntime:
    """A runtime that remembers what has ended, as a real one does on disk: it lives on when the engine is stopped."""

    folder: Path
    blobs: Blobs
    container: Container
    started: list[Job] = field(default_factory=list)
    ended: dict[JobId, Ending] = field(default_factory=dict)
    rooms: dict[JobId, Room] = field(default_factory=dict)
    stops: set[JobId] = field(default_factory=set)
    forgotten: list[JobId] = field(default_factory=list)
    is_running: asyncio.Event = field(default_factory=asyncio.Event)
    endings: list[Ending] = field(default_factory=list)  # to be answered instead of running anything

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        await decided()
        if job.id not in self.ended:
            if job.id in self.rooms:
                raise AssertionError(f"{job.id} runs already")
            self.started.append(job)
            progress("starting")
            self.ended[job.id] = self.endings.pop(0) if self.endings else await self._run(job, progress)
        return self.ended[job.id]

    async def _run(self, job: Job, progress: Progress) -> Ending:
        room = self.rooms[job.id] = Room(job, self.folder / job.id, asyncio.Event())
        self._furnish(room)
        progress("running")
        self.is_running.set()
        code = self.container(room)
        if asyncio.iscoroutine(code):
            code = await code
        progress("collecting")
        reason = "stopped" if job.id in self.stops else "exited"
        is_good = reason == "exited" and code == 0
        outputs = {output.name: self._collect(room, output) for output in job.outputs if output.always or is_good}
        texts = {path: room.read(path) for path in job.texts if room.path(path).exists()}
        del self.rooms[job.id]
        return Ending(reason=reason, exit_code=code or 0, outputs=outputs, texts=texts)  # type: ignore[arg-type]

    def _furnish(self, room: Room) -> None:
        for folder in room.job.folders:
            room.path(folder).mkdir(parents=True, exist_ok=True)
        for path, content in room.job.files.items():
            room.path(path).parent.mkdir(parents=True, exist_ok=True)
            room.path(path).write_bytes(content)
        for brought in room.job.inputs:
            for file in brought.files:
                place = room.path(f"{brought.folder}/{file.path}")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(self.blobs.find(file.digest).read())

    def _collect(self, room: Room, output: Output) -> tuple[File, ...]:
        folder = room.path(output.folder)
        files = {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }
        if output.form == "tar.gz":
            files = {f"{output.name}.tar.gz": archive(files)} if files else {}
        kept = {name: self.blobs.put_bytes(content) for name, content in files.items()}
        return tuple(File(name, blob.digest, blob.size) for name, blob in kept.items())

    async def stop(self, job: JobId) -> None:
        if job in self.rooms:
            self.stops.add(job)
            self.rooms[job].stopped.set()

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        return self._collect(self.rooms[job], output) if job in self.rooms else ()

    def place(self, job: JobId, path: str) -> Path | None:
        return self.rooms[job].path(path) if job in self.rooms else None

    async def forget(self, job: JobId) -> None:
        self.forgotten.append(job)


def archive(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return content.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isreg()}  # type: ignore[union-attr]


def definitions(image: str) -> list[dict[str, str]]:
    """The metrics that come with an image."""
    return [{"Name": "built-in", "Regex": r"#011built-in:(\S+)"}] if "xgb" in image else []


@dataclass
class World:
    """Everything that outlives the engine, and the engine at work in it."""

    folder: Path
    container: Container = lambda room: 0
    lives: int = 0
    announce: Announce = unheard
    identify: Identify = unidentified
    tracking: Tracking = lambda _: {}
    usage: UsageOf = unmeasured
    more_migrations: ClassVar[list[Path]] = []

    def __post_init__(self) -> None:
        self.database_path = self.folder / "world.db"
        experiments = SOURCE / "services" / "sagemaker" / "experiments" / "migrations"
        migrate(self.database_path, [SOURCE / "engine" / "migrations", experiments, *self.more_migrations])
        self.blobs = Blobs(self.folder)
        self.s3 = MemoryS3(self.blobs)
        self.logs = MemoryLogs()
        self.runtime = FunctionRuntime(self.folder / "rooms", self.blobs, self.container)
        self._ticks = itertools.count()

    @property
    def objects(self) -> dict[str, bytes]:
        return self.s3.objects["bucket"]

    def clock(self) -> float:
        return 1_000.0 + next(self._ticks) / 1000

    def open_more(self, engine: Engine, directory: Directory, streams: Streams) -> None:
        """Other rooms that stand on this one's, in worlds that have them."""

    @contextlib.asynccontextmanager
    async def open(self, database: SqliteDatabase | None = None) -> AsyncIterator["Client"]:
        """The engine at work until the block ends."""
        self.lives += 1
        database = database or SqliteDatabase(self.database_path)
        directory = Directory()
        engine = Engine(database, directory, clock=self.clock, chance=chances(self.lives))
        directory.register(self.s3)
        directory.register(self.logs)
        streams = Streams(directory, lambda scope, group, stream: self.folder / "logs" / group.strip("/") / stream)
        self.room = furnish(
            engine=engine, directory=directory, blobs=self.blobs, runtime=self.runtime,
            machine=lambda *_: Machine(cpus=4, memory_mib=8192),
            streams=streams,
            client_environment=lambda scope, role, asker: {"AWS_ENDPOINT_URL": "http://here", "ROLE": role},
            hearing=Hearing(Tapes(self.folder / "exchanges"), self.blobs),
            clock=self.clock,
            definitions=definitions,
            announce=self.announce,
            identify=self.identify,
            tracking=self.tracking,
            usage=self.usage,
        )  # fmt: skip
        self.tidy = self.room.tidy
        self.open_more(engine, directory, streams)
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

    async def __call__(self, operation_name: str, /, token: str = "", **request: Json) -> Answer:
        return await self.directory.answer(Call("sagemaker", operation_name, request, Scope(), token))

    async def outcome(self, arn: str) -> Outcome:
        async with asyncio.timeout(DEADLINE):
            outcome = await self.engine.settled(RunId(arn))
        assert outcome is not None
        return outcome

    async def train(self, **request: Json) -> Json:
        """Create a training job, wait for its end, and describe it."""
        made = await self("CreateTrainingJob", **request)
        await self.outcome(made["TrainingJobArn"])
        return await self("DescribeTrainingJob", TrainingJobName=request["TrainingJobName"])

    async def process(self, **request: Json) -> Json:
        """Create a processing job, wait for its end, and describe it."""
        made = await self("CreateProcessingJob", **request)
        await self.outcome(made["ProcessingJobArn"])
        return await self("DescribeProcessingJob", ProcessingJobName=request["ProcessingJobName"])


def training_request(name: str = "Churn-1", **members: Json) -> dict[str, Json]:
    request = {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    return {**request, **members}


def channel(name: str, uri: str, **members: Json) -> dict[str, Json]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    data = {key: members.pop(key) for key in list(members) if key.startswith("S3") or key == "InstanceGroupNames"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": {**source, **data}}, **members}


def processing_request(name: str = "prepare-1", **members: Json) -> dict[str, Json]:
    request = {
        "ProcessingJobName": name,
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}
        },
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/a.py"]},
        "RoleArn": ROLE,
    }
    return {**request, **members}


def processing_input(name: str, uri: str, path: str, **data: Json) -> dict[str, Json]:
    source = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": {**source, **data}}


def processing_output(name: str, uri: str, path: str, mode: str = "EndOfJob") -> dict[str, Json]:
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}
