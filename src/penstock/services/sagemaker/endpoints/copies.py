"""The flow of an inference component: that of an endpoint, whose instances are copies of one model.

    Started | "update" ──► staged ──► copies come up ──► in service           "size" ──► more or fewer copies

A revision is one variant: as many servers as there are to be copies, each held to what the component asks for. How
revisions take one another's place, how copies are kept, and what happens after a restart is all as for endpoints.
"""

from typing import Final

import msgspec

from penstock.engine.facts import RunId
from penstock.services.sagemaker.endpoints.answers import hidden, images
from penstock.services.sagemaker.endpoints.flow import EndpointFlow
from penstock.services.sagemaker.endpoints.model import COMPONENT, ComponentPlan, Deployment, Json, Plan, State
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.inference-component"
ASKED: Final = "_Asked"  # a member that is not told: the Specification as it was given
STATUSES: Final = {"RollingBack": "Updating"}  # endpoints have a word that components have not

_plans: Final = msgspec.json.Decoder(ComponentPlan)


class ComponentFlow(EndpointFlow):
    name = FLOW
    kind = COMPONENT

    def plan(self, document: bytes) -> ComponentPlan:
        return _plans.decode(document)

    def document(self, scope: Scope, run: RunId, plan: Plan, state: State) -> Document:
        assert isinstance(plan, ComponentPlan)
        return component_document(scope, run, plan, state)

    def _tell(self, tx: Transaction, changed: Document, before: State, after: State) -> None:
        """AWS has no events of components."""


def component_document(scope: Scope, run: RunId, plan: ComponentPlan, state: State, token: str = "") -> Document:
    """An inference component as it is kept, under its endpoint."""
    status = STATUSES.get(state.status, state.status)
    return Document(
        kind=COMPONENT, scope=scope, name=plan.name, arn=plan.arn, parent=plan.endpoint, created_at=plan.created_at,
        status=status, modified_at=state.modified_at, token=token,
        body={**described(plan, state, status), **hidden(run, state), ASKED: shown_of(plan, state).specification},
    )  # fmt: skip


def shown_of(plan: ComponentPlan, state: State) -> Deployment:
    """The revision that is told of."""
    return state.wanted or state.current or plan.deployment


def described(plan: ComponentPlan, state: State, status: str) -> dict[str, Json]:
    shown = shown_of(plan, state)
    (copies,) = shown.variants
    there = state.current.variants[0].count if state.current else 0
    answer: dict[str, Json] = {
        "InferenceComponentName": plan.name,
        "InferenceComponentArn": plan.arn,
        "EndpointName": plan.endpoint,
        "EndpointArn": plan.endpoint_arn,
        "VariantName": copies.name,
        "Specification": specification(shown.specification, images(copies)),
        "RuntimeConfig": {"DesiredCopyCount": copies.count, "CurrentCopyCount": there},
        "CreationTime": plan.created_at,
        "LastModifiedTime": state.modified_at,
        "InferenceComponentStatus": status,
    }
    if state.failure:
        answer["FailureReason"] = state.failure
    if state.last.asked:
        answer["LastDeploymentConfig"] = state.last.asked
    return answer


def specification(asked: dict[str, Json], deployed: list[dict[str, str]]) -> dict[str, Json]:
    """A specification as it is described: the image of a container is told as what was deployed."""
    if "Container" not in asked:
        return asked
    container = {member: value for member, value in asked["Container"].items() if member != "Image"}
    image = deployed[0] if deployed else {"SpecifiedImage": asked["Container"]["Image"]}
    return {**asked, "Container": {"DeployedImage": image, **container}}


def summary(found: Document) -> dict[str, Json]:
    """A line of ListInferenceComponents."""
    members = (
        "CreationTime", "InferenceComponentArn", "InferenceComponentName", "EndpointArn", "EndpointName", "VariantName",
        "InferenceComponentStatus", "LastModifiedTime",
    )  # fmt: skip
    return {member: found.body[member] for member in members}
