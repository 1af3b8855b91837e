"""AWS::IAM::…: who has which policies is set by operations of its own, for roles, users and groups alike."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote

from penstock.services.cloudformation.resources.kind import (
    Made,
    Naming,
    Read,
    Resource,
    ResourceType,
    Steps,
    ask,
    identified,
)
from penstock.services.cloudformation.resources.plain import Plain, Tags, itself, projected, told
from penstock.services.cloudformation.resources.shaping import text
from penstock.services.cloudformation.resources.upon import upon

Json = Any
GONE: Final = ("NoSuchEntity",)
PARTS: Final = ("Policies", "ManagedPolicyArns", "Groups")  # what other operations set


@dataclass(frozen=True, slots=True)
class Holder:
    """What can have policies: `Role`, `User` or `Group`."""

    kind: str

    def where(self, name: str) -> dict[str, str]:
        return {f"{self.kind}Name": name}

    def grant(self, name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
        """Attach, put and join what is new, detach, delete and leave what is no longer wanted."""
        yield from join(name, before.get("Groups") or (), after.get("Groups") or ())
        where = self.where(name)
        old, new = (list(each.get("ManagedPolicyArns") or []) for each in (before, after))
        for arn in new:
            if arn not in old:
                yield from ask("iam", f"Attach{self.kind}Policy", {**where, "PolicyArn": arn})
        for arn in old:
            if arn not in new:
                yield from ask("iam", f"Detach{self.kind}Policy", {**where, "PolicyArn": arn}, pardon=GONE)
        was, will = (
            {one["PolicyName"]: text(one["PolicyDocument"]) for one in each.get("Policies") or []}
            for each in (before, after)
        )
        for policy, document in will.items():
            if was.get(policy) != document:
                request = {**where, "PolicyName": policy, "PolicyDocument": document}
                yield from ask("iam", f"Put{self.kind}Policy", request)
        for policy in was:
            if policy not in will:
                yield from ask("iam", f"Delete{self.kind}Policy", {**where, "PolicyName": policy}, pardon=GONE)

    def strip(self, name: str) -> Steps[None]:
        """Take away all that it must not have when it is deleted."""
        where = self.where(name)
        there = yield from ask("iam", f"ListAttached{self.kind}Policies", where, pardon=GONE)
        for policy in there.get("AttachedPolicies") or []:
            request = {**where, "PolicyArn": policy["PolicyArn"]}
            yield from ask("iam", f"Detach{self.kind}Policy", request, pardon=GONE)
        inline = yield from ask("iam", f"List{self.kind}Policies", where, pardon=GONE)
        for each in inline.get("PolicyNames") or []:
            yield from ask("iam", f"Delete{self.kind}Policy", {**where, "PolicyName": each}, pardon=GONE)
        if self.kind == "User":
            listed = yield from ask("iam", "ListGroupsForUser", where, pardon=GONE)
            yield from join(name, [each["GroupName"] for each in listed.get("Groups") or []], ())

    def type(self, plain: Plain) -> ResourceType:
        """A plain type whose resources have policies."""

        def create(resource: Resource) -> Steps[Made]:
            made = yield from plain.making(resource)
            yield from self.grant(resource.name, {}, resource.properties)
            return made

        def update(before: Resource, after: Resource) -> Steps[Made]:
            yield from self.grant(after.physical_id, before.properties, after.properties)
            trust = [text(each.properties.get("AssumeRolePolicyDocument", "")) for each in (before, after)]
            if trust[0] != trust[1]:
                request = {**self.where(after.physical_id), "PolicyDocument": trust[1]}
                yield from ask("iam", "UpdateAssumeRolePolicy", request)
            paths = [each.properties.get("Path", "/") for each in (before, after)]
            if paths[0] != paths[1]:  # of a user or a group; a role's replaces it
                yield from ask("iam", f"Update{self.kind}", {**self.where(after.physical_id), "NewPath": paths[1]})
            return (yield from plain.changing(before, after))

        def delete(resource: Resource) -> Steps[None]:
            yield from self.strip(itself(resource))
            yield from plain.deleting(resource)

        def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
            found = yield from plain.finding(resource)
            if not found:
                return None
            attached = yield from ask("iam", f"ListAttached{self.kind}Policies", self.where(itself(resource)))
            arns = [each["PolicyArn"] for each in attached["AttachedPolicies"]]
            seen = {**opened(found, "AssumeRolePolicyDocument"), "ManagedPolicyArns": arns}
            seen["PermissionsBoundary"] = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
            shown: Mapping[str, Json] = projected(seen, resource.without("Policies", "Groups"))
            return shown

        return replace(plain.type(), create=create, update=update, delete=delete, read=read)


def join(user: str, before: Iterable[str], after: Iterable[str]) -> Steps[None]:
    """Have a user be in these groups, and no longer in those before."""
    for group in after:
        if group not in before:
            yield from ask("iam", "AddUserToGroup", {"GroupName": group, "UserName": user})
    for group in before:
        if group not in after:
            yield from ask("iam", "RemoveUserFromGroup", {"GroupName": group, "UserName": user}, pardon=GONE)


def opened(found: Mapping[str, Json], member: str) -> dict[str, Json]:
    """An answer with its document as an object: IAM tells documents percent-encoded."""
    if member not in found:
        return dict(found)
    return {**found, member: json.loads(unquote(found[member]))}


ROLE: Final = Plain(
    name="AWS::IAM::Role",
    service="iam",
    create="CreateRole",
    read="GetRole",
    update="UpdateRole",
    delete="DeleteRole",
    properties="AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path PermissionsBoundary "
    "Policies RoleName Tags",
    required="AssumeRolePolicyDocument",
    create_only="Path PermissionsBoundary RoleName",
    naming=Naming("RoleName"),
    key={"RoleName": itself},
    inside="Role",
    attributes={"Arn": "Arn", "RoleId": "RoleId"},
    request=lambda resource: resource.without(*PARTS),
    unchecked=" ".join(PARTS),
    reset={"Description": "", "MaxSessionDuration": 3600},
    tags=Tags(tag="TagRole", untag="UntagRole", of=itself),
)
USER: Final = Plain(
    name="AWS::IAM::User",
    service="iam",
    create="CreateUser",
    read="GetUser",
    delete="DeleteUser",
    properties="Groups ManagedPolicyArns Path PermissionsBoundary Policies Tags UserName",
    create_only="PermissionsBoundary UserName",
    naming=Naming("UserName"),
    key={"UserName": itself},
    inside="User",
    attributes={"Arn": "Arn"},
    request=lambda resource: resource.without(*PARTS),
    unchecked=" ".join(PARTS),
    tags=Tags(tag="TagUser", untag="UntagUser", of=itself),
)


GROUP: Final = Plain(
    name="AWS::IAM::Group",
    service="iam",
    create="CreateGroup",
    read="GetGroup",
    delete="DeleteGroup",
    properties="GroupName ManagedPolicyArns Path Policies",
    create_only="GroupName",
    naming=Naming("GroupName", longest=128),
    key={"GroupName": itself},
    inside="Group",
    attributes={"Arn": "Arn"},
    request=lambda resource: resource.without(*PARTS),
    unchecked=" ".join(PARTS),
)
HOLDERS: Final = {"Roles": Holder("Role"), "Users": Holder("User"), "Groups": Holder("Group")}


def add_users(before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    old, new = ({(each["GroupName"], name) for name in each["Users"]} if each else set() for each in (before, after))
    for group, user in sorted(new - old):
        yield from join(user, (), (group,))
    for group, user in sorted(old - new):
        yield from join(user, (group,), ())


def read_addition(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """Users of the template's that are in the group; nothing is there when none is."""
    there: list[str] = []
    for user in resource.properties["Users"]:
        listed = yield from ask("iam", "ListGroupsForUser", {"UserName": user}, pardon=GONE)
        names = [each["GroupName"] for each in listed.get("Groups") or []]
        there += [user] if resource.properties["GroupName"] in names else []
    return {"GroupName": resource.properties["GroupName"], "Users": there} if there else None


ADDITION: Final = upon("AWS::IAM::UserToGroupAddition", add_users, read_addition, properties="GroupName Users")
PROVIDER: Final = Plain(
    name="AWS::IAM::OIDCProvider",
    service="iam",
    create="CreateOpenIDConnectProvider",
    read="GetOpenIDConnectProvider",
    delete="DeleteOpenIDConnectProvider",
    properties="ClientIdList Tags ThumbprintList Url",
    required="Url",
    create_only="Url",
    key={"OpenIDConnectProviderArn": itself},
    id="OpenIDConnectProviderArn",
    attributes={"Arn": itself},
    tags=Tags(tag="TagOpenIDConnectProvider", untag="UntagOpenIDConnectProvider", of=itself),
)


def update_provider(before: Resource, after: Resource) -> Steps[Made]:
    whose = {"OpenIDConnectProviderArn": after.physical_id}
    old, new = (each.properties.get("ClientIdList") or [] for each in (before, after))
    for client in [each for each in new if each not in old]:
        yield from ask("iam", "AddClientIDToOpenIDConnectProvider", {**whose, "ClientID": client})
    for client in [each for each in old if each not in new]:
        yield from ask("iam", "RemoveClientIDFromOpenIDConnectProvider", {**whose, "ClientID": client})
    prints = [each.properties.get("ThumbprintList") or [] for each in (before, after)]
    if prints[0] != prints[1]:
        yield from ask("iam", "UpdateOpenIDConnectProviderThumbprint", {**whose, "ThumbprintList": prints[1]})
    return (yield from PROVIDER.changing(before, after))


def read_provider(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """With the address as templates write it: what is told has no scheme."""
    found = yield from PROVIDER.looking(resource)
    return projected({**found, "Url": f"https://{found['Url']}"}, resource.properties) if found else None


PROFILE: Final = Plain(
    name="AWS::IAM::InstanceProfile",
    service="iam",
    create="CreateInstanceProfile",
    read="GetInstanceProfile",
    delete="DeleteInstanceProfile",
    properties="InstanceProfileName Path Roles",
    required="Roles",
    create_only="InstanceProfileName Path",
    naming=Naming("InstanceProfileName", longest=128),
    key={"InstanceProfileName": itself},
    inside="InstanceProfile",
    attributes={"Arn": "Arn"},
    request=lambda resource: resource.without("Roles"),
    unchecked="Roles",
)


def create_profile(resource: Resource) -> Steps[Made]:
    made = yield from PROFILE.making(resource)
    yield from set_role(identified(resource, made))
    return made


def update_profile(_: Resource, after: Resource) -> Steps[Made]:
    yield from set_role(after)
    return (yield from PROFILE.settling(after, {}))


def delete_profile(resource: Resource) -> Steps[None]:
    yield from set_role(replace(resource, properties={"Roles": []}))
    yield from PROFILE.deleting(resource)


def read_profile(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from PROFILE.finding(resource)
    seen = {**found, "Roles": [each["RoleName"] for each in found["Roles"]]} if found else {}
    return projected(seen, resource.properties) if found else None


def set_role(resource: Resource) -> Steps[None]:
    """Have a profile hold its role: one at most, so what is in it goes first."""
    where, wanted = {"InstanceProfileName": itself(resource)}, list(resource.properties["Roles"])
    found = yield from PROFILE.finding(resource)
    held = [each["RoleName"] for each in found.get("Roles") or []]
    for role in held:
        if role not in wanted:
            yield from ask("iam", "RemoveRoleFromInstanceProfile", {**where, "RoleName": role}, pardon=GONE)
    for role in wanted:
        if role not in held:
            yield from ask("iam", "AddRoleToInstanceProfile", {**where, "RoleName": role})


def put_inline(before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    """Put an inline policy into all that are to have it, and delete it from those that had it."""
    for listed, holder in HOLDERS.items():
        old, new = (
            {name: {"PolicyName": each["PolicyName"], "PolicyDocument": each["PolicyDocument"]} for name in names}
            for each in (before, after)
            for names in [each.get(listed) or []]
        )
        for name in [*new, *(each for each in old if each not in new)]:
            was, will = ([each[name]] if name in each else [] for each in (old, new))
            yield from holder.grant(name, {"Policies": was}, {"Policies": will})


def read_policy(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """A policy is there as long as all that are to have it have it."""
    for listed, holder in HOLDERS.items():
        for name in resource.properties.get(listed) or []:
            request = {**holder.where(name), "PolicyName": resource.properties["PolicyName"]}
            found = yield from ask("iam", f"Get{holder.kind}Policy", request, pardon=GONE)
            if not found:
                return None
    return dict(resource.properties)


POLICY: Final = upon(
    "AWS::IAM::Policy", put_inline, read_policy, properties="Groups PolicyDocument PolicyName Roles Users",
    required="PolicyDocument PolicyName",
)  # fmt: skip


def inline_policy(kind: str) -> Plain:
    """An inline policy of one role, user or group."""
    name = f"{kind}Name"
    return Plain(
        name=f"AWS::IAM::{kind}Policy",
        service="iam",
        create=f"Put{kind}Policy",
        read=f"Get{kind}Policy",
        update=f"Put{kind}Policy",
        delete=f"Delete{kind}Policy",
        properties=f"PolicyDocument PolicyName {name}",
        required=f"PolicyDocument PolicyName {name}",
        create_only=f"PolicyName {name}",
        key={name: told(name), "PolicyName": told("PolicyName")},
        id=lambda resource, _: f"{resource.properties['PolicyName']}|{resource.properties[name]}",
        gone=GONE,
    )


def managed_arn(resource: Resource) -> str:
    known, path = itself(resource), resource.properties.get("Path", "/")
    return known if known.startswith("arn:") else f"arn:aws:iam::{resource.scope.account}:policy{path}{known}"


MANAGED: Final = Plain(
    name="AWS::IAM::ManagedPolicy",
    service="iam",
    create="CreatePolicy",
    read="GetPolicy",
    delete="DeletePolicy",
    properties="Description Groups ManagedPolicyName Path PolicyDocument Roles Users",
    required="PolicyDocument",
    create_only="Description ManagedPolicyName Path",
    naming=Naming("ManagedPolicyName", longest=128),
    key={"PolicyArn": managed_arn},
    id="Arn",
    inside="Policy",
    attributes={
        "AttachmentCount": "AttachmentCount",
        "CreateDate": "@CreateDate",
        "DefaultVersionId": "DefaultVersionId",
        "IsAttachable": "IsAttachable",
        "PolicyArn": "Arn",
        "PolicyId": "PolicyId",
        "UpdateDate": "@UpdateDate",
    },
    renames={"ManagedPolicyName": "PolicyName"},
    request=lambda resource: resource.without("Groups", "Roles", "Users"),
    unchecked="Groups Roles Users",
)


def attach(before: Mapping[str, Json], after: Mapping[str, Json], arn: str) -> Steps[None]:
    for listed, holder in HOLDERS.items():
        old, new = (each.get(listed) or [] for each in (before, after))
        for name in new:
            if name not in old:
                yield from holder.grant(name, {}, {"ManagedPolicyArns": [arn]})
        for name in old:
            if name not in new:
                yield from holder.grant(name, {"ManagedPolicyArns": [arn]}, {})


def create_managed(resource: Resource) -> Steps[Made]:
    made = yield from MANAGED.making(resource)
    yield from attach({}, resource.properties, made.physical_id)
    return (yield from MANAGED.settling(replace(resource, physical_id=made.physical_id), {}))


def update_managed(before: Resource, after: Resource) -> Steps[Made]:
    """A policy's document changes by a new version; the one before it goes, so that there is always room for one."""
    where = {"PolicyArn": after.physical_id}
    documents = [text(each.properties["PolicyDocument"]) for each in (before, after)]
    if documents[0] != documents[1]:
        yield from ask("iam", "CreatePolicyVersion", {**where, "PolicyDocument": documents[1], "SetAsDefault": True})
        yield from drop_versions(where)
    yield from attach(before.properties, after.properties, after.physical_id)
    return (yield from MANAGED.settling(after, {}))


def delete_managed(resource: Resource) -> Steps[None]:
    where = {"PolicyArn": managed_arn(resource)}
    found = yield from ask("iam", "ListEntitiesForPolicy", where, pardon=GONE)
    for listed, holder in HOLDERS.items():
        for each in found.get(f"Policy{listed}") or []:
            request = {**holder.where(each[f"{holder.kind}Name"]), **where}
            yield from ask("iam", f"Detach{holder.kind}Policy", request, pardon=GONE)
    yield from drop_versions(where)
    yield from MANAGED.deleting(resource)


def drop_versions(where: Mapping[str, Json]) -> Steps[None]:
    """Delete every version of a policy but the default one."""
    listed = yield from ask("iam", "ListPolicyVersions", where, pardon=GONE)
    for each in listed.get("Versions") or []:
        if not each["IsDefaultVersion"]:
            yield from ask("iam", "DeletePolicyVersion", {**where, "VersionId": each["VersionId"]}, pardon=GONE)


ACCESS_KEY: Final = Plain(
    name="AWS::IAM::AccessKey",
    service="iam",
    create="CreateAccessKey",
    read="ListAccessKeys",
    update="UpdateAccessKey",
    delete="DeleteAccessKey",
    properties="Serial Status UserName",
    required="UserName",
    create_only="Serial UserName",
    key={"UserName": told("UserName"), "AccessKeyId": itself},
    id="AccessKey.AccessKeyId",
    attributes={"Id": "AccessKey.AccessKeyId", "SecretAccessKey": "AccessKey.SecretAccessKey"},
    unchecked="Serial Status",
    reset={"Status": "Active"},
)


def create_key(resource: Resource) -> Steps[Made]:
    made = yield from ask("iam", "CreateAccessKey", resource.only("UserName"))
    key = made["AccessKey"]
    yield from set_status(resource.properties, "Active", key["AccessKeyId"])
    return Made(key["AccessKeyId"], {"Id": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]})


def update_key(before: Resource, after: Resource) -> Steps[Made]:
    yield from set_status(after.properties, before.properties.get("Status", "Active"), after.physical_id)
    return Made(after.physical_id, before.attributes)


def set_status(properties: Mapping[str, Json], now: str, key: str) -> Steps[None]:
    wanted = properties.get("Status", "Active")
    if wanted != now:
        request = {"UserName": properties["UserName"], "AccessKeyId": key, "Status": wanted}
        yield from ask("iam", "UpdateAccessKey", request)


def read_key(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ask("iam", "ListAccessKeys", resource.only("UserName"), pardon=GONE)
    keys = [each for each in found.get("AccessKeyMetadata") or [] if each["AccessKeyId"] == itself(resource)]
    return {"UserName": keys[0]["UserName"], "Status": keys[0]["Status"]} if keys else None


LINKED_ROLE: Final = Plain(
    name="AWS::IAM::ServiceLinkedRole",
    service="iam",
    create="CreateServiceLinkedRole",
    read="GetRole",
    update="UpdateRoleDescription",
    delete="DeleteServiceLinkedRole",
    properties="AWSServiceName CustomSuffix Description",
    create_only="AWSServiceName CustomSuffix",
    required="AWSServiceName",
    key={"RoleName": itself},
    id="Role.RoleName",
    inside="Role",
    attributes={"RoleName": "RoleName"},
    reset={"Description": ""},
)


def read_inline(plain: Plain) -> Read:
    """An inline policy with its document as an object."""

    def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
        found = yield from plain.looking(resource)
        return projected(opened(found, "PolicyDocument"), resource.properties) if found else None

    return read


INLINE: Final = tuple(inline_policy(kind) for kind in ("Role", "User", "Group"))
TYPES: Final = (
    Holder("Role").type(ROLE),
    Holder("User").type(USER),
    Holder("Group").type(GROUP),
    ADDITION,
    replace(PROFILE.type(), create=create_profile, update=update_profile, delete=delete_profile, read=read_profile),
    replace(PROVIDER.type(), update=update_provider, read=read_provider),
    POLICY,
    *(replace(each.type(), read=read_inline(each)) for each in INLINE),
    replace(MANAGED.type(), create=create_managed, update=update_managed, delete=delete_managed),
    LINKED_ROLE.type(),
    replace(ACCESS_KEY.type(), create=create_key, update=update_key, read=read_key),
)
