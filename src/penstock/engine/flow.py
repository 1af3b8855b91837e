"""Flows: how a product says what its runs do. Everything here is pure, so a replay ends where the first run did.

A flow is registered once under its name. Its `plan` is the definition a run was started with, decoded once; its
`state` is folded from events and nothing else. The engine calls, in one transaction for every event:

    state' = evolve(plan, state, event)
    for command in decide(plan, state'):            # commands already asked for (same key) are dropped
        state' = evolve(plan, state', Asked(command))
    reflect(tx, run, plan, state, state')           # the rows customers see move with the journal
"""

from collections.abc import Iterator
from typing import Protocol, TypeVar

from penstock.engine.facts import Command, Event, RunId
from penstock.store.database import Transaction
from penstock.wire.call import Scope

P = TypeVar("P")
S = TypeVar("S")


class Flow(Protocol[P, S]):
    """A product's decisions. `state_type` must be something msgspec can encode and decode (snapshots use it)."""

    name: str
    state_type: type[S]

    def plan(self, document: bytes) -> P:
        """The definition, decoded."""

    def begin(self, plan: P) -> S:
        """The state before the first event."""

    def evolve(self, plan: P, state: S, event: Event) -> S:
        """The state after an event; an event that means nothing here leaves it as it was."""

    def decide(self, plan: P, state: S) -> Iterator[Command]:
        """What should be under way in this state."""

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: P, before: S, after: S) -> None:
        """Bring the product's own rows in step, in the transaction that appends the event. Must not raise."""
