"""http:invoke: a call to an HTTP endpoint outside, in the name of an EventBridge connection where the state names one.

`exchange_of` makes the request and `told` the result, both pure; `fetch` is the one function that goes out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from penstock.wire import outgoing
from penstock.wire.call import Json, ServiceError
from penstock.wire.outgoing import Exchange, Reply, is_header, is_url, with_query
from penstock.wire.sdk.members import as_json, as_text

SECONDS: Final = 60.0  # a call may take so long on AWS
METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
REFUSED: Final = frozenset({401, 407})  # statuses of endpoints that do not take the credentials
HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
_HEADERS_OF_AWS: Final = frozenset(
    {"a-im", "accept-charset", "accept-datetime", "accept-encoding", "authorization", "cache-control", "connection",
     "content-encoding", "content-md5", "date", "expect", "forwarded", "from", "host", "http2-settings", "if-match",
     "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "max-forwards", "origin", "pragma",
     "proxy-authorization", "referer", "server", "te", "trailer", "transfer-encoding", "upgrade", "via", "warning"}
)  # fmt: skip
_PREFIXES_OF_AWS: Final = ("x-forwarded-", "x-amz-", "x-amzn-")
_NO_TEXT: Final = ("application/octet-stream", "image/", "video/", "audio/")


Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a connection adds to a request: its values stand before those of the state."""

    headers: Values = field(default_factory=dict)
    query: Values = field(default_factory=dict)
    body: Values = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Mapping[str, Json], *, hidden: bool = False) -> "Credentials":
        """As EventBridge tells of a connection; `hidden`, without what is secret."""
        secret: Mapping[str, list[str]] = answer["Secret"] if hidden else {}

        def values(part: str) -> dict[str, str]:
            return {name: HIDDEN if name in secret.get(part, ()) else value for name, value in answer[part].items()}

        return cls(values("HeaderParameters"), values("QueryStringParameters"), values("BodyParameters"))


NOBODY: Final = Credentials()


def connection_of(parameters: Mapping[str, Json]) -> str | None:
    """The ARN of the connection that a state names, in one of two ways."""
    named = [field for field in ("Authentication", "InvocationConfig") if parameters.get(field) is not None]
    if not named:
        return None
    if len(named) > 1:
        raise _unusable("Authentication and InvocationConfig both name a connection: leave Authentication out")
    given = parameters[named[0]]
    arn = given.get("ConnectionArn") if isinstance(given, dict) else None
    if not isinstance(arn, str) or not arn:
        raise _unusable(f"{named[0]} must have a ConnectionArn")
    return arn


def unconnected(error: ServiceError) -> ServiceError:
    """The error of a task whose connection could not be had."""
    code = error.code.removesuffix("Exception")
    return ServiceError(error.message, code=f"Events.ConnectionResource.{code if code in _KNOWN else 'InternalError'}")


_KNOWN: Final = frozenset({"ResourceNotFound", "InvalidConnectionState"})


def exchange_of(
    parameters: Mapping[str, Json], added: Mapping[str, Json] | None = None, *, region: str, hidden: bool = False
) -> Exchange:
    """The request that a state's parameters ask for, with what EventBridge says that a connection adds to it.

    `hidden`, as it may be shown: without secrets. Raises `ServiceError` where there can be no such request.
    """
    credentials = NOBODY if added is None else Credentials.of(added, hidden=hidden)
    method, url = str(parameters.get("Method", "")), str(parameters.get("ApiEndpoint", ""))
    if method not in METHODS:
        raise _unusable(f"Method must be one of {', '.join(sorted(METHODS))}, and is '{method}'")
    if not is_url(url):
        raise _unusable(f"ApiEndpoint must be a URL such as https://example.com/path, and is '{url}'")
    body, kind = _body(parameters, credentials.body)
    headers = {
        "user-agent": f"Amazon|StepFunctions|HttpInvoke|{region}",
        "range": "bytes=0-262144",
        "content-type": kind,
        **{name.lower(): _header(name, value) for name, value in _headers(parameters).items()},
        **{name.lower(): value for name, value in credentials.headers.items()},
    }
    query = {**(parameters.get("QueryParameters") or {}), **credentials.query}
    return Exchange(method, _with_query(url, query), headers, body)


@dataclass(frozen=True, slots=True)
class Overhearing:
    """Somebody who is told of the request, and of both once there is a reply."""

    tell: Callable[[Exchange, Reply | None], None]
    with_secrets: bool = False


def told(reply: Reply) -> dict[str, Json]:
    """What the state is told; raises `States.Http.StatusCode.…` for what is no success."""
    if reply.status >= 400:
        raise ServiceError(reply.body.decode(errors="replace"), code=f"States.Http.StatusCode.{reply.status}")
    headers: dict[str, list[str]] = {}
    for name, value in reply.headers:
        headers.setdefault(name.lower(), []).append(value)
    return {
        "Headers": headers, "ResponseBody": as_json(_text(reply, headers)), "StatusCode": reply.status,
        "StatusText": reply.reason,
    }  # fmt: skip


def _text(reply: Reply, headers: Mapping[str, list[str]]) -> str:
    kind = "".join(headers.get("content-type", ())[:1])
    if kind.strip().lower().startswith(_NO_TEXT):
        raise _unusable(f"The response is of the content type '{kind}', which a state cannot hold")
    try:
        return reply.body.decode()
    except UnicodeDecodeError:
        raise _unusable("The response is no text in UTF-8, which is all that a state can hold") from None


def _unusable(why: str) -> ServiceError:
    return ServiceError(why, code="States.Runtime")


def _headers(parameters: Mapping[str, Json]) -> Mapping[str, Json]:
    """The state's own headers, unless some are not for it to set."""
    given: Mapping[str, Json] = parameters.get("Headers") or {}
    for name in given:
        if name.lower() in _HEADERS_OF_AWS or name.lower().startswith(_PREFIXES_OF_AWS):
            raise _unusable(f"Headers: '{name}' cannot be set here; what says who calls belongs in a connection")
    return given


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


def _body(parameters: Mapping[str, Json], added: Mapping[str, str]) -> tuple[bytes | None, str]:
    """The body and its content type: JSON, or a form where the state asks for that."""
    given = parameters.get("RequestBody")
    if added:
        if not isinstance(given, dict | None):
            raise _unusable("RequestBody must be a JSON object: the connection has BodyParameters to add to it")
        given = {**(given or {}), **added}
    transform = parameters.get("Transform") or {}
    encoding = transform.get("RequestBodyEncoding", "NONE")
    if encoding not in {"NONE", "URL_ENCODED"}:
        raise _unusable(f"Transform.RequestBodyEncoding must be NONE or URL_ENCODED, and is '{encoding}'")
    if encoding == "URL_ENCODED":
        if not isinstance(given, dict):
            raise _unusable("RequestBody must be a JSON object where RequestBodyEncoding is URL_ENCODED")
        style = (transform.get("RequestEncodingOptions") or {}).get("ArrayFormat", "INDICES")
        form = urlencode(list(_form("", given, style)), quote_via=quote)
        return form.encode(), "application/x-www-form-urlencoded"
    return None if given is None else as_text(given).encode(), "application/json; charset=UTF-8"


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
