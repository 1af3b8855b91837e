"""What every AWS protocol does: read a request, write an answer, write an error.

A protocol knows one service's model and nothing of the service. Values inside are as `wire.call` says: seconds for
timestamps, bytes for blobs, a `Body` for a streamed payload; what the wire makes of them is settled here and nowhere
else. What cannot be read is answered with the error that AWS gives, never with a traceback.
"""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from botocore.model import OperationModel, ServiceModel, Shape

from penstock.wire.call import Answer, Json, ServiceError
from penstock.wire.http import HttpRequest, HttpResponse

# A packed body may not grow beyond this: AWS's own limits on structured requests are far below.
LARGEST_UNPACKED: Final = 64 << 20
# No AWS shape is nested deeper, recursive ones (attribute values, condition trees) included.
DEEPEST: Final = 100


class SerializationError(ServiceError):
    """The body is not what the protocol or the shapes say."""

    code = "SerializationException"
    status = 400


class UnknownOperation(ServiceError):
    """The model has no such operation: nobody can answer it, AWS neither."""

    code = "UnknownOperationException"
    status = 404


@dataclass(frozen=True, slots=True)
class Fault:
    """A `ServiceError` with what the model knows of it."""

    shape: Shape | None
    code: str  # as the service spells it on the wire: `NoSuchEntity`
    name: str  # the shape's name: `NoSuchEntityException`
    status: int
    message: str
    fields: Mapping[str, Json]

    @property
    def sender(self) -> str:
        """Whose fault it is, in the query protocol's words."""
        return "Sender" if self.status < 500 else "Receiver"

    @property
    def message_member(self) -> str:
        """The name that the shape has for the message: `message` or `Message`."""
        names = self.shape.members if self.shape is not None else ()
        return next((name for name in names if name.lower() in {"message", "errormessage"}), "message")


# Where members go that are not in a body: of requests, and of answers.
READ_FROM_HEAD: Final = frozenset({"uri", "querystring", "header", "headers"})
WRITTEN_TO_HEAD: Final = frozenset({"statusCode", "header", "headers"})


class Protocol(ABC):
    """One service's model, spoken one way."""

    def __init__(self, model: ServiceModel) -> None:
        self.model = model

    @abstractmethod
    def read(self, request: HttpRequest) -> tuple[OperationModel, dict[str, Json]]:
        """Which operation is asked for, and with what; raises `ServiceError` where that cannot be told."""

    @abstractmethod
    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        """The response that carries an answer."""

    @abstractmethod
    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        """The response that carries an error."""

    def wants_stream(self, request: HttpRequest) -> bool:
        """Whether the operation takes its payload as a stream; only the request's head is looked at."""
        return False

    def operation(self, name: str) -> OperationModel:
        if name not in self.model.operation_names:
            raise UnknownOperation(f"{self.model.service_name} has no operation '{name}'")
        return self.model.operation_model(name)

    def fault(self, error: ServiceError) -> Fault:
        return fault(self.model, error)


def fault(model: ServiceModel, error: ServiceError) -> Fault:
    """Look an error up in the model, by its code or by its shape's name."""
    shape = model.shape_for_error_code(error.code) or next(
        (each for each in model.error_shapes if each.name == error.code), None
    )
    traits = shape.metadata.get("error", {}) if shape is not None else {}
    status = error.status or traits.get("httpStatusCode") or (500 if _is_ours(error, shape) else 400)
    name = shape.name if shape is not None else error.code
    return Fault(shape, traits.get("code", error.code), name, status, error.message, error.fields)


def _is_ours(error: ServiceError, shape: Shape | None) -> bool:
    if shape is not None and shape.metadata.get("fault"):
        return True
    return error.code in {"InternalFailure", "InternalServerError", "InternalError", "ServiceUnavailable"}


def whole(request: HttpRequest) -> bytes:
    """The body of a request that is not streamed, unpacked where the client packed it."""
    assert isinstance(request.body, bytes), "the gateway reads bodies that are not streamed"
    if request.headers.get("content-encoding", "").lower() != "gzip" or not request.body:
        return request.body
    unpacking = zlib.decompressobj(31)
    try:
        body = unpacking.decompress(request.body, LARGEST_UNPACKED)
    except zlib.error as bad:
        raise SerializationError(f"the body says it is gzip and is not: {bad}") from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise SerializationError(f"the body is cut short or unpacks to more than {LARGEST_UNPACKED} bytes")
    return body
