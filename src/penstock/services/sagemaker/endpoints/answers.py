"""What Describe tells of an endpoint: a pure function of its plan and of where it stands."""

from penstock.engine.facts import RunId
from penstock.services.sagemaker.endpoints import capture
from penstock.services.sagemaker.endpoints.model import ENDPOINT, Deployment, Json, Plan, State
from penstock.store.documents import Document
from penstock.wire.call import Scope

RUN = "_Run"  # members of a document that are not told
REVISION = "_Revision"


def document(scope: Scope, run: RunId, plan: Plan, state: State, token: str = "") -> Document:
    """An endpoint as it is kept."""
    current = state.current
    hidden = {RUN: run, REVISION: current.revision if current else 0}
    return Document(
        kind=ENDPOINT, scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at, status=state.status,
        modified_at=state.modified_at, token=token, body={**described(plan, state), **hidden},
    )  # fmt: skip


def described(plan: Plan, state: State) -> dict[str, Json]:
    shown = state.current or state.wanted or plan.deployment
    answer = {
        "EndpointName": plan.name,
        "EndpointArn": plan.arn,
        "EndpointConfigName": shown.config,
        "EndpointStatus": state.status,
        "CreationTime": plan.created_at,
        "LastModifiedTime": state.modified_at,
    }
    if state.failure:
        answer["FailureReason"] = state.failure
    if state.current is not None:
        answer["ProductionVariants"] = variants(state.current)
    if shown.capture is not None:
        answer["DataCaptureConfig"] = capture.summary(shown.capture)
    if state.current is not None and state.wanted is not None:
        answer["PendingDeploymentSummary"] = {"EndpointConfigName": state.wanted.config}
    return answer


def variants(deployment: Deployment) -> list[dict[str, Json]]:
    return [
        {
            "VariantName": variant.name,
            "DeployedImages": [{"SpecifiedImage": each.image} for each in variant.contents.containers]
            if variant.contents
            else [],
            "CurrentWeight": variant.weight,
            "DesiredWeight": variant.weight,
            "CurrentInstanceCount": variant.count,
            "DesiredInstanceCount": variant.count,
        }
        for variant in deployment.variants
    ]


def told(found: Document) -> dict[str, Json]:
    """A document as Describe answers it."""
    return {member: value for member, value in found.body.items() if not member.startswith("_")}


def summary(found: Document) -> dict[str, Json]:
    """A line of ListEndpoints."""
    return {
        "EndpointName": found.name,
        "EndpointArn": found.arn,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        "EndpointStatus": found.status,
    }
