"""Context objects as tests give them: whether every known member could be what it says, in AWS's words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from penstock.languages.asl.jsontext import NotJson
from penstock.languages.asl.states import is_timestamp
from penstock.languages.asl.tree import State, Task
from penstock.services.stepfunctions.integrations.resources import parse_resource
from penstock.services.stepfunctions.starting import read_value
from penstock.wire.call import ValidationError

Json = Any
_KINDS: Final[Mapping[type, str]] = {str: "a string", int: "a number"}
# Of each part of the context, the members that have a type.
_MEMBERS: Final[Mapping[str, Mapping[str, type]]] = {
    "Execution": {
        "Id": str, "Name": str, "RoleArn": str, "StartTime": str, "RedriveCount": int,
        "RedriveTime": str,
    },
    "State": {"EnteredTime": str, "Name": str, "RetryCount": int},
    "StateMachine": {"Id": str, "Name": str},
    "Task": {"Token": str},
}  # fmt: skip


def read_context(text: str, state: State) -> Mapping[str, Json]:
    """The context object for a state; raises `ValidationException`."""
    try:
        context = read_value(text)
    except NotJson:
        raise _wrong("must be valid JSON") from None
    if not isinstance(context, dict):
        raise _wrong("must be a JSON object")
    for mistake in _mistakes(context, state):
        raise _wrong(mistake)
    return context


def _wrong(why: str) -> ValidationError:
    return ValidationError(f"Invalid Context object provided: {why}")


def _mistakes(context: Mapping[str, Json], state: State) -> Iterator[str]:
    if "Map" in context:
        yield "'Map' field is not supported when mocking a Context object"
    if "Task" in context and not _has_token(state):
        yield (
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
            "service integration pattern"
        )
    for part, members in _MEMBERS.items():
        given = context.get(part, {})
        if not isinstance(given, dict):
            yield f"{part} must be an object"
            continue
        for name, kind in members.items():
            if name in given and not _is(given[name], kind):
                yield f"{part}.{name} must be {_KINDS[kind]}"
            elif name in given and name.endswith("Time") and not is_timestamp(given[name]):
                yield f"{part}.{name} must be an ISO-8601 timestamp"


def _has_token(state: State) -> bool:
    return isinstance(state, Task) and parse_resource(state.resource).pattern != "request"


def _is(value: Json, kind: type) -> bool:
    if kind is int:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind)
