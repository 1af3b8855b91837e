"""Checksums: AWS's algorithms by AWS's names, each fed in pieces.

    CRC32  CRC32C  CRC64NVME  SHA1  SHA256  MD5

Every one has `update(piece)` and `digest()`, as hashlib's objects do. The CRCs that the standard library lacks are
tables here: right, and slow beside hardware (a few MB/s); clients choose them only when told to.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, Protocol


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


class ReflectedCrc:
    """Any CRC that starts with all ones, ends inverted and takes the lowest bit first, by its reversed polynomial."""

    __slots__ = ("_inverted", "_mask", "_size", "_table")

    def __init__(self, polynomial: int, size: int) -> None:
        self._size = size
        self._mask = (1 << 8 * size) - 1
        self._inverted = self._mask
        self._table = table(polynomial)

    def update(self, piece: bytes, /) -> None:
        value, lookup = self._inverted, self._table
        for byte in piece:
            value = (value >> 8) ^ lookup[(value ^ byte) & 0xFF]
        self._inverted = value

    def digest(self) -> bytes:
        return (self._inverted ^ self._mask).to_bytes(self._size, "big")


@cache
def table(polynomial: int) -> tuple[int, ...]:
    """What each value of the lowest byte does to a reflected CRC."""

    def after_eight_shifts(value: int) -> int:
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        return value

    return tuple(map(after_eight_shifts, range(256)))


CASTAGNOLI: Final = 0x82F63B78
NVME: Final = 0x9A6C9329AC4BC9B5

ALGORITHMS: Final[Mapping[str, Callable[[], Checksum]]] = {
    "CRC32": Crc32,
    "CRC32C": lambda: ReflectedCrc(CASTAGNOLI, 4),
    "CRC64NVME": lambda: ReflectedCrc(NVME, 8),
    "SHA1": lambda: hashlib.sha1(usedforsecurity=False),
    "SHA256": hashlib.sha256,
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
