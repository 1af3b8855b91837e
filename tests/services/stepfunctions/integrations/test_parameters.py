"""Which parameters a task can be started with."""

import pytest

from penstock.services.stepfunctions.integrations.parameters import problems, template_problems
from penstock.services.stepfunctions.integrations.resources import parse_resource
from penstock.wire.call import Json


def wrong(resource: str, parameters: Json) -> tuple[str, ...]:
    return problems(parse_resource(f"arn:aws:states:::{resource}"), parameters)


def test_what_the_action_does_not_take_is_not_supported() -> None:
    assert wrong("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "b", "MessageSystemAttributes": {}}) == (
        "The field 'MessageSystemAttributes' is not supported by Step Functions",
    )


def test_members_are_spelled_with_a_capital() -> None:
    assert wrong("aws-sdk:sfn:startExecution", {"stateMachineArn": "a"}) == (
        "The field 'stateMachineArn' is not supported by Step Functions",
        "The field 'StateMachineArn' is required but was missing",
    )


def test_null_is_there() -> None:
    assert wrong("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": None}) == ()


@pytest.mark.parametrize("value", [5, True, ["a"]])
def test_text_must_be_text(value: Json) -> None:
    assert wrong("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"N": value}}}) == (
        "The value for the field 'N' must be a STRING",
    )


@pytest.mark.parametrize(("value", "told"), [(1, ()), (1.0, ()), (1.5, ("an INTEGER",)), ("1", ("an INTEGER",))])
def test_a_whole_number_may_be_written_as_a_fraction(value: Json, told: tuple[str, ...]) -> None:
    assert wrong("aws-sdk:dynamodb:query", {"TableName": "t", "Limit": value}) == tuple(
        f"The value for the field 'Limit' must be {kind}" for kind in told
    )


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": [1]}),
        ("sns:publish", {"TopicArn": "t", "Message": 1}),
        ("states:startExecution.sync:2", {"StateMachineArn": "m", "Input": True}),
        ("aws-sdk:sfn:sendTaskSuccess", {"TaskToken": "t", "Output": 1}),
        ("events:putEvents", {"Entries": [{"Detail": {"a": 1}}]}),
        ("lambda:invoke", {"FunctionName": "f", "Payload": 1, "ClientContext": {"a": 1}}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": False}),
        ("http:invoke", {"ApiEndpoint": "https://example.com", "Method": "GET", "Headers": {"a": "b"}}),
        ("glue:startJobRun", {"JobName": "j", "Anything": 1}),
    ],
)
def test_what_becomes_text_on_its_way_may_be_any_json(resource: str, parameters: Json) -> None:
    assert wrong(resource, parameters) == ()


def test_nested_structures_are_looked_into() -> None:
    entry = {"Id": "1", "messageBody": "b"}

    assert wrong("aws-sdk:sqs:sendMessageBatch", {"QueueUrl": "u", "Entries": [entry]}) == (
        "The field 'messageBody' is not supported by Step Functions",
        "The field 'MessageBody' is required but was missing",
    )


def test_parameters_too_deep_to_be_read_are_a_problem_and_no_crash() -> None:
    deep: Json = {"S": "x"}
    for _ in range(100_000):
        deep = {"M": {"a": deep}}

    assert wrong("dynamodb:putItem", {"TableName": "t", "Item": {"a": deep}}) == (
        "The parameters are nested more than 100 levels deep",
    )


def test_parameters_must_be_an_object() -> None:
    assert wrong("sqs:sendMessage", "text") == ("The parameters must be a JSON object",)


def test_a_template_names_what_it_will_have() -> None:
    publish = parse_resource("arn:aws:states:::lambda:invoke")

    assert template_problems(publish, {"FunctionName.$": "$.f", "Payload.$": "$"}) == ()
    assert template_problems(publish, {"Payload.$": "$", "Name": "f"}) == (
        "The field 'Name' is not supported by Step Functions",
        "The field 'FunctionName' is required but was missing",
    )


def test_a_template_that_is_one_expression_may_become_anything() -> None:
    assert template_problems(parse_resource("arn:aws:states:::lambda:invoke"), "{% $states.input %}") == ()
