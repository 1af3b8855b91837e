"""Changing: the stack of one region, asked for and waited for.

Whatever is asked carries the run and the region as its token: asked again after a crash, nothing is made twice.
"""

from dataclasses import dataclass, replace
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.services.cloudformation.stacksets.model import NOWHERE, Json, Place, Plan, Result
from penstock.wire import stacks
from penstock.wire.call import Call, Directory, Scope, ServiceError
from penstock.wire.stacks import NOTHING_TO_DO, Settled

WELL: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
UNMADE: Final = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", stacks.REVIEWED})


@dataclass(frozen=True)
class Changing:
    directory: Directory

    async def change(self, task: Task) -> Json:
        """What came of a region."""
        plan = msgspec.convert(task.input, Plan)
        (place,) = plan.places
        there = replace(task.scope, region=place.region)
        token = f"{task.run}#{task.key}"
        if plan.action == "DELETE":
            result = await self._delete(there, plan, place, token)
        else:
            result = await self._put(there, plan, place, token)
        return msgspec.to_builtins(result)

    async def _delete(self, scope: Scope, plan: Plan, place: Place, token: str) -> Result:
        if plan.retains:
            return Result("SUCCEEDED")
        await self._ask(scope, "DeleteStack", {"StackName": place.stack}, token)
        found = await stacks.settled(self.directory, scope, place.stack)
        return Result("SUCCEEDED") if found.status == NOWHERE else Result("FAILED", found.reason)

    async def _put(self, scope: Scope, plan: Plan, place: Place, token: str) -> Result:
        """Update the stack, or create it: also where an earlier try to create it has come to nothing."""
        found = await stacks.settled(self.directory, scope, place.stack)
        if found.status in UNMADE:
            await self._ask(scope, "DeleteStack", {"StackName": found.id}, token)
            found = await stacks.settled(self.directory, scope, found.id)
        if found.status == NOWHERE:
            name = place.stack.split("/")[1] if "/" in place.stack else place.stack
            await self._ask(scope, "CreateStack", {**wanted(plan, place), "StackName": name}, token)
            return told(await stacks.settled(self.directory, scope, name))
        try:
            await self._ask(scope, "UpdateStack", {**wanted(plan, place), "StackName": found.id}, token)
        except ServiceError as refusal:
            if NOTHING_TO_DO not in refusal.message:
                raise
            return Result("SUCCEEDED", stack_id=found.id)
        return told(await stacks.settled(self.directory, scope, found.id))

    async def _ask(self, scope: Scope, operation: str, request: Json, token: str) -> None:
        await self.directory.answer(Call("cloudformation", operation, request, scope, token))


def wanted(plan: Plan, place: Place) -> dict[str, Json]:
    return {
        "TemplateBody": plan.template,
        "Parameters": list(place.parameters),
        "Tags": list(plan.tags),
        "Capabilities": list(plan.capabilities),
    }


def told(found: Settled) -> Result:
    if found.status in WELL:
        return Result("SUCCEEDED", stack_id=found.id)
    return Result("FAILED", found.reason or found.status, found.id)
