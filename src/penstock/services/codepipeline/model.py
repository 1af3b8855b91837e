"""Nouns of an execution: what it was started with (`Plan`), and where it stands (`State`), folded from its journal."""

import string
import uuid
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from penstock.engine.facts import RunId
from penstock.languages.delivery import catalogue, tree
from penstock.languages.delivery import stages as standings
from penstock.languages.delivery.catalogue import Way
from penstock.languages.delivery.stages import Standing
from penstock.languages.delivery.tree import ConditionKind
from penstock.languages.delivery.variables import PIPELINE, VARIABLES

Json = Any
Status = Literal["InProgress", "Stopping", "Stopped", "Succeeded", "Failed", "Superseded", "Cancelled"]
StageStatus = Literal["InProgress", "Stopping", "Stopped", "Succeeded", "Failed", "Skipped"]
ConditionStatus = Literal["InProgress", "Succeeded", "Failed", "Overridden", "Abandoned"]
_DIGITS: Final = string.ascii_letters + string.digits
OVER: Final = frozenset({"Stopped", "Succeeded", "Failed", "Superseded", "Cancelled"})


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a state."""


class Artifact(Value, frozen=True):
    """A zip in the pipeline's bucket. `revision` is what a source action has found."""

    name: str
    bucket: str
    key: str
    revision: dict[str, Json] = {}


class Attempt(Value, frozen=True):
    """One try of an action, or of a rule. `turns` counts how often a worker or a function was given its job."""

    id: str
    started_at: float
    changed_at: float
    status: Standing = "InProgress"
    configuration: dict[str, str] = {}
    commands: tuple[str, ...] = ()
    environment: tuple[dict[str, str], ...] = ()
    outputs: tuple[Artifact, ...] = ()
    variables: dict[str, str] = {}
    summary: str = ""
    external_id: str = ""
    log_stream: str = ""  # its ARN
    error_code: str = ""
    error: str = ""
    percent: int | None = None
    by: str = ""
    token: str = ""  # of an approval
    approved_by: tuple[str, ...] = ()
    turns: int = 1
    continuation: str = ""
    paused_at: float | None = None  # since when a function waits for its next turn


class Condition(Value, frozen=True):
    status: ConditionStatus
    changed_at: float
    rules: dict[str, Attempt] = {}
    summary: str = ""

    @property
    def is_settled(self) -> bool:
        return self.status != "InProgress"


class Stage(Value, frozen=True):
    """A stage as an execution has come through it. `tries` counts how often its actions began anew."""

    status: StageStatus = "InProgress"
    tries: int = 1
    actions: dict[str, Attempt] = {}
    conditions: dict[ConditionKind, Condition] = {}
    automatic: int = 0  # retries
    manual: int = 0
    latest_retry: str = ""
    retried_at: float | None = None

    @property
    def standing(self) -> dict[str, Standing]:
        return {name: each.status for name, each in self.actions.items()}

    def outcome(self, stage: tree.Stage, *, is_stopping: bool) -> standings.Outcome:
        return standings.outcome(stage.actions, self.standing, is_stopping=is_stopping)

    def attempts(self, stage: tree.Stage) -> Iterator[tuple["Place", tree.Action, Attempt]]:
        """All that stand, of actions and of rules, with what is declared for them."""
        for action in stage.actions:
            if action.name in self.actions:
                yield Place(action.name), action, self.actions[action.name]
        for kind, rule in stage.rules:
            if kind in self.conditions and rule.name in self.conditions[kind].rules:
                yield Place(rule.name, kind), rule.action, self.conditions[kind].rules[rule.name]


class Place(Value, frozen=True):
    """Where an attempt is in its stage: an action's, by name, or that of a condition's rule."""

    name: str
    condition: ConditionKind | None = None


class Gone(Value, frozen=True):
    """An action's attempt that had ended when another took its place."""

    stage: str
    action: str
    attempt: Attempt


class Inherited(Value, frozen=True):
    """What a rollback goes back to: all that its target's stage had."""

    execution: str
    artifacts: dict[str, Artifact]
    namespaces: dict[str, dict[str, str]]


class Executor(Value, frozen=True):
    """Who does the actions of a partner's type: a function, by its ARN, or workers."""

    function: str = ""
    job_timeout: float | None = None  # seconds of one turn


class Plan(Value, frozen=True):
    """What an execution's run was started with."""

    id: str
    pipeline: str  # its ARN
    declaration: Json
    trigger: dict[str, str]
    variables: dict[str, str] = {}
    revisions: tuple[dict[str, str], ...] = ()
    known: dict[str, dict[str, str]] = {}  # variables of source actions that the trigger tells
    executors: dict[str, Executor] = {}  # by the key of their type
    only: str = ""  # the stage of a rollback
    inherited: Inherited | None = None

    @property
    def run(self) -> RunId:
        return run_of(self.pipeline, self.id)


class Delivery(Value, frozen=True):
    """A plan with its declaration typed: what the flow reads."""

    order: Plan
    pipeline: tree.Pipeline

    def way_of(self, kind: tree.TypeId) -> Way:
        """How actions of a kind come to their end."""
        executor = self.order.executors.get(kind.key)
        return "function" if executor is not None and executor.function else catalogue.way_of(kind)

    def stage(self, name: str) -> tree.Stage:
        return self.pipeline.stages[self.pipeline.place_of(name)]


class State(Value, frozen=True):
    """Where an execution stands. `place` is the stage that it is in or waits for; `arrivals` and `endings` count."""

    status: Status = "InProgress"
    changed_at: float = 0.0
    place: int = 0
    waits: bool = False
    arrivals: int = 0
    endings: int = 0
    stages: dict[str, Stage] = {}
    artifacts: dict[str, Artifact] = {}
    namespaces: dict[str, dict[str, str]] = {}
    reason: str = ""
    stop_reason: str = ""
    rolls_back: bool = False  # before it ends
    gone: tuple[Gone, ...] = ()  # in the last turn

    @property
    def is_over(self) -> bool:
        return self.status in OVER and not self.rolls_back


def run_of(pipeline: str, execution: str) -> RunId:
    """The run of an execution, by its pipeline's ARN and its id."""
    return RunId(f"{pipeline}/{execution}")


def id_of(luck: str, *parts: object) -> str:
    """An id that is the same for the same event."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join((luck, *map(str, parts)))))


def key_of(pipeline: str, artifact: str, attempt: str) -> str:
    """The key of an artifact that an attempt makes, as AWS writes it."""
    number, letters = uuid.uuid5(uuid.NAMESPACE_URL, f"{attempt}/{artifact}").int, ""
    for _ in range(7):
        number, digit = divmod(number, len(_DIGITS))
        letters += _DIGITS[digit]
    return f"{pipeline[:20]}/{artifact[:10]}/{letters}"


def first_namespaces(plan: Plan) -> dict[str, dict[str, str]]:
    """What an execution's variables are before any action."""
    inherited = plan.inherited.namespaces if plan.inherited is not None else {}
    return {**inherited, PIPELINE: {"PipelineExecutionId": plan.id}, VARIABLES: dict(plan.variables)}
