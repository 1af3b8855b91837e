"""Distributed Maps inside running machines: what becomes of items, results and failures."""

import json
from pathlib import Path
from unittest.mock import patch

import pytest

from penstock.services.stepfunctions import express
from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.wire.call import Json, ServiceError
from services.stepfunctions.mapruns.buckets import Bucket
from services.stepfunctions.mapruns.house import (
    MACHINE,
    ODD_FAILS,
    REFUSE,
    WAIT,
    distributed,
    house,
    kinds,
    reading,
)

KINDS = ["STANDARD", "EXPRESS"]
EXCEEDED = ("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "penstock.db"


@pytest.mark.parametrize("kind", KINDS)
async def test_results_are_in_the_order_of_the_items(path: Path, kind: str) -> None:
    async with house(path) as here:
        assert await here.output(distributed(kind=kind), list(range(40))) == list(range(40))


@pytest.mark.parametrize("kind", KINDS)
async def test_no_items_make_no_results(path: Path, kind: str) -> None:
    async with house(path) as here:
        assert await here.output(distributed(kind=kind), []) == []


async def test_a_selector_sees_the_item_its_index_and_the_states_input(path: Path) -> None:
    selector = {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "all.$": "$.k"}
    async with house(path) as here:
        found = await here.output(
            distributed(ItemsPath="$.items", ItemSelector=selector), {"items": "ab", "k": 1} | {"items": ["a", "b"]}
        )
    assert found == [{"v": "a", "i": 0, "all": 1}, {"v": "b", "i": 1, "all": 1}]


async def test_batches_hold_their_input_and_so_many_items(path: Path) -> None:
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"k.$": "$.k"}}
    async with house(path) as here:
        found = await here.output(distributed(ItemsPath="$.n", ItemBatcher=batcher), {"n": [1, 2, 3], "k": "v"})
    assert found == [{"BatchInput": {"k": "v"}, "Items": [1, 2]}, {"BatchInput": {"k": "v"}, "Items": [3]}]


async def test_jsonata_sees_variables_and_items(path: Path) -> None:
    before = {"Type": "Pass", "Assign": {"x": 10}, "Next": "N"}
    state = distributed(
        Items="{% $states.input %}",
        ItemSelector={"sum": "{% $states.context.Map.Item.Value + $x %}"},
        ItemBatcher={"MaxItemsPerBatch": "{% $x - 8 %}", "BatchInput": {"x": "{% $x %}"}},
    )
    machine = {"QueryLanguage": "JSONata", "States": {"M": before, "N": state}}
    async with house(path) as here:
        found = await here.output({}, [1, 2, 3], **machine)
    assert found == [
        {"BatchInput": {"x": 10}, "Items": [{"sum": 11}, {"sum": 12}]},
        {"BatchInput": {"x": 10}, "Items": [{"sum": 13}]},
    ]


@pytest.mark.parametrize(
    ("state", "machine", "follows"),
    [({"ItemsPath": "$"}, {}, "MapRunSucceeded"), ({"Assign": {"x": 1}}, {}, "MapRunStarted"),
     ({"Items": [1]}, {"QueryLanguage": "JSONata"}, "MapRunStarted")],
)  # fmt: skip
async def test_the_exit_follows_the_beginning_of_the_map_run_where_a_machine_is_young(
    path: Path, state: Json, machine: Json, follows: str
) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(**state), [1], **machine)
        await here.ended(execution)
        events = {event["id"]: event for event in await here.events(execution)}

    left = next(event for event in events.values() if event["type"] == "MapStateExited")
    assert events[left["previousEventId"]]["type"] == follows


async def test_the_members_of_an_object_may_be_items(path: Path) -> None:
    async with house(path) as here:
        assert await here.output(distributed(ItemsPath="$.all"), {"all": {"b": 2}}) == [{"Key": "b", "Value": 2}]


async def test_a_member_is_known_by_its_name_and_an_item_by_where_it_is_from(path: Path) -> None:
    selector = {"item.$": "$$.Map.Item", "key.$": "$$.Map.Item.Key"}
    async with house(path) as here:
        found = await here.output(distributed(ItemSelector=selector), {"b": 2, "a": [1]})
    assert [each["key"] for each in found] == ["b", "a"]
    assert found[0]["item"] == {"Index": 0, "Key": "b", "Value": 2, "Source": "STATE_DATA"}


async def test_a_reader_that_fails_fails_the_state_and_can_be_caught(path: Path) -> None:
    state = distributed(
        ItemReader=reading("none", {"InputType": "JSON"}),
        Catch=[{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "C"}],
    )
    async with house(path) as here:
        execution = await here.start({}, States={"M": state, "C": {"Type": "Pass", "End": True}})
        told = await here.ended(execution)
        assert json.loads(told["output"])["Error"] == "States.ItemReaderFailed"
        assert kinds(await here.events(execution)) == [
            "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunFailed",
            "MapStateFailed", "MapStateExited", "PassStateEntered", "PassStateExited", "ExecutionSucceeded",
        ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
async def test_one_failure_is_too_many_where_none_is_tolerated(path: Path, kind: str) -> None:
    async with house(path) as here:
        assert await here.failure(distributed(REFUSE, kind=kind), [1, 2, 3]) == EXCEEDED


TOLERATED: dict[str, tuple[Json, bool]] = {
    "as many as the count": ({"ToleratedFailureCount": 2}, True),
    "more than the count": ({"ToleratedFailureCount": 1}, False),
    "as much as the percentage": ({"ToleratedFailurePercentage": 50}, True),
    "more than the percentage": ({"ToleratedFailurePercentage": 49.9}, False),
    "less than the count, more than the percentage": (
        {"ToleratedFailureCount": 3, "ToleratedFailurePercentage": 10}, False,
    ),
    "less than the percentage, more than the count": (
        {"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 90}, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOLERATED)
async def test_of_four_items_two_fail_which_is(path: Path, case: str) -> None:
    fields, is_tolerated = TOLERATED[case]
    async with house(path) as here:
        state, items = distributed(ODD_FAILS, **fields), [1, -1, 2, -2]
        if is_tolerated:
            assert await here.output(state, items) == [1, 2]
        else:
            assert await here.failure(state, items) == EXCEEDED


async def test_every_item_of_a_batch_that_fails_has_failed(path: Path) -> None:
    state = distributed(REFUSE, ItemBatcher={"MaxItemsPerBatch": 2}, ToleratedFailureCount=1)
    async with house(path) as here:
        execution = await here.start(state, [1, 2])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
    assert (run["status"], run["itemCounts"]["failed"], run["executionCounts"]["failed"]) == ("FAILED", 2, 1)


async def test_what_a_map_run_came_to_is_described(path: Path) -> None:
    state = distributed(ODD_FAILS, ToleratedFailurePercentage=50, MaxConcurrency=3)
    async with house(path) as here:
        execution = await here.start(state, [1, -1, 2, -2, 3])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
    counts = {
        "pending": 0, "running": 0, "succeeded": 3, "failed": 2, "timedOut": 0, "aborted": 0, "total": 5,
        "resultsWritten": 3,
    }  # fmt: skip
    assert run["executionCounts"] == run["itemCounts"] == counts
    assert (run["maxConcurrency"], run["toleratedFailurePercentage"], run["status"]) == (3, 50.0, "SUCCEEDED")
    assert run["executionArn"] == execution
    assert run["stopDate"] >= run["startDate"]


async def test_no_more_children_than_max_concurrency_are_open(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(WAIT, MaxConcurrency=3), list(range(10)))
        run = await here.the_map_run(execution, open_children=3)
        assert (run["executionCounts"]["running"], run["executionCounts"]["pending"]) == (3, 7)


@pytest.mark.parametrize("kind", KINDS)
async def test_to_stop_the_execution_is_to_abort_its_map_run_and_the_children(path: Path, kind: str) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(WAIT, kind=kind), [1, 2, 3])
        arn = (await here.the_map_run(execution, open_children=3))["mapRunArn"]
        await here.ask("StopExecution", executionArn=execution, error="E", cause="C")
        for child in await here.children(arn):
            await here.ended(child["executionArn"])
        assert {child["status"] for child in await here.children(arn)} == {"ABORTED"}
        assert (await here.ended(execution))["status"] == "ABORTED"
        run = await here.map_run_ended(execution)
        assert (run["status"], run["executionCounts"]["aborted"]) == ("ABORTED", 3)


async def test_a_child_that_was_stopped_counts_as_failed(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(WAIT), [1])
        arn = (await here.the_map_run(execution, open_children=1))["mapRunArn"]
        (child,) = await here.children(arn)
        await here.ask("StopExecution", executionArn=child["executionArn"])
        told = await here.ended(execution)
    assert (told["error"], told["cause"]) == EXCEEDED


async def test_a_map_run_can_be_changed_while_it_runs_and_not_afterwards(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(WAIT, MaxConcurrency=1), [1, 2, 3])
        arn = (await here.the_map_run(execution, open_children=1))["mapRunArn"]
        await here.ask("UpdateMapRun", mapRunArn=arn, maxConcurrency=2, toleratedFailureCount=1)
        run = await here.the_map_run(execution, open_children=2)
        assert (run["maxConcurrency"], run["toleratedFailureCount"]) == (2, 1)
        await here.ask("StopExecution", executionArn=execution)
        await here.map_run_ended(execution)
        with pytest.raises(ServiceError, match="has ended"):
            await here.ask("UpdateMapRun", mapRunArn=arn, maxConcurrency=2)


async def test_a_retried_map_has_a_map_run_for_each_attempt(path: Path) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    async with house(path) as here:
        execution = await here.start(distributed(REFUSE, Retry=retry), [1])
        assert (await here.ended(execution))["error"] == EXCEEDED[0]
        runs = await here.map_runs(execution)
    assert [run["status"] for run in runs] == ["FAILED", "FAILED"]


async def test_maps_may_be_nested(path: Path) -> None:
    inner = json.loads(json.dumps({**distributed(), "Label": "I"}).replace('"P"', '"Q"'))
    async with house(path) as here:
        assert await here.output(distributed({"P": inner}), [[1, 2], [], [3]]) == [[1, 2], [], [3]]


async def test_a_map_may_be_in_a_branch(path: Path) -> None:
    branches = [
        {"StartAt": "D", "States": {"D": distributed()}},
        {"StartAt": "N", "States": {"N": {"Type": "Pass", "Result": 7, "End": True}}},
    ]
    async with house(path) as here:
        assert await here.output({"Type": "Parallel", "Branches": branches, "End": True}, [1, 2]) == [[1, 2], 7]


async def test_a_branch_that_fails_aborts_the_map_run_beside_it(path: Path) -> None:
    slow = {"W": {"Type": "Wait", "Seconds": 1, "Next": "F"}, "F": {"Type": "Fail", "Error": "No"}}
    branches = [{"StartAt": "D", "States": {"D": distributed(WAIT)}}, {"StartAt": "W", "States": slow}]
    async with house(path) as here:
        execution = await here.start({"Type": "Parallel", "Branches": branches, "End": True}, [1])
        arn = (await here.the_map_run(execution, open_children=1))["mapRunArn"]
        assert (await here.ended(execution))["error"] == "No"
        (child,) = await here.children(arn)
        assert (await here.ended(child["executionArn"]))["status"] == "ABORTED"


async def test_an_item_too_large_for_an_executions_input_fails_the_map_run(path: Path) -> None:
    bucket = Bucket({"big": json.dumps(["x" * 300]).encode()})
    async with house(path, bucket, limits=Limits(payload_bytes=200)) as here:
        error, cause = await here.failure(distributed(ItemReader=reading("big", {"InputType": "JSON"})))
    assert error == "States.DataLimitExceeded"
    assert "200 bytes" in cause


async def test_results_too_large_for_a_states_output_fail_the_map_run(path: Path) -> None:
    bucket = Bucket({"many": json.dumps(["x" * 50] * 5).encode()})
    async with house(path, bucket, limits=Limits(payload_bytes=200)) as here:
        error, _ = await here.failure(distributed(ItemReader=reading("many", {"InputType": "JSON"})))
    assert error == "States.DataLimitExceeded"


async def test_a_child_is_an_execution_of_the_machine_and_its_label(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(), ["a", "b"])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        children = await here.children(run["mapRunArn"])
        told = await here.ask("DescribeStateMachineForExecution", executionArn=children[0]["executionArn"])
        mine = (await here.ask("ListExecutions", stateMachineArn=MACHINE))["executions"]
    assert sorted(child["input"] for child in children) == ['"a"', '"b"']
    assert {child["stateMachineArn"] for child in children} == {f"{MACHINE}/L"}
    assert {child["mapRunArn"] for child in children} == {run["mapRunArn"]}
    assert (told["mapRunArn"], told["label"]) == (run["mapRunArn"], "L")
    assert json.loads(told["definition"])["StartAt"] == "P"
    assert [each["executionArn"] for each in mine] == [execution]


async def test_a_child_is_redriven_with_its_map_run_only(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(REFUSE), [1])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        (child,) = await here.children(run["mapRunArn"])
        assert child["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
        with pytest.raises(ServiceError, match="child of a Map Run") as caught:
            await here.ask("RedriveExecution", executionArn=child["executionArn"])
    assert caught.value.code == "ExecutionNotRedrivable"


async def test_a_machine_that_is_out_of_time_aborts_its_map_run(path: Path) -> None:
    async with house(path) as here:
        execution = await here.start(distributed(WAIT), [1, 2], TimeoutSeconds=1)
        assert (await here.ended(execution))["status"] == "TIMED_OUT"
        run = await here.map_run_ended(execution)
    assert (run["status"], run["executionCounts"]["aborted"]) == ("ABORTED", 2)


async def test_a_deleted_machine_is_gone_when_its_map_run_is_over(path: Path) -> None:
    short = {"P": {"Type": "Wait", "Seconds": 1, "End": True}}
    async with house(path) as here:
        execution = await here.start(distributed(short), [1])
        await here.the_map_run(execution, open_children=1)
        await here.ask("DeleteStateMachine", stateMachineArn=MACHINE)
        assert (await here.ended(execution))["status"] != "RUNNING"
        with pytest.raises(ServiceError) as caught:
            await here.ask("DescribeStateMachine", stateMachineArn=MACHINE)
        run = await here.map_run_ended(execution)
    assert caught.value.code == "StateMachineDoesNotExist"
    assert run["executionCounts"]["running"] == 0


async def test_a_child_that_runs_out_of_time_has_timed_out(path: Path) -> None:
    """An express child has five minutes; here, none."""
    with patch.object(express, "LONGEST", 0.05):
        async with house(path) as here:
            execution = await here.start(distributed(WAIT, kind="EXPRESS"), [1])
            told = await here.ended(execution)
            run = await here.map_run_ended(execution)
    assert (told["error"], told["cause"]) == EXCEEDED
    assert run["executionCounts"]["timedOut"] == 1


async def test_an_object_is_not_kept_open_for_a_map_run_that_is_over(path: Path) -> None:
    bucket = Bucket({"many": b"1\n" * 1_000})
    async with house(path, bucket) as here:
        state = distributed(WAIT, ItemReader=reading("many", {"InputType": "JSONL"}), MaxConcurrency=2)
        execution = await here.start(state)
        await here.the_map_run(execution, open_children=2)
        assert bucket.bodies == 1
        await here.ask("StopExecution", executionArn=execution)
        await here.map_run_ended(execution)
    assert bucket.bodies == 0


async def test_jsonata_says_what_is_read_and_where_results_go(path: Path) -> None:
    bucket = Bucket({"in/7": b"[1, 2, 3]"})
    state = distributed(
        ItemReader={
            "Resource": "arn:aws:states:::s3:getObject",
            "Arguments": {"Bucket": "data", "Key": "{% 'in/' & $string($states.input.n) %}"},
            "ReaderConfig": {"InputType": "JSON", "MaxItems": "{% 1 + 1 %}"},
        },
        ResultWriter={
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": {"Bucket": "data", "Prefix": "{% 'out' & $states.input.n %}"},
        },
    )
    async with house(path, bucket) as here:
        output = await here.output(state, {"n": 7}, QueryLanguage="JSONata")
    assert output["ResultWriterDetails"]["Key"].startswith("out7/")
    (results,) = (json.loads(content) for key, content in bucket.objects.items() if "SUCCEEDED" in key)
    assert [each["Input"] for each in results] == ["1", "2"]


async def test_each_iteration_of_an_inline_map_may_have_a_map_run(path: Path) -> None:
    inner = {key: value for key, value in distributed().items() if key != "Label"}
    outer = {"Type": "Map", "ItemProcessor": {"StartAt": "D", "States": {"D": inner}}, "End": True}
    async with house(path) as here:
        assert await here.output(outer, [[1], [2, 3]]) == [[1], [2, 3]]
        assert len(await here.map_runs("arn:aws:states:us-east-1:123456789012:execution:m:e")) == 2
