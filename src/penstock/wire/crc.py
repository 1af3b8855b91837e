"""CRCs as S3 has them, of content in pieces and of stretches that are joined. The arithmetic is `anycrc`'s."""

from functools import cache
from typing import Final, NamedTuple

import anycrc


class Kind(NamedTuple):
    """A CRC, by its name in `anycrc`, and the bytes it has."""

    name: str
    size: int


CRC32: Final = Kind("CRC32", 4)
CRC32C: Final = Kind("CRC32C", 4)
CRC64NVME: Final = Kind("CRC64-NVME", 8)


class Crc:
    """A running CRC."""

    __slots__ = ("_model", "_size", "_value")

    def __init__(self, kind: Kind) -> None:
        self._model, self._size = model(kind), kind.size
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = self._model.calc(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def joined(kind: Kind, first: bytes, second: bytes, length: int) -> bytes:
    """The CRC of two stretches in a row, from their own; the second is so many bytes long."""
    values = (int.from_bytes(each, "big") for each in (first, second))
    value: int = model(kind).combine(*values, length)
    return value.to_bytes(kind.size, "big")


@cache
def model(kind: Kind) -> anycrc.Model:
    return anycrc.Model(kind.name)
