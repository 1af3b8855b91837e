"""Executions: what schedules lead to, hour by hour, and what customers see of it."""

from pathlib import Path

import pytest

from penstock.store import documents
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError
from services.sagemaker.jobs.worlds import Client, Room
from services.sagemaker.monitoring.worlds import (
    FOLDER,
    IMAGE,
    NOW,
    Json,
    MonitoringWorld,
    at,
    config,
    definition,
    executions,
    scheduled,
    violations,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:monitoring-schedule/s"


async def summary(client: Client, name: str = "s") -> Json:
    found = await client("DescribeMonitoringSchedule", MonitoringScheduleName=name)
    return found["LastMonitoringExecutionSummary"]


async def test_an_hour_is_analysed_when_it_has_passed(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    world.capture("2030/01/01/15")
    world.capture("2030/01/01/15", variant="b")
    world.capture("2030/01/01/16", "odd")
    async with world.open() as client:
        await scheduled(client)
        await world.ring(client, "2030-01-01T15:59:59")
        assert await executions(client) == []

        await world.ring(client, "2030-01-01T16:00:21")

        (execution,) = await executions(client)
        job = await client("DescribeProcessingJob", ProcessingJobName=execution["ProcessingJobArn"].split("/")[1])
        assert execution == {
            "MonitoringScheduleName": "s",
            "ScheduledTime": at("2030-01-01T16:00:00"),
            "CreationTime": at("2030-01-01T16:00:21"),
            "LastModifiedTime": at("2030-01-01T16:00:21"),
            "MonitoringExecutionStatus": "Completed",
            "ProcessingJobArn": job["ProcessingJobArn"],
            "EndpointName": "ep",
            "MonitoringJobDefinitionName": "d-s",
            "MonitoringType": "DataQuality",
        }
        assert job["MonitoringScheduleArn"] == ARN
        assert job["ProcessingJobName"].startswith("data-quality-monitoring-203001011600-")
        assert [each["S3Input"]["S3Uri"] for each in job["ProcessingInputs"]] == [
            "s3://bucket/captured/ep/a/2030/01/01/15", "s3://bucket/captured/ep/b/2030/01/01/15",
        ]  # fmt: skip
        assert await summary(client) == execution

        await world.ring(client, "2030-01-01T17:00:21")

        assert (await summary(client))["MonitoringExecutionStatus"] == "CompletedWithViolations"


async def test_of_missed_executions_the_latest_is_made_up_for(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    world.capture("2030/01/02/09")
    async with world.open() as client:
        await scheduled(client)

    world.now = at("2030-01-02T10:30:00")
    async with world.open() as client:
        await world.ring(client)

        (execution,) = await executions(client)
        assert execution["ScheduledTime"] == at("2030-01-02T10:00:00")
        assert execution["MonitoringExecutionStatus"] == "Completed"
        await world.ring(client, "2030-01-02T11:00:21")
        assert len(await executions(client)) == 2


async def test_an_execution_without_a_job_is_listed_once_whatever_else_has_no_arn(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    async with world.open() as client:
        others = [
            Document(kind="other", scope=Scope(), name=name, arn="", created_at=0.0, modified_at=0.0) for name in "ab"
        ]
        await client.engine.database.write(lambda tx: [documents.insert(tx, each) for each in others])
        await scheduled(client)

        await world.ring(client, "2030-01-01T16:00:21")

        assert len(await executions(client)) == 1


async def test_an_hour_without_data_fails_with_awss_reason(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    async with world.open() as client:
        await scheduled(client)
        await world.ring(client, "2030-01-01T16:00:21")

        last = await summary(client)

        assert (last["MonitoringExecutionStatus"], last["FailureReason"]) == ("Failed", "Job inputs had no data")
        assert "ProcessingJobArn" not in last
        assert world.runtime.started == []


async def test_a_job_that_fails_or_is_stopped_is_told_as_such(tmp_path: Path) -> None:
    async def waits(room: Room) -> int:
        await room.stopped.wait()
        return 1

    world = MonitoringWorld(tmp_path, lambda room: room.write("/opt/ml/output/message", "Error: no such column") or 1)
    world.capture("2030/01/01/15")
    world.capture("2030/01/01/16")
    async with world.open() as client:
        await scheduled(client)
        await world.ring(client, "2030-01-01T16:00:21")
        assert (await summary(client))["FailureReason"] == "Error: no such column"

        world.runtime.container = waits
        world.runtime.is_running.clear()
        world.now = at("2030-01-01T17:00:21")
        await world.alarms[-1].ring_due()
        await world.runtime.is_running.wait()
        last = await summary(client)
        assert last["MonitoringExecutionStatus"] == "InProgress"
        await client("StopProcessingJob", ProcessingJobName=last["ProcessingJobArn"].split("/")[1])
        await world.ring(client)

        assert (await summary(client))["MonitoringExecutionStatus"] == "Stopped"


async def test_labels_are_merged_before_quality_is_analysed(tmp_path: Path) -> None:
    def container(room: Room) -> int:
        if "ground_truth_source" in room.job.environment:
            return room.write("/opt/ml/processing/output/ep/a/2030/01/01/15/merged.jsonl", "odd")
        return violations(room)

    world = MonitoringWorld(tmp_path, container)
    world.capture("2030/01/01/15")
    source = {
        "EndpointInput": {"EndpointName": "ep", "LocalPath": FOLDER},
        "GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"},
    }
    async with world.open() as client:
        request = definition(kind="ModelQuality", ModelQualityJobInput=source)
        await client("CreateModelQualityJobDefinition", **request)
        wanted = config("ModelQuality")
        await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=wanted)
        await world.ring(client, "2030-01-01T16:00:21")
        assert (await summary(client))["FailureReason"].startswith(
            'No S3 objects found under S3 URL "s3://bucket/labels/2030/01/01/15"'
        )
        world.capture("2030/01/01/16")
        world.objects["labels/2030/01/01/16/l.jsonl"] = b"label"
        world.objects["reports/merge/ep/a/2030/01/01/16/merged.jsonl"] = b"odd"

        await world.ring(client, "2030-01-01T17:00:21")

        last = await summary(client)
        assert last["MonitoringExecutionStatus"] == "CompletedWithViolations"
        assert ":processing-job/model-quality-monitoring-203001011700-" in last["ProcessingJobArn"]
        jobs = (await client("ListProcessingJobs"))["ProcessingJobSummaries"]
        assert sorted(each["ProcessingJobName"].split("-2030")[0] for each in jobs) == [
            "groundtruth-merge", "model-quality-monitoring",
        ]  # fmt: skip


async def test_a_schedule_of_its_own_definition_runs_at_once_and_stops(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    world.now = at("2030-01-01T15:30:00")
    world.capture("2030/01/01/14")
    world.capture("2030/01/01/15", "odd")
    told = definition()
    inline = {
        "MonitoringInputs": [told["DataQualityJobInput"]],
        "MonitoringOutputConfig": told["DataQualityJobOutputConfig"],
        "MonitoringResources": told["JobResources"],
        "MonitoringAppSpecification": {"ImageUri": IMAGE},
        "Environment": {"mine": "1"},
        "RoleArn": told["RoleArn"],
    }
    async with world.open() as client:
        wanted = {"MonitoringJobDefinition": inline, "ScheduleConfig": NOW}
        await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=wanted)
        await world.ring(client)

        (execution,) = await executions(client)
        assert execution["MonitoringExecutionStatus"] == "CompletedWithViolations"
        assert ":processing-job/model-monitoring-203001011530-" in execution["ProcessingJobArn"]
        (job,) = world.runtime.started
        assert job.environment["mine"] == "1"
        assert job.environment["start_time"] == "2030-01-01T14:30:00Z"
        described = await client("DescribeMonitoringSchedule", MonitoringScheduleName="s")
        assert described["MonitoringScheduleStatus"] == "Stopped"

        await client("StartMonitoringSchedule", MonitoringScheduleName="s")
        await world.ring(client)
        assert len(await executions(client)) == 2


async def test_stopped_and_deleted_schedules_begin_nothing_and_their_executions_stay(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    async with world.open() as client:
        await scheduled(client)
        await world.ring(client, "2030-01-01T16:00:21")
        await client("StopMonitoringSchedule", MonitoringScheduleName="s")
        await world.ring(client, "2030-01-01T18:00:21")
        assert len(await executions(client)) == 1

        await client("StartMonitoringSchedule", MonitoringScheduleName="s")
        await world.ring(client, "2030-01-01T19:00:21")
        assert len(await executions(client)) == 2

        await client("DeleteMonitoringSchedule", MonitoringScheduleName="s")
        await world.ring(client, "2030-01-01T20:00:21")
        assert len(await executions(client, MonitoringScheduleName="s")) == 2
        with pytest.raises(ServiceError, match="Could not find monitoring schedule") as refused:
            await client("DescribeMonitoringSchedule", MonitoringScheduleName="s")
        assert refused.value.code == "ResourceNotFound"


async def test_a_definition_or_an_endpoint_that_is_gone_fails_the_execution(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    async with world.open() as client:
        await scheduled(client)
        source = {"EndpointInput": {"EndpointName": "gone", "LocalPath": FOLDER}}
        await client("CreateDataQualityJobDefinition", **definition("other", DataQualityJobInput=source))
        await client(
            "CreateMonitoringSchedule", MonitoringScheduleName="o", MonitoringScheduleConfig=config(name="other")
        )
        await client("DeleteDataQualityJobDefinition", JobDefinitionName="d-s")

        await world.ring(client, "2030-01-01T16:00:21")

        assert "definition d-s does not exist" in (await summary(client))["FailureReason"]
        assert (await summary(client, "o"))["FailureReason"] == 'Could not find endpoint "gone".'


async def test_constraints_come_from_the_baselining_job_where_none_are_named(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    world.capture("2030/01/01/15")
    world.objects["base/constraints.json"] = world.objects["base/statistics.json"] = b"{}"
    output = {"S3Uri": "s3://bucket/base", "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    async with world.open() as client:
        told = definition()
        await client.process(
            ProcessingJobName="base", ProcessingResources=told["JobResources"], RoleArn=told["RoleArn"],
            AppSpecification={"ImageUri": IMAGE},
            ProcessingOutputConfig={"Outputs": [{"OutputName": "o", "S3Output": output}]},
        )  # fmt: skip
        baseline = {"BaseliningJobName": "base"}
        await client("CreateDataQualityJobDefinition", **definition(DataQualityBaselineConfig=baseline))
        await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=config())

        await world.ring(client, "2030-01-01T16:00:21")

        assert (await summary(client))["MonitoringExecutionStatus"] == "Completed"
        assert world.runtime.started[-1].environment["baseline_constraints"].endswith("/constraints.json")


async def test_alerts_are_raised_by_so_many_bad_executions_of_the_latest(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    world.capture("2030/01/01/15", "odd")
    world.capture("2030/01/01/16", "odd")
    for hour in (17, 18):
        world.capture(f"2030/01/01/{hour}")

    async def status(client: Client) -> str:
        (alert,) = (await client("ListMonitoringAlerts", MonitoringScheduleName="s"))["MonitoringAlertSummaries"]
        return str(alert["AlertStatus"])

    async with world.open() as client:
        await scheduled(client)
        (alert,) = (await client("ListMonitoringAlerts", MonitoringScheduleName="s"))["MonitoringAlertSummaries"]
        name = alert["MonitoringAlertName"]
        wanted = {"MonitoringScheduleName": "s", "MonitoringAlertName": name}
        await client("UpdateMonitoringAlert", **wanted, DatapointsToAlert=2, EvaluationPeriod=3)
        seen = []
        for hour in (16, 17, 18, 19):
            await world.ring(client, f"2030-01-01T{hour}:00:21")
            seen.append(await status(client))

        assert seen == ["OK", "InAlert", "InAlert", "OK"]
        history = (await client("ListMonitoringAlertHistory", MonitoringScheduleName="s"))["MonitoringAlertHistory"]
        assert [each["AlertStatus"] for each in history] == ["OK", "InAlert"]
        with pytest.raises(ServiceError, match="must not be more than EvaluationPeriod"):
            await client("UpdateMonitoringAlert", **wanted, DatapointsToAlert=4, EvaluationPeriod=3)
        with pytest.raises(ServiceError, match="has no alert nobody"):
            await client(
                "UpdateMonitoringAlert", MonitoringScheduleName="s", MonitoringAlertName="nobody", DatapointsToAlert=1,
                EvaluationPeriod=1,
            )  # fmt: skip


async def test_what_batch_transform_has_read_is_analysed_by_its_manifests(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations)
    world.objects["data/x.csv"] = b"odd"
    world.objects["transformed/input/2030/01/01/15/job.json"] = b'[{"prefix": "s3://bucket/data/"}, "x.csv"]'
    batch = {
        "DataCapturedDestinationS3Uri": "s3://bucket/transformed", "LocalPath": FOLDER,
        "DatasetFormat": {"Csv": {"Header": False}},
    }  # fmt: skip
    async with world.open() as client:
        request = definition(DataQualityJobInput={"BatchTransformInput": batch})
        await client("CreateDataQualityJobDefinition", **request)
        await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=config())

        await world.ring(client, "2030-01-01T16:00:21")

        last = await summary(client)
        assert last["MonitoringExecutionStatus"] == "CompletedWithViolations"
        assert "EndpointName" not in last
        for number in range(7):
            world.objects[f"transformed/input/2030/01/01/16/{number}.json"] = b"[]"
        await world.ring(client, "2030-01-01T17:00:21")
        assert (await summary(client))["FailureReason"].startswith("7 transform jobs captured data in this window")


async def test_labels_are_merged_with_what_batch_transform_has_written(tmp_path: Path) -> None:
    def container(room: Room) -> int:
        if "ground_truth_source" in room.job.environment:
            return room.write("/opt/ml/processing/output/2030/01/01/15/1/x.csv.out", "odd")
        return violations(room)

    world = MonitoringWorld(tmp_path, container)
    world.objects["out/x.csv.out"] = b"1,id,time"
    world.objects["transformed/output/2030/01/01/15/job.json"] = b'[{"prefix": "s3://bucket/out/"}, "x.csv.out"]'
    world.objects["labels/2030/01/01/15/l.jsonl"] = b"label"
    world.objects["reports/merge/2030/01/01/15/1/x.csv.out"] = b"odd"
    batch = {
        "DataCapturedDestinationS3Uri": "s3://bucket/transformed", "LocalPath": FOLDER,
        "DatasetFormat": {"Csv": {"Header": False}},
    }  # fmt: skip
    source = {"BatchTransformInput": batch, "GroundTruthS3Input": {"S3Uri": "s3://bucket/labels"}}
    async with world.open() as client:
        await client("CreateModelQualityJobDefinition", **definition(kind="ModelQuality", ModelQualityJobInput=source))
        wanted = config("ModelQuality")
        await client("CreateMonitoringSchedule", MonitoringScheduleName="s", MonitoringScheduleConfig=wanted)

        await world.ring(client, "2030-01-01T16:00:21")

        assert (await summary(client))["MonitoringExecutionStatus"] == "CompletedWithViolations"
        assert [job.environment["monitoring_input_type"] for job in world.runtime.started] == [
            "BATCH_TRANSFORM_INPUT", "BATCH_TRANSFORM_INPUT",
        ]  # fmt: skip


async def test_a_faster_schedule_writes_its_reports_by_the_minute(tmp_path: Path) -> None:
    world = MonitoringWorld(tmp_path, violations, least_minutes=5)
    world.capture("2030/01/01/15")
    async with world.open() as client:
        await scheduled(client, timing="rate(10 minutes)")
        for minute in (10, 20):
            await world.ring(client, f"2030-01-01T15:{minute}:21")

        jobs = (await client("ListProcessingJobs"))["ProcessingJobSummaries"]
        found = [await client("DescribeProcessingJob", ProcessingJobName=each["ProcessingJobName"]) for each in jobs]
        outputs = [each["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] for each in found]
        assert sorted(outputs) == [f"s3://bucket/reports/ep/s/2030/01/01/15/{minute}" for minute in (10, 20)]
        starts = {each["Environment"]["start_time"] for each in found}
        assert starts == {"2030-01-01T15:00:00Z", "2030-01-01T15:10:00Z"}
