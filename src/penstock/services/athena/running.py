"""Running a query: the activity `athena.run-query`. It may be done again from the start; its result has one name."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.athena import process, statements
from penstock.services.athena.catalog import Catalog, Table
from penstock.services.athena.lake import Lake
from penstock.services.athena.model import CATALOG, Column, Failure, Plan, QueryFailed, Result
from penstock.services.athena.process import Read
from penstock.services.athena.statements import CreateTable, DropTable, Query, Show
from penstock.store.blobs import Blobs
from penstock.wire.call import Directory, ServiceError

Json = Any
RUN_QUERY: Final = "athena.run-query"
RUNNING: Final = "running"  # the signal that a query has begun
AT_ONCE: Final = 2  # queries; others are QUEUED
LONGEST: Final = 1800.0  # seconds, as on AWS
LEAST_MIB: Final = 256


class Running:
    """Carries queries out, each in a folder and a process of its own."""

    def __init__(self, directory: Directory, blobs: Blobs, folder: Path, *, memory_mib: int) -> None:
        self._directory = directory
        self._blobs = blobs
        self._folder = folder
        self._memory_mib = max(LEAST_MIB, memory_mib)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._stops: dict[RunId, asyncio.Event] = {}

    def stop(self, run: RunId) -> None:
        """Let go of a query. On the event loop."""
        if run in self._stops:
            self._stops[run].set()

    async def run(self, task: Task) -> Json:
        """Carry a query out; answers a `Result`."""
        plan = msgspec.convert(task.input, Plan)
        stopped = self._stops.setdefault(task.run, asyncio.Event())
        try:
            async with asyncio.TaskGroup() as beside:
                carrying = beside.create_task(self._in_turn(task, plan))
                stopping = beside.create_task(stopped.wait())
                await asyncio.wait({carrying, stopping}, return_when=asyncio.FIRST_COMPLETED)
                result = carrying.result() if carrying.done() else Result()
                carrying.cancel()
                stopping.cancel()
            return msgspec.to_builtins(result)
        finally:
            self._stops.pop(task.run, None)

    async def _in_turn(self, task: Task, plan: Plan) -> Result:
        async with self._turns:
            await task.tell(RUNNING, None)
            try:
                async with asyncio.timeout(LONGEST):
                    return await self._carry_out(task, plan)
            except QueryFailed as failed:
                return Result(failure=failed.failure)
            except ServiceError as error:
                return Result(failure=Failure(f"{error.code}: {error.message}"))
            except TimeoutError:
                return Result(failure=Failure(f"Query timeout: it took over {LONGEST / 60:g} minutes"))

    async def _carry_out(self, task: Task, plan: Plan) -> Result:
        if plan.catalog.lower() != CATALOG.lower():
            raise QueryFailed(f"CATALOG_NOT_FOUND: Catalog '{plan.catalog}' does not exist")
        catalog = Catalog(self._directory, task.scope)
        lake = Lake(self._directory, self._blobs, task.scope)
        match statements.read(plan.query):
            case Query():
                return await self._query(plan, catalog, lake)
            case CreateTable() as statement:
                await catalog.create(statement, plan.database)
            case DropTable() as statement:
                await catalog.drop(statement, plan.database)
            case Show() as statement:
                columns, rows = await catalog.shown(statement, plan.database)
                await lake.put(plan.result, "".join("\t".join(row) + "\n" for row in rows).encode(), plan.bucket_owner)
                return Result(columns=columns)
        await lake.put(plan.result, b"", plan.bucket_owner)
        return Result()

    async def _query(self, plan: Plan, catalog: Catalog, lake: Lake) -> Result:
        folder = self._folder / plan.id
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)  # of an earlier life
        folder.mkdir(parents=True)
        try:
            watch = Watch(time.monotonic)
            async with process.started() as query:
                reads = await query.tables(plan.query, plan.database, folder, self._memory_mib)
                described, scanned = [], 0
                for number, table in enumerate(await tables_of(catalog, reads)):
                    files = folder / f"table-{number}"
                    size = await lake.link(table, files)
                    described.append({**told(table), "path": str(files) if size else ""})
                    scanned += size
                planned = watch.lap()
                columns = await query.result(described)
            executed = watch.lap()
            result = await asyncio.to_thread(self._blobs.adopt, folder / "result.csv")
            await lake.put(plan.result, result, plan.bucket_owner)
            await lake.put(f"{plan.result}.metadata", metadata(columns), plan.bucket_owner)
            return Result(columns, scanned, planned, executed, watch.lap())
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def tables_of(catalog: Catalog, reads: Iterable[Read]) -> list[Table]:
    """What Glue knows of what a query reads."""
    tables = []
    for read in reads:
        try:
            tables.append(await catalog.table(read.database, read.name))
        except QueryFailed:
            if read.must_be_there:
                raise
    return tables


class Watch:
    """A stop watch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = clock()

    def lap(self) -> int:
        """Milliseconds since the last one."""
        now = self._clock()
        lap, self._since = round(1000 * (now - self._since)), now
        return lap


def told(table: Table) -> dict[str, Json]:
    """A table, as a query's process is told of it."""
    return {
        "database": table.database, "name": table.name, "format": table.format, "columns": table.columns,
        "partitions": table.partitions, "options": table.options,
    }  # fmt: skip


def metadata(columns: tuple[Column, ...]) -> bytes:
    """What lies beside a result: its columns. AWS's own form of it is not documented."""
    return msgspec.json.encode({"columns": [msgspec.structs.asdict(column) for column in columns]})
