"""The stage: moto, played to as a client would play to AWS.

A call is written as HTTP by botocore's serializers, handed to moto's response class, and moto's HTTP is read by
botocore's parsers. So one page serves every service, and moto never learns that there was no network.

Importing this module imports moto (a third of a second, SSM most of another): the room does so in its own thread,
at the first call. Everything here runs in that one thread, for moto's backends are not safe in several.
"""

import html
import importlib
from collections import deque
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from botocore import parsers, serialize
from botocore.model import OperationModel, Shape
from moto.core.base_backend import BackendDict
from moto.core.model_instances import model_data
from moto.core.request import Request
from moto.moto_api._internal import mock_random
from werkzeug.exceptions import HTTPException

from penstock.services.peripheral import deliveries, mended, stumbles
from penstock.wire import models
from penstock.wire.call import Answer, Call, Json, ServiceError
from penstock.wire.protocols import moments

# Where moto answers a service: a class for each, in the module moto.SERVICE.responses.
CLASSES: Final[Mapping[str, str]] = {
    "sqs": "SQSResponse",
    "sns": "SNSResponse",
    "dynamodb": "DynamoHandler",
    "dynamodbstreams": "DynamoDBStreamsHandler",
    "kinesis": "KinesisResponse",
    "secretsmanager": "SecretsManagerResponse",
    "ssm": "SimpleSystemManagerResponse",
    "ecr": "ECRResponse",
    "cloudwatch": "CloudWatchResponse",
    "kms": "KmsResponse",
}
# Of a service that speaks several protocols, the one that moto reads best comes first.
PREFERRED: Final = ("json", "query")

Heard = tuple[Answer, list[Call]]


def perform(call: Call, endpoint: str, *, seen_at: str, seed: str = "") -> Heard:
    """What moto answers, and the calls that follow from it (a topic's subscribers).

    `endpoint` is where this server is, `seen_at` where the asking client sees it: a queue's URL begins with that.
    A `seed` decides what is chosen at random: the same call with the same seed makes the same ids.
    Raises `ServiceError` as AWS would, `NotImplementedHere` where moto gives up.
    """
    check_region(call)
    operation = models.model(call.service).operation_model(call.operation)
    request = written(mended.request(call), operation, seen_at)
    deliveries.begin(endpoint)
    responses = response_class(call.service)
    if seed:
        mock_random.seed(seed)
    try:
        status, headers, body = responses.dispatch(request, request.raw_url, request.headers)
    except HTTPException as refusal:
        status, headers, body = refusal.code or 400, dict(refusal.get_headers()), refusal.get_body()
    except Exception as stumble:
        # Where AWS would say what is wrong, moto may fall over the request with any error there is.
        raise stumbles.explained(call, stumble) from stumble
    finally:
        if seed:
            mock_random.seed()
    answer = read(operation, int(status), headers, body)
    mended.answer(call, answer)
    return answer, deliveries.taken()


def forget() -> None:
    """Drop all state: moto keeps it in its modules, where the next server in this process would find it."""
    BackendDict.reset()


@cache
def response_class(service: str) -> Any:
    """The class that answers a service, with its ways out of moto turned into calls."""
    module = importlib.import_module(f"moto.{service}.responses")
    deliveries.redirect(service)
    if service == "kms":
        importlib.import_module("moto.kms.models").generate_master_key = master_key  # type: ignore[attr-defined]
    keep_no_tracks()
    return getattr(module, CLASSES[service])


def master_key() -> bytes:
    """The material of a key, by moto's chance: from a seed it is the same again."""
    return mock_random.randbytes(32)


def keep_no_tracks() -> None:
    """Let go of what is gone: moto's classes remember every object they ever made, for a dashboard of its own."""
    known: Mapping[str, Mapping[str, Any]] = model_data
    for classes in known.values():
        for each in classes.values():
            each.instances_tracked = deque(maxlen=0)


def check_region(call: Call) -> None:
    """Refuse a region that AWS does not have the service in: moto has nowhere to keep its state."""
    backends = getattr(importlib.import_module(f"moto.{call.service}.models"), f"{call.service}_backends")
    if call.scope.region not in backends[call.scope.account]:
        raise ServiceError(
            f"{call.service} is not in a region '{call.scope.region}'; use one of AWS's, such as 'us-east-1'.",
            code="UnrecognizedClientException", status=400,
        )  # fmt: skip


def protocol(operation: OperationModel) -> str:
    metadata = operation.service_model.metadata
    spoken: list[str] = metadata.get("protocols") or [metadata["protocol"]]
    return next((name for name in PREFERRED if name in spoken), spoken[0])


# --- to moto -----------------------------------------------------------------------------------------------------


def written(call: Call, operation: OperationModel, endpoint: str) -> Request:
    """The request as HTTP. Its scope goes where moto looks: the account in a header, the region in a signature's."""
    parts = serializer(protocol(operation)).serialize_to_request(dict(call.request), operation)
    headers = {
        **parts["headers"],
        "x-moto-account-id": call.scope.account,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20000101/{call.scope.region}/{call.service}/aws4_request, "
        "SignedHeaders=host, Signature=none",
    }
    body = parts["body"]
    if isinstance(body, dict):  # the query protocol leaves the form to the client
        body, headers["Content-Type"] = form(body), "application/x-www-form-urlencoded; charset=utf-8"
    return Request.from_primitives(parts["method"], f"{endpoint}{parts['url_path']}", headers, body)


KEY: Final = "PENSTOCK000000000000"  # moto wants twenty letters and asks no more of a key


@cache
def serializer(name: str) -> Any:
    return serialize.create_serializer(name, include_validation=False)


def form(fields: Mapping[str, Json]) -> str:
    return urlencode(fields)


# --- from moto ---------------------------------------------------------------------------------------------------


def read(operation: OperationModel, status: int, headers: Mapping[str, Json], body: Json) -> dict[str, Json]:
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    told = {"status_code": status, "headers": lowered(headers), "body": content}
    reading = parser(protocol(operation))
    if status >= 300:
        raise failure(operation, reading, told)
    parsed: dict[str, Json] = reading.parse(told, operation.output_shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def lowered(headers: Mapping[str, Json]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


@cache
def parser(name: str) -> Any:
    factory = parsers.ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=moments.seconds)
    return factory.create_parser(name)


def failure(operation: OperationModel, reading: Any, told: Mapping[str, Json]) -> ServiceError:
    """The error as the service names it, with the further members that its shape has."""
    model = operation.service_model
    error = reading.parse(told, None).get("Error", {})
    code = error.get("QueryErrorCode") or error.get("Code") or "InternalFailure"
    shape = model.shape_for_error_code(error.get("Code")) or model.shape_for_error_code(code)
    fields = reading.parse(told, shape) if shape is not None else {}
    further = {name: value for name, value in fields.items() if name not in NO_FIELDS}
    message = mended.sentence(operation.name, code, html.unescape(error.get("Message") or ""))
    return ServiceError(
        message, code=mended.code(code), status=status_of(operation, shape, told["status_code"]), **further
    )


def status_of(operation: OperationModel, shape: Shape | None, said: int) -> int:
    """The status: the model's, else moto's; but services that speak JSON tell a client's mistakes by 400 alone."""
    traits = shape.metadata.get("error", {}) if shape is not None else {}
    if known := traits.get("httpStatusCode"):
        return int(known)
    return 400 if protocol(operation) == "json" and 400 <= said < 500 else said


NO_FIELDS: Final = frozenset({"Error", "ResponseMetadata", "message", "Message", "status", "code"})
