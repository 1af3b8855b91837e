"""InvokeEndpoint: a request of a customer's, to a variant by its weight, to the least busy of its servers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.engine.facts import RunId
from penstock.services.sagemaker.endpoints.answers import NEXT, REVISION, RUN, SHARE
from penstock.services.sagemaker.endpoints.capture import Exchange, is_drawn
from penstock.services.sagemaker.endpoints.fleet import Fleet
from penstock.services.sagemaker.endpoints.instance import Lost, Said, Unfit
from penstock.services.sagemaker.endpoints.library import NoModel
from penstock.services.sagemaker.endpoints.model import ENDPOINT, LOG_GROUP, Json, Variant, arn_of
from penstock.services.sagemaker.endpoints.refusals import check_invocation, check_targets
from penstock.services.sagemaker.endpoints.serving import Serving
from penstock.services.sagemaker.endpoints.spool import Spool
from penstock.store import documents
from penstock.store.database import Database
from penstock.wire.call import Answer, Body, Call, Scope, ServiceError, operation, read_whole

LARGEST: Final = 6_291_456  # bytes of a request, as on AWS
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


class Unavailable(ServiceError):
    code = "ServiceUnavailable"


@dataclass(frozen=True)
class Runtime:
    """The operation of `sagemaker-runtime`."""

    database: Database
    serving: Serving
    spool: Spool
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker-runtime"

    @operation("InvokeEndpoint")
    async def invoke(self, call: Call, request: Mapping[str, Json]) -> Answer:
        check_invocation(request)
        name, luck = request["EndpointName"], self.chance()
        fleet = await self._fleet(call.scope, name, luck)
        variant = chosen(fleet.variants, request.get("TargetVariant"), luck)
        body = await whole(request.get("Body", b""))
        at = self.clock()
        check_targets(fleet.variants[variant], request)
        facts = {
            "path": "/invocations",
            "container": request.get("TargetContainerHostname", ""),
            "model": request.get("TargetModel", ""),
            "content_type": request.get("ContentType", ""),
            "accept": request.get("Accept", ""),
            "attributes": request.get("CustomAttributes", ""),
        }
        try:
            said = await fleet.ask(variant, facts, body)
        except Unfit as problem:
            raise Unavailable(f"No server of the variant {variant} is there: {problem}") from problem
        except NoModel as missing:
            raise NotServed(str(missing)) from missing
        except Lost as lost:
            timed_out = TIMED_OUT.format(container=lost.container)
            message = timed_out if str(lost) == "timed-out" else f"The model server ended: {lost}"
            raise failed(call.scope, name, 0, message, lost.container) from lost
        if said.is_well and fleet.capture is not None and is_drawn(fleet.capture, luck):
            exchange = Exchange(
                at=at,
                body=body,
                content_type=facts["content_type"],
                answer=said.body,
                answer_type=said.content_type,
                attributes=facts["attributes"],
                inference_id=request.get("InferenceId", ""),
            )
            self.spool.keep(call.scope, name, variant, fleet.capture, exchange)
        return self._answer(call.scope, name, variant, said)

    async def _fleet(self, scope: Scope, name: str, luck: str) -> Fleet:
        found = await self.database.read(lambda tx: documents.find_by_arn(tx, arn_of(scope, ENDPOINT, name)))
        fleet = None
        if found is not None and found.body[REVISION]:
            run = RunId(found.body[RUN])
            if fraction(luck[16:]) < found.body.get(SHARE, 0.0):
                fleet = self.serving.fleet(run, found.body[NEXT])
            fleet = fleet or self.serving.fleet(run, found.body[REVISION])
            if fleet is None:
                raise Unavailable(f"The servers of the endpoint {name} are being started; try again.")
        if fleet is None:
            raise NotServed(f"Endpoint {name} of account {scope.account} not found.")
        return fleet

    @staticmethod
    def _answer(scope: Scope, name: str, variant: str, said: Said) -> Answer:
        if not said.is_well:
            raise failed(scope, name, said.status, said.body.decode(errors="replace"), said.container)
        answer = {"Body": said.body, "ContentType": said.content_type, "InvokedProductionVariant": variant}
        return {**answer, "CustomAttributes": said.attributes} if said.attributes else answer


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


async def whole(body: bytes | Body) -> bytes:
    """The payload; raises where it is larger than AWS takes."""
    content = await read_whole(body, LARGEST)
    if len(content) > LARGEST:
        raise NotServed(f"The request's Body is larger than the {LARGEST} bytes that an endpoint takes.")
    return content
