"""A state machine alone: carried out in memory, with no server and no rows. For `penstock sfn run` and for tests.

A task is answered by the first of these that has an answer: the stand-in, the test case of a mock configuration, the
services that `directory` reaches. Where there is none the execution fails, and `Ran.unattended` says who was missed.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NoReturn
from weakref import WeakValueDictionary

import msgspec

from penstock.engine.facts import Outcome, Signalled, StartRun
from penstock.engine.outbox import Task
from penstock.services.stepfunctions.integrations import (
    Asked,
    Integrations,
    MockConfig,
    StandIn,
    http,
    nobody,
    parse_resource,
)
from penstock.services.stepfunctions.interpreter.aborting import CANCEL
from penstock.services.stepfunctions.interpreter.execution import Ended, HistoryEvent
from penstock.services.stepfunctions.interpreter.plan import Order, planned
from penstock.services.stepfunctions.interpreter.tasks import FINISH, OFFER, SUBMIT
from penstock.services.stepfunctions.leaps import LeapingTime
from penstock.services.stepfunctions.mapruns.alone import MapRunAlone
from penstock.services.stepfunctions.memory import InMemory, World
from penstock.services.stepfunctions.starting import uuid_of
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError

Json = Any
ROLE: Final = "arn:aws:iam::123456789012:role/PenstockExecutionRole"


class Unattended(ServiceError):
    """Nobody is there who could carry a task out."""

    code = "States.Runtime"


class Nobody(Directory):
    """The services of those who have none."""

    async def answer(self, call: Call) -> Answer:
        raise Unattended(f"nobody answers {call.service}.{call.operation} here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a machine is carried out in."""

    clock: Callable[[], float]
    chance: Callable[[], str]
    mocks: MockConfig | None = None
    stand_in: StandIn = nobody
    directory: Directory = field(default_factory=Nobody)
    leaps: bool = False  # whether waits take no time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """An execution that has ended."""

    order: Order
    ended: Ended
    events: Sequence[HistoryEvent]
    unattended: Sequence[str] = ()  # a sentence for each task that nobody was there for


async def carry_out(
    order: Order,
    around: Surroundings,
    *,
    seen: Callable[[Sequence[HistoryEvent]], None] = lambda _: None,
    longest: float | None = None,
) -> Ran:
    """Carry a machine out to its end; raises `TimeoutError` after `longest` seconds."""
    return await _Alone(order, around, seen).run(longest)


def order_of(
    definition: str,
    *,
    name: str,
    input: str,  # noqa: A002
    at: float,
    chance: str,
    test_case: str | None = None,
) -> Order:
    """The order of an execution that no service was asked for."""
    scope, execution = Scope(), uuid_of(chance)
    return Order(
        arn=scope.arn("states", f"execution:{name}:{execution}"),
        name=execution,
        definition=definition,
        role=ROLE,
        started_at=at,
        machine=scope.arn("states", f"stateMachine:{name}"),
        machine_name=name,
        input=input,
        mock=test_case,
    )


class _Noting(Directory):
    """A directory that takes note where nobody is there."""

    def __init__(self, directory: Directory, note: Callable[[str], None]) -> None:
        super().__init__()
        self._directory = directory
        self._note = note

    async def answer(self, call: Call) -> Answer:
        try:
            return await self._directory.answer(call)
        except Unattended as missed:
            self._note(missed.message)
            raise


class _Attended(Integrations):
    """Integrations that say plainly which task nobody is there for."""

    async def placed(self, task: Task, asked: Asked, overhearing: http.Overhearing | None = None) -> dict[str, Json]:
        resource = parse_resource(asked.resource)
        if resource.pattern == "token":
            raise Unattended("only an execution on a server can be told by a task token")
        if resource.service == "http" and isinstance(self._directory, Nobody):
            raise Unattended("nothing is called here that is not mocked")
        return await super().placed(task, asked, overhearing)


class _Alone:
    """One execution and all that it needs."""

    def __init__(self, order: Order, around: Surroundings, seen: Callable[[Sequence[HistoryEvent]], None]) -> None:
        self._order = order
        self._seen = seen
        self._events: list[HistoryEvent] = []
        self._unattended: dict[str, None] = {}
        self._time = LeapingTime(around.clock)
        self._integrations = _Attended(
            around.directory,
            clock=self._time.clock,
            chance=around.chance,
            mocks=around.mocks,
            stand_in=around.stand_in,
        )
        acts = {SUBMIT: self._submit, FINISH: self._integrations.finish, CANCEL: self._integrations.cancel}
        self._world = World(
            clock=self._time.clock,
            chance=around.chance,
            activities={name: self._time.busied(act) for name, act in {**acts, OFFER: self._offer}.items()},
            start_run=self._map_run,
            pass_time=self._time.pass_time if around.leaps else asyncio.sleep,
        )
        # By their ARNs: it, and the children of its map runs as long as they run.
        self._running: WeakValueDictionary[str, InMemory] = WeakValueDictionary()
        self._directory = around.directory

    async def run(self, longest: float | None) -> Ran:
        execution = await self._began(self._order, self._see).run(longest=longest)
        assert execution.ended is not None
        return Ran(order=self._order, ended=execution.ended, events=self._events, unattended=tuple(self._unattended))

    def _see(self, events: Sequence[HistoryEvent]) -> None:
        self._events.extend(events)
        self._seen(events)

    async def _map_run(self, command: StartRun) -> Outcome:
        """A distributed Map; its children's histories are their own, and not shown."""
        directory = _Noting(self._directory, partial(self._note, command.run))
        return await MapRunAlone(command, self._began, directory=directory, scope=Scope(), clock=self._time.clock).run()

    def _note(self, run: str, why: str) -> None:
        self._unattended[f"nobody is there for the items or results of {run}: {why}"] = None

    def _began(self, order: Order, seen: Callable[[Sequence[HistoryEvent]], None] = lambda _: None) -> InMemory:
        running = self._running[order.arn] = InMemory(planned(order), self._world, Scope(), seen=seen)
        return running

    async def _submit(self, task: Task) -> Json:
        try:
            return await self._integrations.submit(task)
        except Unattended as missed:
            self._miss(task.input["state"], task.input["resource"], missed.message)

    async def _offer(self, task: Task) -> Json:
        """An activity's worker is whoever stands in for it; its answer follows the news that it was offered."""
        running = self._running[task.run]
        frame = running.execution.frames[int(task.key[1:].partition(".")[0])]
        activity, token = task.input["activity"], task.input["token"]
        asked = Asked(
            resource=activity, parameters=frame.arguments, execution=task.run, state=frame.state,
            machine=self._order.machine_name, retry=frame.retried, mock=self._order.mock,
        )  # fmt: skip
        try:
            mocked = await self._integrations.mocked(asked)
        except ServiceError as failure:
            told: Json = {"token": token, "error": failure.code, "cause": failure.message}
        else:
            if mocked is None:
                self._miss(frame.state, activity, "an activity's workers ask a server")
            told = {"token": token, "output": msgspec.json.encode(mocked["output"]).decode()}
        asyncio.get_running_loop().call_soon(running.tell, Signalled("told", told))
        return {}

    def _miss(self, state: str, resource: str, why: str) -> NoReturn:
        sentence = f"nobody is there for state '{state}' ({resource}): {why}"
        self._unattended[sentence] = None
        raise ServiceError(sentence, code=Unattended.code) from None
