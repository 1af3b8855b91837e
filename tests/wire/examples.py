"""Examples of whole requests and answers, made from shapes: every member filled in, every kind of value met."""

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

DEEPEST = 5
MOMENT = 1714564800.0

SCALARS: dict[str, Any] = {
    "integer": 7,
    "long": 1 << 40,
    "float": 0.5,
    "double": -2.25,
    "boolean": True,
    "timestamp": MOMENT,
    "blob": b"\x00\xffbytes",
    "character": "c",
}


def example(shape: Shape, depth: int = 0) -> Any:
    """A value of a shape; of a union one member, of what holds itself only so much."""
    match shape:
        case StructureShape():
            return _structure(shape, depth)
        case ListShape():
            return [example(shape.member, depth + 1) for _ in range(2)] if depth < DEEPEST else []
        case MapShape():
            return {"key": example(shape.value, depth + 1)} if depth < DEEPEST else {}
        case _ if shape.type_name == "string":
            return _string(shape)
        case _:
            return SCALARS[shape.type_name]


def _structure(shape: StructureShape, depth: int) -> Any:
    if shape.is_document_type:
        return {"any": ["thing", 1, None]}
    members = list(shape.members.items())
    if shape.is_tagged_union:
        name, member = members[0]
        return {name: example(member, depth + 1)}
    return {name: example(member, depth + 1) for name, member in members if depth < DEEPEST}


def _string(shape: Shape) -> Any:
    place = shape.serialization.get("location")
    if shape.serialization.get("jsonvalue") and place == "header":
        return {"json": 1}
    if shape.serialization.get("hostLabel"):
        return "label"
    if enum := shape.metadata.get("enum"):
        return enum[0]
    if place in {"header", "headers"}:
        return "plain text; q=1"
    return "a/b c+d&é=<ü>" if place in {"uri", "querystring", None} else "text"


def told(value: Any) -> Any:
    """A tree without what leaves nothing on the wire: empty lists, maps and structures."""
    match value:
        case dict():
            each = {key: told(item) for key, item in value.items()}
            return {key: item for key, item in each.items() if item not in ({}, [])}
        case list():
            return [item for item in map(told, value) if item not in ({}, [])]
        case _:
            return value
