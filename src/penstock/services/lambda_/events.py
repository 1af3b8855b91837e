"""Events: invocations that nobody waits for. Each is a run of the engine, so that one that was accepted is not lost.

    Started ─► try-1 ─► Done ─► settled, or after a while try-2 … ─► delivered to where the configuration says

A function that fails is tried again after a minute, and once more after two; while it is throttled it is tried again
for as long as the event is young enough. `decide` says what is under way in each phase.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Literal

import msgspec

from penstock.engine.facts import (
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
    Started,
)
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Json, Scope

FLOW: Final = "lambda-event"
TRY: Final = "lambda.try-event"
DELIVER: Final = "lambda.deliver-event"
OVER: Final = "over"
BETWEEN_TRIES: Final = 60.0  # seconds, times the number of failures so far
LONGEST_BETWEEN: Final = 300.0  # seconds between two tries of a function that is throttled

Verdict = Literal["succeeded", "failed", "throttled", "gone"]
Phase = Literal["new", "trying", "waiting", "delivering", "over"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it was accepted, with what was to become of it then."""

    name: str
    qualifier: str
    request_id: str
    payload: bytes
    client_context: str | None = None
    most_retries: int = 2
    longest_age: float = 21_600.0
    on_success: str = ""
    on_failure: str = ""
    dead_letters: str = ""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a try. `payload` is kept where somebody is to be told."""

    verdict: Verdict
    payload: bytes = b""
    version: str = ""
    message: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    phase: Phase = "new"
    born: float = 0.0
    tries: int = 0
    failures: int = 0
    throttled: int = 0
    due: float = 0.0
    condition: str = ""
    last: Tried | None = None


class EventFlow:
    """The engine's flow of one event. Its activities look its plan and state up: payloads are written down once."""

    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return msgspec.msgpack.decode(document, type=Plan)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Started():
                return msgspec.structs.replace(state, phase="trying", born=event.at, tries=1)
            case Done(_, result) if state.phase == "trying":
                return tried(plan, state, msgspec.convert(result, Tried), event.at)
            case Refused(_, error, message) if state.phase == "trying":
                return tried(plan, state, Tried(verdict="gone", message=f"{error}: {message}"), event.at)
            case Fired() if state.phase == "waiting":
                return msgspec.structs.replace(state, phase="trying", tries=state.tries + 1)
            case Done() | Refused() if state.phase == "delivering":
                return msgspec.structs.replace(state, phase="over")
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        match state.phase:
            case "trying":
                yield Perform(f"try-{state.tries}", TRY)
            case "waiting":
                yield SetTimer(f"wait-{state.tries}", state.due)
            case "delivering":
                yield Perform("deliver", DELIVER)
            case "over":
                yield Finish(Outcome("Succeeded" if state.condition == "Success" else "Failed", state.condition))
            case "new":
                pass

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        """The event's document says when it is over, for whoever tidies up."""
        if after.phase == "over" != before.phase:
            event = documents.find_by_arn(tx, run)
            if event is not None:
                documents.update(tx, replace(event, status=OVER))


def tried(plan: Plan, state: State, last: Tried, at: float) -> State:
    """After a try: over, or waiting for the next."""
    if last.verdict == "succeeded":
        return settled(plan, state, last, "Success")
    if last.verdict == "gone":
        return settled(plan, state, last, "RetriesExhausted")
    if last.verdict == "throttled":
        state = msgspec.structs.replace(state, throttled=state.throttled + 1)
        due = at + min(2.0 ** min(state.throttled, 16), LONGEST_BETWEEN)
    else:
        state = msgspec.structs.replace(state, failures=state.failures + 1)
        due = at + BETWEEN_TRIES * state.failures
        if state.failures > plan.most_retries:
            return settled(plan, state, last, "RetriesExhausted")
    if due > state.born + plan.longest_age:
        return settled(plan, state, last, "EventAgeExceeded")
    return msgspec.structs.replace(state, phase="waiting", due=due, last=last)


def settled(plan: Plan, state: State, last: Tried, condition: str) -> State:
    phase: Phase = "delivering" if destinations(plan, condition) else "over"
    return msgspec.structs.replace(state, phase=phase, condition=condition, last=last)


def destinations(plan: Plan, condition: str) -> tuple[str, ...]:
    told = (plan.on_success,) if condition == "Success" else (plan.on_failure, plan.dead_letters)
    return tuple(filter(None, told))


def plan_of(settings: Json, dead_letters: str, **facts: Json) -> Plan:
    """An event under a function's event invoke configuration (none is an empty one)."""
    told = settings.get("DestinationConfig", {})
    return Plan(
        most_retries=settings.get("MaximumRetryAttempts", 2),
        longest_age=float(settings.get("MaximumEventAgeInSeconds", 21_600)),
        on_success=told.get("OnSuccess", {}).get("Destination", ""),
        on_failure=told.get("OnFailure", {}).get("Destination", ""),
        dead_letters=dead_letters,
        **facts,
    )
