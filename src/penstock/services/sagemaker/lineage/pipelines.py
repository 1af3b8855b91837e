"""Pipelines in the graph: contexts, each associated with those below it, and a step with what it made.

    Pipeline ──► PipelineExecution ──► PipelineStep ──► a trial component, a tuning job, a model, a package

All by `AssociatedWith`. A step that was answered from the cache, or kept by a retry, made nothing: what stands for it
belongs to the execution that ran it.
"""

import re
from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.lineage.drawing import Drawing
from penstock.services.sagemaker.lineage.model import arn_of, entity_name
from penstock.services.sagemaker.pipelines.origin import Origin
from penstock.store.documents import Document
from penstock.wire.call import Scope
from penstock.wire.times import iso

COMMIT: Final = re.compile(r"\b(CommitId|Repository|GeneratedBy|ProjectId)=([^\s,;]+)")


def commit_of(execution: Document) -> Mapping[str, str]:
    """AWS's MetadataProperties of an execution. StartPipelineExecution has no member for them, so whoever starts one
    from a commit writes them into its description: `CommitId=1f2e3d Repository=https://…`."""
    return dict(COMMIT.findall(execution.body.get("PipelineExecutionDescription", "")))


def draw_pipeline(drawing: Drawing, pipeline: Document, gone: float | None) -> None:
    drawing.context(
        _pipeline_name(pipeline.arn), "Pipeline", pipeline.arn, pipeline.created_at,
        PipelineName=pipeline.name, SourceDeleted=None if gone is None else iso(gone),
    )  # fmt: skip


def draw_execution(drawing: Drawing, execution: Document, gone: float | None) -> None:
    context = drawing.context(
        _execution_name(execution.arn), "PipelineExecution", execution.arn, execution.created_at,
        until=execution.modified_at, PipelineExecutionStatus=execution.status, PipelineName=execution.parent,
        PipelineExecutionDisplayName=execution.body.get("PipelineExecutionDisplayName"),
        StartedBy=execution.body.get("CreatedBy", {}).get("IamIdentity", {}).get("Arn"),
        SourceDeleted=None if gone is None else iso(gone), **commit_of(execution),
    )  # fmt: skip
    pipeline = arn_of(execution.scope, "Context", _pipeline_name(execution.body["PipelineArn"]))
    drawing.join(pipeline, context, "AssociatedWith", execution.created_at)


def draw_origin(drawing: Drawing, origin: Origin, made: str, at: float) -> None:
    """The step that made an entity."""
    name = entity_name(origin.execution.rpartition("/")[2], origin.step, "aws-pipeline-step")
    step = drawing.context(name, "PipelineStep", origin.execution, at, StepName=origin.step)
    drawing.join(execution_context(drawing.scope, origin.execution), step, "AssociatedWith", at)
    drawing.join(step, made, "AssociatedWith", at)


def execution_context(scope: Scope, arn: str) -> str:
    """The ARN of an execution's context."""
    return arn_of(scope, "Context", _execution_name(arn))


def _pipeline_name(arn: str) -> str:
    return entity_name(arn.rpartition("/")[2], "aws-pipeline")


def _execution_name(arn: str) -> str:
    return entity_name(arn.rpartition("/")[2], "aws-pipeline-execution")
