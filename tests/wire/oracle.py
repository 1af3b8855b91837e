"""botocore's side of the wire: the client that writes what we read, and reads what we write."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.awsrequest import HeadersDict, prepare_request_dict
from botocore.awsrequest import create_request_object as http_request_of
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from penstock.wire.call import Body, Json
from penstock.wire.http import HttpRequest, HttpResponse


def request(operation: OperationModel, params: Mapping[str, Json], protocol: str = "") -> HttpRequest:
    """The request that botocore makes of an operation's parameters, as the gateway hands it on."""
    protocol = protocol or operation.service_model.resolved_protocol
    serialized = create_serializer(protocol, include_validation=False).serialize_to_request(dict(params), operation)
    prepare_request_dict(serialized, endpoint_url="http://host")
    prepared = http_request_of(serialized).prepare()
    url = urlsplit(prepared.url)
    body = prepared.body or b""
    return HttpRequest(
        prepared.method,
        url.path,
        url.query,
        {name.lower(): _text(value) for name, value in prepared.headers.items()},
        _bytes(body),
    )


def answer(operation: OperationModel, response: HttpResponse, protocol: str = "") -> Any:
    """What botocore makes of a response: what a customer's call returns, moments as seconds."""
    parsed = _parse(operation, response, operation.output_shape, protocol)
    parsed.pop("ResponseMetadata", None)
    return parsed


def error(operation: OperationModel, response: HttpResponse, protocol: str = "") -> Any:
    """What botocore raises on."""
    return _parse(operation, response, operation.output_shape, protocol)["Error"]


def modelled_error(operation: OperationModel, shape: Shape, response: HttpResponse, protocol: str = "") -> Any:
    """The members that botocore finds in a modelled error."""
    return _parse(operation, response, shape, protocol)


def _parse(operation: OperationModel, response: HttpResponse, shape: Shape | None, protocol: str) -> Any:
    protocol = protocol or operation.service_model.resolved_protocol
    body: Any = response.body
    if operation.has_streaming_output and response.status < 300:
        body = io.BytesIO(body)
    told = {
        "status_code": response.status,
        "headers": HeadersDict(response.headers),
        "body": body,
        "context": {"operation_name": operation.name},
    }
    return in_seconds(create_parser(protocol).parse(told, shape))


def in_seconds(value: Any) -> Any:
    """A tree of answers with moments as seconds and streams read."""
    match value:
        case datetime():
            return value.timestamp()
        case io.BytesIO():
            return value.read()
        case dict():
            return {key: in_seconds(each) for key, each in value.items()}
        case list():
            return [in_seconds(each) for each in value]
        case _:
            return value


def form(body: Mapping[str, str]) -> bytes:
    return urlencode(body).encode()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes | Body:
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else bytes(body.read())
