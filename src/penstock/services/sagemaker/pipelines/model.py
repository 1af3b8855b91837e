"""Nouns: what a pipeline execution remembers of itself and of each of its steps.

All of it is folded from the journal. It is kept small: of a step's properties only what other steps use, of the
documents that a step looks into nothing once the step has started.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

import msgspec

from penstock.engine.facts import Command
from penstock.languages.pipeline.check import property_files
from penstock.languages.pipeline.expressions import json_gets
from penstock.languages.pipeline.graph import Graph, graph, written_in
from penstock.languages.pipeline.iterations import iteration_of
from penstock.languages.pipeline.read import read
from penstock.languages.pipeline.tree import AnyStep, Definition, JsonGet, PropertyFile, StepName, Trigger

Json = Any
StepStatus = Literal["Starting", "Executing", "Stopping", "Stopped", "Failed", "Succeeded", "Skipped"]
ExecutionStatus = Literal["Executing", "Stopping", "Stopped", "Failed", "Succeeded", "CompletedWithFailures"]
Phase = Literal[
    "looking", "finding", "grouping", "creating", "describing", "deploying", "running", "calling", "sending", "waiting",
    "iterating", "cleaning", "recording", "noting", "resting", "over",
]  # fmt: skip

OVER: Final[frozenset[StepStatus]] = frozenset({"Stopped", "Failed", "Succeeded", "Skipped"})


class Loop(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ForEach step that is under way: its items, how many steps of its body may go on and do, and which wait."""

    items: tuple[Json, ...]
    active: int = 0
    queue: tuple[str, ...] = ()


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a step is.

    `Skipped` is a step that will never be started: it stands in a branch not taken, or waits for one that does, or
    for a step that failed. AWS shows no such steps. `name` and `arn` are of the job or model that the step makes, or of
    the function it calls; `queue`, `token` and `outputs` belong to steps that ask somebody outside. `marks` are
    digests of the arguments by which a step is cached, `cache` says why it was answered by an earlier run or not, and
    `source` is that run's execution; `reused_from` is the source of a selective execution. `awaited` is the
    number of documents still to be looked into, `documents` what was found, by address; `errors` names what ended the
    attempts so far. `loop` is of a ForEach step, `item` of a step in its body; `shown` is what the metadata of ForEach,
    Cleanup and check steps show; `code` is the digest of a function's code.
    """

    status: StepStatus = "Starting"
    phase: Phase = "looking"
    attempt: int = 1
    started_at: float = 0.0
    ended_at: float = 0.0
    reason: str = ""
    name: str = ""
    arn: str = ""
    message: str = ""
    outcome: bool | None = None
    queue: str = ""
    token: str = ""
    outputs: dict[str, Json] = {}
    marks: dict[str, str] = {}
    cache: str = ""
    source: str = ""
    reused_from: str = ""
    awaited: int = 0
    documents: dict[str, Json] = {}
    errors: tuple[str, ...] = ()
    properties: dict[str, Json] = {}
    item: Json = None
    loop: Loop | None = None
    shown: dict[str, Json] = {}
    code: str = ""

    @property
    def is_over(self) -> bool:
        return self.status in OVER


class Learned(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run of a step came to, for later runs that may be answered with it: see `caching`."""

    step: str
    marks: dict[str, str]
    ended_at: float
    name: str = ""
    arn: str = ""
    queue: str = ""
    properties: dict[str, Json] = {}
    shown: dict[str, Json] = {}


class Begin(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an execution is started with. `kept` are the steps that need not run again, in a retried execution or a
    selective one, of which `selected` are the steps that may run (empty: all). `experiment` is the `ExperimentConfig`
    of its jobs (empty: they are not tracked). `recalled` is the latest run of each step to be cached, as it was when
    the execution began; `cached_by` says what tells runs apart: see `caching`.
    """

    arn: str
    pipeline_name: str
    pipeline_arn: str
    execution_id: str
    started_at: float
    parameters: dict[str, Json] = {}
    parallel_steps: int | None = None
    kept: dict[str, Progress] = {}
    selected: tuple[str, ...] = ()
    experiment: dict[str, str] = {}
    recalled: dict[str, dict[str, Json]] = {}
    cached_by: Literal["uri", "content"] = "uri"


class Execution(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pipeline execution. `steps` are in the order they were started in; `waiting` have no slot yet.

    `leads_to` are the commands of the latest event, `learned` the runs of steps to be cached that ended with it,
    `explained` says of steps why the cache answered them with it, or did not.
    """

    begin: Begin | None = None
    status: ExecutionStatus = "Executing"
    reason: str = ""
    changed_at: float = 0.0
    parallel_steps: int | None = None
    active: int = 0
    waiting: tuple[str, ...] = ()
    steps: dict[str, Progress] = {}
    leads_to: tuple[Command, ...] = ()
    learned: tuple[Learned, ...] = ()
    explained: dict[str, str] = {}

    @property
    def is_over(self) -> bool:
        return self.status not in ("Executing", "Stopping")


@dataclass(frozen=True)
class Plan:
    """The definition that an execution was started with, and what follows from it."""

    text: bytes

    @cached_property
    def definition(self) -> Definition:
        return read(self.text)

    @cached_property
    def graph(self) -> Graph:
        return graph(self.definition)

    @cached_property
    def property_files(self) -> Mapping[tuple[StepName, str], PropertyFile]:
        return property_files(self.definition)

    @cached_property
    def json_gets(self) -> Mapping[StepName, tuple[JsonGet, ...]]:
        """The documents that each step looks into before it starts."""
        return {
            step.name: tuple(found for expression in written_in(step) for found in json_gets(expression))
            for step in (*self.definition.steps.values(), *self.definition.bodies.values())
        }

    # Steps have names in an execution that the definition has not: those of iterations. They are asked for here.

    def written_as(self, name: StepName) -> StepName:
        """The name that a step has in the definition."""
        return name if name in self.definition.steps else iteration_of(name).body

    def step(self, name: StepName) -> AnyStep:
        """What the definition says of a step."""
        found = self.definition.steps.get(name)
        return self.definition.bodies[iteration_of(name).body] if found is None else found

    def loop_of(self, name: StepName) -> StepName | None:
        """The ForEach step that an iteration is part of."""
        return None if name in self.definition.steps else self.graph.loop[iteration_of(name).body]

    def needs(self, name: StepName) -> Mapping[StepName, Trigger]:
        """The steps that a step waits for."""
        if name in self.definition.steps:
            return self.graph.needs[name]
        here = iteration_of(name)
        return {here.of(need): trigger for need, trigger in self.graph.needs[here.body].items()}

    def followers(self, name: StepName) -> tuple[StepName, ...]:
        """The steps that wait for a step."""
        if name in self.definition.steps:
            return self.graph.followers.get(name, ())
        here = iteration_of(name)
        return tuple(here.of(follower) for follower in self.graph.followers.get(here.body, ()))

    def kept(self, name: StepName, described: Mapping[str, Json]) -> dict[str, Json]:
        """Of a step's properties, what other steps use."""
        used = self.graph.kept.get(self.written_as(name), ())
        return {key: described[key] for key in used if key in described}


@lru_cache(maxsize=64)
def plan_of(text: bytes) -> Plan:
    """The plan of a definition; executions of one definition share it."""
    return Plan(text)
