"""The stage: what moto is kept from."""

import gc

import pytest

from penstock.services.peripheral import stage
from penstock.wire.call import Call, Json, Scope, ServiceError


def play(service: str, operation: str, *, scope: Scope = Scope(), **request: Json) -> dict[str, Json]:
    answer, _ = stage.perform(Call(service, operation, request, scope), "http://here")
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
        play("secretsmanager", "GetSecretValue", SecretId="token", scope=Scope(account="999999999999"))


def test_moments_are_seconds_and_blobs_are_bytes() -> None:
    key = play("kms", "CreateKey")["KeyMetadata"]
    sealed = play("kms", "Encrypt", KeyId=key["KeyId"], Plaintext=b"\0")["CiphertextBlob"]

    assert isinstance(key["CreationDate"], float)
    assert isinstance(sealed, bytes)


def test_nothing_is_left_for_the_next_server() -> None:
    play("sqs", "CreateQueue", QueueName="jobs")

    stage.forget()

    assert play("sqs", "ListQueues") == {}
