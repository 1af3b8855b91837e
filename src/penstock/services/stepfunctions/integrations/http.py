"""http:invoke: a call to an HTTP endpoint outside.

`Exchange.of` makes the request and `told` the result, both pure; `fetch` is the one function that goes out: one
connection for one exchange, with a deadline, and never more read than it was told to. Redirects are not followed, as
on AWS.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import httptools

from penstock.wire.call import Json, ServiceError
from penstock.wire.sdk.members import as_json, as_text

SECONDS: Final = 60.0  # a call may take so long on AWS
METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_PIECE: Final = 1 << 16
_MOST_HEADERS: Final = 1000
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    @classmethod
    def of(cls, parameters: Mapping[str, Json], *, region: str) -> "Exchange":
        """The request that a state's parameters ask for; raises `ServiceError` where they cannot."""
        for field in ("Authentication", "InvocationConfig"):
            if parameters.get(field) is not None:
                raise ServiceError(
                    f"Penstock has no EventBridge connections, so '{field}' cannot be followed: leave it out, and give "
                    "what the endpoint wants to see in 'Headers' or 'QueryParameters'.",
                    code="States.Http.NotAvailable",
                )
        method, url = str(parameters.get("Method", "")), str(parameters.get("ApiEndpoint", ""))
        if method not in METHODS:
            raise _unusable(f"Method must be one of {', '.join(sorted(METHODS))}, and is '{method}'")
        if not _is_url(url):
            raise _unusable(f"ApiEndpoint must be a URL such as https://example.com/path, and is '{url}'")
        body, kind = _body(parameters)
        given = {name.lower(): _header(name, value) for name, value in (parameters.get("Headers") or {}).items()}
        headers = {"user-agent": f"Amazon|StepFunctions|HttpInvoke|{region}", "content-type": kind, **given}
        return cls(method, _with_query(url, parameters.get("QueryParameters") or {}), headers, body)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


Overhear = Callable[[Exchange, Reply | None], None]  # told of the request, and of both once there is a reply


def ignore(exchange: Exchange, reply: Reply | None) -> None:
    """Overhear nothing."""


def told(reply: Reply) -> dict[str, Json]:
    """What the state is told; raises `States.Http.StatusCode.…` for what is no success."""
    text = reply.body.decode(errors="replace")
    if reply.status >= 400:
        raise ServiceError(text, code=f"States.Http.StatusCode.{reply.status}")
    headers: dict[str, list[str]] = {}
    for name, value in reply.headers:
        headers.setdefault(name.lower(), []).append(value)
    return {"Headers": headers, "ResponseBody": as_json(text), "StatusCode": reply.status, "StatusText": reply.reason}


async def fetch(exchange: Exchange, *, largest: int, seconds: float = SECONDS) -> Reply:
    """Send it, and read at most `largest` + 1 bytes of body; raises `States.Http.Socket` where that cannot be done."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchanged(exchange, largest)
    except TimeoutError:
        raise _unreached(f"the endpoint did not answer within {seconds:g} seconds") from None
    except (OSError, UnicodeError, httptools.HttpParserError) as wrong:
        raise _unreached(str(wrong) or type(wrong).__name__) from None


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


def _unreached(why: str) -> ServiceError:
    return ServiceError(why, code="States.Http.Socket")


def _unusable(why: str) -> ServiceError:
    return ServiceError(why, code="States.Runtime")


def _is_url(text: str) -> bool:
    try:
        place = urlsplit(text)
        return place.scheme in {"http", "https"} and bool(place.hostname) and place.port != 0
    except ValueError:
        return False


def _header(name: str, value: Json) -> str:
    """A header's value; one that would break out of its line is refused."""
    text = ",".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
    if not _NAME.fullmatch(name) or _CONTROL.search(text):
        raise _unusable(f"Headers: '{name}' is no name for a header, or its value has control characters")
    return text


def _with_query(url: str, query: Mapping[str, Json]) -> str:
    pairs = [(name, as_text(one)) for name, value in query.items() for one in _each(value)]
    place = urlsplit(url)
    asked = "&".join(filter(None, (quote(place.query, safe="%=&+/:?@,;!$'()*~"), urlencode(pairs, quote_via=quote))))
    return place._replace(query=asked, fragment="").geturl()


def _each(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _body(parameters: Mapping[str, Json]) -> tuple[bytes | None, str]:
    """The body and its content type: JSON, or a form where the state asks for that."""
    given = parameters.get("RequestBody")
    transform = parameters.get("Transform") or {}
    encoding = transform.get("RequestBodyEncoding", "NONE")
    if encoding not in {"NONE", "URL_ENCODED"}:
        raise _unusable(f"Transform.RequestBodyEncoding must be NONE or URL_ENCODED, and is '{encoding}'")
    if encoding == "URL_ENCODED":
        if not isinstance(given, dict):
            raise _unusable("RequestBody must be a JSON object where RequestBodyEncoding is URL_ENCODED")
        style = (transform.get("RequestEncodingOptions") or {}).get("ArrayFormat", "INDICES")
        return urlencode(list(_form("", given, style))).encode(), "application/x-www-form-urlencoded"
    return None if given is None else as_text(given).encode(), "application/json"


def _form(name: str, value: Json, style: str) -> Iterator[tuple[str, str]]:
    """A value as fields of a form; arrays are told in one of four styles."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _form(f"{name}[{key}]" if name else key, inner, style)
        case list() if style == "COMMAS":
            yield name, ",".join(map(as_text, value))
        case list() if style in {"INDICES", "BRACKETS", "REPEAT"}:
            for number, inner in enumerate(value):
                place = {"INDICES": f"{name}[{number}]", "BRACKETS": f"{name}[]", "REPEAT": name}[style]
                yield from _form(place, inner, style)
        case list():
            raise _unusable(f"ArrayFormat must be INDICES, REPEAT, COMMAS or BRACKETS, and is '{style}'")
        case _:
            yield name, as_text(value)
