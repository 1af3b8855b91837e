"""Operations on rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from penstock.languages.schedules import WrongSchedule, parse
from penstock.services.events import model, putting
from penstock.services.events.listening import Listeners
from penstock.services.events.model import DEFAULT, MOST, RULE, given, listed, query, rule_found
from penstock.services.events.schedules import RuleSchedules
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Json, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.events.shapes import (
        DeleteRuleRequest,
        DescribeRuleRequest,
        DisableRuleRequest,
        EnableRuleRequest,
        ListRuleNamesByTargetRequest,
        ListRulesRequest,
        PutRuleRequest,
        PutRuleResponse,
    )

SHOWN = ("EventPattern", "ScheduleExpression", "Description", "RoleArn", "ManagedBy")
ASKED = SHOWN[:-1]


@dataclass(frozen=True)
class Rules:
    """Rules by name and bus."""

    database: Database
    listeners: Listeners
    schedules: RuleSchedules
    clock: Callable[[], float]
    service: str = "events"

    @operation("PutRule")
    async def put(self, call: Call, request: PutRuleRequest) -> PutRuleResponse:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        check(request, bus)
        name, at, labels = request["Name"], self.clock(), tags.unlisted(request.get("Tags", []))
        made = Document(
            kind=RULE, scope=replace(scope, principal=""), name=model.rule_key(name, bus),
            arn=model.rule_arn(scope, name, bus), parent=bus, status=request.get("State") or "ENABLED", created_at=at,
            modified_at=at, body={**given(request, *ASKED), "CreatedBy": scope.account, "Since": at},
        )  # fmt: skip

        def put(tx: Transaction) -> None:
            model.must_have_bus(tx, scope, bus)
            before = documents.find(tx, scope, RULE, made.name)
            model.must_be_customers(before)
            if before is None:
                documents.insert(tx, made)
                tags.add(tx, made.arn, labels)
                self._changed(tx, made, at)
                return
            kept = given(before.body, "Targets")
            if before.body.get("ScheduleExpression") == made.body.get("ScheduleExpression"):
                kept |= given(before.body, "Since")
            changed = replace(made, body={**made.body, **kept})
            documents.update(tx, changed)
            self._changed(tx, changed, at)

        await self.database.write(put)
        return {"RuleArn": made.arn}

    @operation("DescribeRule")
    async def describe(self, call: Call, request: DescribeRuleRequest) -> Answer:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        rule = await self.database.read(lambda tx: rule_found(tx, scope, request["Name"], bus))
        return {**shown(rule), "CreatedBy": rule.body["CreatedBy"]}

    @operation("DeleteRule")
    async def delete(self, call: Call, request: DeleteRuleRequest) -> Answer:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))

        def remove(tx: Transaction) -> None:
            model.must_have_bus(tx, scope, bus)
            rule = documents.find(tx, scope, RULE, model.rule_key(request["Name"], bus))
            if rule is None:
                return
            if not request.get("Force"):
                model.must_be_customers(rule)
            if rule.body.get("Targets"):
                raise ValidationError("Rule can't be deleted since it has targets.")
            documents.remove(tx, scope, RULE, rule.name)
            self.schedules.forget(tx, rule)
            self.listeners.change(tx, scope, bus)

        await self.database.write(remove)
        return {}

    @operation("EnableRule")
    async def enable(self, call: Call, request: EnableRuleRequest) -> Answer:
        await self._set_state(call, request, "ENABLED")
        return {}

    @operation("DisableRule")
    async def disable(self, call: Call, request: DisableRuleRequest) -> Answer:
        await self._set_state(call, request, "DISABLED")
        return {}

    @operation("ListRules")
    async def list(self, call: Call, request: ListRulesRequest) -> Answer:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        await self.database.read(lambda tx: model.must_have_bus(tx, scope, bus))
        return await listed(self.database, query(scope, RULE, request, parent=bus), "Rules", shown)

    @operation("ListRuleNamesByTarget")
    async def list_by_target(self, call: Call, request: ListRuleNamesByTargetRequest) -> Answer:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        every = Query(kind=RULE, scope=scope, parent=bus, order="name", descending=False, limit=MOST)
        rules = (await self.database.scan(lambda tx: documents.page(tx, every))).documents
        names = [model.rule_name(rule) for rule in rules if has_target(rule, request["TargetArn"])]
        start = pages.decode(request["NextToken"], member="NextToken") if request.get("NextToken") else 0
        end = start + (request.get("Limit") or model.PAGE)
        answer: dict[str, Json] = {"RuleNames": names[start:end]}
        return answer | ({"NextToken": pages.encode(end)} if end < len(names) else {})

    async def _set_state(self, call: Call, request: EnableRuleRequest | DisableRuleRequest, state: str) -> None:
        scope, bus = model.bus_of(call.scope, request.get("EventBusName"))
        at = self.clock()

        def change(tx: Transaction) -> None:
            rule = rule_found(tx, scope, request["Name"], bus)
            model.must_be_customers(rule)
            changed = rule.changed(at, status=state)
            documents.update(tx, changed)
            self._changed(tx, changed, at)

        await self.database.write(change)

    def _changed(self, tx: Transaction, rule: Document, at: float) -> None:
        self.schedules.plan(tx, rule, at)
        self.listeners.change(tx, rule.scope, rule.parent)


def check(request: PutRuleRequest, bus: str) -> None:
    """Refuse a rule that nothing could set off."""
    if not request.get("EventPattern") and not request.get("ScheduleExpression"):
        raise ValidationError("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if request.get("EventPattern"):
        putting.read(request["EventPattern"])
    if not request.get("ScheduleExpression"):
        return
    if bus != DEFAULT:
        raise ValidationError("ScheduleExpression is supported only on the default event bus.")
    try:
        parse(request["ScheduleExpression"], of_rule=True)
    except WrongSchedule:
        raise ValidationError("Parameter ScheduleExpression is not valid.") from None


def has_target(rule: Document, arn: str) -> bool:
    return any(target["Arn"] == arn for target in rule.body.get("Targets", ()))


def shown(rule: Document) -> dict[str, Json]:
    return {
        "Name": model.rule_name(rule), "Arn": rule.arn, "State": rule.status, "EventBusName": rule.parent,
        **given(rule.body, *SHOWN),
    }  # fmt: skip
