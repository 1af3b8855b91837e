"""AWS::Lambda::…: functions with inline code are zipped here, their helper module with them."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import resources
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Stable, Tags, itself, projected, told
from penstock.services.cloudformation.resources.shaping import shaped, text

Json = Any
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
HELPERS: Final = {"py": "cfnresponse.py", "js": "node_modules/cfn-response.js"}  # where runtimes look
GONE: Final = ("ResourceNotFoundException",)


def packaged(resource: Resource) -> Mapping[str, Json]:
    """A function's properties with its inline code as the zip that the API takes."""
    code = resource.properties.get("Code") or {}
    if "ZipFile" not in code:
        return resource.properties
    inline = zipped(text(code["ZipFile"]), text(resource.properties.get("Runtime", "")))
    return {**resource.properties, "Code": {"ZipFile": inline}}


def zipped(source: str, runtime: str) -> bytes:
    """The package of inline code: the module `index`, and AWS's helper beside it. The same bytes for the same code."""
    suffix = "js" if runtime.startswith("nodejs") else "py"
    helper = resources.files(__package__).joinpath("inline", f"cfnresponse.{suffix}").read_text()
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((f"index.{suffix}", source), (HELPERS[suffix], helper)):
            member = zipfile.ZipInfo(name, EPOCH)
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return package.getvalue()


def sound_code(properties: Mapping[str, Json]) -> Iterator[str]:
    code = properties.get("Code")
    if isinstance(code, Mapping) and "ImageUri" in code:
        yield "Code/ImageUri (functions are packaged as zip files here)"
    if properties.get("PackageType", "Zip") == "Image":
        yield "PackageType Image (functions are packaged as zip files here)"
    runtime = properties.get("Runtime")
    is_inline = isinstance(code, Mapping) and "ZipFile" in code
    if is_inline and isinstance(runtime, str) and not runtime.startswith(("python", "nodejs")):
        yield f"Code/ZipFile with Runtime {runtime} (inline code is Python or Node.js)"


def create_function(resource: Resource) -> Steps[Made]:
    made = yield from FUNCTION.making(resource)
    yield from reserve({}, resource.properties, made.physical_id)
    return made


def update_function(before: Resource, after: Resource) -> Steps[Made]:
    code = ("Code", "Architectures")
    if before.only(*code) != after.only(*code):
        changed = {**packaged(after)["Code"], **after.only("Architectures")}
        yield from ask("lambda", "UpdateFunctionCode", {"FunctionName": after.physical_id, **changed})
    yield from reserve(before.properties, after.properties, after.physical_id)
    return (yield from FUNCTION.changing(before, after))


def reserve(before: Mapping[str, Json], after: Mapping[str, Json], name: str) -> Steps[None]:
    old, new = (each.get("ReservedConcurrentExecutions") for each in (before, after))
    if new is not None and new != old:
        request = {"FunctionName": name, "ReservedConcurrentExecutions": int(new)}
        yield from ask("lambda", "PutFunctionConcurrency", request)
    elif old is not None and new is None:
        yield from ask("lambda", "DeleteFunctionConcurrency", {"FunctionName": name})


FUNCTION: Final = Plain(
    name="AWS::Lambda::Function",
    service="lambda",
    create="CreateFunction",
    read="GetFunctionConfiguration",
    update="UpdateFunctionConfiguration",
    delete="DeleteFunction",
    properties="Architectures Code DeadLetterConfig Description Environment EphemeralStorage FunctionName Handler "
    "KmsKeyArn Layers LoggingConfig MemorySize PackageType ReservedConcurrentExecutions Role Runtime SnapStart Tags "
    "Timeout TracingConfig VpcConfig",
    required="Code Role",
    create_only="FunctionName PackageType",
    naming=Naming("FunctionName"),
    key={"FunctionName": itself},
    attributes={"Arn": "FunctionArn"},
    request=lambda resource: {
        name: value for name, value in packaged(resource).items() if name != "ReservedConcurrentExecutions"
    },
    unchecked="Code ReservedConcurrentExecutions",
    check=sound_code,
    reset={
        "DeadLetterConfig": {"TargetArn": ""},
        "Description": "",
        "Environment": {"Variables": {}},
        "EphemeralStorage": {"Size": 512},
        "Layers": [],
        "LoggingConfig": {"LogFormat": "Text"},
        "MemorySize": 128,
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    },
    tags=Tags(of=lambda resource: resource.scope.arn("lambda", f"function:{itself(resource)}")),
    stable=Stable(status="State", moving=frozenset({"Pending"}), failed=frozenset({"Failed"}), reason="StateReason"),
)


def after_colon(resource: Resource) -> str:
    """The last piece of an ARN: a version's number, an alias's name."""
    return itself(resource).rpartition(":")[2]


VERSION: Final = Plain(
    name="AWS::Lambda::Version",
    service="lambda",
    create="PublishVersion",
    read="GetFunctionConfiguration",
    delete="DeleteFunction",
    properties="CodeSha256 Description FunctionName",
    required="FunctionName",
    create_only="CodeSha256 Description FunctionName",
    key={"FunctionName": told("FunctionName"), "Qualifier": after_colon},
    id="FunctionArn",
    attributes={"FunctionArn": "FunctionArn", "Version": "Version"},
)


def weighed(resource: Resource) -> Mapping[str, Json]:
    """An alias's properties with its weights as the API has them, by version."""
    routing = resource.properties.get("RoutingConfig")
    if not isinstance(routing, Mapping):
        return resource.properties
    weights = {text(each["FunctionVersion"]): each["FunctionWeight"] for each in routing["AdditionalVersionWeights"]}
    return {**resource.properties, "RoutingConfig": {"AdditionalVersionWeights": weights}}


def read_alias(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ALIAS.reading(resource)
    if found is None or "RoutingConfig" not in found:
        return found
    weights = found["RoutingConfig"].get("AdditionalVersionWeights", {})
    listed = [{"FunctionVersion": version, "FunctionWeight": weight} for version, weight in weights.items()]
    seen = {**found, "RoutingConfig": {"AdditionalVersionWeights": listed}}
    shown: Mapping[str, Json] = projected(seen, resource.properties)
    return shown


ALIAS: Final = Plain(
    name="AWS::Lambda::Alias",
    service="lambda",
    create="CreateAlias",
    read="GetAlias",
    update="UpdateAlias",
    delete="DeleteAlias",
    properties="Description FunctionName FunctionVersion Name RoutingConfig",
    required="FunctionName FunctionVersion Name",
    create_only="FunctionName Name",
    key={"FunctionName": told("FunctionName"), "Name": told("Name")},
    id="AliasArn",
    attributes={"AliasArn": "AliasArn"},
    request=weighed,
    unchecked="RoutingConfig",
    reset={"Description": "", "RoutingConfig": {"AdditionalVersionWeights": []}},
)
EVENT_INVOKE_CONFIG: Final = Plain(
    name="AWS::Lambda::EventInvokeConfig",
    service="lambda",
    create="PutFunctionEventInvokeConfig",
    read="GetFunctionEventInvokeConfig",
    update="PutFunctionEventInvokeConfig",
    delete="DeleteFunctionEventInvokeConfig",
    properties="DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier",
    required="FunctionName Qualifier",
    create_only="FunctionName Qualifier",
    key={"FunctionName": told("FunctionName"), "Qualifier": told("Qualifier")},
    id=lambda resource, _: f"{resource.properties['FunctionName']}|{resource.properties['Qualifier']}",
)
MAPPING: Final = Plain(
    name="AWS::Lambda::EventSourceMapping",
    service="lambda",
    create="CreateEventSourceMapping",
    read="GetEventSourceMapping",
    update="UpdateEventSourceMapping",
    delete="DeleteEventSourceMapping",
    properties="BatchSize Enabled EventSourceArn FunctionName FunctionResponseTypes MaximumBatchingWindowInSeconds "
    "ScalingConfig Tags",
    required="FunctionName",
    create_only="EventSourceArn",
    key={"UUID": itself},
    id="UUID",
    attributes={"EventSourceMappingArn": "EventSourceMappingArn", "Id": "UUID"},
    reset={
        "Enabled": True,
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "ScalingConfig": {},
    },
    tags=Tags(of=lambda resource: resource.attributes.get("EventSourceMappingArn", "")),
    stable=Stable(
        status="State",
        moving=frozenset({"Creating", "Enabling", "Disabling", "Updating", "Deleting"}),
        until_gone=True,
    ),
)
LAYER: Final = Plain(
    name="AWS::Lambda::LayerVersion",
    service="lambda",
    create="PublishLayerVersion",
    read="GetLayerVersionByArn",
    delete="DeleteLayerVersion",
    properties="CompatibleArchitectures CompatibleRuntimes Content Description LayerName LicenseInfo",
    required="Content",
    create_only="CompatibleArchitectures CompatibleRuntimes Content Description LayerName LicenseInfo",
    naming=Naming("LayerName", longest=140),
    key={
        "Arn": itself,
        "LayerName": lambda resource: itself(resource).split(":")[-2],
        "VersionNumber": lambda resource: int(after_colon(resource)),
    },
    id="LayerVersionArn",
    shares_name=True,
    attributes={"LayerVersionArn": "LayerVersionArn"},
)


def read_permission(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    function = resource.properties["FunctionName"]
    answer = yield from ask("lambda", "GetPolicy", {"FunctionName": function}, pardon=GONE)
    statements = json.loads(answer["Policy"])["Statement"] if answer else []
    found = next((each for each in statements if each["Sid"] == itself(resource)), None)
    return None if found is None else {"FunctionName": function, "Action": found["Action"]}


def create_permission(resource: Resource) -> Steps[Made]:
    request = shaped("lambda", "AddPermission", {**resource.properties, "StatementId": resource.name})
    yield from ask("lambda", "AddPermission", request, pardon=("already exists",))
    return Made(resource.name, {"Id": resource.name})


PERMISSION: Final = Plain(
    name="AWS::Lambda::Permission",
    service="lambda",
    create="AddPermission",
    read="GetPolicy",
    delete="RemovePermission",
    properties="Action EventSourceToken FunctionName FunctionUrlAuthType InvokedViaFunctionUrl Principal "
    "PrincipalOrgID SourceAccount SourceArn",
    required="Action FunctionName Principal",
    create_only="Action EventSourceToken FunctionName FunctionUrlAuthType InvokedViaFunctionUrl Principal "
    "PrincipalOrgID SourceAccount SourceArn",
    naming=Naming("StatementId", longest=100),
    key={"FunctionName": told("FunctionName"), "StatementId": itself},
    attributes={"Id": ""},
)
URL: Final = Plain(
    name="AWS::Lambda::Url",
    service="lambda",
    create="CreateFunctionUrlConfig",
    read="GetFunctionUrlConfig",
    update="UpdateFunctionUrlConfig",
    delete="DeleteFunctionUrlConfig",
    properties="AuthType Cors InvokeMode Qualifier TargetFunctionArn",
    required="AuthType TargetFunctionArn",
    create_only="Qualifier TargetFunctionArn",
    key={"FunctionName": told("TargetFunctionArn"), "Qualifier": told("Qualifier")},
    id="FunctionArn",
    attributes={"FunctionArn": "FunctionArn", "FunctionUrl": "FunctionUrl"},
    renames={"TargetFunctionArn": "FunctionName"},
    reset={"Cors": {}, "InvokeMode": "BUFFERED"},
)
TYPES: Final = (
    replace(FUNCTION.type(), create=create_function, update=update_function),
    VERSION.type(),
    replace(ALIAS.type(), read=read_alias),
    EVENT_INVOKE_CONFIG.type(),
    MAPPING.type(),
    LAYER.type(),
    replace(PERMISSION.type(), create=create_permission, read=read_permission),
    URL.type(),
)
