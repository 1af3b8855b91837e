"""Content: bodies become blobs, and what S3 says about them (ETag, checksums) is worked out on the way.

A body passes once: each piece is hashed and written in one visit to a thread. What is in the store already is not
copied; a small body is hashed and written in a single visit.

A completed multipart upload becomes one blob, its parts read once and written once. Keeping a list of parts would
spare that, but then the same bytes would have two names: one digest per object is what inputs are linked by, what
cache keys and lineage compare, and what `penstock reproduce` checks.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from penstock.services.s3.checksums import new_hash
from penstock.store.blobs import PIECE, Blob, Blobs, Writing
from penstock.wire.call import Body
from penstock.wire.checksums import Checksum


@runtime_checkable
class Summed(Protocol):
    """A body that has worked out checksums of its own when its end was read: the gateway's payloads."""

    checksums: Mapping[str, str]

    def __aiter__(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Received:
    """A blob with its MD5 (hex, S3's ETag) and the checksums that were asked for (base64, by algorithm)."""

    blob: Blob
    md5: str
    checksums: Mapping[str, str]


class Hashes:
    """The MD5 and some checksums, running together."""

    def __init__(self, algorithms: Collection[str]) -> None:
        self._running: dict[str, Checksum] = {name: new_hash(name) for name in {"MD5", *algorithms}}
        self._algorithms = tuple(algorithms)

    def update(self, data: bytes) -> None:
        for running in self._running.values():
            running.update(data)

    @property
    def md5(self) -> str:
        return self._running["MD5"].digest().hex()

    @property
    def checksums(self) -> dict[str, str]:
        return {name: b64encode(self._running[name].digest()).decode() for name in self._algorithms}


async def receive(blobs: Blobs, body: bytes | Body, algorithms: Collection[str]) -> Received:
    """Keep a body. Nobody holds the blob yet."""
    if isinstance(body, Blob):
        blob = await blobs.put(body)
        return Received(blob, *await asyncio.to_thread(sums_of, blob, algorithms))
    if isinstance(body, bytes):
        return await asyncio.to_thread(_keep_small, blobs, body, algorithms)
    summed = body.checksums if isinstance(body, Summed) else {}
    received = await _receive_stream(blobs, body, [] if isinstance(body, Summed) else algorithms)
    if not isinstance(body, Summed):
        return received
    summed = {**body.checksums}  # known now that the end has passed
    if missing := [name for name in algorithms if name not in summed]:
        summed.update((await asyncio.to_thread(sums_of, received.blob, missing))[1])
    return Received(received.blob, received.md5, {name: summed[name] for name in algorithms})


def sums_of(blob: Blob, algorithms: Collection[str]) -> tuple[str, dict[str, str]]:
    """The MD5 and checksums of a blob's content. Blocking."""
    hashes = Hashes(algorithms)
    with blob.path.open("rb") as file:
        while piece := file.read(PIECE):
            hashes.update(piece)
    return hashes.md5, hashes.checksums


async def joined(blobs: Blobs, parts: Sequence[Blob]) -> Blob:
    """One blob of several, in a row."""
    if len(parts) == 1:
        return parts[0]
    return await asyncio.to_thread(_join, blobs, parts)


def _join(blobs: Blobs, parts: Sequence[Blob]) -> Blob:
    writing = Writing(blobs)
    try:
        for part in parts:
            with part.path.open("rb") as file:
                while piece := file.read(PIECE):
                    writing.write(piece)
        return writing.finish()
    except BaseException:
        writing.abandon()
        raise


def _keep_small(blobs: Blobs, content: bytes, algorithms: Collection[str]) -> Received:
    hashes = Hashes(algorithms)
    hashes.update(content)
    return Received(blobs.put_bytes(content), hashes.md5, hashes.checksums)


async def _receive_stream(blobs: Blobs, body: Body, algorithms: Collection[str]) -> Received:
    pieces = in_large_pieces(body)
    first = await anext(pieces, b"")
    second = await anext(pieces, None)
    if second is None:
        return await asyncio.to_thread(_keep_small, blobs, first, algorithms)
    hashes = Hashes(algorithms)
    writing = await asyncio.to_thread(Writing, blobs)

    def keep(piece: bytes) -> None:
        hashes.update(piece)
        writing.write(piece)

    try:
        await asyncio.to_thread(keep, first)
        await asyncio.to_thread(keep, second)
        async for piece in pieces:
            await asyncio.to_thread(keep, piece)
        blob = await asyncio.to_thread(writing.finish)
    except BaseException:
        writing.abandon()
        raise
    return Received(blob, hashes.md5, hashes.checksums)


async def in_large_pieces(body: Body) -> AsyncIterator[bytes]:
    """The same bytes, gathered so that a visit to a thread is worth it."""
    gathered: list[bytes] = []
    size = 0
    async for piece in body:
        gathered.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
