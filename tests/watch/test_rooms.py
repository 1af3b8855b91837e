"""What the page is told by a server's own rooms."""

import asyncio
import json
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import boto3

from penstock.app import Penstock, Settings
from penstock.watch.links import PLACE

Json = Any
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
EVIL = "<script>alert(1)</script>"
MACHINE = {
    "StartAt": "Begin",
    "States": {"Begin": {"Type": "Pass", "Next": EVIL}, EVIL: {"Type": "Fail", "Error": "Sorry", "Cause": EVIL}},
}
GIVE_UP = {"Name": "GiveUp", "Type": "Fail", "Arguments": {"ErrorMessage": EVIL}}
DEADLINE = 60.0


def told(endpoint: str, path: str, **query: str) -> Json:
    with urllib.request.urlopen(f"{endpoint}{PLACE}/{path}?{urlencode(query)}", timeout=DEADLINE) as answer:
        return json.load(answer)


def seen(endpoint: str) -> tuple[Json, Json, Json]:
    """Have a machine and a pipeline fail; the overview and both of their sheets."""
    keys = {"region_name": "us-east-1", "aws_access_key_id": "penstock", "aws_secret_access_key": "penstock"}
    machines = boto3.client("stepfunctions", endpoint_url=endpoint, **keys)
    sagemaker = boto3.client("sagemaker", endpoint_url=endpoint, **keys)
    passing = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    machines.create_state_machine(name="fast", definition=passing, roleArn=ROLE, type="EXPRESS")
    made = machines.create_state_machine(name="m", definition=json.dumps(MACHINE), roleArn=ROLE)
    machines.start_execution(stateMachineArn=made["stateMachineArn"], name="first", input='{"n": 1}')
    definition = json.dumps({"Version": "2020-12-01", "Steps": [GIVE_UP]})
    sagemaker.create_pipeline(PipelineName="p", RoleArn=ROLE, PipelineDefinition=definition)
    sagemaker.start_pipeline_execution(PipelineName="p", PipelineExecutionDescription=EVIL)
    state = once_all_is_over(endpoint)
    entries = state["entries"]
    machine = told(endpoint, "about/machine", key=entries["machine"][0]["key"])
    return state, machine, told(endpoint, "about/execution", key=entries["execution"][0]["key"])


def once_all_is_over(endpoint: str) -> Json:
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        state = told(endpoint, "state")
        if all(each["tone"] == "bad" for kind in state["entries"].values() for each in kind):
            return state
        time.sleep(0.05)
    raise AssertionError(state)


async def test_what_has_failed_is_told_with_its_reason(tmp_path: Path) -> None:
    async with Penstock(Settings(data=tmp_path / "data", port=0)) as server:
        state, machine, execution = await asyncio.to_thread(seen, server.endpoint)

    assert {kind: [(each["name"], each["status"]) for each in found] for kind, found in state["entries"].items()} == {
        "machine": [("m", "FAILED")], "execution": [("p", "Failed")]
    }  # fmt: skip
    assert sorted((each["what"], each["text"]) for each in state["happenings"]) == [
        ("m", "FAILED"), ("m", "began"), ("p", "Failed"), ("p", "began")
    ]  # fmt: skip
    assert machine["note"] == f"Sorry: {EVIL}"
    assert {each["id"]: each["status"] for each in machine["graph"]["nodes"]} == {"Begin": "Succeeded", EVIL: "Failed"}
    assert [each["note"] for each in execution["graph"]["nodes"]] == [EVIL]
    assert {"label": "Description", "value": EVIL} in execution["tables"][-1]["facts"]
