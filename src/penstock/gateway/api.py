"""The API endpoint: one request in, one call to a service, one answer out.

    head → claim → destination → guard → body → protocol.read → Directory.answer → protocol.write → pieces out

Bare ASGI, for everything goes through here. It is one of the three doors that may catch everything: a bug is logged
with its request id and answered as InternalFailure in the protocol's own form, and the next request is served.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Final, TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from penstock.gateway import access, bodies, guard, routing, sigv2, sigv4, waiting
from penstock.gateway.access import Visit
from penstock.gateway.guard import Caller, Guard
from penstock.gateway.limits import Limits
from penstock.gateway.messages import has_body, head_of, send_response
from penstock.gateway.refusals import Family, Fault, Refused, answer_to
from penstock.gateway.routing import Destination
from penstock.gateway.settings import Settings
from penstock.gateway.traffic import Traffic
from penstock.wire import models, named
from penstock.wire.call import Answer, Body, Call, Directory, NotImplementedHere, Origin, ServiceError, WrongToken
from penstock.wire.credentials import Hear
from penstock.wire.http import HttpRequest, HttpResponse, address, asked_at
from penstock.wire.protocols import Protocol, protocol_for

T = TypeVar("T")
logger: Final = logging.getLogger("penstock.gateway")
INTERNAL: Final = "We encountered an internal error. The log of Penstock tells more under this request's id."


@dataclass(frozen=True, slots=True)
class Signature:
    """Who says they signed: by the present version, the old one, or neither. `fault` if it cannot be read."""

    claim: sigv4.Claim | None = None
    old: sigv2.OldClaim | None = None
    fault: Refused | None = None

    @property
    def access_key(self) -> str:
        if self.claim is not None:
            return self.claim.access_key
        return self.old.access_key if self.old is not None else ""


def signature_of(request: HttpRequest) -> Signature:
    try:
        claim = sigv4.claim_of(request)
        return Signature(claim, sigv2.old_claim_of(request) if claim is None else None)
    except Refused as refused:
        return Signature(fault=refused)


def unheard(*_: object) -> None:
    """Where nobody hears what jobs ask."""


class Api:
    """The ASGI endpoint of every AWS API."""

    def __init__(
        self,
        directory: Directory,
        *,
        guard: Guard,
        clock: Callable[[], float],
        chance: Callable[[], str],
        settings: Settings,
        traffic: Traffic,
        hear: Hear = unheard,
    ) -> None:
        self._directory = directory
        self._guard = guard
        self._clock = clock
        self._chance = chance
        self._settings = settings
        self._traffic = traffic
        self._hear = hear
        self._idle = Limits(settings.idle_seconds)
        self._answering = Limits(settings.answer_seconds)
        self._streaming = Limits(settings.stream_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = head_of(scope)
        incoming = bodies.Incoming(receive, idle=self._idle)
        client = scope.get("client")
        visit = Visit(self._chance(), request, incoming, client[0] if client else "-")
        try:
            response = await self._response(visit)
            visit.status = response.status
            # A client that still waits for "100 Continue" will not send the body that its head announced.
            close = "expect" in request.headers and has_body(request) and not incoming.asked
            sending = send_response(send, request, response, close=close, idle_seconds=self._settings.idle_seconds)
            visit.sent = await (
                sending if isinstance(response.body, bytes) else unless_gone(incoming.hang_up(), sending)
            )
        except bodies.ClientGone:
            logger.debug("%s hung up in %s", visit.client, visit.call)
        except asyncio.CancelledError:
            if visit.status == access.UNANSWERED:
                await self._send_stopping(visit, send)
            raise
        except Exception:
            # Past the head of an answer there is nothing to say any more: the server closes the connection.
            logger.exception("the answer to %s (request %s) broke off", visit.call, visit.id)
        finally:
            access.log(visit, self._clock)
            self._traffic.count(visit, perf_counter() - visit.began)

    async def _response(self, visit: Visit) -> HttpResponse:
        """The answer to a request, whatever happens."""
        signature = signature_of(visit.request)
        protocol: Protocol | None = None
        try:
            to = await self._destination(visit, signature)
            protocol = protocol_for(models.model(to.service), to.request)
            return await self._answer(visit, signature, to, protocol)
        except models.UnknownService:
            return self._error(visit, None, NotImplementedHere(f"Penstock knows no AWS service '{visit.service}'."))
        except Refused as refused:
            return self._error(visit, protocol, answer_to(refused, family(protocol)))
        except ServiceError as error:
            return self._error(visit, protocol, error)
        except bodies.ClientGone:
            raise
        except Exception:
            logger.exception("a bug in %s (request %s)", visit.call, visit.id)
            return self._error(visit, protocol, ServiceError(INTERNAL, code="InternalFailure", status=500))

    async def _send_stopping(self, visit: Visit, send: Send) -> None:
        """The server stops and this request's grace is over: SDKs try again when they read 503."""
        error = ServiceError("Penstock is stopping; ask again.", code="ServiceUnavailable", status=503)
        response = plain_error(error, visit.id)
        visit.status = response.status
        await send_response(send, visit.request, response, close=True, idle_seconds=self._settings.idle_seconds)

    async def _destination(self, visit: Visit, signature: Signature) -> Destination:
        request = visit.request
        if routing.is_unsigned_form(request, signature.claim):
            request = replace(request, body=await self._whole(visit, "query"))
        to = routing.destination(request, signature.claim)
        visit.service = to.service
        return to

    async def _answer(self, visit: Visit, signature: Signature, to: Destination, protocol: Protocol) -> HttpResponse:
        if signature.fault is not None:
            raise signature.fault
        guard.check_browser(visit.request, auth=self._settings.auth)
        caller = await self._guard.caller(signature.access_key, to.region)
        streams = protocol.wants_stream(to.request)
        body = await self._body(visit, signature, to, caller, streams=streams, family=family(protocol))
        operation, values = protocol.read(with_body(to.request, body))
        visit.operation = operation.name
        origin = Origin(visit.id, visit.client)
        call = Call(to.service, operation.name, values, caller.scope, origin=origin)
        asked_at.set(address(visit.request))
        limits = self._streaming if streams else self._answering
        try:
            with (wait := limits.wait()):
                answer = await self._ask(call, caller, visit)
        except TimeoutError:
            if not wait.is_over:
                raise
            raise ServiceError(
                f"{visit.call} took over {limits.seconds} s.", code="ServiceUnavailable", status=503
            ) from None
        return protocol.write(operation, answer, request_id=visit.id)

    async def _ask(self, call: Call, caller: Caller, visit: Visit) -> Answer:
        """What the service says; whoever hears what jobs ask is told before the job is."""
        asker = "" if caller.credential is None else caller.credential.asker
        if not asker:
            return await self._look(call, visit)
        try:
            answer = await self._look(call, visit)
        except ServiceError as error:
            self._hear(asker, call, error)
            raise
        self._hear(asker, call, answer)
        return answer

    async def _look(self, call: Call, visit: Visit) -> Answer:
        if not waiting.waits(visit.request, call):
            return await self._directory.answer(call)
        looking = waiting.settled(call, lambda: self._directory.answer(call), waiting.patience(visit.request))
        return await unless_gone(visit.incoming.hang_up(), looking)

    async def _body(
        self, visit: Visit, signature: Signature, to: Destination, caller: Caller, *, streams: bool, family: Family
    ) -> bytes | Body:
        """The body, proved as far as it can be before it has passed."""
        claim = signature.claim
        proved = not self._settings.auth or self._prove_head(visit.request, signature, to, caller)
        if proved and streams:
            checked = self._settings.auth and claim is not None and bodies.is_signed_in_chunks(visit.request.headers)
            chain = guard.chain(claim, caller) if checked and claim is not None else None
            return bodies.streamed(visit.incoming, visit.request.headers, chain)
        body = to.request.body
        if not isinstance(body, bytes) or not visit.incoming.ended:
            body = await self._whole(visit, family)
        if not proved and claim is not None:
            self._guard.check_body(visit.request, claim, caller, body)
        return body

    def _prove_head(self, request: HttpRequest, signature: Signature, to: Destination, caller: Caller) -> bool:
        """Refuse what the head alone tells; whether the signature is proved without the body."""
        if signature.old is not None and to.service == "s3":
            self._guard.check_old(to.request, signature.old, caller)
            return True
        claim = signature.claim
        if claim is not None and claim.service != signing_name(to.service):
            raise Refused(
                Fault.MALFORMED, f"Credential should be scoped to correct service: '{signing_name(to.service)}'."
            )
        return self._guard.check_head(request, claim, caller) is not None

    async def _whole(self, visit: Visit, family: Family) -> bytes:
        limit = self._settings.largest_body
        body = await bodies.whole(visit.incoming, visit.request.headers, limit)
        if body is None:
            raise too_large(limit, family)
        return body

    def _error(self, visit: Visit, protocol: Protocol | None, error: ServiceError) -> HttpResponse:
        if protocol is None:
            return plain_error(error, visit.id)
        operation = None
        if visit.operation in protocol.model.operation_names:
            operation = protocol.model.operation_model(visit.operation)
        if isinstance(error, WrongToken) and operation is not None:
            error = ServiceError(error.message, code=named.of_token(operation) or error.code)
        return protocol.write_error(operation, error, request_id=visit.id)


async def unless_gone(hanging_up: Coroutine[Any, Any, None], sending: Coroutine[Any, Any, T]) -> T:
    """Send, or wait, for as long as the client is there: the server takes what is sent to nobody, and says nothing."""
    listening = asyncio.ensure_future(hanging_up)
    work = asyncio.ensure_future(sending)
    try:
        await asyncio.wait({listening, work}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise bodies.ClientGone
        return work.result()
    finally:
        for task in (listening, work):
            task.cancel()
        await asyncio.gather(listening, work, return_exceptions=True)


def with_body(request: HttpRequest, body: bytes | Body) -> HttpRequest:
    return HttpRequest(request.method, request.path, request.query, bodies.unchunked(request.headers), body)


def family(protocol: Protocol | None) -> Family:
    """How a service spells what went wrong before it was reached."""
    if protocol is None:
        return "json"
    if protocol.model.service_name == "s3":
        return "s3"
    return "query" if protocol.model.metadata.get("protocol") in {"query", "ec2", "rest-xml"} else "json"


def signing_name(service: str) -> str:
    name: str = models.model(service).signing_name
    return name


def too_large(limit: int, family: Family) -> ServiceError:
    sentence = f"Your request was too big: the body of this operation may have at most {limit} bytes."
    if family == "s3":
        return ServiceError(sentence, code="MaxMessageLengthExceeded", status=400)
    return ServiceError(sentence, code="RequestEntityTooLargeException", status=413)


def plain_error(error: ServiceError, request_id: str) -> HttpResponse:
    """The error where no service's form is known: JSON, as most of AWS."""
    return HttpResponse(
        error.status or 500,
        {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": request_id, "x-amzn-errortype": error.code},
        msgspec.json.encode({"__type": error.code, "message": error.message}),
    )
