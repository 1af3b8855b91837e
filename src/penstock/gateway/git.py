"""The door for git's clients: smart HTTP under the paths of CodeCommit's clone addresses.

    GET  /v1/repos/NAME/info/refs?service=git-upload-pack
    POST /v1/repos/NAME/git-upload-pack       POST /v1/repos/NAME/git-receive-pack

Bodies stream both ways. Who asks is told by basic authentication, as on AWS: a service-specific credential of a user,
or an access key with a signature that `aws codecommit credential-helper` and `git-remote-codecommit` make as password.
"""

import asyncio
import base64
import binascii
import hmac
import logging
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, Protocol, cast
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from penstock.gateway import access, bodies, guard, sigv4
from penstock.gateway.access import Visit
from penstock.gateway.api import unless_gone
from penstock.gateway.bodies import Incoming
from penstock.gateway.limits import Limits
from penstock.gateway.messages import encoded, head_of
from penstock.gateway.routing import hostname
from penstock.gateway.settings import Settings
from penstock.wire import call
from penstock.wire.call import ServiceError
from penstock.wire.credentials import Credential, KeyRing, default_principal
from penstock.wire.gitkeys import signature
from penstock.wire.http import HttpRequest

logger: Final = logging.getLogger("penstock.gateway")
PATH: Final = re.compile(r"/v1/repos/(?P<name>[^/]+)/(?P<what>info/refs|git-upload-pack|git-receive-pack)")
_ASKED: Final = re.compile(r"(?:^|&)service=git-(upload-pack|receive-pack)(?:&|$)")
_REGION: Final = re.compile(r"git-codecommit\.(?P<region>[a-z0-9-]+)\.")
_PASSWORD: Final = re.compile(r"(?P<stamp>(?P<date>[0-9]{8})T[0-9]{6})Z(?P<signature>[0-9a-f]{64})")
NEVER: Final = {"cache-control": "no-cache, max-age=0, must-revalidate", "pragma": "no-cache"}
CHALLENGE: Final = {"www-authenticate": 'Basic realm="CodeCommit"'}

Program = Literal["upload-pack", "receive-pack"]
Password = Callable[[str, str], Awaitable[Credential | None]]  # a service-specific credential → whose it is


class Repositories(Protocol):
    """Who has repositories, and serves them."""

    async def regions(self, account: str, name: str) -> list[str]: ...

    async def advertise(self, scope: call.Scope, name: str, program: Program, protocol: str) -> bytes: ...

    async def converse(
        self,
        scope: call.Scope,
        name: str,
        program: Program,
        protocol: str,
        request: AsyncIterator[bytes],
        send: Callable[[bytes], Awaitable[object]],
    ) -> None: ...


def is_git(scope: Scope) -> bool:
    """Whether a request is one of git's clients, and not for a bucket that is called v1."""
    found = PATH.fullmatch(scope["path"])
    if found is None:
        return False
    if found["what"] == "info/refs":
        return scope["method"] == "GET" and _ASKED.search(scope["query_string"].decode("latin-1")) is not None
    wanted = f"application/x-{found['what']}-request".encode()
    return scope["method"] == "POST" and dict(scope["headers"]).get(b"content-type") == wanted


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: an account, and as whom."""

    account: str
    principal: str


class Refusal(Exception):
    """Who asks has not shown who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitDoor:
    repositories: Repositories
    keys: KeyRing
    password: Password
    region: str  # of requests whose host names none, where a repository's name does not tell
    clock: Callable[[], float]
    chance: Callable[[], str]
    settings: Settings
    idle: Limits  # between two pieces of what a client sends

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, incoming = head_of(scope), Incoming(receive, idle=self.idle)
        client = scope.get("client")
        visit = Visit(self.chance(), request, incoming, client[0] if client else "-", service="codecommit")
        try:
            await self._answer(visit, send)
        except* bodies.ClientGone:
            logger.debug("%s hung up in %s", visit.client, visit.call)
        except* (ServiceError, zlib.error) as wrong:  # what was sent could not be read
            logger.info("%s sent what cannot be read in %s: %s", visit.client, visit.call, wrong.exceptions[0])
            if visit.status == access.UNANSWERED:
                await plain(visit, send, 400, "the request could not be read to its end")
        except* Exception:  # a gateway's door of rule 11
            logger.exception("a bug in %s (request %s)", visit.call, visit.id)
            if visit.status == access.UNANSWERED:
                await plain(visit, send, 500, f"internal error; the log of Penstock tells more under {visit.id}")
        finally:
            access.log(visit, self.clock)

    async def _answer(self, visit: Visit, send: Send) -> None:
        request = visit.request
        found = PATH.fullmatch(unquote(request.path))
        assert found is not None  # `is_git` was asked before
        asked = _ASKED.search(request.query)
        program = cast("Program", asked[1] if asked and found["what"] == "info/refs" else found["what"][4:])
        visit.operation = f"git-{program}"
        try:
            guard.check_browser(request, auth=self.settings.auth)
            scope = await self._scope(request, found["name"])
            if found["what"] == "info/refs":
                await self._advertise(visit, send, scope, found["name"], program)
            else:
                await self._converse(visit, send, scope, found["name"], program)
        except Refusal as refusal:
            await plain(visit, send, 403 if "authorization" in request.headers else 401, str(refusal))
        except ServiceError as error:
            if visit.status != access.UNANSWERED:
                raise
            await plain(visit, send, 404 if "DoesNotExist" in error.code else error.status or 400, error.message)

    async def _advertise(self, visit: Visit, send: Send, scope: call.Scope, name: str, program: Program) -> None:
        protocol = visit.request.headers.get("git-protocol", "")
        told = await self.repositories.advertise(scope, name, program, protocol)
        if "version=2" not in protocol.split(":") or program == "receive-pack":
            told = packet(f"# service=git-{program}\n") + b"0000" + told
        await begin(visit, send, f"application/x-git-{program}-advertisement")
        visit.sent = len(told)
        await send({"type": "http.response.body", "body": told})

    async def _converse(self, visit: Visit, send: Send, scope: call.Scope, name: str, program: Program) -> None:
        async def pass_on(piece: bytes) -> None:
            if visit.status == access.UNANSWERED:
                await begin(visit, send, f"application/x-git-{program}-result")
            visit.sent += len(piece)
            async with asyncio.timeout(self.settings.idle_seconds):
                await send({"type": "http.response.body", "body": piece, "more_body": True})

        has_ended = asyncio.Event()

        async def hang_up() -> None:
            await has_ended.wait()
            await visit.incoming.hang_up()

        async def answer() -> int:
            protocol, request = visit.request.headers.get("git-protocol", ""), body(visit, has_ended)
            await self.repositories.converse(scope, name, program, protocol, request, pass_on)
            return visit.sent

        # A push that has come whole is carried through, whoever is left to hear of it.
        await (answer() if program == "receive-pack" else unless_gone(hang_up(), answer()))
        if visit.status == access.UNANSWERED:
            await begin(visit, send, f"application/x-git-{program}-result")
        await send({"type": "http.response.body", "body": b""})

    async def _scope(self, request: HttpRequest, name: str) -> call.Scope:
        """On whose behalf and in which region: the one that the host names, else one that has the repository."""
        user, password = basic(request)
        named = _REGION.match(hostname(request.headers.get("host", "")))
        if (credential := await self.password(user, password)) is not None:
            regions = [named["region"]] if named else await self._regions(credential.account, name)
            return call.Scope(credential.account, regions[0], credential.principal)
        access_key, _, token = user.partition("%")
        key = await self.keys.find(access_key) if access_key else None
        account = key.account if key else call.DEFAULT_ACCOUNT
        regions = [named["region"]] if named else await self._regions(account, name)
        if not self.settings.auth:
            return call.Scope(account, regions[0], key.principal if key else default_principal(account))
        if key is None:
            raise Refusal(
                "Show who you are: with git credentials of a user, or through the CodeCommit credential helper."
            )
        region = proved(request, f"/v1/repos/{name}", key, token, password, regions, self.clock())
        return call.Scope(account, region, key.principal)

    async def _regions(self, account: str, name: str) -> list[str]:
        """The server's own first."""
        found = await self.repositories.regions(account, name)
        return sorted(found, key=lambda region: (region != self.region, region)) or [self.region]


def proved(
    request: HttpRequest, path: str, key: Credential, token: str, password: str, regions: list[str], now: float
) -> str:
    """For which of the regions a password is a signature of the repository's path; raises `Refusal`."""
    found = _PASSWORD.fullmatch(password)
    if found is None or not key.active or token != key.session_token:
        raise Refusal("The user name or the password is wrong.")
    if key.expires_at is not None and now >= key.expires_at:
        raise Refusal("The security token included in the request is expired")
    claim = sigv4.Claim(
        access_key=key.access_key, date=found["date"], region="", service="codecommit", signed_headers=("host",),
        signature=found["signature"], stamp=found["stamp"],
    )  # fmt: skip
    if abs(now - claim.at) > sigv4.SKEW:
        raise Refusal("Signature expired or not yet current")
    whole = request.headers.get("host", "")
    host = hostname(whole)
    for region, each in product(regions, (host, whole)):  # git-remote-codecommit signs the port, too
        known = signature(key.secret, claim.stamp, region, each, path)
        if hmac.compare_digest(known, found["signature"]):
            return region
    raise Refusal(f"The signature is not that of this key for {host}{path} in {' or '.join(regions)}.")


def basic(request: HttpRequest) -> tuple[str, str]:
    """User name and password; empty where there are none."""
    kind, _, told = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


async def body(visit: Visit, has_ended: asyncio.Event) -> AsyncIterator[bytes]:
    """What the client sends, unpacked."""
    is_packed = visit.request.headers.get("content-encoding") in {"gzip", "x-gzip"}
    unpack = zlib.decompressobj(wbits=31)
    async for piece in visit.incoming:
        if not is_packed:
            yield piece
            continue
        packed = piece
        while packed:
            yield unpack.decompress(packed, bodies.GATHERED)
            packed = unpack.unconsumed_tail
    has_ended.set()


def packet(text: str) -> bytes:
    """A line of git's protocol."""
    return f"{len(text) + 4:04x}{text}".encode()


async def begin(visit: Visit, send: Send, kind: str) -> None:
    visit.status = 200
    headers = encoded({"content-type": kind, **NEVER})
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def plain(visit: Visit, send: Send, status: int, text: str) -> None:
    """A refusal, which git shows."""
    visit.status = status
    content = text.encode() + b"\n"
    headers = {"content-type": "text/plain", "content-length": str(len(content)), **NEVER}
    headers |= CHALLENGE if status == 401 else {}
    await send({"type": "http.response.start", "status": status, "headers": encoded(headers)})
    await send({"type": "http.response.body", "body": content})
