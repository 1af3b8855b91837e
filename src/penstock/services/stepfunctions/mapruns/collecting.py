"""Collecting: what becomes of a map run's results, and how its open children are stopped.

Without a ResultWriter the results are an array, in the order of the items, as long as a state's output may be. With one
they are files in S3, of bounded size, and a manifest that names them.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.stepfunctions import answers
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.interpreter.aborting import STOP
from penstock.services.stepfunctions.interpreter.context import iso
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.mapruns import rows
from penstock.services.stepfunctions.mapruns.arguments import request_of
from penstock.services.stepfunctions.mapruns.filling import Opened, items_of, not_begun
from penstock.services.stepfunctions.mapruns.order import MapRunOrder, MapRunPlan
from penstock.services.stepfunctions.mapruns.rows import Result
from penstock.services.stepfunctions.mapruns.state import MapRun
from penstock.services.stepfunctions.standing import standing
from penstock.store.database import Database, Transaction
from penstock.wire.call import Call, Directory, Scope, ServiceError

Json = Any
PAGE: Final = 500  # children read, or stopped, at once
LARGEST_FILE: Final = 8 << 20  # bytes of one file of results, give or take a result
_OURS: Final = frozenset({"Key", "Body"})  # of a file, whatever the writer's arguments say
FAILED: Final = ("FAILED", "TIMED_OUT", "ABORTED")


class Collecting:
    """What `Perform(COLLECT)` and `Perform(ABORT)` do."""

    def __init__(
        self,
        *,
        database: Database,
        directory: Directory,
        engine: Engine,
        clock: Callable[[], float],
        desk: Desk,
        close_source: Callable[[RunId], Awaitable[None]],
    ) -> None:
        self.desk = desk
        self.database = database
        self.directory = directory
        self.engine = engine
        self.clock = clock
        self.close_source = close_source

    async def abort(self, task: Task) -> Json:
        """Stop every child that is open."""
        open_children = await self.database.read(lambda tx: rows.open_children(tx, task.run))
        for first in range(0, len(open_children), PAGE):
            some = open_children[first : first + PAGE]
            await self.database.write(lambda tx, some=some: self._stop(tx, some))  # type: ignore[misc]
        return {}

    def _stop(self, tx: Transaction, arns: list[str]) -> None:
        for arn in arns:
            self.engine.signal(tx, RunId(arn), STOP, {})

    async def collect(self, task: Task) -> Json:
        """Put the results where they belong; `output` is the Map state's result."""
        await self.close_source(task.run)  # of a map run that ends before its items do
        view = await self.database.read(lambda tx: self.engine.look(tx, task.run))
        assert view is not None
        plan: MapRunPlan = view.plan
        results, failed = self._results(task.run), task.input["failed"]
        async with aclosing(self._not_begun(task.scope, plan, view.state)) as pending:
            return await collected(self.directory, task.scope, plan, results, pending, failed=failed)

    async def _not_begun(self, scope: Scope, plan: MapRunPlan, state: MapRun) -> AsyncGenerator[Order]:
        """The children that a map run which will not succeed has not come to."""
        if state.why is None or state.is_exhausted:
            return
        opened = Opened(items_of(self.directory, plan, scope), self.desk)
        start = {"item": state.items.started, "child": state.children.started}
        async with aclosing(opened.items):
            async for order in not_begun(plan, opened, **start, at=self.clock()):
                yield order

    async def _results(self, run: str) -> AsyncIterator[Result]:
        """Every child, in the order of its items."""
        found = await self._page(run, -1)
        while found:
            for result in found:
                yield result
            found = await self._page(run, found[-1].place)

    async def _page(self, run: str, after: int) -> list[Result]:
        return await self.database.read(lambda tx: rows.results(tx, run, after=after, limit=PAGE))


async def collected(
    directory: Directory,
    scope: Scope,
    plan: MapRunPlan,
    results: AsyncIterator[Result],
    pending: AsyncIterator[Order],
    *,
    failed: bool,
) -> Json:
    """The results where they belong; `output` is the Map state's result. `pending` are children never started."""
    if plan.order.writes_files:
        return await Writing(directory, scope, plan.order).write(results, pending)
    return {"output": None, "written": 0} if failed else await array_of(plan, results)


async def array_of(plan: MapRunPlan, results: AsyncIterator[Result]) -> Json:
    """The results as a state's output, as long as one may be."""
    limit = plan.order.parent.limits.payload_bytes
    transformation = ((plan.order.writer or {}).get("config") or {}).get("Transformation", "COMPACT")
    found: list[Json] = []
    size, written = 2, 0
    async for result in results:
        if result.output is None and transformation != "NONE":
            continue
        written += 1
        values = transformed(result, transformation)
        found += values
        size += sum(len(msgspec.json.encode(value)) + 1 for value in values)
        if limit and size > limit:
            raise ServiceError(
                f"The state/task '{plan.order.state}' returned a result with a size exceeding the maximum number "
                "of bytes service limit.",
                code="States.DataLimitExceeded",
            )
    return {"output": found, "written": written}


def transformed(result: Result, transformation: str) -> list[Json]:
    """A child's result as WriterConfig's Transformation has it."""
    if transformation == "NONE":
        return [described(result)]
    output = msgspec.json.decode(result.output or "null")
    return output if transformation == "FLATTEN" and isinstance(output, list) else [output]


def described(result: Result) -> dict[str, Json]:
    """A child as files of results tell of it."""
    redrive_status, reason = standing(result.status, is_final=bool(result.is_final), is_child=True)
    told: dict[str, Json] = {
        "ExecutionArn": result.arn,
        "Input": result.input,
        "InputDetails": {"Included": True},
        "Name": result.name,
        "StartDate": iso(result.started_at),
        "StateMachineArn": result.machine,
        "Status": result.status,
        "RedriveCount": result.redrives,
        "RedriveStatus": redrive_status,
    }
    if result.output is not None:
        told |= {"Output": result.output, "OutputDetails": {"Included": True}}
    told |= answers.present({"RedriveStatusReason": reason, "Error": result.error, "Cause": result.cause})
    if result.stopped_at is not None:
        told["StopDate"] = iso(result.stopped_at)
    return told


def never_started(order: Order) -> dict[str, Json]:
    """A child that is yet to be as files of results tell of it."""
    return {
        "ExecutionArn": order.arn,
        "Input": order.input,
        "InputDetails": {"Included": True},
        "Name": order.name,
        "StateMachineArn": order.machine,
        "Status": "PENDING",
    }


class Writing:
    """Files of results, one kind after another: SUCCEEDED_0.json, FAILED_0.json, PENDING_0.json, manifest.json."""

    def __init__(self, directory: Directory, scope: Scope, order: MapRunOrder) -> None:
        self._directory = directory
        self._scope = scope
        self._order = order
        arguments: Mapping[str, Json] = order.writer["arguments"] or {}
        config: Mapping[str, Json] = order.writer["config"] or {}
        self._asked = _asked(arguments)
        self._bucket = self._asked.get("Bucket", "")
        prefix = str(arguments.get("Prefix", "")).rstrip("/")
        self._folder = f"{prefix}/{order.arn.rpartition(':')[2]}" if prefix else order.arn.rpartition(":")[2]
        self._transformation = config.get("Transformation", "NONE")
        self._is_lines = config.get("OutputType", "JSON") == "JSONL"
        self._waiting = {
            kind: bytearray() for kind in ("SUCCEEDED", "FAILED", "PENDING")
        }  # what the next file begins with
        self._files: dict[str, list[Json]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}

    async def write(self, results: AsyncIterator[Result], pending: AsyncIterator[Order]) -> Json:
        """Write everything; the answer is a map run's outcome."""
        written = 0
        async for result in results:
            written += 1
            kind = "FAILED" if result.status in FAILED else "SUCCEEDED"
            await self._add(kind, transformed(result, "NONE" if kind == "FAILED" else self._transformation))
        async for order in pending:
            await self._add("PENDING", [never_started(order)])
        for kind in self._waiting:
            await self._flush(kind)
        manifest = {
            "DestinationBucket": self._bucket,
            "MapRunArn": self._order.arn,
            "ResultFiles": self._files,
        }
        key = f"{self._folder}/manifest.json"
        await self._put(key, msgspec.json.encode(manifest))
        details = {"Bucket": self._bucket, "Key": key}
        return {"output": {"MapRunArn": self._order.arn, "ResultWriterDetails": details}, "written": written}

    async def _add(self, kind: str, values: list[Json]) -> None:
        waiting = self._waiting[kind]
        for value in values:
            waiting += (b"\n" if self._is_lines else b",") if waiting else (b"" if self._is_lines else b"[")
            waiting += msgspec.json.encode(value)
        if len(waiting) > LARGEST_FILE:
            await self._flush(kind)

    async def _flush(self, kind: str) -> None:
        waiting = self._waiting[kind]
        if not waiting:
            return
        waiting += b"" if self._is_lines else b"]"
        content = bytes(waiting)
        waiting.clear()
        suffix = "jsonl" if self._is_lines else "json"
        key = f"{self._folder}/{kind}_{len(self._files[kind])}.{suffix}"
        await self._put(key, content)
        self._files[kind].append({"Key": key, "Size": len(content)})

    async def _put(self, key: str, content: bytes) -> None:
        request = {**self._asked, "Key": key, "Body": content}
        try:
            await self._directory.answer(Call("s3", "PutObject", request, self._scope))
        except ServiceError as error:
            raise _unwritten(f"{error.message} (Service: Amazon S3; Error Code: {error.code})") from None


def _asked(arguments: Mapping[str, Json]) -> dict[str, Json]:
    """What the writer's arguments ask S3 for with every file."""
    given = {name: value for name, value in arguments.items() if name != "Prefix"}
    try:
        return request_of("PutObject", given, without=_OURS)
    except ValueError as why:
        raise _unwritten(f"the ResultWriter's arguments cannot be used: {why}") from None


def _unwritten(cause: str) -> ServiceError:
    return ServiceError(cause, code="States.ResultWriterFailed")
