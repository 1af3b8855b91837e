"""S3, as queries need it: the files of a table, linked into a query's folder, and a place for results."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.services.athena.catalog import Table
from penstock.services.athena.model import QueryFailed
from penstock.store.blobs import Blob, Blobs
from penstock.wire.call import Body, Call, Directory, Scope, ServiceError

Json = Any


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and a key, or the beginning of keys."""

    bucket: str
    key: str

    @classmethod
    def of(cls, uri: str) -> "Place":
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return cls(bucket, key)


@dataclass(frozen=True)
class Lake:
    """S3, on somebody's behalf."""

    directory: Directory
    blobs: Blobs
    scope: Scope

    async def link(self, table: Table, folder: Path) -> int:
        """Have a table's files in a folder, in the folders of their partitions; how many bytes they are.

        Files whose names begin with `_` or a dot are none of the table's, as on AWS.
        """
        place, size = Place.of(table.location.rstrip("/") + "/"), 0
        number = 0
        async for key in self._keys(place):
            partitions = partitions_of(table, key.removeprefix(place.key))
            if partitions is None:
                continue
            blob = await self.blobs.put((await self._ask("GetObject", Bucket=place.bucket, Key=key))["Body"])
            if blob.size:
                number += 1
                await asyncio.to_thread(hard_link, blob, folder / partitions / str(number))
                size += blob.size
        return size

    async def put(self, uri: str, body: bytes | Body, owner: str) -> None:
        """Keep a result."""
        place = Place.of(uri)
        expected = {"ExpectedBucketOwner": owner} if owner else {}
        await self._ask("PutObject", Bucket=place.bucket, Key=place.key, Body=body, **expected)

    async def _keys(self, place: Place) -> AsyncIterator[str]:
        token: str | None = None
        while True:
            more = {"ContinuationToken": token} if token else {}
            page = await self._ask("ListObjectsV2", Bucket=place.bucket, Prefix=place.key, **more)
            for entry in page.get("Contents", ()):
                if not entry["Key"].rpartition("/")[2].startswith(("_", ".")) and not entry["Key"].endswith("/"):
                    yield entry["Key"]
            token = page.get("NextContinuationToken")
            if not token:
                return

    async def _ask(self, operation: str, **request: Json) -> Json:
        try:
            return await self.directory.answer(Call("s3", operation, request, self.scope))
        except ServiceError as error:
            where = f"s3://{request['Bucket']}/{request.get('Key', request.get('Prefix', ''))}"
            raise QueryFailed(f"{operation} failed for {where}: {error.message} ({error.code})") from error


def partitions_of(table: Table, path: str) -> Path | None:
    """The folders of a file's partitions, `name=value` each; None for one that is in no partition of the table's."""
    found = {name.lower(): part for part in path.split("/")[:-1] for name, sign, _ in [part.partition("=")] if sign}
    wanted = [found.get(name.lower(), "") for name, _ in table.partitions]
    return Path(*wanted) if all(wanted) else None


def hard_link(blob: Blob, path: Path) -> None:
    """Have a blob's file under another name, whatever becomes of the blob. Blocking."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.link(blob.path, path)
