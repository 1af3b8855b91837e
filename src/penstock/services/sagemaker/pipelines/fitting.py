"""Fitting: a resolved request as the service model wants it.

Definitions are loose where a client's request is not: ``"HyperParameters": {"depth": 3}`` stands for ``"3"``, an
integer parameter for a string member, null for a member that is not there. The model knows what each member is; a
value that cannot be read so is left for the directory, which validates a step's request like a customer's.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.languages.pipeline.values import written
from penstock.wire import models

Json = Any
Fitter = Callable[[Json], Json]


def fitted(operation: str, request: Mapping[str, Json]) -> Mapping[str, Json]:
    """The request of one of SageMaker's operations, every value of the type that its member has."""
    made: Mapping[str, Json] = _of_operation(operation)(request)
    return made


@cache
def _of_operation(operation: str) -> Fitter:
    model = models.operation("sagemaker", operation)
    assert model is not None, operation
    return _fitter(model.input_shape) if model.input_shape is not None else _as_is


def _fitter(shape: Shape, around: tuple[str, ...] = ()) -> Fitter:
    if shape.name in around:  # a shape that holds itself
        return _as_is
    around = (*around, shape.name)
    if isinstance(shape, StructureShape):
        return _structure({name: _fitter(member, around) for name, member in shape.members.items()})
    if isinstance(shape, ListShape):
        return _list(_fitter(shape.member, around))
    if isinstance(shape, MapShape):
        return _map(_fitter(shape.value, around))
    return _SCALARS.get(shape.type_name, _as_is)


def _structure(members: Mapping[str, Fitter]) -> Fitter:
    def fit(value: Json) -> Json:
        if not isinstance(value, Mapping):
            return value
        return {key: members.get(key, _as_is)(member) for key, member in value.items() if member is not None}

    return fit


def _list(item: Fitter) -> Fitter:
    return lambda value: [item(element) for element in value] if isinstance(value, list) else value


def _map(of: Fitter) -> Fitter:
    def fit(value: Json) -> Json:
        return {key: of(member) for key, member in value.items()} if isinstance(value, Mapping) else value

    return fit


def _as_is(value: Json) -> Json:
    return value


def _string(value: Json) -> Json:
    return value if isinstance(value, dict | list) else written(value)


def _integer(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _read(int, value)


def _number(value: Json) -> Json:
    return _read(float, value)


def _read(as_type: Callable[[str], Json], value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        return as_type(value)
    except ValueError:
        return value


def _boolean(value: Json) -> Json:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


_SCALARS: Final[Mapping[str, Fitter]] = {
    "string": _string, "integer": _integer, "long": _integer, "float": _number, "double": _number, "boolean": _boolean,
}  # fmt: skip
