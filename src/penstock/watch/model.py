"""The page's words: what is shown of anything, whichever service it is of.

An **entry** is a line of the overview; a **sheet** is all about one thing; a **graph** is what a sheet draws. `tone`
is how a status is coloured. Times are seconds since the epoch. What is empty is left out of the JSON.
"""

from typing import Final, Literal

import msgspec

Kind = Literal[
    "execution", "job", "delivery", "build", "endpoint", "package", "monitor", "machine", "stack", "project"
]  # fmt: skip
Tone = Literal["good", "bad", "busy", "waiting", "still"]

_GOOD: Final = (
    "Succeeded", "SUCCEEDED", "Completed", "Approved", "InService", "Scheduled", "CreateCompleted", "UpdateCompleted",
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE",
)  # fmt: skip
_BAD: Final = (
    "Failed", "FAILED", "FAULT", "TIMED_OUT", "TimedOut", "ABORTED", "Aborted", "Rejected", "Error", "OutOfService",
    "CompletedWithViolations", "CreateFailed", "UpdateFailed", "DeleteFailed", "UpdateRollbackFailed", "CREATE_FAILED",
    "UPDATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_FAILED",
)  # fmt: skip
_BUSY: Final = (
    "InProgress", "IN_PROGRESS", "Executing", "RUNNING", "Creating", "Updating", "RollingBack", "SystemUpdating",
    "Deleting", "Stopping", "CreateInProgress", "UpdateInProgress", "DeleteInProgress",
)  # fmt: skip
_WAITING: Final = ("PendingManualApproval", "WaitingForApproval", "REVIEW_IN_PROGRESS", "Pending", "Starting")
_TONES: Final[dict[str, Tone]] = {
    **dict.fromkeys(_GOOD, "good"), **dict.fromkeys(_BAD, "bad"), **dict.fromkeys(_BUSY, "busy"),
    **dict.fromkeys(_WAITING, "waiting"),
}  # fmt: skip


def tone_of(status: str) -> Tone:
    """How a status is coloured; what is neither good, bad nor going on is still."""
    return _TONES.get(status, "busy" if status.endswith("_IN_PROGRESS") else "still")


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """Anything that the page is told."""


class Link(Shown, frozen=True):
    """Where one can go on from here: another thing of the page's."""

    kind: Kind
    key: str


class Fact(Shown, frozen=True):
    label: str
    value: str
    link: Link | None = None


class Log(Shown, frozen=True):
    """Streams of a log group: those that begin with `prefix`."""

    group: str
    prefix: str


class Part(Shown, frozen=True):
    """A piece of an entry: a stage of a pipeline, a variant of an endpoint."""

    name: str
    status: str = ""
    tone: Tone = "still"


class Entry(Shown, frozen=True):
    """A line of the overview. `changed` is when anything was last heard of it."""

    kind: Kind
    key: str
    name: str
    status: str
    tone: Tone
    began: float = 0.0
    ended: float = 0.0
    changed: float = 0.0
    note: str = ""
    parts: tuple[Part, ...] = ()


class Happening(Shown, frozen=True):
    """Something that changed."""

    at: float
    text: str
    tone: Tone
    link: Link
    what: str


class Node(Shown, frozen=True):
    """A box of a graph; `column` and `row` are where it stands."""

    id: str
    label: str
    sort: str = ""
    status: str = ""
    tone: Tone = "still"
    began: float = 0.0
    ended: float = 0.0
    note: str = ""
    facts: tuple[Fact, ...] = ()
    about: Link | None = None
    column: int = 0
    row: float = 0.0


class Edge(Shown, frozen=True):
    """An arrow from one box to another."""

    start: str
    end: str
    label: str = ""


class Graph(Shown, frozen=True):
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class Table(Shown, frozen=True):
    """Facts of a kind, or things of a kind, under a title."""

    title: str
    facts: tuple[Fact, ...] = ()
    entries: tuple[Entry, ...] = ()


class Sheet(Shown, frozen=True):
    """All about one thing."""

    kind: Kind
    key: str
    name: str
    status: str
    tone: Tone
    began: float = 0.0
    ended: float = 0.0
    note: str = ""
    graph: Graph | None = None
    tables: tuple[Table, ...] = ()
    log: Log | None = None


class Overview(Shown, frozen=True):
    """What there is: entries by kind, newest first, what changed last, and what is worth looking at first."""

    at: float
    region: str
    entries: dict[Kind, tuple[Entry, ...]]
    happenings: tuple[Happening, ...]
    focus: Link | None = None
