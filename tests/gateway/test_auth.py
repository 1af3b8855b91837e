"""With --auth: real clients' signatures are accepted, and every fault is told as AWS's services tell it."""

import time
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from gateway.running import KEY, Keys, running
from gateway.services import Buckets, Identity, Pipelines
from penstock.gateway.guard import OpenHost, check_host
from penstock.gateway.settings import Settings
from penstock.wire.credentials import Credential

AUTH = Settings(auth=True)
TEMPORARY = replace(KEY, access_key="ASIATEMPORARY", session_token="token+/=", expires_at=time.time() + 86_400)
ASK = {"s3": "list_buckets", "sts": "get_caller_identity", "sagemaker": "list_models", "codebuild": "list_builds"}


def error_of(service: str, key: Credential, keys: Keys | None = None, **config: Any) -> tuple[str, int]:
    with running(Buckets(), Identity(), keys=keys, settings=AUTH) as gateway:
        with pytest.raises(ClientError) as caught:
            getattr(gateway.client(service, key=key, **config), ASK[service])()
        said = caught.value.response
        return said["Error"]["Code"], said["ResponseMetadata"]["HTTPStatusCode"]


def test_boto3s_signatures_are_accepted() -> None:
    pipelines, buckets = Pipelines(), Buckets(answers={"a key/é": b"content"})
    with running(pipelines, buckets, Identity(), settings=AUTH) as gateway:
        assert gateway.client("sts").get_caller_identity()["Arn"] == KEY.principal
        gateway.client("sagemaker").delete_pipeline(PipelineName="churn", ClientRequestToken="t" * 32)
        gateway.client("s3").put_object(Bucket="bucket", Key="a key/é", Body=b"content", Metadata={"a": "b  c"})
        answer = gateway.client("s3").get_object(Bucket="bucket", Key="a key/é", ResponseContentType="text/csv; a=b")

    assert answer["Body"].read() == b"content"
    assert pipelines.calls[0].scope.account == KEY.account
    assert buckets.contents == [b"content"]


def test_temporary_keys_need_their_token_and_their_time() -> None:
    def keys(key: Credential) -> Keys:
        return Keys({key.access_key: key})

    with running(Identity(), keys=keys(TEMPORARY), settings=AUTH) as gateway:
        assert gateway.client("sts", key=TEMPORARY).get_caller_identity()["Account"] == KEY.account

    late = replace(TEMPORARY, expires_at=time.time() - 1)
    assert error_of("sts", late, keys(late)) == ("ExpiredToken", 403)
    assert error_of("s3", late, keys(late)) == ("ExpiredToken", 400)
    assert error_of("sagemaker", late, keys(late)) == ("ExpiredTokenException", 400)
    assert error_of("s3", replace(TEMPORARY, session_token="other"), keys(TEMPORARY)) == ("InvalidToken", 400)
    assert error_of("sts", replace(TEMPORARY, session_token=""), keys(TEMPORARY)) == ("InvalidClientTokenId", 403)


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "InvalidAccessKeyId", 403),
        ("sts", "InvalidClientTokenId", 403),
        ("sagemaker", "UnrecognizedClientException", 400),
        ("codebuild", "UnrecognizedClientException", 400),
    ],
)
def test_an_unknown_key_is_told(service: str, code: str, status: int) -> None:
    assert error_of(service, replace(KEY, access_key="AKIAUNKNOWN")) == (code, status)


def test_an_inactive_key_is_as_good_as_none() -> None:
    keys = Keys({KEY.access_key: replace(KEY, active=False)})

    assert error_of("s3", KEY, keys) == ("InvalidAccessKeyId", 403)


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("s3", "SignatureDoesNotMatch", 403),
        ("sts", "SignatureDoesNotMatch", 403),
        ("sagemaker", "InvalidSignatureException", 400),
    ],
)
def test_a_wrong_secret_is_told(service: str, code: str, status: int) -> None:
    assert error_of(service, replace(KEY, secret="wrong")) == (code, status)


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [("s3", "AccessDenied", 403), ("sagemaker", "MissingAuthenticationTokenException", 400)],
)
def test_an_unsigned_request_is_told(service: str, code: str, status: int) -> None:
    assert error_of(service, KEY, signature_version=UNSIGNED) == (code, status)


@pytest.mark.parametrize("version", [None, "s3v4", "s3"])
def test_presigned_urls_work_and_lapse_and_cannot_be_changed(version: str | None) -> None:
    buckets = Buckets(answers={"key": b"content"})
    with running(buckets, settings=AUTH) as gateway:
        client = gateway.client("s3", signature_version=version)
        url = client.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "key"}, ExpiresIn=60)
        upload = client.generate_presigned_url(
            "put_object", {"Bucket": "bucket", "Key": "up", "ContentType": "text/csv"}, ExpiresIn=60
        )

        assert fetched(url) == (200, b"content")
        assert fetched(url.replace("/bucket/key", "/bucket/other"))[0] == 403
        assert fetched(upload, data=b"csv", content_type="text/csv")[0] == 200
        assert fetched(upload, data=b"csv", content_type="text/html")[0] == 403

    assert buckets.contents == [b"csv"]


def fetched(url: str, *, data: bytes | None = None, content_type: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=data, method="PUT" if data is not None else "GET")
    if content_type:
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "penstock.example", "127.0.0.1.example"])
def test_an_open_host_is_refused_without_auth(host: str) -> None:
    with pytest.raises(OpenHost, match="--auth"):
        check_host(host, auth=False)

    check_host(host, auth=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_auth(host: str) -> None:
    check_host(host, auth=False)
