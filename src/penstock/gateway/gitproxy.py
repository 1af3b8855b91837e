"""The door to git hosts elsewhere: what connections lead to, under the paths that they have at AWS.

    https://codeconnections.REGION.amazonaws.com/git-http/ACCOUNT/REGION/CONNECTION/OWNER/NAME.git
    /_penstock/git-http/ACCOUNT/REGION/CONNECTION/OWNER/NAME.git

Git's smart HTTP is passed on and back, bodies streamed, with the connection's own credentials in the place of the
asker's. What a connection has in a folder is served from there. With `--auth` whoever asks shows git credentials of a
user, or the signature of a key as a build does, as for CodeCommit.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpcore
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from penstock.gateway.forwarding import pieces
from penstock.gateway.git import CHALLENGE, Password, Refusal, basic, proved
from penstock.gateway.guard import check_browser
from penstock.gateway.messages import head_of
from penstock.wire.call import ServiceError
from penstock.wire.credentials import KeyRing

PLACE: Final = "/_penstock/git-http"
PATH: Final = re.compile(r"(?P<name>.+?)(?:\.git)?/(?P<what>info/refs|git-upload-pack|git-receive-pack)")
PASSED: Final = frozenset(
    {"accept", "accept-encoding", "content-encoding", "content-length", "content-type", "git-protocol", "user-agent"}
)
RETURNED: Final = frozenset({b"content-type", b"content-length", b"content-encoding", b"cache-control"})
CONNECT_WITHIN: Final = 10.0
QUIET: Final = 600.0  # seconds that a host may say nothing
NOBODY: Final = "Show git credentials of a user of this account."
Upstream = Callable[[str, str, str, str], Awaitable[tuple[str, str] | None]]


class Answered(Protocol):
    """What git has answered for a folder."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def pieces(self) -> AsyncIterator[bytes]: ...


class FromFolder(Protocol):
    """Has git answer for a repository in a folder."""

    def __call__(
        self, folder: str, what: str, method: str, query: str, headers: Mapping[str, str], body: AsyncIterator[bytes]
    ) -> AbstractAsyncContextManager[Answered]: ...


class GitProxy:
    """`upstream` tells a repository's address and the header that lets in."""

    def __init__(
        self, upstream: Upstream, from_folder: FromFolder, password: Password, keys: KeyRing,
        clock: Callable[[], float], *, auth: bool,
    ) -> None:  # fmt: skip
        self._keys = keys
        self._clock = clock
        self._upstream = upstream
        self._from_folder = from_folder
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
        if self._auth and (wrong := await self._wrong(request, account, region, f"/{found['what']}")):
            return PlainTextResponse(f"{wrong}\n", 401, headers=CHALLENGE)
        place = await self._upstream(account, region, connection, found["name"])
        if place is None:
            return PlainTextResponse(f"Connection {connection} is not there, or leads nowhere yet.\n", 404)
        url, authorization = place
        if url.startswith("ssh:"):
            return PlainTextResponse("This connection leads to its host over ssh only: clone from there.\n", 501)
        if not url.startswith(("http://", "https://")):
            return self._from(url, found["what"], request)
        return await self._passed_on(request, f"{url}/{found['what']}", authorization)

    async def _wrong(self, request: Request, account: str, region: str, what: str) -> str:
        """Why who asks is nobody of this account; empty if they have shown that they are."""
        head = head_of(request.scope)
        user, password = basic(head)
        if (credential := await self._password(user, password)) is not None:
            return "" if credential.account == account else NOBODY
        access_key, _, token = user.partition("%")
        key = await self._keys.find(access_key) if access_key else None
        if key is None or key.account != account:
            return NOBODY
        try:
            proved(head, request.url.path.removesuffix(what), key, token, password, [region], self._clock())
        except Refusal as refusal:
            return str(refusal)
        return ""

    def _from(self, folder: str, what: str, request: Request) -> Response:
        query = request.scope["query_string"].decode("latin-1")
        return FolderAnswer(
            self._from_folder(folder, what, request.method, query, request.headers, unless_gone(request))
        )

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


class FolderAnswer(Response):
    """What git says of a repository in a folder, piece by piece, while its client is still sending."""

    def __init__(self, asked: AbstractAsyncContextManager[Answered]) -> None:
        super().__init__()
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - Starlette's
        async with self._asked as answer:
            headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for piece in answer.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


async def unless_gone(request: Request) -> AsyncIterator[bytes]:
    """What a client sends; less of it where it hangs up, which git tells from the whole."""
    with suppress(ClientDisconnect):
        async for piece in sent(request):
            yield piece


async def sent(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece
