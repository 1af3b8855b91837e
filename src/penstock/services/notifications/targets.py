"""Operations on targets: who is subscribed to which rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.notifications import model
from penstock.services.notifications.model import SERVICE, TARGET, Json, rule_found
from penstock.store import documents
from penstock.wire.call import Answer, Call, ValidationError, operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from penstock.services.notifications import shapes
    from penstock.store.database import Database, Transaction
    from penstock.store.documents import Document


@dataclass(frozen=True)
class Targets:
    database: Database
    clock: Callable[[], float]
    service: str = SERVICE

    @operation("Subscribe")
    async def subscribe(self, call: Call, request: shapes.SubscribeRequest) -> Answer:
        (target,), at = model.checked_targets([request["Target"]]), self.clock()

        def subscribe(tx: Transaction) -> None:
            rule = rule_found(tx, call.scope, request["Arn"])
            documents.update(tx, rule.changed(at, Targets=model.checked_targets([*rule.body["Targets"], target])))
            model.keep_targets(tx, rule.scope, [target], at)

        await self.database.write(subscribe)
        return {"Arn": request["Arn"]}

    @operation("Unsubscribe")
    async def unsubscribe(self, call: Call, request: shapes.UnsubscribeRequest) -> Answer:
        at, address = self.clock(), request["TargetAddress"]

        def unsubscribe(tx: Transaction) -> None:
            rule = documents.find_by_arn(tx, request["Arn"])
            if rule is None or rule.scope.account != call.scope.account or not is_told(rule, address):
                raise ValidationError(f"The target {address} is not subscribed to {request['Arn']}.")
            documents.update(tx, rule.changed(at, Targets=without(rule, address)))

        await self.database.write(unsubscribe)
        return {"Arn": request["Arn"]}

    @operation("ListTargets")
    async def list(self, call: Call, request: shapes.ListTargetsRequest) -> Answer:
        found = await self.database.read(lambda tx: model.every_target(tx, call.scope))
        told = [model.target_told(each) for each in found]
        fitting = (each for each in told if model.fit(request.get("Filters") or [], filtered_by(each)))
        return model.page(fitting, "Targets", request)

    @operation("DeleteTarget")
    async def delete(self, call: Call, request: shapes.DeleteTargetRequest) -> Answer:
        at, address = self.clock(), request["TargetAddress"]

        def delete(tx: Transaction) -> None:
            told = [rule for rule in model.every_rule(tx, call.scope) if is_told(rule, address)]
            if told and not request.get("ForceUnsubscribeAll"):
                raise ValidationError(
                    f"The target {address} is subscribed to {told[0].arn}: ForceUnsubscribeAll ends all of that."
                )
            for rule in told:
                documents.update(tx, rule.changed(at, Targets=without(rule, address)))
            documents.remove(tx, call.scope, TARGET, address)

        await self.database.write(delete)
        return {}


def is_told(rule: Document, address: str) -> bool:
    return any(each["TargetAddress"] == address for each in rule.body.get("Targets", ()))


def without(rule: Document, address: str) -> list[Json]:
    return [each for each in rule.body["Targets"] if each["TargetAddress"] != address]


def filtered_by(target: dict[str, str]) -> dict[str, list[str]]:
    return {
        "TARGET_TYPE": [target["TargetType"]],
        "TARGET_ADDRESS": [target["TargetAddress"]],
        "TARGET_STATUS": [target["TargetStatus"]],
    }
