"""AWS::CodePipeline::…: a pipeline is one declaration, and templates write some of its parts otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Tags, itself, piece, projected
from penstock.services.cloudformation.resources.shaping import text, unfit, unsupported

Json = Any
MASK: Final = "****"
OUTSIDE: Final = ("DisableInboundStageTransitions", "RestartExecutionOnUpdate", "Tags")


def declared(resource: Resource) -> Mapping[str, Json]:
    """The properties as CreatePipeline has them: one `pipeline`, its artifact stores by region."""
    return {"Pipeline": pipeline_of(resource), **resource.only("Tags")}


def pipeline_of(resource: Resource) -> dict[str, Json]:
    pipeline = resource.without(*OUTSIDE) | {"Name": itself(resource)}
    if "ArtifactStores" in pipeline:
        pipeline["ArtifactStores"] = {each["Region"]: each["ArtifactStore"] for each in pipeline["ArtifactStores"]}
    return pipeline


def sound_pipeline(properties: Mapping[str, Json]) -> Iterator[str]:
    plain = {name: value for name, value in properties.items() if name not in (*OUTSIDE, "ArtifactStores")}
    wrong = unfit("codepipeline", "CreatePipeline", {"Pipeline": plain})
    yield from (unsupported(path.removeprefix("Pipeline/")) for path in wrong)


def create_pipeline(resource: Resource) -> Steps[Made]:
    made = yield from PIPELINE.making(resource)
    yield from hold({}, resource.properties, made.physical_id)
    return made


def update_pipeline(before: Resource, after: Resource) -> Steps[Made]:
    made = yield from PIPELINE.changing(before, after)
    yield from hold(before.properties, after.properties, after.physical_id)
    if str(after.properties.get("RestartExecutionOnUpdate", False)).lower() == "true":
        yield from ask("codepipeline", "StartPipelineExecution", {"name": after.physical_id})
    return made


def read_pipeline(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from PIPELINE.finding(resource)
    if not found:
        return None
    stores = found["pipeline"].get("artifactStores")
    by_region = [{"Region": region, "ArtifactStore": store} for region, store in (stores or {}).items()]
    stages = [
        {**each, "actions": [untold(action) for action in each["actions"]]} for each in found["pipeline"]["stages"]
    ]
    pipeline = {**found["pipeline"], "stages": stages, **({"artifactStores": by_region} if stores else {})}
    seen: Mapping[str, Json] = projected(pipeline, resource.without(*OUTSIDE))
    return seen


def untold(action: Mapping[str, Json]) -> dict[str, Json]:
    """An action without what is told masked, which is taken to be as the template has it."""
    told = {name: value for name, value in action["configuration"].items() if value != MASK}
    return {**action, "configuration": told}


def hold(before: Mapping[str, Json], after: Mapping[str, Json], name: str) -> Steps[None]:
    """Disable the transitions into stages that the template wants disabled, and enable those that it did before."""
    old, new = (
        {text(each["StageName"]): text(each["Reason"]) for each in side.get("DisableInboundStageTransitions") or []}
        for side in (before, after)
    )
    where = {"pipelineName": name, "transitionType": "Inbound"}
    for stage in sorted(old.keys() - new.keys()):
        yield from ask("codepipeline", "EnableStageTransition", {**where, "stageName": stage})
    for stage, reason in new.items():
        if old.get(stage) != reason:
            yield from ask("codepipeline", "DisableStageTransition", {**where, "stageName": stage, "reason": reason})


PIPELINE: Final = Plain(
    name="AWS::CodePipeline::Pipeline",
    service="codepipeline",
    create="CreatePipeline",
    read="GetPipeline",
    update="UpdatePipeline",
    delete="DeletePipeline",
    properties="ArtifactStore ArtifactStores DisableInboundStageTransitions ExecutionMode Name PipelineType "
    "RestartExecutionOnUpdate RoleArn Stages Tags Triggers Variables",
    required="RoleArn Stages",
    create_only="Name",
    naming=Naming("Name", longest=100),
    key={"name": itself},
    attributes={"Arn": "metadata.pipelineArn", "Version": "pipeline.version"},
    request=declared,
    tags=Tags(of=lambda resource: resource.scope.arn("codepipeline", itself(resource))),
)
ACTION_TYPE: Final = Plain(
    name="AWS::CodePipeline::CustomActionType",
    service="codepipeline",
    create="CreateCustomActionType",
    read="ListActionTypes",
    delete="DeleteCustomActionType",
    properties="Category ConfigurationProperties InputArtifactDetails OutputArtifactDetails Provider Settings Tags "
    "Version",
    required="Category InputArtifactDetails OutputArtifactDetails Provider Version",
    create_only="Category ConfigurationProperties InputArtifactDetails OutputArtifactDetails Provider Settings Version",
    key={
        "category": piece(0),
        "provider": piece(1),
        "version": piece(2),
    },
    id=lambda resource, _: "|".join(text(resource.properties[name]) for name in ("Category", "Provider", "Version")),
    attributes={"Id": "id"},
)


def read_action_type(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    if ACTION_TYPE.is_unknown(resource):
        return None
    category, provider, version = itself(resource).split("|")
    request: dict[str, Json] = {"actionOwnerFilter": "Custom"}
    while True:
        page = yield from ask("codepipeline", "ListActionTypes", request)
        for each in page["actionTypes"]:
            if (each["id"]["category"], each["id"]["provider"], each["id"]["version"]) == (category, provider, version):
                return projected(each["id"], resource.only("Category", "Provider", "Version"))
        if "nextToken" not in page:
            return None
        request["nextToken"] = page["nextToken"]


def create_action_type(resource: Resource) -> Steps[Made]:
    yield from ask("codepipeline", "CreateCustomActionType", ACTION_TYPE.asked("CreateCustomActionType", resource))
    identity = ACTION_TYPE.identity(resource, {})
    return Made(identity, {"Id": identity})


WEBHOOK: Final = Plain(
    name="AWS::CodePipeline::Webhook",
    service="codepipeline",
    create="PutWebhook",
    read="ListWebhooks",
    update="PutWebhook",
    delete="DeleteWebhook",
    properties="Authentication AuthenticationConfiguration Filters Name RegisterWithThirdParty Tags TargetAction "
    "TargetPipeline TargetPipelineVersion",
    required="Authentication AuthenticationConfiguration Filters TargetAction TargetPipeline",
    create_only="Name",
    naming=Naming("Name", longest=100),
    key={"name": itself},
    attributes={"Id": "definition.name", "Url": "url"},
    request=lambda resource: {"Webhook": webhook_of(resource), **resource.only("Tags")},
    tags=Tags(of=lambda resource: resource.scope.arn("codepipeline", f"webhook:{itself(resource)}")),
)
BESIDE: Final = ("RegisterWithThirdParty", "Tags", "TargetPipelineVersion")  # in no definition of a webhook


def webhook_of(resource: Resource) -> dict[str, Json]:
    return resource.without(*BESIDE) | {"Name": itself(resource)}


def sound_webhook(properties: Mapping[str, Json]) -> Iterator[str]:
    plain = {name: value for name, value in properties.items() if name not in BESIDE}
    wrong = unfit("codepipeline", "PutWebhook", {"Webhook": plain})
    yield from (unsupported(path.removeprefix("Webhook/")) for path in wrong)


def put_webhook(resource: Resource) -> Steps[Made]:
    answer = yield from ask("codepipeline", "PutWebhook", WEBHOOK.asked("PutWebhook", resource))
    if is_registered(resource):
        yield from ask("codepipeline", "RegisterWebhookWithThirdParty", {"webhookName": itself(resource)})
    return Made(itself(resource), {"Id": itself(resource), "Url": answer["webhook"]["url"]})


def update_webhook(before: Resource, after: Resource) -> Steps[Made]:
    made = yield from put_webhook(after)
    yield from WEBHOOK.retag(before.properties, after)
    if is_registered(before) and not is_registered(after):
        yield from ask("codepipeline", "DeregisterWebhookWithThirdParty", {"webhookName": itself(before)})
    return made


def delete_webhook(resource: Resource) -> Steps[None]:
    """Where the host cannot be told, it tells an address at which nobody is."""
    if is_registered(resource):
        request = {"webhookName": itself(resource)}
        yield from ask("codepipeline", "DeregisterWebhookWithThirdParty", request, pardon=("Exception",))
    yield from WEBHOOK.deleting(resource)


def is_registered(resource: Resource) -> bool:
    return text(resource.properties.get("RegisterWithThirdParty", False)) == "true"


def read_webhook(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    request: dict[str, Json] = {}
    while True:
        page = yield from ask("codepipeline", "ListWebhooks", request)
        for each in page["webhooks"]:
            if each["definition"]["name"] == itself(resource):
                told = each["definition"]
                let = dict(told["authenticationConfiguration"])
                let.pop("SecretToken", None)  # it is told masked
                return projected({**told, "authenticationConfiguration": let}, resource.without(*BESIDE))
        if "NextToken" not in page:
            return None
        request["NextToken"] = page["NextToken"]


TYPES: Final = (
    replace(
        PIPELINE.type(),
        create=create_pipeline,
        update=update_pipeline,
        read=read_pipeline,
        check=sound_pipeline,
    ),
    replace(
        WEBHOOK.type(),
        create=put_webhook,
        update=update_webhook,
        read=read_webhook,
        delete=delete_webhook,
        check=sound_webhook,
    ),
    replace(ACTION_TYPE.type(), create=create_action_type, read=read_action_type, update=None),
)
