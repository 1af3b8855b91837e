"""The flow of what is done to a project. Pure, but for `reflect`.

Started ──► Perform learn ──► Done ──► Invoke ask ──► Done ──► Perform await ──► Done ──► Finish
   (a deletion asks at once)              └─ Refused: it has failed, with the reason ──────┘
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Event, Finish, Json, Outcome, Perform, Refused, RunId, Started
from penstock.services.sagemaker.projects.answers import with_what_was_made
from penstock.services.sagemaker.projects.model import LONGEST_REASON, PROJECT, Ending, Learned, Plan, State
from penstock.services.sagemaker.projects.ways import asking
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope
from penstock.wire.stacks import NOTHING_TO_DO

FLOW: Final = "sagemaker.project"
LEARN: Final = "sagemaker.learn-project-template"
AWAIT: Final = "sagemaker.await-project"

_plans: Final = msgspec.json.Decoder(Plan)


class ProjectFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State(made=plan.made)

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        state = replace(state, at=event.at)
        match event.fact:
            case Started() if plan.act == "Delete":
                return replace(state, learned=Learned())
            case Done("learn", result):
                return replace(state, learned=msgspec.convert(result, Learned))
            case Done("ask", result):
                return asked(plan, state, result)
            case Done("await", result):
                return replace(state, ending=msgspec.convert(result, Ending))
            case Refused("ask", error, message) if is_as_wished(plan, error, message):
                return replace(state, ending=Ending(True, ""))
            case Refused(_, error, message):
                return replace(state, ending=Ending(False, f"{message} ({error})"[:LONGEST_REASON]))
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.ending is not None:
            yield Finish(Outcome("Succeeded" if state.ending.is_well else "Failed"))
            return
        if state.learned is None:
            yield Perform("learn", LEARN, msgspec.to_builtins(plan))
            return
        yield asking(plan, state.learned)
        if state.is_asked:
            yield Perform(
                "await", AWAIT, {"Stack": state.made or plan.own} if plan.is_stack else {"Record": state.record}
            )

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if replace(before, at=after.at) == after:
            return
        found = documents.find(tx, scope, PROJECT, plan.name)
        assert found is not None
        documents.update(tx, with_what_was_made(found, plan, after))


def asked(plan: Plan, state: State, answer: Json) -> State:
    """After somebody has taken the order; what a deletion is of is known before."""
    if plan.is_stack:
        return replace(state, is_asked=True, made=answer.get("StackId", plan.made))
    record = answer["RecordDetail"]
    return replace(state, is_asked=True, made=record["ProvisionedProductId"], record=record["RecordId"])


def is_as_wished(plan: Plan, error: str, message: str) -> bool:
    """Whether a refusal says that there is nothing to do."""
    if plan.act == "Delete":
        return error == "ResourceNotFoundException"
    return plan.act == "Update" and NOTHING_TO_DO in message
