"""What the demo shows: steps while they run, and in the end what came of them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from penstock.cli.clients import Client, client
from penstock.cli.place import Place
from penstock.cli.story import following
from penstock.cli.story.following import COLOURS, Row
from penstock.store.logfile import stream_path

Json = Any
JOBS: Final = {"ProcessingJob": "describe_processing_job", "TrainingJob": "describe_training_job"}


def follow(
    console: Console, sagemaker: Client, execution: str, *, after_look: Callable[[list[Row]], None], deadline: float
) -> str:
    """Show the steps until the execution has ended; its status."""

    def look() -> tuple[str, list[Row]]:
        told = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        return str(told["PipelineExecutionStatus"]), rows(sagemaker, execution)

    return following.follow(console, look, heading="step", after_look=after_look, deadline=deadline)


def rows(sagemaker: Client, execution: str, indent: str = "") -> list[Row]:
    """The steps as a table shows them."""
    return [
        Row(indent + step["StepName"], step["StepStatus"], seconds(step), result(step))
        for step in steps(sagemaker, execution)
    ]


def steps(sagemaker: Client, execution: str) -> list[Json]:
    """The steps of an execution, oldest first."""
    pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending"
    )
    return [step for page in pages for step in page["PipelineExecutionSteps"]]


def seconds(step: Json) -> str:
    began: datetime | None = step.get("StartTime")
    ended: datetime | None = step.get("EndTime")
    if began is None:
        return ""
    return f"{((ended or datetime.now(began.tzinfo)) - began).total_seconds():.2f}"  # noqa: TID251 - only shown


def result(step: Json) -> str:
    """What a step made, in a few words."""
    if "FailureReason" in step:
        return str(step["FailureReason"])
    for kind, details in step.get("Metadata", {}).items():
        if "Arn" in details:
            return str(details["Arn"]).partition(":sagemaker:")[2].partition(":")[2].partition(":")[2]
        if kind == "Condition":
            return f"outcome: {details['Outcome']}"
        if kind == "Fail":
            return str(details["ErrorMessage"])
    return ""


def summary(console: Console, place: Place, sagemaker: Client, s3: Client, execution: str) -> None:
    """Steps, metrics, the model package, and where the logs are."""
    found = steps(sagemaker, execution)
    answer = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    status = answer["PipelineExecutionStatus"]
    took = (answer["LastModifiedTime"] - answer["CreationTime"]).total_seconds()
    console.print()
    console.print(Text(f"{status} in {took:.1f} s", style=f"bold {COLOURS.get(status, '')}"))
    console.print(following.table("step", rows(sagemaker, execution)))
    for step in found:
        for kind, details in step.get("Metadata", {}).items():
            if kind == "TrainingJob":
                show_training(console, sagemaker, details["Arn"])
            if kind == "RegisterModel":
                show_package(console, sagemaker, s3, details["Arn"])
    console.print("\n[bold]logs[/]  (with the server up: penstock logs JOB)")
    for step in found:
        for kind, details in step.get("Metadata", {}).items():
            if kind in JOBS:
                show_log(console, place, step["StepName"], kind, job_name(sagemaker, kind, details))


def package(sagemaker: Client, execution: str) -> str:
    """The ARN of the model package that an execution has registered."""
    told = (step.get("Metadata", {}).get("RegisterModel") for step in steps(sagemaker, execution))
    return next(str(details["Arn"]) for details in told if details)


def show_log(console: Console, place: Place, step: str, kind: str, job: str) -> None:
    """Where a step's log is: the names CloudWatch Logs has for it, and the file, which needs no server."""
    group = f"/aws/sagemaker/{kind}s"
    for stream in client(place, "logs").describe_log_streams(logGroupName=group, logStreamNamePrefix=job)["logStreams"]:
        account = stream["arn"].split(":")[4]
        file = stream_path(place.data, account, place.region, group, stream["logStreamName"])
        console.print(f"  {step:14} {group} {stream['logStreamName']}\n  {'':14} {file}", soft_wrap=True)


def job_name(sagemaker: Client, kind: str, details: Json) -> str:
    """A job's name as it was given: ARNs have it in lower case."""
    describe = getattr(sagemaker, JOBS[kind])
    return str(describe(**{f"{kind}Name": details["Arn"].rpartition("/")[2]})[f"{kind}Name"])


def show_training(console: Console, sagemaker: Client, arn: str) -> None:
    job = sagemaker.describe_training_job(TrainingJobName=arn.rpartition("/")[2])
    console.print("\n[bold]training metrics[/]")
    for metric in job.get("FinalMetricDataList", ()):
        console.print(f"  {metric['MetricName']:22} {metric['Value']:.4f}")
    if "ModelArtifacts" in job:
        console.print(f"  {'model':22} {job['ModelArtifacts']['S3ModelArtifacts']}", soft_wrap=True)


def show_package(console: Console, sagemaker: Client, s3: Client, arn: str) -> None:
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    console.print("\n[bold]model package[/]")
    console.print(f"  {package['ModelPackageArn']}", soft_wrap=True)
    console.print(f"  {package['ModelPackageStatus']}, {package['ModelApprovalStatus']}")
    report = urlsplit(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"])
    content = s3.get_object(Bucket=report.netloc, Key=report.path.lstrip("/"))["Body"].read()
    for metrics in json.loads(content).values():
        for name, value in metrics.items():
            console.print(f"  {'test ' + name:22} {value['value']:.4f}")
