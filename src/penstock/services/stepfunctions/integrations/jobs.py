"""Jobs: what a `.sync` task waits for, how it asks about it, and what it makes of it. All pure.

A row says which operation describes the job, under which member it is named, and where its status is. Most jobs are
runs of Penstock, whose run id is their ARN: the engine tells when they have settled. The rest is asked after now and
then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.stepfunctions.integrations import failures
from penstock.services.stepfunctions.integrations.resources import Resource
from penstock.wire.call import Json
from penstock.wire.sdk.members import as_json, as_text

Result = dict[str, Json]

POLL_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How a job is waited for. `named` finds its name in what it was asked with and what that was answered."""

    describe: str
    member: str  # of the describing request, in the model's spelling
    named: Callable[[Mapping[str, Json], Result], str]
    status: str  # a member of the job, or of one in it: `Status.State`
    under_way: frozenset[str]
    good: str
    stop: str
    stop_member: str = ""  # where it differs from `member`
    run: Callable[[Result], str | None] = lambda _: None  # the run to watch, of the create's result
    inside: Callable[[Result], Result] = lambda described: described  # the job, in what describes it
    wrapper: str = ""  # the member under which the state finds it


def asked_with(member: str) -> Callable[[Mapping[str, Json], Result], str]:
    return lambda asked, _: str(asked[member])


def answered(*path: str) -> Callable[[Mapping[str, Json], Result], str]:
    def named(_: Mapping[str, Json], result: Json) -> str:
        for member in path:
            result = result[member]
        return str(result)

    return named


def _sagemaker_job(kind: str, *, is_run: bool) -> Wait:
    arn = f"{kind}Arn"
    return Wait(
        describe=f"Describe{kind}", member=f"{kind}Name", named=asked_with(f"{kind}Name"), status=f"{kind}Status",
        under_way=frozenset({"InProgress", "Stopping", "Initializing"}), good="Completed", stop=f"Stop{kind}",
        run=(lambda result: str(result[arn])) if is_run else lambda _: None,
    )  # fmt: skip


def _codebuild(
    describe: str,
    found: str,
    wrapper: str,
    stop: str,
    status: str,
    run: Callable[[Result], str | None] = lambda _: None,
) -> Wait:
    return Wait(
        describe=describe, member="ids", named=answered(wrapper, "Id"), status=status,
        under_way=frozenset({"IN_PROGRESS"}), good="SUCCEEDED", stop=stop, stop_member="id",
        inside=lambda described: next(iter(described.get(found) or ()), {}), wrapper=wrapper,
        run=run,
    )  # fmt: skip


_BATCH: Final = _codebuild("BatchGetBuildBatches", "BuildBatches", "BuildBatch", "StopBuildBatch", "BuildBatchStatus")

WAITS: Final[Mapping[tuple[str, str], Wait]] = {
    ("states", "startExecution"): Wait(
        describe="DescribeExecution", member="executionArn", named=answered("ExecutionArn"), status="Status",
        under_way=frozenset({"RUNNING", "PENDING_REDRIVE"}), good="SUCCEEDED", stop="StopExecution",
        run=lambda result: str(result["ExecutionArn"]),
    ),
    ("sagemaker", "createTrainingJob"): _sagemaker_job("TrainingJob", is_run=True),
    ("sagemaker", "createProcessingJob"): _sagemaker_job("ProcessingJob", is_run=True),
    ("sagemaker", "createTransformJob"): _sagemaker_job("TransformJob", is_run=True),
    ("sagemaker", "createHyperParameterTuningJob"): _sagemaker_job("HyperParameterTuningJob", is_run=True),
    ("sagemaker", "createLabelingJob"): _sagemaker_job("LabelingJob", is_run=False),
    ("sagemaker", "startPipelineExecution"): Wait(
        describe="DescribePipelineExecution", member="PipelineExecutionArn", named=answered("PipelineExecutionArn"),
        status="PipelineExecutionStatus", under_way=frozenset({"Executing", "Stopping"}), good="Succeeded",
        stop="StopPipelineExecution", run=lambda result: str(result["PipelineExecutionArn"]),
    ),
    ("athena", "startQueryExecution"): Wait(
        describe="GetQueryExecution", member="QueryExecutionId", named=answered("QueryExecutionId"),
        status="Status.State", under_way=frozenset({"QUEUED", "RUNNING"}), good="SUCCEEDED", stop="StopQueryExecution",
        inside=lambda described: described["QueryExecution"], wrapper="QueryExecution",
    ),
    ("codebuild", "startBuild"): _codebuild(
        "BatchGetBuilds", "Builds", "Build", "StopBuild", "BuildStatus", lambda result: result["Build"].get("Arn")
    ),
    ("codebuild", "startBuildBatch"): _BATCH,
    ("codebuild", "retryBuildBatch"): _BATCH,
}  # fmt: skip


def wait_of(resource: Resource) -> Wait:
    return WAITS[resource.service, resource.action]


def describing(wait: Wait, name: str) -> dict[str, Json]:
    """The request that asks about a job."""
    return {wait.member: [name] if wait.member == "ids" else name}


def stopping(wait: Wait, name: str) -> dict[str, Json]:
    return {wait.stop_member or wait.member: name}


def outcome(resource: Resource, described: Result) -> Result | None:
    """What the state is told of a job, None while it is under way; raises `States.TaskFailed` of one that failed."""
    wait = wait_of(resource)
    job = wait.inside(described)
    status = _at(job, wait.status)
    if status in wait.under_way:
        return None
    document = {wait.wrapper: job} if wait.wrapper else job
    if status != wait.good:
        raise failures.failed(as_text(document))
    return with_json(document) if resource.pattern == "sync:2" else document


def _at(job: Json, path: str) -> Json:
    for member in path.split("."):
        job = (job or {}).get(member)
    return job


def with_json(execution: Result) -> Result:
    """`.sync:2`: input and output of the child are JSON, not text."""
    parsed: Result = {name: as_json(execution[name]) for name in ("Input", "Output") if name in execution}
    return {**execution, **parsed}
