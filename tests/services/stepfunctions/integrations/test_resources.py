"""What the Resource of a Task state may be, and what it is taken for."""

import pytest

from penstock.languages.asl.resources import OPTIMISED
from penstock.services.stepfunctions.integrations.catalog import PRODUCTS
from penstock.services.stepfunctions.integrations.jobs import WAITS
from penstock.services.stepfunctions.integrations.resources import parse_resource
from penstock.wire.sdk.names import called, client


def test_a_functions_arn_is_shown_whole() -> None:
    resource = parse_resource("arn:aws:lambda:us-east-1:123456789012:function:score:live")

    assert resource.kind == "lambda"
    assert resource.shown == "arn:aws:lambda:us-east-1:123456789012:function:score:live"


def test_an_activitys_arn_is_an_activity() -> None:
    assert parse_resource("arn:aws:states:us-east-1:123456789012:activity:approve").kind == "activity"


@pytest.mark.parametrize(
    ("suffix", "pattern"), [("", "request"), (".sync", "sync"), (".sync:2", "sync:2"), (".waitForTaskToken", "token")]
)
def test_the_suffix_says_how_the_state_waits(suffix: str, pattern: str) -> None:
    resource = parse_resource(f"arn:aws:states:::states:startExecution{suffix}")

    assert (resource.pattern, resource.resource_type) == (pattern, "states")
    assert resource.shown == f"startExecution{suffix}"


def test_any_operation_of_any_service_is_an_sdk_integration() -> None:
    resource = parse_resource("arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents")

    assert (resource.resource_type, resource.shown) == ("aws-sdk:cloudwatchlogs", "putLogEvents")
    assert (resource.called_service, resource.called_operation) == ("logs", "PutLogEvents")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:states:::dynamodb:query",  # not an optimised action
        "arn:aws:states:::sqs:sendMessage.sync",  # not a pattern it has
        "arn:aws:states:::aws-sdk:dynamodb:query.sync",  # SDK integrations never wait for jobs
        "arn:aws:states:::aws-sdk:dynamodb:levitate",
        "arn:aws:states:::aws-sdk:dynamodb:Query",  # actions are in camel case
        "arn:aws:states:::aws-sdk:stepfunctions:startExecution",  # AWS's SDK calls it sfn
        "arn:aws:states:::lambda",
        "arn:aws:s3:::bucket",
    ],
)
def test_what_does_not_exist_is_not_recognised(arn: str) -> None:
    with pytest.raises(ValueError, match="is not recognized") as refused:
        parse_resource(arn)

    assert str(refused.value) == (
        f"The resource provided {arn} is not recognized. The value is not a valid resource ARN, "
        "or the resource is not available in this region."
    )


def test_every_service_that_the_language_knows_is_in_the_catalogue() -> None:
    assert OPTIMISED.keys() == PRODUCTS.keys()


def test_everything_that_can_be_waited_for_says_how() -> None:
    jobs = {
        (service, action)
        for service, actions in OPTIMISED.items()
        for action, patterns in actions.items()
        if "sync" in patterns and not PRODUCTS[service].absent
    }

    assert jobs == WAITS.keys()


def test_what_is_no_arn_is_no_resource() -> None:
    with pytest.raises(ValueError, match=r"^Value is not a valid resource ARN$"):
        parse_resource("lambda:invoke")


@pytest.mark.parametrize(
    ("service_id", "name"),
    [
        ("DynamoDB", "DynamoDb"), ("S3", "S3"), ("SFN", "Sfn"), ("CloudWatch Logs", "CloudWatchLogs"),
        ("SageMaker", "SageMaker"), ("EC2", "Ec2"), ("API Gateway", "ApiGateway"), ("IoT", "Iot"),
        ("Config Service", "Config"), ("SageMaker A2I Runtime", "SageMakerA2IRuntime"),
    ],
)  # fmt: skip
def test_a_services_name_in_errors_is_the_sdk_clients(service_id: str, name: str) -> None:
    assert client(service_id) == name


@pytest.mark.parametrize(
    ("sdk_name", "service"),
    [
        ("sfn", "stepfunctions"), ("eventbridge", "events"), ("cloudwatchlogs", "logs"), ("sagemaker", "sagemaker"),
        ("sagemakerruntime", "sagemaker-runtime"), ("costexplorer", "ce"), ("secretsmanager", "secretsmanager"),
        ("nothing", None),
    ],
)  # fmt: skip
def test_the_sdks_name_finds_the_service(sdk_name: str, service: str | None) -> None:
    assert called(sdk_name) == service
