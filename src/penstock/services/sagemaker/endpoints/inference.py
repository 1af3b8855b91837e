"""The flow of an inference that nobody waits for: asked of the model, its answer put into S3, a topic told. Pure.

    Started ──► Perform answer ──► Done ──► Perform notify, where there is a topic ──► over

What was accepted is a run, so it is not lost; after a crash the model may be asked again, and the same object is put.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Literal

import msgspec

from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Started
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

Json = Any
FLOW: Final = "sagemaker.inference"
ANSWER: Final = "sagemaker.answer-inference"
NOTIFY: Final = "sagemaker.notify-inference"
OVER: Final = "over"


class Plan(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An inference as it was accepted, with where its answer or failure is to go."""

    id: str
    request: Mapping[str, str]  # InvokeEndpoint's members
    born: float
    output: str
    input: str = ""  # an S3 URI; else `body` is the input
    body: bytes = b""
    failure: str = ""
    success_topic: str = ""
    error_topic: str = ""
    includes: tuple[str, ...] = ()  # which of the topics are told the answer itself, in AWS's words
    expires_after: float
    within: float


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    phase: Literal["new", "answering", "notifying", "over"] = "new"
    failed: str = ""  # why there is no answer
    content_type: str = ""


class InferenceFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return msgspec.msgpack.decode(document, type=Plan)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Started():
                return State("answering")
            case Done(_, result) if state.phase == "answering":
                return answered(plan, result["Failed"], result["ContentType"])
            case Refused(_, error, message) if state.phase == "answering":
                return answered(plan, f"{error}: {message}", "")
            case Done() | Refused() if state.phase == "notifying":
                return msgspec.structs.replace(state, phase="over")
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        match state.phase:
            case "answering":
                yield Perform("answer", ANSWER)
            case "notifying":
                yield Perform("notify", NOTIFY, {"Failed": state.failed, "ContentType": state.content_type})
            case "over":
                yield Finish(Outcome("Failed" if state.failed else "Succeeded"))
            case "new":
                pass

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        """The document says when it is over, for whoever tidies up."""
        if after.phase == "over" != before.phase:
            found = documents.find_by_arn(tx, run)
            if found is not None:
                documents.update(tx, replace(found, status=OVER))


def answered(plan: Plan, failed: str, content_type: str) -> State:
    topic = plan.error_topic if failed else plan.success_topic
    return State("notifying" if topic else "over", failed, content_type)
