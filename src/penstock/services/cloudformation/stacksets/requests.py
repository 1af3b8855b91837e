"""Requests: what of them cannot be honoured, and in which regions they are meant."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.rows import invalid
from penstock.services.cloudformation.stacksets.rows import invalid_operation
from penstock.wire.call import Scope

Json = Any
KEPT: Final = ("AdministrationRoleARN", "Capabilities", "Description", "ExecutionRoleName", "Tags")
ADMINISTRATION: Final = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION: Final = "AWSCloudFormationStackSetExecutionRole"
REFUSED: Final = {
    "StackId": "give the stack's template, and delete the stack",
    "AutoDeployment": "there is no organisation here; create the instances",
}


def must_be_possible(request: Mapping[str, Json]) -> None:
    """Raise for what a request asks and Penstock does not do."""
    for name, remedy in REFUSED.items():
        if request.get(name):
            raise invalid(f"{name} is not supported: {remedy}.")
    if request.get("PermissionModel", "SELF_MANAGED") != "SELF_MANAGED":
        raise invalid("PermissionModel SERVICE_MANAGED is not supported: there is no organisation here.")
    if request.get("CallAs", "SELF") != "SELF":
        raise invalid("CallAs DELEGATED_ADMIN is not supported: there is no organisation here.")
    if (request.get("ManagedExecution") or {}).get("Active"):
        raise invalid("ManagedExecution.Active is not supported: wait for one operation before you ask for the next.")


def regions_of(scope: Scope, request: Mapping[str, Json]) -> list[str]:
    """The regions that a request names, in the order in which they come; empty where it names none."""
    targets = request.get("DeploymentTargets") or {}
    if strange := [name for name in targets if name != "Accounts"]:
        raise invalid(f"DeploymentTargets.{strange[0]} is not supported: name accounts.")
    accounts = targets.get("Accounts") or request.get("Accounts") or []
    if others := [each for each in accounts if each != scope.account]:
        raise invalid_operation(f"Account {others[0]} is not here: this Penstock's account is {scope.account}.")
    regions = request.get("Regions") or []
    if bool(regions) != bool(accounts):
        raise invalid("Both accounts and regions must be specified.")
    preferred = (request.get("OperationPreferences") or {}).get("RegionOrder") or []
    return sorted(dict.fromkeys(regions), key=lambda each: preferred.index(each) if each in preferred else len(regions))


def goes_on(preferences: Mapping[str, Json]) -> bool:
    """Whether a failure in a region, which is one account's, is tolerated."""
    count, percentage = preferences.get("FailureToleranceCount"), preferences.get("FailureTolerancePercentage")
    if count is not None and percentage is not None:
        raise invalid("Specify either FailureToleranceCount or FailureTolerancePercentage, but not both.")
    return bool(count) or percentage == 100


def parameters(given: list[Json], before: list[Json]) -> list[dict[str, str]]:
    """Parameters with their values; those that keep the previous value have it looked up."""
    old = {each["ParameterKey"]: each["ParameterValue"] for each in before}
    found = []
    for each in given:
        key = each["ParameterKey"]
        if each.get("UsePreviousValue"):
            if key not in old:
                raise invalid(f"Invalid input for parameter key {key}. There is no previous value.")
            found.append({"ParameterKey": key, "ParameterValue": old[key]})
        else:
            found.append({"ParameterKey": key, "ParameterValue": each.get("ParameterValue", "")})
    return found


def merged(shared: list[Json], overriding: list[Json]) -> tuple[dict[str, Json], ...]:
    """The parameters of an instance: the set's, and its own over those."""
    values = {each["ParameterKey"]: each for each in [*shared, *overriding]}
    return tuple(values.values())
