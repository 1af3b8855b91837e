"""Kept: the calls that set something up, and what they set up, by the name that it has in every call.

One in `BEGINS` may be the first on a thing, one in `REPLACES` stands for those before it of its name, one in `ENDS`
takes the thing away; every other adds to what is known of it. Keys that sign are not kept (the same pair could not be
made again): those are gone with their server, and so is what flows through.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from penstock.wire.call import Answer, Call, Json

PARTS: Final = {"sns": ":"}  # between a thing and what hangs on it, as subscriptions on a topic
Thing = Callable[[Mapping[str, Json], Answer], Iterable[str]]


def named(member: str, *parts: str) -> Thing:
    """By its name, or by the last part of an address or ARN, after whichever of `parts` is in it."""

    def things(request: Mapping[str, Json], _: Answer) -> Iterable[str]:
        given = request.get(member)
        for each in given if isinstance(given, list) else [given]:
            name = str(each or "")
            for part in parts:
                name = name.rpartition(part)[2]
            yield name

    return things


def told(member: str) -> Thing:
    """As the answer tells it."""

    def things(_: Mapping[str, Json], answer: Answer) -> Iterable[str]:
        if value := answer.get(member):
            yield str(value)

    return things


def either(*members: str) -> Thing:
    """By whichever of these names the request has."""

    def things(request: Mapping[str, Json], _: Answer) -> Iterable[str]:
        found = next((str(request[each]) for each in members if request.get(each)), "")
        yield found.rpartition("/")[2]

    return things


def _subscription(_: Mapping[str, Json], answer: Answer) -> Iterable[str]:
    arn = str(answer.get("SubscriptionArn", ""))
    if arn.startswith("arn:"):  # of one that waits for its confirmation there may be none
        yield arn


def _secret(request: Mapping[str, Json], answer: Answer) -> Iterable[str]:
    """By its name: an ARN has six letters more."""
    given = str(answer.get("ARN") or request["SecretId"])
    yield _LETTERS.sub("", given.partition(":secret:")[2]) if given.startswith("arn:") else given


_LETTERS: Final = re.compile("-[A-Za-z0-9]{6}$")


def _key(request: Mapping[str, Json], answer: Answer) -> Iterable[str]:
    spec = request.get("KeySpec") or request.get("CustomerMasterKeySpec") or SYMMETRIC
    if spec == SYMMETRIC:
        yield answer["KeyMetadata"]["KeyId"]


SYMMETRIC: Final = "SYMMETRIC_DEFAULT"


def _all(thing: Thing, operations: str) -> dict[str, Thing]:
    return dict.fromkeys(operations.split(), thing)


KEPT: Final[Mapping[str, Mapping[str, Thing]]] = {
    "sqs": {
        "CreateQueue": named("QueueName"),
        **_all(
            named("QueueUrl", "/"),
            "SetQueueAttributes TagQueue UntagQueue AddPermission RemovePermission DeleteQueue",
        ),
    },
    "sns": {
        "CreateTopic": told("TopicArn"),
        "Subscribe": _subscription,
        **_all(named("SubscriptionArn"), "SetSubscriptionAttributes Unsubscribe"),
        **_all(named("ResourceArn"), "TagResource UntagResource"),
        **_all(named("TopicArn"), "SetTopicAttributes AddPermission RemovePermission DeleteTopic"),
    },
    "dynamodb": {
        **_all(
            named("TableName", ":table/"),
            "CreateTable UpdateTable UpdateTimeToLive UpdateContinuousBackups DeleteTable",
        ),
        **_all(named("ResourceArn", ":table/"), "TagResource UntagResource PutResourcePolicy DeleteResourcePolicy"),
    },
    "kinesis": {
        **_all(
            either("StreamName", "StreamARN"),
            "CreateStream AddTagsToStream RemoveTagsFromStream IncreaseStreamRetentionPeriod "
            "DecreaseStreamRetentionPeriod UpdateShardCount UpdateStreamMode RegisterStreamConsumer DeleteStream",
        ),
    },
    "secretsmanager": _all(
        _secret,
        "CreateSecret UpdateSecret PutSecretValue UpdateSecretVersionStage RestoreSecret PutResourcePolicy TagResource "
        "DeleteResourcePolicy ReplicateSecretToRegions RemoveRegionsFromReplication UntagResource DeleteSecret",
    ),
    "ssm": {
        **_all(
            named("Name"),
            "CreateDocument UpdateDocument UpdateDocumentDefaultVersion ModifyDocumentPermission DeleteDocument",
        ),
        **_all(named("ResourceId"), "AddTagsToResource RemoveTagsFromResource"),
    },
    "ecr": {
        **_all(
            named("repositoryName"),
            "CreateRepository PutImage BatchDeleteImage PutImageTagMutability PutLifecyclePolicy DeleteLifecyclePolicy "
            "SetRepositoryPolicy DeleteRepositoryPolicy DeleteRepository",
        ),
        **_all(named("resourceArn", ":repository/"), "TagResource UntagResource"),
        **_all(named("registryId"), "PutRegistryPolicy DeleteRegistryPolicy"),
    },
    "cloudwatch": {
        **_all(named("AlarmName"), "PutMetricAlarm SetAlarmState"),
        **_all(named("AlarmNames"), "EnableAlarmActions DisableAlarmActions DeleteAlarms"),
        **_all(named("ResourceARN", ":alarm:"), "TagResource UntagResource"),
        "PutDashboard": named("DashboardName"),
        "DeleteDashboards": named("DashboardNames"),
    },
    "kms": {
        "CreateKey": _key,
        **_all(
            named("KeyId", "/"),
            "PutKeyPolicy TagResource UntagResource EnableKey DisableKey EnableKeyRotation DisableKeyRotation "
            "ScheduleKeyDeletion CancelKeyDeletion UpdateKeyDescription CreateGrant RevokeGrant RetireGrant",
        ),
        **_all(named("AliasName"), "CreateAlias UpdateAlias DeleteAlias"),
    },
}
ENDS: Final = frozenset({
    "DeleteQueue", "DeleteTopic", "Unsubscribe", "DeleteTable", "DeleteStream", "DeleteDocument", "DeleteRepository",
    "DeleteAlarms", "DeleteDashboards", "DeleteAlias",
})  # fmt: skip
BEGINS: Final = frozenset({
    "CreateQueue", "CreateTopic", "Subscribe", "CreateTable", "CreateStream", "CreateSecret", "CreateDocument",
    "CreateRepository", "PutRegistryPolicy", "PutMetricAlarm", "PutDashboard", "CreateKey", "CreateAlias",
})  # fmt: skip
REPLACES: Final = frozenset({
    "CreateQueue", "CreateTopic", "Subscribe", "PutMetricAlarm", "SetAlarmState", "PutDashboard", "PutKeyPolicy",
})  # fmt: skip
# Of these a thing is told again the last ones only.
COUNTED: Final = frozenset({"PutSecretValue", "UpdateSecretVersionStage", "EnableAlarmActions", "DisableAlarmActions"})


def is_kept(call: Call) -> bool:
    return call.operation in KEPT.get(call.service, {})


def things(call: Call, answer: Answer) -> list[str]:
    """What a call that is kept was about."""
    return list(KEPT[call.service][call.operation](call.request, answer))


def ends(call: Call) -> bool:
    """Whether nothing is left of the thing. A secret may come back, unless it was deleted for good."""
    return call.operation in ENDS or bool(call.request.get("ForceDeleteWithoutRecovery"))


def begins(call: Call) -> bool:
    return call.operation in BEGINS


def replaces(call: Call) -> bool:
    return call.operation in REPLACES
