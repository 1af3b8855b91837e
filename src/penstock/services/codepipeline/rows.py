"""Rows: everything is a document, its body in the service model's spelling unless told.

codepipeline/pipeline          name: the pipeline's · status: Polls, if sources are looked at
                               body: Declaration, Traffic (see `traffic`), Seen and Told (revisions, by action)
codepipeline/version           name: pipeline/number    parent: the pipeline's name   body: the declaration
codepipeline/execution         name: its id             parent: the pipeline's name   status: the execution's
                               body: PipelineExecution's members, Summary: those of a summary, Stages: that succeeded
codepipeline/action-execution  name: execution/attempt  parent: the pipeline's name   body: ActionExecutionDetail
codepipeline/rule-execution    name: execution/attempt  parent: the pipeline's name   body: RuleExecutionDetail
codepipeline/job               name: its id             parent: the action type's key status: the job's
                               body: Run, Stage, Nonce, Turn
codepipeline/action-type       name: its key            body: the action type; Declaration: of a partner's
codepipeline/webhook           name: its                parent: the pipeline's name
                               body: Definition, Place (the end of its address), At (when it last started something)
codepipeline/listener          name: pipeline/action    parent: the repository that it listens to
                               status: paths, if the trigger asks which files have changed; else changes
"""

from typing import Any, Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope, ServiceError

Json = Any
PIPELINE: Final = "codepipeline/pipeline"
VERSION: Final = "codepipeline/version"
EXECUTION: Final = "codepipeline/execution"
ACTION: Final = "codepipeline/action-execution"
RULE: Final = "codepipeline/rule-execution"
JOB: Final = "codepipeline/job"
ACTION_TYPE: Final = "codepipeline/action-type"
WEBHOOK: Final = "codepipeline/webhook"
LISTENER: Final = "codepipeline/listener"
POLLS: Final = "Polls"
ALL: Final = 1_000_000


def no_pipeline(scope: Scope, name: str) -> ServiceError:
    return ServiceError(
        f"Account '{scope.account}' does not have a pipeline with name '{name}'", code="PipelineNotFoundException"
    )


def pipeline(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, PIPELINE, name)
    if found is None:
        raise no_pipeline(scope, name)
    return found


def by_arn(tx: Transaction, arn: str) -> Document | None:
    found = documents.find_by_arn(tx, arn)
    return found if found is not None and found.kind == PIPELINE else None


def execution(tx: Transaction, scope: Scope, name: str, execution_id: str) -> Document:
    """An execution of a pipeline, which must be there."""
    pipeline(tx, scope, name)
    found = documents.find(tx, scope, EXECUTION, execution_id)
    if found is None or found.parent != name:
        raise ServiceError(
            f"Pipeline execution '{execution_id}' does not exist for pipeline '{name}'.",
            code="PipelineExecutionNotFoundException",
        )
    return found


def forget(tx: Transaction, found: Document) -> list[str]:
    """A pipeline, its versions and its history; the ids of its executions, whose runs are to be forgotten, too."""
    executions = []
    for kind in (VERSION, EXECUTION, ACTION, RULE):
        for each in documents.page(tx, Query(kind=kind, scope=found.scope, parent=found.name, limit=ALL)).documents:
            documents.remove(tx, each.scope, each.kind, each.name)
            if kind == EXECUTION:
                executions.append(each.name)
            elif kind == ACTION:
                documents.remove(tx, each.scope, JOB, each.name.partition("/")[2])
    documents.remove(tx, found.scope, PIPELINE, found.name)
    return executions


def open_executions(tx: Transaction, found: Document) -> list[Document]:
    """The executions of a pipeline that are under way."""
    every: list[Document] = []
    for status in ("InProgress", "Stopping"):
        query = Query(kind=EXECUTION, scope=found.scope, parent=found.name, status=status, limit=ALL)
        every += documents.page(tx, query).documents
    return every
