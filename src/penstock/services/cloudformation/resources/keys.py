"""AWS::KMS::… and AWS::SecretsManager::…"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Stable, Tags, itself, told
from penstock.services.cloudformation.resources.shaping import shaped, text

Json = Any
SWITCHES: Final = ("EnableKeyRotation", "Enabled", "PendingWindowInDays", "RotationPeriodInDays")

KEY: Final = Plain(
    name="AWS::KMS::Key",
    service="kms",
    create="CreateKey",
    read="DescribeKey",
    update="UpdateKeyDescription",
    delete="ScheduleKeyDeletion",
    properties="BypassPolicyLockoutSafetyCheck Description EnableKeyRotation Enabled KeyPolicy KeySpec KeyUsage "
    "MultiRegion Origin PendingWindowInDays RotationPeriodInDays Tags",
    create_only="KeySpec KeyUsage MultiRegion Origin",
    key={
        "KeyId": itself,
        "PendingWindowInDays": lambda resource: int(resource.properties.get("PendingWindowInDays", 30)),
    },
    id="KeyMetadata.KeyId",
    inside="KeyMetadata",
    attributes={"Arn": "Arn", "KeyId": "KeyId"},
    renames={"KeyPolicy": "Policy"},
    request=lambda resource: resource.without(*SWITCHES),
    unchecked=" ".join(SWITCHES),
    reset={"Description": ""},
    tags=Tags(of=itself),
    stable=Stable(status="KeyState", moving=frozenset({"Creating"}), over=frozenset({"PendingDeletion"})),
    gone=("NotFoundException", "is pending deletion"),
)


def create_key(resource: Resource) -> Steps[Made]:
    made = yield from KEY.making(resource)
    yield from switch({}, resource.properties, made.physical_id)
    return made


def update_key(before: Resource, after: Resource) -> Steps[Made]:
    policies = [text(each.properties.get("KeyPolicy", "")) for each in (before, after)]
    if policies[0] != policies[1] and policies[1]:
        request = {"KeyId": after.physical_id, "PolicyName": "default", "Policy": policies[1]}
        yield from ask("kms", "PutKeyPolicy", request)
    yield from switch(before.properties, after.properties, after.physical_id)
    if before.only("Description") != after.only("Description"):
        request = {"KeyId": after.physical_id, "Description": text(after.properties.get("Description", ""))}
        yield from ask("kms", "UpdateKeyDescription", request)
    yield from KEY.retag(before.properties, after)
    return (yield from KEY.settling(after, {}))


def switch(before: Mapping[str, Json], after: Mapping[str, Json], key: str) -> Steps[None]:
    """Whether a key is enabled, and whether it is rotated."""
    where = {"KeyId": key}
    old, new = (text(each.get("Enabled", True)) == "true" for each in (before, after))
    if new and not old:
        yield from ask("kms", "EnableKey", where)
    old_days, days = (
        int(each.get("RotationPeriodInDays", 365)) if text(each.get("EnableKeyRotation", False)) == "true" else 0
        for each in (before, after)
    )
    if days and days != old_days:
        yield from ask("kms", "EnableKeyRotation", {**where, "RotationPeriodInDays": days})
    elif old_days and not days:
        yield from ask("kms", "DisableKeyRotation", where)
    if old and not new:
        yield from ask("kms", "DisableKey", where)


ALIAS: Final = Plain(
    name="AWS::KMS::Alias",
    service="kms",
    create="CreateAlias",
    read="ListAliases",
    update="UpdateAlias",
    delete="DeleteAlias",
    properties="AliasName TargetKeyId",
    required="AliasName TargetKeyId",
    create_only="AliasName",
    naming=Naming("AliasName", longest=256),
    key={"AliasName": itself},
    gone=("NotFoundException",),
)


def create_alias(resource: Resource) -> Steps[Made]:
    yield from ask("kms", "CreateAlias", resource.only("AliasName", "TargetKeyId"))
    return Made(resource.name)


def update_alias(_: Resource, after: Resource) -> Steps[Made]:
    yield from ask("kms", "UpdateAlias", after.only("AliasName", "TargetKeyId"))
    return Made(after.physical_id)


def read_alias(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    request: dict[str, Json] = {}
    while True:
        page = yield from ask("kms", "ListAliases", request)
        for each in page["Aliases"]:
            if each["AliasName"] == itself(resource):
                target = text(resource.properties.get("TargetKeyId", ""))
                same = target.rpartition("/")[2] == each.get("TargetKeyId")
                return {"AliasName": each["AliasName"], "TargetKeyId": target if same else each.get("TargetKeyId")}
        if not page.get("Truncated"):
            return None
        request = {"Marker": page["NextMarker"]}


SECRET: Final = Plain(
    name="AWS::SecretsManager::Secret",
    service="secretsmanager",
    create="CreateSecret",
    read="DescribeSecret",
    update="UpdateSecret",
    delete="DeleteSecret",
    properties="Description GenerateSecretString KmsKeyId Name SecretString Tags",
    create_only="Name",
    naming=Naming("Name", longest=512),
    key={"SecretId": itself, "ForceDeleteWithoutRecovery": lambda _: True},
    id="ARN",
    attributes={"Id": "ARN"},
    unchecked="GenerateSecretString",
    reset={"Description": ""},
    tags=Tags(of=itself),
    gone=("ResourceNotFoundException", "marked for deletion", "marked deleted"),
)


def with_secret(resource: Resource) -> Steps[Resource]:
    """The resource with the secret that it wants generated."""
    wanted = resource.properties.get("GenerateSecretString")
    if wanted is None:
        return resource
    template, key = wanted.get("SecretStringTemplate"), wanted.get("GenerateStringKey")
    options = {
        name: value for name, value in wanted.items() if name not in ("SecretStringTemplate", "GenerateStringKey")
    }
    made = yield from ask("secretsmanager", "GetRandomPassword", shaped("secretsmanager", "GetRandomPassword", options))
    password = made["RandomPassword"]
    secret = json.dumps({**json.loads(text(template)), text(key): password}) if template and key else password
    return replace(resource, properties={**resource.without("GenerateSecretString"), "SecretString": secret})


def create_secret(resource: Resource) -> Steps[Made]:
    return (yield from SECRET.making((yield from with_secret(resource))))


def update_secret(before: Resource, after: Resource) -> Steps[Made]:
    """A secret is generated anew when what it is generated by changes, and only then."""
    again = before.only("GenerateSecretString") != after.only("GenerateSecretString")
    wanted = (
        (yield from with_secret(after)) if again else replace(after, properties=after.without("GenerateSecretString"))
    )
    return (yield from SECRET.changing(before, wanted))


def read_secret(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from SECRET.finding(resource)
    if not found or found.get("DeletedDate"):
        return None
    return {name: found[name] for name in ("Description", "KmsKeyId", "Name") if name in found}


POLICY: Final = Plain(
    name="AWS::SecretsManager::ResourcePolicy",
    service="secretsmanager",
    create="PutResourcePolicy",
    read="GetResourcePolicy",
    update="PutResourcePolicy",
    delete="DeleteResourcePolicy",
    properties="BlockPublicPolicy ResourcePolicy SecretId",
    required="ResourcePolicy SecretId",
    create_only="SecretId",
    key={"SecretId": told("SecretId")},
    id="ARN",
    attributes={"Id": "ARN"},
)


def read_resource_policy(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from POLICY.finding(resource)
    if not found.get("ResourcePolicy"):
        return None
    return {"SecretId": resource.properties["SecretId"], "ResourcePolicy": json.loads(found["ResourcePolicy"])}


TYPES: Final = (
    replace(KEY.type(), create=create_key, update=update_key),
    replace(ALIAS.type(), create=create_alias, update=update_alias, read=read_alias),
    replace(SECRET.type(), create=create_secret, update=update_secret, read=read_secret),
    replace(POLICY.type(), read=read_resource_policy),
)
