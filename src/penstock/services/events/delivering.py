"""Delivering: what follows from an event, in one unit of work: deliveries to targets, and places in archives.

Most targets are reached by calls. Another bus is told here, so that the event stays the one it is; how many buses it
has come through is told with it, and after a few it ends: two buses may each be the other's target.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.deliveries import LONGEST_AGE, MOST_RETRIES, PLACE, Deliveries, Delivery, Failure
from penstock.engine.outbox import Task
from penstock.services.events import model, rows, shaping, targets
from penstock.services.events.event import Event, compact, told
from penstock.services.events.listening import Listeners
from penstock.services.events.model import ARCHIVE
from penstock.services.events.targets import Sending
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.arns import Arn
from penstock.wire.call import Json, Scope
from penstock.wire.targets import mark_of

log: Final = logging.getLogger(__name__)
FORWARD: Final = "events.forward"
CALL: Final = "events.call"
MOST_HOPS: Final = 8
REPLAYED: Final = "replay-name"


class Forwarded(msgspec.Struct, frozen=True):
    """The content of a delivery to another bus."""

    bus: str
    event: Event
    hops: int


class Called(msgspec.Struct, frozen=True):
    """The content of a delivery to an API destination."""

    destination: str
    text: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True)
class Taken:
    """An event on its way into a bus."""

    event: Event
    scope: Scope
    bus: str
    hops: int = 0


@dataclass(frozen=True)
class Delivering:
    """Takes events, once they are known to be some."""

    database: Database
    listeners: Listeners
    deliveries: Deliveries
    clock: Callable[[], float]

    async def take(self, events: Iterable[Taken]) -> None:
        """See to all that follows from events; when this returns, it is on disk. Buses that are gone listen no more."""
        followed: list[tuple[Taken, list[Document]]] = []
        for each in events:
            index = await self.listeners.of(each.scope, each.bus)
            if index is not None and (fitting := index.matching(each.event)):
                followed.append((each, fitting))
        if followed:
            await self.database.write(lambda tx: self._follow(tx, followed))

    def _follow(self, tx: Transaction, followed: Iterable[tuple[Taken, list[Document]]]) -> None:
        for taken, listeners in followed:
            for listener in listeners:
                if listener.kind == ARCHIVE:
                    self._archive(tx, listener, taken.event)
                else:
                    self.send(tx, listener, taken.event, hops=taken.hops)

    @staticmethod
    def _archive(tx: Transaction, archive: Document, event: Event) -> None:
        if REPLAYED not in event:
            rows.keep(tx, archive.arn, event)

    def send(self, tx: Transaction, rule: Document, event: Event, *, hops: int = 0) -> None:
        """Deliver an event to every target of a rule."""
        for target in rule.body.get("Targets", ()):
            run = f"{rule.arn}/{target['Id']}/{event['id']}/{event.get(REPLAYED, hops)}"
            delivery = delivery_of(rule, target, event, run, hops=hops, at=self.clock())
            self.deliveries.send(tx, run, delivery, rule.scope)

    async def forward(self, task: Task) -> Json:
        """The carrier to another bus."""
        delivery, _ = await self.deliveries.look(task.run)
        content = msgspec.convert(delivery.content, Forwarded)
        scope, bus = model.bus_of(Scope(), content.bus)
        if content.hops > MOST_HOPS:
            return failure("LoopDetected", f"The event has come through {MOST_HOPS} buses and ends here.")
        if await self.listeners.of(scope, bus) is None:
            return failure("ResourceNotFoundException", f"Event bus {bus} does not exist.")
        await self.take([Taken(content.event, scope, bus, content.hops)])
        return None


def failure(code: str, message: str, *, may_pass: bool = False) -> Json:
    return msgspec.to_builtins(Failure(code=code, message=message, may_pass=may_pass))


def delivery_of(
    rule: Document, target: Mapping[str, Json], event: Event, run: str, *, hops: int, at: float
) -> Delivery:
    """The delivery of an event to one target."""
    text = shaping.shaped(target, event, rule=rule.arn, ingested=told(at))
    carrier, content = carried(Sending(rule.arn, target, text, event, mark_of(run)), hops=hops)
    policy = target.get("RetryPolicy", {})
    return Delivery(
        carrier=carrier,
        content=msgspec.to_builtins(content, builtin_types=(bytes,)),
        about=f"event {event['id']} of {rule.arn} for {target['Arn']}",
        born=at,
        most_retries=policy.get("MaximumRetryAttempts", MOST_RETRIES),
        longest_age=policy.get("MaximumEventAgeInSeconds", LONGEST_AGE),
        dead_letters=target.get("DeadLetterConfig", {}).get("Arn", ""),
        letter=compact(event),
        attributes={"RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"]},
    )


def carried(sending: Sending, *, hops: int) -> tuple[str, Json]:
    """Which activity brings it, and what that needs to know."""
    arn, event = sending.arn, sending.event
    if targets.is_bus(arn):
        return FORWARD, Forwarded(arn, event, hops + 1)
    if targets.is_destination(arn):
        given: Mapping[str, Json] = sending.target.get("HttpParameters", {})
        return CALL, Called(arn, sending.text, resolved(given, event))
    assert Arn.of(arn).service in targets.REACHED, "checked when the target was put"
    return PLACE, targets.placed(sending)


def resolved(parameters: Mapping[str, Json], event: Event) -> dict[str, Json]:
    """HTTP parameters, with what they take from the event put in."""
    return {
        name: [shaping.resolved(each, event) for each in value]
        if isinstance(value, list)
        else {key: shaping.resolved(each, event) for key, each in value.items()}
        for name, value in parameters.items()
    }
