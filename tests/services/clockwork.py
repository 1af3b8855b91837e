"""A world with EventBridge and Scheduler in it: a clock moved by hand, and services that note what they are asked."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.alarms import Alarms
from penstock.engine.deliveries import Deliveries
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.events import open_events
from penstock.services.scheduler import open_scheduler
from penstock.store.sealing import Sealing
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError
from penstock.wire.validate import validate

ACCOUNT = "us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/Scheduler"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:jobs"
DEAD = f"arn:aws:sqs:{ACCOUNT}:dead"
OFF = {"Mode": "OFF"}
DEADLINE = 20.0
NOTED = {
    "sqs": ("SendMessage",),
    "sns": ("Publish",),
    "lambda": ("Invoke",),
    "stepfunctions": ("StartExecution",),
    "kinesis": ("PutRecord",),
    "logs": ("CreateLogStream", "PutLogEvents"),
    "codebuild": ("StartBuild",),
    "sagemaker": ("StartPipelineExecution", "CreateProcessingJob", "StopTrainingJob"),
    "codepipeline": ("StartPipelineExecution",),
}


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@dataclass
class World:
    """One server's life on a database."""

    database: SqliteDatabase
    now: float = at("2030-01-01T00:00:00")
    leap: float = 0.0  # by which the clock goes on whenever it is looked at
    life: int = 1
    calls: list[Call] = field(default_factory=list)
    failures: list[ServiceError] = field(default_factory=list)  # what the next calls are answered with

    def __post_init__(self) -> None:
        numbers = count(1)
        self.directory = Directory(validate)
        self.chance = lambda: f"{self.life:08x}{next(numbers):024x}"
        self.engine = Engine(self.database, self.directory, clock=self.clock, chance=self.chance)
        self.alarms = Alarms(self.database, clock=self.clock)
        deliveries = Deliveries(self.engine, self.directory)
        rooms: dict[str, Any] = {
            "engine": self.engine, "directory": self.directory, "alarms": self.alarms, "deliveries": deliveries,
            "clock": self.clock, "chance": self.chance,
        }  # fmt: skip
        self.notices = Notices(self.database, self.directory)
        self.tidy_archives = open_events(**rooms, notices=self.notices, sealing=Sealing())
        open_scheduler(**rooms)
        self.furnish(deliveries)
        for service, operations in NOTED.items():
            self.directory.provide(service, operations, self.note)

    def furnish(self, deliveries: Deliveries) -> None:
        """Have more rooms."""

    def clock(self) -> float:
        self.now += self.leap
        return self.now

    async def note(self, call: Call, _: Json) -> Answer:
        self.calls.append(call)
        is_letter = call.service == "sqs" and call.request["QueueUrl"].endswith("/dead")
        if self.failures and not is_letter:
            raise self.failures.pop(0)
        return {}

    async def ask(self, operation: str, **request: Json) -> Mapping[str, Any]:
        """What Scheduler answers."""
        return await self.directory.answer(Call("scheduler", operation, request, Scope()))

    async def events(self, operation: str, **request: Json) -> Mapping[str, Any]:
        """What EventBridge answers."""
        return await self.directory.answer(Call("events", operation, request, Scope()))

    async def schedule(self, expression: str, *, name: str = "s", target: Json = None, **more: Json) -> str:
        given = {"Arn": QUEUE, "RoleArn": ROLE, "Input": "hello", **(target or {})}
        request = {"Name": name, "ScheduleExpression": expression, "Target": given, "FlexibleTimeWindow": OFF, **more}
        arn: str = (await self.ask("CreateSchedule", **request))["ScheduleArn"]
        return arn

    async def ring(self, moment: str | None = None) -> list[Call]:
        """Go on to a moment and ring what is due; the calls that came of it, when everything is delivered."""
        before = len(self.calls)
        if moment is not None:
            self.now = at(moment)
        await self.quiet()
        return self.calls[before:]

    async def quiet(self) -> None:
        """Wait until nothing is due and nothing under way."""
        async with asyncio.timeout(DEADLINE):
            while await self.alarms.ring_due():
                pass
            while await self.database.read(lambda tx: tx.row("SELECT 1 FROM run")) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


class Alive(Protocol):
    """A world with an engine."""

    @property
    def database(self) -> SqliteDatabase: ...
    @property
    def engine(self) -> Engine: ...


class CrashedOnce(Protocol):
    """Lives once, on a database that stops at a commit: whether it came to that, and what is seen in the end."""

    async def __call__(self, path: Path, commits: int, *, after: bool) -> tuple[bool, Any]: ...


A = TypeVar("A", bound=Alive)


@asynccontextmanager
async def at_work(world: A) -> AsyncIterator[A]:
    """The world with its engine running; the database is closed afterwards."""
    ready = asyncio.Event()
    working = asyncio.create_task(world.engine.work(ready.set))
    try:
        async with asyncio.timeout(DEADLINE):
            await ready.wait()
        yield world
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await working
        world.database.close()


@asynccontextmanager
async def living(folder: Path, **more: Any) -> AsyncIterator[World]:
    """A new world at work."""
    migrate(folder / "penstock.db", MIGRATIONS)
    async with at_work(World(SqliteDatabase(folder / "penstock.db"), **more)) as world:
        yield world


async def until_stopped(world: Alive, database: StoppingDatabase, live: Coroutine[Any, Any, None]) -> bool:
    """Let the world live until its database stops; false if it came to its end before."""
    async with at_work(world), asyncio.timeout(DEADLINE):
        tasks = {asyncio.create_task(live), asyncio.create_task(database.stopped.wait())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        database.dead = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return database.stopped.is_set()


async def alike_after_any_crash(folder: Path, crashed_once: CrashedOnce, *, after: bool) -> tuple[Any, int]:
    """What is seen in the end, wherever the world stopped, or if it did not; and how many commits it stopped at.

    `after` says whether a commit is kept when the world stops at it.
    """
    _, wanted = await crashed_once(folder / "whole.db", 1_000, after=after)
    commits, stopped = 0, True
    while stopped:
        stopped, found = await crashed_once(folder / f"{commits}.db", commits, after=after)
        assert found == wanted, commits
        commits += 1
    return wanted, commits
