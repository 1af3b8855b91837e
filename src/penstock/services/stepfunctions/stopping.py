"""Stopping jobs that nobody waits for any more: a run of its own asks for it, whatever has ended since."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId
from penstock.engine.packing import unpacked
from penstock.services.stepfunctions.interpreter.aborting import CANCEL
from penstock.store.database import Transaction
from penstock.wire.call import Scope

Json = Any
NAME: Final = "stepfunctions.stopping"


class Stopping(msgspec.Struct):
    """Whether it is known what became of the job."""

    is_over: bool = False


class StoppingFlow:
    """One activity, and the run is over."""

    name = NAME
    state_type = Stopping

    def plan(self, document: bytes) -> Json:
        return msgspec.msgpack.decode(document, ext_hook=unpacked)

    def begin(self, plan: Json) -> Stopping:
        return Stopping()

    def evolve(self, plan: Json, state: Stopping, event: Event) -> Stopping:
        return Stopping(is_over=True) if isinstance(event.fact, Done | Refused) else state

    def decide(self, plan: Json, state: Stopping) -> Iterator[Command]:
        yield Perform("cancel", CANCEL, plan)
        if state.is_over:
            yield Finish(Outcome("Succeeded"))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Json, before: Stopping, after: Stopping) -> None:
        """It has no rows."""
