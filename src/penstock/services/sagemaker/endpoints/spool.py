"""The spool: captured lines on their way to S3, in files that outlive the server.

A file is one object's: its first line says where it goes, lines are appended as requests are answered, and after
`SHIP_AFTER` seconds (or `LARGEST` bytes) it becomes that object. After a pause it does so sooner, unless the object
before it was closed within that time: bursts arrive at once, and there are no more objects than one each `SHIP_AFTER`
seconds. What cannot be put is tried again, for a day.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from penstock.services.sagemaker.endpoints import capture
from penstock.services.sagemaker.endpoints.capture import Exchange
from penstock.services.sagemaker.endpoints.model import Capture
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Objects, Undelivered
from penstock.store.blobs import Blobs
from penstock.wire.call import Scope

log: Final = logging.getLogger(__name__)
SHIP_AFTER: Final = 10.0  # seconds after a file's first line
PAUSE: Final = 2.0  # seconds without a line
LOOK_EVERY: Final = 1.0
AGAIN_AFTER: Final = 60.0  # seconds after S3 has refused one
KEPT_FOR: Final = 86_400.0
LARGEST: Final = 16 << 20  # bytes of a file
LONGEST_PUT: Final = 60.0
OPEN_FLAGS: Final = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC


class Way(msgspec.Struct, frozen=True):
    """A file's first line: where its content goes, on whose behalf, and since when it waits."""

    scope: Scope
    bucket: str
    key: str
    began: float


@dataclass(slots=True)
class Filling:
    """A file that lines are appended to."""

    path: Path
    began: float
    size: int = 0
    latest: float = 0.0  # when the last line came


Kind = tuple[Scope, str, str, str]


class Spool:
    def __init__(
        self,
        folder: Path,
        objects: Objects,
        blobs: Blobs,
        *,
        clock: Callable[[], float],
        chance: Callable[[], str],
    ) -> None:
        self._folder = folder
        self._objects = objects
        self._blobs = blobs
        self._clock = clock
        self._chance = chance
        self._filling: dict[Kind, Filling] = {}
        self._closed: dict[Kind, float] = {}  # when the last file was, for so long as that counts
        self._not_before: dict[Path, float] = {}  # files that S3 has refused

    def keep(self, scope: Scope, endpoint: str, variant: str, asked: Capture, exchange: Exchange) -> None:
        """Append what is captured of an exchange. The page cache takes it: nobody waits for the disk."""
        kind = scope, endpoint, variant, asked.destination
        filling = self._filling.get(kind)
        if filling is None:
            filling = self._filling[kind] = self._begin(scope, endpoint, variant, asked.destination)
        text = capture.line(asked, exchange, self._chance())
        append(filling.path, text)
        filling.size += len(text)
        filling.latest = self._clock()

    async def ship(self) -> None:
        """Bring files to S3 when it is their time, until cancelled."""
        while True:
            await self.ship_due()
            await asyncio.sleep(LOOK_EVERY)

    async def ship_due(self) -> None:
        """Close the files whose time it is, and bring to S3 what nobody writes to."""
        self._close_due()
        for path in await asyncio.to_thread(lambda: list(self._waiting())):
            await self._put(path)

    def _begin(self, scope: Scope, endpoint: str, variant: str, destination: str) -> Filling:
        at, place = self._clock(), Place.of(destination, "DestinationS3Uri")
        way = Way(scope, place.bucket, capture.key(place.key, endpoint, variant, at, self._chance()), at)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._chance()}.jsonl"
        append(path, msgspec.json.encode(way) + b"\n")
        return Filling(path, at)

    def _close_due(self) -> None:
        now = self._clock()
        self._closed = {kind: at for kind, at in self._closed.items() if now < at + SHIP_AFTER}
        for kind, filling in list(self._filling.items()):
            pauses = now >= filling.latest + PAUSE and kind not in self._closed
            if pauses or now >= filling.began + SHIP_AFTER or filling.size >= LARGEST:
                del self._filling[kind]
                self._closed[kind] = now

    def _waiting(self) -> Iterator[Path]:
        """Files that nobody writes to, those of an earlier life too. Blocking."""
        filling = {each.path for each in self._filling.values()}
        for path in sorted(self._folder.glob("*.jsonl")):
            if path not in filling and self._clock() >= self._not_before.get(path, 0.0):
                yield path

    async def _put(self, path: Path) -> None:
        head, _, content = (await asyncio.to_thread(path.read_bytes)).partition(b"\n")
        way = msgspec.json.decode(head, type=Way)
        try:
            async with asyncio.timeout(LONGEST_PUT):
                blob = await self._blobs.put(content)
                await self._objects.put(way.scope, Place(way.bucket, way.key), blob.digest)
        except (Undelivered, TimeoutError, OSError) as problem:
            if self._clock() < way.began + KEPT_FOR:
                log.warning("captured data waits for s3://%s/%s: %s", way.bucket, way.key, problem)
                self._not_before[path] = self._clock() + AGAIN_AFTER
                return
            log.error("captured data is dropped after a day: s3://%s/%s: %s", way.bucket, way.key, problem)
        self._not_before.pop(path, None)
        await asyncio.to_thread(path.unlink, missing_ok=True)


def append(path: Path, text: bytes) -> None:
    handle = os.open(path, OPEN_FLAGS, 0o600)
    try:
        os.write(handle, text)
    finally:
        os.close(handle)
