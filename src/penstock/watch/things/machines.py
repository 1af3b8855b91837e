"""Executions of state machines: the machine's states as a graph, with where the execution has been."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from penstock.watch.asking import MOST, SHOWN, Asker
from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Entry, Fact, Graph, Node, Sheet, Table, tone_of
from penstock.wire.call import Answer, Json

CANDIDATES: Final = 20  # machines whose executions are looked for: those that were made last
LATEST: Final = 3
LISTED: Final = 1000  # machines in one answer
EVENTS: Final = 500  # of the history, from its end
LONGEST: Final = 2_000  # letters of an input or an output


async def entries(asker: Asker) -> list[Entry]:
    """The latest executions."""
    told = await asker.ask("stepfunctions", "ListStateMachines", maxResults=LISTED)
    found: list[Entry] = []
    for machine in told["stateMachines"][-CANDIDATES:]:
        if machine["type"] != "STANDARD":
            continue
        answer = await asker.ask_if_there(
            "stepfunctions", "ListExecutions", stateMachineArn=machine["stateMachineArn"], maxResults=LATEST
        )
        found += [_entry(machine["name"], each) for each in answer.get("executions", ())]
    return sorted(found, key=lambda each: -each.began)[:MOST]


def _entry(machine: str, execution: Json) -> Entry:
    status, ended = execution["status"], execution.get("stopDate") or 0.0
    return Entry(
        kind="machine", key=execution["executionArn"], name=machine, status=status, tone=tone_of(status),
        began=execution["startDate"], ended=ended, changed=ended or execution["startDate"], note=execution["name"],
    )  # fmt: skip


async def about(asker: Asker, arn: str) -> Sheet:
    execution = await asker.ask("stepfunctions", "DescribeExecution", executionArn=arn)
    told = await asker.ask("stepfunctions", "DescribeStateMachineForExecution", executionArn=arn)
    history = await asker.ask(
        "stepfunctions", "GetExecutionHistory", executionArn=arn, reverseOrder=True, maxResults=EVENTS
    )
    entry = _entry(told["name"], execution)
    tables = (
        Table(title="Execution", facts=tuple(_facts(execution))),
        Table(title="History, its end first", facts=tuple(_event(each) for each in history["events"][:SHOWN])),
    )
    return Sheet(
        kind="machine", key=arn, name=told["name"], status=entry.status, tone=entry.tone, began=entry.began,
        ended=entry.ended, note=": ".join(filter(None, (execution.get("error"), execution.get("cause")))),
        graph=drawn(json.loads(told["definition"]), history["events"]), tables=tables,
    )  # fmt: skip


def _facts(execution: Answer) -> Iterator[Fact]:
    yield Fact(label="Name", value=execution["name"])
    for label in ("input", "output"):
        if execution.get(label):
            yield Fact(label=label.capitalize(), value=execution[label][:LONGEST])


def _event(event: Json) -> Fact:
    details: Mapping[str, Json] = next(
        (value for name, value in event.items() if name.endswith("EventDetails") and isinstance(value, Mapping)), {}
    )
    said = (details.get(member) for member in ("name", "resource", "error", "cause"))
    return Fact(label=f"{event['id']} {event['type']}", value=" ".join(str(each) for each in said if each))


def drawn(definition: Json, events: list[Json]) -> Graph:
    """The states of the machine's own level, each with the last that was heard of it."""
    states: Mapping[str, Json] = definition["States"]
    entered = {
        each["stateEnteredEventDetails"]["name"]: each for each in events[::-1] if "stateEnteredEventDetails" in each
    }
    left = {each["stateExitedEventDetails"]["name"]: each for each in events[::-1] if "stateExitedEventDetails" in each}
    over = next(
        (each for each in events if each["type"].startswith("Execution") and each["type"] != "ExecutionStarted"), None
    )
    nodes = [_node(name, state, entered.get(name), left.get(name), over) for name, state in states.items()]
    return laid_out(nodes, [edge for name, state in states.items() for edge in _onward(name, state)])


def _node(name: str, state: Json, entered: Json | None, left: Json | None, over: Json | None) -> Node:
    if entered is None:
        return Node(id=name, label=name, sort=state["Type"])
    if left is not None and left["id"] > entered["id"]:
        status, end = "Succeeded", left["timestamp"]
    elif over is not None:
        status, end = over["type"].removeprefix("Execution"), over["timestamp"]
    else:
        status, end = "InProgress", 0.0
    return Node(
        id=name, label=name, sort=state["Type"], status=status, tone=tone_of(status), began=entered["timestamp"],
        ended=end, facts=tuple(_passed(entered, left)),
    )  # fmt: skip


def _passed(entered: Json, left: Json | None) -> Iterator[Fact]:
    for label, text in (
        ("Input", entered["stateEnteredEventDetails"].get("input")),
        ("Output", left["stateExitedEventDetails"].get("output") if left else None),
    ):
        if text:
            yield Fact(label=label, value=text[:LONGEST])


def _onward(name: str, state: Json) -> Iterator[Edge]:
    if following := state.get("Next"):
        yield Edge(start=name, end=following)
    for choice in state.get("Choices", ()):
        if "Next" in choice:
            yield Edge(start=name, end=choice["Next"], label="if")
    if default := state.get("Default"):
        yield Edge(start=name, end=default, label="else")
    for catcher in state.get("Catch", ()):
        yield Edge(start=name, end=catcher["Next"], label="on error")
