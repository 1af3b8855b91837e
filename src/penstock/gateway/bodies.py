"""Bodies: from the server's messages to a payload that services may read.

A request's body is asked for only when somebody reads it, so a client that waits for "100 Continue" sends nothing to
a request that is refused. Every wait for a piece has a limit; nothing here holds more than `GATHERED` bytes.
"""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from typing import Final

from starlette.types import Receive

from penstock.gateway.chunked import Chain, ChunkedBody
from penstock.gateway.limits import Limits
from penstock.gateway.refusals import Refused, answer_to
from penstock.wire.call import ServiceError
from penstock.wire.payload import HEADERS, Payload, expectation, incomplete

_SAYING_MORE: Final = frozenset({*HEADERS, "content-md5", "content-encoding", "x-amz-content-sha256", "x-amz-trailer"})
GATHERED: Final = 512 * 1024  # small pieces are joined up to here: each costs its reader a trip to a thread


class ClientGone(Exception):
    """The client hung up: there is nobody to answer."""


class Incoming:
    """The raw body of one request, as the server hands it out."""

    def __init__(self, receive: Receive, *, idle: Limits) -> None:
        self._receive = receive
        self._idle = idle
        self.asked = False  # whether the server has been asked for any of it
        self.ended = False
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self.ended:
            piece = await self._next()
            if piece:
                yield piece

    async def _next(self) -> bytes:
        self.asked = True
        try:
            with self._idle.wait():
                message = await self._receive()
        except TimeoutError:
            raise ServiceError(
                "Your socket connection to the server was not read from or written to within the timeout period. "
                "Idle connections will be closed.",
                code="RequestTimeout", status=400,
            ) from None  # fmt: skip
        if message["type"] == "http.disconnect":
            self.ended = True
            raise ClientGone
        self.ended = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        self.size += len(piece)
        return piece

    async def hang_up(self) -> None:
        """Until the client has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def drain(self, limit: int) -> bool:
        """Let the rest pass by, up to a limit; whether the end was reached."""
        while not self.ended and self.size <= limit:
            await self._next()
        return self.ended


async def whole(incoming: Incoming, headers: Mapping[str, str], limit: int) -> bytes | None:
    """All of a body, compared with what its headers say of it; None if it has more bytes than the limit."""
    length = number(headers, "content-length")
    if (length or 0) > limit:
        return None
    is_bare = _SAYING_MORE.isdisjoint(headers)
    pieces = incoming if is_bare else payload(incoming, headers)
    kept: list[bytes] = []
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > limit:
            return None
        kept.append(piece)
    if is_bare and length is not None and size != length:
        raise incomplete(length, size)
    return kept[0] if len(kept) == 1 else b"".join(kept)


def streamed(incoming: Incoming, headers: Mapping[str, str], chain: Chain | None = None) -> Payload:
    """The body for a service that reads it piece by piece."""
    return payload(incoming, headers, chain, gathering=gathered)


def payload(
    incoming: Incoming,
    headers: Mapping[str, str],
    chain: Chain | None = None,
    *,
    gathering: Callable[[AsyncIterable[bytes]], AsyncIterable[bytes]] = lambda pieces: pieces,
) -> Payload:
    """The body as its headers describe it: out of its chunks where it is aws-chunked, its checksums to be compared.

    `chain` is given where chunk signatures are to be checked.
    """
    if is_chunked(headers):
        chunked = ChunkedBody(chain)
        expected = expectation(headers, length=number(headers, "x-amz-decoded-content-length"))
        return Payload(gathering(dechunked(incoming, chunked)), expected, trailers=lambda: chunked.trailers)
    return Payload(gathering(incoming), expectation(headers, length=number(headers, "content-length")))


def is_chunked(headers: Mapping[str, str]) -> bool:
    return headers.get("x-amz-content-sha256", "").startswith("STREAMING-") or "aws-chunked" in headers.get(
        "content-encoding", ""
    )


def is_signed_in_chunks(headers: Mapping[str, str]) -> bool:
    return headers.get("x-amz-content-sha256", "").startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")


def unchunked(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of the body inside the chunks: its own encoding and its own length."""
    if not is_chunked(headers):
        return headers
    codings = [coding.strip() for coding in headers.get("content-encoding", "").split(",")]
    kept = ",".join(coding for coding in codings if coding not in {"", "aws-chunked"})
    inside = {name: value for name, value in headers.items() if name not in {"content-encoding", "content-length"}}
    if kept:
        inside["content-encoding"] = kept
    if "x-amz-decoded-content-length" in headers:
        inside["content-length"] = headers["x-amz-decoded-content-length"]
    return inside


def number(headers: Mapping[str, str], name: str) -> int | None:
    """A header's number; None where there is none."""
    text = headers.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise ServiceError(f"The {name} header must be a number, not '{text}'.", code="InvalidArgument", status=400)
    return int(text)


async def dechunked(incoming: Incoming, chunked: ChunkedBody) -> AsyncIterator[bytes]:
    try:
        async for piece in incoming:
            for content in chunked.feed(piece):
                yield content
    except Refused as refused:
        raise answer_to(refused, "s3") from None
    if not chunked.ended:
        raise ServiceError("The body ended inside a chunk.", code="IncompleteBody", status=400)


async def gathered(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in fewer pieces."""
    kept: list[bytes] = []
    size = 0
    async for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size >= GATHERED:
            yield kept[0] if len(kept) == 1 else b"".join(kept)
            kept, size = [], 0
    if kept:
        yield b"".join(kept)
