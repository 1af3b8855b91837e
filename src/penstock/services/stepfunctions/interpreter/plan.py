"""What an execution is carried out by: the machine, who and where it is, and the limits it is held to."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec

from penstock.languages.asl.read import read_machine
from penstock.languages.asl.tree import Machine

Json = Any
LARGEST_PAYLOAD: Final = 262_144  # bytes of UTF-8
LONGEST_HISTORY: Final = 25_000  # events
TURN_EVENTS: Final = 2_000  # events in one turn, before others have theirs
TURN_STEPS: Final = 10_000  # of an expression, and of all in a turn before others have theirs: some ten milliseconds


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """AWS's quotas, as settings. 0 is none. What is not said in the plan of an older execution does not hold for it."""

    payload_bytes: int = LARGEST_PAYLOAD
    history_events: int = LONGEST_HISTORY
    turn_events: int = TURN_EVENTS
    turn_steps: int = 0

    def are_reached(self, events: int) -> bool:
        """Whether a history of so many events has no room for what an execution ends with."""
        return bool(self.history_events) and events >= self.history_events - 1


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """The execution as it was ordered: what a run keeps as its plan."""

    arn: str
    name: str
    definition: str
    role: str
    started_at: float
    machine: str  # ARN of the state machine, without version or alias
    machine_name: str
    type: str = "STANDARD"
    version: str | None = None
    alias: str | None = None
    input: str = "{}"
    item: str | None = None  # $$.Map.Item of a child execution, as JSON
    mock: str | None = None  # the test case whose mocked responses are used
    map_run: str | None = None
    item_processor: tuple[
        str, ...
    ] = ()  # names of Map states and branches, down to the machine that a child carries out
    logging: Json = None
    revision: str | None = None
    updated_at: float = 0.0  # the machine, last
    items: int = 0  # how many items a child of a map run has,
    place: int = 0  # … and the how-manieth child it is
    limits: Limits = Limits()
    resume: bytes | None = None  # the execution as it ended, of one that is redriven
    trace: str | None = None
    token: str = ""  # of the call that started it, if it may be placed again


@dataclass(frozen=True, slots=True)
class Plan:
    """An order with its machine compiled."""

    order: Order
    machine: Machine


_orders: Final = msgspec.msgpack.Decoder(Order)
compiled: Final = lru_cache(maxsize=256)(read_machine)


def plan_of(document: bytes) -> Plan:
    return planned(_orders.decode(document))


def planned(order: Order) -> Plan:
    machine = compiled(order.definition)
    for name in order.item_processor:
        machine = inner(machine, name)
    return Plan(order, machine)


def inner(machine: Machine, name: str) -> Machine:
    """The machine inside a Map state (by its name) or a branch of a Parallel state (`name[2]`)."""
    state: Any = machine.states.get(name)
    if state is not None:
        processor: Machine = state.processor
        return processor
    outer, _, index = name.rpartition("[")
    parallel: Any = machine.states[outer]
    branch: Machine = parallel.branches[int(index.rstrip("]"))]
    return branch


def processor_text(order: Order) -> str:
    """The definition of what an execution carries out: of a map run's child, its Map state's ItemProcessor."""
    document: Json = msgspec.json.decode(order.definition)
    for name in order.item_processor:
        outer, _, index = name.rpartition("[")
        state = document["States"].get(name)
        if state is None:
            document = document["States"][outer]["Branches"][int(index.rstrip("]"))]
        else:
            document = state.get("ItemProcessor") or state["Iterator"]
    return msgspec.json.encode(document).decode() if order.item_processor else order.definition
