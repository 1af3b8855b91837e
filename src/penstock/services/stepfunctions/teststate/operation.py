"""The operation: the interpreter rehearses one state in memory, and its notes are the answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from penstock.engine.outbox import Task
from penstock.languages.asl.tree import Machine, Map
from penstock.services.stepfunctions.integrations.http import Overhearing
from penstock.services.stepfunctions.interpreter.execution import Ended
from penstock.services.stepfunctions.interpreter.plan import Limits, Order, Plan
from penstock.services.stepfunctions.interpreter.tasks import SUBMIT
from penstock.services.stepfunctions.memory import InMemory, World
from penstock.services.stepfunctions.starting import input_of, uuid_of
from penstock.services.stepfunctions.teststate.inspection import Texts, exchanged, inspected, text
from penstock.services.stepfunctions.teststate.reading import read_items
from penstock.services.stepfunctions.teststate.trial import Trial, read_trial
from penstock.wire.call import Answer, Call, operation
from penstock.wire.outgoing import Exchange, Reply

Json = Any
Request = Mapping[str, Json]
LONGEST: Final = 300.0  # seconds
TIMEOUT: Final = "States.Timeout"


class Submit(Protocol):
    """What submits a task, and tells of what it says to an HTTP endpoint."""

    def __call__(self, task: Task, *, overhearing: Overhearing) -> Awaitable[Json]: ...


@dataclass(frozen=True, kw_only=True)
class TestState:
    """TestState. A test leaves nothing behind."""

    __test__ = False  # it is no test of ours

    world: World
    submit: Submit
    recognises: Callable[[str], bool]
    limits: Limits
    longest: float = LONGEST
    service: str = "stepfunctions"

    @operation("TestState")
    async def test(self, call: Call, request: Request) -> Answer:
        trial = read_trial(request, self.recognises)
        given = input_of(call, self.limits)
        heard: dict[str, Json] = {}
        ended = await self._rehearse(trial, call, given, heard)
        texts = _texts(trial, request, given)
        answer = _answer(trial, ended, texts)
        level = request.get("inspectionLevel", "INFO")
        if level != "INFO":
            answer["inspectionData"] = inspected(trial.state, trial.rehearsal.notes, texts)
        if level == "TRACE":
            answer["inspectionData"] |= heard
        return answer

    async def _rehearse(self, trial: Trial, call: Call, given: str, heard: dict[str, Json]) -> Ended:
        def hear(exchange: Exchange, reply: Reply | None) -> None:
            heard.update(exchanged(exchange, reply))

        overhearing = Overhearing(hear, with_secrets=bool(call.request.get("revealSecrets")))

        async def submit(task: Task) -> Json:
            return await self.submit(task, overhearing=overhearing)

        world = replace(self.world, activities={**self.world.activities, SUBMIT: submit})
        state = trial.state
        if trial.data is not None and isinstance(state, Map) and state.reader is not None:
            trial.rehearsal.items = await read_items(state.reader, trial.data)
        machine = Machine(start_at=state.name, states={state.name: state}, language=state.language)
        plan = Plan(self._order(call, given), machine)
        running = InMemory(plan, world, call.scope, rehearsal=trial.rehearsal)
        try:
            execution = await running.run(longest=self.longest)
        except TimeoutError:
            return Ended("FAILED", self.world.clock(), error=TIMEOUT)
        assert execution.ended is not None
        return execution.ended

    def _order(self, call: Call, given: str) -> Order:
        """The order of an express execution that nobody else sees."""
        machine, execution = uuid_of(self.world.chance()), uuid_of(self.world.chance())
        return Order(
            arn=call.scope.arn("states", f"express:{machine}:{execution}"),
            name=execution,
            definition="",
            role=call.request.get("roleArn", ""),
            started_at=self.world.clock(),
            machine=call.scope.arn("states", f"stateMachine:{machine}"),
            machine_name=machine,
            type="EXPRESS",
            input=given,
            limits=self.limits,
        )


def _texts(trial: Trial, request: Request, given: str) -> Texts:
    """What the test was given as text: AWS keeps its spacing."""
    texts = [(trial.rehearsal.notes["input"], given)]
    mock = trial.rehearsal.mock
    if mock is not None and mock.error is None:
        texts.append((mock.result, request["mock"]["result"]))
    return texts


def _answer(trial: Trial, ended: Ended, texts: Texts) -> dict[str, Json]:
    """How the state ended, without what is inspected."""
    notes = trial.rehearsal.notes
    answer: dict[str, Json] = {"status": notes.get("status", ended.status)}
    if ended.status == "SUCCEEDED":
        answer["output"] = text(notes["output"], texts)
        if notes["nextState"] is not None:
            answer["nextState"] = notes["nextState"]
    failure = {"error": ended.error, "cause": ended.cause}
    if answer["status"] == "CAUGHT_ERROR":
        failure = notes["failure"]
    return answer | {name: value for name, value in failure.items() if value is not None}
