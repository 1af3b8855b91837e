"""Recording: what a transform job took and left, by content, so that it can be run again (see `jobs.record`).

What it took was pinned when it began. What it left is noted as it is put; of outputs that were put before the server
was started anew, S3 is asked what they are.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from penstock.services.sagemaker.jobs.model import Content, Place
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.record import Access
from penstock.services.sagemaker.transform.model import Item, Staged
from penstock.store.blobs import Blob, Blobs, Digest
from penstock.wire.call import Scope


class Puts:
    """An `Access` that remembers what was put."""

    def __init__(self, objects: Access) -> None:
        self._objects = objects
        self._put: dict[Place, Digest] = {}

    def keys(self, scope: Scope, place: Place) -> AsyncIterator[str]:
        return self._objects.keys(scope, place)

    async def get(self, scope: Scope, place: Place) -> Blob:
        return await self._objects.get(scope, place)

    async def put(self, scope: Scope, place: Place, digest: Digest) -> None:
        await self._objects.put(scope, place, digest)
        self._put[place] = digest

    async def left(self, scope: Scope, places: Sequence[Place], blobs: Blobs) -> tuple[Content, ...]:
        """What is at these places, which a job has put there, and at all others where this one has."""
        for place in places:
            if place not in self._put:
                try:
                    self._put[place] = (await self._objects.get(scope, place)).digest
                except Undelivered:
                    continue  # somebody took it away
        named = {place.uri: digest for place, digest in self._put.items()}
        return await asyncio.to_thread(contents, named, blobs)


async def taken(staged: Staged, items: Sequence[Item], blobs: Blobs) -> tuple[Content, ...]:
    """The objects that a job transforms, and its model's."""
    named = {Place(item.bucket, item.key).uri: item.digest for item in items}
    return (*staged.model, *await asyncio.to_thread(contents, named, blobs))


def contents(named: dict[str, Digest], blobs: Blobs) -> tuple[Content, ...]:
    """Blocking: sizes are looked up."""
    return tuple(Content(uri, digest, blobs.find(digest).size) for uri, digest in sorted(named.items()))
