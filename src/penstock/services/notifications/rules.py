"""Operations on notification rules, and on their tags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.notifications import catalogue, managed, model
from penstock.services.notifications.catalogue import EVENT_TYPES
from penstock.services.notifications.model import MOST_RULES, RULE, SERVICE, Json, rule_found
from penstock.store import documents, tags
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from penstock.services.notifications import shapes
    from penstock.store.database import Database, Transaction
    from penstock.wire.call import Directory


@dataclass(frozen=True)
class Rules:
    database: Database
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = SERVICE

    @operation("CreateNotificationRule")
    async def create(self, call: Call, request: shapes.CreateNotificationRuleRequest) -> Answer:
        """The resource need not be there (yet); one that never is has no events."""
        model.check_resource(request["Resource"])
        targets, labels = model.checked_targets(request["Targets"]), model.labelled(request.get("Tags") or {})
        types, at = model.checked_types(request["EventTypeIds"], request["Resource"]), self.clock()
        name = hashlib.sha1(self.chance().encode(), usedforsecurity=False).hexdigest()  # as long as AWS's
        scope = Scope(call.scope.account, call.scope.region)
        made = Document(
            kind=RULE, scope=scope, name=name, arn=scope.arn(SERVICE, f"notificationrule/{name}"),
            status=request.get("Status") or "ENABLED", created_at=at, modified_at=at,
            token=call.token or request.get("ClientRequestToken", ""),
            body={
                "Name": request["Name"], "EventTypeIds": types, "Resource": request["Resource"], "Targets": targets,
                "DetailType": request["DetailType"], "CreatedBy": call.scope.principal,
            },
        )  # fmt: skip

        def create(tx: Transaction) -> str:
            there = model.every_rule(tx, scope)
            if again := next((each for each in there if made.token and each.token == made.token), None):
                return again.arn
            if len(there) >= MOST_RULES:
                raise ServiceError(f"There are {MOST_RULES} rules.", code="LimitExceededException")
            must_be_free(there, request["Name"])
            documents.insert(tx, made)
            tags.add(tx, made.arn, labels)
            self._changed(tx, made, at)
            return made.arn

        return {"Arn": await self.database.write(create)}

    @operation("DescribeNotificationRule")
    async def describe(self, call: Call, request: shapes.DescribeNotificationRuleRequest) -> Answer:
        def read(tx: Transaction) -> Json:
            rule = rule_found(tx, call.scope, request["Arn"])
            known = {each.name: each for each in model.every_target(tx, rule.scope)}
            targets = [model.target_told(known[each["TargetAddress"]]) for each in rule.body["Targets"]]
            return told(rule) | {"Targets": targets, "Tags": tags.of(tx, rule.arn)}

        return await self.database.read(read)

    @operation("UpdateNotificationRule")
    async def update(self, call: Call, request: shapes.UpdateNotificationRuleRequest) -> Answer:
        at = self.clock()

        def update(tx: Transaction) -> None:
            rule = rule_found(tx, call.scope, request["Arn"])
            changes: dict[str, Json] = {}
            if "Name" in request and request["Name"] != rule.body["Name"]:
                must_be_free(model.every_rule(tx, rule.scope), request["Name"])
                changes["Name"] = request["Name"]
            if "EventTypeIds" in request:
                changes["EventTypeIds"] = model.checked_types(request["EventTypeIds"], rule.body["Resource"])
            if "Targets" in request:
                changes["Targets"] = model.checked_targets(request["Targets"])
            if "DetailType" in request:
                changes["DetailType"] = request["DetailType"]
            changed = rule.changed(at, status=request.get("Status"), **changes)
            documents.update(tx, changed)
            self._changed(tx, changed, at)

        await self.database.write(update)
        return {}

    @operation("DeleteNotificationRule")
    async def delete(self, call: Call, request: shapes.DeleteNotificationRuleRequest) -> Answer:
        """One that is not there is deleted, too: AWS has no error for it."""

        def delete(tx: Transaction) -> None:
            rule = documents.find_by_arn(tx, request["Arn"])
            if rule is not None and rule.kind == RULE and rule.scope.account == call.scope.account:
                documents.remove(tx, rule.scope, RULE, rule.name)
                managed.keep_rule(tx, self.directory, rule.scope)

        await self.database.write(delete)
        return {"Arn": request["Arn"]}

    @operation("ListNotificationRules")
    async def list(self, call: Call, request: shapes.ListNotificationRulesRequest) -> Answer:
        rules = await self.database.read(lambda tx: model.every_rule(tx, call.scope))
        fitting = (rule for rule in rules if model.fit(request.get("Filters") or [], filtered_by(rule)))
        return model.page(({"Id": rule.name, "Arn": rule.arn} for rule in fitting), "NotificationRules", request)

    @operation("ListEventTypes")
    async def list_types(self, call: Call, request: shapes.ListEventTypesRequest) -> Answer:
        """Services and kinds of resources are known in any case."""
        filters = [{**each, "Value": each["Value"].lower()} for each in request.get("Filters") or []]
        every = map(catalogue.told, EVENT_TYPES.values())
        fitting = (
            each
            for each in every
            if model.fit(
                filters,
                {"RESOURCE_TYPE": [each["ResourceType"].lower()], "SERVICE_NAME": [each["ServiceName"].lower()]},
            )
        )
        return model.page(fitting, "EventTypes", request)

    @operation("TagResource")
    async def tag(self, call: Call, request: shapes.TagResourceRequest) -> Answer:
        labels = model.labelled(request["Tags"])

        def tag(tx: Transaction) -> Json:
            rule = rule_found(tx, call.scope, request["Arn"])
            if not tags.fit(tx, rule.arn, labels):
                raise ServiceError(f"A rule has at most {tags.MOST} tags.", code="LimitExceededException")
            tags.add(tx, rule.arn, labels)
            return tags.of(tx, rule.arn)

        return {"Tags": await self.database.write(tag)}

    @operation("UntagResource")
    async def untag(self, call: Call, request: shapes.UntagResourceRequest) -> Answer:
        await self.database.write(
            lambda tx: tags.remove(tx, rule_found(tx, call.scope, request["Arn"]).arn, request["TagKeys"])
        )
        return {}

    @operation("ListTagsForResource")
    async def list_tags(self, call: Call, request: shapes.ListTagsForResourceRequest) -> Answer:
        labels = await self.database.read(lambda tx: tags.of(tx, rule_found(tx, call.scope, request["Arn"]).arn))
        return {"Tags": labels}

    def _changed(self, tx: Transaction, rule: Document, at: float) -> None:
        model.keep_targets(tx, rule.scope, rule.body["Targets"], at)
        managed.keep_rule(tx, self.directory, rule.scope)


def must_be_free(there: Iterable[Document], name: str) -> None:
    if any(each.body["Name"] == name for each in there):
        raise ServiceError(
            f"There is a notification rule with the name {name} already.", code="ResourceAlreadyExistsException"
        )


def told(rule: Document) -> dict[str, Json]:
    body = rule.body
    return {
        "Arn": rule.arn,
        "Name": body["Name"],
        "EventTypes": [catalogue.told(EVENT_TYPES[each]) for each in body["EventTypeIds"]],
        "Resource": body["Resource"],
        "DetailType": body["DetailType"],
        "Status": rule.status,
        "CreatedTimestamp": rule.created_at,
        "LastModifiedTimestamp": rule.modified_at,
        **({"CreatedBy": body["CreatedBy"]} if body["CreatedBy"] else {}),
    }


def filtered_by(rule: Document) -> dict[str, list[str]]:
    body = rule.body
    return {
        "EVENT_TYPE_ID": body["EventTypeIds"],
        "CREATED_BY": [body["CreatedBy"]],
        "RESOURCE": [body["Resource"]],
        "TARGET_ADDRESS": [each["TargetAddress"] for each in body["Targets"]],
    }
