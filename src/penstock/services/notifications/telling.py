"""Telling: which rules an event is for, and the message that each of their targets gets.

Messages are deliveries: tried again while that may help, at least once. How it fared is the target's status.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.deliveries import Deliveries, Delivery, Placed
from penstock.engine.engine import Engine
from penstock.engine.outbox import Task
from penstock.services.notifications import attributes, model
from penstock.services.notifications.catalogue import EVENT_TYPES, concerns
from penstock.services.notifications.model import SERVICE, TARGET, Json
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError
from penstock.wire.targets import to_topic

PUBLISH: Final = "notifications.publish"
ACTIONS: Final = 100  # of one execution, whose newest are looked at


@dataclass(frozen=True)
class Telling:
    """Takes events from the default bus. That is no operation of AWS's: a `Call` from inside can ask for it."""

    database: Database
    directory: Directory
    deliveries: Deliveries
    clock: Callable[[], float]

    def open(self, engine: Engine) -> None:
        self.directory.provide(SERVICE, ["Notify"], self.notify)
        engine.activity(PUBLISH, self.publish)

    async def notify(self, call: Call, request: Mapping[str, Json]) -> Answer:
        """See to it that whoever is to know of an event is told."""
        event = request["Event"]
        rules = await self.database.read(lambda tx: told_of(tx, call.scope, event))
        more = await self._additional(event) if any(rule.body["DetailType"] == "FULL" for rule in rules) else {}

        def send(tx: Transaction) -> None:
            for rule in rules:
                text = message(rule, event, more if rule.body["DetailType"] == "FULL" else {})
                for target in rule.body["Targets"]:
                    self._send(tx, rule, target["TargetAddress"], event["id"], text)

        if rules:
            await self.database.write(send)
        return {}

    def _send(self, tx: Transaction, rule: Document, address: str, event: str, text: str) -> None:
        delivery = Delivery(
            carrier=PUBLISH,
            content=msgspec.to_builtins(Placed.of(to_topic(address, text))),
            about=f"event {event} of {rule.arn} for {address}",
            born=self.clock(),
        )
        self.deliveries.send(tx, f"{rule.arn}/{address}/{event}", delivery, rule.scope)

    async def _additional(self, event: Mapping[str, Json]) -> dict[str, Json]:
        actions: list[Json] = []
        if attributes.needs_actions(event):
            where = {"pipelineExecutionId": event["detail"]["execution-id"]}
            asked = {"pipelineName": event["detail"]["pipeline"], "filter": where, "maxResults": ACTIONS}
            scope = Scope(event["account"], event["region"])
            try:
                answer = await self.directory.answer(Call("codepipeline", "ListActionExecutions", asked, scope))
            except ServiceError as error:
                if not error.code.endswith("NotFoundException"):
                    raise
                return {}  # the pipeline is gone: there is nothing more to tell
            actions = answer["actionExecutionDetails"]
        return attributes.additional(event, actions)

    async def publish(self, task: Task) -> Json:
        """The carrier to a topic."""
        delivery, _ = await self.deliveries.look(task.run)
        placed = msgspec.convert(delivery.content, Placed)
        failure = await self.deliveries.place(placed, str(task.run))
        if failure is None or not failure.may_pass:
            status = "ACTIVE" if failure is None else "UNREACHABLE"
            rule = Arn.of(str(task.run))
            await self._mark(Scope(rule.account, rule.region), placed.request["TopicArn"], status)
        return None if failure is None else msgspec.to_builtins(failure)

    async def _mark(self, scope: Scope, address: str, status: str) -> None:
        at = self.clock()

        def mark(tx: Transaction) -> None:
            target = documents.find(tx, scope, TARGET, address)
            if target is not None and target.status != status:
                documents.update(tx, target.changed(at, status=status))

        target = await self.database.read(lambda tx: documents.find(tx, scope, TARGET, address))
        if target is not None and target.status != status:
            await self.database.write(mark)


def told_of(tx: Transaction, scope: Scope, event: Mapping[str, Json]) -> list[Document]:
    """The rules that are on and want an event."""
    return [
        rule
        for rule in model.every_rule(tx, scope)
        if rule.status == "ENABLED"
        and concerns(rule.body["Resource"], event)
        and any(EVENT_TYPES[each].fits(event) for each in rule.body["EventTypeIds"])
    ]


def message(rule: Document, event: Mapping[str, Json], more: Mapping[str, Json]) -> str:
    """An event as topics get it: some of its members have other names here."""
    told = {
        "account": event["account"],
        "detailType": event["detail-type"],
        "region": event["region"],
        "source": event["source"],
        "time": event["time"],
        "notificationRuleArn": rule.arn,
        "detail": event["detail"],
        "resources": event["resources"],
        "additionalAttributes": more,
    }
    return msgspec.json.encode(told).decode()
