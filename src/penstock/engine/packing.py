"""Packing: how the rows of runs hold states, events and commands: msgpack, with integers of any size.

JSON's integers have no bound, msgpack's have 64 bits. What is larger is written as an extension with its digits.
"""

from typing import Any, Final

import msgspec
from msgspec.msgpack import Ext

_LARGE: Final = 1  # the extension's code
_encode: Final = msgspec.msgpack.Encoder().encode


def pack(value: Any) -> bytes:
    """The value, packed. What is too large for msgpack costs a second walk, which nothing else pays for."""
    try:
        return _encode(value)
    except OverflowError:
        return _encode(_with_large(msgspec.to_builtins(value, builtin_types=(bytes, msgspec.Raw))))


def unpacked(code: int, data: memoryview) -> int:
    """The `ext_hook` of whoever decodes what was packed here."""
    if code != _LARGE:
        raise ValueError(f"no extension has the code {code}")
    return int(data.tobytes(), 16)


def _with_large(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _with_large(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_with_large(value) for value in node]
    if isinstance(node, int) and not -(2**63) <= node < 2**64:
        return Ext(_LARGE, f"{node:x}".encode())
    return node
