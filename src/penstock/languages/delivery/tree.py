"""A pipeline's declaration, typed. Names are AWS's; what a request may leave out has AWS's default."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

Json = Any
Mode = Literal["SUPERSEDED", "QUEUED", "PARALLEL"]
Result = Literal["ROLLBACK", "FAIL", "RETRY", "SKIP"]
RetryMode = Literal["FAILED_ACTIONS", "ALL_ACTIONS"]
ConditionKind = Literal["beforeEntry", "onSuccess", "onFailure"]


class Node(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A structure of the declaration."""


class TypeId(Node, frozen=True):
    """Which kind of action; also of a rule, whose owner is AWS."""

    category: str
    provider: str
    owner: str = "AWS"
    version: str = "1"

    @property
    def key(self) -> str:
        return f"{self.category}/{self.owner}/{self.provider}/{self.version}"


class Named(Node, frozen=True):
    """An artifact, by name. `files` are what commands leave that goes into it."""

    name: str
    files: tuple[str, ...] = ()


class Action(Node, frozen=True):
    name: str
    action_type_id: TypeId
    run_order: int = 1
    configuration: dict[str, str] = {}
    input_artifacts: tuple[Named, ...] = ()
    output_artifacts: tuple[Named, ...] = ()
    role_arn: str = ""
    region: str = ""
    namespace: str = ""
    timeout_in_minutes: int | None = None
    commands: tuple[str, ...] = ()
    output_variables: tuple[str, ...] = ()
    environment_variables: tuple[dict[str, str], ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.input_artifacts)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.output_artifacts)


class Rule(Node, frozen=True):
    name: str
    rule_type_id: TypeId
    configuration: dict[str, str] = {}
    input_artifacts: tuple[Named, ...] = ()
    role_arn: str = ""
    region: str = ""
    timeout_in_minutes: int | None = None
    commands: tuple[str, ...] = ()

    @property
    def action(self) -> Action:
        """The action that makes nothing and goes well where the rule holds."""
        return Action(
            name=self.name,
            action_type_id=self.rule_type_id,
            configuration=self.configuration,
            input_artifacts=self.input_artifacts,
            role_arn=self.role_arn,
            region=self.region,
            timeout_in_minutes=self.timeout_in_minutes,
            commands=self.commands,
        )


class Condition(Node, frozen=True):
    """Rules, and what follows where one of them does not hold."""

    result: Result | None = None
    rules: tuple[Rule, ...] = ()


class Conditions(Node, frozen=True):
    conditions: tuple[Condition, ...] = ()


class Retrying(Node, frozen=True):
    retry_mode: RetryMode = "FAILED_ACTIONS"


class FailureConditions(Node, frozen=True):
    """What follows when a stage has failed."""

    result: Result | None = None
    retry_configuration: Retrying = Retrying()
    conditions: tuple[Condition, ...] = ()


class Stage(Node, frozen=True):
    name: str
    actions: tuple[Action, ...] = ()
    blockers: tuple[Json, ...] = ()
    before_entry: Conditions = Conditions()
    on_success: Conditions = Conditions()
    on_failure: FailureConditions = FailureConditions()

    def action(self, name: str) -> Action | None:
        return next((each for each in self.actions if each.name == name), None)

    @property
    def conditions(self) -> Iterator[tuple[ConditionKind, Condition]]:
        yield from (("beforeEntry", each) for each in self.before_entry.conditions)
        yield from (("onSuccess", each) for each in self.on_success.conditions)
        yield from (("onFailure", each) for each in self.on_failure.conditions)

    @property
    def rules(self) -> Iterator[tuple[ConditionKind, Rule]]:
        return ((kind, rule) for kind, condition in self.conditions for rule in condition.rules)


class Store(Node, frozen=True):
    """Where artifacts are kept. `encryption_key` is what workers are told of the key that they should use."""

    location: str
    type: str = "S3"
    encryption_key: dict[str, str] = {}


class Variable(Node, frozen=True):
    name: str
    default_value: str | None = None


class Criteria(Node, frozen=True):
    """Globs; what is excluded is so even where it is included."""

    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


class Filter(Node, frozen=True):
    branches: Criteria | None = None
    file_paths: Criteria | None = None


class PushFilter(Filter, frozen=True):
    tags: Criteria | None = None


class PullRequestFilter(Filter, frozen=True):
    """`branches` are those that a pull request is to be merged into."""

    events: tuple[Literal["OPEN", "UPDATED", "CLOSED"], ...] = ()


class GitConfiguration(Node, frozen=True):
    """Which changes of a source action's repository start the pipeline."""

    source_action_name: str
    push: tuple[PushFilter, ...] = ()
    pull_request: tuple[PullRequestFilter, ...] = ()

    @property
    def filters(self) -> tuple[Filter, ...]:
        return (*self.push, *self.pull_request)


class Trigger(Node, frozen=True):
    git_configuration: GitConfiguration
    provider_type: str = "CodeStarSourceConnection"


class Pipeline(Node, frozen=True):
    name: str
    role_arn: str
    stages: tuple[Stage, ...]
    artifact_store: Store | None = None
    artifact_stores: dict[str, Store] = {}
    version: int = 1
    execution_mode: Mode = "SUPERSEDED"
    pipeline_type: Literal["V1", "V2"] = "V1"
    variables: tuple[Variable, ...] = ()
    triggers: tuple[Trigger, ...] = ()

    def stage(self, name: str) -> Stage | None:
        return next((each for each in self.stages if each.name == name), None)

    def place_of(self, stage: str) -> int:
        return [each.name for each in self.stages].index(stage)

    def store(self, region: str) -> Store:
        """Where the artifacts of a region are kept."""
        return self.artifact_store or self.artifact_stores[region]


def read(declaration: Json) -> Pipeline:
    """A declaration that fits the service model, typed."""
    return msgspec.convert(declaration, Pipeline)


def read_type(kind: Json) -> TypeId:
    """An actionTypeId, typed."""
    return msgspec.convert(kind, TypeId)


def is_true(given: str) -> bool:
    """A value of a configuration that says yes: they are all texts."""
    return given.lower() == "true"
