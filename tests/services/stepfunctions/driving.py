"""A small player for the interpreter: a definition, facts made by hand, and what they led to. No I/O.

It keeps to the engine's rules: a command asked for again (same key) is dropped, and what is cancelled never fires.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from penstock.engine.facts import (
    CancelTimer,
    Command,
    Done,
    Ended,
    Event,
    Fact,
    Finish,
    Fired,
    Outcome,
    Perform,
    Refused,
    SetTimer,
    Signalled,
    Started,
)
from penstock.engine.packing import pack, unpacked
from penstock.services.stepfunctions.interpreter.advance import advance
from penstock.services.stepfunctions.interpreter.execution import Execution, HistoryEvent
from penstock.services.stepfunctions.interpreter.history import shown
from penstock.services.stepfunctions.interpreter.plan import Limits, Order, Plan, planned

Json = Any
ROLE = "arn:aws:iam::123456789012:role/states"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:m:e"
SDK = "arn:aws:states:::aws-sdk:sqs:sendMessage"
TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
SYNC = "arn:aws:states:::states:startExecution.sync:2"
START = 1_700_000_000.0
NO_LIMITS = Limits(payload_bytes=0, history_events=0, turn_events=0)


def machine(first: str = "A", /, language: str = "JSONPath", **states: Json) -> dict[str, Json]:
    """A definition of those states; one without Next or End ends the machine."""
    return {"StartAt": first, "QueryLanguage": language, "States": {name: ended(it) for name, it in states.items()}}


def ended(state: dict[str, Json]) -> dict[str, Json]:
    if {"Next", "End"} & state.keys() or state["Type"] in {"Choice", "Succeed", "Fail"}:
        return state
    return {**state, "End": True}


def branch(first: str = "A", /, **states: Json) -> dict[str, Json]:
    """A machine inside a state."""
    return {"StartAt": first, "States": {name: ended(it) for name, it in states.items()}}


def task(resource: str = SDK, **more: Json) -> dict[str, Json]:
    """A Task state; services are given parameters where none are named."""
    given = (
        {}
        if "Arguments" in more or "activity" in resource or "function" in resource
        else {"Parameters": {"QueueUrl": "q", "MessageBody": "m"}}
    )
    return {"Type": "Task", "Resource": resource, **given, **more}


def jsonata(text: str) -> str:
    return "{% " + text + " %}"


def plan_for(definition: Mapping[str, Json] | str, input: Json = None, limits: Limits = NO_LIMITS) -> Plan:  # noqa: A002
    """The plan of an execution of a definition."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    order = Order(
        arn=EXECUTION, name="e", definition=text, role=ROLE, started_at=START, machine=MACHINE, machine_name="m",
        input=input if isinstance(input, str) else json.dumps({} if input is None else input), limits=limits,
    )  # fmt: skip
    return planned(order)


@dataclass
class Play:
    """One execution. `is_frozen` sends it through its snapshot before every fact, as a restart would."""

    plan: Plan
    is_frozen: bool = False
    execution: Execution = field(default_factory=Execution)
    events: list[HistoryEvent] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    out: dict[str, Command] = field(default_factory=dict)
    at: float = START
    seq: int = 0

    def tell(self, fact: Fact, *, later: float = 0.0) -> "Play":
        """Advance by a fact, so many seconds after the one before."""
        if self.is_frozen:
            self.execution = msgspec.msgpack.decode(pack(self.execution), type=Execution, ext_hook=unpacked)
        self.at += later
        self.seq += 1
        if isinstance(fact, Done | Refused | Fired | Ended):
            self.out.pop(fact.key, None)
        asked = {command.key for command in self.commands}
        advance(self.plan, self.execution, Event(self.seq, self.at, f"{self.seq:032x}", fact))
        self.events += self.execution.events
        for command in self.execution.wanted:
            if command.key in asked:
                continue
            asked.add(command.key)
            self.commands.append(command)
            if isinstance(command, CancelTimer):
                self.out.pop(command.timer, None)
            elif not isinstance(command, Finish):
                self.out[command.key] = command
        return self

    # -------------------------------------------------------------------------------------------- facts, by name

    def start(self) -> "Play":
        return self.tell(Started())

    def answer(self, output: Json = None, *, key: str | None = None, **more: Json) -> "Play":
        """The oldest submission (or the one with that key) is answered."""
        return self.tell(Done(key or self.keys("t")[0], {"output": output, **more}))

    def refuse(self, error: str = "Oops", cause: str = "it broke", *, key: str | None = None) -> "Play":
        return self.tell(Refused(key or self.keys("t")[0], error, cause))

    def fire(self, kind: str = "") -> "Play":
        """Time passes until the next timer (of that kind), which fires."""
        timers = [each for each in self.timers if each.key.startswith(kind)]
        timer = min(timers, key=lambda each: each.due)
        return self.tell(Fired(timer.key), later=max(0.0, timer.due - self.at))

    def go(self, kind: str = "") -> None:
        """`fire`, as a statement."""
        self.fire(kind)

    def stop(self, **said: str) -> "Play":
        return self.tell(Signalled("stop", said))

    def say(self, name: str, token: str | None = None, **said: Json) -> "Play":
        """The holder of a token speaks."""
        return self.tell(Signalled(name, {"token": token or self.token, **said}))

    def run_ended(self, status: Any = "Succeeded", result: Json = None) -> "Play":
        return self.tell(Ended(self.keys("w")[0], Outcome(status, result)))

    # ------------------------------------------------------------------------------------------- what is to be seen

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    @property
    def history(self) -> list[dict[str, Json]]:
        return [shown(event) for event in self.events]

    @property
    def timers(self) -> list[SetTimer]:
        return [command for command in self.out.values() if isinstance(command, SetTimer)]

    @property
    def delays(self) -> list[float]:
        """Seconds until each timer that is set."""
        return [timer.due - self.at for timer in self.timers]

    @property
    def performed(self) -> list[Json]:
        """The inputs of everything that was to be performed."""
        return [command.input for command in self.commands if isinstance(command, Perform)]

    @property
    def parameters(self) -> list[Json]:
        """What tasks were submitted with, in order."""
        return [command.input["parameters"] for command in self.commands if command.key.startswith("t")]  # type: ignore[union-attr]

    @property
    def token(self) -> str:
        """The latest task token."""
        return str([asked["token"] for asked in self.performed if asked.get("token")][-1])

    def keys(self, kind: str) -> list[str]:
        return [key for key in self.out if key.startswith(kind)]

    @property
    def status(self) -> str:
        return "RUNNING" if self.execution.ended is None else self.execution.ended.status

    @property
    def output(self) -> Json:
        assert self.execution.ended is not None
        assert self.execution.ended.output is not None, self.execution.ended
        return json.loads(self.execution.ended.output)

    @property
    def failure(self) -> tuple[str | None, str | None]:
        assert self.execution.ended is not None
        return self.execution.ended.error, self.execution.ended.cause

    def details(self, type: str) -> list[dict[str, Json]]:  # noqa: A002
        return [event.details or {} for event in self.events if event.type == type]

    def links(self, *types: str) -> list[tuple[str, int, int]]:
        """Type, id and previous id of the events, of those types or of all."""
        return [(it.type, it.id, it.previous) for it in self.events if not types or it.type in types]


def play(definition: Mapping[str, Json] | str, input: Json = None, *, limits: Limits = NO_LIMITS) -> Play:  # noqa: A002
    """An execution that has just started."""
    return Play(plan_for(definition, input, limits)).start()


def played_out(game: Play, answer: Callable[[Play], None], most: int = 1_000) -> Play:
    """Let `answer` tell the next fact until the execution has ended."""
    for _ in range(most):
        if game.execution.ended is not None:
            return game
        answer(game)
    raise AssertionError(f"not over after {most} facts: {game.types[-20:]}")


def output_of(definition: Mapping[str, Json] | str, input: Json = None) -> Json:  # noqa: A002
    return play(definition, input).output
