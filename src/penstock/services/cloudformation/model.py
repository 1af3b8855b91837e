"""Nouns of a stack operation: what its run was started with (`Plan`), and where the stack stands (`State`)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from penstock.engine.facts import RunId
from penstock.languages.cloudformation import Scope, Template

Json = Any
Kind = Literal["CREATE", "UPDATE", "DELETE"]
Phase = Literal["forward", "watch", "export", "back", "clean", "over"]
Verb = Literal["create", "update", "delete"]
Why = Literal["removed", "replaced", "undone"]  # a resource has to go: of the template, for another, with its operation
OnFailure = Literal["ROLLBACK", "DELETE", "DO_NOTHING"]
FAILED: Final = "_FAILED"


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a plan or state."""


class Instance(Value, frozen=True):
    """A resource that is there, or is to be (without a physical id). `needs` are the logical ids that it came after."""

    type: str
    properties: dict[str, Json] = {}
    physical_id: str = ""
    attributes: dict[str, Json] = {}
    name: str = ""
    is_named: bool = False  # by the template
    is_hidden: bool = False  # its attributes are told to nobody
    masked: dict[str, Json] | None = None  # its properties, where not all of them may be told
    needs: tuple[str, ...] = ()
    deletion_policy: str = ""
    update_replace_policy: str = ""
    creation_policy: Json = None

    @property
    def shown(self) -> dict[str, Json]:
        """Its properties as anybody may see them."""
        return self.properties if self.masked is None else self.masked


class Target(Value, frozen=True):
    """What a stack is to be: a template without transforms, and what it is evaluated with."""

    document: dict[str, Json]
    parameters: dict[str, Json] = {}
    exports: dict[str, str] = {}  # of other stacks, that it may import
    tags: dict[str, str] = {}
    topics: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


class Kept(Value, frozen=True):
    """What a stack was asked to be: the template as it was given, and what came of it."""

    text: str
    target: Target
    parameters: dict[str, str] = {}  # texts, as they were given
    resolved: dict[str, str] = {}  # values from SSM
    description: str = ""
    hidden: tuple[str, ...] = ()  # parameters that nobody is told of
    imports: tuple[str, ...] = ()  # names of exports


class Plan(Value, frozen=True):
    """A stack operation. `before` is the state that a failed update goes back to."""

    kind: Kind
    stack_id: str
    stack_name: str
    operation: str
    target: Target | None = None
    before: dict[str, Instance] = {}
    on_failure: OnFailure = "ROLLBACK"
    retain_except_on_create: bool = False
    retained: tuple[str, ...] = ()  # logical ids that a deletion leaves alone
    policy: Json = None  # the stack's
    deadline: float | None = None
    alarms: tuple[str, ...] = ()  # ARNs: one that rings undoes the operation
    watched_for: float = 0.0  # seconds, once all resources are there
    client_token: str = ""
    adopts: bool = False  # whether a resource that is there already under a name of the template's becomes the stack's
    tells_exports: bool = False  # whether there is anything to be said of exports, now or before

    @property
    def run(self) -> RunId:
        return run_of(self.stack_id, self.operation)


@dataclass(frozen=True)
class Prepared:
    """A plan, its target read and its scope made: what the flow works with."""

    order: Plan
    template: Template | None
    scope: Scope
    needs: Mapping[str, frozenset[str]]


class Slot(Value, frozen=True):
    """A logical id: which resource it stands for now, and what was last told of it."""

    now: Instance | None = None
    status: str = ""
    reason: str = ""
    changed_at: float = 0.0
    is_settled: bool = False  # in this phase
    is_tainted: bool = False  # a change of it failed half way
    type: str = ""
    physical_id: str = ""


class Work(Value, frozen=True):
    """What is being done to a resource: from `before`, to `after`. `claimed` is the id under which it is there."""

    verb: Verb
    logical_id: str
    before: Instance | None = None
    after: Instance | None = None
    claimed: str = ""
    is_cancelled: bool = False


class Leaving(Value, frozen=True):
    """A resource that has to go."""

    logical_id: str
    instance: Instance
    why: Why
    tries: int = 0
    has_failed: bool = False


class Happening(Value, frozen=True):
    """What has just become of a resource, or of the stack itself (without a logical id)."""

    status: str
    logical_id: str = ""
    physical_id: str = ""
    type: str = ""
    reason: str = ""
    properties: Json = None


class State(Value, frozen=True):
    """Where a stack stands. `happenings` are those of the last event alone; `count` numbers what is done."""

    phase: Phase = "forward"
    status: str = ""
    reason: str = ""
    slots: dict[str, Slot] = {}
    works: dict[str, Work] = {}
    leaving: tuple[Leaving, ...] = ()
    failed: tuple[str, ...] = ()  # logical ids
    failure: str = ""  # why the operation goes no further
    is_undone: bool = False
    is_doomed: bool = False  # a creation that was told to end in nothing
    skipped: tuple[str, ...] = ()  # logical ids that a rollback leaves as they are; `Nested.Resource` in nested stacks
    outputs: tuple[dict[str, str], ...] | None = None
    happenings: tuple[Happening, ...] = ()
    until: float = 0.0  # when alarms are watched no longer, in the phase of that name
    count: int = 0
    told: int = 0
    changed_at: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.phase == "over"


def run_of(stack_id: str, operation: str) -> RunId:
    return RunId(f"{stack_id}/{operation}")


def id_of(luck: str) -> str:
    """An id that is the same for the same luck."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, luck))
