"""Scaling activities: each is a run that places the call which sets a capacity, and waits for what comes of it.

    Started ──► Perform scale ──► Done or Refused ──► over

The call carries the activity's id as its token, so a crash between the two sets the capacity once. What is left of a
run that is over is its document.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from penstock.engine import journal
from penstock.engine.engine import Engine
from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Started
from penstock.engine.outbox import Task
from penstock.services.autoscaling import dimensions, model
from penstock.services.autoscaling.dimensions import DIMENSIONS
from penstock.services.autoscaling.model import ACTIVITY, NAMESPACE, Key
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Directory, Json, Scope, operation

if TYPE_CHECKING:
    from penstock.services.autoscaling.shapes import DescribeScalingActivitiesRequest

FLOW: Final = "autoscaling.activity"
SCALE: Final = "autoscaling.scale"
IN_PROGRESS: Final = "InProgress"
LOOK_EVERY: Final = 0.5  # seconds
LONGEST: Final = 3600.0
KEPT: Final = 42 * 86_400.0  # seconds: six weeks, as on AWS


class Plan(msgspec.Struct, frozen=True):
    id: str
    resource: str
    dimension: str
    capacity: int

    @property
    def key(self) -> Key:
        return Key(NAMESPACE, self.resource, self.dimension)


class State(msgspec.Struct, frozen=True):
    phase: Literal["new", "scaling", "over"] = "new"
    failure: str = ""
    at: float = 0.0


class ActivityFlow:
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return msgspec.json.decode(document, type=Plan)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Started():
                return State("scaling")
            case Done(_, failure):
                return State("over", failure, event.at)
            case Refused(_, _, message):
                return State("over", message, event.at)
        return state

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        match state.phase:
            case "scaling":
                yield Perform("scale", SCALE)
            case "over":
                yield Finish(Outcome("Failed" if state.failure else "Succeeded"))
            case "new":
                pass

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if after.phase != "over" or before.phase == "over":
            return
        words = DIMENSIONS[plan.dimension].words
        found = documents.find(tx, scope, ACTIVITY, plan.key.below(plan.id))
        if found is not None:
            message = after.failure and f"Failed to set {words} to {plan.capacity}. Reason: {after.failure}"
            well = f"Successfully set {words} to {plan.capacity}. Change successfully fulfilled by {NAMESPACE}."
            status = "Failed" if after.failure else "Successful"
            documents.update(
                tx, found.changed(after.at, status=status, StatusMessage=message or well, EndTime=after.at)
            )
        journal.remove(tx, run)


@dataclass(frozen=True)
class Activities:
    """Begins activities, carries them out, and tells of them."""

    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "application-autoscaling"

    @operation("DescribeScalingActivities")
    async def describe(self, call: Call, request: DescribeScalingActivitiesRequest) -> Answer:
        query = model.listed(request, call.scope, ACTIVITY, order="created_at", descending=True)
        page = await self.engine.database.read(lambda tx: model.page(tx, request, query))
        return model.told(page, "ScalingActivities", [described(each) for each in page.documents])

    def begin(self, tx: Transaction, target: Document, capacity: int, cause: str) -> bool:
        """Have a target's capacity set; false where something is under way already."""
        key, at, drawn = Key.named(target), self.clock(), self.chance()
        if is_under_way(tx, target.scope, key):
            return False
        plan = Plan(drawn, key.resource, key.dimension, capacity)
        words = DIMENSIONS[key.dimension].words
        body: dict[str, Json] = {
            **key.told, "ActivityId": drawn, "Description": f"Setting {words} to {capacity}.", "Cause": cause,
            "StatusMessage": f"Successfully set {words} to {capacity}. Waiting for change to be fulfilled by "
            f"{NAMESPACE}.",
        }  # fmt: skip
        run = RunId(f"{target.arn}/activity/{drawn}")
        documents.insert(
            tx,
            Document(
                kind=ACTIVITY, scope=target.scope, name=key.below(drawn), arn=run, created_at=at, modified_at=at,
                status=IN_PROGRESS, body=body,
            ),
        )  # fmt: skip
        self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=target.scope)
        return True

    async def scale(self, task: Task) -> Any:
        """Set the capacity, and wait until it is there; answers what went wrong, raises what is refused."""
        seen = await self.engine.database.read(lambda tx: self.engine.look(tx, task.run))
        assert seen is not None
        plan: Plan = seen.plan
        scope = Scope(task.scope.account, task.scope.region)
        await self.directory.answer(dimensions.setting(scope, plan.key, plan.capacity, plan.id))
        async with asyncio.timeout(LONGEST):
            while True:
                found = await dimensions.look(self.directory, scope, plan.key)
                if found.is_settled:
                    return "" if found.capacity == plan.capacity else f"it was set to {found.capacity} meanwhile."
                if found.status == "Failed":
                    return "the endpoint has failed."
                await asyncio.sleep(LOOK_EVERY)

    async def tidy(self) -> None:
        """Forget what is long over."""
        before = self.clock() - KEPT

        def forget(tx: Transaction) -> None:
            tx.changed(
                "DELETE FROM document WHERE kind = :kind AND status <> :status AND created_at < :before",
                kind=ACTIVITY, status=IN_PROGRESS, before=before,
            )  # fmt: skip

        await self.engine.database.write(forget)


def is_under_way(tx: Transaction, scope: Scope, key: Key) -> bool:
    query = Query(kind=ACTIVITY, scope=scope, name_prefix=key.below(""), status=IN_PROGRESS, limit=1)
    return bool(documents.page(tx, query).documents)


def described(activity: Document) -> dict[str, Json]:
    return {**activity.body, "StartTime": activity.created_at, "StatusCode": activity.status}
