"""The flow of an execution: it arrives at a stage, is let in, and its actions are begun as those before them end. Pure.

    Started ──► Signal arrive ──► admitted ──► Perform {attempt}, … ──► Done or Refused ──► Signal arrive (at the next)
                                                                                       └──► Signal over, Finish

An action is performed (`acting`), or waits for what a worker, a function or a person says (`ANSWER`). A run that has
settled goes on when its stage is retried: the pipeline's run has it `Resume`d.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Asked,
    Command,
    Done,
    Event,
    Finish,
    Fired,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Signal,
    Signalled,
    Started,
)
from penstock.engine.facts import Status as RunStatus
from penstock.languages.delivery import catalogue, tree
from penstock.services.codepipeline import records, traffic
from penstock.services.codepipeline.model import Attempt, Delivery, Executor, Place, Plan, State
from penstock.services.codepipeline.turn import Turn
from penstock.store.database import Transaction
from penstock.wire.arns import Arn
from penstock.wire.call import Scope

Json = Any
FLOW: Final = "codepipeline.execution"
ACT: Final = "codepipeline.act"  # activities
JUDGE: Final = "codepipeline.judge"
CALL: Final = "codepipeline.call-function"
NOTIFY: Final = "codepipeline.ask-for-approval"
ROLL_BACK: Final = "codepipeline.roll-back"
ANSWER: Final = "answer"  # signals
PROGRESS: Final = "progress"
SILENCE: Final = 20 * 60.0  # seconds that a function may say nothing
PAUSE: Final = 15.0  # seconds before a function is called again
OUTCOMES: Final[dict[str, RunStatus]] = {"Succeeded": "Succeeded", "Failed": "Failed"}  # the rest is Stopped
NOBODY: Final = Executor()
_plans: Final = msgspec.json.Decoder(Plan)
Tell = Callable[[Transaction, Scope, Delivery, State, State], None]


class ExecutionFlow:
    """Pipeline executions."""

    name = FLOW
    state_type = State

    def __init__(self, tell: Tell, *, pause: float = PAUSE) -> None:
        self._tell = tell
        self._pause = pause

    def plan(self, document: bytes) -> Delivery:
        order = _plans.decode(document)
        return Delivery(order, tree.read(order.declaration))

    def begin(self, plan: Delivery) -> State:
        return State()

    def evolve(self, plan: Delivery, state: State, event: Event) -> State:
        if isinstance(event.fact, Asked):
            return state
        state = replace(state, gone=()) if state.gone else state
        turn = Turn(plan, state, event.at, event.chance, Arn.of(plan.order.pipeline).region)
        match event.fact:
            case Started():
                turn.begin()
            case Signalled(name, payload):
                hear(turn, name, payload)
            case Done(key, result):
                turn.performed(key, result or {})
            case Refused(key, error, message):
                turn.refused(key, error, message)
            case Fired(key):
                turn.fired(key)
        return turn.state

    def decide(self, plan: Delivery, state: State) -> Iterator[Command]:
        pipeline = RunId(plan.order.pipeline)
        if state.waits:
            arrival = {
                "Execution": plan.order.id,
                "Stage": plan.pipeline.stages[state.place].name,
                "Version": plan.pipeline.version,
            }
            yield Signal(f"arrive/{state.arrivals}", pipeline, traffic.ARRIVE, arrival)
        elif state.rolls_back:
            yield Perform(f"roll-back/{state.endings}", ROLL_BACK, {"Stage": plan.pipeline.stages[state.place].name})
        elif state.is_over:
            yield Signal(f"over/{state.endings}", pipeline, traffic.OVER, {"Execution": plan.order.id})
            yield Finish(Outcome(OUTCOMES.get(state.status, "Stopped")), f"finish/{state.endings}")
        elif state.arrivals:
            yield from self._in_stage(plan, state)

    def _in_stage(self, plan: Delivery, state: State) -> Iterator[Command]:
        stage = plan.pipeline.stages[state.place]
        progress = state.stages[stage.name]
        for place, action, attempt in progress.attempts(stage):
            is_left = place.condition is not None and progress.conditions[place.condition].is_settled
            if attempt.status == "InProgress" and not is_left:
                yield from self._for_attempt(plan, stage.name, place, action, attempt)

    def _for_attempt(
        self, plan: Delivery, stage: str, place: Place, action: tree.Action, attempt: Attempt
    ) -> Iterator[Command]:
        """What is to be under way for an action, or for a rule."""
        minutes, kind = action.timeout_in_minutes, action.action_type_id
        longest = minutes * 60.0 if minutes is not None else catalogue.longest(kind)
        yield SetTimer(f"{attempt.id}/timeout", attempt.started_at + longest)
        is_rule = place.condition is not None
        asked = {"Stage": stage, ("Rule" if is_rule else "Action"): action.name}
        executor = plan.order.executors.get(kind.key, NOBODY)
        match plan.way_of(kind):
            case "performed":
                yield Perform(attempt.id, JUDGE if is_rule else ACT, asked)
            case "job":
                if executor.job_timeout is not None:
                    until = attempt.changed_at + executor.job_timeout
                    yield SetTimer(f"{attempt.id}/silence/{attempt.turns}", until)
            case "approval":
                if "NotificationArn" in attempt.configuration:
                    yield Perform(f"{attempt.id}/notify", NOTIFY, asked)
            case "function":
                turn = attempt.turns
                if attempt.paused_at is not None:
                    yield SetTimer(f"{attempt.id}/again/{turn}", attempt.paused_at + self._pause)
                else:
                    yield Perform(f"{attempt.id}/call/{turn}", CALL, asked)
                    silence = executor.job_timeout or SILENCE
                    yield SetTimer(f"{attempt.id}/silence/{turn}", attempt.changed_at + silence)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Delivery, before: State, after: State) -> None:
        if after is before:
            return
        records.reflect(tx, run, scope, plan, before, after)
        self._tell(tx, scope, plan, before, after)


def hear(turn: Turn, name: str, payload: Json) -> None:
    """What somebody outside says, where it means something in this state."""
    state = turn.state
    match name:
        case traffic.ADMITTED if state.waits:
            turn.admit()
        case traffic.SUPERSEDED if state.waits:
            turn.send_away("Superseded", payload["By"])
        case traffic.CANCELLED if state.waits:
            turn.send_away("Cancelled", "")
        case traffic.STOP if state.status == "InProgress" or (state.status == "Stopping" and payload["Abandon"]):
            turn.stop(abandon=payload["Abandon"], reason=payload["Reason"])
        case traffic.RETRY if not state.waits and state.status in ("Failed", "Stopped", "InProgress"):
            turn.retry(payload.get("Mode", ""), payload.get("Override"))
        case "answer" if not state.is_over and not state.waits:
            turn.answered(payload)
        case "progress" if not state.is_over and not state.waits:
            turn.progressed(payload)
