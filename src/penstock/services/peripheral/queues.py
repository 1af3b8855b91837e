"""Queues: moto's, that do not count their messages whenever they are looked at.

moto reads a queue's attributes at every message sent, and counts all messages three times over for it, asking the
time for each: ten thousand waiting messages made a send take a third of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.utils import unix_time_millis
from moto.sqs import models as sqs

__all__ = ["Queue", "sqs"]


@dataclass(frozen=True, slots=True)
class Count:
    """A number that is found out when it is told."""

    counting: Callable[[], int]

    def __str__(self) -> str:
        return str(self.counting())


class Queue(sqs.Queue):
    """A queue of moto's that knows the time once, and its counts when asked."""

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
