"""DynamoDB over HTTP: items, and errors with AWS's codes and sentences."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.serving import Door


@pytest.fixture
def dynamodb(door: Door) -> Any:
    client = door.client("dynamodb")
    client.create_table(
        TableName="models",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def test_an_item_comes_back_as_it_was_put(dynamodb: Any) -> None:
    item = {"id": {"S": "1"}, "n": {"N": "1.5"}, "b": {"B": b"\0\1"}, "l": {"L": [{"BOOL": True}, {"NULL": True}]}}

    dynamodb.put_item(TableName="models", Item=item)

    assert dynamodb.get_item(TableName="models", Key={"id": {"S": "1"}})["Item"] == item
    assert dynamodb.scan(TableName="models")["Count"] == 1


def test_an_update_answers_what_it_changed(dynamodb: Any) -> None:
    dynamodb.put_item(TableName="models", Item={"id": {"S": "1"}, "n": {"N": "1"}})

    answer = dynamodb.update_item(
        TableName="models", Key={"id": {"S": "1"}}, UpdateExpression="SET n = n + :one",
        ExpressionAttributeValues={":one": {"N": "2"}}, ReturnValues="UPDATED_NEW",
    )  # fmt: skip

    assert answer["Attributes"] == {"n": {"N": "3"}}
    assert "ConsumedCapacity" not in answer


REFUSED: list[tuple[Callable[[Any], object], str, str]] = [
    (
        lambda dynamodb: dynamodb.get_item(TableName="nowhere", Key={"id": {"S": "1"}}),
        "ResourceNotFoundException",
        "Requested resource not found",
    ),
    (
        lambda dynamodb: dynamodb.put_item(
            TableName="models", Item={"id": {"S": "1"}}, ConditionExpression="attribute_exists(id)"
        ),
        "ConditionalCheckFailedException",
        "The conditional request failed",
    ),
    (
        lambda dynamodb: dynamodb.get_item(TableName="a/b", Key={"id": {"S": "1"}}),
        "ValidationException",
        "1 validation error detected: Value 'a/b' at 'tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ),
    (
        lambda dynamodb: dynamodb.get_item(TableName="models", Key={"other": {"S": "1"}}),
        "ValidationException",
        "The provided key element does not match the schema",
    ),
    (
        lambda dynamodb: dynamodb.query(TableName="models"),
        "ValidationException",
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    ),
]


@pytest.mark.parametrize(("ask", "code", "sentence"), REFUSED)
def test_errors_carry_awss_code_and_sentence(
    dynamodb: Any, ask: Callable[[Any], object], code: str, sentence: str
) -> None:
    with pytest.raises(ClientError) as refusal:
        ask(dynamodb)

    assert refusal.value.response["Error"] == {"Code": code, "Message": sentence}
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_cancelled_transaction_tells_its_reasons(dynamodb: Any) -> None:
    put = {"TableName": "models", "Item": {"id": {"S": "1"}}, "ConditionExpression": "attribute_exists(id)"}

    with pytest.raises(ClientError) as refusal:
        dynamodb.transact_write_items(TransactItems=[{"Put": put}])

    assert refusal.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert refusal.value.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed"


def test_what_moto_cannot_do_here_is_said(dynamodb: Any) -> None:
    with pytest.raises(ClientError, match=r"Penstock does not implement dynamodb\.ExecuteStatement"):
        dynamodb.execute_statement(Statement='SELECT * FROM "models"')
