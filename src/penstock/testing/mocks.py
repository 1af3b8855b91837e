"""Mocks: what the tasks of a state machine answer instead of their services, said by a test.

    mocks.state("Orders", "Charge card").raises("Busy", "try again").returns({"charged": True})

Answers are given in this order, one for each attempt; the last one stays. A state that is not mocked calls its service.
"""

import asyncio
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from penstock.services.stepfunctions.integrations import Asked, MockConfig, MockError, Return, Throw

Json = Any
Function = Callable[[Json], Json]


class TaskFailed(Exception):
    """Raised by a mocked task's function: the task fails with this error and cause."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass(slots=True)
class StateMock:
    """What a state's tasks answer. `asked` are the parameters of every attempt so far."""

    asked: list[Json] = field(default_factory=list)
    _answers: list[Return | Throw | Function] = field(default_factory=list)

    def returns(self, result: Json) -> Self:
        """The task's result is this."""
        self._answers.append(Return(result))
        return self

    def raises(self, error: str, cause: str = "") -> Self:
        """The task fails."""
        self._answers.append(Throw(error, cause))
        return self

    def calls(self, function: Function) -> Self:
        """The task's result is what a function makes of the parameters; it fails the task by raising `TaskFailed`."""
        self._answers.append(function)
        return self

    def next(self, parameters: Json) -> Return | Throw | Function | None:
        self.asked.append(parameters)
        if not self._answers:
            return None
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


class Mocks:
    """The mocks of some machines. `in_threads` is for servers, which go on while a function works."""

    def __init__(self, *, in_threads: bool = False) -> None:
        self._states: dict[tuple[str, str], StateMock] = {}
        self._config: MockConfig | None = None
        self._case: str | None = None
        self._in_threads = in_threads

    def state(self, machine: str, state: str) -> StateMock:
        """The mock of a machine's state, to be told what it answers."""
        return self._states.setdefault((machine, state), StateMock())

    def install(self, configuration: Path | str | Mapping[str, Json], *, test_case: str | None = None) -> None:
        """Use a mock configuration, from a file or as it would be in one.

        Its test cases answer executions that are started as `MACHINE#TESTCASE`; `test_case`, all others too.
        """
        if isinstance(configuration, Mapping):
            self._config = MockConfig.parse(json.dumps(configuration))
        else:
            self._config = MockConfig.parse(Path(configuration).read_bytes())
        self._case = test_case

    def clear(self) -> None:
        """Mock nothing any more."""
        self._states.clear()
        self._config = self._case = None

    async def answer(self, asked: Asked) -> Return | Throw | None:
        """What stands in for a task's service, if anything does."""
        mock = self._states.get((asked.machine, asked.state))
        found = None if mock is None else mock.next(asked.parameters)
        if callable(found):
            return await self._called(found, asked.parameters)
        return found or self._configured(asked)

    async def _called(self, function: Function, parameters: Json) -> Return | Throw:
        try:
            result = await asyncio.to_thread(function, parameters) if self._in_threads else function(parameters)
            return Return(await result if inspect.isawaitable(result) else result)
        except TaskFailed as failed:
            return Throw(failed.error, failed.cause)

    def _configured(self, asked: Asked) -> Return | Throw | None:
        case = asked.mock or self._case
        if self._config is None or case is None:
            return None
        try:
            return self._config.response(asked.machine, case, asked.state, asked.retry)
        except MockError as wrong:
            return Throw("States.Runtime", str(wrong))
