"""The Amazon States Language as values, one page that is the language.

A `Machine` is a set of states with a start: a whole definition, a branch of a Parallel state, or the processor of a
Map state. `read` makes it from text; every expression in it is compiled. Both query languages share the tree: what
JSONPath calls `Parameters` and JSONata calls `Arguments` is a state's `payload`, and a field that only one of them has
is None in the other.
"""

from collections.abc import Mapping
from typing import Final, Literal, Protocol

import msgspec

from penstock.languages.asl.view import Expression, Json, View

QueryLanguage = Literal["JSONPath", "JSONata"]
Mode = Literal["INLINE", "DISTRIBUTED"]
ExecutionType = Literal["STANDARD", "EXPRESS"]


class Place(Protocol):
    """A reference path: one place in a document (`ResultPath`)."""

    @property
    def text(self) -> str: ...

    def put(self, document: Json, value: Json) -> Json:
        """The document with the value there; the given document is not changed. Raises `Failure`
        (`States.ResultPathMatchFailure`) where the place cannot be."""


class Condition(Protocol):
    """What decides whether a choice is taken."""

    def holds(self, view: View) -> bool:
        """Raises `Failure`."""


class _Whole:
    """`$`: the value takes the document's place."""

    text: Final = "$"

    def put(self, document: Json, value: Json) -> Json:  # noqa: ARG002 - a Place
        return value


WHOLE: Final[Place] = _Whole()


class Retrier(msgspec.Struct, frozen=True, kw_only=True):
    errors: tuple[str, ...]
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    full_jitter: bool = False


class Catcher(msgspec.Struct, frozen=True, kw_only=True):
    errors: tuple[str, ...]
    next: str
    result_path: Place | None = WHOLE  # JSONPath; None discards the error output
    output: Expression | None = None  # JSONata
    assign: Expression | None = None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What every state has. `next` is None where the state ends its machine (and in Choice, Succeed and Fail)."""

    name: str
    language: QueryLanguage = "JSONPath"
    next: str | None = None
    input_path: Expression | None = None  # None: the whole input; a null InputPath is `view.NOTHING`
    output_path: Expression | None = None
    output: Expression | None = None  # JSONata
    assign: Expression | None = None  # its value is an object: variable → value

    @property
    def type(self) -> str:
        return type(self).__name__


class Pass(State, frozen=True, kw_only=True):
    result: Expression | None = None
    payload: Expression | None = None
    result_path: Place | None = WHOLE


class Task(State, frozen=True, kw_only=True):
    resource: str
    payload: Expression | None = None
    credentials: Expression | None = None
    result_selector: Expression | None = None
    result_path: Place | None = WHOLE
    timeout: Expression | None = None  # seconds
    heartbeat: Expression | None = None  # seconds
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A choice rule. What it outputs and assigns comes before the state's own."""

    condition: Condition
    next: str
    output: Expression | None = None
    assign: Expression | None = None


class Choice(State, frozen=True, kw_only=True):
    options: tuple[Option, ...]
    default: str | None = None


class Wait(State, frozen=True, kw_only=True):
    """One of the two is set. `is_literal` where the definition has the number or time itself (JSONPath or JSONata),
    not a path or an expression."""

    seconds: Expression | None = None
    timestamp: Expression | None = None
    is_literal: bool = False


class Succeed(State, frozen=True, kw_only=True):
    pass


class Fail(State, frozen=True, kw_only=True):
    error: Expression | None = None
    cause: Expression | None = None


class Parallel(State, frozen=True, kw_only=True):
    branches: tuple["Machine", ...]
    payload: Expression | None = None
    result_selector: Expression | None = None
    result_path: Place | None = WHOLE
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Where a distributed Map's items come from; `resource` is an ARN such as `arn:aws:states:::s3:getObject`."""

    resource: str
    payload: Expression | None = None
    config: Mapping[str, Json] = msgspec.field(default_factory=dict)  # ReaderConfig without what `max_items` says
    max_items: Expression | None = None


class Batcher(msgspec.Struct, frozen=True, kw_only=True):
    batch_input: Expression | None = None
    max_items: Expression | None = None
    max_bytes: Expression | None = None


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    resource: str | None
    payload: Expression | None = None
    config: Mapping[str, Json] = msgspec.field(default_factory=dict)  # WriterConfig


class Map(State, frozen=True, kw_only=True):
    """`items` finds the array (ItemsPath, or JSONata's Items); None takes the whole input. `selector` is ItemSelector,
    or what a Map with the older `Iterator` calls Parameters."""

    processor: "Machine"
    mode: Mode = "INLINE"
    execution_type: ExecutionType = "STANDARD"
    items: Expression | None = None
    selector: Expression | None = None
    reader: Reader | None = None
    batcher: Batcher | None = None
    writer: Writer | None = None
    label: str | None = None
    max_concurrency: Expression | None = None  # 0 or None: no bound
    tolerated_count: Expression | None = None
    tolerated_percentage: Expression | None = None
    result_selector: Expression | None = None
    result_path: Place | None = WHOLE
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    is_legacy: bool = False  # written with Iterator


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    start_at: str
    states: Mapping[str, State]
    language: QueryLanguage = "JSONPath"
    timeout_seconds: int | None = None
    comment: str | None = None
