"""An execution as its journal folds to: the threads of control in it, each a frame.

A frame stands in one state of one machine: the definition, a branch, or an iteration of a Map. What machine follows
from the frames above it. JSON values are shared between frames and never changed; `variables` is replaced, not
written to. The whole is plain data, so a snapshot is its encoding.
"""

from typing import TYPE_CHECKING, Any, Literal

import msgspec

Json = Any
Phase = Literal["", "wait", "task", "late", "retry", "fan", "run", "ended", "aborted"]
EventId = int


class Work(msgspec.Struct):
    """An attempt at a task, as long as it is out."""

    token: str = ""
    is_submitted: bool = False
    handle: Json = None  # what `finish` needs, and `cancel`
    is_settled: bool = False  # it has failed, or is being stopped: nobody need stop it
    beats: int = 0  # heartbeats so far: each has a timer of its own
    heartbeat: int = 0  # seconds; 0 is none
    timeout: int = 0  # seconds; 0 is none
    is_scheduled: bool = False  # of an activity: it is offered to workers
    is_started: bool = False  # … and one of them has it
    early: Json = None  # what a token's holder said before the task was known to be submitted
    role: str = ""  # of its Credentials; empty where it acts in its machine's

    @property
    def has_timeout(self) -> bool:
        return self.timeout > 0


class Fan(msgspec.Struct):
    """The children of a Parallel or inline Map state. `results` has a place for each, in order."""

    results: list[Json]
    open: int = 0
    next: int = 0  # the next item to begin
    limit: int = 0  # how many may be open; 0 is any
    items: list[Json] = msgspec.field(default_factory=list)
    inputs: list[Json] | None = None  # what ItemSelector made of them; None where there is none
    starts: EventId = 0  # the event that iterations link to
    completed: set[int] = msgspec.field(default_factory=set)  # indexes whose results are there


class Frame(msgspec.Struct):
    """A thread of control. Event ids are the execution's; 0 links to nothing."""

    id: int
    parent: int  # a frame's id; -1 for the definition's own
    index: int  # of the branch or iteration
    state: str
    input: Json
    text: str | None  # `input` encoded, once somebody needed it
    variables: dict[str, Json]
    previous: EventId = 0
    before: EventId = 0  # what `previous` was when the state was entered
    entered: EventId = 0
    entered_at: float = 0.0
    phase: Phase = ""
    turn: int = 0  # counts what the frame waited for: an answer to an older turn is stale
    retries: list[int] = msgspec.field(default_factory=list)  # of each retrier of the state
    retried: int = 0  # in all: $$.State.RetryCount
    arguments: Json = None  # what the state's payload came to
    item: Json = None  # the item of an iteration, before ItemSelector
    work: Work | None = None
    fan: Fan | None = None


class HistoryEvent(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event as it is kept; `history.shown` makes it what GetExecutionHistory answers.

    JSON holds no cycles, so the garbage collector need not know of events: with it they take twice as long to make.
    """

    id: EventId
    type: str
    previous: EventId
    at: float
    details: dict[str, Json] | None = None


class Ended(msgspec.Struct):
    """How an execution ended."""

    status: Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    at: float
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    is_final: bool = False  # its history has no room for a redrive


class Execution(msgspec.Struct, dict=True):
    """The whole of it. `events` and `wanted` are what the last fact led to, and no part of what is kept."""

    frames: dict[int, Frame] = msgspec.field(default_factory=dict)
    next_frame: int = 0
    last_event: EventId = 0
    ended: Ended | None = None
    redrives: int = 0
    input: Json = None
    ready: list[int] = msgspec.field(default_factory=list)  # frames to go on with after a pause
    is_doomed: bool = False  # its machine is being deleted: it ends at its next transition
    if TYPE_CHECKING:  # attributes of the object, not members of the struct: a snapshot has neither
        events: list[HistoryEvent] = msgspec.field(default_factory=list)
        wanted: list[Any] = msgspec.field(default_factory=list)  # engine commands
