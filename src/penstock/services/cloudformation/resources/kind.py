"""What a resource type is: data, and small pure functions that say which calls make, change, read, delete a resource.

    def create(resource: Resource) -> Steps[Made]:
        answer = yield from ask("iam", "CreateRole", {"RoleName": resource.name, …}, pardon=("EntityAlreadyExists",))
        return Made(resource.name, {"Arn": …})

Such a function is a generator: it yields a call and gets its answer, or its `ServiceError` thrown in; it yields a
`Pause` before it looks again. Nothing in it waits or knows the time, so a test can play the services (`driving.py`
places the calls in earnest). It may be begun again from its first call after a crash, so every call must bear being
repeated: one that makes a thing is told from another's by `resource.name`, or by the token that each call carries
(the same for the same request of the same try).
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NewType, TypeVar

from penstock.wire.call import Answer, Scope, ServiceError

Json = Any
T = TypeVar("T")
LogicalId = NewType("LogicalId", str)
LOOK_EVERY: Final = 1.0  # seconds between two looks at something that takes its time
NOWHERE: Final = Scope()
LONGEST: Final = 3600.0  # seconds until something must be stable, unless its type says otherwise


@dataclass(frozen=True, slots=True)
class Ask:
    """Place this call: its answer is what the `yield` gives, its error what it raises.

    A streamed body of the answer is given whole. `mark` tells calls apart whose requests are not the same at every try.
    """

    service: str
    operation: str
    request: Mapping[str, Json]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Go on after some time."""

    seconds: float = LOOK_EVERY


@dataclass(frozen=True, slots=True)
class Begun:
    """The resource is there under this id from now on, though it is not ready: a rollback will delete it."""

    physical_id: str


@dataclass(frozen=True, slots=True)
class Address:
    """Give an address to which anybody may put this object of S3's for some hours."""

    bucket: str
    key: str


Step = Ask | Pause | Begun | Address
Steps = Generator[Step, Any, T]


class Failed(Exception):
    """The resource cannot be made, changed or deleted, and why. What a service refuses need not be caught."""

    def __init__(self, message: str, code: str = "GeneralServiceException") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that is ready: what `Ref` gives, and what `Fn::GetAtt` gives by attribute (nested ones with a dot)."""

    physical_id: str
    attributes: Mapping[str, Json] = field(default_factory=dict)
    is_hidden: bool = False  # its attributes are told to nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as a function of its type finds it.

    `name` is the one that the template gives, or the one that was decided for it (where the type has names).
    `physical_id` and `attributes` are those of a resource that is there; of one that may be there (its name is the
    template's, or it was not made to its end) the name stands for the physical id, so `read` and `delete` must take it
    for one. `token` tells this try from all others.
    """

    logical_id: str
    properties: Mapping[str, Json]
    name: str = ""
    physical_id: str = ""
    attributes: Mapping[str, Json] = field(default_factory=dict)
    scope: Scope = NOWHERE
    type: str = ""
    creation_policy: Json = None
    stack_id: str = ""
    stack_name: str = ""
    capabilities: tuple[str, ...] = ()  # that were granted to the stack
    token: str = ""
    skipped: tuple[str, ...] = ()  # of a nested stack: what of it a rollback leaves as it is

    def only(self, *names: str) -> dict[str, Json]:
        """The properties of these names that are there."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def without(self, *names: str) -> dict[str, Json]:
        return {name: value for name, value in self.properties.items() if name not in names}


@dataclass(frozen=True, slots=True)
class Naming:
    """How resources of a type are named: by this property, else `stack-logicalId-RANDOM`, no longer than allowed."""

    property: str  # "" where templates cannot name them
    longest: int = 64
    lower: bool = False
    suffix: str = ""  # that every name must have, such as .fifo


Create = Callable[[Resource], Steps[Made]]
Update = Callable[[Resource, Resource], Steps[Made]]  # before, after: the latter has the physical id, too
Delete = Callable[[Resource], Steps[None]]
Read = Callable[[Resource], "Steps[Mapping[str, Json] | None]"]
Check = Callable[[Mapping[str, Json]], Iterable[str]]
Tagging = Literal["none", "list", "map"]  # how the property Tags is written


def nothing_wrong(_: Mapping[str, Json]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """A resource type.

    `properties` are all that are known; another one is refused before anything is created, as is what `check` finds
    wrong (it sees the properties before they are resolved: values may be intrinsics). A change of one in `create_only`
    replaces the resource; without `update` every change does. `read` gives the properties as they are now, None if the
    resource is gone.
    """

    name: str
    properties: frozenset[str]
    create: Create
    delete: Delete
    read: Read
    update: Update | None = None
    required: frozenset[str] = frozenset()
    create_only: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    any_property: bool = False  # custom resources
    any_attribute: bool = False  # whatever the resource itself says: custom resources, outputs of nested stacks
    naming: Naming | None = None
    tagging: Tagging = "none"
    check: Check = nothing_wrong
    longest: float = LONGEST
    snapshots: bool = False  # whether DeletionPolicy: Snapshot can be honoured
    note: str = ""  # what is told of every resource of it; there is nothing to be looked at then

    def replaces(self, changed: Iterable[str]) -> bool:
        """Whether a change of these properties makes a new resource."""
        return self.update is None or not self.create_only.isdisjoint(changed)


def ask(service: str, operation: str, request: Mapping[str, Json], *, pardon: Iterable[str] = ()) -> Steps[Answer]:
    """Place a call. An error whose `Code: message` contains one of `pardon` is no error: the answer is empty then."""
    try:
        answer: Answer = yield Ask(service, operation, request)
    except ServiceError as error:
        if any(word in f"{error.code}: {error.message}" for word in pardon):
            return {}
        raise
    return answer


def settled(
    service: str,
    operation: str,
    request: Mapping[str, Json],
    *,
    status: Callable[[Answer], str],
    moving: Iterable[str],
    pardon: Iterable[str] = (),
    every: float = LOOK_EVERY,
) -> Steps[Answer]:
    """Look by a Describe call until the status is none of those that pass; the last answer (empty if pardoned)."""
    passing = frozenset(moving)
    while True:
        answer = yield from ask(service, operation, request, pardon=pardon)
        if not answer or status(answer) not in passing:
            return answer
        yield Pause(every)


def identified(resource: Resource, made: Made) -> Resource:
    """The resource as it is once it is made."""
    return replace(resource, physical_id=made.physical_id, attributes=made.attributes)
