"""Forwarding: requests for a program that Penstock keeps, passed on to its port and back, bodies streamed.

    /_penstock/mlflow/ACCOUNT/REGION/NAME/…    a tracking server's pages and API: MLFLOW_TRACKING_URI is this place
    /_penstock/mlflow/arn/…                    the same, told apart by the header that AWS's MLflow plugin sends

With `--auth` a request has a signature (of AWS's plugin), or a pass: as a bearer token, or as the cookie that a
presigned address has set.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import quote

import httpcore
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from penstock.gateway.guard import Guard, check_browser
from penstock.gateway.messages import head_of
from penstock.gateway.refusals import Refused
from penstock.gateway.sigv4 import claim_of
from penstock.wire.call import ServiceError
from penstock.wire.http import HttpRequest

PLACE: Final = "/_penstock/mlflow"
HEADER: Final = "x-mlflow-sm-tracking-server-arn"
COOKIE: Final = "penstock-mlflow"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LARGEST: Final = 32 << 20  # bytes of a request; artifacts go to S3
CONNECT_WITHIN: Final = 10.0
ANSWER_WITHIN: Final = 600.0
ENTERING: Final = "auth"  # the last part of a presigned address
# What concerns one connection only, and what was for the gateway.
_OURS: Final = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "authorization",
     "content-length", "cookie"}
)  # fmt: skip

_HOP: Final = frozenset({b"connection", b"keep-alive", b"transfer-encoding"})


class TooLarge(Exception):
    """A request's body that is not passed on."""


@dataclass(frozen=True, slots=True)
class Program:
    """Where a program is: None if it does not answer. `admits` says whether a pass is good for it."""

    port: int | None
    status: str
    admits: Callable[[str], bool]


Find = Callable[[str], Awaitable[Program | None]]  # by ARN


class Forwarding:
    def __init__(self, find: Find, guard: Guard) -> None:
        self._find = find
        self._guard = guard
        self._pool = httpcore.AsyncConnectionPool(max_connections=200, max_keepalive_connections=20)

    def routes(self) -> list[Route]:
        return [
            Route(f"{PLACE}/arn/{{path:path}}", self.by_header, methods=METHODS),
            Route(f"{PLACE}/{{account}}/{{region}}/{{name}}", self.by_name, methods=METHODS),
            Route(f"{PLACE}/{{account}}/{{region}}/{{name}}/{{path:path}}", self.by_name, methods=METHODS),
        ]

    async def close(self) -> None:
        await self._pool.aclose()

    async def by_header(self, request: Request) -> Response:
        return await self._pass_on(request, request.headers.get(HEADER, ""))

    async def by_name(self, request: Request) -> Response:
        account, region, name = (request.path_params[each] for each in ("account", "region", "name"))
        return await self._pass_on(request, f"arn:aws:sagemaker:{region}:{account}:mlflow-tracking-server/{name}")

    async def _pass_on(self, request: Request, arn: str) -> Response:
        head = head_of(request.scope)
        program = await self._find(arn)
        if program is None:
            return PlainTextResponse(f"There is no tracking server {arn or f'(send its ARN as {HEADER})'}.\n", 404)
        path = request.path_params.get("path", "")
        try:
            check_browser(head, auth=self._guard.enforcing)
            if path == ENTERING:
                return self._entered(request, program)
            body = await whole(request)
            if self._guard.enforcing and not admitted(request, program):
                await self._check_signature(head, body)
        except (ServiceError, Refused) as refusal:
            return PlainTextResponse(f"{refusal}\nSign requests (sagemaker-mlflow does), or send a pass.\n", 403)
        except TooLarge:
            return PlainTextResponse(f"A request may have {LARGEST} bytes.\n", 413)
        if program.port is None:
            return PlainTextResponse(f"The tracking server is {program.status}: it does not answer now.\n", 503)
        return await self._answered(request, program.port, path, body)

    def _entered(self, request: Request, program: Program) -> Response:
        """A presigned address was followed: from now on the cookie lets this browser in."""
        given = request.query_params.get("authToken", "")
        if not program.admits(given):
            return PlainTextResponse("This address has expired; ask for a new one.\n", 403)
        place = request.url.path.removesuffix(ENTERING)
        response = RedirectResponse(place, 303)
        response.set_cookie(COOKIE, given, path=place, httponly=True, samesite="strict")
        return response

    async def _check_signature(self, head: HttpRequest, body: bytes) -> None:
        claim = claim_of(head)
        caller = await self._guard.caller(claim.access_key if claim else "", claim.region if claim else "")
        self._guard.check(head, claim, caller, body)

    async def _answered(self, request: Request, port: int, path: str, body: bytes) -> Response:
        url = httpcore.URL(
            scheme=b"http", host=b"127.0.0.1", port=port, target=target_of(path, request.scope["query_string"])
        )
        headers = [(name, text) for name, text in request.headers.raw if name.decode("latin-1") not in _OURS]
        headers += [(b"host", f"127.0.0.1:{port}".encode()), (b"content-length", str(len(body)).encode())]
        patience = {"connect": CONNECT_WITHIN, "read": ANSWER_WITHIN, "write": ANSWER_WITHIN, "pool": CONNECT_WITHIN}
        asked = httpcore.Request(request.method, url, headers=headers, content=body, extensions={"timeout": patience})
        try:
            answer = await self._pool.handle_async_request(asked)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as why:
            return PlainTextResponse(f"The tracking server does not answer: {why or type(why).__name__}\n", 502)
        response = StreamingResponse(pieces(answer), answer.status, background=BackgroundTask(answer.aclose))
        response.raw_headers = [(name.lower(), text) for name, text in answer.headers if name.lower() not in _HOP]
        return response


def target_of(path: str, query: bytes) -> bytes:
    return quote(f"/{path}").encode() + (b"?" + query if query else b"")


async def pieces(answer: httpcore.Response) -> AsyncIterator[bytes]:
    async for piece in answer.aiter_stream():
        yield piece


async def whole(request: Request) -> bytes:
    kept = bytearray()
    async for piece in request.stream():
        kept += piece
        if len(kept) > LARGEST:
            raise TooLarge
    return bytes(kept)


def admitted(request: Request, program: Program) -> bool:
    """Whether a request has a pass that is good for the program."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return (scheme.lower() == "bearer" and program.admits(token)) or program.admits(cookie_of(request.headers))


def cookie_of(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""
