"""Redriving an execution whose distributed Map had failed: its map run goes on with what had not succeeded."""

import asyncio
import json
from pathlib import Path

import pytest

from penstock.services.stepfunctions.interpreter import distributed as distributed_maps
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.mapruns import redriving
from penstock.wire.call import Json, ServiceError
from services.stepfunctions.mapruns.buckets import Bucket
from services.stepfunctions.mapruns.house import (
    DEADLINE,
    MACHINE,
    REFUSE,
    WAIT,
    House,
    distributed,
    house,
    kinds,
    reading,
)

KINDS = ["STANDARD", "EXPRESS"]
IN_THE_BUCKET: Json = {
    "P": {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Parameters": {"Bucket": "data", "Key.$": "States.Format('{}', $)"}, "ResultSelector": {"found.$": "$.Body"},
        "End": True,
    },
}  # fmt: skip
"""Children that fail until there is an object named as their item."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "penstock.db"


async def redriven(here: House, execution: str) -> Json:
    """The execution, redriven, once it has ended again."""
    await here.ask("RedriveExecution", executionArn=execution)
    return await here.ended(execution)


@pytest.mark.parametrize("kind", KINDS)
async def test_only_what_had_not_succeeded_runs_again_and_results_are_joined(path: Path, kind: str) -> None:
    bucket = Bucket({"1": b'"a"', "3": b'"c"'})
    async with house(path, bucket) as here:
        state = distributed(IN_THE_BUCKET, kind=kind, ToleratedFailureCount=1)
        execution = await here.start(state, [1, 2, 3, 4])
        assert (await here.ended(execution))["status"] == "FAILED"
        (before,) = await here.map_runs(execution)
        bucket.objects |= {"2": b'"b"', "4": b'"d"'}

        told = await redriven(here, execution)

        assert [each["found"] for each in json.loads(told["output"])] == ['"a"', '"b"', '"c"', '"d"']
        (run,) = await here.map_runs(execution)
        events = await here.events(execution)
    assert (run["mapRunArn"], run["status"], run["redriveCount"]) == (before["mapRunArn"], "SUCCEEDED", 1)
    assert (before["redriveCount"], "redriveDate" in before) == (0, False)
    assert run["redriveDate"] >= before["stopDate"]
    counts = run["executionCounts"]
    assert (counts["succeeded"], counts["failed"], counts["total"], counts["pendingRedrive"]) == (4, 0, 4, 0)
    assert run["itemCounts"] == counts
    again = kinds(events).index("ExecutionRedriven")
    assert kinds(events)[again:] == [
        "ExecutionRedriven", "MapRunRedriven", "MapRunSucceeded", "MapStateSucceeded", "MapStateExited",
        "ExecutionSucceeded",
    ]  # fmt: skip
    redrive = events[again + 1]
    assert redrive["mapRunRedrivenEventDetails"] == {"mapRunArn": run["mapRunArn"], "redriveCount": 1}


async def test_a_standard_child_goes_on_under_its_name(path: Path) -> None:
    first = {"Type": "Pass", "Next": "P"}
    bucket = Bucket({"1": b"a"})
    async with house(path, bucket) as here:
        state = distributed({"A": first, **IN_THE_BUCKET}, ToleratedFailureCount=1)
        state["ItemProcessor"]["StartAt"] = "A"
        execution = await here.start(state, [1, 2, 3])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        before = {child["input"]: child for child in await here.children(run["mapRunArn"])}
        bucket.objects |= {"2": b"b", "3": b"c"}

        await redriven(here, execution)

        after = {child["input"]: child for child in await here.children(run["mapRunArn"])}
        again = await here.children(run["mapRunArn"], redriveFilter="REDRIVEN")
        events = await here.events(after["2"]["executionArn"])
    assert {key: child["executionArn"] for key, child in after.items()} == {
        key: child["executionArn"] for key, child in before.items()
    }
    assert (after["1"]["redriveCount"], after["2"]["redriveCount"]) == (0, 1)
    assert {child["input"] for child in again} == {"2", "3"}
    assert all(child["redriveDate"] for child in again)
    assert kinds(events)[kinds(events).index("ExecutionRedriven") + 1] == "TaskScheduled"
    assert kinds(events).count("PassStateEntered") == 1


async def test_an_express_child_is_run_again_as_a_new_execution(path: Path) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        execution = await here.start(distributed(IN_THE_BUCKET, kind="EXPRESS"), [1])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        (before,) = await here.children(run["mapRunArn"])
        bucket.objects["1"] = b"a"

        await redriven(here, execution)

        children = await here.children(run["mapRunArn"])
        (run,) = await here.map_runs(execution)
    assert before["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    assert sorted(child["status"] for child in children) == ["FAILED", "SUCCEEDED"]
    assert len({child["name"] for child in children}) == 2
    assert all("redriveDate" not in child for child in children)
    assert (run["executionCounts"]["total"], run["executionCounts"]["succeeded"]) == (1, 1)


async def test_items_that_had_not_been_begun_are_begun(path: Path) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        execution = await here.start(distributed(IN_THE_BUCKET, MaxConcurrency=1), list(range(5)))
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        assert run["executionCounts"]["failed"] == 1
        bucket.objects |= {str(number): b"x" for number in range(5)}

        told = await redriven(here, execution)

        assert len(json.loads(told["output"])) == 5
        assert len(await here.children(run["mapRunArn"])) == 5


async def test_children_wait_for_their_redrive_where_few_may_be_open(path: Path) -> None:
    """The first child waits again; the others are told to be pending, and are what they were when all is stopped."""
    async with house(path) as here:
        execution = await here.start(distributed(WAIT), [1, 2, 3])
        arn = (await here.the_map_run(execution, open_children=3))["mapRunArn"]
        await here.ask("UpdateMapRun", mapRunArn=arn, maxConcurrency=1)
        await here.ask("StopExecution", executionArn=execution)
        await here.map_run_ended(execution)

        await here.ask("RedriveExecution", executionArn=execution)

        run = await here.the_map_run(execution, open_children=1)
        counts = run["executionCounts"]
        assert (counts["running"], counts["pendingRedrive"], counts["aborted"], counts["total"]) == (1, 2, 0, 3)
        async with asyncio.timeout(DEADLINE):  # counts are told a moment before the commit
            while True:
                pending = await here.children(arn, statusFilter="PENDING_REDRIVE")
                if len(pending) == 2:
                    break
                await asyncio.sleep(0.005)
        assert {child["status"] for child in pending} == {"PENDING_REDRIVE"}
        assert await here.children(arn, statusFilter="ABORTED") == []
        with pytest.raises(ServiceError, match="PENDING_REDRIVE"):
            await here.ask("ListExecutions", stateMachineArn=MACHINE, statusFilter="PENDING_REDRIVE")
        await here.ask("StopExecution", executionArn=execution)
        ended = await here.map_run_ended(execution)
        assert (ended["executionCounts"]["aborted"], ended["executionCounts"]["pendingRedrive"]) == (3, 0)
        assert len(await here.children(arn, statusFilter="ABORTED")) == 3


async def test_a_map_run_that_could_not_read_its_items_reads_them_again(path: Path) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        execution = await here.start(distributed(ItemReader=reading("late", {"InputType": "JSON"})))
        assert (await here.ended(execution))["status"] == "FAILED"
        bucket.objects["late"] = b"[1, 2]"

        assert json.loads((await redriven(here, execution))["output"]) == [1, 2]

        (run,) = await here.map_runs(execution)
        assert run["redriveCount"] == 1


async def test_a_map_run_that_could_not_write_its_results_writes_them(path: Path) -> None:
    bucket = Bucket(refusal=ServiceError("Access Denied", code="AccessDenied"))
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "data", "Prefix": "out"}}
    async with house(path, bucket) as here:
        execution = await here.start(distributed(ResultWriter=writer), [1, 2])
        assert (await here.ended(execution))["error"] == "States.ResultWriterFailed"
        bucket.refusal = None

        told = await redriven(here, execution)

        assert json.loads(told["output"])["ResultWriterDetails"]["Key"] in bucket.objects
        (run,) = await here.map_runs(execution)
        assert all(child["redriveCount"] == 0 for child in await here.children(run["mapRunArn"]))


async def test_a_state_that_failed_with_the_results_starts_a_new_map_run(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(ResultSelector={"a.$": "$.nothing"}), [1])
        assert (await here.ended(execution))["error"] == "States.Runtime"

        await redriven(here, execution)

        runs = await here.map_runs(execution)
        assert [(run["status"], run["redriveCount"]) for run in runs] == [("SUCCEEDED", 0), ("SUCCEEDED", 0)]


async def test_a_map_run_can_fail_again_and_be_redriven_again(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(REFUSE), [1])
        await here.ended(execution)
        for redrive in (1, 2):
            told = await redriven(here, execution)
            assert told["error"] == "States.ExceedToleratedFailureThreshold"
            (run,) = await here.map_runs(execution)
            assert (run["status"], run["redriveCount"], run["executionCounts"]["failed"]) == ("FAILED", redrive, 1)


async def test_a_map_run_has_an_end_of_redrives(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed_maps, "MOST_REDRIVES", 1)
    async with house(path) as here:
        execution = await here.start(distributed(REFUSE), [1])
        await here.ended(execution)
        await redriven(here, execution)

        told = await redriven(here, execution)

    assert (told["error"], "has been redriven 1 times" in told["cause"]) == ("States.Runtime", True)


async def test_a_child_whose_history_is_full_is_not_redriven(path: Path) -> None:
    goes_on = [{"Variable": "$", "NumericGreaterThan": 0, "Next": "P"}]
    endless = {"P": {"Type": "Choice", "Choices": goes_on, "Default": "S"}, "S": {"Type": "Succeed"}}
    async with house(path, limits=Limits(history_events=20)) as here:
        execution = await here.start(distributed(endless), [1])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        (child,) = await here.children(run["mapRunArn"])

        told = await redriven(here, execution)

        (run,) = await here.map_runs(execution)
        (after,) = await here.children(run["mapRunArn"])
    assert (child["redriveStatus"], child["redriveStatusReason"]) == (
        "NOT_REDRIVABLE", "Execution history event limit exceeded",
    )  # fmt: skip
    assert (after["redriveCount"], run["executionCounts"]["failuresNotRedrivable"]) == (0, 1)
    assert (told["error"], run["executionCounts"]["failed"]) == ("States.ExceedToleratedFailureThreshold", 1)


async def test_a_map_run_inside_a_child_is_redriven_with_it(path: Path) -> None:
    bucket = Bucket({"1": b"a"})
    inner = json.loads(json.dumps({**distributed(IN_THE_BUCKET), "Label": "I"}).replace('"P"', '"Q"'))
    async with house(path, bucket) as here:
        execution = await here.start(distributed({"P": inner}), [[1, 2]])
        await here.ended(execution)
        bucket.objects["2"] = b"b"

        told = await redriven(here, execution)

        assert [[each["found"] for each in row] for row in json.loads(told["output"])] == [["a", "b"]]
        (outer,) = await here.map_runs(execution)
        (child,) = await here.children(outer["mapRunArn"])
        (run,) = await here.map_runs(child["executionArn"])
    assert (outer["redriveCount"], child["redriveCount"], run["redriveCount"]) == (1, 1, 1)


async def test_a_stopped_execution_can_be_redriven_before_its_map_run_has_stopped(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redriving, "TOGETHER", 2)
    short = {"P": {"Type": "Wait", "Seconds": 1, "End": True}}
    async with house(path) as here:
        execution = await here.start(distributed(short), list(range(20)))
        await here.the_map_run(execution, open_children=20)
        await here.ask("StopExecution", executionArn=execution)

        told = await redriven(here, execution)

        assert json.loads(told["output"]) == list(range(20))
        (run,) = await here.map_runs(execution)
        assert (run["status"], run["redriveCount"]) == ("SUCCEEDED", 1)


async def test_many_children_go_on_some_at_a_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redriving, "TOGETHER", 3)
    bucket = Bucket()
    async with house(path, bucket) as here, asyncio.timeout(DEADLINE):
        state = distributed(IN_THE_BUCKET, MaxConcurrency=4, ToleratedFailurePercentage=10)
        execution = await here.start(state, list(range(11)))
        await here.ended(execution)
        bucket.objects |= {str(number): b"x" for number in range(11)}

        told = await redriven(here, execution)

        assert len(json.loads(told["output"])) == 11
