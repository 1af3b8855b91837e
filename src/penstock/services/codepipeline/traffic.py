"""The flow of a pipeline: who is in a stage, who waits in front of it, who is sent away. Pure.

    an execution ──arrive──► inbound ──(the stage is free, the transition enabled)──► admit ──► occupant ──► …
                               └─► superseded by a later one, or cancelled by a new version

The run is there as long as executions are under way: it is started from the gates that the pipeline's document keeps
(`Traffic`), and keeps them there. In a pipeline that is PARALLEL nobody waits for anybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from penstock.engine.engine import Engine
from penstock.engine.facts import Command, Event, Finish, Outcome, Resume, RunId, Signal, Signalled, Started
from penstock.services.codepipeline import rows
from penstock.services.codepipeline.model import run_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

Json = Any
FLOW: Final = "codepipeline.pipeline"
ARRIVE: Final = "arrive"  # what it is told
OVER: Final = "over"
TRANSITION: Final = "transition"
RETRY: Final = "retry"
DECLARE: Final = "declare"
DELETE: Final = "delete"
ADMITTED: Final = "admitted"  # what it tells executions
SUPERSEDED: Final = "superseded"
CANCELLED: Final = "cancelled"
STOP: Final = "stop"


class Gate(msgspec.Struct, frozen=True, omit_defaults=True):
    """The way into a stage. `latest` is the execution that was last let in."""

    stage: str
    occupant: str = ""
    inbound: tuple[str, ...] = ()
    enabled: bool = True
    reason: str = ""
    changed_at: float | None = None
    changed_by: str = ""
    latest: str = ""


class Traffic(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pipeline's stages, and the executions under way, by number: a later one has a higher."""

    version: int
    mode: str
    gates: tuple[Gate, ...]
    numbers: dict[str, int] = {}
    count: int = 0
    told: int = 0
    leads_to: tuple[Command, ...] = ()
    is_over: bool = False

    def gate(self, stage: str) -> Gate | None:
        return next((each for each in self.gates if each.stage == stage), None)


def fresh(version: int, mode: str, stages: list[str], before: Traffic | None = None) -> Traffic:
    """The gates of a declaration; stages that were there before keep what they had."""
    gates = tuple((before and before.gate(stage)) or Gate(stage) for stage in stages)
    if before is None:
        return Traffic(version, mode, gates)
    return replace(before, version=version, mode=mode, gates=gates)


class TrafficFlow:
    name = FLOW
    state_type = Traffic

    def plan(self, document: bytes) -> str:
        """The pipeline's ARN."""
        return document.decode()

    def begin(self, plan: str) -> Traffic:
        return Traffic(0, "", ())

    def evolve(self, plan: str, state: Traffic, event: Event) -> Traffic:
        match event.fact:
            case Started(input):
                return msgspec.convert(input, Traffic)
            case Signalled(name, payload) if not state.is_over:
                turn = Turn(plan, replace(state, leads_to=()))
                turn.hear(name, payload, event.at)
                return turn.state
        return replace(state, leads_to=()) if state.leads_to else state

    def decide(self, plan: str, state: Traffic) -> Iterator[Command]:
        yield from state.leads_to
        if state.is_over:
            yield Finish(Outcome("Succeeded"))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: str, before: Traffic, after: Traffic) -> None:
        found = rows.by_arn(tx, plan)
        if found is not None and after is not before:
            kept = replace(after, leads_to=(), is_over=False)
            documents.update(tx, found.changed(found.modified_at, Traffic=msgspec.to_builtins(kept)))


@dataclass
class Turn:
    """One thing heard, and what follows from it."""

    pipeline: str
    state: Traffic

    def hear(self, name: str, payload: Json, at: float) -> None:
        match name:
            case "arrive":
                self._arrive(payload["Execution"], payload["Stage"], payload["Version"])
            case "over":
                self._forget(payload["Execution"])
            case "transition":
                self._change(payload["Stage"], lambda gate: _switched(gate, payload, at))
            case "retry":
                self._retry(payload)
            case "declare":
                self._declare(payload)
            case "delete":
                for execution in self.state.numbers:
                    self._tell(execution, STOP, {"Abandon": True, "Reason": "The pipeline was deleted."})
                self.state = replace(self.state, numbers={})
        self._let_in()
        self.state = replace(self.state, is_over=not self.state.numbers)

    def _arrive(self, execution: str, stage: str, version: int) -> None:
        self._leave(execution)
        self._number(execution)
        if version != self.state.version:
            self._send_away(execution, CANCELLED)
            return
        self._change(stage, lambda gate: replace(gate, inbound=(*gate.inbound, execution)))

    def _retry(self, payload: Json) -> None:
        execution, stage = payload["Execution"], payload["Stage"]
        self._number(execution)
        if self.state.mode != "PARALLEL":
            self._change(stage, lambda gate: replace(gate, occupant=execution))
        self._add(lambda key: Resume(key, run_of(self.pipeline, execution), RETRY, payload))

    def _declare(self, payload: Json) -> None:
        waiting = [execution for gate in self.state.gates for execution in gate.inbound]
        self.state = fresh(payload["Version"], payload["Mode"], payload["Stages"], self.state)
        for execution in waiting:
            self._leave(execution)
            self._send_away(execution, CANCELLED)

    def _number(self, execution: str) -> None:
        if execution not in self.state.numbers:
            count = self.state.count + 1
            self.state = replace(self.state, count=count, numbers={**self.state.numbers, execution: count})

    def _forget(self, execution: str) -> None:
        self._leave(execution)
        numbers = {each: number for each, number in self.state.numbers.items() if each != execution}
        self.state = replace(self.state, numbers=numbers)

    def _leave(self, execution: str) -> None:
        """An execution is nowhere any longer."""
        gates = tuple(
            replace(
                gate,
                occupant="" if gate.occupant == execution else gate.occupant,
                inbound=tuple(each for each in gate.inbound if each != execution),
            )
            for gate in self.state.gates
        )
        self.state = replace(self.state, gates=gates)

    def _let_in(self) -> None:
        for gate in self.state.gates:
            waiting = gate.inbound
            if self.state.mode == "SUPERSEDED" and len(waiting) > 1:
                waiting = (max(waiting, key=lambda each: self.state.numbers[each]),)
                for execution in gate.inbound:
                    if execution not in waiting:
                        self._send_away(execution, SUPERSEDED, waiting[0])
            let_in: tuple[str, ...] = ()
            if gate.enabled and waiting:
                if self.state.mode == "PARALLEL":
                    let_in = waiting
                elif not gate.occupant:
                    let_in = waiting[:1]
            self._change(gate.stage, lambda each, w=waiting, n=let_in: self._with(each, w, n))  # type: ignore[misc]
            for execution in let_in:
                self._tell(execution, ADMITTED, {"Stage": gate.stage})

    def _with(self, gate: Gate, waiting: tuple[str, ...], let_in: tuple[str, ...]) -> Gate:
        gate = replace(gate, inbound=waiting[len(let_in) :])
        if not let_in:
            return gate
        is_alone = self.state.mode != "PARALLEL"
        return replace(gate, latest=let_in[-1], occupant=let_in[0] if is_alone else "")

    def _send_away(self, execution: str, why: str, by: str = "") -> None:
        self._tell(execution, why, {"By": by})

    def _tell(self, execution: str, name: str, payload: Json) -> None:
        self._add(lambda key: Signal(key, run_of(self.pipeline, execution), name, payload))

    def _add(self, command: Callable[[str], Command]) -> None:
        told = self.state.told + 1
        self.state = replace(self.state, told=told, leads_to=(*self.state.leads_to, command(str(told))))

    def _change(self, stage: str, change: Callable[[Gate], Gate]) -> None:
        gates = tuple(change(gate) if gate.stage == stage else gate for gate in self.state.gates)
        self.state = replace(self.state, gates=gates)


def _switched(gate: Gate, payload: Json, at: float) -> Gate:
    return replace(gate, enabled=payload["Enabled"], reason=payload["Reason"], changed_at=at, changed_by=payload["By"])


def traffic_of(pipeline: Document) -> Traffic:
    """A pipeline's gates, as of the last commit."""
    return msgspec.convert(pipeline.body["Traffic"], Traffic)


def tell(tx: Transaction, engine: Engine, pipeline: Document, name: str, payload: Json) -> None:
    """Tell a pipeline's run something, having it started if it is not there."""
    opened(tx, engine, pipeline)
    engine.signal(tx, RunId(pipeline.arn), name, payload)


def opened(tx: Transaction, engine: Engine, pipeline: Document) -> None:
    """See to it that a pipeline's run is there: executions that start arrive at it."""
    run = RunId(pipeline.arn)
    seen = engine.see(tx, run)
    if seen is not None and seen.outcome is None:
        return
    engine.forget(tx, run)
    engine.start(tx, run, FLOW, pipeline.arn.encode(), scope=pipeline.scope, input=pipeline.body["Traffic"])
