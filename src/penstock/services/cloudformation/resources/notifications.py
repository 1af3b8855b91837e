"""AWS::CodeStarNotifications::NotificationRule."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Resource, Steps
from penstock.services.cloudformation.resources.plain import Plain, Tags, itself, projected

Json = Any
RULE: Final = Plain(
    name="AWS::CodeStarNotifications::NotificationRule",
    service="codestar-notifications",
    create="CreateNotificationRule",
    read="DescribeNotificationRule",
    update="UpdateNotificationRule",
    delete="DeleteNotificationRule",
    properties="DetailType EventTypeIds Name Resource Status Tags Targets",
    required="DetailType EventTypeIds Name Resource Targets",
    create_only="Resource",
    key={"Arn": itself},
    id="Arn",
    attributes={"Arn": "Arn"},
    reset={"Status": "ENABLED"},
    tags=Tags(of=itself),
    tagging="map",
)


def read_rule(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """With its event types as ids, as templates have them."""
    found = yield from RULE.looking(resource)
    if not found:
        return None
    ids = [each["EventTypeId"] for each in found["EventTypes"]]
    return projected({**found, "EventTypeIds": ids}, resource.properties)


TYPES: Final = (replace(RULE.type(), read=read_rule),)
