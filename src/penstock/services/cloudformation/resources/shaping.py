"""Requests made of properties: names and kinds as the service model has them, not as templates write them.

Templates write numbers as texts, texts as numbers, `ImageUri` where an API says `imageUri`. What no member of the
request is named like raises `Failed` with its path, before anything is asked.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.services.cloudformation.resources.kind import Failed
from penstock.wire import models

Json = Any
TRUTH: Final = {"true": True, "false": False}


def shaped(
    service: str, operation: str, properties: Mapping[str, Json], renames: Mapping[str, str] = {}
) -> dict[str, Json]:
    """The request of an operation. `renames` maps names of properties to names of members, wherever they stand."""
    model = models.operation(service, operation)
    assert model is not None, (service, operation)
    found = _shaped(properties, model.input_shape, renames, "")
    assert isinstance(found, dict)
    return found


def unfit(
    service: str, operation: str, properties: Mapping[str, Json], renames: Mapping[str, str] = {}
) -> Iterator[str]:
    """The path of every property that no member of the request is for; intrinsics are passed over."""
    model = models.operation(service, operation)
    assert model is not None, (service, operation)
    yield from _unfit(properties, model.input_shape, renames, "")


def unsupported(path: str) -> str:
    """What AWS says of a property that a type does not have."""
    return f"Encountered unsupported property {path}"


def _unfit(value: Json, shape: Shape, renames: Mapping[str, str], path: str) -> Iterator[str]:
    match shape:
        case StructureShape() if isinstance(value, Mapping) and not is_intrinsic(value):
            for name, inner in value.items():
                member = _member(shape, renames.get(name, name))
                if member is None:
                    yield f"{path}{name}"
                else:
                    yield from _unfit(inner, shape.members[member], renames, f"{path}{name}/")
        case ListShape() if isinstance(value, list):
            for place, inner in enumerate(value):
                yield from _unfit(inner, shape.member, renames, f"{path}{place}/")
        case MapShape() if isinstance(value, Mapping) and not is_intrinsic(value):
            for name, inner in value.items():
                yield from _unfit(inner, shape.value, renames, f"{path}{name}/")


def is_intrinsic(value: Mapping[str, Json]) -> bool:
    """Whether a value of a template is a function of it, and not itself yet."""
    if len(value) != 1:
        return False
    (name,) = value
    return name in ("Ref", "Condition") or name.startswith("Fn::")


def _shaped(value: Json, shape: Shape, renames: Mapping[str, str], path: str) -> Json:
    match shape:
        case StructureShape() if isinstance(value, Mapping):
            found = {}
            for name, inner in value.items():
                member = _member(shape, renames.get(name, name))
                if member is None:
                    raise Failed(unsupported(f"{path}{name}"), "InvalidRequest")
                found[member] = _shaped(inner, shape.members[member], renames, f"{path}{name}/")
            return found
        case ListShape():
            items = value if isinstance(value, list) else [value]
            return [_shaped(item, shape.member, renames, f"{path}{place}/") for place, item in enumerate(items)]
        case MapShape() if isinstance(value, Mapping):
            return {str(name): _shaped(inner, shape.value, renames, f"{path}{name}/") for name, inner in value.items()}
    return _scalar(value, shape, path)


def _scalar(value: Json, shape: Shape, path: str) -> Json:
    try:
        match shape.type_name:
            case "string":
                return text(value)
            case "integer" | "long":
                return int(value)
            case "float" | "double":
                return float(value)
            case "boolean":
                return value if isinstance(value, bool) else TRUTH[str(value).lower()]
    except (ValueError, TypeError, KeyError):
        raise Failed(f"Property {path.rstrip('/')} must be a {shape.type_name}: {value}", "InvalidRequest") from None
    return value


def text(value: Json) -> str:
    """A value where a text is wanted: documents (policies, definitions) become JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def texts(value: Json) -> Json:
    """A value whose numbers and truth values are texts, at any depth: so custom resources are told their properties."""
    match value:
        case Mapping():
            return {name: texts(each) for name, each in value.items()}
        case list():
            return [texts(each) for each in value]
    return text(value)


def _member(shape: StructureShape, name: str) -> str | None:
    if name in shape.members:
        return name
    return next((each for each in shape.members if each.lower() == name.lower()), None)
