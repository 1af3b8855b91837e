"""AWS::ApiGateway::…: REST APIs, by their resources and methods or by a definition."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Begun, Made, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Tags, alike, itself, projected, told
from penstock.services.cloudformation.resources.shaping import is_intrinsic, shaped, text, unfit, unsupported
from penstock.services.cloudformation.resources.upon import NOTHING, upon

Json = Any
Patch = dict[str, str]
SERVICE: Final = "apigateway"
GONE: Final = ("NotFoundException",)
DEFINITION: Final = ("Body", "BodyS3Location", "FailOnWarnings", "Mode", "Parameters")
WHOLE: Final = ("Name", "Description", "Version", "Policy", "ApiKeySourceType", "DisableExecuteApiEndpoint")
KINDS: Final = ("AWS", "AWS_PROXY", "MOCK")
OPEN: Final = ("NONE", "AWS_IAM")


def patch(op: str, path: str, value: Json = None) -> Patch:
    return {"op": op, "path": path, **({} if value is None else {"value": text(value)})}


def escaped(name: str) -> str:
    """A name as an entry of a patch's path."""
    return name.replace("~", "~0").replace("/", "~1")


def member(name: str) -> str:
    return "apiKeySource" if name == "ApiKeySourceType" else name[0].lower() + name[1:]


def whole(before: Mapping[str, Json], after: Mapping[str, Json], names: tuple[str, ...]) -> Iterator[Patch]:
    """What makes single values those of other properties."""
    for name in names:
        if name in after and before.get(name) != after[name]:
            yield patch("replace", f"/{member(name)}", after[name])
        elif name in before and name not in after:
            yield patch("remove", f"/{member(name)}")


def entries(path: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Patch]:
    """What makes a map's entries, whose names are as paths have them, those of another."""
    yield from (patch("remove", f"{path}/{name}") for name in sorted(before.keys() - after.keys()))
    for name, value in after.items():
        if name not in before or text(before[name]) != text(value):
            yield patch("replace", f"{path}/{name}", value)


# ---------------------------------------------------------------------------------------------------- APIs


def media_types(properties: Mapping[str, Json]) -> list[str]:
    """Templates write the slash of a media type as `~1`."""
    return [text(each).replace("~1", "/") for each in properties.get("BinaryMediaTypes") or ()]


def name_of(properties: Mapping[str, Json], otherwise: str) -> str:
    title = ((properties.get("Body") or {}).get("info") or {}).get("title")
    return text(properties.get("Name") or title or otherwise)


def of_api(resource: Resource) -> Mapping[str, Json]:
    """An API's properties, without the definition."""
    given = {**resource.without(*DEFINITION), "Name": name_of(resource.properties, resource.logical_id)}
    return {**given, "BinaryMediaTypes": media_types(given)} if "BinaryMediaTypes" in given else given


def sound_api(properties: Mapping[str, Json]) -> Iterator[str]:
    given = properties.get("Parameters")
    for name, value in (given if isinstance(given, Mapping) and not is_intrinsic(given) else {}).items():
        if name != "endpointConfigurationTypes" and (name, value) != ("basepath", "ignore"):
            yield unsupported(f"Parameters/{name}")


API: Final = Plain(
    name="AWS::ApiGateway::RestApi",
    service=SERVICE,
    create="CreateRestApi",
    read="GetRestApi",
    delete="DeleteRestApi",
    properties="ApiKeySourceType BinaryMediaTypes Body BodyS3Location CloneFrom Description DisableExecuteApiEndpoint "
    "EndpointConfiguration FailOnWarnings Mode Name Parameters Policy Tags Version",
    create_only="CloneFrom",
    key={"restApiId": itself},
    id="id",
    attributes={"RestApiId": "id", "RootResourceId": "rootResourceId"},
    renames={"ApiKeySourceType": "apiKeySource"},
    request=of_api,
    unchecked=" ".join(DEFINITION),
    check=sound_api,
    tags=Tags(of=lambda resource: f"arn:aws:apigateway:{resource.scope.region}::/restapis/{itself(resource)}"),
)


def create_api(resource: Resource) -> Steps[Made]:
    answer = yield from ask(SERVICE, "CreateRestApi", API.asked("CreateRestApi", resource))
    yield Begun(answer["id"])
    there = replace(resource, physical_id=answer["id"])
    if (yield from define(there)):
        yield from retouch(there)
    return (yield from API.settling(there, {}))


def update_api(before: Resource, after: Resource) -> Steps[Made]:
    if before.only(*DEFINITION) != after.only(*DEFINITION):
        yield from define(after)
    yield from retouch(after, before.properties)
    yield from API.retag(before.properties, after)
    return (yield from API.settling(after, {}))


def define(resource: Resource) -> Steps[bool]:
    """Put the definition that a template gives; whether it gives one."""
    properties = resource.properties
    if "BodyS3Location" in properties:
        place = properties["BodyS3Location"]
        version = {"VersionId": text(place["Version"])} if place.get("Version") else {}
        found = yield from ask("s3", "GetObject", {"Bucket": place["Bucket"], "Key": place["Key"], **version})
        body = found["Body"]
    elif "Body" in properties:
        body = json.dumps(properties["Body"]).encode()
    else:
        return False
    mode = text(properties.get("Mode") or "overwrite")
    yield from ask(SERVICE, "PutRestApi", {"restApiId": resource.physical_id, "mode": mode, "body": body})
    return True


def retouch(resource: Resource, before: Mapping[str, Json] = NOTHING) -> Steps[None]:
    """Make what is said of an API as a whole what the properties say, whatever a definition has said of it."""
    after = resource.properties
    there = yield from ask(SERVICE, "GetRestApi", {"restApiId": resource.physical_id})
    patches = list(whole(NOTHING, after, WHOLE))
    patches += [patch("remove", f"/{member(name)}") for name in WHOLE if name in before and name not in after]
    old, new = there.get("binaryMediaTypes") or [], media_types(after)
    gone = [each for each in old if each not in new and each in media_types(before)]
    patches += [patch("remove", f"/binaryMediaTypes/{escaped(each)}") for each in gone]
    patches += [patch("add", f"/binaryMediaTypes/{escaped(each)}") for each in new if each not in old]
    if before and (kind := endpoint_of(after)) != (was := there["endpointConfiguration"]["types"][0]):
        patches.append(patch("replace", f"/endpointConfiguration/types/{was}", kind))
    if patches:
        yield from ask(SERVICE, "UpdateRestApi", {"restApiId": resource.physical_id, "patchOperations": patches})


def endpoint_of(properties: Mapping[str, Json]) -> str:
    types = (properties.get("EndpointConfiguration") or {}).get("Types") or ["EDGE"]
    return text(types[0])


def read_api(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from API.looking(resource)
    if not found:
        return None
    told = projected(with_tags(found), resource.properties, API.renames)
    if told.get("BinaryMediaTypes") == media_types(resource.properties):
        told |= resource.only("BinaryMediaTypes")
    return told


def with_tags(found: Mapping[str, Json]) -> dict[str, Json]:
    """What is told, with its tags as templates have them."""
    listed = [{"Key": key, "Value": value} for key, value in sorted((found.get("tags") or {}).items())]
    return {**found, "tags": listed or None}


# ---------------------------------------------------------------------------------------------------- methods

RESOURCE: Final = Plain(
    name="AWS::ApiGateway::Resource",
    service=SERVICE,
    create="CreateResource",
    read="GetResource",
    delete="DeleteResource",
    properties="ParentId PathPart RestApiId",
    required="ParentId PathPart RestApiId",
    create_only="ParentId PathPart RestApiId",
    key={"restApiId": told("RestApiId"), "resourceId": itself},
    id="id",
    attributes={"ResourceId": "id"},
)


def sound_method(properties: Mapping[str, Json]) -> Iterator[str]:
    if text(properties.get("ApiKeyRequired", False)).lower() == "true":
        yield "ApiKeyRequired (there are no API keys)"
    authorization = properties.get("AuthorizationType")
    if isinstance(authorization, str) and authorization not in OPEN:
        yield f"AuthorizationType {authorization} (there are no authorizers: NONE or AWS_IAM)"
    responses = properties.get("MethodResponses")
    for number, each in enumerate(responses if isinstance(responses, list) else ()):
        yield from unfit_part("PutMethodResponse", each, f"MethodResponses/{number}/")
    integration = properties.get("Integration")
    if not isinstance(integration, Mapping) or is_intrinsic(integration):
        return
    kind = integration.get("Type")
    if isinstance(kind, str) and kind not in KINDS:
        yield f"Integration/Type {kind} (functions, endpoints of SageMaker's and MOCK are there)"
    answers = integration.get("IntegrationResponses")
    for number, each in enumerate(answers if isinstance(answers, list) else ()):
        yield from unfit_part("PutIntegrationResponse", each, f"Integration/IntegrationResponses/{number}/")
    yield from unfit_part("PutIntegration", without_responses(integration), "Integration/")


def unfit_part(operation: str, given: Json, path: str) -> Iterator[str]:
    if isinstance(given, Mapping) and not is_intrinsic(given):
        yield from (unsupported(f"{path}{each}") for each in unfit(SERVICE, operation, given))


def without_responses(integration: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in integration.items() if name != "IntegrationResponses"}


METHOD: Final = Plain(
    name="AWS::ApiGateway::Method",
    service=SERVICE,
    create="PutMethod",
    read="GetMethod",
    delete="DeleteMethod",
    properties="ApiKeyRequired AuthorizationType HttpMethod Integration MethodResponses OperationName RequestModels "
    "RequestParameters ResourceId RestApiId",
    required="HttpMethod ResourceId RestApiId",
    create_only="HttpMethod ResourceId RestApiId",
    key={"restApiId": told("RestApiId"), "resourceId": told("ResourceId"), "httpMethod": told("HttpMethod")},
    id=lambda resource, _: "|".join(
        text(resource.properties[name]) for name in ("RestApiId", "ResourceId", "HttpMethod")
    ),
    unchecked="Integration MethodResponses",
    check=sound_method,
)


def create_method(resource: Resource) -> Steps[Made]:
    properties = resource.properties
    where = resource.only("RestApiId", "ResourceId", "HttpMethod")
    method = {"AuthorizationType": "NONE", **resource.without("Integration", "MethodResponses")}
    yield from ask(SERVICE, "PutMethod", shaped(SERVICE, "PutMethod", method), pardon=("Method already exists",))
    made = METHOD.identity(resource, {})
    yield Begun(made)
    for each in properties.get("MethodResponses") or ():
        request = shaped(SERVICE, "PutMethodResponse", {**where, **each})
        yield from ask(SERVICE, "PutMethodResponse", request, pardon=("Response already exists",))
    if integration := properties.get("Integration"):
        request = shaped(SERVICE, "PutIntegration", {**where, **without_responses(integration)})
        yield from ask(SERVICE, "PutIntegration", request)
        for each in integration.get("IntegrationResponses") or ():
            request = shaped(SERVICE, "PutIntegrationResponse", {**where, **each})
            yield from ask(SERVICE, "PutIntegrationResponse", request)
    return Made(made)


def update_method(before: Resource, after: Resource) -> Steps[Made]:
    """Put anew: what is served is a deployment, so nobody sees an API without its method."""
    yield from METHOD.deleting(after)
    return (yield from create_method(after))


def read_method(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from METHOD.looking(resource)
    if not found:
        return None
    there: dict[str, Json] = {**found, **resource.only("RestApiId", "ResourceId")}
    there["MethodResponses"] = listed(found.get("methodResponses"), resource.properties.get("MethodResponses"))
    if kept := found.get("methodIntegration"):
        answers = (resource.properties.get("Integration") or {}).get("IntegrationResponses")
        there["Integration"] = {
            **kept, "integrationHttpMethod": kept.get("httpMethod"),
            "integrationResponses": listed(kept.get("integrationResponses"), answers),
        }  # fmt: skip
    there.pop("methodResponses", None)
    return projected({name[0].lower() + name[1:]: value for name, value in there.items()}, resource.properties)


def listed(found: Mapping[str, Json] | None, onto: Json) -> list[Json]:
    """Responses, kept by status, in a template's order."""
    order = [text(each.get("StatusCode")) for each in onto or ()]
    statuses = sorted(found or {}, key=lambda status: order.index(status) if status in order else len(order))
    return [(found or {})[status] for status in statuses]


# ---------------------------------------------------------------------------------------------------- stages

DEPLOYMENT: Final = Plain(
    name="AWS::ApiGateway::Deployment",
    service=SERVICE,
    create="CreateDeployment",
    read="GetDeployment",
    delete="DeleteDeployment",
    properties="Description RestApiId StageName",
    required="RestApiId",
    create_only="RestApiId StageName",
    key={"restApiId": told("RestApiId"), "deploymentId": itself},
    id="id",
    attributes={"DeploymentId": "id"},
)


def update_deployment(before: Resource, after: Resource) -> Steps[Made]:
    if patches := list(whole(before.properties, after.properties, ("Description",))):
        where = {"restApiId": after.properties["RestApiId"], "deploymentId": after.physical_id}
        yield from ask(SERVICE, "UpdateDeployment", {**where, "patchOperations": patches})
    return (yield from DEPLOYMENT.settling(after, {}))


def delete_deployment(resource: Resource) -> Steps[None]:
    """With the stage that it has made, if that still shows it."""
    name = resource.properties.get("StageName")
    if name and not DEPLOYMENT.is_unknown(resource):
        api = resource.properties["RestApiId"]
        request = {"restApiId": api, "deploymentId": itself(resource)}
        found = yield from ask(SERVICE, "GetStages", request, pardon=GONE)
        if any(each["stageName"] == text(name) for each in found.get("item") or ()):
            yield from ask(SERVICE, "DeleteStage", {"restApiId": api, "stageName": text(name)}, pardon=GONE)
    yield from DEPLOYMENT.deleting(resource)


SETTINGS: Final = {  # of methods, by the end of a patch's path
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
    "CachingEnabled": "caching/enabled",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CacheDataEncrypted": "caching/dataEncrypted",
}
LATER: Final = ("AccessLogSetting", "MethodSettings")  # that only UpdateStage takes


def sound_stage(properties: Mapping[str, Json]) -> Iterator[str]:
    if text(properties.get("CacheClusterEnabled", False)).lower() == "true":
        yield "CacheClusterEnabled (there are no caches)"
    settings = properties.get("MethodSettings")
    for number, each in enumerate(settings if isinstance(settings, list) else ()):
        known = {*SETTINGS, "HttpMethod", "ResourcePath"}
        yield from (unsupported(f"MethodSettings/{number}/{name}") for name in each if name not in known)


STAGE: Final = Plain(
    name="AWS::ApiGateway::Stage",
    service=SERVICE,
    create="CreateStage",
    read="GetStage",
    delete="DeleteStage",
    properties="AccessLogSetting CacheClusterEnabled DeploymentId Description DocumentationVersion MethodSettings "
    "RestApiId StageName Tags TracingEnabled Variables",
    required="DeploymentId RestApiId StageName",
    create_only="RestApiId StageName",
    key={"restApiId": told("RestApiId"), "stageName": told("StageName")},
    id=lambda resource, _: text(resource.properties["StageName"]),
    renames={"AccessLogSetting": "accessLogSettings"},
    request=lambda resource: resource.without(*LATER),
    unchecked=" ".join(LATER),
    check=sound_stage,
    tags=Tags(
        of=lambda resource: (
            f"arn:aws:apigateway:{resource.scope.region}::/restapis/"
            f"{resource.properties['RestApiId']}/stages/{resource.properties['StageName']}"
        )
    ),
)


def create_stage(resource: Resource) -> Steps[Made]:
    made = yield from STAGE.making(resource)
    yield from restage({}, replace(resource, physical_id=made.physical_id), LATER)
    return made


def update_stage(before: Resource, after: Resource) -> Steps[Made]:
    yield from restage(before.properties, after, ())
    yield from STAGE.retag(before.properties, after)
    return (yield from STAGE.settling(after, {}))


def restage(before: Mapping[str, Json], resource: Resource, only: tuple[str, ...]) -> Steps[None]:
    """Bring a stage from what one set of properties says to what the next does; of some properties `only`."""
    after, patches = resource.properties, list[Patch]()
    if not only:
        names = ("DeploymentId", "Description", "DocumentationVersion", "TracingEnabled")
        patches += whole(before, after, names)
        patches += entries("/variables", before.get("Variables") or {}, after.get("Variables") or {})
    patches += entries("", settings_of(before), settings_of(after))
    logs = [{member(name): value for name, value in (each.get(LATER[0]) or {}).items()} for each in (before, after)]
    patches += entries("/accessLogSettings", *logs)
    if patches:
        where = {"restApiId": after["RestApiId"], "stageName": text(after["StageName"])}
        yield from ask(SERVICE, "UpdateStage", {**where, "patchOperations": patches})


def settings_of(properties: Mapping[str, Json]) -> dict[str, Json]:
    """The settings of methods, by what follows the slash of a patch's path."""
    found: dict[str, Json] = {}
    for each in properties.get("MethodSettings") or ():
        path, verb = text(each.get("ResourcePath", "/*")), text(each.get("HttpMethod", "*"))
        method = f"{'*' if path == '/*' else escaped(path)}/{verb}"
        found |= {f"{method}/{end}": each[name] for name, end in SETTINGS.items() if name in each}
    return found


def read_stage(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """What methods have set is told as the template writes it, if it is that."""
    found = yield from STAGE.looking(resource)
    if not found:
        return None
    there = projected(
        {**with_tags(found), "restApiId": resource.properties["RestApiId"]}, resource.properties, STAGE.renames
    )
    kept: dict[str, Json] = found.get("methodSettings") or {}
    wanted = resource.properties.get("MethodSettings") or []
    same = all(
        alike(kept.get(method_key(each), {}).get(member(name)), each[name])
        for each in wanted for name in SETTINGS if name in each
    )  # fmt: skip
    told = [*wanted] if same else [{"ResourcePath": f"/{name}", **settings} for name, settings in kept.items()]
    return {**there, "MethodSettings": told} if wanted else there


def method_key(setting: Mapping[str, Json]) -> str:
    """By what GetStage tells the settings of a method."""
    path = text(setting.get("ResourcePath", "/*"))
    return f"{path.removeprefix('/') or '~1'}/{text(setting.get('HttpMethod', '*'))}"


# ---------------------------------------------------------------------------------------------------- accounts


def change_account(before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    name = "CloudWatchRoleArn"
    if before.get(name) != after.get(name):
        op = "replace" if name in after else "remove"
        wanted = patch(op, "/cloudwatchRoleArn", after.get(name))
        yield from ask(SERVICE, "UpdateAccount", {"patchOperations": [wanted]})


def read_account(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ask(SERVICE, "GetAccount", {})
    return {"CloudWatchRoleArn": found["cloudwatchRoleArn"]} if "cloudwatchRoleArn" in found else None


TYPES: Final[tuple[ResourceType, ...]] = (
    replace(API.type(), create=create_api, update=update_api, read=read_api),
    RESOURCE.type(),
    replace(METHOD.type(), create=create_method, update=update_method, read=read_method),
    replace(DEPLOYMENT.type(), update=update_deployment, delete=delete_deployment),
    replace(STAGE.type(), create=create_stage, update=update_stage, read=read_stage),
    upon("AWS::ApiGateway::Account", change_account, read_account, properties="CloudWatchRoleArn"),
)
