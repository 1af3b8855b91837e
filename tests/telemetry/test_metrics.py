"""What `/metrics` tells, as a Prometheus parser reads it, of a server on a folder that was asked a few things."""

import asyncio
import json
import urllib.request
from pathlib import Path

import boto3
import pytest
from prometheus_client.parser import text_string_to_metric_families

from penstock.app import Penstock, Settings
from penstock.gateway.access import Visit
from penstock.gateway.bodies import Incoming
from penstock.gateway.limits import Limits
from penstock.gateway.traffic import Traffic
from penstock.store.tally import Histogram, Histograms
from penstock.wire.http import HttpRequest

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
PASS = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def asked(endpoint: str) -> str:
    """One execution to its end, one refusal, then the metrics."""
    keys = {"region_name": "us-east-1", "aws_access_key_id": "penstock", "aws_secret_access_key": "penstock"}
    machines = boto3.client("stepfunctions", endpoint_url=endpoint, **keys)
    machine = machines.create_state_machine(name="m", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    while machines.describe_execution(executionArn=execution)["status"] == "RUNNING":
        pass
    with pytest.raises(machines.exceptions.StateMachineDoesNotExist):
        machines.describe_state_machine(stateMachineArn=f"{machine}x")
    with urllib.request.urlopen(f"{endpoint}/metrics", timeout=60) as answer:
        text: str = answer.read().decode()
    return text


async def test_metrics_count_what_happened(tmp_path: Path) -> None:
    async with Penstock(Settings(data=tmp_path / "data", port=0)) as server:
        found = samples(await asyncio.to_thread(asked, server.endpoint))

    request = {"service": "stepfunctions"}
    count = "penstock_request_seconds_count"
    assert value(found, count, **request, operation="CreateStateMachine", status="200") == 1
    assert value(found, count, **request, operation="DescribeStateMachine", status="400") == 1
    assert value(found, "penstock_run_seconds_count", flow="stepfunctions.execution", outcome="Succeeded") == 1
    assert value(found, "penstock_journal_events_total") >= 1
    assert value(found, "penstock_commit_works_sum") >= value(found, "penstock_commit_seconds_count") > 0
    assert value(found, "penstock_slots_taken", resource="cpus") == 0
    assert value(found, "penstock_slots_total", resource="cpus") >= 1
    assert value(found, "penstock_jobs_queued") == 0
    assert value(found, "penstock_outbox_commands") == 0
    assert value(found, "process_resident_memory_bytes") > 0


def test_a_histogram_rises_to_the_number_of_its_values() -> None:
    histogram = Histogram((1.0, 2.0))

    for each in (0.5, 1.0, 1.5, 99.0):
        histogram.add(each)

    assert list(histogram.rising()) == [("1.0", 2.0), ("2.0", 3.0), ("+Inf", 4.0)]
    assert histogram.total == 102.0


def test_keys_beyond_the_most_are_counted_together() -> None:
    histograms: Histograms[str] = Histograms((1.0,), "others", most=2)

    for key in ("a", "b", "c", "d", "a"):
        histograms.add(key, 0.5)

    assert {key: sum(each.counts) for key, each in histograms} == {"a": 2, "b": 1, "others": 2}


async def test_what_a_client_calls_a_service_is_no_label_before_it_is_known() -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    traffic = Traffic()
    visit = Visit("1", HttpRequest("GET", "/", headers={}), Incoming(receive, idle=Limits(1.0)), "-")
    visit.service, visit.status = "no such service", 501

    traffic.count(visit, 0.1)

    assert [key for key, _ in traffic.seconds] == [("unknown", "unknown", "501")]
