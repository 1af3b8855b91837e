"""Every room on one data folder."""

import asyncio
import logging
import math
import os
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from penstock.composition.built import Built
from penstock.composition.images import BUILT, Images
from penstock.composition.inventories import Inventories
from penstock.composition.modelservers import model_servers
from penstock.composition.nodes import NO_NODES, Nodes, anywhere_by_image, machines, ray_of
from penstock.composition.pinning import Pinning
from penstock.composition.repositories import git_hosts, git_repositories
from penstock.composition.residents import environments_here, nursery, sdk_of
from penstock.composition.runtimes import containers_of, here_by_image, machine_here
from penstock.composition.sources import chance, clock
from penstock.composition.state import ROWS
from penstock.composition.tracking import tracking_servers
from penstock.engine.alarms import Alarms
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.engine.pushes import Pushes
from penstock.runtimes.choice import ByImage, WhereContained
from penstock.runtimes.container import Containers, ContainerServers, find_socket
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.ray import RayJobs
from penstock.runtimes.residents import Nurseries, Nursery
from penstock.runtimes.sandbox import Sandbox
from penstock.runtimes.slots import Slots, slots_here
from penstock.services import cloudwatch, glue, identity, lambda_, logs, s3, ssm
from penstock.services.apigateway import open_apigateway
from penstock.services.athena.room import open_athena
from penstock.services.autoscaling import open_autoscaling
from penstock.services.cloudformation import TYPES, Types, open_cloudformation
from penstock.services.codebuild.announcing import Announcer as BuildAnnouncer
from penstock.services.codebuild.room import open_codebuild
from penstock.services.codebuild.running import Machine as BuildMachine
from penstock.services.codecommit import CodeCommitRoom
from penstock.services.codeconnections import CodeConnectionsRoom
from penstock.services.codepipeline import open_codepipeline
from penstock.services.events import open_events
from penstock.services.notifications import open_notifications
from penstock.services.peripheral import Memory, Peripheral
from penstock.services.sagemaker import experiments, lineage, registry
from penstock.services.sagemaker.announcer import Announcer
from penstock.services.sagemaker.automl.room import open_automl
from penstock.services.sagemaker.endpoints.metering import Answered, nothing_answered
from penstock.services.sagemaker.endpoints.room import open_endpoints
from penstock.services.sagemaker.features.room import open_features
from penstock.services.sagemaker.images.room import open_images
from penstock.services.sagemaker.jobs.exchanges import Hearing
from penstock.services.sagemaker.jobs.room import furnish
from penstock.services.sagemaker.jobs.running import JobClients, no_context
from penstock.services.sagemaker.mlflow.keeping import Launch
from penstock.services.sagemaker.mlflow.room import TrackingRoom
from penstock.services.sagemaker.monitoring.room import open_monitoring
from penstock.services.sagemaker.monitoring.settings import read_schedule_minutes
from penstock.services.sagemaker.pipelines.notices import telling
from penstock.services.sagemaker.pipelines.room import open_pipelines
from penstock.services.sagemaker.projects.room import open_projects
from penstock.services.sagemaker.recommendations.room import open_recommendations
from penstock.services.sagemaker.recorded.retention import Tidying, read_retention
from penstock.services.sagemaker.shadowtests.room import open_shadow_tests
from penstock.services.sagemaker.transform.room import open_transform
from penstock.services.sagemaker.tuning.room import open_tuning
from penstock.services.scheduler import open_scheduler
from penstock.services.servicecatalog import open_servicecatalog
from penstock.services.stepfunctions.integrations import MockConfig, StandIn, nobody
from penstock.services.stepfunctions.quotas import read_quotas
from penstock.services.stepfunctions.room import open_stepfunctions
from penstock.store.blobs import GRACE, Blobs, Digest
from penstock.store.grouped import GroupedDatabase
from penstock.store.logfile import stream_path
from penstock.store.sealing import Sealing
from penstock.store.sqlite import SqliteDatabase
from penstock.store.streams import Streams
from penstock.store.tapes import Tapes
from penstock.telemetry.following import contexts
from penstock.wire.call import Directory, Scope, Service
from penstock.wire.exhibits import Exhibits
from penstock.wire.fronts import API, FUNCTION, Front
from penstock.wire.hooks import Hook
from penstock.wire.terminals import Enter
from penstock.wire.validate import validate

log: Final = logging.getLogger(__name__)
ClientEnvironment = Callable[[Scope, str], Mapping[str, str]]  # (scope, role ARN) → what AWS clients need


def nothing(*_: object) -> Mapping[str, str]:
    return {}


async def no_keys(*_: object) -> lambda_.Clients:
    return lambda_.Clients({}, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """What the AWS clients of all that runs here are told; nothing, where there is no door for them."""

    jobs: JobClients = nothing
    builds: ClientEnvironment = nothing
    servers: ClientEnvironment = nothing
    functions: lambda_.ClientsOf = no_keys


QUERIES_SHARE: Final = 4  # of this machine's memory, a quarter is for Athena's queries
SWEEP_EVERY: Final = 900.0  # seconds between two looks for what may go


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Every room on one data folder, knowing each other through the directory and the engine only."""

    database: GroupedDatabase
    directory: Directory
    engine: Engine
    notices: Notices
    deliveries: Deliveries
    pushes: Pushes
    blobs: Blobs
    sandbox: Sandbox
    container_engine: ContainerEngine
    containers: Containers
    ray: RayJobs
    runtime: ByImage  # wherever a job belongs
    runtime_here: ByImage
    slots: Slots
    tracking: TrackingRoom
    answered: Answered
    inventories: Inventories
    hearing: Hearing
    nursery: Nursery
    model_servers: Nurseries
    contained_servers: ContainerServers
    ring: identity.StoredKeys
    peripheral: Peripheral
    instead: tuple[Service, ...]  # what answers in place of the peripheral services, unless those are forwarded
    sealing: Sealing
    outside: Callable[[], str]  # where people and git hosts reach this server
    codecommit: CodeCommitRoom
    codeconnections: CodeConnectionsRoom
    # rooms that hear git hosts
    hooks: dict[str, Callable[[Hook], Awaitable[tuple[int, str]]]] = field(default_factory=dict)
    terminals: dict[str, Enter] = field(default_factory=dict)  # rooms that let people in
    fronts: dict[str, Front] = field(default_factory=dict)  # rooms that have given out addresses
    exhibits: dict[str, Exhibits] = field(default_factory=dict)  # rooms that show something to anybody
    tidy: list[Callable[[], Awaitable[None]]] = field(default_factory=list)  # what rooms want done now and then
    # what rooms want done all the time, until it is cancelled
    chores: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)

    @classmethod
    def build(
        cls,
        data: Path,
        clients_of: Clients = Clients(),
        endpoint: Callable[[], str] = str,
        *,
        database: GroupedDatabase | None = None,
        mocks: MockConfig | None = None,
        stand_in: StandIn = nobody,
        environments: Path | None = None,
        container_engine: ContainerEngine | None = None,
        contain_unmapped: bool = False,
        nodes: Nodes = NO_NODES,
        is_traced: bool = False,
        launch: Launch | None = None,
        types: Types = TYPES,
        outside: Callable[[], str] | None = None,
    ) -> Self:
        """From the ground up, on the folder's own database if none is given.

        Nothing runs yet; `database`, the runtimes and `peripheral` are to be closed.

        The peripheral services enter the directory afterwards: what Penstock has of its own stays its own.
        """
        database = database or SqliteDatabase(data / ROWS)
        directory = Directory(validate)
        blobs = Blobs(data)
        images = Images(data, environments, contain_unmapped=contain_unmapped, spread_unmapped=nodes.take_unmapped)
        slots = slots_here()  # one machine, whatever its jobs run in
        container_engine = container_engine or ContainerEngine(find_socket("", os.environ))
        sandbox = Sandbox(
            data / "sandbox", blobs=blobs, resolve=images.resolve, clock=clock, slots=slots, hidden=[data]
        )
        containers = containers_of(data, container_engine, blobs, images, slots)
        ray = ray_of(data, nodes, blobs, images)
        engine, notices = Engine(database, directory, clock=clock, chance=chance), Notices(database, directory)
        deliveries, pushes = Deliveries(engine, directory), Pushes()
        sealing = Sealing()
        peripheral = Peripheral(directory, endpoint, clock, Memory(database, sealing, clock, chance))
        rooms = cls(
            database=database,
            directory=directory,
            engine=engine,
            notices=notices,
            deliveries=deliveries,
            blobs=blobs,
            sandbox=sandbox,
            container_engine=container_engine,
            containers=containers,
            slots=slots,
            tracking=tracking_servers(data, environments, launch, database, directory, clients_of.servers, endpoint),
            answered=nothing_answered(),
            ray=ray,
            runtime=anywhere_by_image(sandbox, containers, ray, images),
            runtime_here=here_by_image(sandbox, containers, images),
            inventories=Inventories(images, blobs, container_engine),
            hearing=Hearing(Tapes(data / "exchanges"), blobs),
            nursery=nursery(data),
            model_servers=model_servers(data, data / "sandbox" / "model-servers.log"),
            contained_servers=ContainerServers(
                data / "containers", engine=container_engine, resolve=images.container, clock=clock
            ),
            ring=identity.StoredKeys(database, clock),
            peripheral=peripheral,
            instead=ssm.parameter_store(database, sealing, notices, peripheral.answer, clock)
            + cloudwatch.metrics(database, clock),
            sealing=sealing,
            codecommit=git_repositories(data, database, directory, deliveries, notices, pushes, endpoint),
            codeconnections=git_hosts(data, engine, directory, deliveries, pushes, sealing, endpoint),
            pushes=pushes,
            outside=outside or endpoint,
        )
        rooms._furnish_keeping(data)
        streams = streams_of(data, directory)
        rooms._furnish_jobs(streams, images, clients_of.jobs, is_traced=is_traced)
        rooms._furnish_functions(data, streams, clients_of.functions, sdk_of(data, environments), endpoint)
        rooms._furnish_images(data, images)
        rooms._furnish_models(data, streams, images, clients_of.servers)
        rooms._furnish_features(data)
        rooms._furnish_builds(data, streams, clients_of.builds, endpoint)
        rooms._furnish_pipelines(endpoint, types)
        rooms._furnish_catalog()
        rooms._furnish_stepfunctions(data, mocks, stand_in)
        rooms._furnish_events(data)
        rooms._furnish_retention(data)
        rooms._furnish_repositories()
        return rooms

    def _furnish_keeping(self, data: Path) -> None:
        """What keeps things and does nothing by itself."""
        database, directory = self.database, self.directory
        announcer = s3.Announcer(self.notices, self.deliveries, clock, chance)
        for service in (
            *identity.services(database, clock, chance, self.ring),
            *s3.operations(database, self.blobs, clock, chance, announcer=announcer, directory=directory),
            *logs.operations(database, data, clock, chance),
            *registry.services(database, directory, clock, Announcer(self.notices)),
            *experiments.services(database, clock),
            *lineage.services(database, directory, clock),
        ):
            directory.register(service)
        self.fronts[API] = open_apigateway(database=database, directory=directory, clock=clock, chance=chance)

    def _furnish_jobs(
        self, streams: Streams, images: Images, client_environment: JobClients, *, is_traced: bool
    ) -> None:
        """SageMaker's jobs, their tuning, and what makes both by itself."""
        jobs = furnish(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            runtime=self.runtime,
            machine=machines(images),
            streams=streams,
            client_environment=client_environment,
            definitions=images.metric_definitions,
            identify=self.inventories.identify,
            hearing=self.hearing,
            context=contexts(self.engine) if is_traced else no_context,
            tracking=self.tracking.variables,
            usage=self.sandbox.usage,
            clock=clock,
            announce=Announcer(self.notices),
        )
        open_tuning(
            engine=self.engine,
            directory=self.directory,
            streams=streams,
            definitions=images.metric_definitions,
            clock=clock,
            announce=Announcer(self.notices),
        )
        open_automl(engine=self.engine, directory=self.directory, clock=clock)
        self.chores.extend((self.tracking.keeping.work, jobs.measuring.work))
        self.tidy.extend((jobs.tidy, self.sandbox.tidy, self.containers.tidy, self.ray.tidy))

    def _furnish_repositories(self) -> None:
        """Those here, and those at git hosts."""
        self.chores.extend((self.codecommit.begin, self.codeconnections.watch))
        self.hooks["codeconnections"] = self.codeconnections.hear
        self.tidy.append(self.codecommit.tidy)

    def _furnish_retention(self, data: Path) -> None:
        tidying = Tidying(self.database, read_retention(data), clock)
        self.tidy.append(tidying.tidy)

    def _furnish_builds(
        self, data: Path, streams: Streams, client_environment: ClientEnvironment, endpoint: Callable[[], str]
    ) -> None:
        here = machine_here()
        codebuild = open_codebuild(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            runtime=self.runtime_here,
            machine=BuildMachine(here.cpus, here.memory_mib),
            streams=streams,
            deliveries=self.deliveries,
            sealing=self.sealing,
            folder=data / "fetched",
            client_environment=client_environment,
            endpoint=endpoint,
            outside=self.outside,
            clock=clock,
            chance=chance,
            announce=BuildAnnouncer(self.notices),
            privileged={"DOCKER_HOST": self.container_engine.address},
        )
        self.tidy.append(codebuild.tidy)
        self.hooks["codebuild"] = codebuild.hear
        self.terminals["codebuild"] = codebuild.enter
        self.exhibits["codebuild"] = codebuild.exhibits

    def _furnish_functions(
        self,
        data: Path,
        streams: Streams,
        clients_of: lambda_.ClientsOf,
        sdk_of: lambda_.SdkOf,
        endpoint: Callable[[], str],
    ) -> None:
        functions = lambda_.furnish(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            residents=self.nursery,
            most_environments=environments_here(machine_here().memory_mib),
            unpacked=data / "unpacked",
            streams=streams,
            clients_of=clients_of,
            sdk_of=sdk_of,
            endpoint=endpoint,
            clock=clock,
            chance=chance,
        )
        self.fronts[FUNCTION] = functions.front
        self.chores.append(functions.work)
        self.tidy.append(functions.tidy)

    def _furnish_images(self, data: Path, images: Images) -> None:
        """What jobs run in, in versions."""
        open_images(
            engine=self.engine,
            directory=self.directory,
            keep=Pinning(images, Built(data / BUILT), self.container_engine).pin,
            clock=clock,
            chance=chance,
            announce=Announcer(self.notices),
        )

    def _furnish_models(
        self, data: Path, streams: Streams, images: Images, client_environment: ClientEnvironment
    ) -> None:
        """What serves models: endpoints, and transform jobs."""
        endpoints = open_endpoints(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            residents=WhereContained(self.model_servers, self.contained_servers),
            machine=machine_here(),
            models=data / "models",
            captures=data / "captures",
            streams=streams,
            how_served=images.served,
            client_environment=client_environment,
            clock=clock,
            chance=chance,
            announce=Announcer(self.notices),
            answered=self.answered,
        )
        open_transform(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            servers=endpoints.servers,
            streams=streams,
            identify=self.inventories.identify,
            clock=clock,
            announce=Announcer(self.notices),
        )
        open_recommendations(engine=self.engine, directory=self.directory, clock=clock, chance=chance)
        open_shadow_tests(engine=self.engine, directory=self.directory, clock=clock, chance=chance)
        self.chores.extend((endpoints.work, self.peripheral.watch))
        self.tidy.extend((endpoints.tidy, self.contained_servers.tidy))

    def _furnish_features(self, data: Path) -> None:
        """Feature groups, and the catalog and queries of their offline stores."""
        for service in glue.services(self.database, clock):
            self.directory.register(service)
        shipping = open_features(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            folder=data / "offline",
            clock=clock,
            chance=chance,
            announce=Announcer(self.notices),
        )
        open_athena(
            engine=self.engine,
            directory=self.directory,
            blobs=self.blobs,
            folder=data / "queries",
            memory_mib=machine_here().memory_mib // QUERIES_SHARE,
            clock=clock,
            chance=chance,
        )
        self.chores.append(shipping.work)
        self.tidy.append(shipping.forget_expired)

    def _furnish_pipelines(self, endpoint: Callable[[], str], types: Types) -> None:
        """SageMaker's and CodePipeline's, and CloudFormation's stacks."""
        open_pipelines(
            database=self.database,
            directory=self.directory,
            engine=self.engine,
            clock=clock,
            chance=chance,
            tell=telling(self.notices),
            identify=self.inventories.identify,
        )
        codepipeline = open_codepipeline(
            engine=self.engine,
            directory=self.directory,
            notices=self.notices,
            pushes=self.pushes,
            sealing=self.sealing,
            endpoint=self.outside,
            clock=clock,
            chance=chance,
        )
        self.chores.append(codepipeline.watch)
        self.hooks["codepipeline"] = codepipeline.hear
        open_cloudformation(
            engine=self.engine,
            directory=self.directory,
            deliveries=self.deliveries,
            notices=self.notices,
            endpoint=endpoint,
            clock=clock,
            chance=chance,
            accepted=types,
        )

    def _furnish_catalog(self) -> None:
        """What is launched from templates."""
        open_servicecatalog(engine=self.engine, directory=self.directory, clock=clock)
        open_projects(engine=self.engine, directory=self.directory, clock=clock, chance=chance)

    def _furnish_stepfunctions(self, data: Path, mocks: MockConfig | None, stand_in: StandIn) -> None:
        chores = open_stepfunctions(
            database=self.database,
            directory=self.directory,
            engine=self.engine,
            notices=self.notices,
            clock=clock,
            chance=chance,
            limits=read_quotas(data),
            mocks=mocks,
            stand_in=stand_in,
        )
        self.chores.extend(chores)

    def _furnish_events(self, data: Path) -> None:
        """What happens by the clock, and what follows from events."""
        alarms = Alarms(self.database, clock=clock)
        tidy_archives = open_events(
            engine=self.engine,
            directory=self.directory,
            alarms=alarms,
            deliveries=self.deliveries,
            notices=self.notices,
            sealing=self.sealing,
            clock=clock,
            chance=chance,
        )
        open_scheduler(
            engine=self.engine,
            directory=self.directory,
            alarms=alarms,
            deliveries=self.deliveries,
            clock=clock,
            chance=chance,
        )
        open_notifications(
            engine=self.engine, directory=self.directory, deliveries=self.deliveries, clock=clock, chance=chance
        )
        open_monitoring(
            engine=self.engine,
            directory=self.directory,
            alarms=alarms,
            blobs=self.blobs,
            clock=clock,
            chance=chance,
            least_minutes=read_schedule_minutes(data),
        )
        scaling = open_autoscaling(
            engine=self.engine, directory=self.directory, alarms=alarms, clock=clock, chance=chance
        )
        self.chores.extend((alarms.work, self.notices.work, scaling.watch))
        self.tidy.extend((tidy_archives, scaling.tidy, lambda: cloudwatch.sweep(self.database, clock())))


def streams_of(data: Path, directory: Directory) -> Streams:
    def path(scope: Scope, group: str, stream: str) -> Path:
        return stream_path(data, scope.account, scope.region, group, stream)

    return Streams(directory, path)


def every_operation() -> Directory:
    """The directory of a Penstock with nothing in it: what `penstock coverage` reads."""
    with tempfile.TemporaryDirectory() as folder:
        rooms = Rooms.build(Path(folder))
        rooms.peripheral.enter(Path(folder), rooms.instead)
        rooms.database.close()
        return rooms.directory


async def sweep(rooms: Rooms, data: Path) -> None:
    """Now and then remove what nobody needs: blobs without a name, objects and log records past their time."""
    unheld: frozenset[Digest] = frozenset()
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        now = clock()
        try:
            removed = await rooms.blobs.collect(rooms.database, older_than=now - GRACE, among=unheld)
            unheld = await rooms.blobs.unheld(rooms.database, older_than=now - GRACE)
            await s3.sweep(rooms.database, now, chance, s3.Announcer(rooms.notices, rooms.deliveries, clock, chance))
            await logs.sweep(rooms.database, data, now)
            for tidy in rooms.tidy:
                await tidy()
        except Exception:  # a worker's loop, a door of rule 11: what could not be removed now is tried again later
            log.exception("sweeping failed")
        else:
            log.info("swept: %d blobs that nobody holds", removed)
