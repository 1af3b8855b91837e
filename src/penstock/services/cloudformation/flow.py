"""The flow of a stack operation: what `turn` says is under way is performed. Pure, but for the rows.

    Started ──► Perform {logical id}/create/0, … ──► "claimed" ──► Done | Refused ──► … ──► Perform export/n ──► Finish

One that stopped where it failed goes on in another run, which is started with the state that it left.
"""

from collections.abc import Callable, Iterator, Mapping
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
    Signalled,
    Started,
)
from penstock.languages.cloudformation import Scope as Values
from penstock.languages.cloudformation import dependencies, pseudo_parameters, scope_of
from penstock.languages.cloudformation.read import template as read_document
from penstock.services.cloudformation.model import FAILED, Plan, Prepared, State
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.turn import GOING, Turn
from penstock.store.database import Transaction
from penstock.wire.arns import Arn
from penstock.wire.call import Scope

Json = Any
FLOW: Final = "cloudformation.stack"
ACT: Final = "cloudformation.resource"  # activities
EXPORT: Final = "cloudformation.export"
WATCH: Final = "cloudformation.watch"
CLAIMED: Final = "claimed"  # signals
CANCEL: Final = "cancel"
DOOM: Final = "doom"
TIMEOUT: Final = "timeout"
TOO_LATE: Final = "Stack creation time exceeded the specified timeout."
_plans: Final = msgspec.json.Decoder(Plan)
Reflect = Callable[[Transaction, Scope, Prepared, State, State], None]


class Beginning(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run is started with: how the last one left the stack; `rolls_back` if that one is to be undone."""

    state: State
    rolls_back: bool = False
    skipped: tuple[str, ...] = ()


class StackFlow:
    name = FLOW
    state_type = State

    def __init__(self, types: Mapping[str, ResourceType], reflect: Reflect) -> None:
        self._types = types
        self._reflect = reflect

    def plan(self, document: bytes) -> Prepared:
        return prepared(_plans.decode(document))

    def begin(self, plan: Prepared) -> State:
        return State()

    def evolve(self, plan: Prepared, state: State, event: Event) -> State:
        if isinstance(event.fact, Asked):
            return state
        turn = Turn(plan, self._types, replace(state, happenings=()) if state.happenings else state, event.at)
        match event.fact:
            case Started(input):
                beginning = msgspec.convert(input, Beginning)
                turn.state = beginning.state
                if beginning.rolls_back:
                    turn.roll_back(beginning.skipped)
                else:
                    turn.begin()
            case Signalled(name, payload) if name == CLAIMED:
                turn.claimed(payload["Key"], payload["PhysicalId"])
            case Signalled(name, payload) if name == CANCEL:
                turn.cancel(payload["Reason"])
            case Signalled(name, _) if name == DOOM:
                turn.doom()
            case Fired():
                turn.cancel(TOO_LATE)
            case Done(key, result):
                hear(turn, key, result or {})
            case Refused(key, _, message):
                turn.refused(key, message, "")
        return turn.state

    def decide(self, plan: Prepared, state: State) -> Iterator[Command]:
        if state.is_over:
            yield Finish(Outcome("Failed" if state.is_undone or state.status.endswith(FAILED) else "Succeeded"))
            return
        if plan.order.deadline is not None:
            yield SetTimer(TIMEOUT, plan.order.deadline)
        if state.phase == "export":
            yield Perform(f"export/{state.count}", EXPORT)
        if state.phase in GOING and (plan.order.alarms or plan.order.watched_for):
            yield Perform(WATCH, WATCH)
        for key in state.works:
            yield Perform(key, ACT)

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Prepared, before: State, after: State) -> None:
        if after is not before:
            self._reflect(tx, scope, plan, before, after)


def hear(turn: Turn, key: str, result: Json) -> None:
    """What came of something: a failure is told as data, with the id of what is there all the same."""
    if "Ringing" in result:
        turn.cancel(result["Ringing"])
    elif key == WATCH:
        turn.watched()
    elif "Error" in result:
        turn.refused(key, result["Error"], result.get("PhysicalId", ""))
    else:
        turn.done(key, result.get("PhysicalId", ""), result.get("Attributes", {}), is_hidden="IsHidden" in result)


def prepared(order: Plan) -> Prepared:
    """A plan, read. Raises `TemplateError`."""
    target = order.target
    if target is None:
        return Prepared(order, None, Values(), {})
    template, arn = read_document(target.document), Arn.of(order.stack_id)
    pseudo = pseudo_parameters(
        account=arn.account,
        region=arn.region,
        stack_name=order.stack_name,
        stack_id=order.stack_id,
        topics=target.topics,
    )
    scope = scope_of(template, parameters=target.parameters, pseudo=pseudo, exports=target.exports)
    needs = {lid: frozenset(each) for lid, each in dependencies(template, scope).items()}
    return Prepared(order, template, scope, needs)
