"""Running a state machine in memory: no server, no files, and waits that take no time.

ran = run_machine(definition, {"order": 7}, mocks={"Charge card": {"charged": True}})
assert ran.status == "SUCCEEDED"
assert ran.visited == ["Charge card", "Ship"]
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from penstock.languages.asl.check import task_states
from penstock.languages.asl.read import read_machine
from penstock.services.stepfunctions.alone import Ran, Surroundings, carry_out, order_of
from penstock.services.stepfunctions.integrations.resources import is_resource
from penstock.services.stepfunctions.interpreter.history import shown
from penstock.testing.mocks import Mocks, TaskFailed

Json = Any
clock: Final = time.time  # noqa: TID251 - a door of its own: it composes what it runs
LONGEST: Final = 60.0  # real seconds


class Unmocked(Exception):
    """A task was reached that nobody is there for."""


@dataclass(frozen=True)
class Execution:
    """An execution that has ended."""

    ran: Ran

    @property
    def status(self) -> str:
        """SUCCEEDED, FAILED or TIMED_OUT."""
        return self.ran.ended.status

    @property
    def output(self) -> Json:
        """What it came to; None where it failed."""
        return None if self.ran.ended.output is None else json.loads(self.ran.ended.output)

    @property
    def error(self) -> str | None:
        return self.ran.ended.error

    @property
    def cause(self) -> str | None:
        return self.ran.ended.cause

    @cached_property
    def history(self) -> list[dict[str, Json]]:
        """Every event, as GetExecutionHistory answers it; timestamps are seconds."""
        return [shown(event) for event in self.ran.events]

    @property
    def visited(self) -> list[str]:
        """The names of the states that were entered, in order."""
        return [(event.details or {})["name"] for event in self.ran.events if event.type.endswith("StateEntered")]

    @property
    def seconds(self) -> float:
        """How long it took, with all that was waited for."""
        return self.ran.ended.at - self.ran.order.started_at

    def events_of(self, type: str) -> list[dict[str, Json]]:  # noqa: A002
        """The details of every event of a type, such as `TaskFailed`."""
        return [event.details or {} for event in self.ran.events if event.type == type]


def run_machine(
    definition: str | Path | Mapping[str, Json],
    input: Json = None,  # noqa: A002
    *,
    mocks: Mocks | Mapping[str, Json] | Path | None = None,
    test_case: str | None = None,
    name: str = "Machine",
    longest: float = LONGEST,
) -> Execution:
    """Carry a machine out to its end. Call it where no event loop runs.

    `mocks` are `Mocks`, a mock configuration file, or what states answer by their names: a value, a function of the
    parameters, or a `TaskFailed`. Raises `DefinitionError`, `Unmocked`, and `TimeoutError` where the
    end has not come after `longest` real seconds.
    """
    text = text_of(definition)
    tasks = task_states(read_machine(text, recognises=is_resource))
    if isinstance(mocks, Mapping) and (unknown := [state for state in mocks if state not in tasks]):
        raise ValueError(f"mocks name '{unknown[0]}', which is no Task state; there are {tasks}")
    given = json.dumps({} if input is None else input)
    order = order_of(text, name=name, input=given, at=clock(), chance=chance(), test_case=None)
    around = Surroundings(clock=clock, chance=chance, stand_in=mocks_of(mocks, name, test_case).answer, leaps=True)
    ran = asyncio.run(carry_out(order, around, longest=longest))
    if ran.unattended:
        raise Unmocked("; ".join(ran.unattended) + ". Say in `mocks` what these states answer.")
    return Execution(ran)


def chance() -> str:
    """128 random bits, as 32 hexadecimal digits."""
    return os.urandom(16).hex()


def text_of(definition: str | Path | Mapping[str, Json]) -> str:
    if isinstance(definition, Path):
        return definition.read_text(encoding="utf-8")
    return definition if isinstance(definition, str) else json.dumps(definition)


def mocks_of(given: Mocks | Mapping[str, Json] | Path | None, machine: str, test_case: str | None) -> Mocks:
    if isinstance(given, Mocks):
        return given
    mocks = Mocks()
    if isinstance(given, Path):
        mocks.install(given, test_case=test_case)
        return mocks
    for state, answer in (given or {}).items():
        say(mocks, machine, state)(answer)
    return mocks


def say(mocks: Mocks, machine: str, state: str) -> Callable[[Json], object]:
    """Tells a state's mock what it answers."""
    mock = mocks.state(machine, state)

    def told(answer: Json) -> object:
        if isinstance(answer, TaskFailed):
            return mock.raises(answer.error, answer.cause)
        return mock.calls(answer) if callable(answer) else mock.returns(answer)

    return told
