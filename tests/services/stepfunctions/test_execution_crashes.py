"""Stopping the world at any commit of an execution, and starting it again, leaves the history it would have had."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import ServiceError
from services.stepfunctions.driving import branch, machine, task
from services.stepfunctions.stage import (
    DEADLINE,
    FUNCTION,
    GROUP,
    STATES,
    Outside,
    Stage,
    at_work,
    new_database,
    opened,
)

Json = Any
FIRST_COMMITS = 3  # the worker's lease and its claim, and the log group; before them there is no world to stop
LOGGED: Json = {
    "level": "ALL", "includeExecutionData": True,
    "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}],
}  # fmt: skip
SECOND_TRY = {"fail.$": "States.ArrayGetItem(States.Array('Busy', null), $$.State.RetryCount)", "answer": "tried"}
TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
CHILD = f"{STATES}:stateMachine:child"


def everything() -> Json:
    """A retry, a Map, a task token, a wait and a nested execution, one after another."""
    start = {"StateMachineArn": CHILD, "Name": "c1", "Input": {"x": 1}}
    message = {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
    invoked = task(FUNCTION, ResultPath="$.got")
    return machine(
        "Retry",
        Retry=task(FUNCTION, Parameters=SECOND_TRY, Retry=[{"ErrorEquals": ["Busy"]}], ResultPath="$.r", Next="Map"),
        Map={"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1, "ItemProcessor": branch("I", I=invoked),
             "ResultPath": "$.mapped", "Next": "Token"},
        Token=task(TOKEN, Parameters=message, ResultPath="$.t", Next="Wait"),
        Wait={"Type": "Wait", "Seconds": 2, "Next": "Nested"},
        Nested=task("arn:aws:states:::states:startExecution.sync:2", Parameters=start,
                    ResultSelector={"output.$": "$.Output"}, ResultPath="$.n"),
    )  # fmt: skip


async def prepared(stage: Stage) -> None:
    """What is there before the execution; asked for again after a crash."""
    try:
        await stage.ask("CreateLogGroup", "logs", logGroupName="/machines")
    except ServiceError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
    await stage.machine(machine(A={"Type": "Wait", "Seconds": 1}), "child")
    await stage.machine(everything(), "m", loggingConfiguration=LOGGED)


async def answering_tokens(stage: Stage) -> None:
    """Whoever reads the queue answers every message, once it can."""
    while True:
        for _, token in list(stage.outside.sent):
            try:
                await stage.ask("SendTaskSuccess", taskToken=token, output='{"said": 1}')
            except ServiceError as error:
                if error.code != "TaskTimedOut":
                    raise
        await asyncio.sleep(1)


async def execute(stage: Stage) -> list[Json]:
    """Ask for the execution (again, after a crash), and wait for its end; what comes back is its history."""
    await prepared(stage)
    started = {
        "stateMachineArn": f"{STATES}:stateMachine:m",
        "name": "e1",
        "input": '{"items": [{"answer": 1}, {"answer": 2}]}',
    }
    try:
        await stage.ask("StartExecution", **started)
    except ServiceError as error:
        if error.code != "ExecutionAlreadyExists":
            raise
    execution = f"{STATES}:execution:m:e1"
    holder = asyncio.create_task(answering_tokens(stage))
    try:
        await stage.ended(execution)
        history = await stage.history(execution)
        async with asyncio.timeout(DEADLINE):
            while len(await stage.records()) < len(history):  # noqa: ASYNC110
                await asyncio.sleep(1)
        return history
    finally:
        holder.cancel()


async def until_stopped(
    stage: Stage, database: StoppingDatabase, living: Callable[[Stage], Coroutine[Any, Any, Any]] = execute
) -> bool:
    """Let an execution go on until the world stops; false if it came to its end before."""
    async with at_work(stage):
        life = asyncio.create_task(living(stage))
        tasks = {life, asyncio.create_task(database.stopped.wait())}
        async with asyncio.timeout(DEADLINE):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        stopped = database.stopped.is_set()
        assert stopped or not life.exception()
        database.dead = True
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return stopped


def comparable(history: list[Json]) -> list[Json]:
    """A history without what is another in every life: times, and tokens made of an event's luck."""
    text = json.dumps([{**event, "timestamp": 0} for event in history])
    for event in history:
        message = event.get("taskScheduledEventDetails", {}).get("parameters", "")
        if "MessageBody" in message:
            text = text.replace(json.loads(message)["MessageBody"], "<token>")
        if event["type"] == "TaskSucceeded":
            output = json.loads(event["taskSucceededEventDetails"]["output"])
            for part in ("StartDate", "StopDate"):
                text = text.replace(str(output.get(part, "<none>")), "<date>")
        if event["type"] == "TaskSubmitted":
            output = json.loads(event["taskSubmittedEventDetails"]["output"])
            text = text.replace(str(output.get("StartDate", "<none>")), "<date>")
            for part in ("SdkResponseMetadata", "SdkHttpMetadata"):
                if part in output:
                    text = text.replace(json.dumps(json.dumps(output[part], separators=(",", ":")))[1:-1], "<sdk>")
    return list(json.loads(text))


def room(folder: Path) -> Path:
    """A new folder with a new database in it; where the database is."""
    folder.mkdir()
    return new_database(folder / "w.db")


async def undisturbed(folder: Path) -> tuple[list[Json], Outside]:
    """The history of a life without a crash, and what its effects were."""
    outside = Outside()
    async with at_work(opened(SqliteDatabase(room(folder)), outside, folder)) as stage:
        history = await execute(stage)
    assert history[-1]["type"] == "ExecutionSucceeded", history[-1]
    return comparable(history), outside


async def live_through_a_crash(folder: Path, commits: int, expected: list[Json], *, after: bool) -> Outside | None:
    """One crash and one life afterwards, compared with a life without; None if there was no crash."""
    outside = Outside()
    database = StoppingDatabase(room(folder), FIRST_COMMITS + commits, after=after)
    stopped = await until_stopped(opened(database, outside, folder), database)

    async with at_work(opened(SqliteDatabase(folder / "w.db"), outside, folder)) as stage:
        history = await execute(stage)
        records = await stage.records()
        await stage.until(lambda: len({(told["name"], told["status"]) for told in outside.told}) == 4)

    assert comparable(history) == expected, f"stopped after {commits} commits"
    assert [record["type"] for record in records] == [event["type"] for event in history]
    return outside if stopped else None


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_leaves_the_history_as_it_would_have_been(tmp_path: Path, after: bool) -> None:
    expected, calm = await undisturbed(tmp_path / "calm")
    effects = {token for token, _ in calm.invoked}
    assert len(effects) == len(calm.invoked) == 4, "one call of the function for each attempt and item"
    commits = 0

    while (outside := await live_through_a_crash(tmp_path / f"{commits}", commits, expected, after=after)) is not None:
        assert {token for token, _ in outside.invoked} == effects, "done again, it is known by its token"
        assert {token for token, _ in outside.sent} == {token for token, _ in calm.sent}
        assert max(Counter(token for token, _ in outside.invoked).values()) <= 2
        commits += 1

    assert commits >= 20


NEVER_ENDING: Json = machine(A={"Type": "Wait", "Seconds": 90_000_000})
WAITS: Json = machine(A=task("arn:aws:states:::states:startExecution.sync:2", Parameters={"StateMachineArn": CHILD}))


async def stopped_at_once(stage: Stage) -> None:
    """Start an execution that starts another, and stop it; done again after a crash. Then nothing may run."""
    await stage.machine(NEVER_ENDING, "child")
    await stage.machine(WAITS)
    with contextlib.suppress(ServiceError):  # it has ended before the crash
        await stage.start(name="e1")
    await stage.ask("StopExecution", executionArn=f"{STATES}:execution:m:e1")
    async with asyncio.timeout(DEADLINE):
        while await stage.database.read(lambda tx: tx.rows("SELECT id FROM run WHERE status = ''")):  # noqa: ASYNC110
            await asyncio.sleep(1)
    children = (await stage.ask("ListExecutions", stateMachineArn=CHILD))["executions"]
    assert {child["status"] for child in children} <= {"ABORTED"}
    assert len(children) <= 1


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_leaves_no_job_of_a_stopped_execution_running(tmp_path: Path, after: bool) -> None:
    for commits in count():
        folder, outside = tmp_path / f"{commits}", Outside()
        database = StoppingDatabase(room(folder), 2 + commits, after=after)
        was_stopped = await until_stopped(opened(database, outside, folder), database, stopped_at_once)
        async with at_work(opened(SqliteDatabase(folder / "w.db"), outside, folder)) as stage:
            await stopped_at_once(stage)
        if not was_stopped:
            break
    assert commits >= 5


ACTIVITY = f"{STATES}:activity:work"
WORKED: Json = machine(
    A=task(ACTIVITY, HeartbeatSeconds=600, Retry=[{"ErrorEquals": ["States.HeartbeatTimeout"], "MaxAttempts": 1}])
)


async def test_a_worker_that_has_a_task_can_answer_it_in_the_next_life(tmp_path: Path) -> None:
    outside, folder = Outside(), tmp_path / "world"
    async with at_work(opened(SqliteDatabase(room(folder)), outside, folder)) as stage:
        await stage.ask("CreateActivity", name="work")
        await stage.machine(WORKED)
        execution = await stage.start(input='{"n": 1}')
        taken = await stage.ask("GetActivityTask", activityArn=ACTIVITY, workerName="w")

    async with at_work(opened(SqliteDatabase(folder / "w.db"), outside, folder)) as stage:
        await stage.ask("SendTaskSuccess", taskToken=taken["taskToken"], output=taken["input"])
        told = await stage.ended(execution)

        assert json.loads(told["output"]) == {"n": 1}
        assert (await stage.types(execution))[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]


async def test_a_task_whose_worker_never_heard_of_it_is_offered_again_after_its_heartbeat(tmp_path: Path) -> None:
    outside, folder = Outside(), tmp_path / "world"
    async with at_work(opened(SqliteDatabase(room(folder)), outside, folder)) as stage:
        await stage.ask("CreateActivity", name="work")
        await stage.machine(WORKED)
        execution = await stage.start(input='{"n": 1}')
        await stage.ask("GetActivityTask", activityArn=ACTIVITY)  # the answer is lost with the worker

    async with at_work(opened(SqliteDatabase(folder / "w.db"), outside, folder)) as stage:
        taken = await stage.ask("GetActivityTask", activityArn=ACTIVITY)
        await stage.ask("SendTaskSuccess", taskToken=taken["taskToken"], output='"at last"')

        assert json.loads((await stage.ended(execution))["output"]) == "at last"
        assert (await stage.types(execution))[2:7] == [
            "ActivityScheduled", "ActivityStarted", "ActivityTimedOut", "ActivityScheduled", "ActivityStarted",
        ]  # fmt: skip


async def test_a_wait_that_was_over_while_the_server_was_down_is_over_at_once(tmp_path: Path) -> None:
    outside, folder = Outside(), tmp_path / "world"
    async with at_work(opened(SqliteDatabase(room(folder)), outside, folder)) as stage:
        await stage.machine(machine(A={"Type": "Wait", "Seconds": 86_400 * 300}))
        execution = await stage.start()

    outside.began -= 86_400 * 301 / 1_000  # the stage's time is a thousand times ours
    async with at_work(opened(SqliteDatabase(folder / "w.db"), outside, folder)) as stage:
        assert (await stage.ended(execution))["status"] == "SUCCEEDED"
