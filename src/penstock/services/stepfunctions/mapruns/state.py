"""A map run as its journal folds to: how many of its children there are of each kind, and what is under way."""

from typing import Any, Final

import msgspec

Json = Any
MOST_OPEN: Final = 1_000  # children at once where MaxConcurrency sets no bound
MOST_STARTED: Final = 500  # children in one fill
UNSUCCESSFUL: Final = ("FAILED", "TIMED_OUT", "ABORTED")


class Counts(msgspec.Struct):
    """How many there are of each: of children, or of the items in them. What waits for its redrive is no failure."""

    SUCCEEDED: int = 0
    FAILED: int = 0
    TIMED_OUT: int = 0
    ABORTED: int = 0
    started: int = 0
    final: dict[str, int] = msgspec.field(default_factory=dict)  # of the failures, those that can never be redriven
    waiting: dict[str, int] = msgspec.field(default_factory=dict)  # for their redrive, by how they had ended

    @property
    def ended(self) -> int:
        """Those that are neither under way nor to be; of what a fill has begun and not told of, too."""
        return self.SUCCEEDED + self.unsuccessful + self.pending_redrive

    @property
    def unsuccessful(self) -> int:
        return self.FAILED + self.TIMED_OUT + self.ABORTED

    @property
    def pending_redrive(self) -> int:
        return sum(self.waiting.values())

    def count(self, ending: str, number: int, *, is_final: bool = False) -> None:
        setattr(self, ending, getattr(self, ending) + number)
        if is_final:
            self.final[ending] = self.final.get(ending, 0) + number

    def wait_for_redrive(self) -> None:
        """Every failure that can be redriven waits for it."""
        for ending in UNSUCCESSFUL:
            redrivable = getattr(self, ending) - self.final.get(ending, 0)
            self.count(ending, -redrivable)
            self.waiting[ending] = redrivable

    def redrive(self, ending: str, number: int) -> None:
        """So many that had ended like this are under way again."""
        if self.waiting:
            self.waiting[ending] -= number
        else:
            self.count(ending, -number)

    def wait_no_more(self) -> None:
        """What has not been redriven is what it was."""
        for ending, number in self.waiting.items():
            self.count(ending, number)
        self.waiting = {}


class MapRun(msgspec.Struct):
    """How far it is. `why` is set once it will not succeed."""

    children: Counts
    items: Counts
    max_concurrency: int = 0
    tolerated_count: int | None = None
    tolerated_percentage: float | None = None
    fills: int = 0
    is_filling: bool = False
    is_exhausted: bool = False
    is_aborted: bool = False
    why: Json = None  # {"status", "error", "cause"}
    outcome: Json = None  # the same, or {"output"}: it is over
    started_at: float = 0.0
    ended_at: float = 0.0
    written: int = 0  # children whose results are where they belong
    redrives: int = 0
    redriven_at: float = 0.0
    next_redrive: int = 0  # asked for while what was stopped is on its way to its end
    is_redriving: bool = False  # children that had failed are being started again
    rounds: int = 0  # of that
    redriven_to: int = -1  # the place of the last child that was

    @property
    def status(self) -> str:
        if self.outcome is None:
            return "RUNNING"
        return str(self.outcome.get("status", "SUCCEEDED"))

    @property
    def has_open_children(self) -> bool:
        return self.children.ended < self.children.started

    def give_up(self, **why: str) -> None:
        """It will not succeed."""
        self.why = why
        self.children.wait_no_more()
        self.items.wait_no_more()


def free(state: MapRun) -> int:
    """How many more children may be open."""
    return (state.max_concurrency or MOST_OPEN) - (state.children.started - state.children.ended)


def room(state: MapRun) -> int:
    """How many children may start now; where many may be open, none until a tenth of them can."""
    places = free(state)
    few = min(state.max_concurrency or MOST_OPEN, MOST_OPEN) // 10
    return 0 if places <= 0 or places < few else min(places, MOST_STARTED)


def begun_again(state: MapRun, redrive: int, at: float) -> MapRun:
    """The map run as its redrive begins: it is under way, and its failures wait."""
    state.children.wait_for_redrive()
    state.items.wait_for_redrive()
    return msgspec.structs.replace(
        state,
        is_aborted=False,
        why=None,
        outcome=None,
        ended_at=0.0,
        written=0,
        redrives=redrive,
        redriven_at=at,
        next_redrive=0,
        is_redriving=True,
        redriven_to=-1,
    )
