"""AWS::CloudFormation::StackSet: a set, and the groups of instances that the template lists, an operation each."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import (
    Begun,
    Failed,
    Made,
    Naming,
    Resource,
    ResourceType,
    Steps,
    ask,
    settled,
)
from penstock.services.cloudformation.resources.shaping import shaped, unfit, unsupported
from penstock.wire.call import Answer

Json = Any
SERVICE: Final = "cloudformation"
GROUPS: Final = "StackInstancesGroup"
GONE: Final = ("StackSetNotFoundException", "not found")
LOOK_EVERY: Final = 0.25  # seconds between two looks at an operation
MOVING: Final = frozenset({"RUNNING", "STOPPING"})
OF_CREATION: Final = ("AutoDeployment", "CallAs", "ManagedExecution", "PermissionModel")
OF_SETS: Final = (
    "AdministrationRoleARN", "Capabilities", "Description", "ExecutionRoleName", "Parameters", "StackSetName", "Tags",
    "TemplateBody", "TemplateURL",
)  # fmt: skip


def create_set(resource: Resource) -> Steps[Made]:
    request = shaped(SERVICE, "CreateStackSet", resource.only(*OF_SETS, *OF_CREATION))
    made = yield from ask(SERVICE, "CreateStackSet", request)
    yield Begun(made["StackSetId"])
    yield from place(resource, {}, resource.properties)
    return told(made["StackSetId"])


def update_set(before: Resource, after: Resource) -> Steps[Made]:
    asked = after.only(*OF_SETS)
    if asked != before.only(*OF_SETS):
        preferences = after.only("OperationPreferences")
        request = shaped(SERVICE, "UpdateStackSet", {**asked, **preferences, **after.only(*OF_CREATION)})
        yield from done(after, (yield from ask(SERVICE, "UpdateStackSet", request)))
    yield from place(after, before.properties, after.properties)
    return told(after.physical_id)


def delete_set(resource: Resource) -> Steps[None]:
    name = name_of(resource)
    there = yield from ask(SERVICE, "DescribeStackSet", {"StackSetName": name}, pardon=GONE)
    if not there:
        return
    regions = there["StackSet"]["Regions"]
    if regions:
        yield from leave(resource, regions)
    yield from ask(SERVICE, "DeleteStackSet", {"StackSetName": name}, pardon=GONE)


def read_set(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ask(SERVICE, "DescribeStackSet", {"StackSetName": name_of(resource)}, pardon=GONE)
    if not found:
        return None
    return {name: value for name, value in found["StackSet"].items() if name in resource.properties}


def place(resource: Resource, before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    """Take the instances away that are listed no more, and make those that are new, or have other parameters."""
    old, new = (each.get(GROUPS) or [] for each in (before, after))
    if gone := sorted(regions_of(old) - regions_of(new)):
        yield from leave(resource, gone)
    for group in new:
        if group not in old:
            request = {"StackSetName": name_of(resource), **group, **resource.only("OperationPreferences")}
            asked = yield from ask(SERVICE, "CreateStackInstances", shaped(SERVICE, "CreateStackInstances", request))
            yield from done(resource, asked)


def leave(resource: Resource, regions: list[str]) -> Steps[None]:
    request = {
        "StackSetName": name_of(resource), "Accounts": [resource.scope.account], "Regions": regions,
        "RetainStacks": False,
    }  # fmt: skip
    yield from done(resource, (yield from ask(SERVICE, "DeleteStackInstances", request)))


def done(resource: Resource, asked: Answer) -> Steps[None]:
    """Wait for an operation. Raises `Failed` where it was not a success."""
    where = {"StackSetName": name_of(resource), "OperationId": asked["OperationId"]}
    told = yield from settled(
        SERVICE, "DescribeStackSetOperation", where,
        status=lambda found: str(found["StackSetOperation"]["Status"]), moving=MOVING, every=LOOK_EVERY,
    )  # fmt: skip
    if told["StackSetOperation"]["Status"] == "SUCCEEDED":
        return
    results = yield from ask(SERVICE, "ListStackSetOperationResults", where)
    reasons = [f"{each['Region']}: {each['StatusReason']}" for each in results["Summaries"] if "StatusReason" in each]
    raise Failed(f"Operation {asked['OperationId']} is {told['StackSetOperation']['Status']}. {'; '.join(reasons)}")


def regions_of(groups: list[Mapping[str, Json]]) -> set[str]:
    return {region for each in groups for region in each["Regions"]}


def name_of(resource: Resource) -> str:
    return str(resource.physical_id or resource.name).partition(":")[0]


def told(set_id: str) -> Made:
    return Made(set_id, {"StackSetId": set_id})


def sound_groups(properties: Mapping[str, Json]) -> Iterator[str]:
    """What a group has that creating instances does not take."""
    groups = properties.get(GROUPS)
    for number, group in enumerate(groups if isinstance(groups, list) else ()):
        wrong = unfit(SERVICE, "CreateStackInstances", group) if isinstance(group, Mapping) else []
        yield from (unsupported(f"{GROUPS}/{number}/{path}") for path in wrong)


STACK_SET: Final = ResourceType(
    name="AWS::CloudFormation::StackSet",
    properties=frozenset({*OF_SETS, *OF_CREATION, GROUPS, "OperationPreferences"}),
    required=frozenset({"PermissionModel", "StackSetName"}),
    create_only=frozenset({"CallAs", "PermissionModel", "StackSetName"}),
    attributes=frozenset({"StackSetId"}),
    naming=Naming("StackSetName", longest=128),
    tagging="list",
    longest=43_200.0,
    create=create_set,
    update=update_set,
    delete=delete_set,
    read=read_set,
    check=sound_groups,
)
TYPES: Final = (STACK_SET,)
