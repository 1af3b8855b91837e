"""All of Step Functions on a stage: the real engine, store and Logs; functions, queues and the bus that answer at once.

A world's time runs a thousand times as fast as ours, and so do the loop's timers: waits of seconds take milliseconds.
What is outside (functions, queues, the bus, workers) lives on across a restart.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services import logs
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.room import open_stepfunctions
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, operation
from penstock.wire.validate import validate

Json = Any
ROLE = "arn:aws:iam::123456789012:role/states"
STATES = "arn:aws:states:us-east-1:123456789012"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/machines:*"
SPEED = 1_000.0
DEADLINE = 20.0
SCOPE = Scope()


@dataclass
class Outside:
    """The world that effects reach: it remembers across restarts of the server."""

    invoked: list[tuple[str, Json]] = field(default_factory=list)  # idempotency token, payload
    sent: list[tuple[str, str]] = field(default_factory=list)  # idempotency token, body
    told: list[Json] = field(default_factory=list)  # details of notices
    began: float = field(default_factory=time.monotonic)
    lives: int = 0

    def clock(self) -> float:
        return 1_700_000_000.0 + (time.monotonic() - self.began) * SPEED


class Functions:
    """A function that does as its payload says: `{"fail": error}` raises, `{"answer": x}` returns x."""

    service = "lambda"

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    @operation("Invoke")
    async def invoke(self, call: Call, request: Json) -> Answer:
        payload = json.loads(request["Payload"])
        self.outside.invoked.append((call.token or "", payload))
        if isinstance(payload, dict) and payload.get("fail"):
            failed = json.dumps({"errorType": payload["fail"], "errorMessage": "it broke"}).encode()
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": failed}
        answer = payload.get("answer") if isinstance(payload, dict) else payload
        return {"StatusCode": 200, "Payload": json.dumps(answer).encode(), "ExecutedVersion": "$LATEST"}


class Queues:
    service = "sqs"

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    @operation("SendMessage")
    async def send(self, call: Call, request: Json) -> Answer:
        self.outside.sent.append((call.token or "", request["MessageBody"]))
        return {"MessageId": "1", "MD5OfMessageBody": "0"}


class Bus:
    service = "events"

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    @operation("PutEvents")
    async def put(self, call: Call, request: Json) -> Answer:
        self.outside.told += [json.loads(entry["Detail"]) for entry in request["Entries"]]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in request["Entries"]]}


@dataclass
class Stage:
    """Step Functions as a customer in this process meets it."""

    database: SqliteDatabase
    directory: Directory
    engine: Engine
    outside: Outside
    chores: tuple[Callable[[], Any], ...]

    async def ask(self, name: str, service: str = "stepfunctions", /, **request: Json) -> Answer:
        return await self.directory.answer(Call(service, name, request, SCOPE))

    async def refused(self, name: str, /, **request: Json) -> ServiceError:
        """The error that an operation is answered with."""
        with pytest.raises(ServiceError) as caught:
            await self.ask(name, **request)
        return caught.value

    async def machine(self, definition: Json, name: str = "m", **more: Json) -> str:
        text = definition if isinstance(definition, str) else json.dumps(definition)
        made = await self.ask("CreateStateMachine", name=name, definition=text, roleArn=ROLE, **more)
        return str(made["stateMachineArn"])

    async def start(self, machine: str = f"{STATES}:stateMachine:m", **request: Json) -> str:
        return str((await self.ask("StartExecution", stateMachineArn=machine, **request))["executionArn"])

    async def run(self, definition: Json, input: Json = None, **more: Json) -> Answer:  # noqa: A002
        """The description of a new machine's execution, once it has ended."""
        machine = await self.machine(definition, **more)
        text = input if isinstance(input, str) else json.dumps({} if input is None else input)
        return await self.ended(await self.start(machine, input=text))

    async def ended(self, execution: str) -> Answer:
        async with asyncio.timeout(DEADLINE):
            while (told := await self.ask("DescribeExecution", executionArn=execution))["status"] == "RUNNING":  # noqa: ASYNC110
                await asyncio.sleep(1)  # of the stage's seconds
        return told

    async def history(self, execution: str, **more: Json) -> list[Json]:
        request: dict[str, Json] = {"executionArn": execution, "maxResults": 1000, **more}
        answer = await self.ask("GetExecutionHistory", **request)
        return list(answer["events"])

    async def types(self, execution: str) -> list[str]:
        return [event["type"] for event in await self.history(execution)]

    async def until(self, is_so: Callable[[], Any]) -> None:
        """Look again until it is so."""
        async with asyncio.timeout(DEADLINE):
            while not is_so():  # noqa: ASYNC110 - what is looked at knows nothing of tests
                await asyncio.sleep(1)

    async def until_event(self, execution: str, type: str) -> None:  # noqa: A002
        async with asyncio.timeout(DEADLINE):
            while type not in await self.types(execution):  # noqa: ASYNC110
                await asyncio.sleep(1)

    async def records(self) -> list[Json]:
        """What the log group holds, oldest first, each event once."""
        found: dict[tuple[str, int], Json] = {}
        streams = await self.ask("DescribeLogStreams", "logs", logGroupName="/machines")
        for stream in streams["logStreams"]:
            for record in await self._read(stream["logStreamName"]):
                found[record["execution_arn"], int(record["id"])] = record
        return [found[key] for key in sorted(found)]

    async def _read(self, stream: str) -> list[Json]:
        """All pages of a stream."""
        found: list[Json] = []
        token: dict[str, Json] = {}
        while True:
            told = await self.ask(
                "GetLogEvents", "logs", logGroupName="/machines", logStreamName=stream, startFromHead=True, **token
            )
            # A stopped life may still be writing (a thread is not killed as a process is); what it tears comes again.
            found += [json.loads(it["message"]) for it in told["events"] if it["message"].startswith('{"id"')]
            if token == (token := {"nextToken": told["nextForwardToken"]}):
                return found


@cache
def empty_database() -> bytes:
    """A migrated database file, made once for all stages."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(path, MIGRATIONS)
        return path.read_bytes()


def new_database(path: Path) -> Path:
    path.write_bytes(empty_database())
    return path


def opened(database: SqliteDatabase, outside: Outside, folder: Path, *, limits: Limits | None = None) -> Stage:
    """A stage on a database; each of its lives has a luck of its own."""
    outside.lives += 1
    numbers, life = count(1), outside.lives

    def chance() -> str:
        return f"{next(numbers):08x}{life:024x}"

    directory = Directory(validate)
    engine = Engine(database, directory, clock=outside.clock, chance=chance)
    for service in (Functions(outside), Queues(outside), Bus(outside)):
        directory.register(service)
    for room in logs.operations(database, folder, outside.clock, lambda: "0" * 32):
        directory.register(room)
    notices = Notices(database, directory)
    notices.heed(lambda *_: True)
    chores = open_stepfunctions(
        database=database, directory=directory, engine=engine, notices=notices, clock=outside.clock, chance=chance,
        limits=limits or Limits(),
    )  # fmt: skip
    return Stage(database, directory, engine, outside, (*chores, notices.work))


def hurry() -> None:
    """Let the loop's timers run as fast as the stage's clock."""
    loop: Any = asyncio.get_running_loop()
    if "call_later" not in vars(loop):
        unhurried = loop.call_later
        loop.call_later = lambda delay, *more, **named: unhurried(delay / SPEED, *more, **named)


@contextlib.asynccontextmanager
async def at_work(stage: Stage) -> AsyncIterator[Stage]:
    """The engine and the chores at work until the block ends."""
    hurry()
    ready = asyncio.Event()
    tasks = [asyncio.create_task(stage.engine.work(ready.set))]
    tasks += [asyncio.create_task(chore()) for chore in stage.chores]
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({tasks[0], waiting}, return_when=asyncio.FIRST_COMPLETED)
        yield stage
    finally:
        for task in (waiting, *tasks):
            task.cancel()
        await asyncio.gather(waiting, *tasks, return_exceptions=True)
        stage.database.close()


@contextlib.asynccontextmanager
async def staged(folder: Path, *, limits: Limits | None = None) -> AsyncIterator[Stage]:
    """A new stage at work until the block ends."""
    database = SqliteDatabase(new_database(folder / "stage.db"))
    async with at_work(opened(database, Outside(), folder, limits=limits)) as stage:
        yield stage
