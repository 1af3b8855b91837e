"""What an execution of a delivery pipeline does, while it does it: its actions, and the steps of what they run."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from penstock.cli.clients import Client
from penstock.cli.story.screen import COLOURS, result, seconds, steps

Json = Any
ENDED: Final = {"Succeeded", "Failed", "Stopped", "Superseded", "Cancelled"}
LAST_WORDS: Final = 25  # lines of a log
SHADES: Final = {**COLOURS, "InProgress": "cyan", "Superseded": "yellow"}


class Row(NamedTuple):
    name: str
    status: str
    seconds: str
    note: str


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
        for step in steps(sagemaker, execution["PipelineExecutionArn"]):
            yield Row(f"    {step['StepName']}", step["StepStatus"], seconds(step), result(step))


def watch(
    console: Console,
    look: Callable[[], tuple[str, list[Row]]],
    *,
    after_look: Callable[[list[Row]], None],
    deadline: float,
) -> str:
    """Show what `look` tells, a status and rows, until the status is an end; that status."""
    until = time.monotonic() + deadline
    told: dict[str, str] = {}
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        while True:
            status, rows = look()
            live.update(_table(rows))
            after_look(rows)
            if status in ENDED:
                break
            if not console.is_terminal:
                _tell_changes(console, rows, told)
            if time.monotonic() > until:
                raise click.ClickException(f"still {status} after {deadline:.0f} s")
            time.sleep(0.2)
    console.print(_table(rows))
    return status


def _tell_changes(console: Console, rows: list[Row], told: dict[str, str]) -> None:
    """On a pipe or in a CI log: a line when something changes."""
    for row in rows:
        if told.get(row.name) != row.status:
            told[row.name] = row.status
            console.print(f"    {row.name}: {row.status} {row.note}", soft_wrap=True)


def _table(rows: list[Row]) -> Table:
    drawn = Table("action", "status", "seconds", "what came of it", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(row.name, Text(row.status, style=SHADES.get(row.status, "")), row.seconds, row.note)
    return drawn
