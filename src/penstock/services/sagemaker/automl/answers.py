"""What Describe and List tell of a job: pure functions of what it was asked and where it stands."""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.automl import candidates, contract
from penstock.services.sagemaker.automl.model import KIND, Json, Plan, State
from penstock.services.sagemaker.automl.requests import to_v2
from penstock.store.documents import Document
from penstock.wire.call import Scope

MOST_REASONS: Final = 5
_SUMMARY: Final = (
    "AutoMLJobName", "AutoMLJobArn", "AutoMLJobStatus", "AutoMLJobSecondaryStatus", "CreationTime", "EndTime",
    "LastModifiedTime", "FailureReason", "PartialFailureReasons",
)  # fmt: skip


def standing(plan: Plan, state: State) -> dict[str, Json]:
    """What both versions tell."""
    answer = {
        "AutoMLJobName": plan.name,
        "AutoMLJobArn": plan.arn,
        "CreationTime": plan.created_at,
        "EndTime": state.modified_at if state.is_over else None,
        "LastModifiedTime": state.modified_at,
        "FailureReason": state.failure or None,
        "PartialFailureReasons": [{"PartialFailureMessage": each.message} for each in state.partial[:MOST_REASONS]]
        or None,
        "BestCandidate": None if state.best is None else candidates.told(plan, state, state.best),
        "AutoMLJobStatus": state.status,
        "AutoMLJobSecondaryStatus": state.secondary,
        "AutoMLJobArtifacts": artifacts(plan, state),
        "ModelDeployConfig": plan.endpoint,
        "ModelDeployResult": {"EndpointName": state.endpoint} if state.endpoint else None,
    }
    return {key: value for key, value in answer.items() if value is not None}


def artifacts(plan: Plan, state: State) -> dict[str, str] | None:
    if state.found is None:
        return None
    folder = contract.notebooks(plan)
    return {
        "CandidateDefinitionNotebookLocation": folder.under(contract.DEFINITIONS).uri,
        "DataExplorationNotebookLocation": folder.under(contract.EXPLORATION).uri,
    }


def resolved(plan: Plan, state: State) -> dict[str, Json]:
    """What was found out of what the request leaves open; nothing before."""
    if state.found is None:
        return {}
    return {
        "AutoMLJobObjective": {"MetricName": state.found.metric_name},
        "CompletionCriteria": {"MaxCandidates": contract.most(plan, state.found), **plan.criteria},
    }


def described(plan: Plan, state: State) -> dict[str, Json]:
    """DescribeAutoMLJob's answer."""
    found = resolved(plan, state)
    kind = {} if state.found is None else {"ResolvedAttributes": {**found, "ProblemType": state.found.problem_type}}
    only = {"GenerateCandidateDefinitionsOnly": plan.only_definitions}
    return {**plan.request, **only, **standing(plan, state), **kind}


def described_v2(plan: Plan, state: State) -> dict[str, Json]:
    """DescribeAutoMLJobV2's answer."""
    found = resolved(plan, state)
    if state.found is not None:
        tabular = {"TabularResolvedAttributes": {"ProblemType": state.found.problem_type}}
        found = {"ResolvedAttributes": {**found, "AutoMLProblemTypeResolvedAttributes": tabular}}
    return {**to_v2(plan.request), **standing(plan, state), **found}


def outcome(plan: Plan, state: State) -> dict[str, Json]:
    """What watchers of the run are told: Describe's answer, and where reports are, which pipelines' steps have as
    properties."""
    paths = {}
    if state.best is not None and "explaining" in state.reported:
        report = contract.explainability(plan, state.best.name).under("analysis.json")
        paths["ExplainabilityJsonReportPath"] = report.uri
    if state.best is not None and "assessing" in state.reported:
        paths["ModelInsightsJsonReportPath"] = contract.insights(plan, state.best.name).under("statistics.json").uri
    return {**described(plan, state), **({"BestCandidateProperties": paths} if paths else {})}


def document(scope: Scope, plan: Plan, state: State, token: str = "") -> Document:
    """A job as it is kept: the body is what Describe answers, in both versions, and the ARNs of what it has started."""
    body = {"V1": described(plan, state), "V2": described_v2(plan, state), "Jobs": list(state.jobs.values())}
    return Document(
        kind=KIND, scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at,
        modified_at=state.modified_at, status=state.status, token=token, body=body,
    )  # fmt: skip


def line(found: Document) -> Mapping[str, Json]:
    """A line of ListAutoMLJobs."""
    return {key: found.body["V1"][key] for key in _SUMMARY if key in found.body["V1"]}
