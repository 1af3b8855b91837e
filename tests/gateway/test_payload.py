"""Payloads: whatever the client said of its body is compared when it has passed."""

import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.wire.call import ServiceError
from penstock.wire.checksums import ALGORITHMS, checksum
from penstock.wire.payload import Expectation, Payload, expectation

CHECK = b"123456789"  # the text whose CRCs every catalogue of CRCs lists


async def pieces(*them: bytes) -> AsyncIterator[bytes]:
    for piece in them:
        yield piece


async def read(headers: Mapping[str, str], *them: bytes, length: int | None = None) -> Payload:
    payload = Payload(pieces(*them), expectation(headers, length=length))
    await payload.read()
    return payload


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [("CRC32", "cbf43926"), ("CRC32C", "e3069283"), ("CRC64NVME", "ae8b14860a799888")],
)
def test_crcs_are_those_of_the_catalogue(algorithm: str, expected: str) -> None:
    assert base64.b64decode(checksum(algorithm, CHECK)).hex() == expected


@given(st.sampled_from(sorted(ALGORITHMS)), st.lists(st.binary(max_size=40), max_size=5))
def test_a_checksum_does_not_care_how_its_content_is_cut(algorithm: str, cut: list[bytes]) -> None:
    summing = ALGORITHMS[algorithm]()
    for piece in cut:
        summing.update(piece)

    assert base64.b64encode(summing.digest()).decode() == checksum(algorithm, b"".join(cut))


async def test_checksums_are_known_when_the_body_was_read() -> None:
    said = base64.b64encode(zlib.crc32(b"onetwo").to_bytes(4, "big")).decode()

    payload = await read({"x-amz-checksum-crc32": said}, b"one", b"two")

    assert payload.checksums == {"CRC32": said}
    assert payload.length == 6


async def test_algorithms_that_a_service_wants_are_summed_as_well() -> None:
    payload = Payload(pieces(b"one"), also=["MD5"])

    await payload.read()

    assert payload.checksums["MD5"] == base64.b64encode(hashlib.md5(b"one").digest()).decode()


@pytest.mark.parametrize("algorithm", sorted(set(ALGORITHMS) - {"MD5"}))
async def test_a_wrong_checksum_is_a_bad_digest(algorithm: str) -> None:
    said = checksum(algorithm, b"other")

    with pytest.raises(ServiceError) as caught:
        await read({f"x-amz-checksum-{algorithm.lower()}": said}, b"one")

    assert caught.value.code == "BadDigest"
    assert caught.value.message == f"The {algorithm} you specified did not match the calculated checksum."


async def test_a_wrong_md5_is_a_bad_digest() -> None:
    with pytest.raises(ServiceError) as caught:
        await read({"content-md5": checksum("MD5", b"other")}, b"one")

    assert caught.value.code == "BadDigest"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content-md5": "short"}, "InvalidDigest"),
        ({"content-md5": "é" * 24}, "InvalidDigest"),
        ({"x-amz-checksum-sha256": "c2hvcnQ="}, "InvalidRequest"),
        ({"x-amz-content-sha256": "not hex"}, "InvalidArgument"),
        ({"x-amz-trailer": "x-amz-checksum-xxhash64"}, "InvalidRequest"),
    ],
)
def test_what_cannot_be_a_checksum_is_refused_before_the_body(headers: dict[str, str], code: str) -> None:
    with pytest.raises(ServiceError) as caught:
        expectation(headers, length=None)

    assert caught.value.code == code


async def test_a_body_other_than_the_signed_one_is_told_with_both_digests() -> None:
    said = hashlib.sha256(b"other").hexdigest()

    with pytest.raises(ServiceError) as caught:
        await read({"x-amz-content-sha256": said}, b"one")

    assert caught.value.code == "XAmzContentSHA256Mismatch"
    assert caught.value.fields == {
        "ClientComputedContentSHA256": said,
        "S3ComputedContentSHA256": hashlib.sha256(b"one").hexdigest(),
    }


async def test_a_body_shorter_than_announced_is_incomplete() -> None:
    with pytest.raises(ServiceError) as caught:
        await read({}, b"one", length=4)

    assert caught.value.code == "IncompleteBody"


async def test_checksums_may_come_in_trailers() -> None:
    expected = Expectation(in_trailers=("CRC32",))

    good = Payload(pieces(b"one"), expected, trailers=lambda: {"x-amz-checksum-crc32": checksum("CRC32", b"one")})
    await good.read()
    assert good.sent == good.checksums == {"CRC32": checksum("CRC32", b"one")}

    for trailers, code in (
        ({"x-amz-checksum-crc32": checksum("CRC32", b"two")}, "BadDigest"),
        ({}, "MalformedTrailerError"),
    ):
        with pytest.raises(ServiceError) as caught:
            await Payload(pieces(b"one"), expected, trailers=trailers.copy).read()
        assert caught.value.code == code


async def test_a_payload_is_read_once() -> None:
    payload = await read({}, b"one")

    with pytest.raises(RuntimeError):
        await payload.read()
