"""A server on a data folder: its rooms (`composition.rooms`), its door, its engine at work, until it is told to stop.

data/
  lock             held while a server runs: one server a folder
  penstock.db      every row                blobs/  incoming/   every byte
  database.json    where the rows are, if in a PostgreSQL
  logs/            log streams              sandbox/            jobs, zygotes
  containers/      jobs that are containers             ray/     jobs on the nodes of a Ray cluster
  unpacked/        functions' code, as environments see it
  models/          model data, as model servers see it
  environments/    Pythons that jobs run in, built on first use (unless several data folders share another place)
  offline/         Parquet files being written         queries/             what Athena's queries read and write
  mlflow/          what tracking servers keep, a folder each
  exchanges/       what running jobs asked by themselves
  captures/        what endpoints were asked and answered, on its way to S3
  server.json      where the server is, while it is up          images.toml   the user's own images, if any
  repositories/    git repositories, by id              remotes/             what git fetches from elsewhere
  connections/     where connections to git hosts lead, a file each
  forward.toml     which peripheral services others answer, if any      stepfunctions.toml    quotas
  retention.toml   for how long executions are kept, if not for ever
"""

import asyncio
import fcntl
import os
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from starlette.types import ASGIApp

from penstock.composition.gifts import hand_out
from penstock.composition.nodes import address_for_nodes, nodes_at
from penstock.composition.private import write_private
from penstock.composition.rooms import Clients, Rooms, sweep
from penstock.composition.sources import chance, clock
from penstock.composition.state import open_to_serve
from penstock.engine.engine import Engine
from penstock.gateway import access, credentials
from penstock.gateway.exhibits import ExhibitDoor
from penstock.gateway.forwarding import Forwarding, Program
from penstock.gateway.fronts import FrontDoor
from penstock.gateway.git import GitDoor
from penstock.gateway.gitproxy import GitProxy
from penstock.gateway.guard import Guard, OpenHost, check_host, is_loopback
from penstock.gateway.hooks import HookDoor
from penstock.gateway.limits import Limits
from penstock.gateway.nodes import NodeDoor
from penstock.gateway.server import application, serve
from penstock.gateway.settings import Settings as GatewaySettings
from penstock.gateway.terminals import TerminalDoor
from penstock.gateway.tls import Tls, WrongTls, over_tls
from penstock.gateway.traffic import Traffic
from penstock.images import clients
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.container import EngineGone, NotHere, find_socket
from penstock.runtimes.ray import Address, ClusterGone, NoCluster
from penstock.services import identity, lambda_
from penstock.services.cloudformation import NotAccepted, accepting
from penstock.services.peripheral import Misplaced
from penstock.services.sagemaker.mlflow.keeping import Launch
from penstock.services.sagemaker.mlflow.room import TrackingRoom
from penstock.services.sagemaker.monitoring.settings import WrongSettings
from penstock.services.sagemaker.recorded.retention import WrongRetention
from penstock.services.stepfunctions.integrations import MockConfig, MockError, StandIn, nobody
from penstock.services.stepfunctions.quotas import WrongQuotas
from penstock.store.database import CannotOpen, Database, DatabaseGone
from penstock.store.ground import spread
from penstock.store.grouped import GroupedDatabase
from penstock.store.migrate import NewerDatabase
from penstock.telemetry.following import follow
from penstock.telemetry.metrics import Metrics
from penstock.telemetry.wishes import NOTHING, Wishes
from penstock.watch.door import WatchDoor
from penstock.watch.links import PLACE
from penstock.watch.passes import Passes
from penstock.wire.call import Scope
from penstock.wire.credentials import Credential
from penstock.wire.http import asked_at

START_DEADLINE: Final = 60.0
FUNCTION_KEYS: Final = 12 * 3600.0  # seconds that the keys of functions last
ANYBODY: Final = "penstock"  # the key that clients use where no signature is checked


class CannotStart(Exception):
    """Why there is no server, in a sentence for the person who asked for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with."""

    data: Path
    database: str = ""  # the address of a PostgreSQL; empty: what the data folder says, or a file in it
    host: str = "127.0.0.1"
    port: int = 4599
    region: str = "us-east-1"
    auth: bool = False
    access_log: bool = False  # on standard error
    mocks: Path | None = None  # a mock configuration file: what stands in for services in test cases
    stand_in: StandIn = nobody  # who else does, in this process: for tests
    environments: Path | None = None  # where Pythons are built; several data folders may share it
    runtime: Literal["sandbox", "container"] = "sandbox"  # of jobs whose image no environment is mapped to
    telemetry: Wishes = NOTHING  # to whom traces and lineage are told
    launch: Launch | None = None  # what is started as a tracking server: for tests
    engine: str = ""  # the container engine's address; empty: where engines are found
    ray: str = ""  # the address of a Ray cluster's job server, or auto; empty: none
    ray_jobs: Literal["all", "mapped"] = "all"  # which jobs go to its nodes
    without_effect: tuple[str, ...] = ()  # types of resources that are kept as records: AWS::EC2::VPC, AWS::EC2::*
    public_url: str = ""  # where people and git hosts reach this server; empty: as who asks has reached it
    tls: Tls | None = None  # where TLS is spoken, beside the plain port
    ray_endpoint: str = ""  # how its nodes reach this server; empty: by the address that leads to the cluster


class Penstock:
    """A server on a data folder, ready inside `async with`; leaving stops it, and running jobs go on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.endpoint = ""
        self.tls_endpoint = ""
        self._exits = AsyncExitStack()
        self._root: Credential | None = None
        self._sessions: identity.Sessions | None = None
        self._for_nodes = Address()

    async def __aenter__(self) -> Self:
        try:
            check_host(self.settings.host, auth=self.settings.auth)
            if self.settings.tls is not None:
                check_host(self.settings.tls.host, auth=self.settings.auth)
            if self.settings.access_log:
                access.write_to(sys.stderr)
            await self._open(self._open_data())
        except (
            OpenHost,
            WrongTls,
            Misplaced,
            WrongQuotas,
            WrongRetention,
            WrongSettings,
            NotHere,
            EngineGone,
            NoCluster,
            ClusterGone,
            NewerDatabase,
            CannotOpen,
            NotAccepted,
        ) as refusal:
            await self._exits.aclose()
            raise CannotStart(str(refusal)) from None
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._exits.aclose()
        except BaseExceptionGroup as failures:
            gone, others = failures.split(DatabaseGone)
            if gone is None or others is not None:
                raise
            raise CannotStart(str(first_of(gone))) from None

    def _open_data(self) -> GroupedDatabase:
        data = self.settings.data
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        spread(data)
        lock = self._exits.enter_context((data / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another Penstock runs on {data}; stop it, or choose another --data") from None
        database = open_to_serve(data, self.settings.database)
        self._exits.callback(database.close)
        return database

    async def _open(self, database: GroupedDatabase) -> None:
        """Build the rooms, open the door, then let the engine go on where it was."""
        settings = self.settings
        nodes = nodes_at(settings.ray, settings.ray_jobs, settings.ray_endpoint, os.environ, lambda: self._for_nodes)
        rooms = Rooms.build(
            self.settings.data,
            Clients(
                jobs=self.job_environment,
                builds=self.job_environment,
                servers=self.server_environment,
                functions=self.clients_of_function,
            ),
            lambda: self.endpoint,
            database=database,
            mocks=read_mocks(self.settings.mocks),
            stand_in=self.settings.stand_in,
            environments=self.settings.environments,
            container_engine=ContainerEngine(find_socket(self.settings.engine, os.environ)),
            contain_unmapped=self.settings.runtime == "container",
            nodes=nodes,
            launch=self.settings.launch,
            types=accepting(self.settings.without_effect),
            outside=lambda: settings.public_url or asked_at.get() or self.endpoint,
            is_traced=self.settings.telemetry.traces is not None,
        )
        follow(rooms.engine, self.settings.telemetry, self._exits)
        rooms.chores.extend(each.work for each in rooms.engine.followers)
        rooms.tidy.extend(each.shorten for each in rooms.engine.followers)
        self._exits.callback(rooms.codecommit.close)
        self._exits.push_async_callback(rooms.containers.close)
        self._exits.push_async_callback(rooms.ray.close)
        self._exits.push_async_callback(rooms.sandbox.close)
        self._exits.push_async_callback(rooms.nursery.close)
        self._exits.push_async_callback(rooms.model_servers.close)
        self._exits.push_async_callback(rooms.contained_servers.close)
        self._exits.push_async_callback(rooms.peripheral.close)
        if self.settings.runtime == "container" or self.settings.engine:
            await rooms.container_engine.version()  # raises where nobody answers
        if nodes.cluster:
            await rooms.ray.cluster.version()  # likewise
        rooms.peripheral.enter(self.settings.data, rooms.instead)
        await identity.ensure_default_role(rooms.database, clock=clock, chance=chance)
        await identity.ensure_project_roles(rooms.database, clock=clock, chance=chance)
        if self.settings.auth:
            await self._find_root(rooms.database)
        seal = await identity.seal_of(rooms.database, clock=clock, chance=chance)
        rooms.tracking.passes.seal_with(seal)
        rooms.sealing.seal_with(seal)
        rooms.ray.tickets.seal_with(seal)
        sts = identity.Sts(rooms.database, clock, chance, rooms.ring)
        self._sessions = identity.Sessions(sts, seal, clock)
        hand_out(rooms.directory)
        tasks = await self._exits.enter_async_context(asyncio.TaskGroup())
        door = GatewaySettings(auth=self.settings.auth)
        app, tls = self._door(rooms, door, seal), settings.tls
        if tls is not None:
            context = tls.context()
            self.tls_endpoint = await self._listen(tasks, over_tls(app), door, tls.host, tls.port, context)
        self.endpoint = await self._listen(tasks, app, door, settings.host, settings.port)
        if nodes.cluster:
            self._for_nodes = address_for_nodes(self.endpoint, settings.host, nodes.cluster, settings.ray_endpoint)
        await self._work(tasks, rooms.engine)
        tasks.create_task(asyncio.to_thread(rooms.blobs.lay_out))
        rooms.chores.append(rooms.database.attend)
        rooms.chores.append(partial(sweep, rooms, self.settings.data))
        for chore in rooms.chores:
            self._exits.callback(tasks.create_task(chore()).cancel)
        self._tell_where()

    async def _find_root(self, database: Database) -> None:
        """The first key of an installation that checks signatures; its owner finds it in the data folder."""
        self._root = root = await identity.root_credential(database, clock=clock, chance=chance)
        write_private(self.settings.data / "root-keys.json", {"access_key": root.access_key, "secret_key": root.secret})

    def job_environment(self, scope: Scope, role_arn: str, asker: str = "") -> Mapping[str, str]:
        """What the AWS clients of a job need: this server, the job's region, and where they get keys of its role."""
        assert self._sessions is not None
        return self._with_ticket(scope, self._sessions.ticket(scope, role_arn, asker))

    def server_environment(self, scope: Scope, role_arn: str) -> Mapping[str, str]:
        """The same for a model server."""
        assert self._sessions is not None
        return self._with_ticket(scope, self._sessions.passing_ticket(scope, role_arn))

    def _with_ticket(self, scope: Scope, ticket: str) -> Mapping[str, str]:
        """Clients take keys from an address of this machine only; where Penstock has none, the installation's own."""
        host = loopback_of(self.settings.host)
        if host is None:
            key, secret = (self._root.access_key, self._root.secret) if self._root else (ANYBODY, ANYBODY)
            return clients.client_variables(self.endpoint, scope.region, key, secret, base={})
        place = f"http://{host}:{self.endpoint.rpartition(':')[2]}{credentials.PATH}"
        return clients.job_variables(self.endpoint, scope.region, place, ticket)

    async def clients_of_function(self, scope: Scope, role_arn: str, name: str) -> lambda_.Clients:
        """What the AWS clients of a function need, its keys in its environment: programs look for them there."""
        assert self._sessions is not None
        keys = await self._sessions.keys(scope.account, role_arn, session=name, lasting=FUNCTION_KEYS)
        access_key, secret, token = keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"]
        variables = clients.client_variables(self.endpoint, scope.region, access_key, secret, token, base={})
        return lambda_.Clients(variables, keys["Expiration"])

    async def _credentials(self, ticket: str) -> Mapping[str, object] | None:
        assert self._sessions is not None
        try:
            return await self._sessions.credentials(ticket)
        except identity.BadTicket:
            return None

    def _door(self, rooms: Rooms, settings: GatewaySettings, seal: bytes) -> ASGIApp:
        """All that is answered over HTTP."""
        traffic = Traffic()
        forwarding = Forwarding(finder(rooms.tracking), Guard(rooms.ring, clock, settings.auth))
        self._exits.push_async_callback(forwarding.close)
        password = identity.ServicePasswords(rooms.database, "codecommit.amazonaws.com").whose
        behind = rooms.codeconnections
        connected = GitProxy(behind.upstream, behind.from_folder, password, rooms.ring, clock, auth=settings.auth)
        self._exits.push_async_callback(connected.close)
        metrics = Metrics(
            database=rooms.database,
            engine=rooms.engine,
            traffic=traffic,
            slots=rooms.slots,
            blobs=rooms.blobs,
            answered=rooms.answered,
            clock=clock,
            auth=settings.auth,
        )
        return application(
            rooms.directory,
            keys=rooms.ring,
            clock=clock,
            chance=chance,
            settings=settings,
            traffic=traffic,
            more=[
                credentials.route(self._credentials),
                metrics.route(),
                *self._watching(rooms, settings, seal).routes(),
                *forwarding.routes(),
                *connected.routes(),
                *HookDoor(rooms.hooks, auth=settings.auth).routes(),
                *TerminalDoor(rooms.terminals, auth=settings.auth).routes(),
                *NodeDoor(rooms.ray.desk, auth=self.settings.auth).routes(),
                *ExhibitDoor(rooms.exhibits["codebuild"], auth=settings.auth).routes(),
            ],
            links={"Watch what goes on": PLACE},
            hear=rooms.hearing.hear,
            fronts=FrontDoor(
                rooms=rooms.fronts,
                guard=Guard(rooms.ring, clock, settings.auth),
                clock=clock,
                chance=chance,
                settings=settings,
                traffic=traffic,
                idle=Limits(settings.idle_seconds),
            ),
            git=GitDoor(
                repositories=rooms.codecommit.serving,
                keys=rooms.ring,
                password=password,
                region=self.settings.region,
                clock=clock,
                chance=chance,
                settings=settings,
                idle=Limits(settings.idle_seconds),
            ),
        )

    async def _listen(
        self,
        tasks: asyncio.TaskGroup,
        app: ASGIApp,
        settings: GatewaySettings,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
    ) -> str:
        """Open the door; the address at which it is."""
        stopping = asyncio.Event()
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def listen() -> None:
            try:
                await serve(app, host, port, stopping=stopping, ready=found.set_result, settings=settings, tls=tls)
            except OSError as error:
                if found.done():
                    raise
                place = f"{host}:{port}"
                remedy = f"choose another --{'port' if tls is None else 'tls'} (0 is any free one)"
                found.set_exception(CannotStart(f"cannot listen on {place}: {error.strerror}; {remedy}"))

        tasks.create_task(listen())
        self._exits.callback(stopping.set)
        async with asyncio.timeout(START_DEADLINE):
            return f"http{'' if tls is None else 's'}://{f'[{host}]' if ':' in host else host}:{await found}"

    def _watching(self, rooms: Rooms, settings: GatewaySettings, seal: bytes) -> WatchDoor:
        guard = Guard(rooms.ring, clock, settings.auth)
        return WatchDoor(
            rooms.directory, guard, Passes(seal, clock), self.settings.region, rooms.database.commits, clock
        )

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


def finder(tracking: TrackingRoom) -> Callable[[str], Awaitable[Program | None]]:
    """Tracking servers, as the door that passes requests on to them asks for them."""

    async def find(arn: str) -> Program | None:
        found = await tracking.find(arn)
        if found is None:
            return None
        return Program(found.port, found.status, lambda given: tracking.passes.is_good(given, arn))

    return find


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


def first_of(failures: BaseExceptionGroup[DatabaseGone]) -> DatabaseGone:
    """One of the failures in a group, of which many say the same."""
    found = failures.exceptions[0]
    return first_of(found) if isinstance(found, BaseExceptionGroup) else found


def loopback_of(host: str) -> str | None:
    """An address of this machine's own at which a server on that host answers; None if it has none."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - asked for, not listened to
        return "127.0.0.1"
    if not is_loopback(host):
        return None
    return f"[{host}]" if ":" in host else host
