"""Deliveries: what one service of moto would send to another, or out into the world, becomes a call.

Some of moto's classes are exchanged for kin of theirs, above all a topic's subscription. It decides as moto does (by
filters) and writes down calls, which the room places when moto is done. So a queue that is forwarded elsewhere, or a
function of Penstock's own, is reached at its front door, and moto touches no network.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.sns import models as sns

from penstock.services.peripheral.asked import PEOPLE
from penstock.services.peripheral.notifications import Notification
from penstock.services.peripheral.queues import Queue, sqs
from penstock.wire.arns import Arn, queue_url
from penstock.wire.call import Call, Json, Scope
from penstock.wire.targets import to_function

_endpoint = ""
_written: list[Call] = []


def begin(endpoint: str) -> None:
    """Another call goes to moto: what is written down from here on follows from it."""
    # One thread plays one call at a time, and moto's classes cannot be handed anything.
    global _endpoint  # noqa: PLW0603
    _endpoint = endpoint
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
    """A subscription of moto's that delivers by calls, to queues and functions; to people nothing is sent."""

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
        if self.protocol in PEOPLE:
            return
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
            _written.append(to_function(self.endpoint, notification.record()))
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


# --- the exchange ------------------------------------------------------------------------------------------------


def _exchange_topics() -> None:
    sns.Topic = Topic  # type: ignore[misc]
    sns.Subscription = Subscription  # type: ignore[misc]


def _exchange_queues() -> None:
    sqs.Queue = Queue  # type: ignore[misc]


EXCHANGES: Final[Mapping[str, Callable[[], None]]] = {
    "sns": _exchange_topics,
    "sqs": _exchange_queues,
}


def redirect(service: str) -> None:
    """Exchange the classes of a service by which moto would leave it."""
    if service in EXCHANGES:
        EXCHANGES[service]()
