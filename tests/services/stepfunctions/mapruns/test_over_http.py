"""Distributed Maps as customers meet them: boto3, a server in a process of its own, and its S3."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end.world import BUCKET, World, running, until
from penstock.wire.call import Json
from services.stepfunctions.mapruns.house import ROLE, distributed, reading

ROWS = [{"id": str(number), "text": f'a "quoted", text\nover lines {number}'} for number in range(250)]
SLOWLY: Json = {"P": {"Type": "Wait", "Seconds": 1, "End": True}}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("server")
    with running(folder / "data") as world:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=["id", "text"])
        writer.writeheader()
        writer.writerows(ROWS)
        world.put("rows.csv", text.getvalue())
        yield world


def mapping(states: Json = None, **fields: Json) -> Json:
    """A distributed Map of the rows that writes its results."""
    reader = reading("rows.csv", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"})
    reader["Parameters"]["Bucket"] = BUCKET
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": BUCKET, "Prefix": "out"}}
    return distributed(states, ItemReader=reader, ResultWriter=writer, **fields)


def start(world: World, name: str, state: Json) -> str:
    states = world.client("stepfunctions")
    definition = json.dumps({"StartAt": "M", "States": {"M": state}})
    made = states.create_state_machine(name=name, definition=definition, roleArn=ROLE)
    return str(states.start_execution(stateMachineArn=made["stateMachineArn"], name="e")["executionArn"])


def ended(world: World, execution: str) -> Any:
    states = world.client("stepfunctions")

    def look() -> Any:
        told = states.describe_execution(executionArn=execution)
        return None if told["status"] == "RUNNING" else told

    return until(look, "the execution's end")


def results(world: World, told: Any) -> list[Json]:
    """The outputs in the files that the manifest names."""
    details = json.loads(told["output"])["ResultWriterDetails"]
    manifest = json.loads(world.get(f"s3://{details['Bucket']}/{details['Key']}"))
    assert manifest["ResultFiles"]["FAILED"] == []
    files = [json.loads(world.get(f"s3://{BUCKET}/{file['Key']}")) for file in manifest["ResultFiles"]["SUCCEEDED"]]
    return [json.loads(each["Output"]) for file in files for each in file]


def test_rows_of_a_csv_file_go_through_children_into_files(world: World) -> None:
    told = ended(world, start(world, "rows", mapping()))
    assert told["status"] == "SUCCEEDED"
    assert results(world, told) == ROWS


def test_map_runs_and_their_children_are_listed_in_pages(world: World) -> None:
    states = world.client("stepfunctions")
    execution = start(world, "pages", mapping(ItemBatcher={"MaxItemsPerBatch": 10}))
    ended(world, execution)
    (run,) = states.list_map_runs(executionArn=execution)["mapRuns"]
    pages = states.get_paginator("list_executions").paginate(
        mapRunArn=run["mapRunArn"], PaginationConfig={"PageSize": 4}
    )
    children = [child for page in pages for child in page["executions"]]
    assert len({child["executionArn"] for child in children}) == len(children) == 25
    assert sum(child["itemCount"] for child in children) == len(ROWS)


def test_a_server_that_is_killed_goes_on_with_its_map_run(tmp_path: Path, world: World) -> None:
    content = world.get(f"s3://{BUCKET}/rows.csv")
    with running(tmp_path / "data") as own:
        own.put("rows.csv", content)
        execution = start(own, "killed", mapping(SLOWLY, ItemBatcher={"MaxItemsPerBatch": 50}, MaxConcurrency=2))
        states = own.client("stepfunctions")
        until(lambda: states.list_map_runs(executionArn=execution)["mapRuns"], "the map run")
        own.server.kill()
        own.start()
        told = ended(own, execution)
        assert told["status"] == "SUCCEEDED"
        assert [item for batch in results(own, told) for item in batch["Items"]] == ROWS


def test_a_server_that_is_killed_goes_on_with_a_redrive(tmp_path: Path) -> None:
    """Children fail until there is an object named as their item; the server is killed while they wait to go on."""
    child = {
        "P": {
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "Next": "W",
            "Parameters": {"Bucket": BUCKET, "Key.$": "$"}, "ResultSelector": {"found.$": "$.Body"},
        },
        "W": {"Type": "Wait", "Seconds": 1, "End": True},
    }  # fmt: skip
    with running(tmp_path / "data") as own:
        own.put("a", '"1"')
        states = own.client("stepfunctions")
        state = distributed(child, ToleratedFailureCount=1, MaxConcurrency=4)
        definition = json.dumps({"StartAt": "M", "States": {"M": state}})
        made = states.create_state_machine(name="redriven", definition=definition, roleArn=ROLE)
        started = states.start_execution(stateMachineArn=made["stateMachineArn"], input='["a", "b", "c", "d"]')
        execution = str(started["executionArn"])
        assert ended(own, execution)["status"] == "FAILED"
        for key, number in (("b", "2"), ("c", "3"), ("d", "4")):
            own.put(key, f'"{number}"')

        states.redrive_execution(executionArn=execution)
        own.server.kill()
        own.start()

        told = ended(own, execution)
        assert [each["found"] for each in json.loads(told["output"])] == ['"1"', '"2"', '"3"', '"4"']
        (found,) = states.list_map_runs(executionArn=execution)["mapRuns"]
        run = states.describe_map_run(mapRunArn=found["mapRunArn"])
        assert (run["status"], run["redriveCount"], run["itemCounts"]["succeeded"]) == ("SUCCEEDED", 1, 4)


def test_what_is_wrong_is_told_by_its_name(world: World) -> None:
    states = world.client("stepfunctions")
    nowhere = "arn:aws:states:us-east-1:123456789012:mapRun:m/L:00000000-0000-0000-0000-000000000000"
    with pytest.raises(ClientError) as missing:
        states.describe_map_run(mapRunArn=nowhere)
    assert missing.value.response["Error"]["Code"] == "ResourceNotFound"
    with pytest.raises(ClientError) as idle:
        states.update_map_run(mapRunArn=nowhere)
    assert idle.value.response["Error"]["Code"] == "ResourceNotFound"
    with pytest.raises(ClientError) as odd:
        states.describe_map_run(mapRunArn="arn:aws:states:us-east-1:123456789012:execution:m:e")
    assert odd.value.response["Error"]["Code"] == "InvalidArn"
