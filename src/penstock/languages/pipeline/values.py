"""Values: typed parameters, what they admit, and how any value is written as text.

Parameters arrive as strings at StartPipelineExecution, whatever their type; text made of values writes booleans in
lower case, integers without a point and floats in the shortest form that reads back the same.
"""

import math
import re
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
        if given.get(name) == "":
            raise DefinitionError('[string "" is too short (length: 0, required minimum: 1)]')  # AWS's sentence
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
    except (ValueError, TypeError, OverflowError):
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
    if isinstance(value, str) and _INTEGER.fullmatch(value) is None:
        raise ValueError
    return int(value)


def _float(value: Json) -> float:
    if isinstance(value, bool) or (isinstance(value, str) and _FLOAT.fullmatch(value) is None):
        raise TypeError
    found = float(value)
    if not math.isfinite(found):
        raise ValueError
    return found


def _boolean(value: Json) -> bool:
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower())
    if not isinstance(value, bool):
        raise TypeError
    return value


# What Python reads besides (spaces, underscores, other scripts' digits, nan) is no number to AWS.
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_FLOAT: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CONVERT: Final[Mapping[ParameterType, Callable[[Json], Json]]] = {
    "String": _string, "Integer": _integer, "Float": _float, "Boolean": _boolean,
}  # fmt: skip
