"""The API endpoint, as boto3 and plain sockets see it, with signatures unchecked."""

import http.client
import logging
import socket

import pytest
from botocore.exceptions import ClientError

from gateway.running import KEY, Running, running
from gateway.services import Breaking, Buckets, Identity, Long, Pages, Pipelines
from penstock.gateway.settings import Settings
from penstock.wire.credentials import Credential, default_principal

STRANGER = Credential(access_key="test", secret="test", account="", principal="")
TARGET = "X-Amz-Target: SageMaker.DeletePipeline\r\n"


def exchange(gateway: Running, head: str, body: bytes = b"") -> bytes:
    """What the gateway answers to raw bytes, until it closes or has answered once."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        connection.sendall(head.replace("\n", "\r\n").replace("\r\r", "\r").encode() + b"\r\n" + body)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return f"{answer.status} {answer.headers}".encode() + answer.read()


def test_a_request_reaches_its_operation_with_the_callers_account_and_region() -> None:
    pipelines = Pipelines()
    with running(pipelines) as gateway:
        answer = gateway.client("sagemaker").delete_pipeline(PipelineName="churn", ClientRequestToken="t" * 32)

    assert answer["PipelineArn"] == "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/churn"
    assert answer["ResponseMetadata"]["RequestId"] == "request-1"
    assert pipelines.calls[0].scope.principal == KEY.principal
    assert pipelines.calls[0].request["PipelineName"] == "churn"


def test_whoever_has_no_known_key_is_a_session_of_the_default_role() -> None:
    with running(Identity()) as gateway:
        answer = gateway.client("sts", key=STRANGER).get_caller_identity()

    assert answer["Arn"] == default_principal()
    assert answer["Arn"].split(":")[5].startswith("assumed-role/")


def test_a_services_error_arrives_as_the_client_knows_it() -> None:
    with running(Pipelines()) as gateway:
        client = gateway.client("sagemaker")

        with pytest.raises(client.exceptions.ResourceNotFound) as caught:
            client.describe_pipeline(PipelineName="churn")

    assert caught.value.response["Error"]["Message"] == "Pipeline 'churn' does not exist."


@pytest.mark.parametrize(
    ("service", "ask", "token", "code"),
    [
        ("codepipeline", "list_pipelines", "nextToken", "InvalidNextTokenException"),
        ("codebuild", "list_projects", "nextToken", "InvalidInputException"),
        ("scheduler", "list_schedules", "NextToken", "ValidationException"),
    ],
)
def test_a_token_that_nobody_gave_out_is_refused_by_the_operations_own_name(
    service: str, ask: str, token: str, code: str
) -> None:
    with running(Pages(service)) as gateway, pytest.raises(ClientError, match="is not a token") as caught:
        getattr(gateway.client(service), ask)(**{token: "rubbish"})

    assert caught.value.response["Error"]["Code"] == code


def test_a_bug_is_logged_with_its_request_and_the_next_request_is_served(caplog: pytest.LogCaptureFixture) -> None:
    with running(Pipelines()) as gateway:
        client = gateway.client("sagemaker")

        with pytest.raises(ClientError) as caught:
            client.list_pipelines()
        client.delete_pipeline(PipelineName="churn", ClientRequestToken="t" * 32)

    assert caught.value.response["Error"]["Code"] == "InternalFailure"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "a bug" not in str(caught.value)
    [record] = [record for record in caplog.records if record.name == "penstock.gateway"]
    assert "sagemaker.ListPipelines (request request-1)" in record.getMessage()
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("service", "ask"),
    [
        ("sagemaker", "list_models"),
        ("s3", "list_buckets"),
        ("iam", "list_roles"),
        ("codebuild", "list_builds"),
        ("lambda", "list_functions"),
    ],
)
def test_an_operation_that_nobody_answers_says_so_in_every_protocol(service: str, ask: str) -> None:
    with running() as gateway:
        client = gateway.client(service)

        with pytest.raises(ClientError) as caught:
            getattr(client, ask)()

    said = caught.value.response
    assert said["Error"]["Code"] == "NotImplemented"
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert f"{service}.{caught.value.operation_name}" in said["Error"]["Message"]


def test_a_service_that_aws_does_not_have_is_named() -> None:
    head = (
        "POST / HTTP/1.1\nHost: localhost\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/"
        "nonsense/aws4_request, SignedHeaders=host, Signature=0\nX-Amz-Date: 20260101T000000Z\n"
    )
    with running() as gateway:
        answer = exchange(gateway, head)

    assert answer.startswith(b"501")
    assert b"nonsense" in answer


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"PipelineName": 1}', b"\xff\xfe", b'{"PipelineName":"' + b"x" * 999 + b'"}']
)
def test_a_malformed_body_is_the_clients_error(body: bytes) -> None:
    head = f"POST / HTTP/1.1\nHost: localhost\n{TARGET}Content-Length: {len(body)}\n"
    with running(Pipelines()) as gateway:
        answer = exchange(gateway, head, body)

    assert answer.startswith(b"400")
    assert b"__type" in answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "head",
    [
        "POST / HTTP/1.1\nHost: localhost\nX-Amz-Target: SageMaker\nContent-Length: 0\n",
        "POST / HTTP/1.1\nHost: localhost\nX-Amz-Target: SageMaker.NoSuchThing\nContent-Length: 0\n",
        "POST / HTTP/1.1\nHost: localhost\nAuthorization: AWS4-HMAC-SHA256 nonsense\nContent-Length: 0\n",
        "PUT /b/k HTTP/1.1\nHost: localhost\nContent-MD5: nonsense\nContent-Length: 0\n",
        "PUT /b/k HTTP/1.1\nHost: localhost\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\n"
        "Content-Length: 3\n\nzz",
        "GET /%zz/%ff HTTP/1.1\nHost: \nRange: nonsense\n",
        "POST /service/CodeBuild_20161006/operation/ListBuilds HTTP/1.1\nHost: localhost\n"
        "smithy-protocol: rpc-v2-cbor\nContent-Length: 3\n\nzzz",
    ],
)  # fmt: skip
def test_a_malformed_request_is_the_clients_error(head: str) -> None:
    with running(Pipelines(), Buckets()) as gateway:
        answer = exchange(gateway, head)

    assert answer[:1] == b"4" or answer.startswith(b"501")
    assert b"Traceback" not in answer


def test_a_body_beyond_the_limit_is_refused_before_it_is_sent() -> None:
    head = f"POST / HTTP/1.1\nHost: localhost\n{TARGET}Content-Length: 100000000000\nExpect: 100-continue\n"
    with running(Pipelines()) as gateway:
        answer = exchange(gateway, head)

    assert answer.startswith(b"413")
    assert b"connection: close" in answer
    assert b"RequestEntityTooLargeException" in answer


def test_a_body_of_unknown_length_is_cut_off_at_the_limit() -> None:
    head = f"POST / HTTP/1.1\nHost: localhost\n{TARGET}Transfer-Encoding: chunked\n"
    with running(Pipelines(), settings=Settings(largest_body=1000)) as gateway:
        answer = exchange(gateway, head, b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n")

    assert answer.startswith(b"413")


def test_a_client_that_stops_sending_is_told_so() -> None:
    head = f"POST / HTTP/1.1\nHost: localhost\n{TARGET}Content-Length: 100\n"
    with running(Pipelines(), settings=Settings(idle_seconds=0.2)) as gateway:
        answer = exchange(gateway, head, b"half")

    assert answer.startswith(b"400")
    assert b"RequestTimeout" in answer


def test_a_client_that_hangs_up_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with running(Pipelines(), Buckets()) as gateway:
        for head in (f"POST / HTTP/1.1\r\nHost: h\r\n{TARGET}", "PUT /b/k HTTP/1.1\r\nHost: h\r\n"):
            with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
                connection.sendall(f"{head}Content-Length: 100\r\n\r\nhalf".encode())

        gateway.client("sagemaker").delete_pipeline(PipelineName="churn", ClientRequestToken="t" * 32)

    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_an_operation_that_takes_too_long_is_given_up() -> None:
    with (
        running(Pipelines(), settings=Settings(answer_seconds=0.2)) as gateway,
        pytest.raises(ClientError) as caught,
    ):
        gateway.client("sagemaker").list_training_jobs()

    assert caught.value.response["Error"]["Code"] == "ServiceUnavailable"


def test_a_page_of_another_site_may_not_ask() -> None:
    body = b'{"PipelineName":"x","ClientRequestToken":"' + b"t" * 32 + b'"}'
    head = f"POST / HTTP/1.1\nHost: localhost\n{TARGET}Content-Length: {len(body)}\nOrigin: "
    with running(Pipelines()) as gateway:
        assert exchange(gateway, f"{head}https://evil.example\n", body).startswith(b"403")
        assert exchange(gateway, f"{head}null\n", body).startswith(b"403")
        assert exchange(gateway, f"{head}http://localhost.evil.example\n", body).startswith(b"403")
        assert exchange(gateway, f"{head}http://localhost:8888\n", body).startswith(b"200")


def test_a_browser_may_not_come_by_another_sites_name() -> None:
    browser = "User-Agent: Mozilla/5.0\n"
    with running(Buckets(answers={"key": b"content"})) as gateway:
        assert exchange(gateway, f"GET /b/key HTTP/1.1\nHost: evil.example\n{browser}").startswith(b"403")
        for host in ("localhost:4599", "127.0.0.1", "[::1]:4599"):
            assert exchange(gateway, f"GET /b/key HTTP/1.1\nHost: {host}\n{browser}").startswith(b"200")


def test_the_access_log_has_a_line_a_request_and_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "penstock.access")
    with running(Pipelines(), Buckets()) as gateway:
        exchange(gateway, "GET /bucket/key?X-Amz-Signature=secret HTTP/1.1\nHost: localhost\n")
        gateway.client("sagemaker").delete_pipeline(PipelineName="churn", ClientRequestToken="t" * 32)

    first, second = (record.getMessage() for record in caplog.records if record.name == "penstock.access")
    assert "secret" not in first
    assert "method=GET path=/bucket/key" in first
    assert "method=POST path=/ call=sagemaker.DeletePipeline status=200" in second
    assert second.endswith("id=request-2")


def test_a_head_request_tells_the_length_and_sends_nothing() -> None:
    with running(Buckets()) as gateway:
        answer = gateway.client("s3").head_object(Bucket="bucket", Key="key")

    assert answer["ContentLength"] == 12345


def test_a_streamed_answer_arrives_whole_and_cannot_add_headers() -> None:
    with running(Buckets(answers={"long": Long(16)})) as gateway:
        answer = gateway.client("s3").get_object(Bucket="bucket", Key="long")
        content = answer["Body"].read()

    assert len(content) == answer["ContentLength"] == 16 * 65536
    assert "evil" not in answer["ResponseMetadata"]["HTTPHeaders"]


def test_a_streamed_answer_that_breaks_closes_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    with running(Buckets(answers={"broken": Breaking()})) as gateway:
        client = gateway.client("s3")
        body = client.get_object(Bucket="bucket", Key="broken")["Body"]

        with pytest.raises(Exception, match=r"(?i)incomplete|connection|closed"):
            body.read()
        client.list_buckets()

    assert "the answer to s3.GetObject (request request-1) broke off" in caplog.text
