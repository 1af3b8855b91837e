"""Addresses of objects in S3, in every way to write them."""

import pytest

from penstock.wire.addresses import S3Address


@pytest.mark.parametrize(
    "text",
    [
        "s3://b/a/key.csv",
        "https://b.s3.amazonaws.com/a/key.csv",
        "https://b.s3.us-east-1.amazonaws.com/a/key.csv",
        "https://b.s3-us-east-1.amazonaws.com/a/key.csv",
        "https://b.s3.dualstack.us-east-1.amazonaws.com/a/key.csv",
        "https://s3.us-east-1.amazonaws.com/b/a/key.csv",
        "https://s3.cn-north-1.amazonaws.com.cn/b/a/key.csv",
    ],
)
def test_every_way_to_write_it_means_the_same_object(text: str) -> None:
    assert S3Address.of(text) == S3Address.of(text, anywhere=True) == S3Address("b", "a/key.csv")


@pytest.mark.parametrize("host", ["127.0.0.1:4599", "b.s3.localhost:4599", "s3.example.com"])
def test_a_host_that_is_not_aws_s_is_an_s3_only_where_it_may_be(host: str) -> None:
    text = f"http://{host}/key" if host.startswith("b.") else f"http://{host}/b/key"

    assert S3Address.of(text) is None
    assert S3Address.of(text, anywhere=True) == S3Address("b", "key")


def test_signs_in_a_key_stand_for_themselves_unless_it_is_in_an_https_address() -> None:
    assert S3Address.of("s3://b/a b%20c/d+e?f#g") == S3Address("b", "a b%20c/d+e?f#g")
    assert S3Address.of("https://s3.amazonaws.com/b/a%20b+c") == S3Address("b", "a b+c")


def test_a_version_is_told_and_a_signature_is_not_looked_at() -> None:
    address = S3Address.of("https://b.s3.amazonaws.com/key?versionId=v1&X-Amz-Signature=abc")

    assert address is not None
    assert address.object == {"Bucket": "b", "Key": "key", "VersionId": "v1"}


def test_a_key_may_be_empty_and_a_bucket_may_not() -> None:
    assert S3Address.of("s3://b") == S3Address("b", "")
    assert S3Address.of("https://s3.amazonaws.com/") is None


@pytest.mark.parametrize(
    "text", ["", "/tmp/x", "s3://", "https://example.com/b/key", "https://s3.evil.com/b/k", "https://["]
)
def test_what_is_none_is_none(text: str) -> None:
    assert S3Address.of(text) is None
