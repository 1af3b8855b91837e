"""Invocations: a request of a customer's, put to a variant by its weight, to the least busy of its servers.

Whoever has requests (InvokeEndpoint, the queue of an asynchronous endpoint) brings them here: here it is decided who
answers, what that is to the caller, and what is captured and measured of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from penstock.engine.facts import RunId
from penstock.services.sagemaker.endpoints.answers import NEXT, REVISION, RUN, SHARE
from penstock.services.sagemaker.endpoints.capture import Exchange, is_drawn
from penstock.services.sagemaker.endpoints.fleet import Fleet
from penstock.services.sagemaker.endpoints.instance import INVOKE_WITHIN, Lost, Said, Unfit
from penstock.services.sagemaker.endpoints.library import NoModel
from penstock.services.sagemaker.endpoints.metering import Metering
from penstock.services.sagemaker.endpoints.model import ENDPOINT, LOG_GROUP, Json, Variant, arn_of
from penstock.services.sagemaker.endpoints.refusals import check_targets
from penstock.services.sagemaker.endpoints.serverless import Throttled
from penstock.services.sagemaker.endpoints.serving import Serving
from penstock.services.sagemaker.endpoints.spool import Spool
from penstock.store import documents
from penstock.store.database import Database
from penstock.wire.call import Scope, ServiceError

TIMED_OUT: Final = (
    "Your invocation timed out while waiting for a response from container {container}. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)
FAILED: Final = (
    'Received {whose} error ({status}) from {container} with message "{message}". See the log group {group} in account '
    "{account} for more information."
)


class NotServed(ServiceError):
    code = "ValidationError"


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
        name, luck, at = request["EndpointName"], self.chance(), self.clock()
        fleet = await self._fleet(scope, name, luck)
        if fleet.deployment.asynchronous and not is_queued:
            raise NotServed(f"Endpoint {name} is asynchronous; ask it by InvokeEndpointAsync.")
        variant = chosen(fleet.deployment.production, request.get("TargetVariant"), luck)
        check_targets(fleet.variants[variant], request)
        to = Asking(scope, name, variant, fleet, longest)
        self._mirror(to, request, body, luck)
        said = await self._said(to, request, body)
        self._note(to, request, body, luck, at, said)
        if not said.is_well:
            raise failed(scope, name, said.status, said.body.decode(errors="replace"), said.container)
        return Answered(variant=variant, said=said)

    def _mirror(self, to: Asking, request: Mapping[str, Json], body: bytes, luck: str) -> None:
        """Ask the shadow of a variant too, as often as its weight says."""
        at, variants = self.clock(), to.fleet.variants
        for shadow in variants.values():
            if shadow.is_shadow and fraction(luck[8:16]) * variants[to.variant].weight < shadow.weight:
                then = partial(self._note, replace(to, variant=shadow.name), request, body, luck, at)
                to.fleet.mirror(shadow.name, facts_of(request), body, then)

    def _note(self, to: Asking, request: Mapping[str, Json], body: bytes, luck: str, at: float, said: Said) -> None:
        """What is measured and captured of an answer."""
        self.metering.count(to.scope, to.endpoint, to.variant, said.status, self.clock() - at)
        capture = to.fleet.deployment.capture
        if said.is_well and capture is not None and is_drawn(capture, luck):
            exchange = Exchange(
                at=at,
                body=body,
                content_type=request.get("ContentType", ""),
                answer=said.body,
                answer_type=said.content_type,
                attributes=request.get("CustomAttributes", ""),
                inference_id=request.get("InferenceId", ""),
            )
            self.spool.keep(to.scope, to.endpoint, to.variant, capture, exchange)

    async def _said(self, to: Asking, request: Mapping[str, Json], body: bytes) -> Said:
        """What the model has answered, well or not. Raises where it has not."""
        try:
            return await to.fleet.ask(to.variant, facts_of(request), body, to.longest)
        except Unfit as problem:
            raise Unavailable(f"No server of the variant {to.variant} is there: {problem}") from problem
        except Throttled as many:
            raise TooMany(str(many)) from many
        except NoModel as missing:
            raise NotServed(str(missing)) from missing
        except Lost as lost:
            timed_out = TIMED_OUT.format(container=lost.container)
            message = timed_out if str(lost) == "timed-out" else f"The model server ended: {lost}"
            self.metering.count(to.scope, to.endpoint, to.variant, 500, 0.0)
            raise failed(to.scope, to.endpoint, 0, message, lost.container) from lost

    async def _fleet(self, scope: Scope, name: str, luck: str) -> Fleet:
        found = await self.database.read(lambda tx: documents.find_by_arn(tx, arn_of(scope, ENDPOINT, name)))
        if found is None or not found.body[REVISION]:
            raise NotServed(f"Endpoint {name} of account {scope.account} not found.")
        run, fleet = RunId(found.body[RUN]), None
        if fraction(luck[16:]) < found.body.get(SHARE, 0.0):
            fleet = self.serving.fleet(run, found.body[NEXT])
        fleet = fleet or self.serving.fleet(run, found.body[REVISION])
        if fleet is None:
            raise Unavailable(f"The servers of the endpoint {name} are being started; try again.")
        return fleet


def facts_of(request: Mapping[str, Json]) -> dict[str, str]:
    """What a server is told beside the body."""
    return {
        "path": "/invocations",
        "container": request.get("TargetContainerHostname", ""),
        "model": request.get("TargetModel", ""),
        "content_type": request.get("ContentType", ""),
        "accept": request.get("Accept", ""),
        "attributes": request.get("CustomAttributes", ""),
    }


def failed(scope: Scope, name: str, status: int, message: str, container: str) -> ServiceError:
    """What the model's own failure is to the caller."""
    group = LOG_GROUP + name
    whose = "client" if 400 <= status < 500 else "server"
    return ServiceError(
        FAILED.format(
            whose=whose, status=status, container=container, message=message, group=group, account=scope.account
        ),
        code="ModelError",
        OriginalStatusCode=status,
        OriginalMessage=message,
        LogStreamArn=scope.arn("logs", f"log-group:{group}"),
    )


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
