"""Answers: what customers are shown of pipelines, executions and steps, in the service model's spelling."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.languages.pipeline.iterations import iteration_of
from penstock.languages.pipeline.tree import (
    AnyStep,
    Callback,
    Check,
    Cleanup,
    Condition,
    Fail,
    ForEach,
    Lambda,
    Lineage,
    StepName,
    Submission,
)
from penstock.languages.pipeline.values import written
from penstock.services.sagemaker.pipelines import outside
from penstock.services.sagemaker.pipelines.model import Plan, Progress
from penstock.services.sagemaker.pipelines.steps import MAKING
from penstock.store.documents import Document
from penstock.wire.call import Scope, ServiceError

Json = Any

LONGEST_DESCRIPTION: Final = 3_072
LONGEST_ITEM: Final = 12_800
_PIPELINE_MEMBERS: Final = (
    "PipelineDisplayName", "PipelineDefinition", "PipelineDescription", "RoleArn", "LastRunTime", "CreatedBy",
    "LastModifiedBy", "ParallelismConfiguration",
)  # fmt: skip
_EXECUTION_MEMBERS: Final = (
    "PipelineExecutionDisplayName", "PipelineExecutionDescription", "PipelineExperimentConfig", "FailureReason",
    "CreatedBy", "LastModifiedBy", "ParallelismConfiguration", "SelectiveExecutionConfig", "PipelineVersionId",
)  # fmt: skip


class ResourceNotFound(ServiceError):
    code = "ResourceNotFound"


class Conflict(ServiceError):
    code = "ConflictException"


def no_pipeline(scope: Scope, name_or_arn: str) -> ResourceNotFound:
    arn = name_or_arn if name_or_arn.startswith("arn:") else scope.arn("sagemaker", f"pipeline/{name_or_arn}")
    return ResourceNotFound(f"Pipeline '{arn}' does not exist.")


def no_execution(arn: str) -> ResourceNotFound:
    return ResourceNotFound(f"Pipeline execution with ARN '{arn}' does not exist.")


def pipeline(found: Document) -> dict[str, Json]:
    return {
        "PipelineArn": found.arn,
        "PipelineName": found.name,
        "PipelineStatus": found.status,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        **_some(found, _PIPELINE_MEMBERS),
    }


def pipeline_summary(found: Document) -> dict[str, Json]:
    last = found.body.get("LastRunTime")
    return {
        "PipelineArn": found.arn,
        "PipelineName": found.name,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        **_some(found, ("PipelineDisplayName", "PipelineDescription", "RoleArn")),
        **({} if last is None else {"LastExecutionTime": last}),
    }


def execution(found: Document) -> dict[str, Json]:
    return {
        "PipelineArn": found.body["PipelineArn"],
        "PipelineExecutionArn": found.arn,
        "PipelineExecutionStatus": found.status,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        **_some(found, _EXECUTION_MEMBERS),
    }


def execution_summary(found: Document) -> dict[str, Json]:
    reason = found.body.get("FailureReason")
    return {
        "PipelineExecutionArn": found.arn,
        "StartTime": found.created_at,
        "PipelineExecutionStatus": found.status,
        **_some(found, ("PipelineExecutionDescription", "PipelineExecutionDisplayName")),
        **({} if reason is None else {"PipelineExecutionFailureReason": reason}),
    }


def step(plan: Plan, name: str, progress: Progress, *, explained: bool = False) -> dict[str, Json]:
    """A step; if it is to be explained, its description ends with why an earlier run stands for it or does not."""
    definition = plan.step(StepName(name))
    why = progress.cache if explained else ""
    optional = {
        "StepDisplayName": definition.display_name,
        "StepDescription": "\n".join(part for part in (definition.description, why) if part)[:LONGEST_DESCRIPTION],
        "EndTime": progress.ended_at,
        "FailureReason": progress.reason,
        "CacheHitResult": {"SourcePipelineExecutionArn": progress.source} if progress.source else None,
        "SelectiveExecutionResult": (
            {"SourcePipelineExecutionArn": progress.reused_from} if progress.reused_from else None
        ),
    }
    return {
        "StepName": name,
        "StartTime": progress.started_at,
        "StepStatus": progress.status,
        "Metadata": _metadata(definition, progress),
        **_iteration(plan, StepName(name), progress),
        "AttemptCount": progress.attempt,
        **{key: value for key, value in optional.items() if value},
    }


def _iteration(plan: Plan, name: StepName, progress: Progress) -> dict[str, Json]:
    loop = plan.loop_of(name)
    if loop is None:
        return {}
    item = written(progress.item)[:LONGEST_ITEM]
    return {"IterationContext": {"ParentStepName": loop, "Index": iteration_of(name).index, "Item": item}}


def _metadata(definition: AnyStep, progress: Progress) -> dict[str, Json]:
    if isinstance(definition, Condition):
        return {} if progress.outcome is None else {"Condition": {"Outcome": str(progress.outcome)}}
    if isinstance(definition, Fail):
        return {"Fail": {"ErrorMessage": progress.message}}
    if isinstance(definition, Lambda):
        return {"Lambda": {"Arn": progress.arn, "OutputParameters": outside.shown(progress.outputs)}}
    if isinstance(definition, Callback):
        token = {"CallbackToken": progress.token} if progress.token else {}
        callback = {**token, "SqsQueueUrl": progress.queue, "OutputParameters": outside.shown(progress.outputs)}
        return {"Callback": callback} if progress.queue else {}
    if isinstance(definition, ForEach):
        return {"ForEach": progress.shown} if progress.shown else {}
    if isinstance(definition, Cleanup | Lineage):
        return {type(definition).__name__: progress.shown} if progress.shown else {}
    making = MAKING.get(type(definition))
    if making is not None and isinstance(definition, Check):
        job = {"CheckJobArn": progress.arn} if progress.arn else {}
        return {making.metadata: {**progress.shown, **job}} if progress.shown else {}
    if making is not None and isinstance(definition, Submission):
        return {making.metadata: progress.shown} if progress.shown else {}
    return {making.metadata: {"Arn": progress.arn}} if making is not None and progress.arn else {}


def _some(found: Document, members: tuple[str, ...]) -> Mapping[str, Json]:
    return {member: found.body[member] for member in members if member in found.body}
