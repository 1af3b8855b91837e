"""The flow of a query execution. Pure.

Started: QUEUED ──► Perform run ──► "running": RUNNING ──► Done: SUCCEEDED or FAILED
                              └─ "stop": CANCELLED at once, and its process is let go of
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Signalled
from penstock.services.athena.model import EXECUTION, Failure, Plan, Result, State
from penstock.services.athena.running import RUN_QUERY
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "athena.query"
STOP: Final = "stop"

_plans: Final = msgspec.json.Decoder(Plan)


class QueryFlow:
    """`let_go` is told, after the commit, of a query that nobody wants any more."""

    name = FLOW
    state_type = State

    def __init__(self, let_go: Callable[[RunId], None] = lambda _: None) -> None:
        self._let_go = let_go

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Signalled("running") if state.status == "QUEUED":
                return replace(state, status="RUNNING", began_at=event.at)
            case Signalled("stop") if state.status in {"QUEUED", "RUNNING"}:
                return replace(state, status="CANCELLED", ended_at=event.at)
            case Done(_, told):
                result = msgspec.convert(told, Result)
                status = "SUCCEEDED" if result.failure is None else "FAILED"
                return replace(state, status=status, ended_at=event.at, result=result)
            case Refused(_, error, message):
                failed = Result(failure=Failure(f"INTERNAL_ERROR: {message} ({error})", 1))
                return replace(state, status="FAILED", ended_at=event.at, result=failed)
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        match state.status:
            case "QUEUED" | "RUNNING":
                yield Perform("run", RUN_QUERY, msgspec.to_builtins(plan))
            case "SUCCEEDED":
                yield Finish(Outcome("Succeeded"))
            case "FAILED":
                yield Finish(Outcome("Failed"))
            case "CANCELLED":
                yield Finish(Outcome("Stopped"))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if before.status == after.status:
            return
        found = documents.find(tx, scope, EXECUTION, plan.id)
        assert found is not None
        at = after.ended_at or after.began_at
        documents.update(tx, found.changed(at, status=after.status, State=msgspec.to_builtins(after)))
        if after.status == "CANCELLED":
            tx.after_commit(lambda: self._let_go(run))
