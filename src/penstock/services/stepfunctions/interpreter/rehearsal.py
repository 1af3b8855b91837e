"""Rehearsal: a single state tried by itself, as TestState does: what it is given, and what is seen of it.

The state is carried out by the same code as in an execution. It differs in three ways: what a `Mock` answers is not
done, leaving or retrying the state ends it, and what its fields came to is noted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.languages.asl.tree import State
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter.execution import Frame

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """What a task, the branches or the iterations come to: a result, or an error where there is one."""

    result: Json = None
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """A state under test. `context` stands for the whole context object."""

    mock: Mock | None = None
    context: Mapping[str, Json] | None = None
    variables: dict[str, Json] = field(default_factory=dict)
    retries: int = 0  # how often the state has been tried again
    failures: int = 0  # iterations of a Map that failed
    items: list[Json] | Failure | None = None  # what an ItemReader has read; None where nobody says
    notes: dict[str, Json] = field(default_factory=dict)

    def set_out(self, frame: Frame, state: State) -> None:
        """Put the frame where the test begins."""
        self.notes["input"] = frame.input
        frame.variables = self.variables
        frame.retried = self.retries
        frame.retries = [self.retries] * len(getattr(state, "retry", ()))

    def left(self, output: Json, next: str | None, variables: dict[str, Json]) -> None:  # noqa: A002
        """Note how the state was left."""
        self.notes |= {"output": output, "nextState": next, "variables": variables}
