"""The stage: what moto is kept from."""

import gc
from collections.abc import Iterator

import pytest

from penstock.services.peripheral import stage
from penstock.wire.call import DEFAULT_ACCOUNT, Call, Json, Scope, ServiceError


@pytest.fixture(autouse=True)
def _emptied() -> Iterator[None]:
    yield
    stage.forget()


def play(service: str, operation: str, *, account: str = DEFAULT_ACCOUNT, **request: Json) -> dict[str, Json]:
    answer, _ = stage.perform(Call(service, operation, request, Scope(account)), "http://here", seen_at="http://here")
    return dict(answer)


def test_messages_that_are_gone_are_let_go() -> None:
    url = play("sqs", "CreateQueue", QueueName="jobs")["QueueUrl"]
    bodies = [f"body-{number}-{'x' * 50}" for number in range(20)]

    for body in bodies:
        play("sqs", "SendMessage", QueueUrl=url, MessageBody=body)
        (message,) = play("sqs", "ReceiveMessage", QueueUrl=url)["Messages"]
        play("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    gc.collect()
    left = [each for each in gc.get_objects() if type(each).__name__ == "Message" and hasattr(each, "receipt_handle")]
    assert left == []


def test_accounts_do_not_see_one_another() -> None:
    play("secretsmanager", "CreateSecret", Name="token", SecretString="x", ClientRequestToken="t" * 32)

    with pytest.raises(ServiceError, match="can't find the specified secret"):
        play("secretsmanager", "GetSecretValue", SecretId="token", account="999999999999")


def test_moments_are_seconds_and_blobs_are_bytes() -> None:
    key = play("kms", "CreateKey")["KeyMetadata"]
    sealed = play("kms", "Encrypt", KeyId=key["KeyId"], Plaintext=b"\0")["CiphertextBlob"]

    assert isinstance(key["CreationDate"], float)
    assert isinstance(sealed, bytes)


def test_nothing_is_left_for_the_next_server() -> None:
    play("sqs", "CreateQueue", QueueName="jobs")

    stage.forget()

    assert play("sqs", "ListQueues") == {}


STUMBLES = [
    ("dynamodb", "PutItem", {"TableName": "t", "Item": {"id": {}}}, "ValidationException"),
    ("kms", "ListGrants", {"KeyId": "nowhere"}, "NotFoundException"),
    ("ecr", "PutImage", {"repositoryName": "nowhere", "imageManifest": "{}"}, "RepositoryNotFoundException"),
    ("sns", "ListTopics", {"NextToken": "nonsense"}, "InvalidParameter"),
    ("sqs", "ListQueues", {"MaxResults": 1, "NextToken": "nonsense"}, "InvalidToken"),
    ("dynamodbstreams", "DescribeStream", {"StreamArn": "x" * 40}, "NotImplemented"),
]


@pytest.mark.parametrize(("service", "operation", "request_", "code"), STUMBLES)
def test_a_request_that_moto_falls_over_is_answered(
    service: str, operation: str, request_: dict[str, Json], code: str
) -> None:
    play(
        "dynamodb", "CreateTable", TableName="t", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip

    with pytest.raises(ServiceError) as refusal:
        play(service, operation, **request_)

    assert refusal.value.code == code
