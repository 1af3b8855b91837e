"""What an execution of a delivery pipeline consists of: its actions, and the steps of what they run."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from rich.console import Console

from penstock.cli.clients import Client
from penstock.cli.story.following import Row
from penstock.cli.story.screen import rows

Json = Any
LAST_WORDS: Final = 25  # lines of a log


def action_rows(codepipeline: Client, pipeline: str, execution: str) -> list[tuple[Row, Json]]:
    """The actions of an execution, oldest first, each with what CodePipeline tells of it."""
    told = codepipeline.list_action_executions(pipelineName=pipeline, filter={"pipelineExecutionId": execution})
    found = sorted(told["actionExecutionDetails"], key=lambda each: each["startTime"])
    return [(_row(each), each) for each in found]


def _row(action: Json) -> Row:
    began: datetime = action["startTime"]
    ended: datetime = action["lastUpdateTime"]
    if action["status"] == "InProgress":
        ended = datetime.now(began.tzinfo)  # noqa: TID251 - only shown
    outside = action.get("output", {}).get("executionResult", {})
    note = outside.get("externalExecutionSummary") or outside.get("errorDetails", {}).get("message", "")
    if action["input"]["actionTypeId"]["category"] == "Approval" and action["status"] == "InProgress":
        note = "waits for somebody's approval"
    name = f"{action['stageName']} / {action['actionName']}"
    return Row(name, action["status"], f"{(ended - began).total_seconds():.1f}", str(note))


def tell_why(console: Console, codebuild: Client, logs: Client, actions: list[Json]) -> None:
    """The last words of the builds that failed."""
    results = [each.get("output", {}).get("executionResult", {}) for each in actions if each["status"] == "Failed"]
    ids = [each["externalExecutionId"] for each in results if ":" in each.get("externalExecutionId", "")]
    builds = codebuild.batch_get_builds(ids=ids)["builds"] if ids else []
    for build in (each for each in builds if "streamName" in each.get("logs", {})):
        place = build["logs"]
        told = logs.get_log_events(logGroupName=place["groupName"], logStreamName=place["streamName"], limit=LAST_WORDS)
        console.print(f"\nthe last lines of the log of {build['id']}:", soft_wrap=True)
        for event in told["events"]:
            console.print(f"    {event['message']}", markup=False, highlight=False, soft_wrap=True)


def step_rows(sagemaker: Client, pipeline: str, since: datetime) -> Iterator[Row]:
    """The steps of the newest execution of a SageMaker pipeline, if it began since then."""
    try:
        found = sagemaker.list_pipeline_executions(PipelineName=pipeline, CreatedAfter=since, MaxResults=1)
    except sagemaker.exceptions.ResourceNotFound:
        return
    for execution in found["PipelineExecutionSummaries"]:
        yield from rows(sagemaker, execution["PipelineExecutionArn"], indent="    ")
