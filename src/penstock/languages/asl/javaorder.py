"""The order in which a `java.util.HashSet` gives its items back, which AWS's `States.ArrayUnique` answers in.

Observed of AWS: `[true, false]` comes back as `[false, true]`, `[[1, 2], [2, 1]]` as `[[2, 1], [1, 2]]`.
"""

import struct
from collections.abc import Sequence
from typing import Any, Final

Json = Any

_WORD: Final = 0xFFFF_FFFF
_FEWEST: Final = 16  # places of a set; it has twice as many once three quarters are taken


def in_java_order(items: Sequence[Json]) -> list[Json]:
    """Items of which no two are equal, by the places that their hashes have in the set."""
    size = _FEWEST
    while len(items) * 4 > size * 3:
        size *= 2
    return sorted(items, key=lambda item: _place(_hash(item), size))


def _place(code: int, size: int) -> int:
    return (code ^ code >> 16) & (size - 1)


def _hash(value: Json) -> int:
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, int):
        return value & _WORD if -1 << 31 <= value < 1 << 31 else _folded(value)
    if isinstance(value, float):
        return _folded(int.from_bytes(struct.pack(">d", value)))
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return _list(value)
    return sum(_string(name) ^ _hash(inner) for name, inner in value.items()) & _WORD


def _folded(bits: int) -> int:
    return (bits ^ bits >> 32) & _WORD


def _string(text: str) -> int:
    data = text.encode("utf-16-be")
    code = 0
    for high, low in zip(data[::2], data[1::2], strict=True):
        code = (code * 31 + (high << 8 | low)) & _WORD
    return code


def _list(values: Sequence[Json]) -> int:
    code = 1
    for value in values:
        code = (code * 31 + _hash(value)) & _WORD
    return code
