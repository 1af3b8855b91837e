"""Waiting: SQS's long polls, as many at once as there are clients, holding neither the loop nor moto's thread.

A poll asks moto without waiting, and asks again when a message may have come: when somebody sent one, gave one back,
or a little time has passed (delays and visibility run out by the clock, and nobody tells).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from penstock.wire.call import Answer, Call

LOOK_EVERY: Final = 0.5  # seconds until a message that became visible by the clock is noticed
LONGEST: Final = 20  # seconds that AWS lets a poll wait
# What may put a message where a poll can find it; DeleteMessage frees the next of a FIFO group.
BRING: Final = ("SendMessage", "ChangeMessageVisibility", "DeleteMessage", "SetQueueAttributes")

Perform = Callable[[Call], Awaitable[Answer]]


Place = tuple[str, str, str]


class Arrivals:
    """Tells everyone who waits at a queue that messages may have come."""

    def __init__(self) -> None:
        self._next: dict[Place, asyncio.Event] = {}

    def tell(self, queue: Place) -> None:
        if (told := self._next.pop(queue, None)) is not None:
            told.set()

    def next(self, queue: Place) -> asyncio.Event:
        """What will be set at the next arrival: take it before looking, or one in between is missed."""
        return self._next.setdefault(queue, asyncio.Event())


def queue_of(call: Call) -> Place:
    """Account, region and name of the queue that a call is about."""
    name = str(call.request.get("QueueUrl", "")).rstrip("/").rpartition("/")[2]
    return call.scope.account, call.scope.region, name


def may_wait(call: Call) -> bool:
    return (call.service, call.operation) == ("sqs", "ReceiveMessage")


def brings_messages(call: Call) -> bool:
    return call.service == "sqs" and call.operation.startswith(BRING)


async def receive(call: Call, perform: Perform, arrivals: Arrivals) -> Answer:
    """The first answer with messages in it, or the last without when the time is up."""
    seconds = await wait_seconds(call, perform)
    if not 0 <= seconds <= LONGEST:
        return await perform(call)  # moto says what is wrong with it
    now = asyncio.get_running_loop().time
    until = now() + seconds
    look = replace(call, request={**call.request, "WaitTimeSeconds": 0})
    while True:
        arrival = arrivals.next(queue_of(call))
        answer = await perform(look)
        left = until - now()
        if answer.get("Messages") or left <= 0:
            return answer
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left, LOOK_EVERY)):
                await arrival.wait()


async def wait_seconds(call: Call, perform: Perform) -> int:
    """How long the poll may wait: as it says, or as its queue does."""
    if (said := call.request.get("WaitTimeSeconds")) is not None:
        return int(said)
    name = "ReceiveMessageWaitTimeSeconds"
    asking = {"QueueUrl": call.request["QueueUrl"], "AttributeNames": [name]}
    answer = await perform(replace(call, operation="GetQueueAttributes", request=asking))
    return int(answer.get("Attributes", {}).get(name, 0))
