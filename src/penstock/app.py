"""Composition: every room is built here and handed what it needs; no other module knows them all.

It is also where the clock, ids and chance come from: everything else takes them as values.

    data/
      lock             held while a server runs: one server a folder
      penstock.db      every row                blobs/  incoming/   every byte
      logs/            log streams              sandbox/            jobs, zygotes
      containers/      jobs that are containers
      unpacked/        functions' code, as environments see it
      models/          model data, as model servers see it
      environments/    Pythons that jobs run in, built on first use (unless several data folders share another place)
      captures/        what endpoints were asked and answered, on its way to S3
      server.json      where the server is, while it is up          images.toml   the user's own images, if any
      forward.toml     which peripheral services others answer, if any      stepfunctions.toml    quotas
"""

import asyncio
import fcntl
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from penstock.engine.alarms import Alarms
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.gateway import access, credentials
from penstock.gateway.guard import OpenHost, check_host, is_loopback
from penstock.gateway.server import application, serve
from penstock.gateway.settings import Settings as GatewaySettings
from penstock.images import catalog, clients, metrics
from penstock.images.environments import BadEnvironment
from penstock.runtimes.choice import ByImage
from penstock.runtimes.container import ContainerImage, Containers, EngineGone, NotHere, find_socket
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.environments import Environments, Tell, Unbuildable
from penstock.runtimes.environments.interpreters import find as find_python
from penstock.runtimes.residents import Language, Nursery
from penstock.runtimes.sandbox import SYSTEM_PATH, Image, Sandbox, UnknownImage
from penstock.runtimes.slots import Slots, this_machine
from penstock.services import identity, lambda_, logs, s3
from penstock.services.events import open_events
from penstock.services.peripheral import Misplaced, Peripheral
from penstock.services.sagemaker import experiments, registry
from penstock.services.sagemaker.endpoints.room import open_endpoints
from penstock.services.sagemaker.jobs.instances import Machine
from penstock.services.sagemaker.jobs.room import furnish
from penstock.services.sagemaker.pipelines.room import open_pipelines
from penstock.services.sagemaker.transform.room import open_transform
from penstock.services.sagemaker.tuning.room import open_tuning
from penstock.services.scheduler import open_scheduler
from penstock.services.stepfunctions.integrations import MockConfig, MockError, StandIn, nobody
from penstock.services.stepfunctions.quotas import WrongQuotas, read_quotas
from penstock.services.stepfunctions.room import open_stepfunctions
from penstock.store.blobs import Blobs, Digest
from penstock.store.ground import spread
from penstock.store.logfile import stream_path
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.wire.call import Directory, Scope, Service
from penstock.wire.credentials import Credential
from penstock.wire.validate import validate

log: Final = logging.getLogger(__name__)
SOURCE: Final = Path(__file__).parent
MIGRATIONS: Final = tuple(sorted(path for path in SOURCE.glob("**/migrations") if path.parent.name != "store"))
OUR_FILES: Final = (SOURCE, Path(sys.prefix), Path(sys.base_prefix))  # what jobs and residents see of Penstock's own
BLOB_GRACE: Final = 3600.0  # seconds before a blob that nobody holds goes
SWEEP_EVERY: Final = 900.0  # seconds between two looks for what may go
START_DEADLINE: Final = 60.0
LEAST_ENVIRONMENTS: Final = 32  # of functions at once, warm ones included; more where there is memory for them
ENVIRONMENT_MIB: Final = 64
ENVIRONMENT_HANDLES: Final = 2
OTHER_HANDLES: Final = 400  # for connections, files and jobs
ClientEnvironment = Callable[[Scope, str], Mapping[str, str]]  # (scope, role ARN) → what AWS clients need
ANYBODY: Final = "penstock"  # the key that clients use where no signature is checked


class CannotStart(Exception):
    """Why there is no server, in a sentence for the person who asked for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 4599
    region: str = "us-east-1"
    auth: bool = False
    access_log: bool = False  # on standard error
    mocks: Path | None = None  # a mock configuration file: what stands in for services in test cases
    stand_in: StandIn = nobody  # who else does, in this process: for tests
    environments: Path | None = None  # where Pythons are built; several data folders may share it
    runtime: Literal["sandbox", "container"] = "sandbox"  # of jobs whose image no environment is mapped to
    engine: str = ""  # the container engine's address; empty: where engines are found


def clock() -> float:
    """Seconds since the epoch."""
    return time.time()


def chance() -> str:
    """128 random bits, as 32 hexadecimal digits."""
    return os.urandom(16).hex()


class Penstock:
    """A server on a data folder, ready inside `async with`; leaving stops it, and running jobs go on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.endpoint = ""
        self._exits = AsyncExitStack()
        self._root: Credential | None = None
        self._sessions: identity.Sessions | None = None

    async def __aenter__(self) -> Self:
        try:
            check_host(self.settings.host, auth=self.settings.auth)
            if self.settings.access_log:
                access.write_to(sys.stderr)
            self._open_data()
            await self._open()
        except (OpenHost, Misplaced, WrongQuotas, NotHere, EngineGone) as refusal:
            await self._exits.aclose()
            raise CannotStart(str(refusal)) from None
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    def _open_data(self) -> None:
        data = self.settings.data
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        spread(data)
        lock = self._exits.enter_context((data / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another Penstock runs on {data}; stop it, or choose another --data") from None
        migrate(data / "penstock.db", MIGRATIONS)
        (data / "penstock.db").chmod(0o600)

    async def _open(self) -> None:
        """Build the rooms, open the door, then let the engine go on where it was."""
        rooms = Rooms.build(
            self.settings.data,
            self.client_environment,
            lambda: self.endpoint,
            job_environment=self.job_environment,
            mocks=read_mocks(self.settings.mocks),
            stand_in=self.settings.stand_in,
            environments=self.settings.environments,
            container_engine=ContainerEngine(find_socket(self.settings.engine, os.environ)),
            contain_unmapped=self.settings.runtime == "container",
        )
        self._exits.callback(rooms.database.close)
        self._exits.push_async_callback(rooms.containers.close)
        self._exits.push_async_callback(rooms.sandbox.close)
        self._exits.push_async_callback(rooms.nursery.close)
        self._exits.push_async_callback(rooms.model_servers.close)
        self._exits.push_async_callback(rooms.peripheral.close)
        if self.settings.runtime == "container" or self.settings.engine:
            await rooms.container_engine.version()  # raises where nobody answers
        rooms.peripheral.enter(self.settings.data)
        await identity.ensure_default_role(rooms.database, clock=clock, chance=chance)
        if self.settings.auth:
            await self._find_root(rooms.database)
        seal = await identity.seal_of(rooms.database, clock=clock, chance=chance)
        sts = identity.Sts(rooms.database, clock, chance, rooms.ring)
        self._sessions = identity.Sessions(sts, seal, clock)
        tasks = await self._exits.enter_async_context(asyncio.TaskGroup())
        await self._listen(tasks, rooms)
        await self._work(tasks, rooms.engine)
        tasks.create_task(rooms.database.lengthen_log())
        rooms.chores.append(partial(sweep, rooms, self.settings.data))
        for chore in rooms.chores:
            self._exits.callback(tasks.create_task(chore()).cancel)
        self._tell_where()

    async def _find_root(self, database: SqliteDatabase) -> None:
        """The first key of an installation that checks signatures; its owner finds it in the data folder."""
        self._root = root = await identity.root_credential(database, clock=clock, chance=chance)
        write_private(self.settings.data / "root-keys.json", {"access_key": root.access_key, "secret_key": root.secret})

    def client_environment(self, scope: Scope, role_arn: str) -> Mapping[str, str]:  # noqa: ARG002 - one key so far
        """What the AWS clients of functions and model servers need: this server, the region, and a key."""
        key, secret = (self._root.access_key, self._root.secret) if self._root else (ANYBODY, ANYBODY)
        return clients.client_variables(self.endpoint, scope.region, key, secret, base={})

    def job_environment(self, scope: Scope, role_arn: str) -> Mapping[str, str]:
        """What the AWS clients of a job need: this server, the job's region, and where they get keys of its role.

        Clients take keys from an address of this machine only; where Penstock has none, jobs have the key of functions.
        """
        host = loopback_of(self.settings.host)
        if host is None or self._sessions is None:
            return self.client_environment(scope, role_arn)
        place = f"http://{host}:{self.endpoint.rpartition(':')[2]}{credentials.PATH}"
        return clients.job_variables(self.endpoint, scope.region, place, self._sessions.ticket(scope, role_arn))

    async def _credentials(self, ticket: str) -> Mapping[str, object] | None:
        assert self._sessions is not None
        try:
            return await self._sessions.credentials(ticket)
        except identity.BadTicket:
            return None

    async def _listen(self, tasks: asyncio.TaskGroup, rooms: "Rooms") -> None:
        """Open the door; the endpoint is known afterwards."""
        settings = GatewaySettings(auth=self.settings.auth)
        app = application(
            rooms.directory,
            keys=rooms.ring,
            clock=clock,
            chance=chance,
            settings=settings,
            more=[credentials.route(self._credentials)],
        )
        stopping = asyncio.Event()
        host = self.settings.host
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def listen() -> None:
            try:
                await serve(app, host, self.settings.port, stopping=stopping, ready=port.set_result, settings=settings)
            except OSError as error:
                if port.done():
                    raise
                place = f"{host}:{self.settings.port}"
                remedy = "choose another --port (0 is any free one)"
                port.set_exception(CannotStart(f"cannot listen on {place}: {error.strerror}; {remedy}"))

        tasks.create_task(listen())
        self._exits.callback(stopping.set)
        async with asyncio.timeout(START_DEADLINE):
            self.endpoint = f"http://{f'[{host}]' if ':' in host else host}:{await port}"

    async def _work(self, tasks: asyncio.TaskGroup, engine: Engine) -> None:
        ready = asyncio.Event()
        working = tasks.create_task(engine.work(ready.set))
        self._exits.callback(working.cancel)
        async with asyncio.timeout(START_DEADLINE):
            await ready.wait()

    def _tell_where(self) -> None:
        place = self.settings.data / "server.json"
        port = int(self.endpoint.rpartition(":")[2])
        write_private(
            place, {"endpoint": self.endpoint, "port": port, "region": self.settings.region, "pid": os.getpid()}
        )
        self._exits.callback(place.unlink, missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Every room on one data folder, knowing each other through the directory and the engine only."""

    database: SqliteDatabase
    directory: Directory
    engine: Engine
    blobs: Blobs
    sandbox: Sandbox
    container_engine: ContainerEngine
    containers: Containers
    runtime: ByImage
    nursery: Nursery
    model_servers: Nursery
    ring: identity.StoredKeys
    peripheral: Peripheral
    tidy: list[Callable[[], Awaitable[None]]]  # what rooms want done now and then
    chores: list[Callable[[], Coroutine[Any, Any, None]]]  # what rooms want done all the time, until it is cancelled

    @classmethod
    def build(
        cls,
        data: Path,
        client_environment: ClientEnvironment,
        endpoint: Callable[[], str] = str,
        *,
        job_environment: ClientEnvironment | None = None,
        mocks: MockConfig | None = None,
        stand_in: StandIn = nobody,
        environments: Path | None = None,
        container_engine: ContainerEngine | None = None,
        contain_unmapped: bool = False,
    ) -> Self:
        """From the ground up. Nothing runs yet; `database`, the runtimes and `peripheral` are to be closed.

        The peripheral services enter the directory afterwards: what Penstock has of its own stays its own.
        """
        database = SqliteDatabase(data / "penstock.db")
        directory = Directory(validate)
        blobs = Blobs(data)
        images = Images(data, environments, contain_unmapped=contain_unmapped)
        slots = Slots(this_machine())  # one machine, whatever its jobs run in
        container_engine = container_engine or ContainerEngine(find_socket("", os.environ))
        sandbox = Sandbox(
            data / "sandbox", blobs=blobs, resolve=images.resolve, clock=clock, slots=slots, hidden=[data]
        )
        containers = containers_of(data, container_engine, blobs, images, slots)
        rooms = cls(
            database=database,
            directory=directory,
            engine=Engine(database, directory, clock=clock, chance=chance),
            blobs=blobs,
            sandbox=sandbox,
            container_engine=container_engine,
            containers=containers,
            runtime=ByImage(sandbox, containers, images.is_container),
            nursery=nursery(data),
            model_servers=model_servers(data),
            ring=identity.StoredKeys(database, clock),
            peripheral=Peripheral(directory, endpoint, clock),
            tidy=[],
            chores=[],
        )
        for service in (
            *identity_services(database, rooms.ring),
            *s3.operations(database, blobs, clock, chance),
            *logs.operations(database, data, clock),
            *registry.services(database, directory, clock),
            *experiments.services(database, clock),
        ):
            directory.register(service)
        rooms._furnish_runs(data, images, client_environment, job_environment or client_environment)
        rooms._furnish_stepfunctions(data, mocks, stand_in)
        rooms._furnish_events()
        return rooms

    def _furnish_runs(
        self, data: Path, images: "Images", client_environment: ClientEnvironment, job_environment: ClientEnvironment
    ) -> None:
        """What has runs: jobs and their tuning, endpoints, pipelines and functions."""
        share = this_machine()
        machine = Machine(int(share.cpus), int(share.memory_mib), share.gpus)
        streams = self._streams(data)
        forget_settled_jobs = furnish(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            runtime=self.runtime,
            machine=machine,
            streams=streams,
            client_environment=job_environment,
            definitions=images.metric_definitions,
            clock=clock,
        )
        open_tuning(
            engine=self.engine,
            directory=self.directory,
            streams=streams,
            definitions=images.metric_definitions,
            clock=clock,
        )
        functions = lambda_.furnish(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            residents=self.nursery,
            most_environments=environments_here(int(share.memory_mib)),
            unpacked=data / "unpacked",
            streams=streams,
            client_environment=client_environment,
            clock=clock,
            chance=chance,
        )
        endpoints = open_endpoints(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            residents=self.model_servers,
            machine=machine,
            models=data / "models",
            captures=data / "captures",
            streams=streams,
            image_variables=images.serving_variables,
            client_environment=client_environment,
            clock=clock,
            chance=chance,
        )
        open_transform(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            servers=endpoints.servers,
            streams=streams,
            clock=clock,
        )
        self.chores.extend((functions.work, endpoints.work, self.peripheral.watch))
        self.tidy.extend((forget_settled_jobs, self.sandbox.tidy, self.containers.tidy, functions.tidy, endpoints.tidy))
        open_pipelines(database=self.database, directory=self.directory, engine=self.engine, clock=clock, chance=chance)

    def _streams(self, data: Path) -> Streams:
        def path(scope: Scope, group: str, stream: str) -> Path:
            return stream_path(data, scope.account, scope.region, group, stream)

        return Streams(self.directory, path)

    def _furnish_stepfunctions(self, data: Path, mocks: MockConfig | None, stand_in: StandIn) -> None:
        chores = open_stepfunctions(
            database=self.database,
            directory=self.directory,
            engine=self.engine,
            clock=clock,
            chance=chance,
            limits=read_quotas(data),
            mocks=mocks,
            stand_in=stand_in,
        )
        self.chores.extend(chores)

    def _furnish_events(self) -> None:
        """What happens by the clock, and what follows from events."""
        alarms = Alarms(self.database, clock=clock)
        deliveries = Deliveries(self.engine, self.directory)
        tidy_archives = open_events(
            engine=self.engine,
            directory=self.directory,
            alarms=alarms,
            deliveries=deliveries,
            clock=clock,
            chance=chance,
        )
        open_scheduler(
            engine=self.engine,
            directory=self.directory,
            alarms=alarms,
            deliveries=deliveries,
            clock=clock,
            chance=chance,
        )
        self.chores.append(alarms.work)
        self.tidy.append(tidy_archives)


def read_mocks(file: Path | None) -> MockConfig | None:
    """The mock configuration in a file; raises `CannotStart` with everything that is wrong with it."""
    if file is None:
        return None
    try:
        return MockConfig.parse(file.read_bytes())
    except OSError as error:
        raise CannotStart(f"cannot read {file}: {error.strerror}") from None
    except MockError as wrong:
        raise CannotStart(f"{file}: {wrong}") from None


def environments_here(memory_mib: int) -> int:
    """How many environments of functions there may be at once: for more there is no memory, or no handles are left."""
    handles, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(LEAST_ENVIRONMENTS, min(memory_mib // ENVIRONMENT_MIB, (handles - OTHER_HANDLES) // ENVIRONMENT_HANDLES))


def nursery_variables() -> dict[str, str]:
    """What nurseries start with."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONPATH": str(clients.SHIM)}


def nursery(data: Path) -> Nursery:
    """What keeps the environments of Lambda functions: Python's are forks, Node.js's need node on this machine."""
    inside = SOURCE / "images" / "functions"
    version = ".".join(map(str, sys.version_info[:2]))
    languages = {"python": Language(command=(sys.executable, str(inside / "bootstrap.py")), name=f"Python {version}")}
    if node := shutil.which("node"):
        languages["node"] = Language(command=(node, str(inside / "bootstrap.js")), name=node)
    return Nursery(
        module=inside / "bootstrap.py",
        languages=languages,
        variables=nursery_variables(),
        hidden=[data],
        visible=(*OUR_FILES, *([Path(node)] if node else [])),
        log=data / "sandbox" / "nursery.log",
    )


def model_servers(data: Path) -> Nursery:
    """What keeps the model servers of endpoints: forks of a process that knows how AWS's framework images serve."""
    serve_script, program_script = catalog.INSIDE / "serve.py", catalog.INSIDE / "serve_program.py"
    return Nursery(
        module=serve_script,
        languages={
            "python": Language(command=(sys.executable, str(serve_script)), name="the model server"),
            "program": Language(command=(sys.executable, str(program_script)), name="what starts serve programs"),
        },
        variables=nursery_variables(),
        hidden=[data],
        visible=OUR_FILES,
        log=data / "sandbox" / "model-servers.log",
        preload=(),
    )


def containers_of(data: Path, engine: ContainerEngine, blobs: Blobs, images: "Images", slots: Slots) -> Containers:
    """What runs jobs whose images are at a container engine."""
    return Containers(
        data / "containers",
        engine=engine,
        blobs=blobs,
        resolve=images.container,
        slots=slots,
        clock=clock,
        visible=[clients.SHIM],
    )


def every_operation() -> Directory:
    """The directory of a Penstock with nothing in it: what `penstock coverage` reads."""
    with tempfile.TemporaryDirectory() as folder:
        rooms = Rooms.build(Path(folder), lambda *_: {})
        rooms.peripheral.enter(Path(folder))
        rooms.database.close()
        return rooms.directory


def catalog_of(data: Path) -> catalog.Catalog:
    """The mapping files of a data folder: the user's own, if any, before Penstock's."""
    own = data / "images.toml"
    return catalog.Catalog(*([own] if own.exists() else []), is_here=lambda version: find_python(version) is not None)


def environments_of(data: Path, elsewhere: Path | None, found: catalog.Catalog) -> Environments:
    """Where the environments of a catalogue are, or will be."""
    return Environments(elsewhere or data / "environments", found.environments, clock)


class Images:
    """The catalogue of images, as jobs and their runtimes ask it; `images.toml` in the data folder comes first."""

    def __init__(self, data: Path, environments: Path | None = None, *, contain_unmapped: bool = False) -> None:
        self._contain_unmapped = contain_unmapped
        self._catalog = catalog_of(data)
        self._environments = environments_of(data, environments, self._catalog)
        self.resolve = lru_cache(self._resolve)

    def _resolve(self, uri: str) -> Image:
        """The environment of an image, for the sandbox."""
        try:
            found = self._catalog.resolve(uri)
            plan = self._environments.plan(found.environment)
        except (catalog.UnknownImage, BadEnvironment) as unknown:
            raise UnknownImage(str(unknown)) from None

        async def furnish(tell: Tell) -> None:
            try:
                await self._environments.furnish(plan, tell)
            except Unbuildable as problem:
                raise UnknownImage(str(problem)) from None

        return Image(
            python=plan.python,
            command=found.command or ("python3", str(catalog.INSIDE / "train.py")),
            # What acts when an interpreter starts must be the same here as in jobs, or none could start warm.
            environment={
                **found.variables,
                "PYTHONPATH": str(clients.SHIM),
                "PENSTOCK_IMAGE": str(catalog.INSIDE),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PATH": os.pathsep.join([str(catalog.INSIDE / "bin"), SYSTEM_PATH]),
            },
            preload=found.preload,
            visible=(*OUR_FILES, *(each.folder for each in plan.line if each.folder is not None)),
            furnish=None if all(each.folder is None for each in plan.line) else furnish,
            note=found.note,
        )

    def is_container(self, uri: str) -> bool:
        """Whether an image's jobs run as containers: it is mapped to one, or to nothing."""
        try:
            return self._catalog.container(uri) is not None
        except catalog.UnknownImage:
            return self._contain_unmapped

    def container(self, uri: str) -> ContainerImage:
        """The image at the container engine, of one that runs as a container."""
        try:
            found = self._catalog.container(uri)
        except catalog.UnknownImage:
            found = None
        if found is None:
            return ContainerImage(name=uri)
        return ContainerImage(name=found.name, pull=found.pull, environment=found.variables)

    def serving_variables(self, uri: str) -> Mapping[str, str]:
        """What an image's model servers are told. Raises `catalog.UnknownImage`."""
        found = self._catalog.resolve(uri)
        program = {"PENSTOCK_SERVE": json.dumps(found.serve)} if found.serve else {}
        return {**found.variables, "PENSTOCK_FRAMEWORK": found.framework, **program}

    def metric_definitions(self, uri: str) -> Sequence[Mapping[str, str]]:
        """What SageMaker watches for in the algorithm of an image; nothing for an image nobody knows."""
        try:
            found = self._catalog.resolve(uri)
        except catalog.UnknownImage:
            return ()
        return [{"Name": each.name, "Regex": each.regex} for each in metrics.built_in(found)]


def identity_services(database: SqliteDatabase, ring: identity.StoredKeys) -> tuple[Service, ...]:
    return (
        identity.Roles(database, clock, chance),
        identity.Users(database, clock, chance),
        identity.Policies(database, clock, chance),
        identity.RoleGrants(database, clock),
        identity.UserGrants(database, clock),
        identity.Account(database),
        identity.AccessKeys(database, clock, chance, ring),
        identity.Sts(database, clock, chance, ring),
    )


async def sweep(rooms: Rooms, data: Path) -> None:
    """Now and then remove what nobody needs: blobs without a name, objects and log records past their time."""
    unheld: frozenset[Digest] = frozenset()
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        now = clock()
        try:
            removed = await rooms.blobs.collect(rooms.database, older_than=now - BLOB_GRACE, among=unheld)
            unheld = await rooms.blobs.unheld(rooms.database, older_than=now - BLOB_GRACE)
            await s3.sweep(rooms.database, now, chance)
            await logs.sweep(rooms.database, data, now)
            for tidy in rooms.tidy:
                await tidy()
        except Exception:  # a worker's loop, a door of rule 11: what could not be removed now is tried again later
            log.exception("sweeping failed")
        else:
            log.info("swept: %d blobs that nobody holds", removed)


def loopback_of(host: str) -> str | None:
    """An address of this machine's own at which a server on that host answers; None if it has none."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - asked for, not listened to
        return "127.0.0.1"
    if not is_loopback(host):
        return None
    return f"[{host}]" if ":" in host else host


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """A small JSON file for this user alone, whole at any moment."""
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    beside.replace(path)
