"""AWS::Events::…: a rule brings its targets, which are calls of their own."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Stable, Tags, itself, piece, projected, told
from penstock.services.cloudformation.resources.shaping import shaped, unfit, unsupported

Json = Any
GONE: Final = ("ResourceNotFoundException",)


def put_targets(before: Mapping[str, Json], after: Mapping[str, Json], where: Mapping[str, Json]) -> Steps[None]:
    """Put the targets that a rule is to have, and remove those that it had."""
    old, new = ({each["Id"]: each for each in side.get("Targets") or []} for side in (before, after))
    if gone := sorted(old.keys() - new.keys()):
        yield from ask("events", "RemoveTargets", {**where, "Ids": gone}, pardon=GONE)
    if more := [target for name, target in new.items() if old.get(name) != target]:
        yield from ask("events", "PutTargets", shaped("events", "PutTargets", {**where, "Targets": more}))


def rule_of(resource: Resource) -> dict[str, Json]:
    bus, _, name = itself(resource).rpartition("|")
    given = resource.properties.get("EventBusName")
    return {"Rule": name, **({"EventBusName": bus or given} if bus or given else {})}


def create_rule(resource: Resource) -> Steps[Made]:
    made = yield from RULE.making(resource)
    yield from put_targets({}, resource.properties, rule_of(resource))
    return made


def update_rule(before: Resource, after: Resource) -> Steps[Made]:
    made = yield from RULE.changing(before, after)
    yield from put_targets(before.properties, after.properties, rule_of(after))
    return made


def delete_rule(resource: Resource) -> Steps[None]:
    there = yield from ask("events", "ListTargetsByRule", rule_of(resource), pardon=GONE)
    if there.get("Targets"):
        ids = [each["Id"] for each in there["Targets"]]
        yield from ask("events", "RemoveTargets", {**rule_of(resource), "Ids": ids}, pardon=GONE)
    yield from RULE.deleting(resource)


def read_rule(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from RULE.reading(resource)
    if found is None or "Targets" not in resource.properties:
        return found
    there = yield from ask("events", "ListTargetsByRule", rule_of(resource))
    by_id = {each["Id"]: each for each in there["Targets"]}
    wanted = [each["Id"] for each in resource.properties["Targets"]]
    ordered = [by_id.pop(name) for name in wanted if name in by_id] + list(by_id.values())
    return {**found, **projected({"Targets": ordered}, resource.only("Targets"))}


def sound_targets(properties: Mapping[str, Json]) -> Iterator[str]:
    given = {name: properties[name] for name in ("Targets",) if name in properties}
    yield from map(unsupported, unfit("events", "PutTargets", given))


def rule_name(resource: Resource, _: object) -> str:
    bus = resource.properties.get("EventBusName", "default")
    return resource.name if bus == "default" else f"{bus}|{resource.name}"


RULE: Final = Plain(
    name="AWS::Events::Rule",
    service="events",
    create="PutRule",
    read="DescribeRule",
    update="PutRule",
    delete="DeleteRule",
    properties="Description EventBusName EventPattern Name RoleArn ScheduleExpression State Tags Targets",
    create_only="EventBusName Name",
    naming=Naming("Name"),
    key={
        "Name": lambda resource: rule_of(resource)["Rule"],
        "EventBusName": lambda resource: rule_of(resource).get("EventBusName"),
    },
    id=rule_name,
    attributes={"Arn": "Arn", "RuleName": "Name"},
    request=lambda resource: resource.without("Targets"),
    unchecked="Targets",
    check=sound_targets,
    tags=Tags(of=lambda resource: resource.attributes.get("Arn", "")),
)
BUS: Final = Plain(
    name="AWS::Events::EventBus",
    service="events",
    create="CreateEventBus",
    read="DescribeEventBus",
    update="UpdateEventBus",
    delete="DeleteEventBus",
    properties="Description Name Tags",
    required="Name",
    create_only="Name",
    naming=Naming("Name", longest=256),
    key={"Name": itself},
    attributes={"Arn": "Arn"},
    reset={"Description": ""},
    tags=Tags(of=lambda resource: resource.scope.arn("events", f"event-bus/{itself(resource)}")),
)
ARCHIVE: Final = Plain(
    name="AWS::Events::Archive",
    service="events",
    create="CreateArchive",
    read="DescribeArchive",
    update="UpdateArchive",
    delete="DeleteArchive",
    properties="ArchiveName Description EventPattern RetentionDays SourceArn",
    required="SourceArn",
    create_only="ArchiveName SourceArn",
    naming=Naming("ArchiveName", longest=48),
    key={"ArchiveName": itself},
    attributes={"Arn": "ArchiveArn"},
    renames={"SourceArn": "EventSourceArn"},
    reset={"Description": "", "RetentionDays": 0},
    stable=Stable(status="State", moving=frozenset({"CREATING", "UPDATING"})),
)
CONNECTION: Final = Plain(
    name="AWS::Events::Connection",
    service="events",
    create="CreateConnection",
    read="DescribeConnection",
    update="UpdateConnection",
    delete="DeleteConnection",
    properties="AuthParameters AuthorizationType Description Name",
    create_only="Name",
    naming=Naming("Name"),
    key={"Name": itself},
    attributes={"Arn": "ConnectionArn", "ArnForPolicy": "ConnectionArn", "SecretArn": "SecretArn"},
    reset={"Description": ""},
    stable=Stable(
        status="ConnectionState",
        moving=frozenset({"CREATING", "UPDATING", "AUTHORIZING", "DEAUTHORIZING", "DELETING"}),
        until_gone=True,
    ),
)
DESTINATION: Final = Plain(
    name="AWS::Events::ApiDestination",
    service="events",
    create="CreateApiDestination",
    read="DescribeApiDestination",
    update="UpdateApiDestination",
    delete="DeleteApiDestination",
    properties="ConnectionArn Description HttpMethod InvocationEndpoint InvocationRateLimitPerSecond Name",
    required="ConnectionArn HttpMethod InvocationEndpoint",
    create_only="Name",
    naming=Naming("Name"),
    key={"Name": itself},
    attributes={"Arn": "ApiDestinationArn", "ArnForPolicy": "ApiDestinationArn"},
    reset={"Description": "", "InvocationRateLimitPerSecond": 300},
)


def statement_id(resource: Resource) -> str:
    return f"{resource.properties.get('EventBusName', 'default')}|{resource.properties['StatementId']}"


BUS_POLICY: Final = Plain(
    name="AWS::Events::EventBusPolicy",
    service="events",
    create="PutPermission",
    read="DescribeEventBus",
    update="PutPermission",
    delete="RemovePermission",
    properties="Action Condition EventBusName Principal Statement StatementId",
    required="StatementId",
    create_only="EventBusName StatementId",
    unchecked="Statement",
    key={"EventBusName": told("EventBusName"), "StatementId": piece(-1), "Name": told("EventBusName")},
    id=lambda resource, _: statement_id(resource),
)


def create_statement(resource: Resource) -> Steps[Made]:
    if "Statement" not in resource.properties:
        return (yield from BUS_POLICY.making(resource))
    yield from put_statement(resource)
    return Made(statement_id(resource), {})


def update_statement(before: Resource, after: Resource) -> Steps[Made]:
    if "Statement" not in after.properties:
        return (yield from BUS_POLICY.changing(before, after))
    yield from put_statement(after)
    return Made(after.physical_id, {})


def put_statement(resource: Resource) -> Steps[None]:
    """Put a whole statement into a bus's policy, in the place of the one that had its id."""
    sid, bus = resource.properties["StatementId"], resource.properties.get("EventBusName", "default")
    there = yield from ask("events", "DescribeEventBus", {"Name": bus})
    others = [each for each in json.loads(there.get("Policy") or "{}").get("Statement", []) if each["Sid"] != sid]
    policy = {"Version": "2012-10-17", "Statement": [*others, {**resource.properties["Statement"], "Sid": sid}]}
    yield from ask("events", "PutPermission", {"EventBusName": bus, "Policy": json.dumps(policy)})


def read_statement(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    if BUS_POLICY.is_unknown(resource):
        return None
    bus = yield from BUS_POLICY.finding(resource)
    sid = piece(-1)(resource)
    found = [each for each in json.loads(bus.get("Policy") or "{}").get("Statement", []) if each["Sid"] == sid]
    if not found:
        return None
    statement = {name: value for name, value in found[0].items() if name != "Sid"}
    seen = {"StatementId": sid, "Action": found[0]["Action"], "Statement": statement}
    return projected(seen, resource.only(*seen))


TYPES: Final = (
    replace(RULE.type(), create=create_rule, update=update_rule, delete=delete_rule, read=read_rule),
    BUS.type(),
    ARCHIVE.type(),
    CONNECTION.type(),
    DESTINATION.type(),
    replace(BUS_POLICY.type(), create=create_statement, update=update_statement, read=read_statement),
)
