"""`penstock run`: a pipeline written in Python, from its file to its result.

Progress goes to standard error and the result to standard output. Exit codes: 0 it succeeded, 1 it failed, 2 it could
not be run.
"""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from penstock.cli.clients import Client
from penstock.cli.pipeline import progress
from penstock.cli.pipeline.outcome import failures, result_of
from penstock.cli.pipeline.publish import parameters, publish
from penstock.cli.pipeline.source import drawn, fail
from penstock.cli.pipeline.target import Target, Wish, opened, with_wish
from penstock.pipeline.commit import commit_of
from penstock.pipeline.graph import Graph
from penstock.pipeline.project import root_of

Json = Any
STOPPING: Final = 30.0  # seconds for steps to end when the command is interrupted
PLAIN: Final = frozenset({"StepName", "StepStatus", "FailureReason", "StepDescription"})


@click.command("run")
@click.argument("file", metavar="FILE[:NAME]")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print status, steps and result as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Do not show progress.")
@with_wish
def command(file: str, given: tuple[str, ...], as_json: bool, quiet: bool, wish: Wish) -> None:
    """Run the pipeline in FILE: here, or with --endpoint on a server or on AWS."""
    graph = drawn(file)
    console = Console(stderr=True, quiet=quiet or as_json)
    try:
        with opened(wish) as target:
            status = run(graph, given, target, console, as_json=as_json)
    except (BotoCoreError, ClientError) as error:
        fail(str(error))
    if status != "Succeeded":
        raise click.exceptions.Exit(1)


def run(graph: Graph, given: tuple[str, ...], target: Target, console: Console, *, as_json: bool) -> str:
    """Publish, start, follow, tell; how it ended."""
    sagemaker = target.client("sagemaker")
    publish(graph, target)
    told = parameters(graph, given, target)
    commit = commit_of(root_of(Path(graph.at.file)))
    described = {"PipelineExecutionDescription": commit} if commit else {}
    execution: str = sagemaker.start_pipeline_execution(PipelineName=graph.name, PipelineParameters=told, **described)[
        "PipelineExecutionArn"
    ]
    try:
        status = progress.follow(console, sagemaker, execution, pause=target.pause)
    except KeyboardInterrupt:
        stop(sagemaker, execution, console)
        raise
    steps = progress.steps(sagemaker, execution)
    result = result_of(graph, steps, target) if status == "Succeeded" else None
    if as_json:
        shown = [{name: value for name, value in step.items() if name in PLAIN} for step in steps]
        click.echo(json.dumps({"status": status, "execution": execution, "steps": shown, "result": result}, indent=2))
        return status
    console.print(progress.table(steps))
    for line in failures(steps, target):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if result is not None:
        click.echo(json.dumps(result, indent=2))
    return status


def stop(sagemaker: Client, execution: str, console: Console) -> None:
    """Stop what runs, so that no job is left behind when the command ends."""
    console.print("stopping …")
    sagemaker.stop_pipeline_execution(
        PipelineExecutionArn=execution, ClientRequestToken=execution.rpartition("/")[2] * 3
    )
    until = time.monotonic() + STOPPING
    with suppress(KeyboardInterrupt):
        while time.monotonic() < until and progress.status_of(sagemaker, execution) not in progress.ENDED:
            time.sleep(0.2)
