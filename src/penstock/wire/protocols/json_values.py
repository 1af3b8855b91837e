"""JSON: trees of it to values and back, as the shapes say.

Members that the model does not know are dropped, and nulls with them, as AWS does; a value of the wrong kind is a
`SerializationException` in AWS's words.
"""

import base64
import binascii
import math
from collections.abc import Callable
from functools import cache
from typing import Final

import msgspec
from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.wire.call import Json
from penstock.wire.protocols import moments
from penstock.wire.protocols.protocol import SerializationError

Wire = Callable[[Shape, Json], Json]

TYPES: Final = {
    "integer": "Integer",
    "long": "Long",
    "float": "Float",
    "double": "Double",
    "string": "String",
}


def decoded(body: bytes) -> Json:
    """The JSON object that a body holds; none is an empty one."""
    if not body.strip():
        return {}
    try:
        tree = msgspec.json.decode(body)
    except msgspec.DecodeError as bad:
        raise SerializationError(f"the body is not JSON: {bad}") from None
    except RecursionError:
        raise SerializationError("the body is nested too deeply") from None
    return tree


def encoded(tree: Json) -> bytes:
    return msgspec.json.encode(tree)


# --- reading -----------------------------------------------------------------------------------------------------


def read(shape: Shape, node: Json) -> Json:
    """The value that a JSON tree tells of a shape."""
    return READ[shape.type_name](shape, node)


def read_whole(shape: Shape, node: Json) -> Json:
    """`read` for a whole body: endless nesting is the client's mistake."""
    try:
        return read(shape, node)
    except RecursionError:
        raise SerializationError("the body is nested too deeply") from None


@cache
def by_wire_name(shape: StructureShape) -> dict[str, tuple[str, Shape]]:
    """A structure's members under the names that they have in JSON."""
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


def _read_structure(shape: StructureShape, node: Json) -> Json:
    if shape.is_document_type:
        return node
    if not isinstance(node, dict):
        raise SerializationError("Unexpected value where a structure was expected")
    known = by_wire_name(shape)
    value = {}
    for wire_name, each in node.items():
        if each is not None and wire_name in known:
            name, member = known[wire_name]
            value[name] = READ[member.type_name](member, each)
    return value


def _read_list(shape: ListShape, node: Json) -> Json:
    if not isinstance(node, list):
        raise SerializationError("Expected list or null")
    member = shape.member
    reading = READ[member.type_name]
    return [None if each is None else reading(member, each) for each in node]


def _read_map(shape: MapShape, node: Json) -> Json:
    if not isinstance(node, dict):
        raise SerializationError("Expected map or null")
    member = shape.value
    reading = READ[member.type_name]
    return {key: reading(member, each) for key, each in node.items() if each is not None}


def _read_string(_: Shape, node: Json) -> Json:
    if not isinstance(node, str):
        raise _mismatch(node, "String")
    return node


def _read_whole_number(shape: Shape, node: Json) -> Json:
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if isinstance(node, bool) or not isinstance(node, int):
        raise _mismatch(node, TYPES[shape.type_name])
    return node


def _read_number(shape: Shape, node: Json) -> Json:
    if isinstance(node, str) and node in {"NaN", "Infinity", "-Infinity"}:
        return float(node)
    if isinstance(node, bool) or not isinstance(node, int | float):
        raise _mismatch(node, TYPES[shape.type_name])
    return float(node)


def _read_boolean(_: Shape, node: Json) -> Json:
    if not isinstance(node, bool):
        raise _mismatch(node, "Boolean")
    return node


def _read_blob(_: Shape, node: Json) -> Json:
    if not isinstance(node, str):
        raise _mismatch(node, "Blob")
    try:
        return base64.b64decode(node, validate=True)
    except (binascii.Error, ValueError):
        raise SerializationError("Value is not valid base64") from None


def _read_timestamp(_: Shape, node: Json) -> Json:
    try:
        return moments.seconds(node)
    except ValueError:
        raise _mismatch(node, "Timestamp") from None


def _mismatch(node: Json, wanted: str) -> SerializationError:
    if isinstance(node, dict | list):
        return SerializationError("Start of structure or map found where not expected.")
    kind = {str: "STRING_VALUE", bool: f"{node}".upper() + "_VALUE"}.get(type(node), "NUMBER_VALUE")
    return SerializationError(f"{kind} can not be converted to {'an' if wanted == 'Integer' else 'a'} {wanted}")


READ: Final[dict[str, Wire]] = {
    "structure": _read_structure,
    "list": _read_list,
    "map": _read_map,
    "string": _read_string,
    "character": _read_string,
    "integer": _read_whole_number,
    "long": _read_whole_number,
    "float": _read_number,
    "double": _read_number,
    "boolean": _read_boolean,
    "blob": _read_blob,
    "timestamp": _read_timestamp,
}


# --- writing -----------------------------------------------------------------------------------------------------


def write(shape: Shape, value: Json) -> Json:
    """The JSON tree that tells a value of a shape."""
    writing = WRITE.get(shape.type_name)
    return value if writing is None else writing(shape, value)


def _write_structure(shape: StructureShape, value: Json) -> Json:
    if shape.is_document_type:
        return value
    members = shape.members
    tree = {}
    for name, each in value.items():
        member = members.get(name)
        if each is not None and member is not None:
            tree[member.serialization.get("name", name)] = write(member, each)
    return tree


def _write_list(shape: ListShape, value: Json) -> Json:
    member = shape.member
    return [None if each is None else write(member, each) for each in value]


def _write_map(shape: MapShape, value: Json) -> Json:
    member = shape.value
    return {key: None if each is None else write(member, each) for key, each in value.items()}


def _write_number(_: Shape, value: Json) -> Json:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _write_blob(_: Shape, value: Json) -> Json:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def _write_timestamp(shape: Shape, value: Json) -> Json:
    return moments.told(value, moments.spelled(shape, moments.UNIX))


WRITE: Final[dict[str, Wire]] = {
    "structure": _write_structure,
    "list": _write_list,
    "map": _write_map,
    "float": _write_number,
    "double": _write_number,
    "blob": _write_blob,
    "timestamp": _write_timestamp,
}
