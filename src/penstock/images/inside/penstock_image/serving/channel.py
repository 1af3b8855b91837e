"""Requests as frames on a socket: two lengths, a head in JSON, a payload.

Whoever started the server holds the other end. An answer's payload is a frame of its own: what HTTP would
say beside the body, and the body.
"""

import io
import json
import os
import socket
import struct
import sys
from collections.abc import Callable

from penstock_image.layout import Json
from penstock_image.serving.messages import Request, Response
from penstock_image.serving.server import Server

LENGTHS = struct.Struct(">II")


def framed(head: Json, payload: bytes) -> bytes:
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(payload)) + text + payload


def told(response: Response) -> bytes:
    """A response as the other end reads it."""
    head = {"status": response.status, "content_type": response.content_type, "attributes": response.attributes}
    return framed(head, response.body)


def exactly(channel: socket.socket, size: int) -> bytes:
    """That many bytes; ends the process where there will be no more."""
    held = bytearray()
    while len(held) < size:
        piece = channel.recv(min(size - len(held), 1 << 20))
        if not piece:
            os._exit(0)
        held += piece
    return bytes(held)


def by_line(handle: int) -> io.TextIOWrapper:
    """An output that is written a line at a time: a fork's own is written when it is full."""
    return open(handle, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def serve(handle: int) -> None:
    """Load, then answer one request after another until the other end is gone."""
    channel = socket.socket(fileno=handle)
    channel.setblocking(True)
    sys.stdout, sys.stderr = by_line(1), by_line(2)
    server = Server(dict(os.environ))
    server.load()
    answer(channel, server.respond)


def answer(channel: socket.socket, respond: Callable[[Request], Response]) -> None:
    """Answer one request after another until the other end is gone."""
    channel.sendall(framed({"do": "ready"}, b""))
    while True:
        head, payload = LENGTHS.unpack(exactly(channel, LENGTHS.size))
        facts = json.loads(exactly(channel, head))
        request = Request(
            path=facts["path"],
            content_type=facts["content_type"],
            accept=facts["accept"],
            attributes=facts["attributes"],
            body=exactly(channel, payload),
        )
        channel.sendall(framed({"do": "answered", "peak_mib": 0}, told(respond(request))))
