"""`penstock metrics`: what an execution's models came to, beside an earlier one's, also as a comment on a pull request.

The pull request is the open one whose source is the commit that the execution's description names (`penstock run`
writes it there). It is told once: a comment has a token made of the two executions.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import Client, client, unreachable
from penstock.cli.place import Place, with_place

Json = Any
Metrics = Mapping[str, float]
COMMIT: Final = re.compile(r"\b[0-9a-f]{40}\b")


@click.command("metrics")
@click.argument("execution", metavar="ARN")
@click.option("--against", metavar="ARN", help="The other execution; default: the latest that has succeeded before.")
@click.option("--comment", is_flag=True, help="Post them on the pull request that the execution is of.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_place
def command(place: Place, execution: str, against: str | None, comment: bool, as_json: bool) -> None:
    """Compare the metrics of an execution of a SageMaker pipeline with those of an earlier one."""
    sagemaker, s3 = client(place, "sagemaker"), client(place, "s3")
    try:
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        other = against or earlier(sagemaker, described)
        now = dict(metrics(sagemaker, s3, execution))
        before = dict(metrics(sagemaker, s3, other)) if other else {}
        if comment:
            pull = pull_request(client(place, "codecommit"), commit_of(described))
            post(client(place, "codecommit"), pull, said(execution, other, now, before), f"{execution} {other}")
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    if as_json:
        click.echo(json.dumps({"execution": execution, "against": other, "metrics": now, "before": before}, indent=2))
    else:
        click.echo(said(execution, other, now, before))


def earlier(sagemaker: Client, described: Json) -> str | None:
    """The latest execution of the same pipeline that began before this one and has succeeded."""
    pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
        PipelineName=described["PipelineArn"], CreatedBefore=described["CreationTime"], SortOrder="Descending"
    )
    return next(
        (
            str(each["PipelineExecutionArn"])
            for page in pages
            for each in page["PipelineExecutionSummaries"]
            if each["PipelineExecutionStatus"] == "Succeeded"
            and each["PipelineExecutionArn"] != described["PipelineExecutionArn"]
        ),
        None,
    )


def metrics(sagemaker: Client, s3: Client, execution: str) -> Iterator[tuple[str, float]]:
    """What training jobs have told last, and the statistics that model packages were registered with."""
    pages = sagemaker.get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=execution)
    for step in (each for page in pages for each in page["PipelineExecutionSteps"]):
        about = step.get("Metadata", {})
        if "TrainingJob" in about:
            job = sagemaker.describe_training_job(TrainingJobName=about["TrainingJob"]["Arn"].rpartition("/")[2])
            for each in job.get("FinalMetricDataList", ()):
                yield f"{step['StepName']} {each['MetricName']}", float(each["Value"])
        if "RegisterModel" in about:
            package = sagemaker.describe_model_package(ModelPackageName=about["RegisterModel"]["Arn"])
            statistics = package.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
            if uri := statistics.get("S3Uri"):
                yield from numbers(step["StepName"], as_registered(s3, uri, package["CreationTime"]))


def as_registered(s3: Client, uri: str, moment: datetime) -> Json:
    """What lay at an address when a model was registered; nothing, and a word of it, where that is gone."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    versions = [each for page in pages for each in page.get("Versions", ()) if each["Key"] == key]
    known = [each for each in versions if each["LastModified"] <= moment]
    if not known:
        click.echo(
            f"{uri} is not what it was when the model was registered: have every execution write to a key of its own, "
            "or version the bucket",
            err=True,
        )
        return None
    newest = max(known, key=lambda each: each["LastModified"])
    which = {} if newest["VersionId"] == "null" else {"VersionId": newest["VersionId"]}
    return json.loads(s3.get_object(Bucket=bucket, Key=key, **which)["Body"].read())


def numbers(name: str, node: Json) -> Iterator[tuple[str, float]]:
    """The numbers of a document, by the way to each."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from numbers(f"{name} {key}", value)
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield name, float(node)


def said(execution: str, other: str | None, now: Metrics, before: Metrics) -> str:
    """A table, in Markdown."""
    lines = [f"Metrics of `{execution}`", f"beside `{other}`" if other else "(none has succeeded before)", ""]
    lines += ["| metric | before | now | change |", "| --- | ---: | ---: | ---: |"]
    for name in sorted({*now, *before}):
        old, new = before.get(name), now.get(name)
        change = f"{new - old:+.6g}" if old is not None and new is not None else ""
        lines.append(f"| {name} | {shown(old)} | {shown(new)} | {change} |")
    return "\n".join(lines if now or before else [*lines[:2], "", "No step has told any metrics."])


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def commit_of(described: Json) -> str:
    found = COMMIT.search(described.get("PipelineExecutionDescription", ""))
    if found is None:
        raise click.ClickException(
            "the execution's description names no commit: start it with PipelineExecutionDescription='… COMMIT …'"
        )
    return found[0]


def pull_request(codecommit: Client, commit: str) -> Json:
    """The open pull request whose source is a commit."""
    for repository in codecommit.list_repositories()["repositories"]:
        name = repository["repositoryName"]
        pages = codecommit.get_paginator("list_pull_requests").paginate(repositoryName=name, pullRequestStatus="OPEN")
        for number in (each for page in pages for each in page["pullRequestIds"]):
            pull = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
            if pull["pullRequestTargets"][0]["sourceCommit"] == commit:
                return pull
    raise click.ClickException(f"no open pull request has the commit {commit} as its source")


def post(codecommit: Client, pull: Json, content: str, token: str) -> None:
    """Comment once, however often it is asked for."""
    target = pull["pullRequestTargets"][0]
    codecommit.post_comment_for_pull_request(
        pullRequestId=pull["pullRequestId"], repositoryName=target["repositoryName"],
        beforeCommitId=target["destinationCommit"], afterCommitId=target["sourceCommit"], content=content,
        clientRequestToken=hashlib.sha256(token.encode()).hexdigest(),
    )  # fmt: skip
