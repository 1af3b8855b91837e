"""Stopping the server at any commit of a map run, or of its redrive, and starting it again: nothing is seen of it."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase
from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.services.stepfunctions.mapruns import filling, redriving
from penstock.wire.call import Json
from services.stepfunctions.mapruns.buckets import Bucket
from services.stepfunctions.mapruns.house import House, distributed, house, reading

FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
ROWS = [str(number) for number in range(5)]
CSV = "".join(f"{row}\n" for row in ["n", *ROWS]).encode()
READER = reading("rows.csv", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"})
WRITER: Json = {
    "Resource": "arn:aws:states:::s3:putObject",
    "Parameters": {"Bucket": "data", "Prefix": "out"},
    "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
}
STATES: dict[str, Json] = {
    "one by one": distributed(ItemReader=READER, ResultWriter=WRITER, MaxConcurrency=2),
    "in batches": distributed(
        ItemReader=READER, ResultWriter=WRITER, MaxConcurrency=1, ItemBatcher={"MaxItemsPerBatch": 2}
    ),
    "all at once": distributed(ItemReader=READER, ResultWriter=WRITER),
    "express": distributed(ItemReader=READER, ResultWriter=WRITER, MaxConcurrency=2, kind="EXPRESS"),
}

MISSING: Json = {
    "P": {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Parameters": {"Bucket": "data", "Key.$": "$.n"}, "ResultSelector": {"found.$": "$.Body"}, "End": True,
    },
}  # fmt: skip
"""Children that fail until there is an object named as their row."""


def numbers(value: Json) -> list[str]:
    """The rows in a child's input or output, one or a batch."""
    return [item["n"] for item in value.get("Items", [value])]


async def lived(here: House, state: Json) -> None:
    """Carry the machine out and look at what became of it."""
    execution = await here.start(state)
    told = await here.ended(execution)
    assert told["status"] == "SUCCEEDED", told
    (run,) = await here.map_runs(execution)
    children = await here.children(run["mapRunArn"])
    worked_on = [number for child in children for number in numbers(json.loads(child["input"]))]
    assert sorted(worked_on) == ROWS
    assert (
        run["itemCounts"]["succeeded"] == run["itemCounts"]["total"] == run["itemCounts"]["resultsWritten"] == len(ROWS)
    )
    assert run["executionCounts"]["succeeded"] == len(children)
    manifest = json.loads(here.bucket.objects[json.loads(told["output"])["ResultWriterDetails"]["Key"]])
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    lines = [json.loads(line) for line in here.bucket.objects[file["Key"]].splitlines()]
    assert [number for line in lines for number in numbers(line)] == ROWS


async def lived_until(
    path: Path, bucket: Bucket, living_on: Callable[[House], Coroutine[Any, Any, None]], commits: int, *, after: bool
) -> bool:
    """A life that stops at a commit; false if what it was to do came to its end before."""
    migrate(path, MIGRATIONS)
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=after)
    async with house(path, bucket, database=database) as here, asyncio.timeout(30):
        living = asyncio.create_task(living_on(here))
        stopped = asyncio.create_task(database.stopped.wait())
        await asyncio.wait({living, stopped}, return_when=asyncio.FIRST_COMPLETED)
        database.dead = True
        stopped.cancel()
        living.cancel()
        await asyncio.gather(living, stopped, return_exceptions=True)
    return database.stopped.is_set()


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there are commits within a fill."""
    monkeypatch.setattr(filling, "TOGETHER", 2)


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
@pytest.mark.parametrize("case", STATES)
async def test_after_a_crash_anywhere_every_item_is_worked_on_once(tmp_path: Path, case: str, after: bool) -> None:
    for commits in count():
        path, bucket = tmp_path / f"{commits}.db", Bucket({"rows.csv": CSV})
        was_stopped = await lived_until(path, bucket, lambda here: lived(here, STATES[case]), commits, after=after)
        async with house(path, bucket, life=2) as here:
            await lived(here, STATES[case])
        if not was_stopped:
            break
    assert commits >= 6


REDRIVEN: dict[str, Json] = {
    "one by one": distributed(MISSING, ItemReader=READER, MaxConcurrency=1, ToleratedFailureCount=1),
    "all at once": distributed(MISSING, ItemReader=READER, ToleratedFailureCount=1),
    "express": distributed(MISSING, ItemReader=READER, MaxConcurrency=2, ToleratedFailureCount=1, kind="EXPRESS"),
}


async def redriven(here: House, state: Json) -> None:
    """Redrive the execution that had failed, once, and look at what became of it."""
    execution = await here.start(state)
    await here.ask("RedriveExecution", executionArn=execution, clientToken="once")
    told = await here.ended(execution)
    assert (told["status"], told.get("redriveCount")) == ("SUCCEEDED", 1), told
    assert [each["found"] for each in json.loads(told["output"])] == ROWS
    (run,) = await here.map_runs(execution)
    assert run["redriveCount"] == 1
    assert run["itemCounts"]["succeeded"] == run["itemCounts"]["total"] == len(ROWS)
    assert run["executionCounts"]["succeeded"] == run["executionCounts"]["total"] == len(ROWS)
    children = await here.children(run["mapRunArn"], statusFilter="SUCCEEDED")
    assert sorted(json.loads(child["input"])["n"] for child in children) == ROWS
    assert all(child["redriveCount"] <= 1 for child in children)


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
@pytest.mark.parametrize("case", REDRIVEN)
async def test_after_a_crash_anywhere_in_a_redrive_what_had_failed_is_done_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, after: bool
) -> None:
    monkeypatch.setattr(redriving, "TOGETHER", 2)
    state, some, every = REDRIVEN[case], {"rows.csv": CSV, "1": b"1"}, {number: number.encode() for number in ROWS}
    failed = tmp_path / "failed.db"
    async with house(failed, Bucket(some)) as here:
        assert (await here.ended(await here.start(state)))["status"] == "FAILED"
        await here.map_run_ended(await here.start(state))
    for commits in count():
        path, bucket = tmp_path / f"{commits}.db", Bucket(some | every)
        path.write_bytes(failed.read_bytes())
        was_stopped = await lived_until(path, bucket, lambda here: redriven(here, state), commits, after=after)
        async with house(path, bucket, life=2) as here:
            await redriven(here, state)
        if not was_stopped:
            break
    assert commits >= 6
