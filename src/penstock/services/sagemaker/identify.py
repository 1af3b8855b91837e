"""Identify: what an image stands for now (an interpreter and its packages), as the digest of a blob that lists it.

Of an environment that has yet to be built there is no such list: it is called `UNBUILT` and what it will be made of.
Who knows is handed in: see `composition.inventories`.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from penstock.store.blobs import Digest

UNBUILT: Final = "unbuilt "
Identify = Callable[[str], Awaitable[Digest | None]]  # None: nobody knows


async def unidentified(image: str) -> Digest | None:  # noqa: ARG001
    """Of images that nobody can look into."""
    return None


async def listed(identify: Identify, image: str) -> Digest | None:
    """The blob that lists what an image stands for, where there is one."""
    found = await identify(image)
    return None if found is None or found.startswith(UNBUILT) else found
