"""Checksums as S3 has them: the algorithms, and how those of parts become that of an object.

A full-object checksum of a multipart upload is worked out from its parts' (CRCs can be joined); a composite one is
the checksum of the parts' checksums. No byte is read twice for either.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from penstock.services.s3.failures import bad_digest, invalid_request, not_built
from penstock.services.s3.model import ChecksumType
from penstock.wire.call import Json, ServiceError
from penstock.wire.checksums import ALGORITHMS, Checksum
from penstock.wire.crc import CRC32, CRC32C, CRC64NVME, Kind, joined

JOINABLE: Final[Mapping[str, Kind]] = {"CRC32": CRC32, "CRC32C": CRC32C, "CRC64NVME": CRC64NVME}
_ONLY_FULL: Final = {"CRC64NVME"}


def new_hash(algorithm: str) -> Checksum:
    try:
        return ALGORITHMS[algorithm]()
    except KeyError:
        raise not_built(f"{algorithm} checksums", f"use one of {', '.join(ALGORITHMS)}") from None


def asked_for(request: Mapping[str, Json]) -> dict[str, str]:
    """The checksums a request is about: by algorithm, the expected value (base64) or '' where only named."""
    expected = {name.removeprefix("Checksum"): str(value) for name, value in request.items() if _is_value(name)}
    if (named := request.get("ChecksumAlgorithm")) and named not in expected:
        expected[str(named)] = ""
    return expected


def members(checksums: Mapping[str, str], kind: str = "") -> dict[str, str]:
    """Checksums as members of an answer."""
    found = {f"Checksum{algorithm}": value for algorithm, value in checksums.items()}
    return {**found, "ChecksumType": kind} if found and kind else found


def compare(expected: Mapping[str, str], found: Mapping[str, str]) -> None:
    """Raise `BadDigest` where a checksum that was sent is not what was computed."""
    for algorithm, value in expected.items():
        if value and value != found.get(algorithm, value):
            raise bad_digest(algorithm)


def compare_md5(sent: str | None, md5: str) -> None:
    """Raise where a Content-MD5 (base64) is not the content's MD5 (hex)."""
    if sent is None:
        return
    try:
        expected = b64decode(sent, validate=True).hex()
    except ValueError:
        expected = ""
    if len(expected) != 32:
        raise ServiceError("The Content-MD5 you specified was invalid.", code="InvalidDigest", status=400)
    if expected != md5:
        raise bad_digest("Content-MD5")


def type_of(algorithm: str, asked: ChecksumType) -> ChecksumType:
    """Which type of checksum a multipart upload will have, S3's default where none is asked for."""
    if not algorithm:
        if asked:
            raise invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            )
        return ""
    kind: ChecksumType = asked or ("FULL_OBJECT" if algorithm in _ONLY_FULL else "COMPOSITE")
    if (kind == "FULL_OBJECT" and algorithm not in JOINABLE) or (kind == "COMPOSITE" and algorithm in _ONLY_FULL):
        raise invalid_request(
            f"The {kind} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        )
    return kind


def of_parts(algorithm: str, kind: str, parts: Sequence[tuple[str, int]]) -> str:
    """The checksum of an object from its parts' checksums (base64) and sizes."""
    if kind == "COMPOSITE":
        whole = new_hash(algorithm)
        for checksum, _ in parts:
            whole.update(b64decode(checksum))
        return f"{b64encode(whole.digest()).decode()}-{len(parts)}"
    kind_of_crc, whole_so_far = JOINABLE[algorithm], b""
    for checksum, size in parts:
        whole_so_far = joined(kind_of_crc, whole_so_far, b64decode(checksum), size)
    return b64encode(whole_so_far).decode()


@cache
def _is_value(member: str) -> bool:
    """Is a member of a request the value of a checksum (`ChecksumCRC32`), not a word about checksums?"""
    return member.startswith("Checksum") and member not in {"ChecksumAlgorithm", "ChecksumType", "ChecksumMode"}
