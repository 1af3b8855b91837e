"""Queues: moto's, but numbered as AWS numbers FIFO messages, and not counted whenever they are looked at; and what sets
other attributes leaves their policy alone.

moto reads a queue's attributes at every message sent, and counts all messages three times over for it, asking the
time for each: ten thousand waiting messages made a send take a third of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from moto.core.utils import unix_time_millis
from moto.sqs import models as sqs

__all__ = ["Queue", "next_number", "sqs"]

_NUMBERS: Final = count(18_800_000_000_000_000_000, 256)


def next_number() -> str:
    """A number larger than all before it, of the twenty digits that AWS's have."""
    return str(next(_NUMBERS))


@dataclass(frozen=True, slots=True)
class Count:
    """A number that is found out when it is told."""

    counting: Callable[[], int]

    def __str__(self) -> str:
        return str(self.counting())


class Queue(sqs.Queue):
    """A queue of moto's that knows the time once, and its counts when asked."""

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        """Set some; to moto, a policy that is not among them would be none."""
        kept = {"Policy": self.policy} if "Policy" not in attributes and hasattr(self, "_policy_json") else {}
        super()._set_attributes({**attributes, **kept}, now)

    def add_message(self, message: sqs.Message) -> None:
        if self.fifo_queue:
            message.sequence_number = next_number()
        super().add_message(message)

    @property
    def messages(self) -> list[sqs.Message]:
        now = unix_time_millis()
        return [each for each in self._messages if now > each.visible_at and now >= each.delayed_until]

    @property
    def approximate_number_of_messages(self) -> Any:
        return Count(lambda: len(self.messages))

    @property
    def approximate_number_of_messages_delayed(self) -> Any:
        now = unix_time_millis()
        return Count(lambda: sum(now < each.delayed_until for each in self._messages))

    @property
    def approximate_number_of_messages_not_visible(self) -> Any:
        now = unix_time_millis()
        return Count(lambda: sum(now <= each.visible_at for each in self._messages))
