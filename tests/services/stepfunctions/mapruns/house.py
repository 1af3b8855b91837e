"""Step Functions with an engine at work and a bucket beside it, for map runs; it can be left and entered again."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.engine import Engine
from penstock.engine.notices import Notices
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.room import open_stepfunctions
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError
from penstock.wire.validate import validate
from services.stepfunctions.mapruns.buckets import Bucket

ROLE = "arn:aws:iam::123456789012:role/machine"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
DEADLINE = 60.0
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
PASS: Json = {"P": {"Type": "Pass", "End": True}}
WAIT: Json = {"P": {"Type": "Wait", "Seconds": 3600, "End": True}}
REFUSE: Json = {"P": {"Type": "Fail", "Error": "No", "Cause": "never"}}
ODD_FAILS: Json = {
    "P": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericLessThan": 0, "Next": "F"}], "Default": "S"},
    "F": {"Type": "Fail", "Error": "No"},
    "S": {"Type": "Succeed"},
}  # of numbers below zero


def distributed(states: Json = None, *, kind: str = "STANDARD", **fields: Json) -> Json:
    """A distributed Map state whose children go through `states`, from P on."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, "StartAt": "P", "States": states or PASS,
    }  # fmt: skip
    return {"Type": "Map", "Label": "L", "ItemProcessor": processor, "End": True, **fields}


def reading(key: str, config: Json) -> Json:
    """An ItemReader of an object in the bucket."""
    where = {"Bucket": "data", "Key": key}
    return {"Resource": "arn:aws:states:::s3:getObject", "Parameters": where, "ReaderConfig": config}


class House:
    def __init__(self, directory: Directory, bucket: Bucket, database: Any) -> None:
        self.directory = directory
        self.bucket = bucket
        self.database = database

    async def ask(self, operation_name: str, **request: Json) -> Answer:
        return await self.directory.answer(Call("stepfunctions", operation_name, request))

    async def start(self, state: Json, given: Json = None, *, name: str = "e", **machine: Json) -> str:
        """Start a machine of that one state (asked again, the same); what is answered is the execution's ARN."""
        definition = json.dumps({"StartAt": "M", "States": {"M": state}, **machine})
        made = await self.ask("CreateStateMachine", name="m", definition=definition, roleArn=ROLE)
        request = {
            "stateMachineArn": made["stateMachineArn"],
            "name": name,
            "input": json.dumps({} if given is None else given),
        }
        with suppress(ServiceError):  # begun before a crash, and over
            await self.ask("StartExecution", **request)
        return f"arn:aws:states:us-east-1:123456789012:execution:m:{name}"

    async def ended(self, execution: str) -> Answer:
        """The execution, once it has ended."""
        async with asyncio.timeout(DEADLINE):
            while True:
                told = await self.ask("DescribeExecution", executionArn=execution)
                if told["status"] != "RUNNING":
                    return told
                await asyncio.sleep(0.005)

    async def output(self, state: Json, given: Json = None, **machine: Json) -> Json:
        """What a machine of that one state comes to."""
        told = await self.ended(await self.start(state, given, **machine))
        assert told["status"] == "SUCCEEDED", told
        return json.loads(told["output"])

    async def failure(self, state: Json, given: Json = None) -> tuple[str, str]:
        """The error and the cause that a machine of that one state ends with."""
        told = await self.ended(await self.start(state, given))
        assert told["status"] == "FAILED", told
        return told["error"], told["cause"]

    async def events(self, execution: str) -> list[Json]:
        return list((await self.ask("GetExecutionHistory", executionArn=execution, maxResults=1000))["events"])

    async def map_runs(self, execution: str) -> list[Json]:
        """Every map run of an execution, described."""
        found = (await self.ask("ListMapRuns", executionArn=execution))["mapRuns"]
        return [await self.ask("DescribeMapRun", mapRunArn=run["mapRunArn"]) for run in found]

    async def the_map_run(self, execution: str, *, open_children: int = 0) -> Json:
        """Its only map run, once it is there and has that many open children."""
        async with asyncio.timeout(DEADLINE):
            while True:
                found = await self.map_runs(execution)
                if found and found[0]["executionCounts"]["running"] >= open_children:
                    return found[0]
                await asyncio.sleep(0.005)

    async def map_run_ended(self, execution: str) -> Json:
        """Its only map run, once that has ended."""
        async with asyncio.timeout(DEADLINE):
            while True:
                (found,) = await self.map_runs(execution)
                if found["status"] in ENDED:
                    return found
                await asyncio.sleep(0.005)

    async def children(self, map_run: str, **wanted: Json) -> list[Json]:
        """Every child of a map run, described, oldest first."""
        found: list[Json] = []
        more: Json = {}
        while True:
            page = await self.ask("ListExecutions", mapRunArn=map_run, maxResults=7, **wanted, **more)
            found += page["executions"]
            if "nextToken" not in page:
                break
            more = {"nextToken": page["nextToken"]}
        return [await self.ask("DescribeExecution", executionArn=child["executionArn"]) for child in found]


@asynccontextmanager
async def house(
    path: Path,
    bucket: Bucket | None = None,
    *,
    database: Any = None,
    life: int = 1,
    limits: Limits | None = None,
) -> AsyncIterator[House]:
    """A house on a database file; one that exists is gone on with. Lives have different luck."""
    if database is None:
        migrate(path, MIGRATIONS)
        database = SqliteDatabase(path)
    directory, numbers = Directory(validate), _numbers(life)
    luck: dict[str, Any] = {"clock": time.time, "chance": lambda: f"{next(numbers):032x}"}
    engine, bucket = Engine(database, directory, **luck), bucket or Bucket(piece=1000)
    directory.register(bucket)
    more: dict[str, Any] = {} if limits is None else {"limits": limits}
    notices = Notices(database, directory)
    open_stepfunctions(database=database, directory=directory, engine=engine, notices=notices, **luck, **more)
    ready = asyncio.Event()
    working, waiting = asyncio.create_task(engine.work(ready.set)), asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        yield House(directory, bucket, database)
    finally:
        waiting.cancel()
        working.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await working
        database.close()


def _numbers(life: int) -> Iterator[int]:
    return count(life * 1_000_000 + 1)


def kinds(events: list[Json]) -> list[str]:
    return [event["type"] for event in events]
