"""Answers: executions, actions and rules as the operations tell of them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from penstock.languages.delivery import tree
from penstock.services.codepipeline.model import Artifact, Attempt, Delivery, State

Json = Any
MASK: Final = "****"


def present(**members: Json) -> dict[str, Json]:
    """Members that have a value."""
    return {name: value for name, value in members.items() if value not in ("", None, {}, [])}


def execution(plan: Delivery, state: State) -> dict[str, Json]:
    """What an execution's document holds: PipelineExecution, and what a summary has beside."""
    order = plan.order
    revisions = [artifact_revision(each) for each in state.artifacts.values() if each.revision]
    kind = "ROLLBACK" if order.only else "STANDARD"
    back = {"rollbackTargetPipelineExecutionId": order.inherited.execution} if order.inherited is not None else None
    return {
        "Execution": present(
            pipelineName=plan.pipeline.name,
            pipelineVersion=plan.pipeline.version,
            pipelineExecutionId=order.id,
            status=state.status,
            statusSummary=state.reason,
            artifactRevisions=revisions,
            variables=[{"name": name, "resolvedValue": value} for name, value in order.variables.items()],
            trigger=order.trigger,
            executionMode=plan.pipeline.execution_mode,
            executionType=kind,
            rollbackMetadata=back,
        ),
        "Sources": [
            present(actionName=action.name, **source_revision(state.artifacts[name]))
            for action in plan.pipeline.stages[0].actions
            for name in action.outputs
            if name in state.artifacts
        ],
        "StopReason": state.stop_reason or None,
        "Stages": [name for name, stage in state.stages.items() if stage.status == "Succeeded"],
    }


def summary(body: Mapping[str, Json], *, started_at: float, changed_at: float) -> dict[str, Json]:
    told = body["Execution"]
    stopped = body.get("StopReason")
    return {
        **{
            name: told[name]
            for name in (
                "pipelineExecutionId", "status", "statusSummary", "trigger", "executionMode", "executionType",
                "rollbackMetadata",
            )
            if name in told
        },
        "startTime": started_at,
        "lastUpdateTime": changed_at,
        "sourceRevisions": body["Sources"],
        **({"stopTrigger": {"reason": stopped}} if stopped else {}),
    }  # fmt: skip


def artifact_revision(artifact: Artifact) -> dict[str, Json]:
    told = artifact.revision
    return present(
        name=artifact.name,
        revisionId=told.get("Id"),
        revisionChangeIdentifier=told.get("Change"),
        revisionSummary=told.get("Summary"),
        created=told.get("Created"),
        revisionUrl=told.get("Url"),
    )


def source_revision(artifact: Artifact) -> dict[str, Json]:
    told = artifact.revision
    return {"revisionId": told.get("Id"), "revisionSummary": told.get("Summary"), "revisionUrl": told.get("Url")}


def artifacts(found: Iterable[Artifact]) -> list[Json]:
    return [{"name": each.name, "s3location": {"bucket": each.bucket, "key": each.key}} for each in found]


def type_id(kind: tree.TypeId) -> dict[str, str]:
    return {"category": kind.category, "owner": kind.owner, "provider": kind.provider, "version": kind.version}


def error_details(attempt: Attempt) -> dict[str, str] | None:
    return {"code": attempt.error_code, "message": attempt.error[:5000]} if attempt.error_code else None


def action_detail(
    plan: Delivery, stage: str, action: tree.Action, attempt: Attempt, state: State, hidden: Collection[str]
) -> dict[str, Json]:
    """ActionExecutionDetail. The values of hidden properties are not told.

    An approval is asked under its token, which nothing else tells of executions that are PARALLEL.
    """
    result = present(
        externalExecutionId=attempt.external_id or attempt.token,
        externalExecutionSummary=attempt.summary,
        errorDetails=error_details(attempt),
        logStreamARN=attempt.log_stream,
    )
    return present(
        pipelineExecutionId=plan.order.id,
        actionExecutionId=attempt.id,
        pipelineVersion=plan.pipeline.version,
        stageName=stage,
        actionName=action.name,
        startTime=attempt.started_at,
        lastUpdateTime=attempt.changed_at,
        updatedBy=attempt.by,
        status=attempt.status,
        input=present(
            actionTypeId=type_id(action.action_type_id),
            configuration=masked(action.configuration, hidden),
            resolvedConfiguration=masked(attempt.configuration, hidden),
            roleArn=action.role_arn,
            region=action.region,
            inputArtifacts=artifacts(state.artifacts[name] for name in action.inputs if name in state.artifacts),
            namespace=action.namespace,
        ),
        output=present(
            outputArtifacts=artifacts(attempt.outputs) if attempt.status == "Succeeded" else [],
            executionResult=result,
            outputVariables=attempt.variables,
        ),
    )


def rule_detail(plan: Delivery, stage: str, rule: tree.Action, attempt: Attempt, state: State) -> dict[str, Json]:
    """RuleExecutionDetail."""
    return present(
        pipelineExecutionId=plan.order.id,
        ruleExecutionId=attempt.id,
        pipelineVersion=plan.pipeline.version,
        stageName=stage,
        ruleName=rule.name,
        startTime=attempt.started_at,
        lastUpdateTime=attempt.changed_at,
        status=attempt.status,
        input=present(
            ruleTypeId=type_id(rule.action_type_id),
            configuration=rule.configuration,
            resolvedConfiguration=attempt.configuration,
            roleArn=rule.role_arn,
            region=rule.region,
            inputArtifacts=artifacts(state.artifacts[name] for name in rule.inputs if name in state.artifacts),
        ),
        output={
            "executionResult": present(
                externalExecutionId=attempt.external_id,
                externalExecutionSummary=attempt.summary,
                errorDetails=error_details(attempt),
            )
        },
    )


def latest_action(attempt: Attempt) -> dict[str, Json]:
    """ActionExecution, as GetPipelineState has it."""
    return present(
        actionExecutionId=attempt.id,
        status=attempt.status,
        summary=attempt.summary,
        lastStatusChange=attempt.changed_at,
        token=attempt.token,
        lastUpdatedBy=attempt.by,
        externalExecutionId=attempt.external_id,
        percentComplete=attempt.percent,
        errorDetails=error_details(attempt),
        logStreamARN=attempt.log_stream,
    )


def masked(configuration: Mapping[str, str], hidden: Collection[str]) -> dict[str, str]:
    return {name: MASK if name in hidden else value for name, value in configuration.items()}


def declared(
    declaration: Mapping[str, Json], secret_properties: Callable[[tree.TypeId], Collection[str]]
) -> dict[str, Json]:
    """A declaration as it is told: secrets are not."""
    stages = []
    for stage in declaration["stages"]:
        actions = [
            {**action, "configuration": masked(action["configuration"], secret_properties(kind))}
            for action in stage["actions"]
            for kind in [tree.read_type(action["actionTypeId"])]
        ]
        stages.append({**stage, "actions": actions})
    return {**declaration, "stages": stages}
