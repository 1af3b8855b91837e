"""Outgoing: HTTP to endpoints outside, for services that call some: one connection for one exchange.

There is a deadline, and never more is read than was asked for. Redirects are not followed, as AWS does not.
"""

import asyncio
import base64
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import httptools

_PIECE: Final = 1 << 16
_MOST_HEADERS: Final = 1000
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Unreached(Exception):
    """Why there is no answer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def basic(user: str, password: str) -> str:
    """The header Authorization of who comes with a name and a password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def is_url(text: str) -> bool:
    """Whether a text is the address of something that speaks HTTP."""
    try:
        place = urlsplit(text)
        return place.scheme in {"http", "https"} and bool(place.hostname) and place.port != 0
    except ValueError:
        return False


def is_header(name: str, text: str) -> bool:
    """Whether a header may be called so and say that: it must not break out of its line."""
    return _NAME.fullmatch(name) is not None and _CONTROL.search(text) is None


def with_query(url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A URL with more in its query."""
    place = urlsplit(url)
    asked = "&".join(filter(None, (quote(place.query, safe="%=&+/:?@,;!$'()*~"), urlencode(pairs, quote_via=quote))))
    return place._replace(query=asked, fragment="").geturl()


async def fetch(exchange: Exchange, *, largest: int, seconds: float) -> Reply:
    """Send it, and read at most `largest` + 1 bytes of body; raises `Unreached` where that cannot be done."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchanged(exchange, largest)
    except TimeoutError:
        raise Unreached(f"the endpoint did not answer within {seconds:g} seconds") from None
    except (OSError, UnicodeError, httptools.HttpParserError) as wrong:
        raise Unreached(str(wrong) or type(wrong).__name__) from None


async def _exchanged(exchange: Exchange, largest: int) -> Reply:
    place = urlsplit(exchange.url)
    secure = place.scheme == "https"
    reader, writer = await asyncio.open_connection(
        place.hostname, place.port or (443 if secure else 80), ssl=_trust() if secure else None
    )
    try:
        writer.write(_head(exchange, place) + (exchange.body or b""))
        hearing = _Hearing(without_body=exchange.method == "HEAD")
        while not hearing.is_complete and len(hearing.body) <= largest:
            hearing.feed(await reader.read(_PIECE))
    finally:
        writer.close()
    return Reply(hearing.status, hearing.reason, tuple(hearing.headers), bytes(hearing.body[: largest + 1]))


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _head(exchange: Exchange, place: SplitResult) -> bytes:
    target = quote(place.path or "/", safe="/%:@!$&'()*+,;=~") + (f"?{place.query}" if place.query else "")
    headers = {"host": place.netloc.rpartition("@")[2], "connection": "close", "accept": "*/*", **exchange.headers}
    if exchange.body is not None:
        headers["content-length"] = str(len(exchange.body))
    lines = [f"{exchange.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join((*lines, "", "")).encode()


class _Hearing:
    """An answer, as it comes in: what the parser calls back."""

    def __init__(self, *, without_body: bool) -> None:
        self.reason = ""
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.is_complete = False
        self._without_body = without_body
        self._ends_with_connection = False
        self._parser = httptools.HttpResponseParser(self)

    @property
    def status(self) -> int:
        return int(self._parser.get_status_code())

    def feed(self, piece: bytes) -> None:
        """Hear a piece; an empty one is the end of the connection."""
        if piece:
            self._parser.feed_data(piece)
        elif self._ends_with_connection:
            self.is_complete = True
        else:
            raise ConnectionError("the endpoint closed the connection before its answer was complete")

    def on_status(self, reason: bytes) -> None:
        self.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= _MOST_HEADERS:
            raise ConnectionError(f"the endpoint answered with more than {_MOST_HEADERS} headers")
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        framed = {"content-length", "transfer-encoding"}
        self._ends_with_connection = not any(name.lower() in framed for name, _ in self.headers)
        self.is_complete = self._without_body

    def on_body(self, piece: bytes) -> None:
        self.body += piece

    def on_message_complete(self) -> None:
        self.is_complete = True
