"""The history of an execution as a person reads it: a line for each event, branches and iterations indented.

       0 ms  → Each  Map  ["a","b"]
       0 ms  │0 → Greet  Task  "a"
       0 ms  │1 → Greet  Task  "b"
       2 ms  │0 · LambdaFunctionSucceeded  "hello a"

An event is where the event before it is; what a Parallel or Map state starts is a level further in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from penstock.services.stepfunctions.interpreter.execution import EventId, HistoryEvent

Json = Any
Level = tuple[EventId, int]  # what started the branches or iterations, and which of them it is
FAN_STARTED: Final = ("ParallelStateStarted", "MapStateStarted")
FAN_ENDED: Final = tuple(
    f"{kind}State{how}" for kind in ("Parallel", "Map") for how in ("Succeeded", "Failed", "Aborted")
)
FANS_LEFT: Final = ("ParallelStateExited", "MapStateExited")
SHOWN: Final = ("input", "parameters", "output", "name", "mapRunArn")
FEWEST_COLUMNS: Final = 40


@dataclass(slots=True)
class Printer:
    """Prints events as they come. `started_at` is when the execution began."""

    console: Console
    started_at: float
    _types: dict[EventId, str] = field(default_factory=dict)
    _places: dict[EventId, tuple[Level, ...]] = field(default_factory=dict)
    _branches: dict[EventId, int] = field(default_factory=dict)
    _states: dict[EventId, str] = field(default_factory=dict)  # which state an event is of

    def print(self, events: Iterable[HistoryEvent]) -> None:
        for event in events:
            place = self._places[event.id] = self._place(event)
            self._types[event.id] = event.type
            self._states[event.id] = self._state(event)
            self.console.print(self._line(event, place), soft_wrap=True)

    def _state(self, event: HistoryEvent) -> str:
        if event.type.endswith("StateEntered"):
            return str((event.details or {})["name"])
        places, before = self._places, event.previous
        if event.type in FAN_ENDED and len(places.get(before, ())) > len(places[event.id]):
            before = places[before][-1][0]
        return self._states.get(before, "")

    def _place(self, event: HistoryEvent) -> tuple[Level, ...]:
        before = self._places.get(event.previous, ())
        type_before = self._types.get(event.previous, "")
        if event.type in FAN_ENDED:
            return before if type_before in FAN_STARTED else before[:-1]
        if event.type in FANS_LEFT:
            return self._outside(before, (event.details or {})["name"])
        if event.type == "MapIterationStarted":
            start = event.previous
            outer = before
            if type_before not in FAN_STARTED and before:  # a later one, which begins when an earlier one has ended
                start, outer = before[-1][0], before[:-1]
            return (*outer, (start, (event.details or {}).get("index", 0)))
        if type_before == "ParallelStateStarted" and event.type.endswith("StateEntered"):
            branch = self._branches[event.previous] = self._branches.get(event.previous, -1) + 1
            return (*before, (event.previous, branch))
        return before

    def _outside(self, place: tuple[Level, ...], name: str) -> tuple[Level, ...]:
        """Out of the branches of a state, if that is where we are: its exit follows the last event in them."""
        started = [self._states.get(start) for start, _ in place]
        return place[: started.index(name)] if name in started else place

    def _line(self, event: HistoryEvent, place: tuple[Level, ...]) -> Text:
        details = event.details or {}
        milliseconds = max(0.0, event.at - self.started_at) * 1000
        line = Text(f"{_duration(milliseconds):>10}  ", style="dim", end="")
        line.append("".join(f"│{index} " for _, index in place), style="blue dim")
        room = max(FEWEST_COLUMNS, self.console.width - line.cell_len)
        line.append_text(_shortened(_told(event.type, details), room))
        return line


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:,.1f} s"


def _told(type: str, details: Mapping[str, Json]) -> Text:  # noqa: A002
    if type.endswith("StateEntered"):
        kind = type.removesuffix("StateEntered")
        return Text.assemble(
            ("→ ", "cyan"), (details["name"], "bold"), f"  {kind}  ", (details.get("input", ""), "dim")
        )
    if type.endswith("StateExited"):
        return Text.assemble(("← ", "cyan"), (details["name"], "bold"), "  ", (details.get("output", ""), "dim"))
    if "error" in details or "cause" in details or type.endswith(("Failed", "TimedOut", "Aborted")):
        said = ": ".join(str(details[name]) for name in ("error", "cause") if details.get(name))
        return Text.assemble(("✗ ", "red"), (type, "red bold"), f"  {said}")
    style = "green bold" if type == "ExecutionSucceeded" else ""
    what = [str(details[name]) for name in ("resource", *SHOWN) if details.get(name) not in {None, ""}]
    if "index" in details:
        what.append(f"[{details['index']}]")
    return Text.assemble(("· ", "cyan"), (type, style), "  ", ("  ".join(what), "dim"))


def _shortened(text: Text, room: int) -> Text:
    text.truncate(room, overflow="ellipsis")
    return text
