"""http:invoke: a call to an HTTP endpoint outside.

`Exchange.of` makes the request and `told` the result, both pure; `fetch` is the one function that goes out, blocking,
with a deadline, and never reads more than it was told to. Redirects are not followed, as on AWS.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from penstock.services.stepfunctions.integrations.members import as_json, as_text
from penstock.wire.call import Json, ServiceError

SECONDS: Final = 60.0  # a call may take so long on AWS
METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_PIECE: Final = 1 << 16


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
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            raise _unusable(f"ApiEndpoint must be a URL such as https://example.com/path, and is '{url}'")
        body, kind = _body(parameters)
        given = {str(name).lower(): _header(value) for name, value in (parameters.get("Headers") or {}).items()}
        headers = {"user-agent": f"Amazon|StepFunctions|HttpInvoke|{region}", "content-type": kind, **given}
        return cls(method, _with_query(url, parameters.get("QueryParameters") or {}), headers, body)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def told(reply: Reply) -> dict[str, Json]:
    """What the state is told; raises `States.Http.StatusCode.…` for what is no success."""
    text = reply.body.decode(errors="replace")
    if reply.status >= 400:
        raise ServiceError(text, code=f"States.Http.StatusCode.{reply.status}")
    headers: dict[str, list[str]] = {}
    for name, value in reply.headers:
        headers.setdefault(name.lower(), []).append(value)
    return {"Headers": headers, "ResponseBody": as_json(text), "StatusCode": reply.status, "StatusText": reply.reason}


def fetch(exchange: Exchange, *, largest: int, seconds: float = SECONDS) -> Reply:
    """Send it, and read at most `largest` + 1 bytes of what comes. Blocking: to be called in a thread."""
    until = time.monotonic() + seconds
    with urllib3.PoolManager(timeout=urllib3.Timeout(total=seconds), retries=False) as pool:
        try:
            response = pool.request(
                exchange.method, exchange.url, body=exchange.body, headers=dict(exchange.headers),
                preload_content=False, redirect=False,
            )  # fmt: skip
            body = bytearray()
            for piece in response.stream(_PIECE):
                body += piece
                if len(body) > largest:
                    break
                if time.monotonic() > until:
                    raise _unreached(f"the answer took longer than {seconds:g} seconds")
            response.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as wrong:
            raise _unreached(str(wrong)) from None
    return Reply(response.status, response.reason or "", tuple(response.headers.items()), bytes(body[: largest + 1]))


def _unreached(why: str) -> ServiceError:
    return ServiceError(why, code="States.Http.Socket")


def _unusable(why: str) -> ServiceError:
    return ServiceError(why, code="States.Runtime")


def _header(value: Json) -> str:
    return ",".join(map(as_text, value)) if isinstance(value, list) else as_text(value)


def _with_query(url: str, query: Mapping[str, Json]) -> str:
    pairs = [(name, as_text(one)) for name, value in query.items() for one in _each(value)]
    if not pairs:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(pairs, quote_via=quote)}"


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
