"""Running a transform job: stage, bring up the servers, have them work the objects off, report.

Everything may be done again after a crash. What is pinned is told to the run before anything is asked, and how far the
job has come now and then; the next performance goes on from there, and an object transformed twice is the same object.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints.chain import Chain
from penstock.services.sagemaker.endpoints.instance import Answering, Instance, Unfit
from penstock.services.sagemaker.endpoints.model import Container
from penstock.services.sagemaker.endpoints.program import Program
from penstock.services.sagemaker.endpoints.servers import Host, ModelServers
from penstock.services.sagemaker.identify import Identify, listed
from penstock.services.sagemaker.jobs.flow import PROGRESS
from penstock.services.sagemaker.jobs.model import NAMES, Plan, Record, Report
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.phases import Phases
from penstock.services.sagemaker.jobs.record import Access
from penstock.services.sagemaker.transform.asking import Asking
from penstock.services.sagemaker.transform.assembling import Assembling
from penstock.services.sagemaker.transform.capture import manifests
from penstock.services.sagemaker.transform.datalog import DataLog
from penstock.services.sagemaker.transform.dealing import Dealing
from penstock.services.sagemaker.transform.marking import Marking
from penstock.services.sagemaker.transform.model import Item, Progress, Staged
from penstock.services.sagemaker.transform.order import Order
from penstock.services.sagemaker.transform.recording import Puts, taken
from penstock.services.sagemaker.transform.staging import items_of
from penstock.store.blobs import Blobs
from penstock.store.streams import Streams
from penstock.wire.call import ServiceError

Json = Any
Begun = Callable[[Task, Plan, Order], Awaitable[Progress]]  # how far a job has come, staged where it has not begun

RUN_TRANSFORM: Final = "sagemaker.run-transform"
STOP_TRANSFORM: Final = "sagemaker.stop-transform"
LOG_GROUP: Final = NAMES["transform-job"].log_group
START_WITHIN: Final = 480.0  # seconds until a server must answer its first ping
TELL_EVERY: Final = 1.0  # seconds between two words about how far a job has come
VOLUME_GIB: Final = 30
UNHEALTHY: Final = "the {container} container did not pass the ping health check: {problem}"


@dataclass(frozen=True, slots=True)
class Work:
    """One performance, as it is passed around here."""

    task: Task
    plan: Plan
    order: Order
    containers: Sequence[Container]
    items: Sequence[Item]
    puts: Puts
    dealing: Dealing

    @property
    def count(self) -> int:
        """How many instances are worth having: an object is one instance's."""
        return min(self.order.instances, self.dealing.left)

    def stream(self, number: int) -> str:
        """An instance's log stream; the same after a restart, so that it goes on."""
        digest = hashlib.sha256(f"{self.plan.arn}@{self.plan.created_at}/{number}".encode()).hexdigest()
        return f"{self.plan.name}/i-{digest[:17]}-{int(self.plan.created_at)}"


class Transforming:
    """The activities `sagemaker.run-transform` and `sagemaker.stop-transform`."""

    def __init__(
        self,
        *,
        begun: Begun,
        servers: ModelServers,
        objects: Access,
        blobs: Blobs,
        streams: Streams,
        identify: Identify,
        clock: Callable[[], float],
    ) -> None:
        self._begun = begun
        self._servers = servers
        self._objects = objects
        self._blobs = blobs
        self._streams = streams
        self._identify = identify
        self._clock = clock
        self._stops: dict[RunId, asyncio.Event] = {}

    async def run(self, task: Task) -> Json:
        """Carry a job out, or what is left of it; answers a `Report`."""
        plan = msgspec.convert(task.input["plan"], Plan)
        stop_asked = self._stops.setdefault(task.run, asyncio.Event())
        phases = Phases(task.input["attempt"], self._clock)
        async with asyncio.TaskGroup() as beside:
            telling = beside.create_task(phases.keep_telling(task))
            carrying = beside.create_task(self._carry_out(task, plan, phases))
            stopping = beside.create_task(stop_asked.wait())
            await asyncio.wait({carrying, stopping}, return_when=asyncio.FIRST_COMPLETED)
            report = carrying.result() if carrying.done() else Report("stopped")
            for each in (telling, carrying, stopping):
                each.cancel()
        return msgspec.to_builtins(msgspec.structs.replace(report, phases=phases.entered))

    async def stop(self, task: Task) -> None:
        """Have a run's job end; what it has transformed so far stays."""
        self._stops.setdefault(task.run, asyncio.Event()).set()

    def settled(self, run: RunId) -> None:
        self._stops.pop(run, None)

    async def _carry_out(self, task: Task, plan: Plan, phases: Phases) -> Report:
        order = Order.of(plan.request)
        phases.enter("Downloading")
        try:
            progress = await self._begun(task, plan, order)
        except Undelivered as failure:
            return Report("download-failed", message=str(failure))
        except ServiceError as refusal:
            return Report("download-failed", message=refusal.message)
        items = await items_of(progress.staged, self._blobs)
        puts = Puts(self._objects)
        dealing = Dealing(task.scope, order, items, progress, puts)
        work = Work(task, plan, order, progress.staged.containers, items, puts, dealing)
        phases.enter("Transforming")
        began = self._clock()
        if problem := await self._work_off(work):
            return Report("exited", exit_code=1, message=problem)
        try:
            await self._capture(work)
        except Undelivered as failure:
            return Report("upload-failed", message=str(failure))
        record = await self._record(work, progress.staged)
        return msgspec.structs.replace(reported(dealing), record=record, started_at=began, ended_at=self._clock())

    async def _record(self, work: Work, staged: Staged) -> Record:
        done = [work.order.output_of(item.path) for item in work.dealing.done]
        return Record(
            taken=await taken(staged, work.items, self._blobs),
            left=await work.puts.left(work.task.scope, done, self._blobs),
            environment=await listed(self._identify, staged.containers[0].image),
            items=staged.items,
        )

    async def _work_off(self, work: Work) -> str:
        """Have instances transform what is left; what is wrong with their servers, if anything is."""
        taken: list[Path] = []
        instances = [self._instance(work, number, taken) for number in range(work.count)]
        try:
            begun = await asyncio.gather(*(each.begin() for each in instances), return_exceptions=True)
            for problem in begun:
                if isinstance(problem, Unfit):
                    return UNHEALTHY.format(container=problem.container, problem=problem)
                if isinstance(problem, BaseException):
                    raise problem
            await self._deal(work, [Asking(each, work.containers[0].name, work.order) for each in instances])
        finally:
            for each in instances:
                each.close()
            self._servers.give_back(taken)
        return ""

    async def _deal(self, work: Work, asked: Sequence[Asking]) -> None:
        """Give each instance as many objects at once as it takes, until there are no more."""
        if not asked:
            return
        order = work.order
        pace = order.pace(await asked[0].parameters() if order.asks_container else {})
        async with asyncio.TaskGroup() as beside:
            telling = beside.create_task(self._keep_telling(work))
            async with asyncio.TaskGroup() as serving:
                for number, asking in enumerate(asked):
                    log = await self._data_log(work, number)
                    await log.pace(pace)
                    assembling = Assembling(asking, order, pace, self._blobs, Marking.of(work.plan))
                    for _ in range(pace.concurrent if order.split == "None" else 1):
                        serving.create_task(work.dealing.serve(assembling, log))
            telling.cancel()

    async def _keep_telling(self, work: Work) -> None:
        """Tell the run how far its job has come, now and then, until cancelled."""
        while True:
            await work.dealing.news.wait()
            work.dealing.news.clear()
            await asyncio.sleep(TELL_EVERY)
            await work.task.tell(PROGRESS, msgspec.to_builtins(work.dealing.progress))

    async def _capture(self, work: Work) -> None:
        for place, content in manifests(work.plan, work.order, work.dealing.done):
            blob = await asyncio.to_thread(self._blobs.put_bytes, content)
            await work.puts.put(work.task.scope, place, blob.digest)

    def _instance(self, work: Work, number: int, taken: list[Path]) -> Answering:
        host = Host(
            scope=work.task.scope,
            instance_type=work.order.instance_type,
            volume_gib=VOLUME_GIB,
            group=LOG_GROUP,
            stream=work.stream(number),
            among=work.count * len(work.containers),
        )

        def server(container: Container) -> Instance:
            kind = Program if self._servers.listens(container) else Instance
            own = host if len(work.containers) == 1 else host.of(container.name)
            return kind(host.stream, partial(self._servers.start, container, own, taken), START_WITHIN)

        if len(work.containers) == 1:
            return server(work.containers[0])
        return Chain({container.name: server(container) for container in work.containers})

    async def _data_log(self, work: Work, number: int) -> DataLog:
        stream = f"{work.stream(number)}/data-log"
        await self._streams.open(work.task.scope, LOG_GROUP, stream)
        return DataLog(self._streams.path(work.task.scope, LOG_GROUP, stream), self._clock)


def reported(dealing: Dealing) -> Report:
    """An object that could not be transformed fails the job: the first of them says how."""
    if dealing.first_failure is None:
        return Report("exited", exit_code=0)
    item, problem = dealing.first_failure
    message = f"{item.name}: {problem.text}"
    if problem.detail:
        message += f": {problem.detail}"
    if problem.blame == "ClientError":
        return Report("unfit-data", message=message)
    return Report("exited", exit_code=1, message=message)
