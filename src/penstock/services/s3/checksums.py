"""Checksums as S3 has them: the algorithms, and how those of parts become that of an object.

A full-object checksum of a multipart upload is worked out from its parts' (CRCs can be joined); a composite one is
the checksum of the parts' checksums. No byte is read twice for either.
"""

import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Protocol

from penstock.services.s3.failures import bad_digest, invalid_request, not_built
from penstock.services.s3.model import ChecksumType
from penstock.wire.call import Json, ServiceError
from penstock.wire.crc import Crc, Polynomial


class Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    """CRC32, by zlib."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


POLYNOMIALS: Final[Mapping[str, Polynomial]] = {  # reflected
    "CRC32": Polynomial(0xEDB88320, 4),
    "CRC32C": Polynomial(0x82F63B78, 4),
    "CRC64NVME": Polynomial(0x9A6C9329AC4BC9B5, 8),
}
HASHES: Final[Mapping[str, Callable[[], Hash]]] = {
    "CRC32": _Crc32,
    "CRC32C": lambda: Crc(POLYNOMIALS["CRC32C"]),
    "CRC64NVME": lambda: Crc(POLYNOMIALS["CRC64NVME"]),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": lambda: hashlib.md5(usedforsecurity=False),
}
_ONLY_FULL: Final = {"CRC64NVME"}


def new_hash(algorithm: str) -> Hash:
    try:
        return HASHES[algorithm]()
    except KeyError:
        raise not_built(f"{algorithm} checksums", f"use one of {', '.join(HASHES)}") from None


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
    if (kind == "FULL_OBJECT" and algorithm not in POLYNOMIALS) or (kind == "COMPOSITE" and algorithm in _ONLY_FULL):
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
    polynomial = POLYNOMIALS[algorithm]
    joined = _join(polynomial, ((int.from_bytes(b64decode(checksum), "big"), size) for checksum, size in parts))
    return b64encode(joined.to_bytes(polynomial.size, "big")).decode()


def _join(polynomial: Polynomial, parts: Iterable[tuple[int, int]]) -> int:
    joined = 0
    for checksum, size in parts:
        joined = polynomial.after_zeros(joined, size) ^ checksum
    return joined


@cache
def _is_value(member: str) -> bool:
    """Is a member of a request the value of a checksum (`ChecksumCRC32`), not a word about checksums?"""
    return member.startswith("Checksum") and member not in {"ChecksumAlgorithm", "ChecksumType", "ChecksumMode"}
