"""Logs as their customers meet them: boto3 and the AWS CLI, over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.services import logs
from penstock.store.logfile import Record, encode, stream_path
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import DEFAULT_ACCOUNT, DEFAULT_REGION, Directory
from penstock.wire.validate import validate
from services.serving import Door, serving

GROUP, STREAM = "/aws/sagemaker/TrainingJobs", "job/algo-1-1700000000"
NOW = 1_700_000_000


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A server whose only job has printed two lines."""
    migrate(tmp_path / "penstock.db", [logs.MIGRATIONS])
    database, directory = SqliteDatabase(tmp_path / "penstock.db"), Directory(validate)
    for service in logs.operations(database, tmp_path, lambda: NOW, lambda: "0" * 32):
        directory.register(service)
    with serving(directory) as door:
        client = door.client("logs")
        client.create_log_group(logGroupName=GROUP, tags={"team": "blue"})
        client.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        path = stream_path(tmp_path, DEFAULT_ACCOUNT, DEFAULT_REGION, GROUP, STREAM)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(Record(NOW * 1000, "epoch 1")) + encode(Record(NOW * 1000 + 1, "loss=0.5")))
        yield door
    database.close()


def test_boto3_puts_gets_describes_and_searches(door: Door) -> None:
    client: Any = door.client("logs")
    client.put_log_events(
        logGroupName=GROUP, logStreamName=STREAM, logEvents=[{"timestamp": NOW * 1000 + 2, "message": "fertig: ü"}]
    )

    got = client.get_log_events(logGroupName=GROUP, logStreamName=STREAM, startFromHead=True)
    (stream,) = client.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="job/")["logStreams"]
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, filterPattern="?loss ?fertig", PaginationConfig={"PageSize": 1}
    )

    assert [event["message"] for event in got["events"]] == ["epoch 1", "loss=0.5", "fertig: ü"]
    assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (NOW * 1000, NOW * 1000 + 2)
    assert [event["message"] for page in pages for event in page["events"]] == ["loss=0.5", "fertig: ü"]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_log_events(logGroupName=GROUP, logStreamName="none")


def test_the_cli_searches(door: Door) -> None:
    told = door.aws("logs", "filter-log-events", "--log-group-name", GROUP, "--query", "events[].message")

    assert json.loads(told) == ["epoch 1", "loss=0.5"]


def test_a_tail_follows_what_a_job_writes(door: Door) -> None:
    """The calls that `aws logs tail --follow` makes (the CLI's version 2): from the last time on, each id once."""
    client: Any = door.client("logs")
    seen: dict[str, str] = {}

    def poll(start: int) -> int:
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=GROUP, startTime=start, interleaved=True
        )
        for event in [event for page in pages for event in page["events"]]:
            seen[event["eventId"]] = event["message"]
            start = max(start, event["timestamp"])
        return start

    last = poll((NOW - 60) * 1000)
    client.put_log_events(
        logGroupName=GROUP, logStreamName=STREAM, logEvents=[{"timestamp": NOW * 1000 + 1, "message": "same moment"}]
    )
    poll(last)

    assert list(seen.values()) == ["epoch 1", "loss=0.5", "same moment"]


def test_boto3_follows_a_group(door: Door) -> None:
    arn = f"arn:aws:logs:{DEFAULT_REGION}:{DEFAULT_ACCOUNT}:log-group:{GROUP}"
    client = door.client("logs", inject_host_prefix=False)

    stream = client.start_live_tail(logGroupIdentifiers=[arn])["responseStream"]
    events = iter(stream)
    start = next(events)["sessionStart"]
    client.put_log_events(
        logGroupName=GROUP, logStreamName=STREAM, logEvents=[{"timestamp": NOW * 1000 + 9, "message": "live"}]
    )
    found = [next(events)["sessionUpdate"]["sessionResults"] for _ in range(2)]
    stream.close()

    assert start["logGroupIdentifiers"] == [arn]
    assert [event["message"] for each in found for event in each] == ["live"]
