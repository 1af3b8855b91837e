"""AWS::Logs::…"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Tags, itself, told

Json = Any


def create_group(resource: Resource) -> Steps[Made]:
    made = yield from GROUP.making(resource)
    yield from keep_for({}, resource.properties, made.physical_id)
    return made


def update_group(before: Resource, after: Resource) -> Steps[Made]:
    yield from keep_for(before.properties, after.properties, after.physical_id)
    return (yield from GROUP.changing(before, after))


def keep_for(before: Mapping[str, Json], after: Mapping[str, Json], name: str) -> Steps[None]:
    """Set what a group has beside its name: how long records are kept, its key, and whether it may be deleted."""
    old, new = before.get("RetentionInDays"), after.get("RetentionInDays")
    if new is not None and new != old:
        yield from ask("logs", "PutRetentionPolicy", {"logGroupName": name, "retentionInDays": int(new)})
    elif old is not None and new is None:
        yield from ask("logs", "DeleteRetentionPolicy", {"logGroupName": name})
    old, new = before.get("KmsKeyId"), after.get("KmsKeyId")
    if new and new != old:
        yield from ask("logs", "AssociateKmsKey", {"logGroupName": name, "kmsKeyId": new})
    elif old and not new:
        yield from ask("logs", "DisassociateKmsKey", {"logGroupName": name})
    old, new = (str(each.get("DeletionProtectionEnabled", False)).lower() == "true" for each in (before, after))
    if old != new:
        request = {"logGroupIdentifier": name, "deletionProtectionEnabled": new}
        yield from ask("logs", "PutLogGroupDeletionProtection", request)


GROUP: Final = Plain(
    name="AWS::Logs::LogGroup",
    service="logs",
    create="CreateLogGroup",
    read="DescribeLogGroups",
    delete="DeleteLogGroup",
    properties="DeletionProtectionEnabled KmsKeyId LogGroupClass LogGroupName RetentionInDays Tags",
    create_only="LogGroupClass LogGroupName",
    naming=Naming("LogGroupName", longest=512),
    key={"logGroupName": itself, "logGroupNamePrefix": itself},
    inside="logGroups.0",
    named="logGroupName",
    attributes={"Arn": "arn"},
    request=lambda resource: resource.without("RetentionInDays", "DeletionProtectionEnabled", "KmsKeyId"),
    unchecked="DeletionProtectionEnabled KmsKeyId RetentionInDays",
    tags=Tags(of=lambda resource: resource.scope.arn("logs", f"log-group:{itself(resource)}")),
    taken=("already exists",),
)
STREAM: Final = Plain(
    name="AWS::Logs::LogStream",
    service="logs",
    create="CreateLogStream",
    read="DescribeLogStreams",
    delete="DeleteLogStream",
    properties="LogGroupName LogStreamName",
    required="LogGroupName",
    create_only="LogGroupName LogStreamName",
    naming=Naming("LogStreamName", longest=512),
    key={"logGroupName": told("LogGroupName"), "logStreamName": itself, "logStreamNamePrefix": itself},
    inside="logStreams.0",
    named="logStreamName",
    taken=("already exists",),
)

TYPES: Final = (replace(GROUP.type(), create=create_group, update=update_group), STREAM.type())
