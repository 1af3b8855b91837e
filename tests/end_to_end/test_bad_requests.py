"""Whatever is sent to the port: an error in AWS's shape, or a closed connection, and a server that goes on."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from end_to_end.raw import JSON, ask
from end_to_end.world import ROLE, Json, World


@pytest.fixture(autouse=True)
def goes_on(world: World) -> Iterator[None]:
    """Whatever happened: the server answers afterwards, and has not logged a bug."""
    before = len(bugs(world))
    yield
    assert world.sagemaker.list_pipelines()["PipelineSummaries"] is not None
    assert bugs(world)[before:] == []


def bugs(world: World) -> list[str]:
    """Tracebacks in what the server has printed."""
    return [line for line in (world.server.data / "server.log").read_text().splitlines() if "Traceback" in line]


def ask_sagemaker(world: World, body: bytes, operation: str = "ListPipelines", **headers: str) -> tuple[int, Json]:
    told = {"X_Amz_Target": f"SageMaker.{operation}", "Content_Type": "application/x-amz-json-1.1", **headers}
    status, text = ask(world, body, **told)
    return status, json.loads(text)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b'{"MaxResults": 1e999}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(world: World, body: bytes) -> None:
    status, answer = ask_sagemaker(world, body)

    assert status == 400
    assert answer["__type"].endswith("SerializationException")


def test_a_value_of_the_wrong_type_is_told_as_aws_tells_it(world: World) -> None:
    status, answer = ask_sagemaker(world, b'{"MaxResults": "many"}')

    assert status == 400
    assert answer["message"] == "STRING_VALUE can not be converted to an Integer"


def test_constraints_are_told_in_aws_s_sentence(world: World) -> None:
    with pytest.raises(ClientError) as refusal:
        world.sagemaker.list_pipelines(PipelineNamePrefix="-bad-")

    error = refusal.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith(
        "1 validation error detected: Value '-bad-' at 'pipelineNamePrefix' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: "
    )


def test_the_target_header_and_not_the_content_type_says_what_a_body_is(world: World) -> None:
    status, answer = ask_sagemaker(world, b"{}", Content_Type="text/html")

    assert status == 200
    assert "PipelineSummaries" in answer


def test_an_operation_that_is_not_implemented_is_named(world: World) -> None:
    status, answer = ask_sagemaker(world, b"{}", "CreateCluster")

    assert status == 501
    assert "sagemaker" in answer["message"]
    assert "CreateCluster" in answer["message"]


def test_an_operation_that_nobody_knows_is_refused(world: World) -> None:
    status, answer = ask_sagemaker(world, b"{}", "MakeCoffee")

    assert status == 400
    assert answer["__type"].endswith("UnknownOperationException")


def test_a_service_that_is_not_here_says_so(world: World) -> None:
    with pytest.raises(ClientError) as refusal:
        world.client("ecs").list_clusters()

    answer = refusal.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "ecs" in answer["Error"]["Message"]
    assert "ListClusters" in answer["Error"]["Message"]


def test_a_service_that_nobody_knows_is_refused_by_its_name(world: World) -> None:
    request = AWSRequest("POST", world.place.endpoint, {"X-Amz-Target": "Coffee.Make", **JSON}, b"{}")
    SigV4Auth(Credentials("penstock", "penstock"), "coffee", "us-east-1").add_auth(request)

    status, text = ask(world, b"{}", **dict(request.headers.items()))

    assert status == 501
    assert "coffee" in text


def test_a_body_that_ends_early_is_no_object(world: World) -> None:
    world.put("whole.bin", b"whole")
    place = urlsplit(world.place.endpoint)

    with socket.create_connection((place.hostname, place.port), timeout=20) as door:
        door.sendall(b"PUT /things/half.bin HTTP/1.1\r\nHost: s3\r\nContent-Length: 1000\r\n\r\nonly this")
        door.shutdown(socket.SHUT_WR)
        door.recv(1 << 16)

    keys = [entry["Key"] for entry in world.client("s3").list_objects_v2(Bucket="things")["Contents"]]
    assert "whole.bin" in keys
    assert "half.bin" not in keys


def test_a_body_that_is_too_long_is_refused_before_it_is_read(world: World) -> None:
    place = urlsplit(world.place.endpoint)

    with socket.create_connection((place.hostname, place.port), timeout=20) as door:
        door.sendall(
            b"POST / HTTP/1.1\r\nHost: sagemaker\r\nX-Amz-Target: SageMaker.ListPipelines\r\n"
            b"Content-Type: application/x-amz-json-1.1\r\nContent-Length: 999999999999\r\n\r\n{"
        )
        answer = door.recv(1 << 16)

    assert answer.split(b" ", 2)[1] in {b"400", b"413"}


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS hello
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        b"\0" * 10_000,
    ],
)
def test_garbage_on_the_socket_harms_nobody(world: World, garbage: bytes) -> None:
    place = urlsplit(world.place.endpoint)

    with socket.create_connection((place.hostname, place.port), timeout=20) as door:
        answer = b""
        try:
            door.sendall(garbage)
            door.shutdown(socket.SHUT_WR)
            answer = door.recv(1 << 16)
        except ConnectionError:  # hung up on: fair enough
            pass

    assert not answer or answer.startswith(b"HTTP/1.1 4")


CYCLE = [
    {"Name": "A", "Type": "Processing", "Arguments": {"RoleArn": ROLE}, "DependsOn": ["B"]},
    {"Name": "B", "Type": "Processing", "Arguments": {"RoleArn": ROLE}, "DependsOn": ["A"]},
]
UNKNOWN = [{"Name": "A", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Steps.Nobody.ModelArtifacts"}}}]
TWICE = [{"Name": "Same", "Type": "Fail", "Arguments": {"ErrorMessage": "a"}}] * 2


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (json.dumps({"Version": "2020-12-01", "Steps": CYCLE}), ["circle", "A", "B"]),
        (json.dumps({"Version": "2020-12-01", "Steps": UNKNOWN}), ["Nobody"]),
        (json.dumps({"Version": "2020-12-01", "Steps": TWICE}), ["Same"]),
        ("{not json", ["JSON"]),
        ('{"Version": "2020-12-01", "Steps": 5}', ["Steps"]),
        ('{"Version": "1999-01-01", "Steps": []}', ["Version", "1999-01-01"]),
    ],
)
def test_an_invalid_definition_is_refused_with_what_is_wrong(world: World, definition: str, words: list[str]) -> None:
    with pytest.raises(ClientError) as refusal:
        world.sagemaker.create_pipeline(PipelineName="invalid", RoleArn=ROLE, PipelineDefinition=definition)

    error = refusal.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert [word for word in words if word not in error["Message"]] == [], error["Message"]
