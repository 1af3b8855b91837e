"""Forward: calls passed on to an endpoint by botocore's client, with the server's own credentials.

Importing this module imports botocore's client: the room does so only where `forward.toml` names a service. A client
is safe in several threads, so these calls run side by side, in a pool for each service.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.eventstream import EventStream
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

from penstock.services.peripheral.places import AWS
from penstock.wire.call import Answer, Call, Json, NotImplementedHere, ServiceError
from penstock.wire.protocols import moments

CONFIG: Final = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 3})
LARGEST: Final = 64 << 20  # bytes of a streamed answer, which is held whole


def perform(call: Call, endpoint: str) -> Answer:
    """What the other side answers; its errors as they are, and a sentence where it cannot be reached."""
    try:
        answer = client(call.service, endpoint, call.scope.region)._make_api_call(call.operation, dict(call.request))
    except ClientError as error:
        raise failure(error) from None
    except BotoCoreError as error:
        raise ServiceError(
            f"{call.service} is forwarded to {endpoint}, which could not be asked: {error}",
            code="ServiceUnavailable", status=503,
        ) from None  # fmt: skip
    return {name: ours(value) for name, value in answer.items() if name != "ResponseMetadata"}


@lru_cache(maxsize=64)
def client(service: str, endpoint: str, region: str) -> Any:
    """A client; the environment's region comes before the call's, for credentials go with it."""
    session = botocore.session.get_session()
    return session.create_client(
        service,
        region_name=session.get_config_variable("region") or region,
        endpoint_url=None if endpoint == AWS else endpoint,
        config=CONFIG,
    )


def failure(error: ClientError) -> ServiceError:
    said: Mapping[str, Json] = error.response
    told = said.get("Error", {})
    fields = {name: ours(value) for name, value in said.items() if name not in NO_FIELDS}
    status = said.get("ResponseMetadata", {}).get("HTTPStatusCode")
    code = told.get("QueryErrorCode") or told.get("Code", "InternalFailure")
    return ServiceError(told.get("Message", ""), code=code, status=status, **fields)


NO_FIELDS: Final = frozenset({"Error", "ResponseMetadata", "message", "Message", "status", "code"})


def ours(value: Json) -> Json:
    """A value as calls carry it: moments are seconds, streams have been read."""
    match value:
        case dict():
            return {name: ours(each) for name, each in value.items()}
        case list():
            return [ours(each) for each in value]
        case datetime():
            return moments.seconds(value)
        case StreamingBody():
            return read(value)
        case EventStream():
            raise NotImplementedHere("Event streams are not passed on; ask the service at its own endpoint.")
        case _:
            return value


def read(stream: StreamingBody) -> bytes:
    content: bytes = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ServiceError(
            f"the answer is larger than the {LARGEST} bytes that are passed on; ask its service yourself",
            code="ServiceUnavailable", status=503,
        )  # fmt: skip
    return content
