"""The door to git hosts elsewhere: what connections lead to, under the paths that they have at AWS.

    https://codeconnections.REGION.amazonaws.com/git-http/ACCOUNT/REGION/CONNECTION/OWNER/NAME.git
    /_penstock/git-http/ACCOUNT/REGION/CONNECTION/OWNER/NAME.git

Git's smart HTTP is passed on and back, bodies streamed, with the connection's own credentials in the place of the
asker's: a build needs none. With `--auth` whoever asks shows git credentials of a user, as for CodeCommit.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import httpcore
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from penstock.gateway.forwarding import pieces
from penstock.gateway.git import CHALLENGE, Password, basic
from penstock.gateway.guard import check_browser
from penstock.gateway.messages import head_of
from penstock.wire.call import ServiceError

PLACE: Final = "/_penstock/git-http"
PATH: Final = re.compile(r"(?P<name>.+?)(?:\.git)?/(?P<what>info/refs|git-upload-pack|git-receive-pack)")
PASSED: Final = frozenset(
    {"accept", "accept-encoding", "content-encoding", "content-length", "content-type", "git-protocol", "user-agent"}
)
RETURNED: Final = frozenset({b"content-type", b"content-length", b"content-encoding", b"cache-control"})
CONNECT_WITHIN: Final = 10.0
QUIET: Final = 600.0  # seconds that a host may say nothing
Upstream = Callable[[str, str, str, str], Awaitable[tuple[str, str] | None]]


class GitProxy:
    """`upstream` tells a repository's address and the header that lets in."""

    def __init__(self, upstream: Upstream, password: Password, *, auth: bool) -> None:
        self._upstream = upstream
        self._password = password
        self._auth = auth
        self._pool = httpcore.AsyncConnectionPool(max_connections=50, max_keepalive_connections=10)

    def routes(self) -> list[Route]:
        path = f"{PLACE}/{{account}}/{{region}}/{{connection}}/{{path:path}}"
        return [Route(path, self.answer, methods=["GET", "POST"])]

    async def close(self) -> None:
        await self._pool.aclose()

    async def answer(self, request: Request) -> Response:
        account, region, connection, path = (
            request.path_params[each] for each in ("account", "region", "connection", "path")
        )
        found = PATH.fullmatch(path)
        if found is None:
            return PlainTextResponse("This is not for git's smart HTTP.\n", 404)
        try:
            check_browser(head_of(request.scope), auth=self._auth)
        except ServiceError as refusal:
            return PlainTextResponse(f"{refusal.message}\n", 403)
        if self._auth and not await self._is_of(request, account):
            return PlainTextResponse("Show git credentials of a user of this account.\n", 401, headers=CHALLENGE)
        place = await self._upstream(account, region, connection, found["name"])
        if place is None:
            return PlainTextResponse(f"Connection {connection} is not there, or leads nowhere yet.\n", 404)
        url, authorization = place
        if not url.startswith(("http://", "https://")):
            return PlainTextResponse("This connection leads to a folder: pipelines and builds read it.\n", 501)
        return await self._passed_on(request, f"{url}/{found['what']}", authorization)

    async def _is_of(self, request: Request, account: str) -> bool:
        credential = await self._password(*basic(head_of(request.scope)))
        return credential is not None and credential.account == account

    async def _passed_on(self, request: Request, url: str, authorization: str) -> Response:
        place = urlsplit(url)
        query = request.scope["query_string"]
        headers = [(name, text) for name, text in request.headers.raw if name.decode("latin-1") in PASSED]
        headers.append((b"host", place.netloc.rpartition("@")[2].encode()))
        if authorization:
            headers.append((b"authorization", authorization.encode()))
        if request.method == "POST" and "content-length" not in request.headers:
            headers.append((b"transfer-encoding", b"chunked"))
        asked = httpcore.Request(
            request.method,
            url.encode() + (b"?" + query if query else b""),
            headers=headers,
            content=sent(request) if request.method == "POST" else None,
            extensions={"timeout": {"connect": CONNECT_WITHIN, "read": QUIET, "write": QUIET, "pool": CONNECT_WITHIN}},
        )
        try:
            answer = await self._pool.handle_async_request(asked)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as why:
            return PlainTextResponse(f"The git host does not answer: {why or type(why).__name__}\n", 502)
        except ClientDisconnect:
            return Response(status_code=499)
        response = StreamingResponse(pieces(answer), answer.status, background=BackgroundTask(answer.aclose))
        response.raw_headers = [(name.lower(), text) for name, text in answer.headers if name.lower() in RETURNED]
        return response


async def sent(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece
