"""Invocations: a request of a customer's, put to a variant by its weight, to the least busy of its servers.

Whoever has requests (InvokeEndpoint, the queue of an asynchronous endpoint) brings them here: here it is decided who
answers, what that is to the caller, and what is captured and measured of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from penstock.engine.facts import RunId
from penstock.services.sagemaker.endpoints.answers import NEXT, REVISION, RUN, SHARE
from penstock.services.sagemaker.endpoints.capture import Exchange, is_drawn
from penstock.services.sagemaker.endpoints.fleet import Fleet, answer_of
from penstock.services.sagemaker.endpoints.instance import INVOKE_WITHIN, Lost, Unfit
from penstock.services.sagemaker.endpoints.library import NoModel
from penstock.services.sagemaker.endpoints.metering import Metering, Place, Timing
from penstock.services.sagemaker.endpoints.model import (
    COMPONENT,
    COMPONENT_LOG_GROUP,
    ENDPOINT,
    LOG_GROUP,
    Capture,
    Json,
    Variant,
    arn_of,
)
from penstock.services.sagemaker.endpoints.refusals import NotServed, check_session, check_targets
from penstock.services.sagemaker.endpoints.saying import Listener, Said
from penstock.services.sagemaker.endpoints.serverless import Throttled
from penstock.services.sagemaker.endpoints.serving import Serving
from penstock.services.sagemaker.endpoints.spool import Spool
from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Document
from penstock.wire.call import Events, Scope, ServiceError

TIMED_OUT: Final = (
    "Your invocation timed out while waiting for a response from container {container}. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)
FAILED: Final = (
    'Received {whose} error ({status}) from {container} with message "{message}". See the log group {group} in account '
    "{account} for more information."
)


TOO_LONG: Final = "The model has not finished its answer within the time that SageMaker gives it."
BROKEN: Final = "The model's answer broke off: {why}"
LARGEST_PART: Final = 1 << 18  # bytes of an event
NO_COMPONENT: Final = (
    "Inference Component Name header is required for endpoints to which you plan to deploy inference components. "
    "Please include Inference Component Name header or consider using SageMaker models."
)
NO_COPIES: Final = (
    "Inference Component has no capacity to process this request. ApplicationAutoScaling may be in-progress (if "
    "configured) or try to increase the capacity by invoking UpdateInferenceComponentRuntimeConfig API."
)


class TooMany(ServiceError):
    code = "ThrottlingException"
    status = 429


class Unavailable(ServiceError):
    code = "ServiceUnavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a variant has answered, and well."""

    variant: str
    said: Said


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a request is put to, and how long that may take."""

    scope: Scope
    endpoint: str
    variant: str
    fleet: Fleet
    longest: float
    capture: Capture | None
    began: float
    component: str = ""

    @property
    def log_group(self) -> str:
        return COMPONENT_LOG_GROUP + self.component if self.component else LOG_GROUP + self.endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """An answer that goes on: what it begins with, and its events."""

    variant: str
    head: Said
    events: Events


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked (InvokeEndpoint's members), when, and its luck."""

    members: Mapping[str, Json]
    body: bytes
    at: float
    luck: str

    @property
    def session(self) -> str:
        return str(self.members.get("SessionId", ""))


@dataclass(frozen=True)
class Invocations:
    """Requests to every endpoint."""

    database: Database
    serving: Serving
    spool: Spool
    metering: Metering
    clock: Callable[[], float]
    chance: Callable[[], str]

    async def ask(
        self,
        scope: Scope,
        request: Mapping[str, Json],
        body: bytes,
        *,
        longest: float = INVOKE_WITHIN,
        is_queued: bool = False,
    ) -> Answered:
        """Have a request answered. `request` is InvokeEndpoint's, without its body. Raises `ServiceError`."""
        asked = Request(request, body, self.clock(), self.chance())
        to = await self._chosen(scope, asked, longest, is_queued=is_queued)
        self._mirror(to, asked)
        said = await self._said(to, to.fleet.ask(to.variant, facts_of(request), body, longest))
        self._note(to, asked, said)
        if not said.is_well:
            raise failed(to, said)
        return Answered(variant=to.variant, said=said)

    async def stream(self, scope: Scope, request: Mapping[str, Json], body: bytes) -> Streamed:
        """Have a request answered as the model goes on answering. Raises `ServiceError` of what fails before."""
        asked, listener = Request(request, body, self.clock(), self.chance()), Listener()
        to = await self._chosen(scope, asked, INVOKE_WITHIN)
        self._mirror(to, asked)
        asking = to.fleet.stream(to.variant, facts_of(request), body, listener)
        if await listener.begun(asking):
            assert listener.head is not None
            return Streamed(variant=to.variant, head=listener.head, events=self._events(to, asked, listener, asking))
        said = await self._said(to, answer_of(asking))
        self._note(to, asked, said)
        if not said.is_well:
            raise failed(to, said)
        return Streamed(variant=to.variant, head=said, events=events_of(said.body))

    async def _chosen(self, scope: Scope, asked: Request, longest: float, *, is_queued: bool = False) -> Asking:
        """Whom a request is put to."""
        name, component = asked.members["EndpointName"], asked.members.get("InferenceComponentName", "")
        found = await self._found(scope, ENDPOINT, name)
        if found is None or not found.body[REVISION]:
            raise NotServed(f"Endpoint {name} of account {scope.account} not found.")
        fleet = self._fleet(found, asked)
        capture = fleet.deployment.capture
        if fleet.deployment.asynchronous and not is_queued:
            raise NotServed(f"Endpoint {name} is asynchronous; ask it by InvokeEndpointAsync.")
        if component:
            fleet = self._fleet(await self._component(found, component), asked)
        place = fleet.sessions.place(asked.session)
        target = place.variant if place else asked.members.get("TargetVariant")
        variant = chosen(fleet.deployment.production, target, asked.luck)
        if fleet.variants[variant].is_host:
            raise NotServed(NO_COMPONENT)
        if not fleet.variants[variant].count:
            raise NotServed(NO_COPIES) if component else Unavailable(f"The variant {variant} has no instances now.")
        check_targets(fleet.variants[variant], asked.members)
        check_session(fleet.variants[variant], asked.members, is_held=place is not None)
        if asked.members.get("EnableExplanations") and not fleet.deployment.explainer:
            raise NotServed(f"EnableExplanations is for endpoints with an ExplainerConfig; {name} has none.")
        return Asking(scope, name, variant, fleet, longest, capture, self.clock(), component)

    async def _events(self, to: Asking, asked: Request, listener: Listener, asking: asyncio.Task[Said]) -> Events:
        """The pieces of an answer that has begun, and how it failed, if it did."""
        kept = bytearray()
        is_captured = self._is_captured(to, asked)
        try:
            async for piece in listener.pieces(asking):
                kept += piece if is_captured else b""
                async for event in events_of(piece):
                    yield event
            failure = await break_of(asking)
        finally:
            listener.leave()
        assert listener.head is not None
        self._note(to, asked, replace(listener.head, body=bytes(kept), status=500 if failure else 200))
        if failure is not None:
            raise failure

    def _mirror(self, to: Asking, asked: Request) -> None:
        """Ask the shadow of a variant too, as often as its weight says; not in sessions, which it has none of."""
        if asked.session:
            return
        mirrored, variants = replace(asked, at=self.clock()), to.fleet.variants
        for shadow in variants.values():
            if shadow.is_shadow and fraction(asked.luck[8:16]) * variants[to.variant].weight < shadow.weight:
                then = partial(self._note, replace(to, variant=shadow.name), mirrored)
                to.fleet.mirror(shadow.name, facts_of(asked.members), asked.body, then)

    def _is_captured(self, to: Asking, asked: Request) -> bool:
        return to.capture is not None and is_drawn(to.capture, asked.luck)

    def _note(self, to: Asking, asked: Request, said: Said) -> None:
        """What is measured and captured of an answer."""
        self._measure(to, said.status, model=self.clock() - to.began, overhead=to.began - asked.at)
        if said.is_well and to.capture is not None and self._is_captured(to, asked):
            exchange = Exchange(
                at=asked.at,
                body=asked.body,
                content_type=asked.members.get("ContentType", ""),
                answer=said.body,
                answer_type=said.content_type,
                attributes=asked.members.get("CustomAttributes", ""),
                inference_id=asked.members.get("InferenceId", ""),
            )
            self.spool.keep(to.scope, to.endpoint, to.variant, to.capture, exchange)

    def _measure(self, to: Asking, status: int, *, model: float, overhead: float) -> None:
        self.metering.count(
            Place(to.scope, to.endpoint, to.variant, to.component),
            status,
            Timing(model, overhead),
            shares(to),
        )

    async def _said(self, to: Asking, answer: Awaitable[Said]) -> Said:
        """What the model has answered, well or not. Raises where it has not."""
        try:
            return await answer
        except Unfit as problem:
            raise Unavailable(f"No server of the variant {to.variant} is there: {problem}") from problem
        except Throttled as many:
            raise TooMany(str(many)) from many
        except NoModel as missing:
            raise NotServed(str(missing)) from missing
        except Lost as lost:
            timed_out = TIMED_OUT.format(container=lost.container)
            message = timed_out if str(lost) == "timed-out" else f"The model server ended: {lost}"
            self._measure(to, 500, model=0.0, overhead=0.0)
            raise failed(to, Said(0, "", "", message.encode(), lost.container)) from lost

    async def _found(self, scope: Scope, kind: str, name: str) -> Document | None:
        return await self.database.read(lambda tx: documents.find_by_arn(tx, arn_of(scope, kind, name)))

    async def _component(self, endpoint: Document, name: str) -> Document:
        """An inference component of an endpoint, in service."""
        found = await self._found(endpoint.scope, COMPONENT, name)
        if found is None or found.parent != endpoint.name or not found.body[REVISION]:
            raise NotServed(f"Inference component {name} of endpoint {endpoint.name} not found, or not in service.")
        return found

    def _fleet(self, found: Document, asked: Request) -> Fleet:
        """The servers of an endpoint's or component's revision, of one that is taking its place by luck; or those that
        hold the session."""
        run = RunId(found.body[RUN])
        following, current = (self.serving.fleet(run, found.body.get(which, 0)) for which in (NEXT, REVISION))
        for fleet in (following, current):
            if fleet is not None and fleet.sessions.place(asked.session):
                return fleet
        is_next = fraction(asked.luck[16:]) < found.body.get(SHARE, 0.0)
        fleet = (following if is_next else None) or current
        if fleet is None:
            raise Unavailable(f"The servers of {found.name} are being started; try again.")
        return fleet


def shares(to: Asking) -> dict[str, float]:
    """What a request takes of its variant, in the metrics that scaling policies look at."""
    variant = to.fleet.variants[to.variant]
    if to.component:
        return {"InvocationsPerCopy": 1 / variant.count}
    if variant.serverless is None:
        return {"InvocationsPerInstance": 1 / variant.count}
    provisioned = variant.serverless.provisioned
    busy = to.fleet.under_way(to.variant) + 1
    return {"ServerlessProvisionedConcurrencyUtilization": busy / provisioned} if provisioned else {}


def facts_of(request: Mapping[str, Json]) -> dict[str, str]:
    """What a server is told beside the body."""
    return {
        "path": "/invocations",
        "container": request.get("TargetContainerHostname", ""),
        "model": request.get("TargetModel", ""),
        "content_type": request.get("ContentType", ""),
        "accept": request.get("Accept", ""),
        "attributes": request.get("CustomAttributes", ""),
        "explanations": request.get("EnableExplanations", ""),
        "session": request.get("SessionId", ""),
    }


def failed(to: Asking, said: Said) -> ServiceError:
    """What the model's own failure is to the caller."""
    group, status, message = to.log_group, said.status, said.body.decode(errors="replace")
    whose, account = "client" if 400 <= status < 500 else "server", to.scope.account
    return ServiceError(
        FAILED.format(
            whose=whose, status=status, container=said.container, message=message, group=group, account=account
        ),
        code="ModelError",
        OriginalStatusCode=status,
        OriginalMessage=message,
        LogStreamArn=to.scope.arn("logs", f"log-group:{group}"),
    )


async def break_of(asking: asyncio.Task[Said]) -> ServiceError | None:
    """Why an answer has broken off, if it has, once the request is over."""
    try:
        said = await answer_of(asking)
    except Unfit as problem:
        return ServiceError(str(problem), code="InternalStreamFailure")
    except Lost as lost:
        return broken(lost)
    return None if said.is_well else broken(Lost(said.body.decode(errors="replace")))


def broken(lost: Lost) -> ServiceError:
    """What it is to the caller that an answer breaks off."""
    is_late = str(lost) == "timed-out"
    return ServiceError(
        TOO_LONG if is_late else BROKEN.format(why=lost),
        code="ModelStreamError",
        ErrorCode="ModelInvocationTimeExceeded" if is_late else "StreamBroken",
    )


async def events_of(content: bytes) -> Events:
    for begin in range(0, len(content), LARGEST_PART):
        yield {"PayloadPart": {"Bytes": content[begin : begin + LARGEST_PART]}}


def chosen(variants: Mapping[str, Variant], target: str | None, chance: str) -> str:
    """The variant that is named, else one by its weight and the luck of this request."""
    if target is not None:
        if target not in variants:
            raise NotServed(f"Variant {target} not found; the endpoint has: {', '.join(variants)}.")
        return target
    point = fraction(chance[:13]) * sum(variant.weight for variant in variants.values())
    for variant in variants.values():
        point -= variant.weight
        if point < 0:
            return variant.name
    return next(variant.name for variant in variants.values() if variant.weight)


def fraction(digits: str) -> float:
    """Hexadecimal digits as a number from 0 on, below 1."""
    return int(digits, 16) / float(16 ** len(digits))
