"""Signatures: botocore signs, the gateway checks; whatever is changed afterwards is refused."""

import base64
import hashlib
import time
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from botocore.auth import (
    HmacV1Auth,
    HmacV1QueryAuth,
    S3SigV4Auth,
    S3SigV4QueryAuth,
    SigV4Auth,
    SigV4QueryAuth,
)
from botocore.awsrequest import AWSRequest
from botocore.compat import get_current_datetime
from botocore.credentials import Credentials
from botocore.utils import percent_encode, percent_encode_sequence
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.running import KEY
from penstock.gateway import sigv2, sigv4
from penstock.gateway.refusals import Fault, Refused
from penstock.wire.http import HttpRequest

HOST = "penstock.example:4599"
SIGNER = Credentials(KEY.access_key, KEY.secret)

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
keys = st.lists(words, min_size=1, max_size=4).map("/".join)
queries = st.dictionaries(words.filter(lambda word: not word.startswith("X-Amz")), words, max_size=4)
values = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
headers = st.dictionaries(st.sampled_from(["x-amz-meta-a", "x-amz-acl", "content-type"]), values)
bodies = st.binary(max_size=200)


def unsigned(method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> AWSRequest:
    url = f"http://{HOST}{path}" + (f"?{percent_encode_sequence(query)}" if query else "")
    return AWSRequest(method=method, url=url, headers=dict(headers), data=body)


def received(request: AWSRequest) -> HttpRequest:
    """The request as the gateway sees it."""
    parts = urlsplit(request.url)
    headers = {"host": HOST} | {name.lower(): str(value) for name, value in request.headers.items()}
    return HttpRequest(request.method, parts.path, parts.query, headers)


def check(request: HttpRequest, body: bytes) -> None:
    claim = sigv4.claim_of(request)
    assert claim is not None
    sigv4.check_time(claim, time.time())
    sigv4.check_headers(request, claim)
    payload = sigv4.payload_of(request, claim) or hashlib.sha256(body).hexdigest()
    sigv4.check_signature(request, claim, KEY, payload)


@settings(deadline=None)
@given(keys, queries, headers, bodies)
def test_what_botocore_signs_for_s3_is_accepted(
    key: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    request = unsigned("PUT", "/" + percent_encode(key, safe="/~"), query, headers, body)

    S3SigV4Auth(SIGNER, "s3", "eu-west-1").add_auth(request)

    check(received(request), body)


@settings(deadline=None)
@given(keys, queries, headers, bodies)
def test_what_botocore_signs_for_other_services_is_accepted(
    key: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    request = unsigned("POST", "/" + percent_encode(key, safe="/~"), query, headers, body)

    SigV4Auth(SIGNER, "lambda", "eu-west-1").add_auth(request)

    check(received(request), body)


@settings(deadline=None)
@given(keys, queries)
def test_urls_that_botocore_presigns_are_accepted(key: str, query: dict[str, str]) -> None:
    for signer, service in ((S3SigV4QueryAuth, "s3"), (SigV4QueryAuth, "sts")):
        request = unsigned("GET", "/" + percent_encode(key, safe="/~"), query, {}, b"")

        signer(SIGNER, service, "eu-west-1", expires=60).add_auth(request)

        check(received(request), b"")


@settings(deadline=None)
@given(keys, queries, headers, st.sampled_from(["versionId", "partNumber", "uploads", "response-content-type"]))
def test_what_botocore_signs_by_the_old_version_is_accepted(
    key: str, query: dict[str, str], headers: dict[str, str], subresource: str
) -> None:
    for signer in (HmacV1Auth(SIGNER), HmacV1QueryAuth(SIGNER, expires=60)):
        request = unsigned("GET", "/" + percent_encode(key, safe="/~"), {**query, subresource: "1"}, headers, b"")
        request.auth_path = urlsplit(request.url).path

        signer.add_auth(request)

        seen = received(request)
        old = sigv2.old_claim_of(seen)
        assert old is not None
        sigv2.check(seen, old, KEY, time.time())


def signed() -> HttpRequest:
    request = unsigned("PUT", "/bucket/key", {"a": "1"}, {"x-amz-meta-a": "one"}, b"body")
    S3SigV4Auth(SIGNER, "s3", "eu-west-1").add_auth(request)
    return received(request)


def refused(request: HttpRequest, body: bytes = b"body") -> Fault:
    with pytest.raises(Refused) as caught:
        check(request, body)
    return caught.value.fault


def test_a_signed_request_that_was_changed_is_refused() -> None:
    request = signed()

    assert refused(replace(request, method="GET")) == Fault.MISMATCH
    assert refused(replace(request, path="/bucket/other")) == Fault.MISMATCH
    assert refused(replace(request, query="a=2")) == Fault.MISMATCH
    assert refused(replace(request, headers={**request.headers, "x-amz-meta-a": "two"})) == Fault.MISMATCH
    assert refused(replace(request, headers={**request.headers, "host": "elsewhere"})) == Fault.MISMATCH
    assert refused(replace(request, headers={**request.headers, "x-amz-acl": "public-read"})) == Fault.UNSIGNED_HEADER


def test_a_signed_header_that_does_not_come_is_refused() -> None:
    request = signed()
    headers = {name: value for name, value in request.headers.items() if name != "x-amz-meta-a"}

    assert refused(replace(request, headers=headers)) == Fault.MISMATCH


def test_a_request_is_good_for_fifteen_minutes() -> None:
    claim = sigv4.claim_of(signed())
    assert claim is not None

    sigv4.check_time(claim, claim.at + 899)
    sigv4.check_time(claim, claim.at - 899)

    for now in (claim.at + 901, claim.at - 901):
        with pytest.raises(Refused) as caught:
            sigv4.check_time(claim, now)
        assert caught.value.fault == Fault.SKEWED


def test_a_presigned_url_is_good_for_as_long_as_it_says() -> None:
    request = unsigned("GET", "/bucket/key", {}, {}, b"")
    S3SigV4QueryAuth(SIGNER, "s3", "eu-west-1", expires=60).add_auth(request)
    claim = sigv4.claim_of(received(request))
    assert claim is not None

    sigv4.check_time(claim, claim.at + 59)

    with pytest.raises(Refused) as caught:
        sigv4.check_time(claim, claim.at + 61)
    assert caught.value.fault == Fault.LAPSED


def test_an_old_presigned_url_is_good_until_it_expires() -> None:
    request = unsigned("GET", "/bucket/key", {}, {}, b"")
    HmacV1QueryAuth(SIGNER, expires=60).add_auth(request)
    seen = received(request)
    old = sigv2.old_claim_of(seen)
    assert old is not None

    with pytest.raises(Refused) as caught:
        sigv2.check(seen, old, KEY, time.time() + 120)
    assert caught.value.fault == Fault.LAPSED


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=AKIA/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=////aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00",
    ],
)
def test_an_authorization_that_cannot_be_read_is_refused(authorization: str) -> None:
    headers = {"host": HOST, "authorization": authorization, "x-amz-date": "20260101T000000Z"}

    with pytest.raises(Refused) as caught:
        sigv4.claim_of(HttpRequest("GET", "/", "", headers))

    assert caught.value.fault == Fault.MALFORMED


@pytest.mark.parametrize("date", ["", "yesterday", "20261301T000000Z", "Thu, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_refused(date: str) -> None:
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    )
    headers = {"host": HOST, "authorization": authorization, "x-amz-date": date}

    with pytest.raises(Refused) as caught:
        sigv4.claim_of(HttpRequest("GET", "/", "", headers))

    assert caught.value.fault == Fault.MALFORMED


def test_a_date_header_may_stand_for_the_amazon_one() -> None:
    request = unsigned("GET", "/", {}, {"Date": "now"}, b"")
    SigV4Auth(SIGNER, "sts", "us-east-1").add_auth(request)
    seen = received(request)

    assert "x-amz-date" not in seen.headers
    check(seen, b"")
    claim = sigv4.claim_of(seen)
    assert claim is not None
    assert claim.date == get_current_datetime().strftime("%Y%m%d")


def test_the_old_version_signs_with_sha1() -> None:
    request = HttpRequest("GET", "/bucket/key", "", {"date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    old = sigv2.OldClaim(KEY.access_key, base64.b64encode(b"no").decode())

    with pytest.raises(Refused) as caught:
        sigv2.check(request, old, KEY, 1767225600.0)

    assert caught.value.fault == Fault.MISMATCH
