"""GetPipelineState, and what has happened: action and rule executions, listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.engine.engine import Engine
from penstock.languages.delivery import tree
from penstock.languages.delivery.tree import ConditionKind
from penstock.services.codepipeline import answers, rows, traffic
from penstock.services.codepipeline.model import Attempt, Condition, Stage, State, run_of
from penstock.services.codepipeline.traffic import Gate
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any
PAGE: Final = 100
CONDITIONS: Final[dict[ConditionKind, str]] = {
    "beforeEntry": "beforeEntryConditionState",
    "onSuccess": "onSuccessConditionState",
    "onFailure": "onFailureConditionState",
}


@dataclass(frozen=True)
class States:
    engine: Engine
    service = "codepipeline"

    @operation("GetPipelineState")
    async def get(self, call: Call, request: shapes.GetPipelineStateRequest) -> Answer:
        def read(tx: Transaction) -> Answer:
            pipeline = rows.pipeline(tx, call.scope, request["name"])
            declared = tree.read(pipeline.body["Declaration"])
            gates = traffic.traffic_of(pipeline)
            return {
                "pipelineName": pipeline.name,
                "pipelineVersion": declared.version,
                "stageStates": [
                    self._stage(tx, pipeline, stage, gates.gate(stage.name) or Gate(stage.name))
                    for stage in declared.stages
                ],
                "created": pipeline.created_at,
                "updated": pipeline.modified_at,
            }

        return await self.engine.database.read(read)

    def _stage(self, tx: Transaction, pipeline: Document, declared: tree.Stage, gate: Gate) -> dict[str, Json]:
        state = self._state(tx, pipeline, gate.latest)
        progress = state.stages.get(declared.name) if state is not None else None
        inbound = [stage_execution(tx, pipeline, each, "InProgress") for each in gate.inbound]
        told = answers.present(
            stageName=declared.name,
            inboundExecution=inbound[-1] if inbound else None,
            inboundExecutions=inbound,
            inboundTransitionState=answers.present(
                enabled=gate.enabled,
                disabledReason=gate.reason,
                lastChangedAt=gate.changed_at,
                lastChangedBy=gate.changed_by,
            ),
            actionStates=[
                action_state(action, progress.actions.get(action.name) if progress is not None else None)
                for action in declared.actions
            ],
        )
        if progress is None:
            return told
        latest = stage_execution(tx, pipeline, gate.latest, progress.status)
        return {**told, "latestExecution": latest, **stage_state(progress)}

    def _state(self, tx: Transaction, pipeline: Document, execution: str) -> State | None:
        seen = self.engine.look(tx, run_of(pipeline.arn, execution)) if execution else None
        return None if seen is None else seen.state

    @operation("ListActionExecutions")
    async def list_actions(self, call: Call, request: shapes.ListActionExecutionsRequest) -> Answer:
        """The newest first."""
        return await self._listed(call, request, rows.ACTION, "actionExecutionDetails")

    @operation("ListRuleExecutions")
    async def list_rules(self, call: Call, request: shapes.ListRuleExecutionsRequest) -> Answer:
        """The newest first."""
        return await self._listed(call, request, rows.RULE, "ruleExecutionDetails")

    @operation("ListDeployActionExecutionTargets")
    async def list_targets(self, call: Call, request: shapes.ListDeployActionExecutionTargetsRequest) -> Answer:
        """None: targets are the instances that EC2's deploy actions have, which there are none of."""
        name, attempt = request.get("pipelineName"), request["actionExecutionId"]

        def read(tx: Transaction) -> bool:
            if name is not None:
                rows.pipeline(tx, call.scope, name)
            query = Query(kind=rows.ACTION, scope=call.scope, parent=name, limit=rows.ALL)
            return any(each.name.endswith(f"/{attempt}") for each in documents.page(tx, query).documents)

        if not await self.engine.database.scan(read):
            raise ServiceError(
                f"The action execution {attempt} does not exist.", code="ActionExecutionNotFoundException"
            )
        return {"targets": []}

    async def _listed(self, call: Call, request: Mapping[str, Any], kind: str, member: str) -> Answer:
        wanted = request.get("filter") or {}
        latest = wanted.get("latestInPipelineExecution") or {}
        execution = latest.get("pipelineExecutionId") or wanted.get("pipelineExecutionId")

        def read(tx: Transaction) -> documents.Page:
            if execution is not None:
                rows.execution(tx, call.scope, request["pipelineName"], execution)
            pipeline = rows.pipeline(tx, call.scope, request["pipelineName"])
            query = Query(
                kind=kind, scope=call.scope, parent=pipeline.name, token=request.get("nextToken"),
                name_prefix=f"{execution}/" if execution is not None else None, limit=request.get("maxResults", PAGE),
            )  # fmt: skip
            page = documents.page(tx, query)
            if latest.get("startTimeRange") != "Latest":
                return page
            standing = self._standing(tx, pipeline, latest["pipelineExecutionId"])
            kept = tuple(each for each in page.documents if each.name.partition("/")[2] in standing)
            return documents.Page(kept, page.token)

        page = await self.engine.database.read(read)
        told = [each.body for each in page.documents]
        return {member: told, **pages.onward(page.token, "nextToken")}

    def _standing(self, tx: Transaction, pipeline: Document, execution: str) -> set[str]:
        """The attempts of an execution that no later ones have taken the place of."""
        state = self._state(tx, pipeline, execution)
        stages = state.stages.values() if state is not None else ()
        actions = {each.id for stage in stages for each in stage.actions.values()}
        rules = {
            each.id for stage in stages for condition in stage.conditions.values() for each in condition.rules.values()
        }
        return actions | rules


def action_state(action: tree.Action, attempt: Attempt | None) -> dict[str, Json]:
    if attempt is None:
        return {"actionName": action.name}
    told: dict[str, Json] = {"actionName": action.name, "latestExecution": answers.latest_action(attempt)}
    found = next((each.revision for each in attempt.outputs if each.revision), None)
    if found is not None and action.action_type_id.category == "Source":
        told["currentRevision"] = answers.present(
            revisionId=found.get("Id"), revisionChangeId=found.get("Change") or found.get("Id"),
            created=found.get("Created") or attempt.changed_at,
        )  # fmt: skip
        told |= answers.present(revisionUrl=found.get("Url"))
    return told


def stage_execution(tx: Transaction, pipeline: Document, execution: str, status: str) -> dict[str, Json]:
    """StageExecution."""
    found = documents.find(tx, pipeline.scope, rows.EXECUTION, execution)
    kind = found.body["Execution"].get("executionType") if found is not None else None
    return answers.present(pipelineExecutionId=execution, status=status, type=kind)


def stage_state(progress: Stage) -> dict[str, Json]:
    conditions = {CONDITIONS[kind]: condition_state(condition) for kind, condition in progress.conditions.items()}
    retries = answers.present(
        autoStageRetryAttempt=progress.automatic or None,
        manualStageRetryAttempt=progress.manual or None,
        latestRetryTrigger=progress.latest_retry,
    )
    return answers.present(retryStageMetadata=retries, **conditions)


def condition_state(condition: Condition) -> dict[str, Json]:
    rules = [
        {"ruleName": name, "latestExecution": rule_execution(attempt)} for name, attempt in condition.rules.items()
    ]
    latest = answers.present(status=condition.status, summary=condition.summary, lastStatusChange=condition.changed_at)
    return {
        "latestExecution": answers.present(status=condition.status, summary=condition.summary),
        "conditionStates": [{"latestExecution": latest, "ruleStates": rules}],
    }


def rule_execution(attempt: Attempt) -> dict[str, Json]:
    return answers.present(
        ruleExecutionId=attempt.id,
        status=attempt.status,
        summary=attempt.summary,
        lastStatusChange=attempt.changed_at,
        externalExecutionId=attempt.external_id,
        errorDetails=answers.error_details(attempt),
    )
