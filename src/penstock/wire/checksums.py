"""Checksums: AWS's algorithms by AWS's names, each fed in pieces.

    CRC32  CRC32C  CRC64NVME  SHA1  SHA256  SHA512  MD5

Every one has `update(piece)` and `digest()`, as hashlib's objects do. The CRCs that the standard library lacks are
next door in `crc`.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from penstock.wire.crc import CRC32C, CRC64NVME, Crc


class Checksum(Protocol):
    def update(self, piece: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class Crc32:
    """The CRC of zip and PNG."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value = 0

    def update(self, piece: bytes, /) -> None:
        self._value = zlib.crc32(piece, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


ALGORITHMS: Final[Mapping[str, Callable[[], Checksum]]] = {
    "CRC32": Crc32,
    "CRC32C": lambda: Crc(CRC32C),
    "CRC64NVME": lambda: Crc(CRC64NVME),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
    "MD5": lambda: hashlib.md5(usedforsecurity=False),
}


def checksum(algorithm: str, content: bytes) -> str:
    """The checksum of content that is at hand, as AWS's headers carry it: base64."""
    summing = ALGORITHMS[algorithm]()
    summing.update(content)
    return encoded(summing)


def encoded(summing: Checksum) -> str:
    """What has been summed so far, as AWS's headers carry it: base64."""
    return base64.b64encode(summing.digest()).decode()
