"""Models in the graph, from what they are made of to where they are served.

    Model (data), Image ──ContributedTo──► Model (a package) ──AssociatedWith──► ModelGroup
                                           Model (a package) ──ContributedTo──► Approval
    Model (data), Image, Model (a package) ──ContributedTo──► Model (of CreateModel)
    Model (of CreateModel) ──ContributedTo──► ModelDeployment ──AssociatedWith──► Endpoint
                                              Approval ──AssociatedWith──► ModelDeployment

What an endpoint served before an update is told as well: each configuration that it had is a deployment.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.services.sagemaker.endpoints.configs import modelled_variants
from penstock.services.sagemaker.endpoints.model import CONFIG, ENDPOINT
from penstock.services.sagemaker.lineage.drawing import Drawing
from penstock.services.sagemaker.lineage.lives import Life, Lives
from penstock.services.sagemaker.lineage.model import arn_of, artifact_arn, entity_name
from penstock.services.sagemaker.lineage.pipelines import draw_origin
from penstock.services.sagemaker.pipelines.origin import origin_of
from penstock.services.sagemaker.registry.contents import APPROVALS, version
from penstock.services.sagemaker.registry.names import MODEL, PACKAGE, arn
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope
from penstock.wire.times import iso

DEPLOYMENTS: Final[Mapping[str, str]] = {"Creating": "InProgress", "Failed": "Failed"}  # by an endpoint's status


def group_context(scope: Scope, group: str) -> str:
    """The ARN of a model package group's context."""
    return arn_of(scope, "Context", _group_name(group))


def draw_group(drawing: Drawing, group: Document, gone: float | None) -> None:
    drawing.context(
        _group_name(group.name), "ModelGroup", group.arn, group.created_at,
        ModelPackageGroupName=group.name, SourceDeleted=_told(gone),
    )  # fmt: skip


def draw_package(drawing: Drawing, life: Life) -> str:
    """A model package with its decisions and its group; its artifact's ARN."""
    package = life.document
    metadata = package.body.get("MetadataProperties", {})
    artifact = drawing.artifact(
        life.uri, "Model", package.created_at, entity_name(package.name), ModelPackageArn=package.arn,
        ModelApprovalStatus=package.status, SourceDeleted=_told(life.gone), **metadata,
    )  # fmt: skip
    for specification in _specifications(package.body):
        for container in specification["Containers"]:
            _draw_contents(drawing, container, artifact, package.created_at)
    source = package.body.get("SourceUri", "")
    if source.startswith("s3://"):
        data = drawing.artifact(source, "Model", package.created_at)
        drawing.join(data, artifact, "ContributedTo", package.created_at)
    for uri in _addresses(package.body.get("ModelMetrics")):
        drawing.join(
            drawing.artifact(uri, "DataSet", package.created_at), artifact, "AssociatedWith", package.created_at
        )
    for place, decision in enumerate(package.body.get(APPROVALS, ())):
        action = _draw_decision(drawing, package, place, decision)
        drawing.join(artifact, action, "ContributedTo", decision["At"])
    if package.parent:
        drawing.join(artifact, group_context(package.scope, package.parent), "AssociatedWith", package.created_at)
    return artifact


def draw_model(drawing: Drawing, life: Life) -> str:
    """A model; its artifact's ARN."""
    model = life.document
    artifact = drawing.artifact(
        life.uri, "Model", model.created_at, entity_name(model.name), ModelName=model.name,
        SourceDeleted=_told(life.gone),
    )  # fmt: skip
    for container in containers(model.body):
        _draw_contents(drawing, container, artifact, model.created_at)
        if "ModelPackageName" in container:
            package = artifact_arn(model.scope, container["ModelPackageName"])
            drawing.join(package, artifact, "ContributedTo", model.created_at)
    return artifact


def draw_endpoint(drawing: Drawing, lives: Lives, name: str) -> None:
    """An endpoint with every deployment that it had."""
    for life in lives.by_kind[ENDPOINT][name]:
        endpoint = life.document
        forms = [each for each in lives.by_kind[ENDPOINT][name] if each.document.created_at == endpoint.created_at]
        is_there = forms[-1].gone is None
        context = drawing.context(
            entity_name(name, str(int(endpoint.created_at)), "aws-endpoint"), "Endpoint", endpoint.arn,
            endpoint.created_at, until=endpoint.modified_at, EndpointName=name,
            SourceDeleted=None if is_there else _told(forms[-1].gone),
        )  # fmt: skip
        place = forms.index(life)
        since = endpoint.created_at if place == 0 else forms[place - 1].gone or endpoint.created_at
        action = _draw_deployment(drawing, lives, endpoint, context, since)
        origin = origin_of(endpoint.token)
        if origin is not None and place == 0:
            draw_origin(drawing, origin, action, since)


def _draw_deployment(drawing: Drawing, lives: Lives, endpoint: Document, context: str, since: float) -> str:
    config_name = endpoint.body["EndpointConfigName"]
    config = lives.at(CONFIG, config_name, since)
    served = "Completed" if "ProductionVariants" in endpoint.body else "Unknown"
    status = DEPLOYMENTS.get(endpoint.status, served)
    action = drawing.action(
        entity_name(endpoint.name, str(int(endpoint.created_at)), config_name, "aws-deployment"), "ModelDeployment",
        endpoint.arn, since, status=status, body={}, EndpointName=endpoint.name, EndpointConfigName=config_name,
    )  # fmt: skip
    drawing.join(action, context, "AssociatedWith", since)
    for variant in modelled_variants(config.document.body) if config else ():
        model = lives.at(MODEL, variant["ModelName"], since)
        if model is not None:
            drawing.join(artifact_arn(endpoint.scope, model.uri), action, "ContributedTo", since)
            for container in containers(model.document.body):
                _join_approval(drawing, lives, container, action, since)
    return action


def _join_approval(drawing: Drawing, lives: Lives, container: Mapping[str, Json], action: str, at: float) -> None:
    """The decision that let a model be deployed: the last one before it."""
    reference = container.get("ModelPackageName", "")
    package = lives.at(PACKAGE, reference.partition(":model-package/")[2], at) if reference else None
    decisions = [] if package is None else package.document.body.get(APPROVALS, ())
    before = [place for place, decision in enumerate(decisions) if decision["At"] <= at]
    if package is not None and before:
        approval = arn_of(drawing.scope, "Action", _decision_name(package.document, before[-1], decisions[before[-1]]))
        drawing.join(approval, action, "AssociatedWith", at)


def containers(model: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """What a model (as it is described) is made of."""
    return [model["PrimaryContainer"]] if "PrimaryContainer" in model else list(model.get("Containers", ()))


def _draw_contents(drawing: Drawing, container: Mapping[str, Json], whole: str, at: float) -> None:
    data = container.get("ModelDataUrl") or container.get("ModelDataSource", {}).get("S3DataSource", {}).get("S3Uri")
    if data:
        drawing.join(drawing.artifact(data, "Model", at), whole, "ContributedTo", at)
    if image := container.get("Image"):
        drawing.join(drawing.artifact(image, "Image", at), whole, "ContributedTo", at)


def _draw_decision(drawing: Drawing, package: Document, place: int, decision: Mapping[str, Json]) -> str:
    status = decision["Status"]
    return drawing.action(
        _decision_name(package, place, decision), "Approval", package.arn, decision["At"], status="Completed",
        body={"CreatedBy": decision["By"]} if decision.get("By") else {}, ModelPackageArn=package.arn,
        ModelApprovalStatus=status, ApprovalDescription=decision.get("Why"),
        DecidedBy=decision.get("By", {}).get("IamIdentity", {}).get("Arn"),
    )  # fmt: skip


def _decision_name(package: Document, place: int, decision: Mapping[str, Json]) -> str:
    """A version is never given out twice, and a decision never taken away."""
    group, number = (package.parent, str(version(package))) if package.parent else (package.name, "unversioned")
    return entity_name(group, number, str(place + 1), decision["Status"], "aws-model-package")


def _specifications(body: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    main = [body["InferenceSpecification"]] if "InferenceSpecification" in body else []
    return [*main, *body.get("AdditionalInferenceSpecifications", ())]


def _addresses(node: Json) -> Iterator[str]:
    """Every S3 address in a tree."""
    if isinstance(node, Mapping):
        if str(node.get("S3Uri", "")).startswith("s3://"):
            yield node["S3Uri"]
        for below in node.values():
            yield from _addresses(below)


def _group_name(group: str) -> str:
    return entity_name(group, "aws-model-group")


def _told(at: float | None) -> str | None:
    return None if at is None else iso(at)


def model_uri(scope: Scope, lives: Lives, name: str, at: float) -> str:
    """What the model of that name was known by at a time."""
    found = lives.at(MODEL, name, at)
    return arn(scope, MODEL, name) if found is None else found.uri
