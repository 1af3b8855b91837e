"""Requests: what of them cannot be honoured, and what of them is told again."""

import json
from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.rows import invalid
from penstock.services.cloudformation.templates import Templates
from penstock.wire.arns import Arn
from penstock.wire.call import Scope

Json = Any
ALARM: Final = "AWS::CloudWatch::Alarm"
TOLD: Final = (
    "Capabilities", "DeploymentConfig", "DisableRollback", "EnableTerminationProtection", "NotificationARNs",
    "ParentId", "RetainExceptOnCreate", "RoleARN", "RollbackConfiguration", "RootId", "Tags", "TimeoutInMinutes",
)  # fmt: skip
REFUSED: Final = {
    "ResourceTypes": "grant what a stack may make by its role instead",
    "ResourcesToImport": "resources that are there already cannot be imported",
    "DeploymentMode": "update the stack instead",
    "DisableValidation": "what a stack cannot be made of is told before anything is made",
}


def must_be_possible(request: Mapping[str, Json]) -> None:
    """Raise for what a request asks and Penstock does not do."""
    for name, remedy in REFUSED.items():
        if request.get(name):
            raise invalid(f"{name} is not supported: {remedy}.")
    for trigger in (request.get("RollbackConfiguration") or {}).get("RollbackTriggers") or ():
        must_be_an_alarm(trigger)
    if (request.get("DeploymentConfig") or {}).get("Mode") == "EXPRESS":
        raise invalid(
            "DeploymentConfig.Mode EXPRESS is not supported: every operation waits until its resources are ready."
        )
    if request.get("DeletionMode") == "FORCE_DELETE_STACK":
        raise invalid("DeletionMode FORCE_DELETE_STACK is not supported: name what is to stay in RetainResources.")


def must_be_an_alarm(trigger: Mapping[str, Json]) -> None:
    """Raise for a rollback trigger that nobody here could watch."""
    arn = Arn.of(trigger["Arn"])
    if trigger["Type"] != ALARM:
        raise invalid(f"RollbackTriggers: Type {trigger['Type']} is not supported: alarms are {ALARM} here.")
    if arn.service != "cloudwatch" or not arn.resource.startswith("alarm:"):
        raise invalid(f"RollbackTriggers: '{trigger['Arn']}' is not the ARN of an alarm.")


def stays_where_it_fails(request: Mapping[str, Json]) -> bool:
    """Whether an operation that fails is not rolled back."""
    return bool(request.get("DisableRollback") or (request.get("DeploymentConfig") or {}).get("DisableRollback"))


def told(request: Mapping[str, Json]) -> dict[str, Json]:
    """The members of a request that DescribeStacks tells again."""
    return {name: request[name] for name in TOLD if name in request}


async def policy_of(
    templates: Templates, scope: Scope, request: Mapping[str, Json], which: str = "StackPolicy"
) -> Json:
    """The stack policy of a request, None if there is none. Raises `ServiceError`."""
    body, url = request.get(f"{which}Body"), request.get(f"{which}URL")
    if body and url:
        raise invalid(f"You cannot specify both {which}Body and {which}URL.")
    if url:
        body = await templates.fetched(scope, url)
    if not body:
        return None
    try:
        policy = json.loads(body)
    except ValueError:
        policy = None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise invalid("Error validating stack policy: Invalid stack policy")
    return policy
