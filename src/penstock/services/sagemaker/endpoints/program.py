"""A program: a model server that is an image's own `serve`, asked over HTTP, several requests at once.

It is started, looked after and replaced as any other; only its requests go to the port that its `/ping` has told.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import httptools

from penstock.services.sagemaker.endpoints.instance import INVOKE_WITHIN, STREAM_WITHIN, Instance, Lost
from penstock.services.sagemaker.endpoints.saying import Listener, Said, headed

HOST: Final = "127.0.0.1"
PIECE: Final = 1 << 18
LARGEST: Final = 64 << 20  # bytes of an answer
ATTRIBUTES: Final = "x-amzn-sagemaker-custom-attributes"
SESSION: Final = "x-amzn-sagemaker-session-id"
NEW_SESSION: Final = "x-amzn-sagemaker-new-session-id"  # what some containers say in its place
CLOSED_SESSION: Final = "x-amzn-sagemaker-closed-session-id"
HEADERS: Final = {
    "content_type": "content-type",
    "accept": "accept",
    "attributes": ATTRIBUTES,
    "model": "x-amzn-sagemaker-target-model",
    "session": SESSION,
}


class Program(Instance):
    """Requests that take too long are lost; the program goes on with the others."""

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float = INVOKE_WITHIN, listener: Listener | None = None
    ) -> Said:
        """Have a request answered, beside others; raises `Unfit` and `Lost`."""
        if facts["path"] == "/ping":
            return await super().ask(facts, body, longest)
        try:
            return await self._answered_by_next(facts, body, longest, listener)
        except TimeoutError:
            raise Lost("timed-out") from None
        except (OSError, httptools.HttpParserError) as problem:
            raise Lost(f"the program's connection ended ({problem})") from problem

    async def _answered_by_next(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None
    ) -> Said:
        """An answer; where the program has ended, and nobody has noticed yet, that of the next one."""
        with suppress(ConnectionRefusedError):
            return await self._exchanged(facts, body, longest, listener)
        return await self._exchanged(facts, body, longest, listener)

    async def _exchanged(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None
    ) -> Said:
        if self.is_over:
            await self.begin()
        port = self.told
        try:
            async with asyncio.timeout(longest) as deadline:
                return await exchanged(port, facts, body, listener, deadline)
        except ConnectionRefusedError:
            if self.told == port:  # else somebody has ended it, and perhaps it is here again
                self.told = ""
                self.end()
            raise


async def exchanged(
    port: str, facts: Mapping[str, str], body: bytes, listener: Listener | None, deadline: asyncio.Timeout
) -> Said:
    """Ask for a path; raises `OSError` and `HttpParserError`. A stream has another deadline."""
    reader, writer = await asyncio.open_connection(HOST, int(port))
    try:
        writer.write(head(port, facts, len(body)) + body)
        hearing = Hearing()
        while not hearing.is_complete:
            hearing.feed(await reader.read(PIECE))
            if listener is None or not hearing.is_well:
                continue
            if listener.head is None:
                listener.begin(headed(hearing.said()))
                deadline.reschedule(asyncio.get_running_loop().time() + STREAM_WITHIN)
            if not await listener.hear(hearing.taken()):
                break
        return hearing.said()
    finally:
        writer.close()


def head(port: str, facts: Mapping[str, str], size: int) -> bytes:
    headers = {"host": f"{HOST}:{port}", "connection": "close", "content-length": str(size)}
    headers |= {header: " ".join(facts[name].split()) for name, header in HEADERS.items() if facts.get(name)}
    lines = [
        f"{facts.get('method', 'POST')} {facts['path']} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace")


class Hearing:
    """An answer as it comes in: what the parser calls back."""

    def __init__(self) -> None:
        self.is_complete = False
        self._has_head = False
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, piece: bytes) -> None:
        """Hear a piece; an empty one is the end of the connection."""
        if piece:
            self._parser.feed_data(piece)
        elif {"content-length", "transfer-encoding"} & self._headers.keys() or not self._headers:
            raise ConnectionError("it was closed before the answer was complete")
        else:
            self.is_complete = True
        if len(self._body) > LARGEST:
            raise ConnectionError(f"the answer has more than {LARGEST} bytes")

    @property
    def is_well(self) -> bool:
        """Whether the head has come, and says so."""
        return self._has_head and 200 <= self._parser.get_status_code() < 300

    def taken(self) -> bytes:
        """What has come of the body; it is kept here no more."""
        piece = bytes(self._body)
        self._body.clear()
        return piece

    def said(self) -> Said:
        told = self._headers
        return Said(
            int(self._parser.get_status_code()),
            told.get("content-type", ""),
            told.get(ATTRIBUTES, ""),
            bytes(self._body),
            new_session=told.get(SESSION) or told.get(NEW_SESSION, ""),
            closed_session=told.get(CLOSED_SESSION, ""),
        )

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._has_head = True

    def on_body(self, piece: bytes) -> None:
        self._body += piece

    def on_message_complete(self) -> None:
        self.is_complete = True
