"""Deliveries: what one service of moto would send to another, or out into the world, becomes a call.

Some of moto's classes are exchanged for kin of theirs, above all a topic's subscription and a bus's rule. They decide
as moto does (filters, patterns) and write down calls, which the room places when moto is done. So a queue that is
forwarded elsewhere, or a function of Penstock's own, is reached at its front door, and moto touches no network.
"""

import hashlib
import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.events import models as events
from moto.sns import models as sns

from penstock.services.peripheral import targets
from penstock.services.peripheral.entries import refusal
from penstock.services.peripheral.notifications import Notification
from penstock.services.peripheral.patterns import matches_wildcard
from penstock.services.peripheral.queues import Queue, sqs
from penstock.wire.arns import Arn, queue_url
from penstock.wire.call import Call, Json, Scope

_endpoint = ""
_principal = ""
_written: list[Call] = []


def begin(call: Call, endpoint: str) -> None:
    """Another call goes to moto: what is written down from here on follows from it."""
    # One thread plays one call at a time, and moto's classes cannot be handed anything.
    global _endpoint, _principal
    _endpoint, _principal = endpoint, call.scope.principal
    _written.clear()


def taken() -> list[Call]:
    """The calls that followed, in order."""
    found = list(_written)
    _written.clear()
    return found


# --- SNS ---------------------------------------------------------------------------------------------------------


class Topic(sns.Topic):
    """A topic of moto's that does not keep every message it ever had."""

    def __init__(self, name: str, sns_backend: sns.SNSBackend) -> None:
        super().__init__(name, sns_backend)
        self.sent_notifications: Any = deque(maxlen=0)


class Subscription(sns.Subscription):
    """A subscription of moto's that delivers by calls; `asked.py` lets in only queues and functions."""

    def publish(
        self,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        notification = Notification(
            topic=self.topic.arn,
            subscription=self.arn,
            message=message,
            message_id=message_id,
            subject=subject,
            attributes=message_attributes or {},
            at=iso_8601_datetime_with_milliseconds(),
            endpoint=_endpoint,
        )
        if self.protocol == "lambda":
            _written.append(targets.invoke(Arn.of(self.endpoint), notification.record()))
        else:
            digest = hashlib.sha256(message.encode()).hexdigest()
            _written.append(self._sent(notification, group_id, deduplication_id or digest))

    def _sent(self, notification: Notification, group_id: str | None, deduplication_id: str) -> Call:
        queue = Arn.of(self.endpoint)
        request: dict[str, Json] = {"QueueUrl": queue_url(_endpoint, queue)}
        if is_true(self.attributes.get("RawMessageDelivery")):
            request["MessageBody"] = notification.message
            if notification.attributes:
                raw = {name: raw_attribute(each) for name, each in notification.attributes.items()}
                request["MessageAttributes"] = raw
        else:
            request["MessageBody"] = notification.body()
        if queue.resource.endswith(".fifo"):
            request |= {"MessageGroupId": group_id, "MessageDeduplicationId": deduplication_id}
        return Call("sqs", "SendMessage", request, Scope(queue.account, queue.region))


def is_true(attribute: object) -> bool:
    return str(attribute).lower() == "true"


def raw_attribute(attribute: Mapping[str, Json]) -> dict[str, Json]:
    kind, value = attribute["Type"], attribute["Value"]
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": value.encode() if isinstance(value, str) else value}
    return {"DataType": kind, "StringValue": str(value)}


# --- EventBridge -------------------------------------------------------------------------------------------------


class Rule(events.Rule):
    """A rule of moto's that sends to its targets by calls. Archives are moto's own and stay so."""

    def send_to_targets(self, original_event: Any, transform_input: bool = True) -> None:
        if self.state == "DISABLED" or not self.event_pattern.matches_event(original_event):
            return
        event = targets.event(original_event)
        for target in self.targets:
            if is_archive(target["Arn"]):
                self._archive(target, original_event)
            else:
                text = targets.text(target, event) if transform_input else targets.compact(event)
                _written.extend(targets.calls(target, text, event, _endpoint))

    def _archive(self, target: Mapping[str, Json], event: Any) -> None:
        named = ARCHIVE.search(target["InputTransformer"]["InputTemplate"])
        archives = events.events_backends[self.account_id][self.region_name].archives
        archive = archives.get(named["name"]) if named is not None else None
        if archive is not None and named is not None and archive.uuid == named["uuid"]:
            archive.events.append(event)


_put_events: Final = events.EventsBackend.put_events


def put_events(bus: events.EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What becomes of each entry: some are refused that moto would take."""
    answers: list[dict[str, Any]] = []
    for entry in entries:
        refused = refusal(entry, of_customer=bool(_principal))  # services of Penstock's own have none
        answers += _put_events(bus, [entry]) if refused is None else [refused]
    return answers


ARCHIVE: Final = re.compile(r':archive/(?P<name>[^":]+):(?P<uuid>[^"]+)"')


def is_archive(arn: str) -> bool:
    """Whether a target is the one that moto gives an archive's own rule: no account, and nothing named."""
    there = Arn.of(arn)
    return there.service == "events" and not there.account


# --- the exchange ------------------------------------------------------------------------------------------------


def _exchange_topics() -> None:
    sns.Topic = Topic  # type: ignore[misc]
    sns.Subscription = Subscription  # type: ignore[misc]


def _exchange_rules() -> None:
    events.Rule = Rule  # type: ignore[misc]
    events.EventsBackend.put_events = put_events  # type: ignore[assignment,method-assign]
    events.EventPattern._wildcard_match = staticmethod(matches_wildcard)  # type: ignore[method-assign]


def _exchange_queues() -> None:
    sqs.Queue = Queue  # type: ignore[misc]


EXCHANGES: Final[Mapping[str, Callable[[], None]]] = {
    "sns": _exchange_topics,
    "events": _exchange_rules,
    "sqs": _exchange_queues,
}


def redirect(service: str) -> None:
    """Exchange the classes of a service by which moto would leave it."""
    if service in EXCHANGES:
        EXCHANGES[service]()
