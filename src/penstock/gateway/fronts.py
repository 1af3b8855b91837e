"""The door to fronts: APIs and functions that have addresses, called by anybody's HTTP clients.

    http://{id}.execute-api.{region}.…/{stage}/…        http://{id}.lambda-url.{region}.…/…
    /restapis/{id}/{stage}/_user_request_/…             /_penstock/lambda-url/{id}/…

A room answers; here a request finds its room by host or path, and is read. Whether it must be signed is for the room to
say, by asking for the proof.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import msgspec
from starlette.types import Receive, Scope, Send

from penstock.gateway import access, bodies, sigv4
from penstock.gateway.access import Visit
from penstock.gateway.guard import Guard, check_browser
from penstock.gateway.limits import Limits
from penstock.gateway.messages import head_of, text
from penstock.gateway.refusals import Fault, Refused, answer_to
from penstock.gateway.routing import hostname
from penstock.gateway.settings import Settings
from penstock.gateway.traffic import Traffic
from penstock.wire import call
from penstock.wire.call import DEFAULT_REGION, ServiceError
from penstock.wire.fronts import API, FUNCTION, FUNCTIONS, Answered, Asked, Front
from penstock.wire.http import HttpRequest

logger: Final = logging.getLogger("penstock.gateway")
LARGEST: Final = 10 << 20  # bytes of a body: what API Gateway takes
UNSIGNED: Final = "Missing Authentication Token"
SIGNED_AS: Final = {API: "execute-api", FUNCTION: "lambda"}
_HOST: Final = re.compile(r"(?P<id>[a-z0-9]+)\.(?P<room>execute-api|lambda-url)\.(?!.*\bs3[.-]).+")
_API: Final = re.compile(r"/restapis/(?P<id>[^/]+)/(?P<stage>[^/]+)/_user_request_(?P<rest>/.*)?")
_FUNCTION: Final = re.compile(rf"{FUNCTIONS}/(?P<id>[^/]+)(?P<rest>/.*)?")
_ELSEWHERE: Final = re.compile(rb"AWS4-HMAC-SHA256 .*?/(?:s3|apigateway)/aws4_request")  # signed for AWS's own APIs
_CONTROLS: Final = bytes([*range(0x09), *range(0x0A, 0x20), 0x7F])
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_OWN: Final = frozenset({b"connection", b"content-length", b"transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Place:
    """Whose request it is, and its path there. `host` is empty where a path has told."""

    room: str
    id: str
    path: str
    host: str = ""


def place_of(scope: Scope) -> Place | None:
    """The front that a request is for; None if it is for something else."""
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    path = scope["path"]
    if b".execute-api." in host or b".lambda-url." in host:
        return by_host(scope, hostname(text(host)))
    if path.startswith(("/restapis/", FUNCTIONS)):
        return by_path(scope)
    return None


def by_host(scope: Scope, host: str) -> Place | None:
    found = _HOST.fullmatch(host)
    return Place(found["room"], found["id"], raw_path(scope), host) if found else None


def by_path(scope: Scope) -> Place | None:
    path = raw_path(scope)
    if found := _FUNCTION.fullmatch(path):
        return Place(FUNCTION, found["id"], found["rest"] or "/")
    found = _API.fullmatch(path)
    if found is None or any(name == b"authorization" and _ELSEWHERE.match(value) for name, value in scope["headers"]):
        return None
    return Place(API, found["id"], f"/{found['stage']}{found['rest'] or ''}")


def raw_path(scope: Scope) -> str:
    path: str = scope["raw_path"].decode("latin-1")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    rooms: Mapping[str, Front]
    guard: Guard
    clock: Callable[[], float]
    chance: Callable[[], str]
    settings: Settings
    traffic: Traffic
    idle: Limits  # between two pieces of what a client sends

    async def __call__(self, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        request, incoming = head_of(scope), bodies.Incoming(receive, idle=self.idle)
        client = scope.get("client")
        visit = Visit(
            self.chance(), request, incoming, client[0] if client else "-", service=place.room, operation="request"
        )
        try:
            await self._send(visit, send, await self._answer(visit, place, scope))
        except bodies.ClientGone:
            logger.debug("%s hung up in %s", visit.client, visit.call)
        except Exception:  # a gateway's door of rule 11
            logger.exception("a bug in %s (request %s)", visit.call, visit.id)
            if visit.status == access.UNANSWERED:
                await self._send(visit, send, plain(500, "Internal server error"))
        finally:
            access.log(visit, self.clock)
            self.traffic.count(visit, perf_counter() - visit.began)

    async def _answer(self, visit: Visit, place: Place, scope: Scope) -> Answered:
        if (front := self.rooms.get(place.room)) is None:
            return plain(404, "Nobody has given out this address.")
        try:
            check_browser(visit.request, auth=self.settings.auth)
            body = await bodies.whole(visit.incoming, visit.request.headers, LARGEST)
        except ServiceError as refusal:
            return plain(refusal.status or 400, refusal.message)
        if body is None:
            return plain(413, "Request Too Long")

        async def prove() -> call.Scope:
            return await self._proved(visit.request, body, SIGNED_AS[place.room])

        asked = Asked(
            id=visit.id, at=self.clock(), method=visit.request.method, host=place.host, path=place.path,
            query=visit.request.query, body=body, client=visit.client, prove=prove,
            headers=[(name.decode("latin-1"), text(value)) for name, value in scope["headers"]],
        )  # fmt: skip
        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                return await front(place.id, asked)
        except TimeoutError:
            return plain(504, "Endpoint request timed out")

    async def _proved(self, request: HttpRequest, body: bytes, service: str) -> call.Scope:
        """On whose behalf a request is signed; without `--auth` signatures are not looked at, but keys are known."""
        try:
            claim = sigv4.claim_of(request)
            caller = await self.guard.caller(
                claim.access_key if claim else "", claim.region if claim else DEFAULT_REGION
            )
            if not self.settings.auth:
                return caller.scope
            if claim is not None and claim.service != service:
                raise Refused(Fault.MALFORMED, f"Credential should be scoped to correct service: '{service}'.")
            self.guard.check(request, claim, caller, body)
        except Refused as refused:
            error = answer_to(refused, "json")
            message = UNSIGNED if refused.fault is Fault.ANONYMOUS else error.message
            raise ServiceError(message, code=error.code, status=403) from None
        return caller.scope

    async def _send(self, visit: Visit, send: Send, answered: Answered) -> None:
        visit.status = answered.status
        given = [(clean(name.lower()), clean(value)) for name, value in answered.headers]
        headers = [(name, value) for name, value in given if name not in _OWN and _TOKEN.fullmatch(name)]
        if answered.status not in (204, 304):
            headers.append((b"content-length", str(len(answered.body)).encode()))
        body = b"" if visit.request.method == "HEAD" or answered.status in (204, 304) else answered.body
        visit.sent = len(body)
        await send({"type": "http.response.start", "status": answered.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def clean(said: str) -> bytes:
    """A header's name or value without what would end it."""
    return said.encode(errors="replace").translate(None, _CONTROLS)


def plain(status: int, message: str) -> Answered:
    return Answered(status, [("content-type", "application/json")], msgspec.json.encode({"message": message}))
