"""What protocols do beside carrying values: choosing, refusing, telling errors."""

import gzip

import pytest

from penstock.wire import models
from penstock.wire.call import ServiceError
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols import protocol_for, wants_stream
from penstock.wire.protocols.protocol import LARGEST_UNPACKED
from wire import oracle

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def sagemaker(body: bytes, target: str = "SageMaker.ListPipelines", **headers: str) -> HttpRequest:
    return HttpRequest("POST", "/", "", {"x-amz-target": target, **headers}, body)


def refusal(service: str, request: HttpRequest) -> tuple[str, str, HttpResponse]:
    """The error that a request is refused with: as raised, and as written."""
    protocol = protocol_for(models.model(service), request)
    with pytest.raises(ServiceError) as refused:
        protocol.read(request)
    response = protocol.write_error(None, refused.value, request_id="id")
    return refused.value.code, refused.value.message, response


# --- choosing ---


@pytest.mark.parametrize(
    ("request_", "spoken"),
    [
        (HttpRequest("POST", "/service/x/operation/y", headers={"smithy-protocol": "rpc-v2-cbor"}), "Cbor"),
        (HttpRequest("POST", "/", headers={"x-amz-target": "GraniteServiceVersion20100801.ListMetrics"}), "AwsJson"),
        (HttpRequest("POST", "/", headers=FORM), "Query"),
        (HttpRequest("GET", "/", "Action=ListMetrics"), "Query"),
    ],
)
def test_a_service_with_several_protocols_answers_in_the_one_that_was_asked_in(
    request_: HttpRequest, spoken: str
) -> None:
    assert type(protocol_for(models.model("cloudwatch"), request_)).__name__ == spoken


def test_a_service_is_found_by_what_a_request_shows() -> None:
    assert models.of_target("AWSStepFunctions") == "stepfunctions"
    assert models.of_target("CodeBuild_20161006") == "codebuild"
    assert models.of_target("AmazonSSM") == "ssm"
    assert models.of_target("NoSuchThing") is None
    assert models.signed_as("sagemaker") == (
        "sagemaker",
        "sagemaker-runtime",
        "sagemaker-metrics",
        "sagemaker-featurestore-runtime",
    )
    assert models.at_host("runtime.sagemaker.eu-west-1.amazonaws.com") == ("sagemaker-runtime",)
    with pytest.raises(models.UnknownService, match="no service 'sagmaker'"):
        models.model("sagmaker")


def test_only_streaming_payloads_are_streamed() -> None:
    s3, runtime = models.model("s3"), models.model("sagemaker-runtime")

    assert wants_stream(s3, HttpRequest("PUT", "/bucket/key"))
    assert wants_stream(s3, HttpRequest("PUT", "/bucket/key", "partNumber=1&uploadId=u"))
    assert not wants_stream(s3, HttpRequest("PUT", "/bucket/key", headers={"x-amz-copy-source": "a/b"}))
    assert not wants_stream(s3, HttpRequest("PUT", "/bucket", "tagging"))
    assert not wants_stream(runtime, HttpRequest("POST", "/endpoints/e/invocations"))
    assert not wants_stream(models.model("sagemaker"), sagemaker(b"{}"))


# --- refusing ---


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{not json", "the body is not JSON"),
        (b"[]", "Unexpected value where a structure was expected"),
        (b'{"MaxResults": "ten"}', "STRING_VALUE can not be converted to an Integer"),
        (b'{"PipelineNamePrefix": 5}', "NUMBER_VALUE can not be converted to a String"),
        (b'{"PipelineNamePrefix": {}}', "Start of structure or map found where not expected."),
        (b'{"PipelineNamePrefix": ["a"]}', "Start of structure or map found where not expected."),
        (b'{"CreatedAfter": "yesterday"}', "STRING_VALUE can not be converted to a Timestamp"),
        (b'{"x":' * 100_000, "nested too deeply"),
        (b"\xff\xfe", "the body is not JSON"),
    ],
)
def test_a_json_body_that_cannot_be_read_is_a_serialization_exception(body: bytes, message: str) -> None:
    code, told, response = refusal("sagemaker", sagemaker(body))

    assert code == "SerializationException"
    assert message in told
    assert response.status == 400


def test_unknown_members_and_nulls_are_ignored() -> None:
    request = sagemaker(b'{"MaxResults": 5, "NoSuchMember": {"a": [1]}, "NextToken": null}')

    _, value = protocol_for(models.model("sagemaker"), request).read(request)

    assert value == {"MaxResults": 5}


@pytest.mark.parametrize("body", [b"\x81", b"\xff", b"\x81" * 5_000 + b"\x00", b"\xd8\x1c\x81\xd8\x1d\x00", b"\x01"])
def test_a_cbor_body_that_cannot_be_read_is_a_serialization_exception(body: bytes) -> None:
    path = "/service/CodeBuild_20161006/operation/StartBuild"
    request = HttpRequest("POST", path, "", {"smithy-protocol": "rpc-v2-cbor"}, body)

    code, _, response = refusal("codebuild", request)

    assert (code, response.status) == ("SerializationException", 400)
    assert response.headers["smithy-protocol"] == "rpc-v2-cbor"


@pytest.mark.parametrize(
    "body",
    [
        b"<Delete><Object>",
        b"not xml",
        b"<a>" * 1_000 + b"</a>" * 1_000,
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><Delete><Object><Key>&c;</Key></Object></Delete>',
    ],
)
def test_an_xml_body_that_cannot_be_read_is_malformed_xml(body: bytes) -> None:
    code, _, response = refusal("s3", HttpRequest("POST", "/bucket", "delete", {}, body))

    assert (code, response.status) == ("MalformedXML", 400)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"Action=NoSuchAction&Version=2010-05-08", "InvalidAction"),
        (b"", "InvalidAction"),
        (b"Action=ListRoles&MaxItems=many", "MalformedQueryString"),
        (b"Action=ListRoles&" + b"a." * 500 + b"a=1", "MalformedQueryString"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(body: bytes, code: str) -> None:
    found, _, response = refusal("iam", HttpRequest("POST", "/", "", FORM, body))

    assert (found, response.status) == (code, 400)


def test_an_operation_that_no_model_has_is_unknown() -> None:
    code, message, response = refusal("sagemaker", sagemaker(b"{}", "SageMaker.TrainEverything"))

    assert (code, response.status) == ("UnknownOperationException", 400)
    assert "TrainEverything" in message


def test_nothing_at_a_rest_path_is_unknown_too() -> None:
    code, _, response = refusal("lambda", HttpRequest("GET", "/2015-03-31/nonsense"))

    assert (code, response.status) == ("UnknownOperationException", 404)


def test_a_packed_body_is_unpacked_within_bounds() -> None:
    packed = {"content-encoding": "gzip"}
    bomb = gzip.compress(b" " * (LARGEST_UNPACKED + 1))
    fine = sagemaker(gzip.compress(b'{"MaxResults": 5}'), **packed)

    _, value = protocol_for(models.model("sagemaker"), fine).read(fine)

    assert value == {"MaxResults": 5}
    assert refusal("sagemaker", sagemaker(bomb, **packed))[0] == "SerializationException"
    assert refusal("sagemaker", sagemaker(b"no gzip", **packed))[0] == "SerializationException"


# --- errors ---


@pytest.mark.parametrize(
    ("service", "operation", "protocol", "code", "status"),
    [
        ("sagemaker", "DescribePipeline", "json", "ResourceNotFound", 400),
        ("sagemaker", "DescribePipeline", "json", "ValidationException", 400),
        ("stepfunctions", "DescribeExecution", "json", "ExecutionDoesNotExist", 400),
        ("codecommit", "GetRepository", "json", "RepositoryDoesNotExistException", 400),
        ("lambda", "GetFunction", "rest-json", "ResourceNotFoundException", 404),
        ("codebuild", "StartBuild", "smithy-rpc-v2-cbor", "ResourceNotFoundException", 400),
        ("iam", "GetRole", "query", "NoSuchEntity", 404),
        ("iam", "GetRole", "query", "ValidationError", 400),
        ("s3", "GetObject", "rest-xml", "NoSuchKey", 404),
        ("s3", "DeleteBucket", "rest-xml", "BucketNotEmpty", 409),
        ("s3", "GetObject", "rest-xml", "InvalidRange", 416),
        ("sagemaker", "ListPipelines", "json", "InternalFailure", 500),
    ],
)
def test_an_error_is_raised_by_botocore_with_its_code_message_and_status(
    service: str, operation: str, protocol: str, code: str, status: int
) -> None:
    asked = models.model(service).operation_model(operation)
    shape = asked.input_shape
    params = dict.fromkeys(shape.required_members, "x")
    speaking = protocol_for(models.model(service), oracle.request(asked, params, protocol))

    response = speaking.write_error(asked, ServiceError("It is <so>.", code=code), request_id="id")

    told = oracle.error(asked, response, protocol)
    assert (told["Code"], told["Message"], response.status) == (code, "It is <so>.", status)


def test_a_shape_s_name_will_do_for_its_code() -> None:
    asked = models.model("iam").operation_model("GetRole")
    speaking = protocol_for(models.model("iam"), HttpRequest("POST", "/", "", FORM))

    error = ServiceError("No.", code="NoSuchEntityException")
    response = speaking.write_error(asked, error, request_id="id")

    assert oracle.error(asked, response)["Code"] == "NoSuchEntity"


def test_the_fields_of_a_modelled_error_are_told() -> None:
    model = models.model("stepfunctions")
    asked = model.operation_model("CreateStateMachine")
    shape = model.shape_for("TooManyTags")
    error = ServiceError("Too many.", code="TooManyTags", resourceName="arn:x")

    response = protocol_for(model, HttpRequest("POST", "/")).write_error(asked, error, request_id="id")

    assert oracle.modelled_error(asked, shape, response) == {"message": "Too many.", "resourceName": "arn:x"}


@pytest.mark.parametrize("protocol", ["json", "smithy-rpc-v2-cbor"])
def test_a_service_that_once_spoke_query_tells_its_old_codes(protocol: str) -> None:
    asked = models.model("cloudwatch").operation_model("PutMetricData")
    speaking = protocol_for(models.model("cloudwatch"), oracle.request(asked, {"Namespace": "n"}, protocol))
    error = ServiceError("No.", code="InvalidParameterValueException")

    response = speaking.write_error(asked, error, request_id="id")

    assert response.headers["x-amzn-query-error"] == "InvalidParameterValue;Sender"
    assert oracle.error(asked, response, protocol)["Code"] == "InvalidParameterValue"
