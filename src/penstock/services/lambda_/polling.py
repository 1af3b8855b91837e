"""Polling: a function is invoked with what is in a queue, batch by batch, for as long as its mapping is enabled.

A message is deleted when the function has done with it; what it failed at is seen again when its visibility runs out,
and goes to the queue's own dead letters in the end. Nothing is kept here: a mapping that is polled again goes on where
the queue is.
"""

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import msgspec

from penstock.services.lambda_.environments import Invocation
from penstock.services.lambda_.invoking import Invocations
from penstock.services.lambda_.model import MAPPING, identifier, target_of
from penstock.store import documents
from penstock.store.database import Database
from penstock.store.documents import Document
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError

log: Final = logging.getLogger(__name__)
LONG_POLL: Final = 20  # seconds
AT_ONCE: Final = 5  # batches of a mapping that run at once, unless its scaling says otherwise
PAUSE: Final = 1.0  # seconds after a failure, doubled with each further one
LONGEST_PAUSE: Final = 30.0
PIECE: Final = 10  # messages in one call to SQS

Message = Mapping[str, Json]


class Queues:
    """SQS, on somebody's behalf."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def url(self, scope: Scope, arn: str) -> str:
        *_, owner, name = arn.split(":")
        answer = await self._ask(scope, "GetQueueUrl", {"QueueName": name, "QueueOwnerAWSAccountId": owner})
        url: str = answer["QueueUrl"]
        return url

    async def visibility(self, scope: Scope, arn: str) -> int:
        """For how many seconds a queue hides what was received."""
        request = {"QueueUrl": await self.url(scope, arn), "AttributeNames": ["VisibilityTimeout"]}
        return int((await self._ask(scope, "GetQueueAttributes", request))["Attributes"]["VisibilityTimeout"])

    async def receive(self, scope: Scope, url: str, most: int, wait: int) -> list[Message]:
        request = {
            "QueueUrl": url, "MaxNumberOfMessages": most, "WaitTimeSeconds": wait, "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }  # fmt: skip
        return list((await self._ask(scope, "ReceiveMessage", request)).get("Messages") or ())

    async def delete(self, scope: Scope, url: str, messages: Sequence[Message]) -> None:
        for first in range(0, len(messages), PIECE):
            entries = [
                {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]}
                for number, each in enumerate(messages[first : first + PIECE])
            ]
            await self._ask(scope, "DeleteMessageBatch", {"QueueUrl": url, "Entries": entries})

    async def _ask(self, scope: Scope, operation: str, request: Mapping[str, Json]) -> Json:
        return await self._directory.answer(Call("sqs", operation, request, scope))


@dataclass
class Pollers:
    """One poller for each enabled mapping."""

    database: Database
    queues: Queues
    invocations: Invocations
    chance: Callable[[], str]
    results: dict[str, str] = field(default_factory=dict)  # how the last batch of each mapping went
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def look_again(self) -> None:
        """A mapping was made, changed or deleted."""
        self._news.set()

    async def work(self) -> None:
        """Until cancelled."""
        polled: dict[str, tuple[float, asyncio.Task[None]]] = {}
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                found = await self.database.read(lambda tx: documents.everywhere(tx, MAPPING, "Enabled"))
                wanted = {mapping.name: mapping for mapping in found}
                for name, (modified_at, task) in list(polled.items()):
                    if name not in wanted or wanted[name].modified_at != modified_at:
                        task.cancel()
                        del polled[name]
                for name, mapping in wanted.items():
                    if name not in polled:
                        polled[name] = mapping.modified_at, tasks.create_task(self._poll(mapping, tasks))
                await self._news.wait()

    async def _poll(self, mapping: Document, batches: asyncio.TaskGroup) -> None:
        """One mapping, until cancelled: as many batches at once as its scaling allows. Those that run go on then."""
        most = (mapping.body.get("ScalingConfig") or {}).get("MaximumConcurrency", AT_ONCE)
        turns, pause = asyncio.Semaphore(most), PAUSE
        while True:
            await turns.acquire()
            try:
                url = await self.queues.url(mapping.scope, mapping.body["EventSourceArn"])
                messages = await self._gather(mapping, url)
            except ServiceError as error:
                self.results[mapping.name] = f"PROBLEM: {error.code}: {error.message}"
                turns.release()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = PAUSE
            if not messages:
                turns.release()
                continue
            batches.create_task(self._handle(mapping, url, messages)).add_done_callback(lambda _: turns.release())

    async def _gather(self, mapping: Document, url: str) -> list[Message]:
        """A batch: what is there at once, or what comes while its window is open."""
        size, window = mapping.body["BatchSize"], mapping.body.get("MaximumBatchingWindowInSeconds", 0)
        messages = await self.queues.receive(mapping.scope, url, min(size, PIECE), LONG_POLL)
        loop = asyncio.get_running_loop()
        end = loop.time() + window
        while messages and len(messages) < size and (left := end - loop.time()) > 0:
            wait = min(int(left), LONG_POLL)
            more = await self.queues.receive(mapping.scope, url, min(size - len(messages), PIECE), wait)
            if not more and wait == 0:
                break
            messages += more
        return messages

    async def _handle(self, mapping: Document, url: str, messages: Sequence[Message]) -> None:
        """Invoke the function with a batch, and delete what it has done with."""
        event = {"Records": [record(mapping, message) for message in messages]}
        target = target_of(mapping.scope, {"FunctionName": mapping.body["FunctionArn"]})
        try:
            luck = self.chance()
            found = await self.invocations.found(target, luck)
            invocation = Invocation(id=identifier(luck), payload=msgspec.json.encode(event), arn=target.arn)
            answer = await self.invocations.run(found, invocation)
            done = succeeded(mapping, messages, answer)
            await self.queues.delete(mapping.scope, url, done)
        except ServiceError as error:
            self.results[mapping.name] = f"PROBLEM: {error.code}: {error.message}"
            await asyncio.sleep(PAUSE)
        except Exception:  # a worker's loop, a door of rule 11: the messages are seen again
            log.exception("event source mapping %s: a batch failed", mapping.name)
            self.results[mapping.name] = "PROBLEM: internal error"
        else:
            self.results[mapping.name] = "OK" if "FunctionError" not in answer else "PROBLEM: Function call failed"


def succeeded(mapping: Document, messages: Sequence[Message], answer: Mapping[str, Json]) -> list[Message]:
    """What of a batch is done with: all or nothing, unless the function reports which items failed."""
    if "FunctionError" in answer:
        return []
    if "ReportBatchItemFailures" not in mapping.body.get("FunctionResponseTypes", ()):
        return list(messages)
    failed = failures(answer["Payload"])
    known = {message["MessageId"] for message in messages}
    if failed is None or not failed <= known:
        return []
    return [message for message in messages if message["MessageId"] not in failed]


def failures(payload: bytes) -> set[str] | None:
    """The ids that a function's answer reports; None for a report that cannot be read, by which all have failed."""
    told = None
    with suppress(msgspec.DecodeError):
        told = msgspec.json.decode(payload)
        if not told:
            return set()
    if not isinstance(told, dict):
        return None if told is None else set()
    items = told.get("batchItemFailures") or []
    if not isinstance(items, list):
        return None
    ids = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in items]
    return {str(each) for each in ids} if all(ids) else None


def record(mapping: Document, message: Message) -> dict[str, Json]:
    """A message as a function sees it."""
    told = {
        "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message.get("Body", ""),
        "attributes": message.get("Attributes") or {},
        "messageAttributes": {
            name: attribute(value) for name, value in (message.get("MessageAttributes") or {}).items()
        },
        "md5OfBody": message.get("MD5OfBody", ""), "eventSource": "aws:sqs",
        "eventSourceARN": mapping.body["EventSourceArn"], "awsRegion": mapping.scope.region,
    }  # fmt: skip
    if message.get("MD5OfMessageAttributes"):
        told["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return told


def attribute(value: Mapping[str, Json]) -> dict[str, Json]:
    told: dict[str, Json] = {}
    if value.get("StringValue") is not None:
        told["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        told["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return {**told, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
