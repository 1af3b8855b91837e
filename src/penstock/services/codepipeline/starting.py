"""Starting executions: by hand, by a change of a source, by a rollback. One commit makes row, run and arrival."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.languages.delivery import tree
from penstock.services.codepipeline import answers, flow, rows, traffic
from penstock.services.codepipeline.actiontypes import executors_of
from penstock.services.codepipeline.model import Delivery, Inherited, Plan, State, run_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope, ServiceError, ValidationError

Json = Any
MOST_WAITING: Final = 50  # executions of a pipeline that is QUEUED or PARALLEL
MOST_PUSHED: Final = 1000  # where a push starts one more: nobody is there who could ask again later


@dataclass(frozen=True)
class Starter:
    engine: Engine
    clock: Callable[[], float]

    def start(
        self,
        tx: Transaction,
        pipeline: Document,
        execution: str,
        trigger: Mapping[str, str],
        *,
        variables: Mapping[str, str] = {},
        revisions: Sequence[Json] = (),
        known: Mapping[str, Mapping[str, str]] = {},
        most: int = MOST_WAITING,
    ) -> None:
        """Start an execution, unless one of that id has been started."""
        declared = tree.read(pipeline.body["Declaration"])
        if documents.find(tx, pipeline.scope, rows.EXECUTION, execution) is not None:
            return
        if declared.execution_mode != "SUPERSEDED" and len(traffic.traffic_of(pipeline).numbers) >= most:
            raise ServiceError(
                f"Pipeline {pipeline.name} has {most} executions under way, which is the most.",
                code="ConcurrentPipelineExecutionsLimitExceededException",
            )
        plan = Plan(
            id=execution,
            pipeline=pipeline.arn,
            declaration=pipeline.body["Declaration"],
            trigger=dict(trigger),
            variables=values_of(declared, variables),
            revisions=tuple(dict(each) for each in revisions),
            known={action: dict(variables) for action, variables in known.items()},
            executors=executors_of(tx, pipeline.scope, declared),
        )
        self._begin(tx, pipeline, Delivery(plan, declared))

    def roll_back(
        self,
        tx: Transaction,
        pipeline: Document,
        stage: str,
        target: Document,
        execution: str,
        trigger: Mapping[str, str],
    ) -> None:
        """Have a stage done again with what it had in another execution."""
        if documents.find(tx, pipeline.scope, rows.EXECUTION, execution) is not None:
            return
        seen = self.engine.see(tx, run_of(pipeline.arn, target.name))
        assert seen is not None
        before: State = seen.state
        plan = Plan(
            id=execution,
            pipeline=pipeline.arn,
            declaration=pipeline.body["Declaration"],
            trigger=dict(trigger),
            variables=seen.plan.order.variables,
            executors=seen.plan.order.executors,
            only=stage,
            inherited=Inherited(target.name, before.artifacts, before.namespaces),
        )
        self._begin(tx, pipeline, Delivery(plan, tree.read(pipeline.body["Declaration"])))

    def _begin(self, tx: Transaction, pipeline: Document, plan: Delivery) -> None:
        at, order = self.clock(), plan.order
        documents.insert(
            tx,
            Document(
                kind=rows.EXECUTION, scope=pipeline.scope, name=order.id, arn="", parent=pipeline.name,
                status="InProgress", created_at=at, modified_at=at, body=answers.execution(plan, State()),
            ),
        )  # fmt: skip
        traffic.opened(tx, self.engine, pipeline)
        self.engine.start(tx, order.run, flow.FLOW, msgspec.json.encode(order), scope=pipeline.scope)


def values_of(declared: tree.Pipeline, given: Mapping[str, str]) -> dict[str, str]:
    """The pipeline's variables, with what was given in them. Raises `ValidationError`."""
    known = {each.name for each in declared.variables}
    if unknown := next((name for name in given if name not in known), None):
        raise ValidationError(f"Variable {unknown} is not declared in pipeline {declared.name}.")
    found = {each.name: given.get(each.name, each.default_value) for each in declared.variables}
    if missing := next((name for name, value in found.items() if value is None), None):
        raise ValidationError(f"Value for variable {missing} has not been provided and it has no default value.")
    return {name: value for name, value in found.items() if value is not None}


def latest_success(tx: Transaction, pipeline: Document, stage: str, scope: Scope) -> Document | None:
    """The latest execution of this version that has been through a stage, if there is one."""
    version = pipeline.body["Declaration"]["version"]
    query = Query(kind=rows.EXECUTION, scope=scope, parent=pipeline.name, limit=rows.ALL)
    return next((each for each in documents.page(tx, query).documents if can_be_target(each, stage, version)), None)


def can_be_target(execution: Document, stage: str, version: int) -> bool:
    """Whether a stage can be rolled back to what it was in an execution."""
    told = execution.body["Execution"]
    return (
        stage in execution.body["Stages"] and told["pipelineVersion"] == version and told["executionType"] == "STANDARD"
    )
