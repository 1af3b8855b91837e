"""How executions stand with regard to being redriven: redriveStatus and its reason, in AWS's words."""

from typing import Final

NOT_REDRIVABLE: Final = "NOT_REDRIVABLE"
BY_MAP_RUN: Final = "REDRIVABLE_BY_MAP_RUN"
_NEVER: Final = frozenset({"RUNNING", "SUCCEEDED", "PENDING_REDRIVE"})


def standing(status: str, *, is_final: bool = False, is_child: bool = False) -> tuple[str, str | None]:
    """What an execution of that status is told to be, and the reason where it cannot be redriven."""
    if status in _NEVER:
        return NOT_REDRIVABLE, f"Execution is {status} and cannot be redriven"
    if is_final:
        return NOT_REDRIVABLE, "Execution history event limit exceeded"
    return (BY_MAP_RUN if is_child else "REDRIVABLE"), None
