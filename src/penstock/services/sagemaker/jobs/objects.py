"""Objects: what jobs ask of S3, by the calls that any customer could place.

In this process an object's body is a `Blob`, so content travels by digest and nothing is copied; a body from
elsewhere is kept as a blob first.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from penstock.services.sagemaker.jobs.model import Json, Place
from penstock.store.blobs import Blob, Blobs, Digest
from penstock.wire.call import Call, Directory, Scope, ServiceError

UNTYPED: Final = "binary/octet-stream"  # what S3 says of an object whose type it was not told
AT_ONCE: Final = 16  # objects on their way, for all jobs together


class Undelivered(Exception):
    """Something could not be brought from S3, or put there; the message is for FailureReason."""


class Objects:
    """S3, on somebody's behalf."""

    def __init__(self, directory: Directory, blobs: Blobs) -> None:
        self._directory = directory
        self._blobs = blobs
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def keys(self, scope: Scope, place: Place) -> AsyncIterator[str]:
        """The keys that begin with a place's, in order; the markers of folders are left out."""
        token: str | None = None
        while True:
            request: dict[str, Json] = {"Bucket": place.bucket, "Prefix": place.key}
            if token:
                request["ContinuationToken"] = token
            page = await self._ask(scope, "ListObjectsV2", request, place)
            for entry in page.get("Contents", ()):
                if not entry["Key"].endswith("/"):
                    yield entry["Key"]
            token = page.get("NextContinuationToken")
            if not token:
                return

    async def is_empty(self, scope: Scope, place: Place) -> bool:
        """Whether no object begins with a place's key; a bucket that is not there is empty."""
        request = {"Bucket": place.bucket, "Prefix": place.key, "MaxKeys": 1}
        try:
            page = await self._ask(scope, "ListObjectsV2", request, place)
        except Undelivered:
            return True
        return not page.get("Contents")

    async def get(self, scope: Scope, place: Place) -> Blob:
        """An object's content, as a blob."""
        blob, _ = await self.get_typed(scope, place)
        return blob

    async def get_typed(self, scope: Scope, place: Place) -> tuple[Blob, str]:
        """An object's content, and the type that it was put with; empty where it was put without one."""
        async with self._turns:
            answer = await self._ask(scope, "GetObject", {"Bucket": place.bucket, "Key": place.key}, place)
            body: bytes | Blob = answer["Body"]
            told = answer.get("ContentType", "")
            return await self._blobs.put(body), "" if told == UNTYPED else told

    async def put(self, scope: Scope, place: Place, digest: Digest) -> None:
        """Make a blob an object."""
        async with self._turns:
            blob = await asyncio.to_thread(self._blobs.find, digest)
            await self._ask(scope, "PutObject", {"Bucket": place.bucket, "Key": place.key, "Body": blob}, place)

    async def _ask(self, scope: Scope, operation: str, request: dict[str, Json], place: Place) -> Json:
        try:
            return await self._directory.answer(Call("s3", operation, request, scope))
        except ServiceError as error:
            raise Undelivered(f"{operation} failed for {place.uri} ({error.code}: {error.message})") from error
