"""Records: what a job took from S3 and what it left there, by content, and the environment that it ran in.

    taken   s3://b/data/a.csv 5d41…   s3://b/code/sourcedir.tar.gz 7b52…        left   s3://b/m/model.tar.gz 9a03…

A record is part of the report that ends an attempt, so it costs no commit of its own; with the plan, which has the
request, it is all that it takes to run the job again. What it names is held in the name of the job's run for as long
as the job is known (`flow.reflect`), whatever becomes of the objects.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from penstock.services.sagemaker.jobs.model import Content, Place, Record
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.store.blobs import Blob, Blobs, Digest
from penstock.wire.call import Scope


class Access(Protocol):
    """Objects by their places: in S3, or as they were."""

    def keys(self, scope: Scope, place: Place) -> AsyncIterator[str]:
        """The keys that begin with a place's, in order; the markers of folders are left out."""

    async def get(self, scope: Scope, place: Place) -> Blob:
        """An object's content, as a blob."""

    async def put(self, scope: Scope, place: Place, digest: Digest) -> None:
        """Make a blob an object."""


class Noting:
    """An `Access` that remembers what went through it."""

    def __init__(self, objects: Access) -> None:
        self._objects = objects
        self._taken: dict[str, Content] = {}

    @property
    def taken(self) -> tuple[Content, ...]:
        return tuple(self._taken[uri] for uri in sorted(self._taken))

    def keys(self, scope: Scope, place: Place) -> AsyncIterator[str]:
        return self._objects.keys(scope, place)

    async def get(self, scope: Scope, place: Place) -> Blob:
        blob = await self._objects.get(scope, place)
        self._taken[place.uri] = Content(place.uri, blob.digest, blob.size)
        return blob

    async def put(self, scope: Scope, place: Place, digest: Digest) -> None:
        await self._objects.put(scope, place, digest)


class AsItWas:
    """An `Access` to what a job took; what is put is not kept anywhere."""

    def __init__(self, record: Record, blobs: Blobs) -> None:
        self._taken = {content.uri: content for content in record.taken}
        self._blobs = blobs

    async def keys(self, scope: Scope, place: Place) -> AsyncIterator[str]:
        bucket = f"s3://{place.bucket}/"
        for uri in sorted(self._taken):
            if uri.startswith(place.uri):
                yield uri.removeprefix(bucket)

    async def get(self, scope: Scope, place: Place) -> Blob:
        """Raises `Undelivered` where the job took no such object."""
        if place.uri not in self._taken:
            raise Undelivered(f"{place.uri} is not among what the job took.")
        return self._blobs.find(self._taken[place.uri].digest)

    async def put(self, scope: Scope, place: Place, digest: Digest) -> None:
        """Nothing is there to be changed."""
