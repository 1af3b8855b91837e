"""The runtime's door: InvokeEndpoint, and InvokeEndpointAsync."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker.endpoints.invocations import Invocations, NotServed
from penstock.services.sagemaker.endpoints.model import Json
from penstock.services.sagemaker.endpoints.queueing import Queueing
from penstock.services.sagemaker.endpoints.refusals import check_invocation
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
        said = answered.said
        answer = {"Body": said.body, "ContentType": said.content_type, "InvokedProductionVariant": answered.variant}
        return {**answer, "CustomAttributes": said.attributes} if said.attributes else answer

    @operation("InvokeEndpointAsync")
    async def invoke_later(self, call: Call, request: Mapping[str, Json]) -> Answer:
        return await self.queueing.accept(call, request, await whole(request.get("Body", b"")))


async def whole(body: bytes | Body) -> bytes:
    """The payload; raises where it is larger than AWS takes."""
    content = await read_whole(body, LARGEST)
    if len(content) > LARGEST:
        raise NotServed(f"The request's Body is larger than the {LARGEST} bytes that an endpoint takes.")
    return content
