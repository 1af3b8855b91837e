"""Notifications of buckets: the operations on their configuration.

Whoever is to be told must be there when the configuration is put. Queues and topics are asked by the test event that
AWS sends them, functions by a look at their configuration; who may send to them is not looked at.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.s3 import notifying, rows
from penstock.services.s3.announcing import EVENT_BRIDGE, SETTING, addressed
from penstock.services.s3.failures import unreachable
from penstock.services.s3.model import Bucket
from penstock.services.s3.notifying import Wish
from penstock.services.s3.versions import Request
from penstock.store.database import Database, Transaction
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError, operation
from penstock.wire.times import iso

FIFO: Final = ".fifo"
PATIENCE: Final = 20.0  # seconds for a destination to answer
ABSENT: Final = frozenset(
    {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NotFound", "ResourceNotFoundException"}
)


@dataclass(frozen=True)
class Notifications:
    """PutBucketNotificationConfiguration and GetBucketNotificationConfiguration."""

    database: Database
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "s3"

    @operation("PutBucketNotificationConfiguration")
    async def put(self, call: Call, request: Request) -> Answer:
        given: Mapping[str, Json] = request["NotificationConfiguration"]
        owner = request.get("ExpectedBucketOwner")
        bucket = await self.database.read(lambda tx: rows.bucket_of(tx, request["Bucket"], owner))
        kept = notifying.checked(given, bucket, self.chance)
        if not request.get("SkipDestinationValidation"):
            await self._reach(bucket, notifying.wishes(kept))
        if given.get(EVENT_BRIDGE) is not None:
            kept[EVENT_BRIDGE] = {}

        def put(tx: Transaction) -> None:
            rows.put_setting(tx, rows.bucket_of(tx, request["Bucket"], owner).name, SETTING, kept)

        await self.database.write(put)
        return {}

    @operation("GetBucketNotificationConfiguration")
    async def get(self, call: Call, request: Request) -> Answer:
        def get(tx: Transaction) -> Json:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            return rows.setting(tx, bucket.name, SETTING)

        return await self.database.read(get) or {}

    async def _reach(self, bucket: Bucket, wishes: Iterable[Wish]) -> None:
        """Send a test event to every queue and topic, look for every function; raises for those that are not there."""
        wrong: dict[str, str] = {}
        for destination, kind in {wish.destination: wish.kind for wish in wishes}.items():
            if destination.endswith(FIFO):
                wrong[destination] = f"FIFO {kind.service.upper()} {kind.called}s are not supported."
                continue
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.directory.answer(self._test(bucket, destination))
            except TimeoutError:
                wrong[destination] = f"The destination {kind.called} does not answer"
            except ServiceError as refused:
                is_absent = refused.code in ABSENT
                wrong[destination] = f"The destination {kind.called} does not exist" if is_absent else refused.message
        if wrong:
            raise unreachable(wrong)

    def _test(self, bucket: Bucket, destination: str) -> Call:
        text = msgspec.json.encode(self._test_event(bucket)).decode()
        arn = Arn.of(destination)
        if arn.service == "lambda":
            return Call("lambda", "GetFunctionConfiguration", {"FunctionName": destination}, arn.scope)
        return addressed(destination, text)

    def _test_event(self, bucket: Bucket) -> dict[str, Json]:
        mark = self.chance()
        return {
            "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": iso(self.clock()), "Bucket": bucket.name,
            "RequestId": mark, "HostId": mark,
        }  # fmt: skip
