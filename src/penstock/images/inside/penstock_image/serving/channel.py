"""Requests as frames on a socket: two lengths, a head in JSON, a payload.

Whoever started the server holds the other end. An answer's payload is a frame of its own: what HTTP would
say beside the body, and the body. An answer that is made while it is sent goes out in parts before: what HTTP would say
beside the body, then pieces of it, until whoever asked wants no more.
"""

import io
import json
import os
import select
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace

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
    server = Server(dict(os.environ), is_alone=True)
    server.load()
    answer(channel, server.respond)


def answer(channel: socket.socket, respond: Callable[[Request], Response]) -> None:
    """Answer one request after another until the other end is gone."""
    channel.sendall(framed({"do": "ready"}, b""))
    while True:
        head, payload = LENGTHS.unpack(exactly(channel, LENGTHS.size))
        facts = json.loads(exactly(channel, head))
        if facts.get("stop"):  # it came when the last part was out
            continue
        request = Request(
            path=facts["path"],
            content_type=facts["content_type"],
            accept=facts["accept"],
            attributes=facts["attributes"],
            body=exactly(channel, payload),
            streams=bool(facts.get("streams")),
        )
        response = respond(request)
        if response.parts is not None:
            response = sent(channel, response, response.parts)
        channel.sendall(framed({"do": "answered", "peak_mib": 0}, told(response)))


def sent(channel: socket.socket, response: Response, parts: Iterator[bytes]) -> Response:
    """Send an answer in parts; what there is to say at its end."""
    send(channel, told(replace(response, body=b"")))
    if response.body:
        send(channel, response.body)
    try:
        for part in parts:
            if select.select([channel], [], [], 0)[0]:  # nobody wants more of it
                break
            send(channel, part)
    except Exception as problem:  # whatever the customer's code raises
        traceback.print_exc()
        return Response(500, str(problem).encode() or type(problem).__name__.encode())
    finally:
        parts.close()  # type: ignore[attr-defined]
    return Response(response.status)


def send(channel: socket.socket, part: bytes) -> None:
    channel.sendall(framed({"do": "part"}, part))
