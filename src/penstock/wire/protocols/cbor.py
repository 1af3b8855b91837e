"""smithy RPC v2, CBOR: the operation in the path, everything else in one CBOR map.

POST /service/CodeBuild_20161006/operation/StartBuild      smithy-protocol: rpc-v2-cbor
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NoReturn

import cbor2
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from penstock.wire.call import Answer, Json, ServiceError
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols import json_values, moments
from penstock.wire.protocols.aws_json import query_error
from penstock.wire.protocols.protocol import DEEPEST, Protocol, SerializationError, UnknownOperation, whole

SMITHY_PROTOCOL: Final = "rpc-v2-cbor"
EPOCH_SECONDS: Final = 1  # CBOR's tag for a moment


class Cbor(Protocol):
    def read(self, request: HttpRequest) -> tuple[OperationModel, dict[str, Json]]:
        head, _, name = request.path.rpartition("/operation/")
        if "/service/" not in head:
            raise UnknownOperation("the path must be /service/SERVICE/operation/OPERATION")
        operation = self.operation(name)
        if operation.input_shape is None:
            return operation, {}
        return operation, read_whole(operation.input_shape, whole(request))

    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        shape = operation.output_shape
        body = b"" if shape is None else cbor2.dumps(write(shape, answer))
        return HttpResponse(200, self._headers(request_id), body)

    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        fault = self.fault(error)
        fields = fault.fields if fault.shape is None else write(fault.shape, fault.fields)
        headers = self._headers(request_id) | query_error(self, fault)
        code = fault.name if self.model.is_query_compatible else fault.code
        return HttpResponse(
            fault.status, headers, cbor2.dumps({"__type": code, fault.message_member: fault.message, **fields})
        )

    def _headers(self, request_id: str) -> dict[str, str]:
        return {
            "content-type": "application/cbor",
            "smithy-protocol": SMITHY_PROTOCOL,
            "x-amzn-requestid": request_id,
        }


# --- reading -----------------------------------------------------------------------------------------------------


def read_whole(shape: Shape, body: bytes) -> Json:
    """The value that a body tells of a shape; an empty body tells an empty structure."""
    if not body:
        return {}
    try:
        tree = cbor2.loads(body, max_depth=DEEPEST, strict_hashable_types=True, semantic_decoders=REFUSED)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError) as bad:
        raise SerializationError(f"the body is not CBOR: {bad}") from None
    try:
        return read(shape, tree)
    except RecursionError:
        raise SerializationError("the body is nested too deeply") from None


def _refuse(_: object) -> NoReturn:
    raise ValueError("shared references are not part of the protocol")


REFUSED: Final = {28: _refuse, 29: _refuse}  # CBOR's tags for sharing, which could tie a tree into a knot


def read(shape: Shape, node: Json) -> Json:
    """As JSON, but for blobs, which are bytes here, and moments, which are tagged."""
    match shape:
        case StructureShape() if isinstance(node, dict):
            known = json_values.by_wire_name(shape)
            return {
                known[key][0]: read(known[key][1], each)
                for key, each in node.items()
                if key in known and not _is_nothing(each)
            }
        case ListShape() if isinstance(node, list | tuple):
            return [None if _is_nothing(each) else read(shape.member, each) for each in node]
        case MapShape() if isinstance(node, dict):
            return {key: read(shape.value, each) for key, each in node.items() if not _is_nothing(each)}
        case _ if shape.type_name == "blob" and isinstance(node, bytes):
            return node
        case _ if isinstance(node, datetime) and shape.type_name == "timestamp":
            return moments.seconds(node)
        case _ if isinstance(node, str) and shape.type_name != "string":
            raise SerializationError(f"a text can not be converted to a {shape.type_name}")
        case _:
            return json_values.read(shape, node)


def _is_nothing(node: Json) -> bool:
    return node is None or node is cbor2.undefined


# --- writing -----------------------------------------------------------------------------------------------------


def write(shape: Shape, value: Json) -> Json:
    """What cbor2 is to pack for a value of a shape."""
    writing = WRITE.get(shape.type_name)
    return value if writing is None else writing(shape, value)


def _write_structure(shape: StructureShape, value: Json) -> Json:
    members = shape.members
    return {
        members[name].serialization.get("name", name): write(members[name], each)
        for name, each in value.items()
        if each is not None and name in members
    }


def _write_list(shape: ListShape, value: Json) -> Json:
    return [None if each is None else write(shape.member, each) for each in value]


def _write_map(shape: MapShape, value: Json) -> Json:
    return {key: None if each is None else write(shape.value, each) for key, each in value.items()}


WRITE: Final[dict[str, Callable[[Shape, Json], Json]]] = {
    "structure": _write_structure,
    "list": _write_list,
    "map": _write_map,
    "float": lambda _, value: float(value),
    "double": lambda _, value: float(value),
    "blob": lambda _, value: value.encode() if isinstance(value, str) else bytes(value),
    "timestamp": lambda _, value: cbor2.CBORTag(EPOCH_SECONDS, moments.told(value, moments.UNIX)),
}
