"""Lines: frames on a socket that never wait. A frame is two lengths, a head (JSON) and a payload (bytes).

    4 bytes  length of the head      4 bytes  length of the payload      head      payload

The programs inside speak it too, each with a page of its own: they share no code with this side.
"""

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any, Final

LENGTHS: Final = struct.Struct(">II")
PIECE: Final = 1 << 18

Head = dict[str, Any]


def framed(head: Head, payload: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(payload)) + text + payload


class Frames:
    """Feed it bytes; it gives the frames that are whole."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Head, bytes]]:
        self._rest += data
        while len(self._rest) >= LENGTHS.size:
            head, payload = LENGTHS.unpack_from(self._rest)
            end = LENGTHS.size + head + payload
            if len(self._rest) < end:
                return
            text = self._rest[LENGTHS.size : LENGTHS.size + head]
            content = bytes(self._rest[LENGTHS.size + head : end])
            del self._rest[:end]
            yield json.loads(text), content


class Line:
    """One end of a socket. What cannot be sent at once waits here: `is_full` until `send` has got rid of it."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._frames = Frames()
        self._waiting = bytearray()
        self.is_broken = False
        self.was_unread = False  # the other side went with something unread

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def is_full(self) -> bool:
        return bool(self._waiting) and not self.is_broken

    def read(self) -> list[tuple[Head, bytes]]:
        """The frames that have come; afterwards `is_broken` if the other side is gone."""
        try:
            data = self._socket.recv(PIECE)
        except BlockingIOError:
            return []
        except OSError as problem:
            self.was_unread = isinstance(problem, ConnectionResetError)
            data = b""
        if not data:
            self.is_broken = True
            return []
        return list(self._frames.feed(data))

    def push(self, frame: bytes) -> None:
        self._waiting += frame
        self.send()

    def send(self) -> None:
        """As much as the other side takes now."""
        try:
            while self._waiting and not self.is_broken:
                del self._waiting[: self._socket.send(self._waiting, socket.MSG_NOSIGNAL)]
        except BlockingIOError:
            pass
        except OSError:
            self.is_broken = True
