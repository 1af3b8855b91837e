"""What an expression may see, and how it says that it has no value.

Whatever is compiled from a definition's text (a path, a template, a condition, a JSONata expression) is an
`Expression`: it is given a `View` and answers JSON, or raises `Failure` with the error name and cause that AWS would
record. Nothing here reads a clock or dice: they are in the view. So is `labour`, where others would have to wait for
what takes long.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Protocol

from penstock.languages import jsonata
from penstock.languages.asl import jayway

Json = Any


class Failure(Exception):
    """A state's error, as `Retry` and `Catch` know it.

    `cause` has no "An error occurred while executing the state …" before it: who knows the state puts it there where
    `is_runtime` says that AWS does. `location` is set where JSONata failed: the field inside the state
    (`Output/result`), for `EvaluationFailed` events.
    """

    def __init__(
        self, error: str | None, cause: str | None, *, location: str | None = None, is_runtime: bool = True
    ) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.location = location
        self.is_runtime = is_runtime


class Labour(Protocol):
    """Who sees to it that what takes long does not take it here."""

    def evaluate(self, expression: jsonata.Expression, bindings: Mapping[str, Json], view: "View", /) -> Json:
        """The value of a JSONata expression; raises as the expression does."""

    def find(self, path: jayway.Path, document: Json, /) -> Json:
        """What a path that searches finds; raises as the path does."""


@dataclass(slots=True)
class View:
    """The values in reach at one point of one state.

    `document` is what `$` stands for in JSONPath and moves from phase to phase (input, effective input, result);
    `states` is JSONata's `$states` without its context; `context` is made when first asked for.
    """

    document: Json
    variables: Mapping[str, Json]
    context: Callable[[], Mapping[str, Json]]
    at: float  # seconds since the epoch
    chance: Callable[[], Random]  # the same luck in every replay
    states: Mapping[str, Json] = field(default_factory=dict)
    labour: Labour | None = None


class Expression(Protocol):
    """Something with a value in a view."""

    @property
    def text(self) -> str:
        """The source, as error sentences quote it."""

    @property
    def variables(self) -> frozenset[str]:
        """The workflow variables that it reads, as a description's `variableReferences` names them."""

    def value(self, view: View, /) -> Json:
        """Raises `Failure`."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression whose value a closure finds; the closure is the method, so that a call is one call."""

    text: str
    value: Callable[[View], Json]
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that needs no view."""

    constant: Json

    @property
    def text(self) -> str:
        return str(self.constant)

    @property
    def variables(self) -> frozenset[str]:
        return frozenset()

    def value(self, view: View, /) -> Json:  # noqa: ARG002 - an Expression
        return self.constant


NOTHING: Final = Literal({})
