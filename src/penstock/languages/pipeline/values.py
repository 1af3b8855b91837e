"""Values: typed parameters, what they admit, and how any value is written as text.

Parameters arrive as strings at StartPipelineExecution, whatever their type; text made of values writes booleans in
lower case, integers without a point and floats in the shortest form that reads back the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from penstock.languages.pipeline.tree import DefinitionError, Parameter, ParameterType

Json = Any


def written(value: Json) -> str:
    """A value as text, as ``Std:Join`` and members that must be strings have it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if value is None:
        return "null"
    return msgspec.json.encode(value).decode()


def values_of(parameters: Mapping[str, Parameter], given: Mapping[str, str]) -> dict[str, Json]:
    """What the parameters of an execution are, by name. Raises `DefinitionError` naming what does not fit."""
    unknown = sorted(given.keys() - parameters.keys())
    if unknown:
        declared = ", ".join(parameters) or "none"
        raise DefinitionError(
            f"Unknown parameter(s) {', '.join(unknown)}: the pipeline definition declares {declared}."
        )
    values: dict[str, Json] = {}
    for name, parameter in parameters.items():
        if name in given:
            values[name] = admitted(
                parameter.type, given[name], where=f"Value of parameter '{name}'", choices=parameter.choices
            )
        elif parameter.has_default:
            values[name] = parameter.default
        else:
            raise DefinitionError(f"Parameter '{name}' has no default value: give one in PipelineParameters.")
    return values


def admitted(kind: ParameterType, value: Json, *, where: str, choices: tuple[Json, ...] = ()) -> Json:
    """A value as its parameter's type has it. Raises `DefinitionError`."""
    try:
        converted = _CONVERT[kind](value)
    except (ValueError, TypeError):
        raise DefinitionError(f"{where} must be of type {kind}, which {written(value)!r} is not.") from None
    if choices and converted not in choices:
        raise DefinitionError(f"{where} must be one of {', '.join(map(written, choices))}, not {written(converted)!r}.")
    return converted


def _string(value: Json) -> str:
    if isinstance(value, dict | list):
        raise TypeError
    return written(value)


def _integer(value: Json) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    return int(value)


def _float(value: Json) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _boolean(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[value.lower()] if value.lower() in ("true", "false") else _refuse()


def _refuse() -> bool:
    raise ValueError


_CONVERT: Final[Mapping[ParameterType, Callable[[Json], Json]]] = {
    "String": _string, "Integer": _integer, "Float": _float, "Boolean": _boolean,
}  # fmt: skip
