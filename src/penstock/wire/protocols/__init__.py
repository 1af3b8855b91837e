"""AWS's protocols, server side: bytes to operations and values, values to bytes, driven by the service models.

protocol = protocol_for(model("sagemaker"), request)
operation, value = protocol.read(request)
response = protocol.write(operation, answer, request_id="…")
"""

from collections.abc import Callable
from functools import cache
from typing import Final

from botocore.model import ServiceModel

from penstock.wire.http import HttpRequest
from penstock.wire.protocols.aws_json import AwsJson
from penstock.wire.protocols.cbor import SMITHY_PROTOCOL, Cbor
from penstock.wire.protocols.protocol import Protocol, SerializationError, UnknownOperation
from penstock.wire.protocols.query import Ec2, Query
from penstock.wire.protocols.rest import RestJson, RestXml
from penstock.wire.protocols.s3 import S3
from penstock.wire.protocols.sqs import SqsQuery

__all__ = ["Protocol", "SerializationError", "UnknownOperation", "protocol_for", "wants_stream"]

SPOKEN: Final[dict[str, type[Protocol]]] = {
    "smithy-rpc-v2-cbor": Cbor,
    "json": AwsJson,
    "query": Query,
    "ec2": Ec2,
    "rest-json": RestJson,
    "rest-xml": RestXml,
}

# Services that speak a protocol in a way of their own.
OF_THEIR_OWN: Final[dict[tuple[str, str], type[Protocol]]] = {("s3", "rest-xml"): S3, ("sqs", "query"): SqsQuery}


def _looks_like_form(request: HttpRequest) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.startswith("application/x-www-form-urlencoded") or "Action=" in request.query


# How a request shows the protocol that it speaks, where its service speaks several.
SIGNS: Final[dict[str, Callable[[HttpRequest], bool]]] = {
    "smithy-rpc-v2-cbor": lambda request: (
        request.headers.get("smithy-protocol") == SMITHY_PROTOCOL or "/operation/" in request.path
    ),
    "json": lambda request: "x-amz-target" in request.headers,
    "query": _looks_like_form,
    "ec2": _looks_like_form,
}


def protocol_for(model: ServiceModel, request: HttpRequest) -> Protocol:
    """The protocol that a request to a service is written in, and that its answer must be written in."""
    listed: list[str] = model.metadata.get("protocols") or [model.metadata["protocol"]]
    if len(listed) > 1:
        for name in listed:
            if name in SIGNS and SIGNS[name](request):
                return _speaking(model, name)
    if model.service_name == "sqs" and _looks_like_form(request):
        return _speaking(model, "query")
    return _speaking(model, listed[-1])


def wants_stream(model: ServiceModel, request: HttpRequest) -> bool:
    """Whether the request's payload is passed through as a `Body`; told before it is read."""
    return protocol_for(model, request).wants_stream(request)


@cache
def _speaking(model: ServiceModel, name: str) -> Protocol:
    return OF_THEIR_OWN.get((model.service_name, name), SPOKEN[name])(model)
