"""Operations on the targets of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.events import model, targets
from penstock.services.events.listening import Listeners
from penstock.services.events.model import rule_found
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        ListTargetsByRuleRequest,
        PutTargetsRequest,
        PutTargetsResponse,
        RemoveTargetsRequest,
        RemoveTargetsResponse,
    )

MOST: Final = 5


@dataclass(frozen=True)
class RuleTargets:
    """Targets by rule and id; they live in the rule's document."""

    database: Database
    listeners: Listeners
    clock: Callable[[], float]
    service: str = "events"

    @operation("PutTargets")
    async def put(self, call: Call, request: PutTargetsRequest) -> PutTargetsResponse:
        for target in request["Targets"]:
            targets.check(target)
        put = {target["Id"]: target for target in request["Targets"]}
        await self._change(call, request, lambda kept: {**kept, **put})
        return {"FailedEntryCount": 0, "FailedEntries": []}

    @operation("RemoveTargets")
    async def remove(self, call: Call, request: RemoveTargetsRequest) -> RemoveTargetsResponse:
        gone = set(request["Ids"])
        await self._change(call, request, lambda kept: {name: kept[name] for name in kept if name not in gone})
        return {"FailedEntryCount": 0, "FailedEntries": []}

    @operation("ListTargetsByRule")
    async def list(self, call: Call, request: ListTargetsByRuleRequest) -> Answer:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        rule = await self.database.read(lambda tx: rule_found(tx, scope, request["Rule"], bus))
        start = pages.decode(request["NextToken"], member="NextToken") if request.get("NextToken") else 0
        end = start + (request.get("Limit") or model.PAGE)
        kept = rule.body.get("Targets", [])
        answer: dict[str, Json] = {"Targets": kept[start:end]}
        return answer | ({"NextToken": pages.encode(end)} if end < len(kept) else {})

    async def _change(
        self,
        call: Call,
        request: PutTargetsRequest | RemoveTargetsRequest,
        changed: Callable[[dict[str, Json]], dict[str, Json]],
    ) -> None:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        at = self.clock()

        def change(tx: Transaction) -> None:
            rule = rule_found(tx, scope, request["Rule"], bus)
            if not request.get("Force"):
                model.must_be_customers(rule)
            wanted = changed({target["Id"]: target for target in rule.body.get("Targets", ())})
            if len(wanted) > MOST:
                raise ServiceError(f"A rule has at most {MOST} targets.", code="LimitExceededException", status=400)
            documents.update(tx, rule.changed(at, Targets=[*wanted.values()] or None))
            self.listeners.change(tx, scope, bus)

        await self.database.write(change)
