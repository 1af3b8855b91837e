"""Running a job: stage, run on every instance, harvest, report. The one room here that touches the world.

Every step may be done again after a crash: a job's id is made from its plan and attempt, so that the runtime finds it
again; staging brings the same files; uploading writes the same objects. Nothing here decides what an end means: the
`Report` goes into the journal, and `verdict` judges it there.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import msgspec

from penstock.engine import underway
from penstock.engine.facts import RunId
from penstock.engine.jobs import Building, Ending, Input, Job, JobId, Progress, Runtime
from penstock.engine.outbox import Task
from penstock.engine.underway import Underway
from penstock.services.sagemaker.identify import Identify, listed
from penstock.services.sagemaker.jobs import processing, training
from penstock.services.sagemaker.jobs.contract import Contract, Instance, resource_config
from penstock.services.sagemaker.jobs.exchanges import Heard
from penstock.services.sagemaker.jobs.harvest import Harvesting
from penstock.services.sagemaker.jobs.instances import MachineOf, note, resources
from penstock.services.sagemaker.jobs.measuring import Subject
from penstock.services.sagemaker.jobs.metrics import scan
from penstock.services.sagemaker.jobs.model import Content, Json, Metric, Plan, Product, Record, Report
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.phases import BUILDING, WAITING, Phases
from penstock.services.sagemaker.jobs.record import Access, Noting
from penstock.services.sagemaker.jobs.staging import Staging
from penstock.services.sagemaker.jobs.telling import Tell, untold
from penstock.store.streams import Streams
from penstock.wire.call import Scope, ServiceError

Tracking = Callable[[str], Mapping[str, str]]  # what tells MLflow in a job where a tracking server is, by its ARN
Context = Callable[[Task], Awaitable[Mapping[str, str]]]  # what tells a job which trace it belongs to
JobClients = Callable[[Scope, str, str], Mapping[str, str]]  # (scope, role ARN, who asks) → credentials and endpoint

CONTRACTS: Final[Mapping[Product, Callable[[Plan, str], Contract]]] = {
    "training-job": training.contract,
    "processing-job": processing.contract,
}


@dataclass(slots=True)
class Live(underway.Live):
    """A run whose job this worker is about: which jobs there are, and how far they have come."""

    jobs: list[JobId] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # a job of it runs, or none will
    noting: Noting | None = None  # what the job has taken
    subjects: tuple[Subject, ...] = ()  # its instances, while it is in the runtime's hands


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt, as it is passed around here."""

    task: Task
    contract: Contract
    phases: Phases
    live: Live
    stamp: int  # seconds: in the names of log streams

    @property
    def asker(self) -> str:
        """The name by which all its instances ask."""
        return self.live.jobs[0]

    @property
    def scope(self) -> Scope:
        return self.task.scope

    def stream(self, host: str) -> str:
        """The name of an instance's log stream."""
        return f"{self.contract.name}/{host}-{self.stamp}"


class Hears(Protocol):
    """Who knows what jobs asked by themselves: see `exchanges.Hearing`."""

    async def heard(self, asker: str, scope: Scope, objects: Access) -> Heard: ...

    async def contents(self, asker: str) -> tuple[Content, ...]: ...

    def forget(self, asker: str) -> None: ...


async def no_context(task: Task) -> Mapping[str, str]:  # noqa: ARG001 - the form of a `Context`
    """Where no traces are made."""
    return {}


class Running:
    """The activities `sagemaker.run-job` and `sagemaker.stop-job`."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        machine: MachineOf,
        objects: Access,
        staging: Staging,
        harvesting: Harvesting,
        streams: Streams,
        client_environment: JobClients,
        hearing: Hears,
        identify: Identify,
        clock: Callable[[], float],
        tell: Tell = untold,
        context: Context = no_context,
        tracking: Tracking = lambda _: {},
    ) -> None:
        self._runtime = runtime
        self._objects = objects
        self._identify = identify
        self._tell = tell
        self._context = context
        self._tracking = tracking
        self._machine = machine
        self._staging = staging
        self._harvesting = harvesting
        self._streams = streams
        self._client_environment = client_environment
        self._hearing = hearing
        self._clock = clock
        self._underway = Underway(Live)
        self._ended: dict[RunId, list[JobId]] = {}
        self._settled: list[JobId] = []
        # Instances of one job wait for each other: two such jobs that each hold half of the slots would wait forever.
        self._together = asyncio.Lock()

    async def run(self, task: Task) -> Json:
        """Carry out one attempt; answers a `Report`."""
        plan = msgspec.convert(task.input["plan"], Plan)
        attempt: int = task.input["attempt"]
        contract = CONTRACTS[plan.product](plan, task.scope.region)
        contract = replace(contract, longest=max(1.0, contract.longest - task.input["spent"]))
        with self._underway.about(task.run) as live:
            live.jobs = [job_id(plan, attempt, host) for host in contract.hosts]
            work = Work(task, contract, Phases(attempt, self._clock), live, stamp=int(plan.created_at) + attempt - 1)
            async with asyncio.TaskGroup() as beside:
                telling = beside.create_task(work.phases.keep_telling(task))
                report = await self._attempt(work, beside)
                telling.cancel()
        self._ended.setdefault(task.run, []).extend(live.jobs)
        return msgspec.to_builtins(msgspec.structs.replace(report, phases=work.phases.entered))

    async def stop(self, task: Task) -> None:
        """Have a run's job end: once, when the runtime knows it, since a second SIGTERM may mean another thing."""
        live = await self._underway.stop(task.run)
        for job in live.jobs:
            await self._runtime.stop(job)

    def settled(self, run: RunId) -> None:
        """The run's outcome is durable, so the runtime's record of its jobs is not needed again."""
        self._underway.settled(run)
        ended = self._ended.pop(run, [])
        for job in ended:
            self._hearing.forget(job)
        self._settled += ended

    async def forget_settled(self) -> None:
        """Have the runtime forget jobs whose runs have settled: beside the next job, or whenever there is time."""
        while self._settled:
            await self._runtime.forget(self._settled.pop())

    async def hold_taken(self) -> None:
        """Have what running jobs took held in their names until they settle, as objects may change meanwhile.

        For now and then, more often than what nobody holds is swept away: short jobs are over before that.
        """
        for run, live in self._underway.items():
            if live.noting is not None:
                fetched = [content for job in live.jobs[:1] for content in await self._hearing.contents(job)]
                await self._staging.hold((*live.noting.taken, *fetched), run)

    def subjects(self) -> Iterator[Subject]:
        """The instances of all jobs that the runtime has now."""
        return (subject for _, live in self._underway.items() for subject in live.subjects)

    async def _attempt(self, work: Work, beside: asyncio.TaskGroup) -> Report:
        """Carry it out. What the job need not wait for is done when it runs, while there is nothing else to do."""
        making = beside.create_task(self._meanwhile(work))
        try:
            report = await self._carry_out(work)
        except Undelivered as failure:
            report = Report("download-failed", message=str(failure))
        work.live.begun.set()
        problem = await making
        return Report("bug", message=problem) if problem else report

    async def _meanwhile(self, work: Work) -> str:
        """Make the log stream of each instance, and tidy up; what went wrong with the streams, if anything did."""
        await work.live.begun.wait()
        problem, _ = await asyncio.gather(self._open_streams(work), self.forget_settled())  # while the first commits
        return problem

    async def _open_streams(self, work: Work) -> str:
        try:
            for host in work.contract.hosts:
                await self._streams.open(work.scope, work.contract.log_group, work.stream(host))
        except ServiceError as error:
            return f"its log stream cannot be made: {error.code}: {error.message}"
        return ""

    async def _carry_out(self, work: Work) -> Report:
        work.phases.enter("Downloading")
        if work.contract.sources:
            await work.task.decided()  # what is made of them is held in the run's name
        staged_at, objects = self._clock(), Noting(self._objects)
        work.live.noting = objects
        staged = await self._staging.bring(objects, work.scope, work.contract, work.task.run)
        work.phases.enter(WAITING)
        context = await self._context(work.task)
        jobs = [self._job(work, each, staged[each.host], context) for each in work.contract.instances]
        work.live.subjects = tuple(self._subject(work, job) for job in jobs)
        endings = await self._run_together(jobs, work)
        work.live.subjects = ()
        if any(
            ending.reason != "unstartable" for ending in endings
        ):  # one that ended before a restart told no progress
            since = min((ending.started_at for ending in endings if ending.started_at), default=None)
            work.phases.enter("Training", since=since)
        work.phases.enter("Uploading")
        try:
            left, metrics = await self._take(work, jobs, endings)
        except Undelivered as failure:
            return Report("upload-failed", message=str(failure))
        heard = await self._hearing.heard(work.asker, work.scope, self._objects)
        record = Record(
            taken=objects.taken,
            left=(*left, *heard.stored),
            environment=endings[0].environment or await listed(self._identify, work.contract.image),
            is_restaged=any(ending.started_at and ending.started_at < staged_at for ending in endings),
            installed=tuple(sorted({each for ending in endings for each in ending.installed})),
            exchanges=heard.exchanges,
            fetched=heard.fetched,
            unheld=heard.unheld,
            put=len(heard.stored),
        )
        return msgspec.structs.replace(reported(work.contract, endings, metrics), record=record)

    async def _take(
        self, work: Work, jobs: Sequence[Job], endings: Sequence[Ending]
    ) -> tuple[tuple[Content, ...], tuple[Metric, ...]]:
        """Upload the outputs and look for metrics; most jobs have none to look for, and need no task for it."""
        uploading = self._harvesting.take(self._objects, work.scope, work.contract, endings)
        if not work.contract.metrics:
            return await uploading, ()
        return await asyncio.gather(uploading, self._measure(work, jobs))

    async def _measure(self, work: Work, jobs: Sequence[Job]) -> tuple[Metric, ...]:
        """What the logs say of metrics; CloudWatch is told all of it."""
        curves = await scan([job.log for job in jobs if job.log], work.contract.metrics)
        self._tell(work.scope, work.contract.name, curves)
        return tuple(curve.last for curve in curves)

    def _job(self, work: Work, instance: Instance, inputs: tuple[Input, ...], context: Mapping[str, str]) -> Job:
        contract = work.contract
        among = len(contract.instances)
        machine = self._machine(contract.image, among)
        size = resources(instance.type, machine, among=among, volume_gib=contract.volume_gib)
        return Job(
            id=work.live.jobs[contract.instances.index(instance)],
            image=contract.image,
            command=contract.command,
            arguments=contract.arguments,
            environment={
                "OMP_NUM_THREADS": str(
                    max(1, int(size.cpus))
                ),  # as many as it has processors: more wait for each other
                **self._client_environment(work.scope, contract.role_arn, work.asker),
                **context,
                **(self._tracking(contract.tracking_server) if contract.tracking_server else {}),
                **contract.environment,
            },
            files={**contract.files, contract.resource_config: resource_config(contract, instance)},
            folders=contract.folders,
            inputs=inputs,
            outputs=tuple(harvest.output for harvest in contract.harvests),
            texts=tuple(path for path in (contract.failure_file, contract.message_file) if path),
            resources=size,
            longest=contract.longest,
            log=self._streams.path(work.scope, contract.log_group, work.stream(instance.host)),
            hosts=contract.hosts,
            note=note(instance.type, machine),
        )

    def _subject(self, work: Work, job: Job) -> Subject:
        contract, host = work.contract, work.contract.hosts[work.live.jobs.index(job.id)]
        return Subject(
            work.scope, contract.log_group, f"{contract.name}/{host}", job.id, memory_mib=job.resources.memory_mib
        )

    async def _run_together(self, jobs: Sequence[Job], work: Work) -> list[Ending]:
        """Run every instance's job; when one has failed, the others are stopped."""

        def progress(stage: str | Building) -> None:
            if isinstance(stage, Building):
                work.phases.enter(BUILDING, message=stage.message)
                work.live.begun.set()
            elif stage == "running":
                work.phases.enter("Training")
                work.live.begun.set()

        if len(jobs) > 1:
            async with self._together:
                return await self._run_all(jobs, work, progress)
        return await self._run_all(jobs, work, progress)

    async def _run_all(self, jobs: Sequence[Job], work: Work, progress: Progress) -> list[Ending]:
        if work.live.stop_asked:
            return [Ending(reason="stopped") for _ in jobs]
        if len(jobs) == 1 and not any(harvest.continuous for harvest in work.contract.harvests):
            work.live.handed_over.set()  # as below: whoever waits goes on when this task first waits
            return [await self._runtime.run(jobs[0], progress, work.task.decided)]
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._runtime.run(job, progress, work.task.decided)) for job in jobs]
            work.live.handed_over.set()  # whoever waits for it goes on after the first steps of those tasks
            taking = tasks.create_task(
                self._harvesting.keep_taking(self._objects, work.scope, work.contract, work.live.jobs)
            )
            await first_failure(running)
            for job, task in zip(jobs, running, strict=True):
                if not task.done():
                    await self._runtime.stop(job.id)
            await asyncio.wait(running)
            taking.cancel()
        return [task.result() for task in running]


async def first_failure(running: Sequence[asyncio.Task[Ending]]) -> None:
    """Wait until a job has failed, or until all have ended."""
    for ended in asyncio.as_completed(running):
        if not (await ended).is_success:
            return


def job_id(plan: Plan, attempt: int, host: str) -> JobId:
    """The same for the same attempt, whoever asks, and another for a job that took a deleted one's name; short, since
    runtimes make paths of it."""
    digest = hashlib.sha256(f"{plan.arn}@{plan.created_at}#{attempt}#{host}".encode()).hexdigest()
    return JobId(f"{plan.name[:24]}-{digest[:16]}")


def reported(contract: Contract, endings: Sequence[Ending], metrics: tuple[Metric, ...]) -> Report:
    """One report of all instances: the end that matters is the first in time that was not a success of its own."""
    bad = sorted((ending for ending in endings if not ending.is_success), key=lambda each: each.ended_at or 0.0)
    told_to_end = {"stopped"}
    ending = next((each for each in bad if each.reason not in told_to_end), bad[0] if bad else endings[0])
    host = contract.hosts[list(endings).index(ending)]
    message = ending.message
    if ending.reason == "lost" and not message:
        message = f"the supervisor of {host} is gone"
    return Report(
        ending.reason,
        exit_code=ending.exit_code,
        message=message,
        failure=ending.texts.get(contract.failure_file, ""),
        exit_message="".join(each.texts.get(contract.message_file, "") for each in endings),
        started_at=ending.started_at,
        ended_at=ending.ended_at,
        metrics=metrics,
    )
