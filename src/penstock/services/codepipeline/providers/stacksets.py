"""CloudFormation's stack sets: a set made or updated with all of its instances, and instances that are added to one.

Operations have ids of the attempt's: an action that is begun again after a crash finds those that it has asked for.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from penstock.services.codepipeline.providers.asking import Asking, Failed, pauses
from penstock.services.codepipeline.providers.stacks import file_of, json_of
from penstock.services.codepipeline.work import Work
from penstock.wire.call import ServiceError

Json = Any
SERVICE: Final = "cloudformation"
LOOK_EVERY: Final = 1.0  # seconds, in the long run
MOVING: Final = frozenset({"RUNNING", "STOPPING"})
PREFERENCES: Final = {
    "FailureToleranceCount": int,
    "FailureTolerancePercentage": int,
    "MaxConcurrentCount": int,
    "MaxConcurrentPercentage": int,
    "RegionConcurrencyType": str,
    "ConcurrencyMode": str,
}


async def deploy_stack_set(work: Work, asking: Asking) -> Mapping[str, Any]:
    """The set is as the action says, all instances of it are, and those that it names are there."""
    name, operation = work.given("StackSetName"), f"{work.attempt.id}-update"
    request = await _request(work, asking)
    set_id = await _id_of(name, asking)
    if set_id:
        preferred = {"OperationPreferences": preferences(work)} if preferences(work) else {}
        await asking.ask(SERVICE, "UpdateStackSet", {**request, **preferred, "OperationId": operation})
        await _over(name, operation, asking)
    else:
        set_id = (await asking.ask(SERVICE, "CreateStackSet", request))["StackSetId"]
    if work.given("DeploymentTargets") or work.given("Regions"):
        operation = await _add_instances(work, asking)
    variables = {"StackSetId": set_id, "OperationId": operation}
    return {"Summary": f"Stack set {name} is deployed.", "ExternalId": operation, "Variables": variables}


async def deploy_instances(work: Work, asking: Asking) -> Mapping[str, Any]:
    """The instances that the action names are there, as their set says."""
    name = work.given("StackSetName")
    set_id = await _id_of(name, asking)
    if not set_id:
        raise Failed("ConfigurationError", f"There is no stack set {name}.")
    operation = await _add_instances(work, asking)
    variables = {"StackSetId": set_id, "OperationId": operation}
    return {"Summary": f"Instances of {name} are deployed.", "ExternalId": operation, "Variables": variables}


async def _add_instances(work: Work, asking: Asking) -> str:
    name, operation = work.given("StackSetName"), f"{work.attempt.id}-instances"
    overrides = await parameters(work, asking, "ParameterOverrides")
    request = {
        "StackSetName": name,
        "OperationId": operation,
        "Accounts": await _listed(work, asking, "DeploymentTargets"),
        "Regions": await _listed(work, asking, "Regions"),
        **({"ParameterOverrides": overrides} if overrides else {}),
        **({"OperationPreferences": preferences(work)} if preferences(work) else {}),
    }
    await asking.ask(SERVICE, "CreateStackInstances", request)
    await _over(name, operation, asking)
    return operation


async def _request(work: Work, asking: Asking) -> dict[str, Json]:
    given = {
        "Description": work.given("Description"),
        "PermissionModel": work.given("PermissionModel"),
        "AdministrationRoleARN": work.given("AdministrationRoleArn"),
        "ExecutionRoleName": work.given("ExecutionRoleName"),
        "CallAs": work.given("CallAs"),
    }
    automatic = work.given("OrganizationsAutoDeployment").startswith("Enabled")
    return {
        "StackSetName": work.given("StackSetName"),
        "TemplateBody": await file_of(work, asking, work.given("TemplatePath")),
        "Parameters": await parameters(work, asking, "Parameters"),
        "Capabilities": [each.strip() for each in work.given("Capabilities").split(",") if each.strip()],
        **{name: value for name, value in given.items() if value},
        **({"AutoDeployment": {"Enabled": True}} if automatic else {}),
    }


async def parameters(work: Work, asking: Asking, member: str) -> list[dict[str, Json]]:
    """Parameters as a file of an artifact has them, as JSON, or as the AWS CLI writes them."""
    text = work.given(member)
    if text and "::" in text and not text.startswith("["):
        text = await file_of(work, asking, text)
    if not text or text.startswith("["):
        return json_of(text, member, list)
    pairs = (dict(part.partition("=")[::2] for part in each.split(",")) for each in text.split())
    found = list(pairs)
    if any(each.keys() - {"ParameterKey", "ParameterValue", "UsePreviousValue"} for each in found):
        raise Failed("ConfigurationError", f"{member} is not of the form ParameterKey=…,ParameterValue=….")
    return [
        {**each, **({"UsePreviousValue": each["UsePreviousValue"] == "true"} if "UsePreviousValue" in each else {})}
        for each in found
    ]


def preferences(work: Work) -> dict[str, Json]:
    return {name: kind(work.given(name)) for name, kind in PREFERENCES.items() if work.given(name)}


async def _listed(work: Work, asking: Asking, member: str) -> list[str]:
    """Accounts or regions: with commas between them, or a file of an artifact."""
    text = work.given(member)
    if "::" in text:
        return [str(each) for each in json_of(await file_of(work, asking, text), member, list)]
    return [each.strip() for each in text.split(",") if each.strip()]


async def _id_of(name: str, asking: Asking) -> str:
    """The id of a stack set; empty where there is none."""
    try:
        found = await asking.ask(SERVICE, "DescribeStackSet", {"StackSetName": name})
    except ServiceError as error:
        if error.code != "StackSetNotFoundException":
            raise
        return ""
    return str(found["StackSet"]["StackSetId"])


async def _over(name: str, operation: str, asking: Asking) -> None:
    """Wait for an operation. Raises `Failed` where it was not a success."""
    where = {"StackSetName": name, "OperationId": operation}
    for pause in pauses(LOOK_EVERY):
        told = (await asking.ask(SERVICE, "DescribeStackSetOperation", where))["StackSetOperation"]
        if told["Status"] not in MOVING:
            break
        await asyncio.sleep(pause)
    if told["Status"] != "SUCCEEDED":
        results = (await asking.ask(SERVICE, "ListStackSetOperationResults", where))["Summaries"]
        reasons = "; ".join(f"{each['Region']}: {each['StatusReason']}" for each in results if "StatusReason" in each)
        raise Failed("JobFailed", f"Operation {operation} on {name} is {told['Status']}. {reasons}")
