"""What a task's attempt asks for, and what it is told."""

import json
import uuid

import pytest

from penstock.wire.call import Json, ServiceError
from services.stepfunctions.integrations.worlds import EXECUTION, NOON, REQUEST_ID, World

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:score"
INVOKE = "arn:aws:states:::lambda:invoke"
START = "arn:aws:states:::states:startExecution"
CHILD = "arn:aws:states:us-east-1:123456789012:execution:Child:c1"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"


def function(payload: bytes, **more: Json) -> World:
    return World({("lambda", "Invoke"): {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload, **more}})


# ------------------------------------------------------------------------------------------------------- lambda


@pytest.mark.parametrize("value", [{"a": [1, 2.0]}, "text", 0, None, []])
async def test_a_function_is_given_the_states_input_and_gives_its_result(value: Json) -> None:
    world = function(json.dumps(value).encode())

    output = await world.result(FUNCTION, value)

    assert output == value
    assert world.asked["FunctionName"] == FUNCTION
    assert json.loads(world.asked["Payload"]) == value


async def test_invoke_tells_the_payload_as_json_and_how_it_came() -> None:
    world = function(b'{"score": 1}')

    answer = await world.submit(INVOKE, {"FunctionName": "score", "Payload": {"x": 1}})

    output = answer["output"]
    assert output["Payload"] == {"score": 1}
    assert (output["ExecutedVersion"], output["StatusCode"]) == ("$LATEST", 200)
    assert output["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert output["SdkResponseMetadata"] == {"RequestId": REQUEST_ID}
    assert world.asked == {"FunctionName": "score", "Payload": b'{"x":1}'}


async def test_a_payload_that_is_text_is_the_json_itself() -> None:
    world = function(b"0.0")

    output = await world.result(INVOKE, {"FunctionName": "score", "Payload": "0.0"})

    assert world.asked["Payload"] == b"0.0"
    assert output["Payload"] == 0.0


async def test_an_event_invocation_has_no_payload() -> None:
    world = World({("lambda", "Invoke"): {"StatusCode": 202, "Payload": b""}})

    output = await world.result(INVOKE, {"FunctionName": "score", "InvocationType": "Event"})

    assert output == {"StatusCode": 202}


@pytest.mark.parametrize("resource", [FUNCTION, INVOKE])
async def test_a_functions_error_is_named_by_its_type(resource: str) -> None:
    payload = '{"errorMessage": "nö", "errorType": "CardDeclined", "stackTrace": []}'
    world = function(payload.encode(), FunctionError="Unhandled")

    assert await world.failure(resource, {"FunctionName": "score"}) == (
        "CardDeclined",
        '{"errorMessage":"nö","errorType":"CardDeclined","stackTrace":[]}',
    )


async def test_a_functions_error_without_a_type_is_unknown() -> None:
    world = function(b'{"errorMessage": "Task timed out"}', FunctionError="Unhandled")

    assert await world.failure(INVOKE, {"FunctionName": "score"}) == (
        "Lambda.Unknown",
        "The cause could not be determined because Lambda did not return an error type. "
        'Returned payload: {"errorMessage":"Task timed out"}',
    )


async def test_a_function_that_is_missing_is_named_with_its_version() -> None:
    error = ServiceError(f"Function not found: {FUNCTION}", code="ResourceNotFoundException")
    world = World({("lambda", "Invoke"): error})

    assert await world.failure(INVOKE, {"FunctionName": "score"}) == (
        "Lambda.ResourceNotFoundException",
        f"Function not found: {FUNCTION}:$LATEST (Service: AWSLambda; Status Code: 404; "
        f"Error Code: ResourceNotFoundException; Request ID: {REQUEST_ID}; Proxy: null)",
    )


@pytest.mark.parametrize(("resource", "name"), [(FUNCTION, FUNCTION), (INVOKE, "lambda")])
async def test_a_result_over_the_limit_fails_the_task(resource: str, name: str) -> None:
    world = function(json.dumps("a" * 263_168).encode())

    assert await world.failure(resource, {"FunctionName": "score"}) == (
        "States.DataLimitExceeded",
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
    )


# ----------------------------------------------------------------------------------------------- sqs, sns, events


@pytest.mark.parametrize(("given", "sent"), [("hello", "hello"), ({"a": [1]}, '{"a":[1]}'), (True, "true")])
async def test_a_message_is_sent_as_text(given: Json, sent: str) -> None:
    world = World({("sqs", "SendMessage"): {"MessageId": "m", "MD5OfMessageBody": "d"}})
    url = "http://queues/123456789012/q"

    output = await world.result("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": given})

    assert world.asked == {"QueueUrl": url, "MessageBody": sent}
    assert output == {"MessageId": "m", "MD5OfMessageBody": "d"}


async def test_a_queue_whose_url_is_only_a_host_cannot_be_reached() -> None:
    world = World({})

    assert await world.failure(
        "arn:aws:states:::sqs:sendMessage", {"QueueUrl": "http://no-such-queue", "MessageBody": "x"}
    ) == ("SQS.SdkClientException", "Unable to execute HTTP request: no-such-queue: Name or service not known")


async def test_a_queue_that_is_missing_has_the_code_that_sqs_always_had() -> None:
    error = ServiceError("The specified queue does not exist.", code="QueueDoesNotExist")
    world = World({("sqs", "SendMessage"): error})

    assert await world.failure(
        "arn:aws:states:::sqs:sendMessage", {"QueueUrl": "http://queues/1/q", "MessageBody": "x"}
    ) == (
        "SQS.QueueDoesNotExistException",
        "The specified queue does not exist. (Service: AmazonSQS; Status Code: 400; "
        f"Error Code: AWS.SimpleQueueService.NonExistentQueue; Request ID: {REQUEST_ID}; Proxy: null)",
    )


async def test_a_message_without_a_body_is_refused_as_sqs_refuses_it() -> None:
    world = World({})

    assert await world.failure(
        "arn:aws:states:::sqs:sendMessage", {"QueueUrl": "http://queues/1/q", "MessageBody": None}
    ) == (
        "SQS.AmazonSQSException",
        "The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; "
        f"Error Code: MissingParameter; Request ID: {REQUEST_ID}; Proxy: null)",
    )


async def test_an_error_of_sns_has_the_code_of_the_wire_and_the_name_of_the_class() -> None:
    refusal = ServiceError("Invalid parameter: no", code="InvalidParameter", status=400)
    world = World({("sns", "Publish"): refusal})

    assert await world.failure("arn:aws:states:::sns:publish", {"TopicArn": "t", "Message": {"a": 1}}) == (
        "SNS.InvalidParameterException",
        "Invalid parameter: no (Service: AmazonSNS; Status Code: 400; Error Code: InvalidParameter; "
        f"Request ID: {REQUEST_ID}; Proxy: null)",
    )
    assert world.asked["Message"] == '{"a":1}'


async def test_an_event_names_the_machine_and_the_execution_that_sent_it() -> None:
    world = World({("events", "PutEvents"): {"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]}})

    answer = await world.submit(
        "arn:aws:states:::events:putEvents",
        {"Entries": [{"Detail": {"a": 1}, "DetailType": "t", "Source": "s", "Resources": ["mine"]}]},
    )

    assert answer == {"output": {"Entries": [{"EventId": "e"}], "FailedEntryCount": 0}}
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:Orders"
    assert world.asked["Entries"] == [
        {"Detail": '{"a":1}', "DetailType": "t", "Source": "s", "Resources": ["mine", machine, EXECUTION]}
    ]


async def test_an_entry_that_was_not_put_fails_the_task() -> None:
    entries = [{"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}]
    world = World({("events", "PutEvents"): {"FailedEntryCount": 1, "Entries": entries}})

    error, cause = await world.failure("arn:aws:states:::events:putEvents", {"Entries": [{"Detail": "x"}]})

    assert error == "EventBridge.FailedEntry"
    assert json.loads(cause) == {"Entries": entries, "FailedEntryCount": 1}


# ---------------------------------------------------------------------------------------------------- executions


@pytest.mark.parametrize(("given", "started"), [({"a": None}, '{"a":null}'), ('{"a":1}', '{"a":1}'), (None, "{}")])
async def test_an_execution_is_started_with_its_input_as_text(given: Json, started: str) -> None:
    world = World({("stepfunctions", "StartExecution"): {"executionArn": CHILD, "startDate": NOON}})

    output = await world.result(START, {"StateMachineArn": MACHINE, "Input": given, "Name": "c1"})

    assert world.asked == {"stateMachineArn": MACHINE, "input": started, "name": "c1"}
    assert output == {"ExecutionArn": CHILD, "StartDate": 1_795_608_000_250}


async def test_a_child_without_a_name_has_the_same_name_whenever_it_is_asked_for() -> None:
    world = World({("stepfunctions", "StartExecution"): {"executionArn": CHILD, "startDate": NOON}})

    await world.submit(START, {"StateMachineArn": MACHINE})
    await world.submit(START, {"StateMachineArn": MACHINE})

    first, second = (call.request["name"] for call in world.calls)
    assert first == second == str(uuid.UUID(first))
    assert {call.token for call in world.calls} == {f"{EXECUTION}#task-7"}


async def test_a_machine_that_is_missing_fails_the_task() -> None:
    error = ServiceError(f"State Machine Does Not Exist: '{MACHINE}'", code="StateMachineDoesNotExist")
    world = World({("stepfunctions", "StartExecution"): error})

    assert await world.failure(START, {"StateMachineArn": MACHINE}) == (
        "StepFunctions.StateMachineDoesNotExistException",
        f"State Machine Does Not Exist: '{MACHINE}' (Service: AWSStepFunctions; Status Code: 400; "
        f"Error Code: StateMachineDoesNotExist; Request ID: {REQUEST_ID}; Proxy: null)",
    )


async def test_the_role_of_the_machine_asks() -> None:
    world = World({("stepfunctions", "StartExecution"): {"executionArn": CHILD, "startDate": NOON}})

    await world.submit(START, {"StateMachineArn": MACHINE})

    principal = world.calls[0].scope.principal
    assert principal.startswith("arn:aws:sts::123456789012:assumed-role/machine/")


# -------------------------------------------------------------------------------------------------- sdk services


async def test_an_sdk_integration_spells_members_with_a_capital_and_tells_times_as_text() -> None:
    world = World({("stepfunctions", "StartExecution"): {"executionArn": CHILD, "startDate": NOON}})

    answer = await world.submit("arn:aws:states:::aws-sdk:sfn:startExecution", {"StateMachineArn": MACHINE})

    assert answer == {"output": {"ExecutionArn": CHILD, "StartDate": "2026-11-25T12:00:00.250Z"}}


@pytest.mark.parametrize(("body", "written"), [(["a", 1], b'["a",1]'), ("text", b'"text"'), (False, b"false")])
async def test_an_object_is_read_as_text_and_written_as_json(body: Json, written: bytes) -> None:
    world = World({
        ("s3", "GetObject"): {"Body": b"hello", "ContentLength": 5},
        ("s3", "PutObject"): {"ETag": '"e"'},
    })  # fmt: skip

    got = await world.result("arn:aws:states:::aws-sdk:s3:getObject", {"Bucket": "b", "Key": "k"})
    put = await world.result("arn:aws:states:::aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": body})

    assert (got, put) == ({"Body": "hello", "ContentLength": 5}, {"ETag": '"e"'})
    request = world.calls[1].request
    assert (request["Body"], request["ContentType"]) == (written, "text/plain; charset=UTF-8")
    assert request["ChecksumAlgorithm"] == "CRC32"


async def test_a_flattened_list_without_entries_is_not_told() -> None:
    world = World({("s3", "ListObjectsV2"): {"KeyCount": 0, "Contents": [], "CommonPrefixes": [], "Prefix": ""}})

    output = await world.result("arn:aws:states:::aws-sdk:s3:listObjectsV2", {"Bucket": "b"})

    assert output == {"KeyCount": 0, "Prefix": ""}


async def test_a_modelled_error_of_an_sdk_integration_has_the_name_of_its_class() -> None:
    world = World({("s3", "ListObjects"): ServiceError("The specified bucket does not exist", code="NoSuchBucket")})

    assert await world.failure("arn:aws:states:::aws-sdk:s3:listObjects", {"Bucket": "b"}) == (
        "S3.NoSuchBucketException",
        f"The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: {REQUEST_ID}, "
        f"Extended Request ID: {REQUEST_ID}) (SDK Attempt Count: 1)",
    )


async def test_an_error_that_comes_without_a_body_has_no_sentence() -> None:
    world = World({("s3", "HeadObject"): ServiceError("The specified key does not exist.", code="NoSuchKey")})

    assert await world.failure("arn:aws:states:::aws-sdk:s3:headObject", {"Bucket": "b", "Key": "k"}) == (
        "S3.NoSuchKeyException",
        f"null (Service: S3, Status Code: 404, Request ID: {REQUEST_ID}, Extended Request ID: {REQUEST_ID}) "
        "(SDK Attempt Count: 1)",
    )


async def test_an_error_that_the_model_does_not_name_is_the_services_own() -> None:
    world = World({("dynamodb", "PutItem"): {}})

    assert await world.failure("arn:aws:states:::aws-sdk:dynamodb:putItem", {"TableName": "table", "Item": None}) == (
        "DynamoDb.DynamoDbException",
        "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null "
        f"(Service: DynamoDb, Status Code: 400, Request ID: {REQUEST_ID}) (SDK Attempt Count: 1)",
    )


async def test_a_service_that_nobody_answers_for_fails_the_task_and_says_so() -> None:
    error, cause = await World({}).failure("arn:aws:states:::aws-sdk:kms:encrypt", {"KeyId": "k", "Plaintext": "x"})

    assert error == "Kms.KmsException"
    assert cause.startswith("Penstock does not implement kms.Encrypt.")
    assert "Status Code: 501" in cause


async def test_a_service_that_penstock_does_not_have_fails_the_task_and_names_a_way_out() -> None:
    error, cause = await World({}).failure("arn:aws:states:::glue:startJobRun.sync", {"JobName": "j"})

    assert error == "Glue.NotAvailable"
    assert cause.startswith("Penstock has no Glue, so arn:aws:states:::glue:startJobRun.sync cannot be called.")
    assert "lambda:invoke" in cause
