"""Where a map run's results go: an array, or files in S3 and a manifest."""

import json
import re
from pathlib import Path

import pytest

from penstock.services.stepfunctions.mapruns import collecting
from penstock.wire.call import Json, ServiceError
from services.stepfunctions.mapruns.buckets import Bucket
from services.stepfunctions.mapruns.house import MACHINE, ODD_FAILS, WAIT, distributed, house, reading


def writer(prefix: str | None = "out", **config: Json) -> Json:
    parameters = {"Bucket": "data"} | ({} if prefix is None else {"Prefix": prefix})
    return {
        "Resource": "arn:aws:states:::s3:putObject", "Parameters": parameters,
        **({"WriterConfig": config} if config else {}),
    }  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "penstock.db"


def written(bucket: Bucket) -> dict[str, bytes]:
    """What is in the bucket, by the last part of the key."""
    return {key.rpartition("/")[2]: content for key, content in bucket.objects.items()}


@pytest.mark.parametrize("prefix", ["out", "out/", None])
async def test_the_manifest_is_in_a_folder_of_the_map_run_and_names_the_files(path: Path, prefix: str | None) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        output = await here.output(distributed(ResultWriter=writer(prefix)), [1, 2])
    folder = ("" if prefix is None else "out/") + output["MapRunArn"].rpartition(":")[2]
    assert output == {
        "MapRunArn": output["MapRunArn"],
        "ResultWriterDetails": {"Bucket": "data", "Key": f"{folder}/manifest.json"},
    }
    results = {"Key": f"{folder}/SUCCEEDED_0.json", "Size": len(bucket.objects[f"{folder}/SUCCEEDED_0.json"])}
    assert json.loads(bucket.objects[f"{folder}/manifest.json"]) == {
        "DestinationBucket": "data", "MapRunArn": output["MapRunArn"],
        "ResultFiles": {"FAILED": [], "PENDING": [], "SUCCEEDED": [results]},
    }  # fmt: skip


async def test_files_tell_of_each_execution_in_the_order_of_the_items(path: Path) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        execution = await here.start(distributed(ODD_FAILS, ToleratedFailureCount=1, ResultWriter=writer()), [1, -1, 2])
        await here.ended(execution)
        (run,) = await here.map_runs(execution)
        children = {child["input"]: child for child in await here.children(run["mapRunArn"])}
    good, bad = (json.loads(written(bucket)[f"{kind}_0.json"]) for kind in ("SUCCEEDED", "FAILED"))
    assert [each["Input"] for each in good] == ["1", "2"]
    first = good[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("StartDate"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("StopDate"))
    assert first == {
        "ExecutionArn": children["1"]["executionArn"], "Name": children["1"]["name"], "StateMachineArn": f"{MACHINE}/L",
        "Input": "1", "InputDetails": {"Included": True}, "Output": "1", "OutputDetails": {"Included": True},
        "Status": "SUCCEEDED", "RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    }  # fmt: skip
    assert [(each["Input"], each["Status"], each["Error"]) for each in bad] == [("-1", "FAILED", "No")]
    assert "Output" not in bad[0]
    assert run["executionCounts"]["resultsWritten"] == 3


TRANSFORMED: dict[str, list[Json]] = {"COMPACT": [[1, 2], 3, []], "FLATTEN": [1, 2, 3]}


@pytest.mark.parametrize("transformation", TRANSFORMED)
async def test_files_may_hold_outputs_only(path: Path, transformation: str) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        config = {"Transformation": transformation, "OutputType": "JSON"}
        await here.output(distributed(ResultWriter=writer(**config)), [[1, 2], 3, []])
    assert json.loads(written(bucket)["SUCCEEDED_0.json"]) == TRANSFORMED[transformation]


@pytest.mark.parametrize("transformation", TRANSFORMED)
async def test_files_may_be_json_lines(path: Path, transformation: str) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        config = {"Transformation": transformation, "OutputType": "JSONL"}
        await here.output(distributed(ResultWriter=writer(**config)), [[1, 2], 3, []])
    lines = written(bucket)["SUCCEEDED_0.jsonl"].splitlines()
    assert [json.loads(line) for line in lines] == TRANSFORMED[transformation]


@pytest.mark.parametrize("transformation", TRANSFORMED)
async def test_without_a_place_the_array_is_transformed(path: Path, transformation: str) -> None:
    only = {"WriterConfig": {"Transformation": transformation, "OutputType": "JSON"}}
    async with house(path) as here:
        assert await here.output(distributed(ResultWriter=only), [[1, 2], 3, []]) == TRANSFORMED[transformation]


async def test_without_a_place_the_array_may_tell_of_executions(path: Path) -> None:
    only = {"WriterConfig": {"Transformation": "NONE", "OutputType": "JSON"}}
    async with house(path) as here:
        found = await here.output(distributed(ODD_FAILS, ToleratedFailureCount=1, ResultWriter=only), [1, -1])
    assert [(each["Input"], each["Status"]) for each in found] == [("1", "SUCCEEDED"), ("-1", "FAILED")]


async def test_results_that_are_long_go_into_several_files(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "LARGEST_FILE", 100)
    bucket = Bucket()
    async with house(path, bucket) as here:
        config = {"Transformation": "COMPACT", "OutputType": "JSON"}
        output = await here.output(distributed(ResultWriter=writer(**config)), ["x" * 40] * 7)
    manifest = json.loads(bucket.objects[output["ResultWriterDetails"]["Key"]])
    files = [json.loads(bucket.objects[file["Key"]]) for file in manifest["ResultFiles"]["SUCCEEDED"]]
    assert [len(file) for file in files] == [3, 3, 1]


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_results_are_written_of_a_map_run_that_does_not_succeed(path: Path, is_stopped: bool) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        execution = await here.start(distributed(WAIT, ResultWriter=writer()), [1, 2])
        run = await here.the_map_run(execution, open_children=2)
        children = await here.children(run["mapRunArn"])
        stopped = execution if is_stopped else children[0]["executionArn"]
        await here.ask("StopExecution", executionArn=stopped)
        await here.ended(execution)
        await here.map_run_ended(execution)
    found = json.loads(written(bucket)["FAILED_0.json"])
    assert [(each["Input"], each["Status"]) for each in found] == [("1", "ABORTED"), ("2", "ABORTED")]
    assert "manifest.json" in written(bucket)


@pytest.mark.parametrize("is_stopped", [False, True])
@pytest.mark.parametrize("batching", [{}, {"ItemBatcher": {"MaxItemsPerBatch": 2}}], ids=["items", "batches"])
async def test_children_that_were_never_started_are_told_to_be_pending(
    path: Path, batching: Json, is_stopped: bool
) -> None:
    bucket = Bucket({"five": b"1\n2\n3\n4\n5\n"})
    async with house(path, bucket) as here:
        read = reading("five", {"InputType": "JSONL"})
        state = distributed(WAIT, ResultWriter=writer(), ItemReader=read, MaxConcurrency=1, **batching)
        execution = await here.start(state)
        run = await here.the_map_run(execution, open_children=1)
        children = await here.children(run["mapRunArn"])
        await here.ask("StopExecution", executionArn=execution if is_stopped else children[0]["executionArn"])
        await here.ended(execution)
        await here.map_run_ended(execution)
    found = json.loads(written(bucket)["PENDING_0.json"])
    inputs = [{"Items": [3, 4]}, {"Items": [5]}] if batching else [2, 3, 4, 5]
    assert [json.loads(each["Input"]) for each in found] == inputs
    assert found[0] == {
        "ExecutionArn": found[0]["ExecutionArn"], "Name": found[0]["ExecutionArn"].rpartition(":")[2],
        "StateMachineArn": f"{MACHINE}/L", "Input": found[0]["Input"], "InputDetails": {"Included": True},
        "Status": "PENDING",
    }  # fmt: skip
    manifest = json.loads(written(bucket)["manifest.json"])["ResultFiles"]
    names = {kind: [file["Key"].rpartition("/")[2] for file in files] for kind, files in manifest.items()}
    assert names == {"FAILED": ["FAILED_0.json"], "PENDING": ["PENDING_0.json"], "SUCCEEDED": []}


async def test_a_child_told_to_be_pending_has_that_arn_once_a_redrive_starts_it(path: Path) -> None:
    bucket = Bucket()
    async with house(path, bucket) as here:
        short = {"P": {"Type": "Wait", "Seconds": 1, "End": True}}
        execution = await here.start(distributed(short, ResultWriter=writer(), MaxConcurrency=1), [1, 2])
        await here.the_map_run(execution, open_children=1)
        await here.ask("StopExecution", executionArn=execution)
        run = await here.map_run_ended(execution)
        (pending,) = json.loads(written(bucket)["PENDING_0.json"])
        await here.ask("RedriveExecution", executionArn=execution)
        assert (await here.ended(execution))["status"] == "SUCCEEDED"
        children = await here.children(run["mapRunArn"])
    assert pending["ExecutionArn"] in [child["executionArn"] for child in children]
    assert json.loads(written(bucket)["manifest.json"])["ResultFiles"]["PENDING"] == []


async def test_what_cannot_be_read_is_not_told_to_be_pending(path: Path) -> None:
    bucket = Bucket({"bad": b"1\n2\nno\n4\n"})
    async with house(path, bucket) as here:
        state = distributed(ResultWriter=writer(), ItemReader=reading("bad", {"InputType": "JSONL"}))
        execution = await here.start(state)
        assert (await here.ended(execution))["error"] == "States.ItemReaderFailed"
        (run,) = await here.map_runs(execution)
    assert [each["Input"] for each in json.loads(written(bucket)["PENDING_0.json"])] == ["1", "2"]
    assert run["executionCounts"]["total"] == 0


async def test_a_place_that_refuses_results_fails_the_map_run(path: Path) -> None:
    bucket = Bucket(refusal=ServiceError("Access Denied", code="AccessDenied"))
    async with house(path, bucket) as here:
        assert await here.failure(distributed(ResultWriter=writer()), [1]) == (
            "States.ResultWriterFailed", "Access Denied (Service: Amazon S3; Error Code: AccessDenied)",
        )  # fmt: skip


async def test_the_writers_arguments_are_those_of_s3s_operation(path: Path) -> None:
    state = writer()
    state["Parameters"] |= {"StorageClass": "GLACIER", "Key": "mine"}
    async with house(path, Bucket()) as here:
        assert await here.failure(distributed(ResultWriter=state), [1]) == (
            "States.ResultWriterFailed",
            "the ResultWriter's arguments cannot be used: The field 'Key' is not supported by Step Functions",
        )
