"""Rows: pipelines and executions as documents, in the service model's spelling, which Search shows as they are.

sagemaker/pipeline             name: PipelineName        body: the Describe answer's members, LastRunTime,
                               PipelineVersionId (the latest), Aliases (versions), LastExecutions (ARNs by version)
sagemaker/pipeline-version     name: PipelineName/number  parent: PipelineName  body: see `versions`
sagemaker/pipeline-execution   name: the execution's id  parent: PipelineName · status: the execution's
                               body: the Describe answer's members, PipelineParameters, PipelineVersionId,
                               and Run: the latest run
sagemaker/pipeline-cached-step name: PipelineName/StepName/digest  parent: PipelineName/StepName  body: see `caching`
sagemaker/pipeline-callback    name: the token  parent: the execution's id  body: Run
"""

from collections.abc import Iterator
from typing import Any, Final

from penstock.services.sagemaker.pipelines.model import Execution
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

Json = Any
PIPELINE: Final = "sagemaker/pipeline"
EXECUTION: Final = "sagemaker/pipeline-execution"
VERSION: Final = "sagemaker/pipeline-version"
CACHED: Final = "sagemaker/pipeline-cached-step"
CALLBACK: Final = "sagemaker/pipeline-callback"
OPEN: Final = ("Executing", "Stopping")


def find_pipeline(tx: Transaction, scope: Scope, name_or_arn: str) -> Document | None:
    """A pipeline by its name or its ARN."""
    if not name_or_arn.startswith("arn:"):
        return documents.find(tx, scope, PIPELINE, name_or_arn)
    found = documents.find_by_arn(tx, name_or_arn)
    return found if found is not None and found.kind == PIPELINE else None


def find_execution(tx: Transaction, arn: str) -> Document | None:
    found = documents.find_by_arn(tx, arn)
    return found if found is not None and found.kind == EXECUTION else None


def has_open_executions(tx: Transaction, pipeline: Document) -> bool:
    return any(
        documents.page(
            tx, Query(kind=EXECUTION, scope=pipeline.scope, parent=pipeline.name, status=status, limit=1)
        ).documents
        for status in OPEN
    )


def executions_of(tx: Transaction, pipeline: Document) -> Iterator[Document]:
    """All executions of a pipeline."""
    query = Query(kind=EXECUTION, scope=pipeline.scope, parent=pipeline.name, limit=1_000_000)
    yield from documents.page(tx, query).documents


def forget_all(tx: Transaction, query: Query) -> None:
    """Remove what a query finds."""
    for found in documents.page(tx, query).documents:
        documents.remove(tx, found.scope, found.kind, found.name)


def forget_cache(tx: Transaction, pipeline: Document) -> None:
    """Remove what a pipeline's steps came to."""
    forget_all(tx, Query(kind=CACHED, scope=pipeline.scope, name_prefix=f"{pipeline.name}/", limit=1_000_000))


def forget_execution(tx: Transaction, execution: Document) -> None:
    """Remove an execution's row, and the callback tokens that it gave out."""
    forget_all(tx, Query(kind=CALLBACK, scope=execution.scope, parent=execution.name, limit=1_000_000))
    documents.remove(tx, execution.scope, execution.kind, execution.name)


def reflect_execution(tx: Transaction, arn: str, execution: Execution) -> None:
    """Bring an execution's row in step with its run."""
    found = find_execution(tx, arn)
    if found is not None:  # a deleted pipeline's executions have no rows
        reason = execution.reason or None
        documents.update(tx, found.changed(execution.changed_at, status=execution.status, FailureReason=reason))
