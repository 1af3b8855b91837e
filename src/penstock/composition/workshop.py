"""The workshop: where recorded jobs are run again, from what they took then, in folders that go afterwards.

    data/again/XXXX/    blobs/   sandbox/   logs/        whatever the job leaves stays in here

The very code that ran a job runs it again (`jobs.running`), under the same plan; only S3 is another: what it gives is
the record, and what is put there is noted and no more. No server is asked, so nobody hears of it; a job that asks AWS
by itself is answered as it was then (`replies`). A workshop may be open beside a server on the same data folder: the
server's warm Pythons start its jobs.
"""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from penstock.composition.images import Images
from penstock.composition.inventories import Inventories
from penstock.composition.modelservers import model_servers
from penstock.composition.replies import HeardAgain, Replies
from penstock.composition.runtimes import containers_of, here_by_image, machine_here
from penstock.composition.sources import clock
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.engine.residents import Residents
from penstock.images import clients
from penstock.runtimes.choice import ByImage, WhereContained
from penstock.runtimes.container import ContainerServers, find_socket
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.runtimes.folder import open_up
from penstock.runtimes.inputs import link
from penstock.runtimes.sandbox import Sandbox
from penstock.runtimes.slots import slots_here
from penstock.services.sagemaker.endpoints.servers import ModelServers
from penstock.services.sagemaker.endpoints.shelf import Shelf
from penstock.services.sagemaker.jobs.harvest import Harvesting
from penstock.services.sagemaker.jobs.model import Plan, Record, Report
from penstock.services.sagemaker.jobs.record import AsItWas
from penstock.services.sagemaker.jobs.running import Running
from penstock.services.sagemaker.jobs.staging import Staging
from penstock.services.sagemaker.recorded.story import Ran
from penstock.services.sagemaker.transform.model import Progress
from penstock.services.sagemaker.transform.running import Transforming
from penstock.store.blobs import BlobDamaged, Blobs, Digest
from penstock.store.logfile import stream_path
from penstock.store.streams import Streams
from penstock.wire.call import Directory, Scope

AGAIN: Final = "again"  # the folder of workshops, in the data folder
NOBODY: Final = "http://127.0.0.1:9"  # the discard port: clients are refused there at once
FIXED_HASHES: Final = {"PYTHONHASHSEED": "0"}
TRACKING: Final = {"MLFLOW_TRACKING_URI": "sqlite:////tmp/mlflow.db"}  # in the job's own /tmp: it goes with the job


class Unlisted(Streams):
    """Log streams that are files and no more."""

    async def open(self, scope: Scope, group: str, stream: str) -> None:
        """Nobody lists them."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Runs jobs again. What they took is linked from `kept`, the blobs of the data folder, which stay as they are."""

    folder: Path
    kept: Blobs
    blobs: Blobs
    runtime: ByImage
    residents: Residents
    images: Images
    inventories: Inventories
    replies: Replies

    async def run(self, job: Ran, record: Record, *, fixed_hashes: bool = False) -> Report:
        """Run a job again; its report has the record of it. Raises `BlobDamaged` where what it took is gone."""
        for digest in record.ingredients:
            await asyncio.to_thread(self._bring, digest)
        task = self._task(job.plan, job.scope)
        if job.plan.product == "transform-job":
            return msgspec.convert(await self._transforming(job, record).run(task), Report)
        key = await self.replies.begin(record)
        running = self._running(job.scope, record, key, FIXED_HASHES if fixed_hashes else {})
        report = msgspec.convert(await running.run(task), Report)
        running.settled(task.run)
        await running.forget_settled()
        return report

    def _bring(self, digest: Digest) -> None:
        """Let a kept blob be here too: another name of the same file where that can be."""
        here = self.blobs.path(digest)
        if not here.exists():
            here.parent.mkdir(exist_ok=True)
            beside = here.with_name(f"{here.name}.{os.urandom(4).hex()}")
            link(self.kept.find(digest).path, str(beside))
            beside.replace(here)

    def _running(self, scope: Scope, record: Record, key: str, variables: Mapping[str, str]) -> Running:
        door, here = self.replies.variables(scope, key), machine_here()
        return Running(
            runtime=self.runtime,
            machine=lambda *_: here,
            objects=AsItWas(record, self.blobs),
            staging=Staging(self.blobs, kept_anyway),
            harvesting=Harvesting(self.blobs, self.runtime),
            streams=self._streams,
            client_environment=lambda *_: {**door, **variables},
            hearing=HeardAgain(self.replies, key),
            tracking=lambda _: TRACKING,
            identify=self.inventories.identify,
            clock=clock,
        )

    def _transforming(self, job: Ran, record: Record) -> Transforming:
        """What it is to work on was pinned then, and is not staged anew."""
        staged = msgspec.convert(job.progress, Progress).staged

        async def from_the_beginning(*_: Any) -> Progress:
            return Progress(staged)

        return Transforming(
            begun=from_the_beginning,
            servers=ModelServers(
                residents=self.residents,
                shelf=Shelf(self.folder / "models", self.blobs),
                streams=self._streams,
                machine=machine_here(),
                how_served=self.images.served,
                client_environment=lambda scope, _: nobody_in(scope),
                clock=clock,
            ),
            objects=AsItWas(record, self.blobs),
            blobs=self.blobs,
            streams=self._streams,
            identify=self.inventories.identify,
            clock=clock,
        )

    @property
    def _streams(self) -> Streams:
        return Unlisted(Directory(), self._log)

    @staticmethod
    def _task(plan: Plan, scope: Scope) -> Task:
        work = {"plan": msgspec.to_builtins(plan), "attempt": 1, "spent": 0.0}
        return Task(RunId(plan.arn), "run-1", scope, work, untold)

    def _log(self, scope: Scope, group: str, stream: str) -> Path:
        return stream_path(self.folder, scope.account, scope.region, group, stream)

    def read(self, digest: Digest) -> bytes:
        """Content of either run. Raises `BlobDamaged`."""
        try:
            return self.blobs.find(digest).read()
        except BlobDamaged:
            return self.kept.find(digest).read()


def nobody_in(scope: Scope) -> Mapping[str, str]:
    """What clients are told so that they reach nobody."""
    return clients.client_variables(NOBODY, scope.region, "nobody", "nobody", base={})


async def kept_anyway(*_: Any) -> None:
    """Nobody sweeps a workshop."""


async def untold(*_: Any) -> None:
    """No run hears of progress."""


@asynccontextmanager
async def workshop(data: Path, environments: Path | None = None, engine: str = "") -> AsyncIterator[Workshop]:
    """A workshop beside what is kept in a data folder; leaving ends what still runs, and takes its folder away."""
    (data / AGAIN).mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=data / AGAIN))
    lock = (folder / "lock").open("w")  # says that somebody works here: see `holdings.abandoned`
    fcntl.flock(lock, fcntl.LOCK_EX)
    blobs, images, slots = Blobs(folder), Images(data, environments), slots_here()
    container_engine = ContainerEngine(find_socket(engine, os.environ))
    sandbox = Sandbox(
        folder / "sandbox", home=data / "sandbox", blobs=blobs, resolve=images.resolve, clock=clock, slots=slots,
        hidden=[data],
    )  # fmt: skip
    containers = containers_of(folder, container_engine, blobs, images, slots)
    inventories = Inventories(images, blobs, container_engine)
    runtime = here_by_image(sandbox, containers, images)
    servers = model_servers(data, folder / "model-servers.log")
    contained = ContainerServers(folder / "containers", engine=container_engine, resolve=images.container, clock=clock)
    replies = Replies(blobs)
    try:
        await replies.open()
        residents = WhereContained(servers, contained)
        yield Workshop(folder, Blobs(data), blobs, runtime, residents, images, inventories, replies)
    finally:
        await replies.close()
        await servers.close()
        await contained.close()
        await sandbox.close(kill=True)
        await containers.close()
        await asyncio.to_thread(shutil.rmtree, folder, onerror=open_up)
        lock.close()
