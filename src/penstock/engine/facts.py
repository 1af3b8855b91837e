"""What a journal holds, and what leaves it: facts, events and commands, each a closed union.

    fact  ──►  Event(seq, at, chance, fact)  ──►  evolve(state)  ──►  decide(state)  ──►  commands

A flow reads neither clock nor dice: `Event.at` is the time and `Event.chance` the luck of that event, the same in
every replay. A command has a key, unique in its run: asking again for what was asked already changes nothing,
so `decide` may say the same thing as often as it likes.
"""

from typing import Any, Literal, NewType

import msgspec

RunId = NewType("RunId", str)
Key = str
Json = Any
Status = Literal["Succeeded", "Failed", "Stopped"]


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """How a run ended. `result` is what its watchers are told: for a product's run, its Describe answer."""

    status: Status
    result: Json = None


# ---------------------------------------------------------------------------------------------------- commands


class Perform(msgspec.Struct, frozen=True, tag="Perform"):
    """Do an activity that a product registered. Answered by `Done` or `Refused`."""

    key: Key
    activity: str
    input: Json = None


class Invoke(msgspec.Struct, frozen=True, tag="Invoke"):
    """Place a `Call` in the run's scope. Answered by `Done` (the response) or `Refused` (code and message)."""

    key: Key
    service: str
    operation: str
    request: Json


class Watch(msgspec.Struct, frozen=True, tag="Watch"):
    """Be told when another run has settled, at once if it has. Answered by `Ended`, or `Refused` if unknown."""

    key: Key
    run: RunId


class StartRun(msgspec.Struct, frozen=True, tag="StartRun"):
    """Start a child run and watch it. Answered by `Ended`. Starting a run that exists starts nothing."""

    key: Key
    run: RunId
    flow: str
    plan: bytes
    input: Json = None


class Resume(msgspec.Struct, frozen=True, tag="Resume"):
    """Let another run go on and watch it: open again if it has settled, it is signalled. Answered as a `Watch` is."""

    key: Key
    run: RunId
    name: str
    payload: Json = None


class Signal(msgspec.Struct, frozen=True, tag="Signal"):
    """Tell another run something; a run that has settled, or never was, is not disturbed."""

    key: Key
    run: RunId
    name: str
    payload: Json = None


class SetTimer(msgspec.Struct, frozen=True, tag="SetTimer"):
    """Be told `Fired` at `due` (seconds since the epoch), however many restarts lie between."""

    key: Key
    due: float


class CancelTimer(msgspec.Struct, frozen=True, tag="CancelTimer"):
    """Take back a timer; if it has fired already, nothing happens. `timer` is the key it was set under."""

    key: Key
    timer: Key


class Finish(msgspec.Struct, frozen=True, tag="Finish"):
    """Settle the run. What is still out is forgotten: later facts about it change nothing."""

    outcome: Outcome
    key: Key = "finish"


Command = Perform | Invoke | Watch | StartRun | Resume | Signal | SetTimer | CancelTimer | Finish

# ------------------------------------------------------------------------------------------------------- facts


class Started(msgspec.Struct, frozen=True, tag="Started"):
    """The run exists. The first fact of every journal."""

    input: Json = None


class Done(msgspec.Struct, frozen=True, tag="Done"):
    """What was asked under this key was done, with this result."""

    key: Key
    result: Json = None


class Refused(msgspec.Struct, frozen=True, tag="Refused"):
    """What was asked under this key was not done; `error` is an AWS error code, or an engine's own."""

    key: Key
    error: str
    message: str


class Fired(msgspec.Struct, frozen=True, tag="Fired"):
    """The timer set under this key is due."""

    key: Key


class Ended(msgspec.Struct, frozen=True, tag="Ended"):
    """The run watched or started under this key has settled."""

    key: Key
    outcome: Outcome


class Signalled(msgspec.Struct, frozen=True, tag="Signalled"):
    """Somebody outside said something: a stop, a token's answer, an activity's progress."""

    name: str
    payload: Json = None


class Asked(msgspec.Struct, frozen=True, tag="Asked"):
    """A command was journalled. Folded right after the event that led to it: a flow counts what is out by it."""

    command: Command


Fact = Started | Done | Refused | Fired | Ended | Signalled | Asked


class Event(msgspec.Struct, frozen=True):
    """A fact with its place in the journal, its time (seconds since the epoch) and its luck (128 random bits, hex)."""

    seq: int
    at: float
    chance: str
    fact: Fact
