"""Routing: every way in which a request shows what it is for."""

import pytest

from penstock.gateway import sigv4
from penstock.gateway.routing import Destination, destination
from penstock.wire.http import HttpRequest


def routed(
    method: str = "POST",
    path: str = "/",
    *,
    host: str = "localhost:4599",
    signed: str = "",
    body: bytes = b"",
    **headers: str,
) -> Destination:
    said = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    if signed:
        said["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/ap-south-1/{signed}/aws4_request, "
            "SignedHeaders=host, Signature=0"
        )
        said["x-amz-date"] = "20260101T000000Z"
    request = HttpRequest(method, path, "", said, body)
    return destination(request, sigv4.claim_of(request))


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("SageMaker.CreatePipeline", "sagemaker"),
        ("AWSStepFunctions.StartExecution", "stepfunctions"),
        ("Logs_20140328.PutLogEvents", "logs"),
        ("AWSEvents.PutRule", "events"),
        ("CodePipeline_20150709.GetPipeline", "codepipeline"),
        ("DynamoDB_20120810.ListTables", "dynamodb"),
    ],
)
def test_a_target_header_names_the_service(target: str, service: str) -> None:
    assert routed(x_amz_target=target).service == service


def test_a_smithy_path_names_the_service() -> None:
    found = routed(path="/service/CodeBuild_20161006/operation/ListBuilds", smithy_protocol="rpc-v2-cbor")

    assert found.service == "codebuild"


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/endpoints/churn/invocations", "sagemaker-runtime"),
        ("/endpoints/churn/async-invocations", "sagemaker-runtime"),
        ("/endpoints/churn/invocations-response-stream", "sagemaker-runtime"),
        ("/BatchPutMetrics", "sagemaker-metrics"),
        ("/FeatureGroup/people", "sagemaker-featurestore-runtime"),
        ("/FeatureGroup/people/ListRecords", "sagemaker-featurestore-runtime"),
        ("/FeatureGroup/people/Record", "sagemaker-featurestore-runtime"),
        ("/", "sagemaker"),
    ],
)
def test_what_is_signed_as_sagemaker_goes_by_its_path(path: str, service: str) -> None:
    assert routed(path=path, signed="sagemaker").service == service


@pytest.mark.parametrize(
    ("signed", "service"), [("states", "stepfunctions"), ("sts", "sts"), ("monitoring", "cloudwatch")]
)
def test_a_signing_name_names_the_service_and_the_region(signed: str, service: str) -> None:
    found = routed(signed=signed)

    assert (found.service, found.region) == (service, "ap-south-1")


def test_an_unknown_signing_name_stays_what_it_is() -> None:
    assert routed(signed="no-such-service").service == "no-such-service"


def test_an_unsigned_request_goes_by_its_host() -> None:
    found = routed(host="sts.eu-central-1.amazonaws.com")

    assert (found.service, found.region) == ("sts", "eu-central-1")


def test_an_unsigned_form_goes_by_its_version() -> None:
    assert routed(body=b"Action=ListRoles&Version=2010-05-08").service == "iam"


def test_an_unsigned_request_that_shows_nothing_is_for_s3() -> None:
    assert routed("GET", "/bucket/key").service == "s3"


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("bucket.s3.amazonaws.com", "/key", "/bucket/key"),
        ("bucket.s3.eu-west-1.amazonaws.com", "/key", "/bucket/key"),
        ("bucket.s3-eu-west-1.amazonaws.com", "/key", "/bucket/key"),
        ("bucket.s3.dualstack.eu-west-1.amazonaws.com", "/", "/bucket/"),
        ("my.dotted.bucket.s3.amazonaws.com", "/a%20b", "/my.dotted.bucket/a%20b"),
        ("bucket.localhost:4599", "/key", "/bucket/key"),
        ("bucket.s3.localhost:4599", "/key", "/bucket/key"),
        ("bucket.s3.penstock.example:4599", "/key", "/bucket/key"),
        ("s3.amazonaws.com", "/bucket/key", "/bucket/key"),
        ("s3.eu-west-1.amazonaws.com", "/bucket/key", "/bucket/key"),
        ("s3.localhost:4599", "/bucket/key", "/bucket/key"),
        ("127.0.0.1:4599", "/bucket/key", "/bucket/key"),
        ("[::1]:4599", "/bucket/key", "/bucket/key"),
    ],
)
def test_a_virtual_host_becomes_a_path(host: str, path: str, expected: str) -> None:
    for signed in ("s3", ""):
        found = routed("GET", path, host=host, signed=signed)

        assert (found.service, found.request.path) == ("s3", expected)
