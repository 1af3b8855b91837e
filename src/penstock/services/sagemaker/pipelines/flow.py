"""The flow of pipeline executions: events in, commands out.

A step is started when all that it waits for is over and well, and a slot is free. What a step does next is written
down as the commands that an event leads to (`Execution.leads_to`); `decide` only hands them on. A step that fails
keeps those that wait for it from starting and disturbs no other; the execution is over when nothing is under way.

A run's id is the execution's ARN; an execution that is retried goes on as a new run, ``{ARN}#2``, since a run that
has settled stays settled. Keys of commands are ``{step}/{attempt}/{what}``.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from penstock.engine.facts import Command, Done, Ended, Event, Fired, Refused, RunId, Signalled, Started
from penstock.services.sagemaker.pipelines import caching, rows
from penstock.services.sagemaker.pipelines.model import Begin, Execution, Plan, plan_of
from penstock.services.sagemaker.pipelines.notices import Tell, unheard
from penstock.services.sagemaker.pipelines.steps import Fit
from penstock.services.sagemaker.pipelines.turn import Turn
from penstock.store.database import Transaction
from penstock.wire.call import Scope

Json = Any
log: Final = logging.getLogger(__name__)
FLOW: Final = "sagemaker.pipeline"
STOP: Final = "stop"
LIMIT: Final = "parallel-steps"
ANSWER: Final = "callback-answer"


def as_written(operation: str, request: Mapping[str, Json]) -> Mapping[str, Json]:  # noqa: ARG001
    """No fitting: requests leave as the definition has them."""
    return request


class PipelineFlow:
    """Pipeline executions."""

    name = FLOW
    state_type = Execution

    def __init__(self, fit: Fit = as_written, tell: Tell = unheard) -> None:
        self._fit = fit
        self._tell = tell

    def plan(self, document: bytes) -> Plan:
        return plan_of(document)

    def begin(self, plan: Plan) -> Execution:
        return Execution()

    def evolve(self, plan: Plan, state: Execution, event: Event) -> Execution:
        fact = event.fact
        begin = msgspec.convert(fact.input, Begin) if isinstance(fact, Started) else state.begin
        if begin is None or state.is_over:
            return state
        turn = Turn(plan, state, event, begin, self._fit)
        match fact:
            case Started():
                turn.begun()
            case Done() | Refused() | Ended() | Fired():
                turn.answered(fact)
            case Signalled(name=name) if name == STOP and state.status == "Executing":
                turn.stopped()
            case Signalled(name=name, payload=payload) if name == LIMIT:
                turn.limited(payload)
            case Signalled(name=name, payload=payload) if name == ANSWER:
                turn.told(payload)
            case _:
                return state
        return turn.value()

    def decide(self, plan: Plan, state: Execution) -> Iterator[Command]:
        """What the latest event leads to. What was asked before is not asked again: the engine knows its key."""
        yield from state.leads_to

    def reflect(
        self,
        tx: Transaction,
        run: RunId,
        scope: Scope,
        plan: Plan,
        before: Execution,
        after: Execution,
    ) -> None:
        if after is not before and after.begin is not None:
            for learned in after.learned:
                caching.remember(tx, scope, after.begin.pipeline_name, after.begin.arn, learned)
            for step, why in after.explained.items():
                log.info("%s: step %s: %s", run, step, why)
        if after.status != before.status:
            rows.reflect_execution(tx, run.partition("#")[0], after)
        self._tell(tx, scope, plan, before, after)
