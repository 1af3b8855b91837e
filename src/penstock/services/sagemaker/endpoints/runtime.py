"""The runtime's door: InvokeEndpoint, InvokeEndpointWithResponseStream and InvokeEndpointAsync."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker.endpoints.invocations import Invocations
from penstock.services.sagemaker.endpoints.model import Json
from penstock.services.sagemaker.endpoints.queueing import Queueing
from penstock.services.sagemaker.endpoints.refusals import NotServed, check_invocation
from penstock.services.sagemaker.endpoints.saying import Said
from penstock.wire.call import Answer, Body, Call, operation, read_whole

LARGEST: Final = 6_291_456  # bytes of a request, as on AWS


@dataclass(frozen=True)
class Runtime:
    """The operations of `sagemaker-runtime`."""

    invocations: Invocations
    queueing: Queueing
    service = "sagemaker-runtime"

    @operation("InvokeEndpoint")
    async def invoke(self, call: Call, request: Mapping[str, Json]) -> Answer:
        check_invocation(request)
        body = await whole(request.get("Body", b""))
        answered = await self.invocations.ask(call.scope, request, body)
        return {"Body": answered.said.body, **told(answered.variant, answered.said)}

    @operation("InvokeEndpointWithResponseStream")
    async def stream(self, call: Call, request: Mapping[str, Json]) -> Answer:
        check_invocation(request)
        body = await whole(request.get("Body", b""))
        streamed = await self.invocations.stream(call.scope, request, body)
        return {"Body": streamed.events, **told(streamed.variant, streamed.head)}

    @operation("InvokeEndpointAsync")
    async def invoke_later(self, call: Call, request: Mapping[str, Json]) -> Answer:
        return await self.queueing.accept(call, request, await whole(request.get("Body", b"")))


def told(variant: str, said: Said) -> dict[str, Json]:
    """What is told of an answer beside its body."""
    answer = {"ContentType": said.content_type, "InvokedProductionVariant": variant}
    others = {
        "CustomAttributes": said.attributes,
        "NewSessionId": said.new_session,
        "ClosedSessionId": said.closed_session,
    }
    return answer | {member: value for member, value in others.items() if value}


async def whole(body: bytes | Body) -> bytes:
    """The payload; raises where it is larger than AWS takes."""
    content = await read_whole(body, LARGEST)
    if len(content) > LARGEST:
        raise NotServed(f"The request's Body is larger than the {LARGEST} bytes that an endpoint takes.")
    return content
