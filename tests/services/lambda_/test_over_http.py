"""Lambda as its customers meet it: boto3 over HTTP against a whole Penstock, killed in between."""

import io
import json
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end.world import ROLE, World, running, until
from penstock.cli.clients import client as client_of

pytestmark = pytest.mark.group("sandbox")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A server that the test may kill."""
    with running(tmp_path / "data") as world:
        yield world


def create(world: World, name: str, source: str, **more: Any) -> Any:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
    return world.client("lambda").create_function(
        FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="handler.handler",
        Code={"ZipFile": buffer.getvalue()}, **more,
    )  # fmt: skip


def result(world: World, name: str, event: Any = None, **more: Any) -> Any:
    answer = world.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **more)
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


def test_boto3_creates_waits_invokes_changes_lists_and_deletes(own: World) -> None:
    client = own.client("lambda")
    create(own, "f", "def handler(event, context): return event")
    client.get_waiter("function_active_v2").wait(FunctionName="f")
    answer = client.invoke(FunctionName="f", Payload=b'{"a": 1}', LogType="Tail")
    assert json.loads(answer["Payload"].read()) == {"a": 1}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    client.update_function_configuration(FunctionName="f", Timeout=9)
    client.get_waiter("function_updated_v2").wait(FunctionName="f")
    pages = client.get_paginator("list_functions").paginate()
    assert [(each["FunctionName"], each["Timeout"]) for page in pages for each in page["Functions"]] == [("f", 9)]

    client.delete_function(FunctionName="f")

    with pytest.raises(client.exceptions.ResourceNotFoundException, match="Function not found: arn:aws:lambda"):
        client.invoke(FunctionName="f")


def test_errors_say_whose_fault_it_is_and_throttling_by_which_limit(own: World) -> None:
    client = client_of(own.place, "lambda", attempts=0)  # others try again, for nearly a minute
    create(own, "f", "def handler(event, context): return event")
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)

    with pytest.raises(ClientError) as caught:
        client.invoke(FunctionName="f")

    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert (answer["Type"], answer["Reason"]) == ("User", "ReservedFunctionConcurrentInvocationLimitExceeded")


def test_a_functions_own_client_reaches_penstock_without_being_told(own: World) -> None:
    source = """
import boto3
def handler(event, context):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="made-inside")
    boto3.client("lambda").invoke(FunctionName="inner", Payload=b"1")
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
"""
    create(own, "inner", "def handler(event, context): return event")
    create(own, "outer", source, Timeout=60, MemorySize=256)

    assert "made-inside" in result(own, "outer")


def test_a_killed_server_has_its_functions_again_and_runs_the_events_it_had_accepted(own: World) -> None:
    source = """
import time
def handler(event, context):
    print("begun")
    time.sleep(event)
    print("ended")
"""
    create(own, "f", source, Timeout=600)
    own.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=b"1")
    until(lambda: "begun" in said(own), "it has begun")

    own.server.end(signal.SIGKILL)
    own.start()

    until(lambda: "ended" in said(own), "it has ended")
    assert result(own, "f", 0) is None


def said(world: World) -> list[str]:
    logs = world.client("logs")
    try:
        return [each["message"] for each in logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def test_boto3_reads_a_streamed_invocation(own: World) -> None:
    create(own, "streamed", "def handler(event, context): return event")

    answer = own.client("lambda").invoke_with_response_stream(FunctionName="streamed", Payload=b'"hello"')

    events = list(answer["EventStream"])
    assert events[0] == {"PayloadChunk": {"Payload": b'"hello"'}}
    assert (answer["StatusCode"], list(events[1])) == (200, ["InvokeComplete"])
