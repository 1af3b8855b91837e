"""The door: the page, its files, and what it asks for. Who may not look is told how to.

Without `--auth` whoever may ask this server anything may look, and no page of another site. With it a browser shows a
pass (`passes`), which it is given for a link that somebody has signed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from penstock.gateway import sigv4
from penstock.gateway.guard import Caller, Guard, check_browser
from penstock.gateway.messages import head_of
from penstock.gateway.refusals import Refused
from penstock.watch import logs
from penstock.watch.asking import Asker
from penstock.watch.links import PLACE, SIGNED_FOR
from penstock.watch.model import Shown
from penstock.watch.overview import THINGS, overview
from penstock.watch.passes import LASTING, BadPass, Passes
from penstock.wire.call import Directory, Scope, ServiceError

COOKIE: Final = "penstock-watch"
REMEMBERED: Final = 64  # answers
ANSWERED_WITHIN: Final = 30.0  # seconds
AGE: Final = 0.5  # seconds: however many look and however much goes on, an answer is made twice a second
FILES: Final = Path(__file__).parent / "static"
KINDS: Final = {".html": "text/html", ".css": "text/css", ".mjs": "text/javascript", ".svg": "image/svg+xml"}
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
ASK_FOR_A_LINK: Final = (
    "This Penstock checks who asks (--auth). Open the link that `penstock watch` prints: it is signed with your key, "
    "and lets this browser look for twelve hours."
)

Tell = Callable[[Asker, Request], Awaitable[Shown]]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was made: as of which version of the data, when, and what it is called."""

    version: int
    at: float
    content: bytes
    tag: str


@dataclass
class WatchDoor:
    """`version` is a number that changes whenever something may have: what is as it was is not asked for again."""

    directory: Directory
    guard: Guard
    passes: Passes
    region: str
    version: Callable[[], int]
    clock: Callable[[], float]
    _answered: dict[tuple[Scope, str], Answered] = field(default_factory=dict, init=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def routes(self) -> list[BaseRoute]:
        names = sorted(file.name for file in FILES.iterdir() if file.suffix in KINDS and file.name != "watch.html")
        return [
            Route(PLACE, self.page),
            Route(f"{PLACE}/state", self._telling(self._state)),
            Route(f"{PLACE}/about/{{kind}}", self._telling(self._about)),
            Route(f"{PLACE}/log", self._telling(self._log, is_kept=False)),
            *(Route(f"{PLACE}/{name}", file_of(name)) for name in names),
        ]

    async def page(self, request: Request) -> Response:
        """The page; for a signed link a pass, and the page's own address."""
        try:
            if self.guard.enforcing and (signer := await self._signer(request)):
                return self._welcome(request, signer)
            await self._looking(request)
        except ServiceError as refusal:
            return Response(f"{refusal.message}\n", refusal.status or 403, HEADERS, "text/plain")
        return FileResponse(FILES / "watch.html", headers=HEADERS | {"cache-control": "no-cache"})

    def _welcome(self, request: Request, signer: str) -> Response:
        region = request.query_params.get("region", self.region)
        answer = RedirectResponse(str(request.url.replace(query="").include_query_params(region=region)), 303, HEADERS)
        answer.set_cookie(
            COOKIE, self.passes.write(signer), LASTING, path=PLACE, httponly=True, samesite="lax",
            secure=request.headers.get("x-forwarded-proto") == "https",
        )  # fmt: skip
        return answer

    # -- who looks

    async def _signer(self, request: Request) -> str:
        """The key that signed a link; empty, where nobody has. Raises `ServiceError` for a link that is not good."""
        head = head_of(request.scope)
        try:
            claim = sigv4.claim_of(head)
            if claim is None:
                return ""
            if claim.service != SIGNED_FOR:
                raise ServiceError(f"The link must be signed for '{SIGNED_FOR}'.", status=403)
            caller = await self.guard.caller(claim.access_key, claim.region)
            if self.guard.check_head(head, claim, caller) is None:
                self.guard.check_body(head, claim, caller, b"")
        except Refused as refused:
            raise ServiceError(
                f"The link is not good ({refused}). `penstock watch` prints a new one.", status=403
            ) from None
        return claim.access_key

    async def _looking(self, request: Request) -> Asker:
        """On whose behalf somebody looks. Raises `ServiceError` for who may not."""
        region = request.query_params.get("region", self.region)
        check_browser(head_of(request.scope), auth=self.guard.enforcing)
        if not self.guard.enforcing:
            return Asker(self.directory, (await self.guard.caller("", region)).scope)
        try:
            access_key = self.passes.read(request.cookies.get(COOKIE, ""))
        except BadPass:
            raise ServiceError(ASK_FOR_A_LINK, status=401) from None
        caller = await self.guard.caller(access_key, region)
        if not self._stands(caller):
            raise ServiceError(ASK_FOR_A_LINK, status=401)
        return Asker(self.directory, caller.scope)

    def _stands(self, caller: Caller) -> bool:
        """Whether the key of a pass is still good."""
        key = caller.credential
        return key is not None and key.active and (key.expires_at is None or self.clock() < key.expires_at)

    # -- what is told

    async def _state(self, asker: Asker, _: Request) -> Shown:
        return await overview(asker, self.clock())

    async def _about(self, asker: Asker, request: Request) -> Shown:
        thing = THINGS.get(request.path_params["kind"])
        if thing is None:
            raise ServiceError(f"There is no kind '{request.path_params['kind']}'.", status=404)
        return await thing.about(asker, request.query_params.get("key", ""))

    async def _log(self, asker: Asker, request: Request) -> Shown:
        asked = request.query_params
        return await logs.tail(asker, asked.get("group", ""), asked.get("prefix", ""))

    def _telling(self, tell: Tell, *, is_kept: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that tells as JSON; `is_kept` if what it tells changes only with the version."""

        async def answer(request: Request) -> Response:
            try:
                asker = await self._looking(request)
                async with asyncio.timeout(ANSWERED_WITHIN):
                    if is_kept:
                        return await self._kept(tell, asker, request)
                    return json(msgspec.json.encode(await tell(asker, request)))
            except ServiceError as refusal:
                return json(msgspec.json.encode({"message": refusal.message}), refusal.status or 400)
            except TimeoutError:
                return json(msgspec.json.encode({"message": f"It took over {ANSWERED_WITHIN:.0f} s."}), 503)

        return answer

    async def _kept(self, tell: Tell, asker: Asker, request: Request) -> Response:
        """What was told the last time, as long as it is still so, or has just been made."""
        key = asker.scope, f"{request.url.path}?{request.url.query}"
        async with self._asking:
            version, at = self.version(), self.clock()
            known = self._answered.get(key)
            if known is None or (known.version != version and not 0 <= at - known.at < AGE):
                if len(self._answered) >= REMEMBERED:
                    self._answered.clear()
                content = msgspec.json.encode(await tell(asker, request))
                known = self._answered[key] = Answered(version, at, content, f'"{version}-{at}"')
        if request.headers.get("if-none-match") == known.tag:
            return Response(status_code=304, headers=HEADERS | {"etag": known.tag})
        return json(known.content, tag=known.tag)


def json(content: bytes, status: int = 200, tag: str = "") -> Response:
    caching = {"etag": tag, "cache-control": "no-cache"} if tag else {"cache-control": "no-store"}
    return Response(content, status, HEADERS | caching, "application/json")


def file_of(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def file(_: Request) -> Response:
        kind = KINDS[Path(name).suffix]
        return FileResponse(FILES / name, media_type=kind, headers=HEADERS | {"cache-control": "no-cache"})

    return file
