"""`penstock retry`: run again what failed, and nothing else, whichever service it is of."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import client, unreachable
from penstock.cli.place import Place, with_place

ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Retried = tuple[str, str]  # what is done, and the ARN or id of what runs now


@click.command("retry")
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_place
def command(place: Place, what: str, as_json: bool) -> None:
    """Retry WHAT: the ARN of an execution of SageMaker or Step Functions, a build's or a batch's id or ARN, or an
    execution of CodePipeline (PIPELINE/ID, or PIPELINE for the latest)."""
    retry = next((act for pattern, act in WAYS.items() if re.fullmatch(pattern, what)), None)
    if retry is None:
        raise click.UsageError(f"{what} is neither an execution's ARN, nor a build, nor PIPELINE or PIPELINE/ID.")
    try:
        done, now = retry(place, what)
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    click.echo(json.dumps({"done": done, "id": now}) if as_json else f"{done}: {now}")


def steps(place: Place, arn: str) -> Retried:
    now = client(place, "sagemaker").retry_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionArn"]
    return "steps that did not succeed run again", now


def states(place: Place, arn: str) -> Retried:
    client(place, "stepfunctions").redrive_execution(executionArn=arn)
    return "the execution goes on where it failed", arn


def build(place: Place, name: str) -> Retried:
    now = client(place, "codebuild").retry_build(id=name)["build"]["id"]
    return "a new build of the same", now


def batch(place: Place, name: str) -> Retried:
    now = client(place, "codebuild").retry_build_batch(id=name, retryType="RETRY_FAILED_BUILDS")["buildBatch"]["id"]
    return "builds that failed run again", now


def stage(place: Place, what: str) -> Retried:
    """The failed actions of the stage in which an execution has come to its end."""
    codepipeline = client(place, "codepipeline")
    name, _, execution = what.rpartition(":")[2].partition("/")
    if not execution:
        latest = codepipeline.list_pipeline_executions(pipelineName=name, maxResults=1)["pipelineExecutionSummaries"]
        if not latest:
            raise click.ClickException(f"pipeline {name} has not been executed")
        execution = latest[0]["pipelineExecutionId"]
    acted = codepipeline.list_action_executions(
        pipelineName=name, filter={"pipelineExecutionId": execution}, maxResults=1
    )["actionExecutionDetails"]
    if not acted:
        raise click.ClickException(f"{name}/{execution} has come to no action")
    codepipeline.retry_stage_execution(
        pipelineName=name, stageName=acted[0]["stageName"], pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )
    return f"failed actions of stage {acted[0]['stageName']} run again", f"{name}/{execution}"


WAYS: Final[Mapping[str, Callable[[Place, str], Retried]]] = {
    r"arn:[^:]+:sagemaker:.*:pipeline/.+/execution/.+": steps,
    r"arn:[^:]+:states:.*:execution:.+": states,
    rf"arn:[^:]+:codebuild:.*:build-batch/.+:{ID}": batch,
    rf"(?:arn:[^:]+:codebuild:.*:build/)?[\w-]+:{ID}": build,
    rf"(?:arn:[^:]+:codepipeline:[^:]*:\d*:)?[\w.@-]+(?:/{ID})?": stage,
}
