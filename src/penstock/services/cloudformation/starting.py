"""Starting operations: one commit makes the stack's row and the run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from msgspec.structs import replace as changed

from penstock.engine.engine import Engine, View
from penstock.services.cloudformation import flow, rows
from penstock.services.cloudformation.flow import Beginning
from penstock.services.cloudformation.model import Instance, Kept, Kind, OnFailure, Plan, State, run_of
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

Json = Any
MOVING: Final = "_IN_PROGRESS"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says of an operation."""

    operation: str
    wanted: Kept | None = None
    on_failure: OnFailure = "ROLLBACK"
    retain_except_on_create: bool = False
    retained: tuple[str, ...] = ()
    policy: Json = None
    minutes: int | None = None
    client_token: str = ""
    adopts: bool = False


@dataclass(frozen=True)
class Starter:
    engine: Engine
    clock: Callable[[], float]

    def last(self, tx: Transaction, found: Document) -> View | None:
        """The last operation of a stack, as it was left; None if there was none."""
        operation = found.body.get("Operation")
        return self.engine.see(tx, run_of(found.arn, operation)) if operation else None

    def start(self, tx: Transaction, found: Document, kind: Kind, order: Order) -> None:
        """Start an operation on a stack, whose row is `found` from now on."""
        seen = self.last(tx, found)
        left: State = seen.state if seen is not None else State()
        target = order.wanted.target if order.wanted is not None else None
        rollback = found.body["Told"].get("RollbackConfiguration") or {} if kind != "DELETE" else {}
        plan = Plan(
            kind=kind,
            stack_id=found.arn,
            stack_name=found.name,
            operation=order.operation,
            target=target,
            before=self._stable(seen, found.status),
            on_failure=order.on_failure,
            retain_except_on_create=order.retain_except_on_create,
            retained=order.retained,
            policy=order.policy,
            deadline=self.clock() + order.minutes * 60.0 if order.minutes else None,
            alarms=tuple(each["Arn"] for each in rollback.get("RollbackTriggers") or ()),
            watched_for=rollback.get("MonitoringTimeInMinutes", 0) * 60.0,
            client_token=order.client_token,
            adopts=order.adopts,
            tells_exports=self._tells_exports(tx, found, order.wanted),
        )
        self._begin(tx, found, plan, Beginning(resting(left)))

    def roll_back(self, tx: Transaction, found: Document, operation: str, skipped: tuple[str, ...], token: str) -> None:
        """Undo what the last operation has left half done."""
        seen = self.last(tx, found)
        assert seen is not None
        plan = changed(seen.plan.order, operation=operation, client_token=token, on_failure="ROLLBACK", deadline=None)
        self._begin(tx, found, plan, Beginning(resting(seen.state), rolls_back=True, skipped=skipped))

    def _begin(self, tx: Transaction, found: Document, plan: Plan, beginning: Beginning) -> None:
        kept = replace(found, body={**found.body, "Operation": plan.operation}, modified_at=self.clock())
        documents.update(tx, kept)
        scope = Scope(found.scope.account, found.scope.region)
        self.engine.start(
            tx, plan.run, flow.FLOW, msgspec.json.encode(plan), scope=scope, input=msgspec.to_builtins(beginning)
        )

    @staticmethod
    def _stable(seen: View | None, status: str) -> dict[str, Instance]:
        """What a failed update goes back to: what is there, or, where the last update failed, what that would have."""
        if seen is None:
            return {}
        if status == "UPDATE_FAILED":
            before: dict[str, Instance] = seen.plan.order.before
            return before
        state: State = seen.state
        return {lid: slot.now for lid, slot in state.slots.items() if slot.now is not None}

    @staticmethod
    def _tells_exports(tx: Transaction, found: Document, wanted: Kept | None) -> bool:
        outputs = wanted.target.document.get("Outputs", {}) if wanted is not None else {}
        return any("Export" in each for each in outputs.values()) or bool(
            rows.every(tx, found.scope, rows.EXPORT, parent=found.arn)
        )


def resting(state: State) -> State:
    """A state from which another operation can begin: what is there, and what is left over."""
    left = {each.logical_id for each in state.leaving}
    slots = {lid: slot for lid, slot in state.slots.items() if slot.now is not None or lid in left}
    return State(slots=slots, leaving=state.leaving)
