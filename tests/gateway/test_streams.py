"""Bodies on their way through: unwrapped, checked, and never held."""

import asyncio
import http.client
import io
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from gateway.running import KEY, Running, running
from gateway.services import Buckets
from gateway.test_chunked import sign
from penstock.gateway.chunked import Chain
from penstock.gateway.settings import Settings
from penstock.gateway.sigv4 import claim_of
from penstock.wire.checksums import checksum
from penstock.wire.credentials import Credential
from penstock.wire.http import HttpRequest

MIB = 1 << 20
AUTH = Settings(auth=True)


def put(gateway: Running, headers: dict[str, str], body: bytes, *, host: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    try:
        connection.request("PUT", "/bucket/key", body, headers | ({"Host": host} if host else {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_boto3s_checksums_are_compared_and_handed_on(algorithm: str) -> None:
    buckets = Buckets()
    with running(buckets) as gateway:
        gateway.client("s3").put_object(
            Bucket="bucket", Key="key", Body=io.BytesIO(b"content"), ChecksumAlgorithm=algorithm
        )

    assert buckets.contents == [b"content"]
    assert buckets.bodies[0].checksums[algorithm] == checksum(algorithm, b"content")
    assert buckets.bodies[0].length == len(b"content")


def test_an_aws_chunked_body_is_unwrapped_and_its_trailer_compared() -> None:
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "content-encoding": "gzip,aws-chunked",
        "x-amz-decoded-content-length": "7",
        "x-amz-trailer": "x-amz-checksum-crc64nvme",
    }
    good = f"7\r\ncontent\r\n0\r\nx-amz-checksum-crc64nvme:{checksum('CRC64NVME', b'content')}\r\n\r\n".encode()
    buckets = Buckets()
    with running(buckets) as gateway:
        assert put(gateway, headers, good)[0] == 200
        status, answer = put(gateway, headers, good.replace(b"content", b"changed"))

    assert buckets.contents == [b"content"]
    assert buckets.calls[0].request["ContentEncoding"] == "gzip"
    assert buckets.calls[0].request["ContentLength"] == 7
    assert (status, "BadDigest" in answer) == (400, True)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-amz-checksum-crc32": checksum("CRC32", b"other")}, "BadDigest"),
        ({"content-md5": checksum("MD5", b"other")}, "BadDigest"),
        ({"content-md5": "nonsense"}, "InvalidDigest"),
        ({"x-amz-content-sha256": "0" * 64}, "XAmzContentSHA256Mismatch"),
    ],
)
def test_a_body_that_is_not_what_was_said_is_refused(headers: dict[str, str], code: str) -> None:
    buckets = Buckets()
    with running(buckets) as gateway:
        status, answer = put(gateway, headers, b"content")

    assert (status, f"<Code>{code}</Code>" in answer) == (400, True)
    assert buckets.contents == []


def test_signed_chunks_are_checked_under_auth() -> None:
    buckets = Buckets()
    with running(buckets, settings=AUTH) as gateway:
        headers, body = signed_in_chunks(gateway, b"content")

        assert put(gateway, headers, body) == (200, "")
        status, answer = put(gateway, headers, body.replace(b"content", b"changed"))

    assert buckets.contents == [b"content"]
    assert (status, "SignatureDoesNotMatch" in answer) == (403, True)


def signed_in_chunks(gateway: Running, content: bytes) -> tuple[dict[str, str], bytes]:
    """A request whose body is signed chunk by chunk, as Java's and Go's SDKs do over plain HTTP."""
    headers = {"x-amz-decoded-content-length": str(len(content)), "content-encoding": "aws-chunked"}
    request = AWSRequest("PUT", f"{gateway.url}/bucket/key", headers=headers)
    signer = S3SigV4Auth(Credentials(KEY.access_key, KEY.secret), "s3", "us-east-1")
    signer.payload = lambda _: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    signer.add_auth(request)
    said = {name: str(value) for name, value in request.headers.items()}
    lowered = {name.lower(): value for name, value in said.items()} | {"host": urlsplit(gateway.url).netloc}
    claim = claim_of(HttpRequest("PUT", "/bucket/key", "", lowered))
    assert claim is not None
    chain = Chain(claim, KEY.secret, claim.signature)
    wire = f"{len(content):x};chunk-signature={sign(chain, 'chunk', content)}\r\n".encode() + content + b"\r\n"
    return said, wire + f"0;chunk-signature={sign(chain, 'chunk', b'')}\r\n\r\n".encode()


def test_a_large_upload_is_never_held() -> None:
    # The fake S3 reads as fast as it can; what the process grows by is what the gateway holds.
    size = 200 * MIB
    buckets = Buckets(keep=False)
    with running(buckets) as gateway:
        put(gateway, {}, b"x" * MIB)
        before = resident()
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as connection:
            connection.sendall(f"PUT /bucket/key HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n".encode())
            piece, peak = b"x" * MIB, 0
            for _ in range(size // MIB):
                connection.sendall(piece)
                peak = max(peak, resident())
            answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 200")
    assert buckets.bodies[1].length == size
    assert peak - before < 32 * MIB


def resident() -> int:
    """How many bytes of this process are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_refused_upload_is_not_asked_for() -> None:
    with running(Buckets(), settings=AUTH) as gateway, socket.create_connection(("127.0.0.1", gateway.port)) as client:
        client.settimeout(20)
        client.sendall(b"PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
        answer = b""
        while piece := client.recv(65536):
            answer += piece

    assert answer.startswith(b"HTTP/1.1 403")
    assert b"100 Continue" not in answer
    assert b"connection: close" in answer


def test_an_accepted_upload_is_asked_for() -> None:
    with running(Buckets()) as gateway, socket.create_connection(("127.0.0.1", gateway.port)) as client:
        client.settimeout(20)
        client.sendall(b"PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"body")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_connection_goes_on_after_a_body_that_nobody_read() -> None:
    with running(settings=Settings(auth=True)) as gateway:
        client = gateway.client("s3", key=Credential(access_key="AKIAWRONG", secret="x", account="", principal=""))
        for _ in range(3):
            with pytest.raises(ClientError) as caught:
                client.put_object(Bucket="bucket", Key="key", Body=b"x" * 300_000)
            assert caught.value.response["Error"]["Code"] == "InvalidAccessKeyId"


def test_a_virtual_hosts_bucket_arrives_as_the_bucket() -> None:
    buckets = Buckets()
    with running(buckets) as gateway:
        put(gateway, {}, b"", host="models.s3.eu-west-1.amazonaws.com")

    assert (buckets.calls[0].request["Bucket"], buckets.calls[0].request["Key"]) == ("models", "bucket/key")
    assert buckets.calls[0].scope.region == "eu-west-1"


def test_many_uploads_at_once_do_not_mix() -> None:
    buckets = Buckets()
    with running(buckets) as gateway:
        client = gateway.client("s3")
        contents = [bytes([letter]) * 70_000 for letter in range(8)]
        threads = [
            threading.Thread(target=client.put_object, kwargs={"Bucket": "b", "Key": "k", "Body": content})
            for content in contents
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(buckets.contents) == contents


def test_who_hangs_up_ends_what_makes_the_answer() -> None:
    ended = threading.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"first"
            await asyncio.sleep(3600)
        finally:
            ended.set()

    buckets = Buckets(answers={"key": endless()})
    with running(buckets) as gateway:
        connection = socket.create_connection(("127.0.0.1", gateway.port), timeout=20)
        connection.sendall(b"GET /bucket/key HTTP/1.1\r\nHost: h\r\n\r\n")
        while b"first" not in connection.recv(65536):
            pass
        assert not ended.is_set()
        connection.close()

        assert ended.wait(20)
