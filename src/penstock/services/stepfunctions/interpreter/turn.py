"""A turn: what one fact leads to, all of it in one commit.

A turn has the time and the luck of its event and nothing else from outside, so that a replay is the same. Frames that
may go on wait in `ready`, first come first served: branches advance side by side, as they do on AWS.
"""

import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any, Final

import msgspec

from penstock.engine.facts import Command
from penstock.languages.asl.tree import Machine, Map, Parallel, State
from penstock.languages.asl.view import Failure, View
from penstock.services.stepfunctions.interpreter import context
from penstock.services.stepfunctions.interpreter.execution import EventId, Execution, Frame, HistoryEvent
from penstock.services.stepfunctions.interpreter.labour import Labour
from penstock.services.stepfunctions.interpreter.plan import Plan
from penstock.services.stepfunctions.interpreter.rehearsal import Rehearsal

Json = Any
ASCII_SURELY: Final = 4  # bytes that one character takes at most
DEEPEST: Final = 200  # arrays and objects inside one another: far within what Python's stack lets anything follow
TOO_DEEP: Final = f"The data nest more than {DEEPEST} deep."
_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}
_encode: Final = msgspec.json.Encoder().encode


class Turn:
    """The context of everything that states do.

    `rehearsal` is there where TestState tries a single state, `labour` where others would wait for what takes long.
    """

    __slots__ = ("_random", "at", "chance", "execution", "labour", "plan", "ready", "rehearsal")

    def __init__(
        self,
        plan: Plan,
        execution: Execution,
        *,
        at: float,
        chance: str,
        rehearsal: Rehearsal | None = None,
        labour: Labour | None = None,
    ) -> None:
        self.plan = plan
        self.execution = execution
        self.at = at
        self.chance = chance
        self.rehearsal = rehearsal
        self.labour = labour
        self.ready: deque[Frame] = deque()
        self._random: random.Random | None = None

    # ---------------------------------------------------------------------------------------------- what is recorded

    def record(self, frame: Frame, type: str, details: dict[str, Json] | None = None) -> EventId:  # noqa: A002
        """Add an event after the frame's last one."""
        execution = self.execution
        event = execution.last_event = execution.last_event + 1
        execution.events.append(HistoryEvent(event, type, frame.previous, self.at, details))
        frame.previous = event
        return event

    def record_aside(self, previous: EventId, type: str, details: dict[str, Json] | None = None) -> EventId:  # noqa: A002
        """Add an event that no frame goes on from."""
        execution = self.execution
        event = execution.last_event = execution.last_event + 1
        execution.events.append(HistoryEvent(event, type, previous, self.at, details))
        return event

    def want(self, command: Command) -> None:
        self.execution.wanted.append(command)

    def note(self, name: str, value: Json) -> None:
        """Keep something for TestState's inspection."""
        if self.rehearsal is not None:
            self.rehearsal.notes[name] = value

    # ---------------------------------------------------------------------------------------------- where a frame is

    def machine_of(self, frame: Frame) -> Machine:
        if frame.parent < 0:
            return self.plan.machine
        parent = self.execution.frames[frame.parent]
        state = self.machine_of(parent).states[parent.state]
        if isinstance(state, Parallel):
            return state.branches[frame.index]
        assert isinstance(state, Map)
        return state.processor

    def state_of(self, frame: Frame) -> State:
        return self.machine_of(frame).states[frame.state]

    def frame(self, parent: Frame | None, index: int, machine: Machine, value: Json, text: str | None) -> Frame:
        """A new thread of control at the start of a machine."""
        execution = self.execution
        new = Frame(
            id=execution.next_frame,
            parent=-1 if parent is None else parent.id,
            index=index,
            state=machine.start_at,
            input=value,
            text=text,
            variables={} if parent is None else parent.variables,
        )
        execution.next_frame += 1
        execution.frames[new.id] = new
        return new

    # ------------------------------------------------------------------------------------------ what expressions see

    def view(self, frame: Frame, document: Json, states: Mapping[str, Json] | None = None) -> View:
        return View(
            document,
            frame.variables,
            context.of(self, frame),
            self.at,
            self.luck,
            {"input": frame.input} if states is None else states,
            self.labour,
        )

    def luck(self) -> random.Random:
        """Numbers that this event alone decides."""
        if self._random is None:
            self._random = random.Random(self.chance)  # noqa: S311 - told apart by, not kept secret
        return self._random

    # ---------------------------------------------------------------------------------------------------- JSON text

    def text(self, value: Json, name: str) -> str:
        """A value as history shows it; raises `Failure` if it is over the limit. `name` is whose value it is."""
        text = encode(value)
        limit = self.plan.order.limits.payload_bytes
        if limit and len(text) * ASCII_SURELY > limit and len(text.encode()) > limit:
            raise too_large(name)
        return text

    def texts(self, variables: Mapping[str, Json], state: str) -> dict[str, str]:
        """What a state assigns as history shows it; raises `Failure` if it is over the limit, all of it together."""
        texts = {name: encode(value) for name, value in variables.items()}
        limit = self.plan.order.limits.payload_bytes
        if limit and sum(len(text.encode()) for text in texts.values()) > limit:
            raise Failure(
                "States.DataLimitExceeded",
                f"The variables that the state '{state}' assigns exceed the maximum number of bytes service limit.",
                is_runtime=False,
            )
        return texts


def too_large(name: str) -> Failure:
    return Failure(
        "States.DataLimitExceeded",
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
        is_runtime=False,
    )


def encode(value: Json) -> str:
    """Compact JSON. What is no JSON after all, or nests deeper than anything here follows, fails the state."""
    try:
        text = _encode(value).decode()
    except UnicodeEncodeError:
        raise Failure("States.Runtime", "A string holds half of a surrogate pair, which no text can hold.") from None
    except RecursionError:
        raise Failure("States.Runtime", TOO_DEEP) from None
    if text.count("[") + text.count("{") > DEEPEST and depth(text) > DEEPEST:
        raise Failure("States.Runtime", TOO_DEEP)
    return text


def depth(text: str) -> int:
    """How deep JSON text nests."""
    signs = (_STEPS[sign] for sign in _BRACKETS.findall(text) if sign in _STEPS)
    return max(accumulate(signs), default=0)


Handler = Callable[[Turn, Frame, Any], None]
