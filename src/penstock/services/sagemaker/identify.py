"""Identify: what an image stands for now (an interpreter and its packages), as the digest of a blob that lists it.

Who knows is handed in: see `composition.inventories`.
"""

from collections.abc import Awaitable, Callable

from penstock.store.blobs import Digest

Identify = Callable[[str], Awaitable[Digest | None]]  # None: nobody knows


async def unidentified(image: str) -> Digest | None:  # noqa: ARG001
    """Of images that nobody can look into."""
    return None
