"""What a map run is ordered to do, and what it is carried out by."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.packing import unpacked
from penstock.languages.asl.tree import Machine, Map
from penstock.services.stepfunctions.interpreter.plan import Order, compiled, inner

Json = Any
FLOW: Final = "stepfunctions.map-run"


class MapRunOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that the Map state's fields came to. Exactly one of `items` and `reader` is set."""

    arn: str
    label: str
    parent: Order  # without its input and what it resumed
    place: tuple[str, ...]  # names of Map states and branches, from the definition to the machine that the state is in
    state: str
    effective: Json  # the state's input, as InputPath has it: what ItemSelector sees
    context: Json
    variables: dict[str, Json]
    max_concurrency: int = 0
    tolerated_count: int | None = None
    tolerated_percentage: float | None = None
    items: list[Json] | dict[str, Json] | None = None
    reader: Json = None  # {"resource", "arguments", "config", "max_items"}
    batching: Json = None  # {"input", "max_items", "max_bytes"}
    writer: Json = None  # {"resource", "arguments", "config"}

    @property
    def writes_files(self) -> bool:
        return self.writer is not None and self.writer["resource"] is not None


@dataclass(frozen=True, slots=True)
class MapRunPlan:
    """An order with its state compiled."""

    order: MapRunOrder
    state: Map


_orders: Final = msgspec.msgpack.Decoder(MapRunOrder, ext_hook=unpacked)


def map_run_plan(document: bytes) -> MapRunPlan:
    order = _orders.decode(document)
    machine: Machine = compiled(order.parent.definition)
    for name in order.place:
        machine = inner(machine, name)
    state = machine.states[order.state]
    assert isinstance(state, Map)
    return MapRunPlan(order, state)
