"""The room, furnished: what `composition` calls to have CodeBuild."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.jobs import Runtime
from penstock.services.codebuild.announcing import Announce, unheard
from penstock.services.codebuild.approving import Approving
from penstock.services.codebuild.batches.combining import Combining
from penstock.services.codebuild.batches.flow import COMBINE, MERGE, START, BatchFlow
from penstock.services.codebuild.batches.merging import Merging
from penstock.services.codebuild.batches.operations import Batches
from penstock.services.codebuild.batches.starting import Starting
from penstock.services.codebuild.builds import Builds
from penstock.services.codebuild.comparing import Comparing
from penstock.services.codebuild.credentials import SourceCredentials
from penstock.services.codebuild.doors import DebugSessions, Doors, SandboxSessions
from penstock.services.codebuild.exhibiting import Exhibition, Visibility
from penstock.services.codebuild.fetching import ClientEnvironment, Fetching
from penstock.services.codebuild.fleets import Fleets
from penstock.services.codebuild.flow import FETCH, RUN, STOP_JOB, BuildFlow
from penstock.services.codebuild.heard import LOOK, Hearing
from penstock.services.codebuild.model import Json
from penstock.services.codebuild.projects import Projects
from penstock.services.codebuild.reports import ReportGroups, Reports
from penstock.services.codebuild.running import Machine, Running
from penstock.services.codebuild.sandboxes.commands import EXECUTE, CommandFlow
from penstock.services.codebuild.sandboxes.executing import Executing
from penstock.services.codebuild.sandboxes.flow import SandboxFlow
from penstock.services.codebuild.sandboxes.operations import Commands, Sandboxes
from penstock.services.codebuild.sharing import Sharing
from penstock.services.codebuild.standing import TELL, Hosts
from penstock.services.codebuild.ways import Ways
from penstock.services.codebuild.webhooks import Webhooks
from penstock.store.blobs import Blobs
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.store.sealing import Sealing
from penstock.store.streams import Streams
from penstock.wire.call import Directory
from penstock.wire.exhibits import Exhibits
from penstock.wire.gitkeys import GitKeys
from penstock.wire.hooks import Hook
from penstock.wire.terminals import Enter

NOTHING_MORE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CodeBuildRoom:
    """What is to be done now and then; who hears git hosts; who lets people in; who shows what to anybody."""

    tidy: Callable[[], Awaitable[None]]
    hear: Callable[[Hook], Awaitable[tuple[int, str]]]
    enter: Enter
    exhibits: Exhibits


def open_codebuild(
    *,
    engine: Engine,
    directory: Directory,
    blobs: Blobs,
    runtime: Runtime,
    machine: Machine,
    streams: Streams,
    deliveries: Deliveries,
    sealing: Sealing,
    folder: Path,
    client_environment: ClientEnvironment,
    endpoint: Callable[[], str],
    outside: Callable[[], str],
    clock: Callable[[], float],
    chance: Callable[[], str],
    announce: Announce = unheard,
    privileged: Mapping[str, str] = NOTHING_MORE,
) -> CodeBuildRoom:
    """Enter the operations into the directory, the flow and its activities into the engine. Before `engine.work`.

    `folder` is where sources are fetched to, `endpoint` this server's address, `outside` the one that people
    and git hosts have; `privileged` are what builds that may build images are told.
    """
    running = Running(
        database=engine.database,
        directory=directory,
        runtime=runtime,
        blobs=blobs,
        streams=streams,
        machine=machine,
        client_environment=client_environment,
        clock=clock,
        privileged=privileged,
    )
    ways = Ways(engine.database, directory, sealing, GitKeys(directory, clock))
    hosts = Hosts(engine, deliveries, ways, outside)
    engine.activity(TELL, hosts.tell)
    engine.activity(FETCH, Fetching(engine.database, directory, blobs, ways, folder, client_environment).fetch)
    engine.activity(RUN, running.run)
    engine.activity(STOP_JOB, running.stop)
    directory.register(Projects(engine.database, outside, clock, chance))
    directory.register(ReportGroups(engine.database, clock))
    directory.register(Reports(engine.database))
    builds = Builds(engine, clock, chance, announce)
    engine.register(BuildFlow(running.settled, both(announce, hosts.note), builds.again))
    engine.activity(START, Starting(builds).start)
    engine.activity(COMBINE, Combining(directory, blobs).combine)
    engine.activity(MERGE, Merging(engine.database).merge)
    engine.register(BatchFlow(hosts.note_batch))
    engine.activity(EXECUTE, Executing(engine, runtime).execute)
    engine.register(SandboxFlow(running.settled))
    engine.register(CommandFlow())
    doors = Doors(runtime, endpoint, clock, chance)
    batches = Batches(builds, hosts.note_batch)
    comparing = Comparing(ways, folder / "compared", endpoint)
    approving = Approving(engine.database, ways, outside)
    hearing = Hearing(builds, batches, comparing, approving, deliveries, clock, chance)
    engine.activity(LOOK, hearing.look)
    webhooks = Webhooks(hearing, sealing, outside, clock, chance)
    credentials, sharing = SourceCredentials(engine.database, sealing, clock), Sharing(engine.database, clock)
    visibility, fleets = Visibility(engine.database, clock, chance), Fleets(engine.database, clock, chance)
    sessions = SandboxSessions(engine.database, doors), DebugSessions(engine.database, doors)
    sandboxes = Sandboxes(builds), Commands(builds), *sessions
    for service in (builds, batches, webhooks, credentials, sharing, visibility, fleets, *sandboxes):
        directory.register(service)
    return CodeBuildRoom(running.tidy, webhooks.receive, doors.enter, Exhibition(engine.database, directory))


def both(first: Announce, then: Announce) -> Announce:
    def announce(tx: Transaction, build: Document, before: Mapping[str, Json]) -> None:
        first(tx, build, before)
        then(tx, build, before)

    return announce
