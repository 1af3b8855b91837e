"""Messages: ASGI's on one side, the wire's `HttpRequest` and `HttpResponse` on the other."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from functools import lru_cache
from typing import Final

from starlette.types import Scope, Send

from penstock.wire.http import HttpRequest, HttpResponse

# Control characters in a header would end it: a client's own text comes back in some.
_CONTROLS: Final = dict.fromkeys([*range(0x09), *range(0x0A, 0x20), 0x7F])
_BODILESS: Final = frozenset({204, 304})


def head_of(scope: Scope) -> HttpRequest:
    """A request of which only the head has come."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1")
        headers[key] = f"{headers[key]},{text(value)}" if key in headers else text(value)
    return HttpRequest(
        scope["method"], scope["raw_path"].decode("latin-1") or "/", scope["query_string"].decode("latin-1"), headers
    )


def text(value: bytes) -> str:
    """A header's value: UTF-8 as today's clients send it, else byte for byte."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def has_body(request: HttpRequest) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


async def send_response(
    send: Send, request: HttpRequest, response: HttpResponse, *, close: bool, idle_seconds: float
) -> int:
    """Send an answer, in pieces where it is a stream; how many bytes its body had."""
    headers = dict(response.headers)
    body = response.body
    if isinstance(body, bytes) and response.status not in _BODILESS:
        headers.setdefault("content-length", str(len(body)))
    if close:
        headers["connection"] = "close"
    await send({"type": "http.response.start", "status": response.status, "headers": encoded(headers)})
    if request.method == "HEAD" or response.status in _BODILESS:
        body = b""
    if isinstance(body, bytes):
        await send({"type": "http.response.body", "body": body})
        return len(body)
    size = 0
    try:
        async for piece in body:
            size += len(piece)
            async with asyncio.timeout(idle_seconds):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    finally:
        if isinstance(body, AsyncGenerator):
            await body.aclose()  # what makes it is to know at once that nobody reads on
    await send({"type": "http.response.body", "body": b""})
    return size


def encoded(headers: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return [(_name(name), _value(value)) for name, value in headers.items()]


@lru_cache(maxsize=1024)
def _name(name: str) -> bytes:
    return name.lower().encode("latin-1")


def _value(value: str) -> bytes:
    return (value if value.isprintable() else value.translate(_CONTROLS)).encode()
