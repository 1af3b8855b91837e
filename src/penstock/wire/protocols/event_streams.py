"""Event streams (`application/vnd.amazon.eventstream`): an answer that goes on, a message for each event.

    4 bytes  length of the message   4 bytes  length of the headers   4 bytes  CRC-32 of those
    headers: name, 7 (text), value   payload                          4 bytes  CRC-32 of all before

A service answers such a member with an `Events`. A `ServiceError` that comes out of it is the last message: an
exception, if the stream's shape has one of that name, else an error. Headers that a model binds members to are not
written: no operation answered here has any.
"""

import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from functools import cache
from typing import Final
from zlib import crc32

from botocore.model import Shape, StructureShape

from penstock.wire.call import Events, Json, ServiceError

CONTENT_TYPE: Final = "application/vnd.amazon.eventstream"
LENGTHS: Final = struct.Struct(">II")
CHECKSUM: Final = struct.Struct(">I")
VALUE: Final = struct.Struct(">BH")
TEXT: Final = 7  # the type of a header's value


class Writer:
    """Writes the events of a stream. `encoded` makes the content of what is structured, `content_type` names it."""

    def __init__(self, shape: StructureShape, encoded: Callable[[Shape, Json], bytes], content_type: str) -> None:
        self._shape = shape
        self._encoded = encoded
        self._content_type = content_type

    async def messages(self, events: Events, before: bytes = b"") -> AsyncIterator[bytes]:
        """The stream, in pieces; `before` is its first."""
        if before:
            yield before
        try:
            async with aclosing(events):
                async for event in events:
                    ((name, value),) = event.items()
                    yield self._event(name, value)
        except ServiceError as error:
            yield self._failure(error)

    def initial(self, shape: StructureShape, answer: Mapping[str, Json]) -> bytes:
        """What is answered beside the stream, where the protocol has no other place for it."""
        headers = {":message-type": "event", ":event-type": "initial-response", ":content-type": self._content_type}
        return message(headers, self._encoded(shape, answer))

    def _event(self, name: str, value: Mapping[str, Json]) -> bytes:
        shape = self._shape.members[name]
        headers = {":message-type": "event", ":event-type": name}
        bound = next((each for each, member in shape.members.items() if member.serialization.get("eventpayload")), None)
        if bound is None:
            return message({**headers, ":content-type": self._content_type}, self._encoded(shape, value))
        kind, payload = self._payload(shape.members[bound], value[bound])
        return message({**headers, ":content-type": kind}, payload)

    def _payload(self, member: Shape, content: Json) -> tuple[str, bytes]:
        """A member that is a payload by itself, and the type of that."""
        match member.type_name:
            case "blob":
                return "application/octet-stream", content
            case "string":
                return "text/plain", content.encode()
        return self._content_type, self._encoded(member, content)

    def _failure(self, error: ServiceError) -> bytes:
        shape = self._shape.members.get(error.code)
        if shape is None:
            return message({":message-type": "error", ":error-code": error.code, ":error-message": error.message}, b"")
        told = {name: error.message for name in shape.members if name.lower() == "message"} | error.fields
        headers = {":message-type": "exception", ":exception-type": error.code, ":content-type": self._content_type}
        return message(headers, self._encoded(shape, told))


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    head = b"".join(header(name, value) for name, value in headers.items())
    lengths = LENGTHS.pack(2 * CHECKSUM.size + LENGTHS.size + len(head) + len(payload), len(head))
    before = b"".join((lengths, CHECKSUM.pack(crc32(lengths)), head, payload))
    return before + CHECKSUM.pack(crc32(before))


def header(name: str, value: str) -> bytes:
    told = value.encode()
    return bytes([len(name)]) + name.encode() + VALUE.pack(TEXT, len(told)) + told


@cache
def stream_member(shape: StructureShape) -> str | None:
    """The member of an answer that is an event stream."""
    return next((name for name, each in shape.members.items() if each.serialization.get("eventstream")), None)
