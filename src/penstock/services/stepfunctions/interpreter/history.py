"""History events as GetExecutionHistory shows them, and as log records do."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from penstock.services.stepfunctions.interpreter.execution import HistoryEvent

Json = Any
# Members that hold a customer's data: left out when it is not asked for.
DATA: Final = ("input", "output", "parameters", "assignedVariables")
_COMPLETE: Final = {"truncated": False}
_WITH_DETAILS: Final = {
    "input": "inputDetails",
    "output": "outputDetails",
    "assignedVariables": "assignedVariablesDetails",
}
_SHARED: Final = ("StateEntered", "StateExited")
# Types whose details are an empty structure, rather than absent, when there is nothing to say.
_NEVER_ABSENT: Final = frozenset({"ExecutionAborted", "ExecutionFailed", "ActivityFailed", "ActivityStarted"})


@lru_cache(maxsize=128)
def member_of(type: str) -> str:  # noqa: A002
    """The member of a history event that holds the details of its type."""
    for shared in _SHARED:
        if type.endswith(shared):
            return f"s{shared[1:]}EventDetails"
    return f"{type[0].lower()}{type[1:]}EventDetails"


def shown(event: HistoryEvent, *, with_data: bool = True) -> dict[str, Json]:
    """The event as the API answers it."""
    answer: dict[str, Json] = {
        "timestamp": event.at,
        "type": event.type,
        "id": event.id,
        "previousEventId": event.previous,
    }
    if event.details or event.type in _NEVER_ABSENT:
        answer[member_of(event.type)] = details(event.details or {}, with_data=with_data)
    return answer


def details(kept: Mapping[str, Json], *, with_data: bool) -> dict[str, Json]:
    answer: dict[str, Json] = {}
    for name, value in kept.items():
        if name in DATA and not with_data:
            continue
        answer[name] = value
        if name in _WITH_DETAILS:
            answer[_WITH_DETAILS[name]] = _COMPLETE
    return answer
