"""One state machine that runs one pipeline with one job, on a real server: what a collector is sent of it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from penstock.app import Penstock, Settings
from penstock.telemetry.sending import Http
from penstock.telemetry.wishes import Wishes
from telemetry.collector import Collector, collecting

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
DEADLINE = 120.0
pytestmark = pytest.mark.group("sandbox")

JOB = {
    "AppSpecification": {
        "ImageUri": "penstock/base:1",
        "ContainerEntrypoint": ["/bin/sh", "-c", 'echo "$TRACEPARENT" > /opt/ml/processing/out/trace; exit $WAY'],
    },
    "ProcessingInputs": [
        {
            "InputName": "in",
            "S3Input": {
                "S3Uri": "s3://things/in",
                "LocalPath": "/opt/ml/processing/in",
                "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }
    ],
    "ProcessingOutputConfig": {
        "Outputs": [
            {
                "OutputName": "out",
                "S3Output": {
                    "S3Uri": "s3://things/out",
                    "LocalPath": "/opt/ml/processing/out",
                    "S3UploadMode": "EndOfJob",
                },
            }
        ]
    },
    "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
    "RoleArn": ROLE,
}


def pipeline(way: int) -> str:
    job = {**JOB, "Environment": {"WAY": str(way)}}
    return json.dumps(
        {
            "Version": "2020-12-01",
            "Steps": [
                {
                    "Name": "Prepare",
                    "Type": "Processing",
                    "Arguments": job,
                    "Description": "makes one thing of another",
                },
                {
                    "Name": "Check",
                    "Type": "Condition",
                    "DependsOn": ["Prepare"],
                    "Arguments": {
                        "Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}],
                        "IfSteps": [],
                        "ElseSteps": [],
                    },
                },
            ],
        }
    )


MACHINE = json.dumps(
    {
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sagemaker:startPipelineExecution.sync",
                "Parameters": {"PipelineName": "p"},
                "End": True,
            }
        },
    }
)


class Customer:
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._endpoint,
            region_name="us-east-1",
            aws_access_key_id="penstock",
            aws_secret_access_key="penstock",
        )

    def run(self, way: int) -> str:
        """The execution's ARN, once it has ended."""
        s3, machines = self.client("s3"), self.client("stepfunctions")
        s3.create_bucket(Bucket="things")
        s3.put_object(Bucket="things", Key="in/a", Body=b"a")
        self.client("sagemaker").create_pipeline(
            PipelineName="p", PipelineDefinition=pipeline(way), RoleArn=ROLE, ClientRequestToken="c" * 32
        )
        machine = machines.create_state_machine(name="m", definition=MACHINE, roleArn=ROLE)["stateMachineArn"]
        arn: str = machines.start_execution(stateMachineArn=machine)["executionArn"]
        while machines.describe_execution(executionArn=arn)["status"] == "RUNNING":
            pass
        return arn


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not look():  # noqa: ASYNC110 - what is looked at changes in another thread
            await asyncio.sleep(0.02)


def settings(folder: Path, collector: Collector) -> Settings:
    lineage = Http(f"{collector.url}/api/v1/lineage", "a key")
    return Settings(data=folder, port=0, telemetry=Wishes(traces=collector.url, lineage=lineage))


def told(collector: Collector, kind: str, job: str) -> dict[str, Any]:
    (found,) = [each for each in collector.events if (each["eventType"], each["job"]["name"]) == (kind, job)]
    return found


async def test_an_execution_is_one_trace_and_its_runs_know_their_parents(tmp_path: Path) -> None:
    with collecting(refusing=1) as collector:
        async with Penstock(settings(tmp_path / "data", collector)) as server:
            customer = Customer(server.endpoint)
            await asyncio.to_thread(customer.run, 0)
            await until(lambda: len([each for each in collector.events if each["eventType"] != "START"]) == 4)
            await until(lambda: any(each.name == "state-machine-execution m" for each in collector.spans))
            trace = await asyncio.to_thread(
                lambda: customer.client("s3").get_object(Bucket="things", Key="out/trace")["Body"].read().decode()
            )

    machine = collector.span("state-machine-execution m")
    execution, step = collector.span("pipeline-execution p"), collector.span("step Prepare")
    (job,) = [each for each in collector.spans if each.name.startswith("processing-job ")]
    assert collector.services == {"penstock"}
    assert machine.parent_span_id == b""
    assert collector.span("state Run").parent_span_id == machine.span_id
    assert execution.parent_span_id == machine.span_id
    assert step.parent_span_id == execution.span_id == collector.span("step Check").parent_span_id
    assert job.parent_span_id == step.span_id
    assert {each.trace_id for each in collector.spans} == {machine.trace_id}
    assert {collector.span(name).parent_span_id for name in ("staging", "running", "uploading")} == {job.span_id}
    assert trace.strip() == f"00-{job.trace_id.hex()}-{job.span_id.hex()}-01"
    assert (
        machine.start_time_unix_nano <= job.start_time_unix_nano < job.end_time_unix_nano <= machine.end_time_unix_nano
    )

    ended = told(collector, "COMPLETE", "p.Prepare")
    assert collector.keys == {"Bearer a key", ""}  # the latter is of the traces
    assert ended["inputs"] == [{"namespace": "s3://things", "name": "in"}]
    assert ended["outputs"] == [{"namespace": "s3://things", "name": "out"}]
    parent = ended["run"]["facets"]["parent"]
    assert parent["run"] == {"runId": told(collector, "START", "p")["run"]["runId"]}
    assert parent["job"] == {"namespace": "penstock", "name": "p"}
    assert parent["root"]["job"] == {"namespace": "penstock", "name": "m"}
    assert told(collector, "START", "p.Prepare")["run"]["runId"] == ended["run"]["runId"]
    assert told(collector, "COMPLETE", "p.Check")["run"]["facets"]["parent"]["run"] == parent["run"]
    assert told(collector, "COMPLETE", "m")["run"]["runId"] == parent["root"]["run"]["runId"]


async def test_what_failed_is_an_error_and_what_a_killed_server_did_not_tell_is_told_by_the_next(
    tmp_path: Path,
) -> None:
    with collecting(refusing=1_000_000) as collector:
        async with Penstock(settings(tmp_path / "data", collector)) as server:
            await asyncio.to_thread(Customer(server.endpoint).run, 3)
        assert collector.spans == []

        collector.refusing = 0
        async with Penstock(settings(tmp_path / "data", collector)):
            await until(
                lambda: any(each["job"]["name"] == "m" and each["eventType"] == "FAIL" for each in collector.events)
            )
            await until(lambda: any(each.name == "state-machine-execution m" for each in collector.spans))

    (job,) = [each for each in collector.spans if each.name.startswith("processing-job ")]
    error = 2
    assert job.status.code == collector.span("step Prepare").status.code == error
    assert "AlgorithmError" in job.status.message
    assert {"process.exit.code": 3}.items() <= {each.key: each.value.int_value for each in job.attributes}.items()
    assert "AlgorithmError" in told(collector, "FAIL", "p.Prepare")["run"]["facets"]["errorMessage"]["message"]
    assert told(collector, "FAIL", "p.Prepare")["outputs"] == []
    assert [each["eventType"] for each in collector.events if each["job"]["name"] == "p"] == ["START", "FAIL"]
