"""Shipping: records become Parquet files in the customer's bucket, each in exactly one.

What goes into which files, and what those are called, is decided in a unit of work; then they are written and put, and
another unit of work forgets the records. A crash in between has the same files put again, under the same names.
"""

import asyncio
import importlib
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from penstock.engine.outbox import Task
from penstock.services.sagemaker.features import rows
from penstock.services.sagemaker.features.model import Feature, Group, Unwritable, look
from penstock.services.sagemaker.features.rows import Shipment
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Objects, Undelivered
from penstock.store import documents
from penstock.store.blobs import Blob, Blobs
from penstock.store.database import Database, Transaction
from penstock.wire.call import Json, ServiceError

PARQUET: Final = "penstock.services.sagemaker.features.parquet"
log: Final = logging.getLogger(__name__)
SHIP_AFTER: Final = 2.0  # seconds that a record waits for others at most (AWS: up to fifteen minutes)
SHIP_FULL: Final = 10_000  # records that do not wait any longer
LOOK_EVERY: Final = 0.5
FEW: Final = 10  # records that are one file. More are two: AWS's notebooks wait until there is a second one
AGAIN_AFTER: Final = 60.0  # seconds after S3 has refused a store's files
LONGEST_PUT: Final = 120.0
LONGEST_REASON: Final = 1024


class Shipping:
    """One of them brings everything that `put_on_its_way` tells of to S3, as long as `work` runs."""

    def __init__(
        self,
        database: Database,
        objects: Objects,
        blobs: Blobs,
        folder: Path,
        *,
        clock: Callable[[], float],
        chance: Callable[[], str],
    ) -> None:
        self._database = database
        self._objects = objects
        self._blobs = blobs
        self._folder = folder
        self._clock = clock
        self._chance = chance
        self._news = asyncio.Event()
        self._news.set()  # what an earlier life has left
        self._turn = asyncio.Lock()
        self._not_before: dict[str, float] = {}  # stores whose files S3 has refused

    def put_on_its_way(self) -> None:
        """There is something to be shipped. On the event loop."""
        self._news.set()

    async def work(self) -> None:
        """Ship what is due, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            if await self.ship_due():
                self._news.set()
            await asyncio.sleep(LOOK_EVERY)

    async def ship_due(self) -> bool:
        """Ship what has waited long enough, or is enough; true if anything is left."""
        left = False
        for store in await self._database.scan(rows.stores):
            if self._clock() < self._not_before.get(store, 0.0):
                left = True
                continue
            async with self._turn:
                try:
                    left |= await self._ship(store, waited=SHIP_AFTER)
                except Undelivered as problem:
                    log.warning("records wait for the offline store of %s: %s", store, problem)
                    self._not_before[store] = self._clock() + AGAIN_AFTER
                    left = True
        return left

    async def empty(self, task: Task) -> Json:
        """The activity `sagemaker.empty-feature-group`: ship what is under way, then forget what is online."""
        group = await self._database.read(lambda tx: look(tx, task.scope, task.input))
        if group is None:
            return None
        if group.is_offline:
            async with self._turn:
                try:
                    await self._ship(group.arn, waited=0.0)
                except Undelivered as problem:
                    message = f"Records could not be written to the offline store: {problem}"
                    raise ServiceError(message, code="Undelivered") from problem
        while await self._database.write(lambda tx: rows.remove_some(tx, group.arn)):
            pass
        return None

    async def forget_expired(self) -> None:
        """Remove records whose time is over; nobody has seen them since."""
        now = self._clock()
        while await self._database.write(lambda tx: rows.remove_expired(tx, now)):
            pass

    async def _ship(self, store: str, *, waited: float) -> bool:
        """Batches decided earlier, then new ones; true if records are left that may wait for others."""
        found = await self._database.read(lambda tx: documents.find_by_arn(tx, store))
        if found is None:
            return False
        group = Group(found)
        while True:
            batch = await self._database.read(lambda tx: rows.decided(tx, store))
            if batch is None:
                pending = await self._database.read(lambda tx: rows.pending(tx, store))
                if pending is None:
                    return False
                if pending.count < SHIP_FULL and self._clock() < pending.since + waited:
                    return True
                await self._decide(store)
            else:
                await self._bring(group, batch)

    async def _decide(self, store: str) -> None:
        now = self._clock()
        batch = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}_{self._chance()}"
        await self._database.write(lambda tx: rows.decide(tx, store, batch, SHIP_FULL, now=now))

    async def _bring(self, group: Group, batch: str) -> None:
        shipments = await self._database.scan(lambda tx: rows.shipments(tx, group.arn, batch))
        features, refused = [*group.features.values()], ""
        try:
            files = await asyncio.to_thread(lambda: list(self._written(batch, features, shipments)))
            async with asyncio.TaskGroup() as puts:
                for path, blob in files:
                    puts.create_task(self._put(group, path, blob))
        except* Undelivered as problems:
            refused = str(problems.exceptions[0])
        if refused:
            await self._tell(group, {"Status": "Blocked", "BlockedReason": refused[:LONGEST_REASON]})
            raise Undelivered(refused)
        await self._database.write(lambda tx: rows.arrived(tx, group.arn, batch))
        await self._tell(group, {"Status": "Active"})

    def _written(
        self, batch: str, features: Sequence[Feature], shipments: Iterable[Shipment]
    ) -> Iterator[tuple[str, Blob]]:
        """The files of each hour: where, and what. Blocking. What writes them is imported when the first is written."""
        parquet = importlib.import_module(PARQUET)
        folder = self._folder / batch
        shutil.rmtree(folder, ignore_errors=True)  # of an earlier life
        folder.mkdir(parents=True)
        try:
            for hour, of_the_hour in groupby(shipments, key=attrgetter("hour")):
                for part, records in enumerate(parts(list(of_the_hour))):
                    path = folder / f"{hour}-{part}.parquet"
                    parquet.write(path, features, records)
                    yield f"{partition(hour)}/{batch}{part or ''}.parquet", self._blobs.adopt(path)
        except (OSError, Unwritable) as problem:
            raise Undelivered(f"a Parquet file could not be written: {problem}") from problem
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _put(self, group: Group, path: str, blob: Blob) -> None:
        place = Place.of(group.data, "ResolvedOutputS3Uri").under(path)
        try:
            async with asyncio.timeout(LONGEST_PUT):
                await self._objects.put(group.document.scope, place, blob.digest)
        except TimeoutError:
            raise Undelivered(f"PutObject for {place.uri} took over {LONGEST_PUT:g} seconds") from None

    async def _tell(self, group: Group, status: dict[str, str]) -> None:
        """Say how the offline store is, where that is news."""

        def tell(tx: Transaction) -> None:
            found = documents.find_by_arn(tx, group.arn)
            if found is not None and found.body["OfflineStoreStatus"] != status:
                documents.update(tx, found.changed(found.modified_at, OfflineStoreStatus=status))

        if group.document.body["OfflineStoreStatus"] != status:
            await self._database.write(tell)


def parts(records: Sequence[Shipment]) -> tuple[Sequence[Shipment], ...]:
    """The records of an hour, a file's each."""
    middle = len(records) // 2
    return (records,) if len(records) <= FEW else (records[:middle], records[middle:])


def partition(hour: int) -> str:
    """Where records of an hour are, below their store's data."""
    return f"{datetime.fromtimestamp(hour * 3600, UTC):year=%Y/month=%m/day=%d/hour=%H}"
