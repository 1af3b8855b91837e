"""Running a build: the activities `codebuild.run` and `codebuild.stop`.

The job's id is made from the build's, so that the runtime finds it again after a crash. Its program tells its phases
in a file that is looked at while it runs; all of them are in the report at the end.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.facts import RunId
from penstock.engine.jobs import Building, Ending, File, Input, Job, JobId, Output, Resources, Runtime
from penstock.engine.outbox import Task
from penstock.engine.underway import Live, Underway
from penstock.images.building import program
from penstock.languages import buildspec
from penstock.languages.buildspec import BadBuildspec, Buildspec
from penstock.services.codebuild import order, places, settings
from penstock.services.codebuild.caches import Caches
from penstock.services.codebuild.delivering import Delivering, Undelivered
from penstock.services.codebuild.fetching import ClientEnvironment
from penstock.services.codebuild.flow import TOLD
from penstock.services.codebuild.model import Fetched, Json, Plan, Report, Trouble
from penstock.services.codebuild.reporting import Reporting
from penstock.services.codebuild.settings import Unresolved, Variables
from penstock.store.blobs import Blobs
from penstock.store.database import Database
from penstock.store.logfile import Record, encode
from penstock.store.streams import Streams
from penstock.wire.call import Directory, ServiceError

LOOK_EVERY: Final = 0.5  # seconds between looks at what a running build tells
GRACE: Final = 20.0  # seconds for the program to end its commands and say so
RUNNER: Final = f"{order.ROOT}/runner"
ORDER: Final = f"{order.ROOT}/order.json"
COMMAND: Final = ("sh", "-c", f"exec python3 {RUNNER} {ORDER}")
CACHE_OUTPUT: Final = Output(name="cache", folder=order.SAVED_CACHE)
TOLD_OUTPUT: Final = Output(name="told", folder=order.TOLD, always=True)
SIZES: Final[Mapping[str, tuple[float, int]]] = {
    "BUILD_GENERAL1_SMALL": (2, 4096),
    "BUILD_GENERAL1_MEDIUM": (4, 8192),
    "BUILD_GENERAL1_LARGE": (8, 16384),
}
NOTHING: Final = Buildspec(version="0.2")  # what a sandbox does of its own
TOO_LONG: Final = "it was queued for too long"
LARGER: Final = (16.0, 32768)
DISK_MIB: Final = 64 * 1024
PACKAGE_INDEXES: Final = (
    "PIP_",
    "UV_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share out: a build holds at most half of it."""

    cpus: int
    memory_mib: int


class Unready(Exception):
    """A build that cannot be started; the trouble is its DOWNLOAD_SOURCE phase's."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


class Running:
    def __init__(
        self,
        *,
        database: Database,
        directory: Directory,
        runtime: Runtime,
        blobs: Blobs,
        streams: Streams,
        machine: Machine,
        client_environment: ClientEnvironment,
        clock: Callable[[], float],
        privileged: Mapping[str, str],
    ) -> None:
        self._database = database
        self._directory = directory
        self._privileged = privileged
        self._runtime = runtime
        self._blobs = blobs
        self._streams = streams
        self._machine = machine
        self._client_environment = client_environment
        self._clock = clock
        self._delivering = Delivering(directory, blobs)
        self._reporting = Reporting(database, blobs)
        self._caches = Caches(database, directory, blobs)
        self._underway = Underway(Live)
        self._settled: list[JobId] = []

    async def run(self, task: Task) -> Json:
        """Carry a build out; answers a `Report`."""
        plan = msgspec.convert(task.input["plan"], Plan)
        fetched = msgspec.convert(task.input["fetched"], Fetched)
        with self._underway.about(task.run) as live:
            try:
                report = await self._attempt(task, plan, fetched, live)
            except Unready as problem:
                report = Report("exited", exit_code=1, trouble=problem.trouble)
        return msgspec.to_builtins(report)

    async def stop(self, task: Task) -> None:
        """Have a build's job end."""
        await self._underway.stop(task.run)
        await self._runtime.stop(job_id(task.run))

    def settled(self, run: RunId) -> None:
        self._underway.settled(run)
        self._settled.append(job_id(run))

    async def tidy(self) -> None:
        """Have the runtime forget the jobs of builds that are over."""
        while self._settled:
            await self._runtime.forget(self._settled.pop())

    async def _attempt(self, task: Task, plan: Plan, fetched: Fetched, live: Live) -> Report:
        await self.tidy()
        try:
            spec = NOTHING if plan.is_sandbox else buildspec.read(fetched.buildspec)
            variables = await settings.resolve(self._directory, task.scope, plan, spec.environment)
        except BadBuildspec as problem:
            raise Unready(Trouble("YAML_FILE_ERROR", str(problem))) from None
        except Unresolved as problem:
            raise Unready(problem.trouble) from None
        job = self._job(task, plan, fetched, spec, variables)
        await self._open_stream(task, plan)
        if not await self._admitted(task, plan, live):
            return Report("stopped") if live.stop_asked else Report("queued-too-long", message=TOO_LONG)
        if await self._is_of_base(task, plan):
            job = replace(job, resources=replace(job.resources, comes_first=True))
        ending, began_at = await self._watched(task, plan, job, live)
        report = await self._delivered(task, plan, job, ending, began_at, live)
        await self._keep_cache(task, plan, spec, job, report.told.get("cache"), ending)
        reports = await self._reporting.report(task.scope, plan, spec, ending, self._clock())
        return msgspec.structs.replace(report, reports=reports)

    async def _admitted(self, task: Task, plan: Plan, live: Live) -> bool:
        """Wait for one's turn in the fleet; false if it does not come, or is not wanted any more."""
        until = plan.created_at + 60.0 * plan.build["queuedTimeoutInMinutes"]
        while not live.stop_asked:
            if await self._database.read(lambda tx: places.may_run(tx, task.scope, plan)):
                return not live.stop_asked
            if self._clock() > until:
                return False
            await asyncio.sleep(LOOK_EVERY)
        return False

    async def _is_of_base(self, task: Task, plan: Plan) -> bool:
        if not places.of(plan.build["environment"]):
            return False
        return await self._database.read(lambda tx: places.is_of_base(tx, task.scope, plan))

    async def _keep_cache(self, task: Task, plan: Plan, spec: Buildspec, job: Job, told: Json, ending: Ending) -> None:
        """Keep what the build has packed for later ones; what keeps us from it is told in the log, and no failure."""
        for file in ending.outputs.get(CACHE_OUTPUT.name, ()) if told else ():
            archive = await asyncio.to_thread(self._blobs.find, file.digest)
            try:
                await self._caches.keep(task.scope, plan, spec.cache, told["key"], archive)
            except ServiceError as error:
                if job.log is not None:
                    said = f"[Container] The cache cannot be kept: {error.code}: {error.message}"
                    await asyncio.to_thread(append, job.log, Record(int(self._clock() * 1000), said))

    async def _open_stream(self, task: Task, plan: Plan) -> None:
        if "groupName" not in plan.logs:
            return
        try:
            await self._streams.open(task.scope, plan.logs["groupName"], plan.logs["streamName"])
        except ServiceError as error:
            raise Unready(
                Trouble("CLIENT_ERROR", f"its log stream cannot be made: {error.code}: {error.message}")
            ) from None

    def _job(self, task: Task, plan: Plan, fetched: Fetched, spec: Buildspec, variables: Variables) -> Job:
        given = order.order(plan, fetched, spec, variables.secrets)
        image = plan.build["environment"]["image"]
        clients = self._client_environment(task.scope, plan.build["serviceRole"])
        return Job(
            id=job_id(task.run),
            image=image,
            command=COMMAND,
            environment={
                **package_indexes(),
                **clients,
                **(self._privileged if plan.build["environment"].get("privilegedMode") else {}),
                **order.repositories(
                    clients.get("AWS_ENDPOINT_URL", ""),
                    task.scope.region,
                    shows_keys=spec.environment.git_credential_helper,
                ),
                **variables.values,
                **order.build_variables(plan, fetched, task.scope.account, clients.get("AWS_ENDPOINT_URL", "")),
            },
            working_folder=order.ROOT,
            files={
                ORDER: msgspec.json.encode(given),
                **{f"{RUNNER}/{name}": content for name, content in program().items()},
            },
            folders=(order.TOLD, order.SRC),
            inputs=tuple(brought(fetched)),
            outputs=(
                TOLD_OUTPUT,
                CACHE_OUTPUT,
                *(
                    Output(name=folder, folder=folder, always=True)
                    for folder in (
                        *(order.artifact_folder(each["identifier"]) for each in given["artifacts"]),
                        *(order.report_folder(number) for number in range(len(spec.reports))),
                    )
                ),
            ),
            resources=self._resources(plan),
            longest=60.0 * plan.build["timeoutInMinutes"],
            grace=GRACE,
            log=self._log(task, plan),
            warm=False,
            shared=(order.DOOR, order.COMMANDS) if plan.is_debugged or plan.is_sandbox else (),
        )

    def _log(self, task: Task, plan: Plan) -> Path | None:
        """The file of its stream; of a build that has none and whose log becomes an object, that of a stream unmade."""
        if "groupName" not in plan.logs and "s3LogsArn" not in plan.logs:
            return None
        group = plan.logs.get("groupName", f"codebuild/{plan.project}")
        return self._streams.path(task.scope, group, plan.logs.get("streamName", plan.id))

    def _resources(self, plan: Plan) -> Resources:
        environment = plan.build["environment"]
        own = environment.get("computeConfiguration", {})
        cpus, memory = SIZES.get(environment["computeType"], LARGER)
        cpus, memory = own.get("vCpu", cpus), own["memory"] * 1024 if "memory" in own else memory
        half = -(-self._machine.cpus // 2)
        return Resources(
            cpus=min(cpus, half),
            memory_mib=min(memory, self._machine.memory_mib * half // self._machine.cpus),
            disk_mib=DISK_MIB,
            lane="builds",
        )

    async def _watched(self, task: Task, plan: Plan, job: Job, live: Live) -> tuple[Ending, float | None]:
        """Run the job, telling how far it is; when it began."""
        begun = asyncio.Event()
        began_at: list[float] = []

        def progress(stage: str | Building) -> None:
            if stage == "running" and not begun.is_set():
                began_at.append(self._clock())
                begun.set()

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self._runtime.run(job, progress))
            await asyncio.sleep(0)
            live.handed_over.set()
            beside = [
                tasks.create_task(self._keep_telling(task, job.id, begun, began_at)),
                tasks.create_task(self._hold_to_queue(plan, job.id, begun)),
            ]
            await asyncio.wait({running})
            for each in beside:
                each.cancel()
        ending = running.result()
        return ending, began_at[0] if began_at else ending.started_at

    async def _hold_to_queue(self, plan: Plan, job: JobId, begun: asyncio.Event) -> None:
        """Stop a job that has not begun in the time that it may be queued for."""
        longest = plan.created_at + 60.0 * plan.build["queuedTimeoutInMinutes"] - self._clock()
        with suppress(TimeoutError):
            await asyncio.wait_for(begun.wait(), max(0.0, longest))
        if not begun.is_set():
            await self._runtime.stop(job)

    async def _keep_telling(self, task: Task, job: JobId, begun: asyncio.Event, began_at: list[float]) -> None:
        """Tell the run of phases that last, until cancelled."""
        await begun.wait()
        said: Json = None
        while True:
            told = await self._told(await self._runtime.peek(job, TOLD_OUTPUT))
            if told != said or not told:
                said = told
                await task.tell(TOLD, {"began_at": began_at[0], "told": told})
            await asyncio.sleep(LOOK_EVERY)

    async def _told(self, files: tuple[File, ...]) -> dict[str, Json]:
        found = next((file for file in files if file.path == "build.json"), None)
        if found is None:
            return {}
        blob = await asyncio.to_thread(self._blobs.find, found.digest)
        told: dict[str, Json] = msgspec.json.decode(await asyncio.to_thread(blob.read))
        return told

    async def _delivered(
        self, task: Task, plan: Plan, job: Job, ending: Ending, began_at: float | None, live: Live
    ) -> Report:
        told = await self._told(ending.outputs.get(TOLD_OUTPUT.name, ()))
        if began_at is None and told.get("phases"):
            began_at = told["phases"][0]["startTime"]
        report = Report(
            ending.reason, exit_code=ending.exit_code, message=ending.message, began_at=began_at, told=told
        )  # fmt: skip
        if ending.reason == "stopped" and began_at is None and not live.stop_asked:
            report = msgspec.structs.replace(report, reason="queued-too-long", message=TOO_LONG)
        try:
            if ending.reason == "exited":
                artifacts = await self._delivering.artifacts(task.scope, plan, told.get("artifacts", ()), ending)
                report = msgspec.structs.replace(report, artifacts=artifacts)
            await self._delivering.log(task.scope, plan, job.log)
        except Undelivered as problem:
            report = msgspec.structs.replace(report, trouble=Trouble("CLIENT_ERROR", str(problem)))
        return report


def job_id(run: RunId) -> JobId:
    """The same whoever asks, and short, since runtimes make paths of it."""
    return JobId(f"build-{hashlib.sha256(run.encode()).hexdigest()[:24]}")


def brought(fetched: Fetched) -> Iterator[Input]:
    """The archives that a build begins with."""
    for archive in fetched.archives:
        name = archive.identifier or order.PRIMARY
        yield Input(folder=order.SOURCES, files=(File(name, archive.digest, archive.size),))
    for number, cached in enumerate(fetched.caches):
        yield Input(folder=order.CACHES, files=(File(str(number), cached.digest, cached.size),))


def append(log: Path, record: Record) -> None:
    with log.open("ab") as file:
        file.write(encode(record))


def package_indexes() -> dict[str, str]:
    """Where packages are to be had, as this server's own environment says."""
    return {name: value for name, value in os.environ.items() if name.startswith(PACKAGE_INDEXES)}
