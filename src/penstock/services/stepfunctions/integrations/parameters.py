"""Parameters: whether a task can be started with them, told before anybody is called. Pure.

`problems` looks at values, when the task is about to start: the cause of the `States.Runtime` failure is *The
Parameters '…' could not be used to start the Task: [problem, problem]*. `template_problems` looks at a definition,
where `X.$` stands for `X` and values may be unknown yet: each is a sentence of AWS's validation.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from botocore.model import OperationModel, StructureShape

from penstock.services.stepfunctions.integrations.resources import Resource
from penstock.wire import models
from penstock.wire.call import Json
from penstock.wire.protocols.protocol import DEEPEST
from penstock.wire.sdk import members

HTTP_FIELDS: Final = frozenset(
    {"ApiEndpoint", "Method", "Authentication", "InvocationConfig", "Headers", "QueryParameters", "RequestBody",
     "Transform"}
)  # fmt: skip
HTTP_REQUIRED: Final = ("ApiEndpoint", "Method")
# JSON that becomes text on its way, whatever it is.
FREE: Final = frozenset({
    ("lambda", "ClientContext"), ("states", "Input"), ("sqs", "MessageBody"), ("sns", "Message"), ("events", "Entries"),
    ("aws-sdk:sfn", "Input"), ("aws-sdk:sfn", "Output"),
})  # fmt: skip


def problems(resource: Resource, parameters: Json) -> tuple[str, ...]:
    """Everything that keeps the task from being started; empty if nothing does."""
    if resource.kind != "service":
        return ()
    given = {} if parameters is None else parameters
    if not isinstance(given, dict):
        return ("The parameters must be a JSON object",)
    if is_too_deep(given):
        return (f"The parameters are nested more than {DEEPEST} levels deep",)
    return tuple(dict.fromkeys((*_names(resource, given), *_values(resource, given))))


def template_problems(resource: Resource, template: Json) -> tuple[str, ...]:
    """What is wrong with the names in a state's Parameters or Arguments, whatever their values will be."""
    if resource.kind != "service" or not isinstance(template, dict):
        return ()
    return tuple(_names(resource, {name.removesuffix(".$"): value for name, value in template.items()}))


def _names(resource: Resource, given: Mapping[str, Json]) -> Iterator[str]:
    known, required = _allowed(resource)
    if known is None:
        return
    yield from (members.unsupported(name) for name in given if name not in known)
    yield from (members.missing(name) for name in required if name not in given)


@lru_cache(maxsize=1_000)
def _allowed(resource: Resource) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """The names that the action takes (None: any) and those it cannot do without."""
    if resource.service == "http":
        return HTTP_FIELDS, HTTP_REQUIRED
    shape = input_shape(resource)
    if shape is None:
        return (frozenset(), ()) if resource.called_service else (None, ())
    known, required = members.names(shape)
    if not resource.is_sdk:
        known = resource.product.takes.get(resource.action, known)
    return known, required


def _values(resource: Resource, given: Mapping[str, Json]) -> Iterator[str]:
    shape = input_shape(resource)
    if shape is not None:
        checked = {name: value for name, value in given.items() if (resource.service, name) not in FREE}
        yield from members.wrong_values(shape, checked)


def input_shape(resource: Resource) -> StructureShape | None:
    operation = _operation(resource)
    return None if operation is None else operation.input_shape


def output_shape(resource: Resource) -> StructureShape | None:
    operation = _operation(resource)
    return None if operation is None else operation.output_shape


@lru_cache(maxsize=1_000)
def _operation(resource: Resource) -> OperationModel | None:
    service = resource.called_service
    return models.operation(service, resource.called_operation) if service else None


def is_too_deep(value: Json) -> bool:
    """Whether JSON is nested deeper than any request; found out without recursion, as Python's own may not suffice."""
    level = [value]
    for _ in range(DEEPEST):
        level = [child for each in level if isinstance(each, dict | list) for child in _children(each)]
        if not level:
            return False
    return True


def _children(value: Json) -> Iterable[Json]:
    return value.values() if isinstance(value, dict) else value
