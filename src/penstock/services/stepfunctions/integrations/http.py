"""http:invoke: a call to an HTTP endpoint outside.

`exchange_of` makes the request and `told` the result, both pure; `fetch` is the one function that goes out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

from penstock.wire import outgoing
from penstock.wire.call import Json, ServiceError
from penstock.wire.outgoing import Exchange, Reply, is_header, is_url, with_query
from penstock.wire.sdk.members import as_json, as_text

SECONDS: Final = 60.0  # a call may take so long on AWS
METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})


def exchange_of(parameters: Mapping[str, Json], *, region: str) -> Exchange:
    """The request that a state's parameters ask for; raises `ServiceError` where they cannot."""
    for field in ("Authentication", "InvocationConfig"):
        if parameters.get(field) is not None:
            raise ServiceError(
                f"Step Functions does not follow EventBridge connections here, so '{field}' cannot be: leave it out, "
                "and give what the endpoint wants to see in 'Headers' or 'QueryParameters'.",
                code="States.Http.NotAvailable",
            )
    method, url = str(parameters.get("Method", "")), str(parameters.get("ApiEndpoint", ""))
    if method not in METHODS:
        raise _unusable(f"Method must be one of {', '.join(sorted(METHODS))}, and is '{method}'")
    if not is_url(url):
        raise _unusable(f"ApiEndpoint must be a URL such as https://example.com/path, and is '{url}'")
    body, kind = _body(parameters)
    given = {name.lower(): _header(name, value) for name, value in (parameters.get("Headers") or {}).items()}
    headers = {"user-agent": f"Amazon|StepFunctions|HttpInvoke|{region}", "content-type": kind, **given}
    return Exchange(method, _with_query(url, parameters.get("QueryParameters") or {}), headers, body)


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


def _unusable(why: str) -> ServiceError:
    return ServiceError(why, code="States.Runtime")


def _header(name: str, value: Json) -> str:
    """A header's value; one that would break out of its line is refused."""
    text = ",".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
    if not is_header(name, text):
        raise _unusable(f"Headers: '{name}' is no name for a header, or its value has control characters")
    return text


def _with_query(url: str, query: Mapping[str, Json]) -> str:
    return with_query(url, [(name, as_text(one)) for name, value in query.items() for one in _each(value)])


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


async def fetch(exchange: Exchange, *, largest: int, seconds: float = SECONDS) -> Reply:
    """Send it, and read at most `largest` + 1 bytes of body; raises `States.Http.Socket` where that cannot be done."""
    try:
        return await outgoing.fetch(exchange, largest=largest, seconds=seconds)
    except outgoing.Unreached as why:
        raise ServiceError(str(why), code="States.Http.Socket") from None
