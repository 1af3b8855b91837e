"""AWS::StepFunctions::…: machines have their definition as text, as an object or in S3, with substitutions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps
from penstock.services.cloudformation.resources.objects import fetched
from penstock.services.cloudformation.resources.plain import Plain, Tags, arn_of, itself, projected
from penstock.services.cloudformation.resources.shaping import text

Json = Any
DEFINITIONS: Final = ("Definition", "DefinitionString", "DefinitionS3Location")
TAGS: Final = Tags(of=itself)


def defined(resource: Resource) -> Mapping[str, Json]:
    """A machine's properties with its definition as the API has it: one text, its substitutions made."""
    given = resource.without(*DEFINITIONS, "DefinitionSubstitutions")
    definition = next((resource.properties[name] for name in DEFINITIONS[:2] if name in resource.properties), None)
    if definition is None:
        return given
    written = text(definition)
    for name, value in (resource.properties.get("DefinitionSubstitutions") or {}).items():
        inside = json.dumps(text(value))[1:-1]
        written = written.replace(f"${{{name}}}", inside)
    return {**given, "Definition": written}


def one_definition(properties: Mapping[str, Json]) -> Iterator[str]:
    if len([name for name in DEFINITIONS if name in properties]) != 1:
        yield f"one of {', '.join(DEFINITIONS)} (exactly one must be given)"


def with_definition(resource: Resource) -> Steps[Resource]:
    """The resource with its definition at hand, from S3 where that is where it is."""
    location = resource.properties.get("DefinitionS3Location")
    if location is None:
        return resource
    content = yield from fetched(location)
    properties = {**resource.without("DefinitionS3Location"), "DefinitionString": content.decode()}
    return replace(resource, properties=properties)


def create_machine(resource: Resource) -> Steps[Made]:
    return (yield from MACHINE.making((yield from with_definition(resource))))


def update_machine(before: Resource, after: Resource) -> Steps[Made]:
    return (yield from MACHINE.changing(before, (yield from with_definition(after))))


def read_machine(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """A definition as the template has it while it is what that comes to; one that is not is told as it is."""
    found = yield from MACHINE.finding(resource)
    if not found:
        return None
    shown = projected(found, resource.without(*DEFINITIONS), MACHINE.renames)
    written = next((name for name in DEFINITIONS[:2] if name in resource.properties), None)
    if written is None:
        return shown
    same = found["definition"] == defined(resource)["Definition"]
    return {**shown, written: resource.properties[written] if same else found["definition"]}


MACHINE: Final = Plain(
    name="AWS::StepFunctions::StateMachine",
    service="stepfunctions",
    create="CreateStateMachine",
    read="DescribeStateMachine",
    update="UpdateStateMachine",
    delete="DeleteStateMachine",
    properties="Definition DefinitionS3Location DefinitionString DefinitionSubstitutions EncryptionConfiguration "
    "LoggingConfiguration RoleArn StateMachineName StateMachineType Tags TracingConfiguration",
    required="RoleArn",
    create_only="StateMachineName StateMachineType",
    naming=Naming("StateMachineName", longest=80),
    key={"stateMachineArn": arn_of("states", "stateMachine")},
    id="stateMachineArn",
    attributes={"Arn": "stateMachineArn", "Name": "name", "StateMachineRevisionId": "revisionId"},
    renames={"StateMachineName": "name", "StateMachineType": "type"},
    request=defined,
    unchecked="Definition DefinitionS3Location DefinitionString DefinitionSubstitutions",
    check=one_definition,
    reset={
        "LoggingConfiguration": {"Level": "OFF"},
        "TracingConfiguration": {"Enabled": False},
        "EncryptionConfiguration": {"Type": "AWS_OWNED_KEY"},
    },
    tags=TAGS,
)
ACTIVITY: Final = Plain(
    name="AWS::StepFunctions::Activity",
    service="stepfunctions",
    create="CreateActivity",
    read="DescribeActivity",
    delete="DeleteActivity",
    properties="EncryptionConfiguration Name Tags",
    required="Name",
    create_only="EncryptionConfiguration Name",
    naming=Naming("Name", longest=80),
    key={"activityArn": arn_of("states", "activity")},
    id="activityArn",
    attributes={"Arn": "activityArn", "Name": "name"},
    tags=TAGS,
)
VERSION: Final = Plain(
    name="AWS::StepFunctions::StateMachineVersion",
    service="stepfunctions",
    create="PublishStateMachineVersion",
    read="DescribeStateMachine",
    delete="DeleteStateMachineVersion",
    properties="Description StateMachineArn StateMachineRevisionId",
    required="StateMachineArn",
    create_only="Description StateMachineArn StateMachineRevisionId",
    key={"stateMachineArn": itself, "stateMachineVersionArn": itself},
    id="stateMachineVersionArn",
    attributes={"Arn": "stateMachineArn"},
    renames={"StateMachineRevisionId": "revisionId"},
)


def alias_arn(resource: Resource) -> str:
    """The physical id; made of the machine's and the name where only that is known."""
    known = itself(resource)
    if known.startswith("arn:"):
        return known
    version: str = resource.properties["RoutingConfiguration"][0]["StateMachineVersionArn"]
    return f"{version.rpartition(':')[0]}:{known}"


ALIAS: Final = Plain(
    name="AWS::StepFunctions::StateMachineAlias",
    service="stepfunctions",
    create="CreateStateMachineAlias",
    read="DescribeStateMachineAlias",
    update="UpdateStateMachineAlias",
    delete="DeleteStateMachineAlias",
    properties="Description Name RoutingConfiguration",
    required="RoutingConfiguration",
    create_only="Name",
    naming=Naming("Name", longest=80),
    key={"stateMachineAliasArn": alias_arn},
    id="stateMachineAliasArn",
    attributes={"Arn": "stateMachineAliasArn"},
    reset={"Description": ""},
)


def read_version(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from VERSION.looking(resource)
    return {**resource.only("StateMachineArn"), **resource.only("Description")} if found else None


TYPES: Final = (
    replace(VERSION.type(), read=read_version),
    ALIAS.type(),
    replace(MACHINE.type(), create=create_machine, update=update_machine, read=read_machine),
    ACTIVITY.type(),
)
