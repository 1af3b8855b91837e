"""Whether a mocked result could be a service's answer."""

import pytest

from penstock.services.stepfunctions.integrations.resources import parse_resource
from penstock.services.stepfunctions.integrations.schema import Mode, mismatch
from penstock.wire.call import Json


def wrong(resource: str, result: Json, mode: Mode = "STRICT") -> str:
    found = mismatch(parse_resource(f"arn:aws:states:::{resource}"), result, mode)
    return "" if found is None else found.removeprefix("Mock result schema validation error: ")


@pytest.mark.parametrize(
    ("resource", "result", "said"),
    [
        ("states:startExecution", {"ExecutionArn": 1}, "Field 'ExecutionArn' must be a string"),
        ("states:startExecution", {"ExecutionArn": "a", "StartDate": 1}, "Field 'StartDate' must be a string"),
        ("lambda:invoke", {"StatusCode": "200"}, "Field 'StatusCode' must be a number"),
        ("lambda:invoke", {"StatusCode": True}, "Field 'StatusCode' must be a number"),
        ("events:putEvents", {"Entries": "x"}, "Field 'Entries' must be an array"),
        ("aws-sdk:lambda:getFunction", {"Configuration": []}, "Field 'Configuration' must be an object"),
        ("aws-sdk:kms:encrypt", {"CiphertextBlob": ""}, "Field 'CiphertextBlob' is smaller than the minimum length"),
        (
            "aws-sdk:lambda:getFunction",
            {"Configuration": {"MemorySize": 1}},
            "Field 'MemorySize' is less than the minimum value",
        ),
        (
            "aws-sdk:lambda:getFunction",
            {"Configuration": {"MemorySize": 10241}},
            "Field 'MemorySize' exceeds the maximum value",
        ),
        ("aws-sdk:s3:getObject", {"StorageClass": "PAPER"}, "Field 'StorageClass' is not an expected value"),
        ("states:startExecution.sync", {"ExecutionArn": "a"}, "Required field 'StateMachineArn' is missing"),
    ],
)
def test_what_no_service_would_answer_is_told(resource: str, result: Json, said: str) -> None:
    assert wrong(resource, result) == said


@pytest.mark.parametrize(
    ("resource", "result"),
    [
        ("lambda:invoke", {"Payload": {"any": ["json"]}}),
        ("events:putEvents", {"anything": "else"}),
        ("sqs:sendMessage.waitForTaskToken", "whatever the token is answered with"),
        ("apigateway:invoke", {"StatusCode": "x"}),
        ("codebuild:startBuild.sync", {"Build": {"Id": "x"}}),
        (
            "states:startExecution.sync:2",
            {"ExecutionArn": "a", "StateMachineArn": "m", "Status": "SUCCEEDED", "StartDate": "s", "Output": {"a": 1}},
        ),
    ],
)
def test_what_may_be_answered_is_believed(resource: str, result: Json) -> None:
    assert wrong(resource, result) == ""


@pytest.mark.parametrize(
    ("mode", "said"), [("STRICT", "Required field 'ExecutionArn' is missing"), ("PRESENT", ""), ("NONE", "")]
)
def test_only_the_strict_mode_misses_anything(mode: Mode, said: str) -> None:
    assert wrong("states:startExecution", {}, mode) == said


def test_no_mode_looks_at_nothing() -> None:
    assert wrong("states:startExecution", {"StartDate": True}, "NONE") == ""
