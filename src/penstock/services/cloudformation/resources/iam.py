"""AWS::IAM::…"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.shaping import shaped, text

Json = Any
GONE: Final = ("NoSuchEntity",)
PARTS: Final = ("Policies", "ManagedPolicyArns")  # what other operations set


def create_role(resource: Resource) -> Steps[Made]:
    request = shaped("iam", "CreateRole", {**resource.without(*PARTS), "RoleName": resource.name})
    yield from ask("iam", "CreateRole", request, pardon=("EntityAlreadyExists",))
    yield from grant(resource.name, {}, resource.properties)
    return (yield from made_role(resource.name))


def update_role(before: Resource, after: Resource) -> Steps[Made]:
    name = after.physical_id
    if before.only("Description", "MaxSessionDuration") != after.only("Description", "MaxSessionDuration"):
        request = {"RoleName": name, "Description": "", **after.only("Description", "MaxSessionDuration")}
        yield from ask("iam", "UpdateRole", shaped("iam", "UpdateRole", request))
    document = text(after.properties["AssumeRolePolicyDocument"])
    if document != text(before.properties["AssumeRolePolicyDocument"]):
        yield from ask("iam", "UpdateAssumeRolePolicy", {"RoleName": name, "PolicyDocument": document})
    old, new = (each.properties.get("Tags", []) for each in (before, after))
    if gone := {each["Key"] for each in old} - {each["Key"] for each in new}:
        yield from ask("iam", "UntagRole", {"RoleName": name, "TagKeys": sorted(gone)})
    if new and new != old:
        yield from ask("iam", "TagRole", {"RoleName": name, "Tags": new})
    yield from grant(name, before.properties, after.properties)
    return (yield from made_role(name))


def delete_role(resource: Resource) -> Steps[None]:
    name = resource.physical_id
    yield from grant(name, resource.properties, {})
    yield from ask("iam", "DeleteRole", {"RoleName": name}, pardon=GONE)


def read_role(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ask("iam", "GetRole", {"RoleName": resource.physical_id}, pardon=GONE)
    if not found:
        return None
    attached = yield from ask("iam", "ListAttachedRolePolicies", {"RoleName": resource.physical_id})
    role = found["Role"]
    names = ("RoleName", "Path", "Description", "MaxSessionDuration", "AssumeRolePolicyDocument", "Tags")
    return {
        **{name: role[name] for name in names if name in role},
        "ManagedPolicyArns": [each["PolicyArn"] for each in attached["AttachedPolicies"]],
    }


def grant(name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    """Attach and put what is new, detach and delete what is no longer wanted."""
    where = {"RoleName": name}
    old, new = (list(each.get("ManagedPolicyArns") or []) for each in (before, after))
    for arn in new:
        if arn not in old:
            yield from ask("iam", "AttachRolePolicy", {**where, "PolicyArn": arn})
    for arn in old:
        if arn not in new:
            yield from ask("iam", "DetachRolePolicy", {**where, "PolicyArn": arn}, pardon=GONE)
    was, will = (
        {one["PolicyName"]: text(one["PolicyDocument"]) for one in each.get("Policies") or []}
        for each in (before, after)
    )
    for policy, document in will.items():
        if was.get(policy) != document:
            yield from ask("iam", "PutRolePolicy", {**where, "PolicyName": policy, "PolicyDocument": document})
    for policy in was:
        if policy not in will:
            yield from ask("iam", "DeleteRolePolicy", {**where, "PolicyName": policy}, pardon=GONE)


def made_role(name: str) -> Steps[Made]:
    role = (yield from ask("iam", "GetRole", {"RoleName": name}))["Role"]
    return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


ROLE: Final = ResourceType(
    name="AWS::IAM::Role",
    properties=frozenset(
        {"AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path", "Policies",
         "RoleName", "Tags"}
    ),
    required=frozenset({"AssumeRolePolicyDocument"}),
    create_only=frozenset({"Path", "RoleName"}),
    attributes=frozenset({"Arn", "RoleId"}),
    naming=Naming("RoleName"),
    tagging="list",
    create=create_role,
    update=update_role,
    delete=delete_role,
    read=read_role,
)  # fmt: skip
TYPES: Final = (ROLE,)
