"""Schema: whether a mocked result could be a service's answer, as TestState asks before it believes it. Pure.

`STRICT` looks for what the service's model requires, `PRESENT` only at what is there, `NONE` at nothing. Members that
the model does not know never matter. The first thing wrong is told, in AWS's words.
"""

from collections.abc import Iterator
from typing import Final, Literal

from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.services.stepfunctions.integrations import jobs
from penstock.services.stepfunctions.integrations.parameters import is_too_deep, output_shape
from penstock.services.stepfunctions.integrations.resources import Resource
from penstock.wire import models
from penstock.wire.call import Json
from penstock.wire.sdk.names import capital

Mode = Literal["STRICT", "PRESENT", "NONE"]

_KINDS: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    **dict.fromkeys(("string", "blob", "timestamp", "character"), ((str,), "a string")),
    **dict.fromkeys(("integer", "long", "float", "double"), ((int, float), "a number")),
    "boolean": ((bool,), "a boolean"),
    "list": ((list,), "an array"),
    **dict.fromkeys(("map", "structure"), ((dict,), "an object")),
}
# Members that hold JSON of somebody else's making.
_FREE: Final = frozenset({("states", "Input"), ("states", "Output")})

# Step Functions judges by models of its own, which are older than the services': where that has been seen.
_MOST: Final = {"MemorySize": 10_240}


def mismatch(resource: Resource, result: Json, mode: Mode = "STRICT") -> str | None:
    """Why the service could never answer that; None if it could."""
    shape = _answered(resource)
    if mode == "NONE" or shape is None:
        return None
    if not isinstance(result, dict):
        return "Mocked result must be a JSON object."
    if is_too_deep(result):
        return "Mock result schema validation error: The result is nested too deeply"
    checked = result
    if resource.pattern == "sync:2":
        checked = {name: value for name, value in result.items() if (resource.service, name) not in _FREE}
    found = next(_wrong_structure(shape, checked, strict=mode == "STRICT"), None)
    return None if found is None else f"Mock result schema validation error: {found}"


def _answered(resource: Resource) -> StructureShape | None:
    """What the task's result looks like; None where anything may come."""
    if resource.kind != "service" or resource.pattern == "token":
        return None
    if resource.pattern == "request":
        return output_shape(resource)
    if not resource.called_service:
        return None
    wait = jobs.wait_of(resource)
    operation = None if wait.wrapper else models.operation(resource.called_service, wait.describe)
    return None if operation is None else operation.output_shape


def _wrong_structure(shape: StructureShape, given: dict[str, Json], *, strict: bool) -> Iterator[str]:
    body = shape.serialization.get("payload")
    for own, member in shape.members.items():
        name = capital(own)
        if name not in given:
            if strict and own in shape.required_members:
                yield f"Required field '{name}' is missing"
        elif not (own == body and member.type_name == "blob"):  # a body may be told as any JSON
            yield from _wrong(name, member, given[name], strict=strict)


def _wrong(name: str, shape: Shape, value: Json, *, strict: bool) -> Iterator[str]:
    if not _fits(shape.type_name, value):
        yield f"Field '{name}' must be {_KINDS[shape.type_name][1]}"
        return
    yield from _out_of_bounds(name, shape, value)
    match shape:
        case StructureShape() if not shape.is_document_type:
            yield from _wrong_structure(shape, value, strict=strict)
        case ListShape():
            for item in value:
                yield from _wrong(name, shape.member, item, strict=strict)
        case MapShape():
            for key, item in value.items():
                yield from _wrong(key, shape.value, item, strict=strict)


def _fits(kind: str, value: Json) -> bool:
    if isinstance(value, bool):  # which Python takes for a number
        return kind == "boolean"
    return isinstance(value, _KINDS[kind][0])


def _out_of_bounds(name: str, shape: Shape, value: Json) -> Iterator[str]:
    measured, least, most = (
        (value, "is less than the minimum value", "exceeds the maximum value")
        if isinstance(value, int | float)
        else (len(value), "is smaller than the minimum length", "exceeds the maximum length")
    )
    if shape.type_name != "timestamp":
        if measured < shape.metadata.get("min", measured):
            yield f"Field '{name}' {least}"
        if measured > _MOST.get(shape.name, shape.metadata.get("max", measured)):
            yield f"Field '{name}' {most}"
    if isinstance(value, str) and value not in (shape.metadata.get("enum") or (value,)):
        yield f"Field '{name}' is not an expected value"
