"""Executions of monitoring schedules, and processing jobs, as the scripts here wait for them."""

import time
from collections.abc import Callable
from typing import Any

import boto3

DEADLINE = 120
STATUS = "MonitoringExecutionStatus"
ENDED = {"Completed", "CompletedWithViolations", "Failed", "Stopped"}


def ended(monitor: Any) -> Any:
    """The last execution, once it is over."""
    name = monitor.monitoring_schedule_name
    return _told(lambda: monitor.describe_schedule().get("LastMonitoringExecutionSummary"), STATUS, name)


def done(job: str) -> None:
    """A processing job must end well."""
    sagemaker = boto3.client("sagemaker")
    found = _told(lambda: sagemaker.describe_processing_job(ProcessingJobName=job), "ProcessingJobStatus", job)
    assert found["ProcessingJobStatus"] == "Completed", found.get("FailureReason")


def _told(look: Callable[[], Any], member: str, name: str) -> Any:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = look()
        if found is not None and found[member] in ENDED:
            return found
        time.sleep(0.3)
    raise SystemExit(f"{name} has not ended within {DEADLINE} s")
