"""Members: a state's parameters made a request, and an answer made a result, off the service model.

Step Functions writes every member with a capital, whatever the model does (`ExecutionArn` for `executionArn`), leaves
out what is null, tells times as text (SDK integrations) or milliseconds (optimised ones), and blobs as base64. A blob
that is a body of its own (an object in S3, a function's payload) is told as text, and given as any JSON.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

import msgspec
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from penstock.wire import models
from penstock.wire.call import Json
from penstock.wire.protocols import moments
from penstock.wire.sdk.names import capital

Moment = Callable[[float], Json]

_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str, dict), "a STRING"),  # an object becomes JSON as text
    "character": ((str,), "a STRING"),
    "integer": ((int,), "an INTEGER"),
    "long": ((int,), "a LONG"),
    "float": ((int, float), "a FLOAT"),
    "double": ((int, float), "a DOUBLE"),
    "boolean": ((bool,), "a BOOLEAN"),
    "timestamp": ((str, int, float), "a TIMESTAMP"),
    "list": ((list,), "a LIST"),
    "map": ((dict,), "a MAP"),
    "structure": ((dict,), "a STRUCTURE"),
}


def iso(seconds: float) -> str:
    return str(moments.told(seconds, moments.ISO8601))


def milliseconds(seconds: float) -> int:
    return round(moments.seconds(seconds) * 1000)


def as_text(value: Json) -> str:
    """JSON as Step Functions writes it: no spaces; text stays what it is."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def as_json(text: Json) -> Json:
    """JSON where text is some, the text itself where it is none."""
    if not isinstance(text, str):
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


# ------------------------------------------------------------------------------------------------------ requests


def request(shape: StructureShape | None, parameters: Mapping[str, Json]) -> dict[str, Json]:
    """The request that parameters ask for, without what the model does not know (`parameters.problems` tells of it)."""
    return {} if shape is None else _structure(shape, parameters)


def filled_in(operation: OperationModel, name: Callable[[], str]) -> dict[str, Json]:
    """What AWS's SDK adds to a request of its own: an idempotency token, and the checksum it sends a body with."""
    token = models.idempotency_token(operation)
    algorithm = (operation.http_checksum or {}).get("requestAlgorithmMember")
    return {**({token: name()} if token else {}), **({algorithm: "CRC32"} if algorithm else {})}


def _structure(shape: StructureShape, given: Mapping[str, Json]) -> dict[str, Json]:
    body = shape.serialization.get("payload")
    asked: dict[str, Json] = {}
    for name, (own, member) in _members(shape).items():
        value = given.get(name)
        if value is None:
            continue
        asked[own] = _body(value) if own == body and member.type_name == "blob" else _value(member, value)
    return asked


def _value(shape: Shape, value: Json) -> Json:
    match shape:
        case StructureShape() if isinstance(value, dict) and not shape.is_document_type:
            return _structure(shape, value)
        case ListShape() if isinstance(value, list):
            return [_value(shape.member, item) for item in value if item is not None]
        case MapShape() if isinstance(value, dict):
            return {key: _value(shape.value, item) for key, item in value.items() if item is not None}
    match shape.type_name:
        case "timestamp":
            return moments.seconds(value)
        case "blob":
            return _blob(value)
        case "string":
            return as_text(value)
    return value


def _body(value: Json) -> bytes:
    """A body is the JSON of what the state gives, text in quotes; `special` gives bytes where that is not so."""
    return value if isinstance(value, bytes) else msgspec.json.encode(value)


def _blob(value: Json) -> bytes:
    """Bytes of base64; text that is no base64 stands for itself."""
    text = as_text(value)
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text.encode()


# ------------------------------------------------------------------------------------------------------- answers


def result(shape: StructureShape | None, answer: Mapping[str, Json], moment: Moment) -> dict[str, Json]:
    """What a state is told of an answer; members that the model does not know are left out."""
    return {} if shape is None else _told_structure(shape, answer, moment)


def _told_structure(shape: StructureShape, answer: Mapping[str, Json], moment: Moment) -> dict[str, Json]:
    body = shape.serialization.get("payload")
    told: dict[str, Json] = {}
    for name, (own, member) in _members(shape).items():
        value = answer.get(own)
        if value is None or (not value and member.serialization.get("flattened")):
            continue  # a flattened list without entries leaves no trace on the wire
        told[name] = _told_body(value) if own == body and member.type_name == "blob" else _told(member, value, moment)
    return told


def _told(shape: Shape, value: Json, moment: Moment) -> Json:
    match shape:
        case StructureShape() if isinstance(value, Mapping) and not shape.is_document_type:
            return _told_structure(shape, value, moment)
        case ListShape():
            return [_told(shape.member, item, moment) for item in value]
        case MapShape():
            return {key: _told(shape.value, item, moment) for key, item in value.items()}
    match shape.type_name:
        case "timestamp":
            return moment(moments.seconds(value))
        case "blob":
            return base64.b64encode(value.encode() if isinstance(value, str) else bytes(value)).decode()
    return value


def _told_body(value: Json) -> str:
    """A body as text: bytes that are none become U+FFFD."""
    return value if isinstance(value, str) else bytes(value).decode(errors="replace")


# ------------------------------------------------------------------------------------------------------ problems


def names(shape: StructureShape) -> tuple[frozenset[str], tuple[str, ...]]:
    """What a structure may hold, and what it must."""
    needed = (own for own in shape.required_members if not shape.members[own].metadata.get("idempotencyToken"))
    return frozenset(_members(shape)), tuple(map(capital, needed))


def wrong_values(shape: StructureShape, given: Mapping[str, Json]) -> Iterator[str]:
    """Which values cannot be what the model wants, in AWS's sentences. Null is a value like any other."""
    for name, (_, member) in _members(shape).items():
        if given.get(name) is not None:
            yield from _wrong(name, member, given[name])


def unsupported(name: str) -> str:
    return f"The field '{name}' is not supported by Step Functions"


def missing(name: str) -> str:
    return f"The field '{name}' is required but was missing"


def _wrong(name: str, shape: Shape, value: Json) -> Iterator[str]:
    if not _fits(shape.type_name, value):
        yield f"The value for the field '{name}' must be {_KINDS[shape.type_name][1]}"
        return
    match shape:
        case StructureShape() if not shape.is_document_type:
            known, required = names(shape)
            yield from (unsupported(each) for each in value if each not in known)
            yield from (missing(each) for each in required if each not in value)
            yield from wrong_values(shape, value)
        case ListShape():
            for item in value:
                yield from _wrong(name, shape.member, item)
        case MapShape():
            for key, item in value.items():
                yield from _wrong(key, shape.value, item)


def _fits(kind: str, value: Json) -> bool:
    if kind not in _KINDS:  # a blob may be given as anything
        return True
    if isinstance(value, bool):  # which Python takes for a number
        return kind == "boolean"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return isinstance(value, _KINDS[kind][0])


@cache
def _members(shape: StructureShape) -> Mapping[str, tuple[str, Shape]]:
    """The members of a structure: Step Functions' name → the model's name, and its shape."""
    return {capital(own): (own, member) for own, member in shape.members.items()}
