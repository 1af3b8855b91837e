"""What is set up is there again in the next server, under its ids; what flowed through is not."""

import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.services.peripheral import Memory, Peripheral
from penstock.store.sealing import Sealing
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError
from penstock.wire.validate import validate
from services.peripheral.worlds import Own

WHO = Scope()
POLICY = """{"Version": "2012-10-17", "Statement": [
    {"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "ecr:*"}
]}"""
MANIFEST = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}'


class Server:
    """One life of the peripheral services, on a database that stays."""

    def __init__(self, database: SqliteDatabase) -> None:
        sealing, numbers = Sealing(), count(time.time_ns())
        sealing.seal_with(b"the installation's")
        self.directory = Directory(validate)
        Own().enter(self.directory)
        memory = Memory(database, sealing, time.time, lambda: f"{next(numbers):032x}")
        self.room = Peripheral(self.directory, lambda: "http://here", time.time, memory)

    async def ask(self, service: str, operation: str, **request: Any) -> Answer:
        return await self.directory.answer(Call(service, operation, request, WHO))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    migrate(tmp_path / "penstock.db", MIGRATIONS)
    opened = SqliteDatabase(tmp_path / "penstock.db")
    yield opened
    opened.close()


@pytest.fixture
def start(database: SqliteDatabase, tmp_path: Path) -> Any:
    """Begin a server; the one before is forgotten, as when it was killed."""
    before: list[Server] = []

    async def begin() -> Server:
        if before:
            await before.pop().room.close()
        server = Server(database)
        server.room.enter(tmp_path)
        before.append(server)
        return server

    return begin


async def test_repositories_and_their_images_are_there_again_with_what_was_set_last(start: Any) -> None:
    server = await start()
    await server.ask("ecr", "CreateRepository", repositoryName="team/own", tags=[{"Key": "a", "Value": "1"}])
    await server.ask("ecr", "CreateRepository", repositoryName="gone")
    await server.ask("ecr", "PutImageTagMutability", repositoryName="team/own", imageTagMutability="IMMUTABLE")
    image = await server.ask("ecr", "PutImage", repositoryName="team/own", imageManifest=MANIFEST, imageTag="one")
    await server.ask("ecr", "SetRepositoryPolicy", repositoryName="team/own", policyText=POLICY)
    await server.ask("ecr", "DeleteRepositoryPolicy", repositoryName="team/own")
    arn = (await server.ask("ecr", "DescribeRepositories"))["repositories"][1]["repositoryArn"]
    await server.ask(
        "ecr", "TagResource", resourceArn=arn.replace("gone", "team/own"), tags=[{"Key": "b", "Value": "2"}]
    )
    await server.ask("ecr", "DeleteRepository", repositoryName="gone")

    server = await start()
    (found,) = (await server.ask("ecr", "DescribeRepositories"))["repositories"]
    images = await server.ask("ecr", "DescribeImages", repositoryName="team/own")
    tags = await server.ask("ecr", "ListTagsForResource", resourceArn=found["repositoryArn"])

    assert (found["repositoryName"], found["imageTagMutability"]) == ("team/own", "IMMUTABLE")
    assert [each["imageTags"] for each in images["imageDetails"]] == [["one"]]
    assert images["imageDetails"][0]["imageDigest"] == image["image"]["imageId"]["imageDigest"]
    assert tags["tags"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    with pytest.raises(ServiceError, match="Repository policy does not exist"):
        await server.ask("ecr", "GetRepositoryPolicy", repositoryName="team/own")


async def test_topics_queues_and_subscriptions_keep_their_arns_and_lose_their_messages(start: Any) -> None:
    server = await start()
    queue = (await server.ask("sqs", "CreateQueue", QueueName="jobs"))["QueueUrl"]
    await server.ask("sqs", "SetQueueAttributes", QueueUrl=queue, Attributes={"VisibilityTimeout": "77"})
    await server.ask("sqs", "SendMessage", QueueUrl=queue, MessageBody="lost")
    topic = (await server.ask("sns", "CreateTopic", Name="news"))["TopicArn"]
    to = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:123456789012:jobs"}
    left = await server.ask("sns", "Subscribe", **{**to, "Endpoint": f"{to['Endpoint']}-other"})
    kept = await server.ask("sns", "Subscribe", **to)
    await server.ask("sns", "Subscribe", **to)
    await server.ask("sns", "Unsubscribe", SubscriptionArn=left["SubscriptionArn"])
    gone = (await server.ask("sns", "CreateTopic", Name="gone"))["TopicArn"]
    await server.ask("sns", "Subscribe", **{**to, "TopicArn": gone})
    await server.ask("sns", "DeleteTopic", TopicArn=gone)

    server = await start()
    subscriptions = (await server.ask("sns", "ListSubscriptions"))["Subscriptions"]
    attributes = await server.ask("sqs", "GetQueueAttributes", QueueUrl=queue, AttributeNames=["VisibilityTimeout"])
    await server.ask("sns", "Publish", TopicArn=topic, Message="heard")
    messages = (await server.ask("sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10))["Messages"]

    assert [each["SubscriptionArn"] for each in subscriptions] == [kept["SubscriptionArn"]]
    assert attributes["Attributes"] == {"VisibilityTimeout": "77"}
    assert len(messages) == 1


async def test_secrets_have_their_values_and_keys_open_what_they_have_sealed(
    start: Any, database: SqliteDatabase
) -> None:
    server = await start()
    secret = await server.ask("secretsmanager", "CreateSecret", Name="token-abcdef", SecretString="first")
    await server.ask("secretsmanager", "PutSecretValue", SecretId="token-abcdef", SecretString="second")
    await server.ask("secretsmanager", "CreateSecret", Name="gone", SecretString="x")
    await server.ask("secretsmanager", "DeleteSecret", SecretId="gone", ForceDeleteWithoutRecovery=True)
    key = (await server.ask("kms", "CreateKey"))["KeyMetadata"]
    pair = (await server.ask("kms", "CreateKey", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY"))["KeyMetadata"]
    await server.ask("kms", "CreateAlias", AliasName="alias/mine", TargetKeyId=key["KeyId"])
    sealed = await server.ask("kms", "Encrypt", KeyId="alias/mine", Plaintext=b"plain")

    server = await start()
    values = [
        (await server.ask("secretsmanager", "GetSecretValue", SecretId=secret["ARN"], VersionStage=stage))[
            "SecretString"
        ]
        for stage in ("AWSCURRENT", "AWSPREVIOUS")
    ]
    listed = await server.ask("secretsmanager", "ListSecrets")
    opened = await server.ask("kms", "Decrypt", CiphertextBlob=sealed["CiphertextBlob"])

    assert values == ["second", "first"]
    assert [each["Name"] for each in listed["SecretList"]] == ["token-abcdef"]
    assert (opened["KeyId"], opened["Plaintext"]) == (key["Arn"], b"plain")
    with pytest.raises(ServiceError, match="does not exist"):
        await server.ask("kms", "DescribeKey", KeyId=pair["KeyId"])
    rows = await database.read(lambda tx: tx.rows("SELECT body FROM document WHERE kind = 'peripheral/call'"))
    assert rows
    assert not any("second" in str(row) for row in rows)
    assert not any(re.search(r'"Seed":"[0-9a-f]{32}"', str(row)) for row in rows)  # as this server's chance is


async def test_alarms_are_there_again_in_their_state_and_watched(start: Any) -> None:
    server = await start()
    alarm = {
        "Namespace": "N", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    for name in ("loud", "gone"):
        await server.ask("cloudwatch", "PutMetricAlarm", AlarmName=name, **alarm)
    for state in ("OK", "ALARM"):
        await server.ask("cloudwatch", "SetAlarmState", AlarmName="loud", StateValue=state, StateReason="by hand")
    await server.ask("cloudwatch", "PutMetricAlarm", AlarmName="loud", **{**alarm, "Threshold": 2.0})
    await server.ask("cloudwatch", "DisableAlarmActions", AlarmNames=["loud", "gone"])
    await server.ask("cloudwatch", "DeleteAlarms", AlarmNames=["gone"])

    server = await start()
    (found,) = (await server.ask("cloudwatch", "DescribeAlarms"))["MetricAlarms"]

    assert (found["AlarmName"], found["StateValue"], found["Threshold"]) == ("loud", "ALARM", 2.0)
    assert found["ActionsEnabled"] is False
