"""What Describe tells of an endpoint: a pure function of its plan and of where it stands."""

from collections.abc import Mapping

from penstock.engine.facts import RunId
from penstock.services.sagemaker.announcing import upper
from penstock.services.sagemaker.endpoints import capture
from penstock.services.sagemaker.endpoints.model import ENDPOINT, Deployment, Json, Plan, Size, State, Variant
from penstock.store.documents import Document
from penstock.wire.call import Scope

STAGES = {"growing": "Updating", "baking": "Baking", "ending": "ActivatingTraffic", "restoring": "Deleting"}
RUN = "_Run"  # members of a document that are not told
REVISION = "_Revision"
NEXT = "_Next"  # the revision that is taking its place, and …
SHARE = "_Share"  # … the part of all requests that it gets
TYPES = "_Types"  # the instance types of variants whose instances follow the copies on them


def document(scope: Scope, run: RunId, plan: Plan, state: State, token: str = "") -> Document:
    """An endpoint as it is kept."""
    return Document(
        kind=ENDPOINT, scope=scope, name=plan.name, arn=plan.arn, created_at=plan.created_at, status=state.status,
        modified_at=state.modified_at, token=token,
        body={**described(plan, state), **hidden(run, state), **managed_types(state.current)},
    )  # fmt: skip


def managed_types(current: Deployment | None) -> dict[str, Json]:
    types = {each.name: each.instance_type for each in current.variants if each.managed} if current else {}
    return {TYPES: types} if types else {}


def hidden(run: RunId, state: State) -> dict[str, Json]:
    """Who answers requests now."""
    current = state.current
    following = {NEXT: state.wanted.revision, SHARE: state.share} if current and state.wanted and state.share else {}
    return {RUN: run, REVISION: current.revision if current else 0, **following}


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
    if known := state.current or state.wanted:
        answer["ProductionVariants"] = now(variants(known), state)
        if shadows := variants(known, are_shadows=True):
            answer["ShadowProductionVariants"] = now(shadows, state)
    if shown.capture is not None:
        answer["DataCaptureConfig"] = capture.summary(shown.capture)
    if shown.asynchronous:
        answer["AsyncInferenceConfig"] = shown.asynchronous
    if shown.explainer:
        answer["ExplainerConfig"] = {"ClarifyExplainerConfig": shown.explainer}
    if state.current is not None and state.wanted is not None:
        answer["PendingDeploymentSummary"] = pending(state, state.wanted)
    if state.last.asked:
        answer["LastDeploymentConfig"] = state.last.asked
    return answer


def now(told: list[dict[str, Json]], state: State) -> list[dict[str, Json]]:
    """Variants as they are while something is done to them: with what they have meanwhile."""
    if state.current is None:
        creating = [{"Status": "Creating", "StartTime": state.begun}]
        return [{**each, **has(each, Size(0.0, 0)), "VariantStatus": creating} for each in told]
    updating = [{"Status": "Updating", "StartTime": state.begun}]
    return [
        {**each, **has(each, state.sizes[each["VariantName"]]), "VariantStatus": updating}
        if each["VariantName"] in state.sizes
        else each
        for each in told
    ]


def has(variant: Mapping[str, Json], size: Size) -> dict[str, Json]:
    """What a variant has now, where that is not what it is to have."""
    if "CurrentServerlessConfig" not in variant:
        return {"CurrentWeight": size.weight, "CurrentInstanceCount": size.count}
    wanted = {"CurrentWeight": size.weight, "DesiredServerlessConfig": variant["CurrentServerlessConfig"]}
    return {**wanted, "CurrentServerlessConfig": size.serverless.config} if size.serverless else wanted


def pending(state: State, wanted: Deployment) -> dict[str, Json]:
    """The deployment that is under way."""
    status = {"": "Creating" if not state.step else "ActivatingTraffic", **STAGES}[state.phase]
    there = state.deployment(wanted.revision)
    counts = {each.name: each.count for each in there.variants} if there and state.step else {}
    shown = [
        {
            **variant,
            **has(variant, Size(variant["DesiredWeight"] * state.share, counts.get(variant["VariantName"], 0))),
            "VariantStatus": [{"Status": status, "StartTime": state.since or state.begun}],
        }
        for variant in variants(wanted)
    ]
    return {"EndpointConfigName": wanted.config, "StartTime": state.begun, "ProductionVariants": shown}


def variants(deployment: Deployment, *, are_shadows: bool = False) -> list[dict[str, Json]]:
    return [
        {
            "VariantName": variant.name,
            **({} if variant.is_host else {"DeployedImages": images(variant)}),
            "CurrentWeight": variant.weight,
            "DesiredWeight": variant.weight,
            **(
                {"CurrentServerlessConfig": variant.serverless.config}
                if variant.serverless
                else {"CurrentInstanceCount": variant.count, "DesiredInstanceCount": variant.count}
            ),
            **({"ManagedInstanceScaling": variant.managed.config} if variant.managed else {}),
            **({"RoutingConfig": {"RoutingStrategy": variant.routes}} if variant.routes else {}),
        }
        for variant in deployment.variants
        if variant.is_shadow == are_shadows
    ]


def images(variant: Variant) -> list[dict[str, str]]:
    return [{"SpecifiedImage": each.image} for each in variant.contents.containers] if variant.contents else []


def told(found: Document) -> dict[str, Json]:
    """A document as Describe answers it."""
    return {member: value for member, value in found.body.items() if not member.startswith("_")}


def in_event(found: Document, status: str) -> dict[str, Json]:
    """An endpoint as EventBridge is told of it."""
    return {**told(found), "EndpointStatus": upper(status)}


def summary(found: Document) -> dict[str, Json]:
    """A line of ListEndpoints."""
    return {
        "EndpointName": found.name,
        "EndpointArn": found.arn,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        "EndpointStatus": found.status,
    }
