"""The line from an agent to the server's desk: see `penstock.runtimes.ray.errands` for what is said.

A server may be away for a while (it is being restarted, say): what does not get through is said again, since all of it
may be said twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import chain, repeat
from typing import Any, Final, TypeVar

import httpcore
import msgspec

from penstock.engine.jobs import Ending, File
from penstock.runtimes.ray.errands import GONE, NOT_YET, PLACE, Call, Errand, Heard, Mission, Taken, Wish, Word
from penstock.store.blobs import Blob, Blobs, Digest

T = TypeVar("T")
Pieces = AsyncIterator[bytes]
CONNECTING: Final = 10.0  # seconds
ANSWERING: Final = 120.0
PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between tries; the last again and again
SEVERED: Final = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)


class NotWanted(Exception):
    """Nobody wants the job any more."""


class Refused(Exception):
    """What the server does not take or give; it says why."""


class Unreached(Exception):
    """The server does not answer; the message says where it was looked for."""


class NotYet(Exception):
    """The server is there and has not come to the job yet."""


class Line:
    """`patience` is for how many seconds a server that is away is called again."""

    def __init__(self, mission: Mission, clock: Callable[[], float], *, patience: float) -> None:
        self._place = f"{mission.endpoint}{PLACE}/{mission.name}"
        self._headers = [("Authorization", f"Bearer {mission.ticket}")]
        self._clock = clock
        self._patience = patience
        self._pool = httpcore.AsyncConnectionPool(max_connections=None)

    async def close(self) -> None:
        await self._pool.aclose()

    async def take(self, call: Call, *, patience: float) -> Errand:
        return await self._said("errand", call, Errand, patience)

    async def fetch(self, digest: Digest, blobs: Blobs) -> None:
        """Let an input's content be here."""

        async def attempt() -> None:
            async with self._call("GET", f"blobs/{digest}") as pieces:
                blob = await blobs.put(pieces)
            if blob.digest != digest:
                raise Refused(f"what came is not {digest}")

        await self._again(attempt, self._patience)

    async def hand_in(self, blob: Blob) -> None:
        """Let an output's content be at the server."""

        async def attempt() -> None:
            async with self._call("PUT", f"blobs/{blob.digest}", aiter(blob), size=blob.size):
                pass

        await self._again(attempt, self._patience)

    async def log(self, start: int, records: bytes) -> int:
        """Add to the log; how much of it the server has then."""
        return (await self._said(f"log?from={start}", records, Heard, self._patience)).size

    async def word(self, word: Word) -> Wish:
        return await self._said("word", word, Wish, self._patience)

    async def show(self, peek: int, files: tuple[File, ...]) -> None:
        await self._said(f"peeks/{peek}", files, Taken, self._patience)

    async def end(self, ending: Ending) -> None:
        await self._said("ending", ending, Taken, self._patience)

    async def _said(self, what: str, content: Any, answers: type[T], patience: float) -> T:
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)

        async def attempt() -> T:
            async with self._call("POST", what, body, size=len(body)) as pieces:
                return msgspec.json.decode(b"".join([piece async for piece in pieces]), type=answers)

        return await self._again(attempt, patience)

    async def _again(self, attempt: Callable[[], Awaitable[T]], patience: float) -> T:
        """Until it gets through. Raises `Unreached` when patience is at an end."""
        until = self._clock() + patience
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            try:
                return await attempt()
            except (*SEVERED, NotYet) as problem:
                if self._clock() + pause > until:
                    told = str(problem) or type(problem).__name__
                    raise Unreached(f"this node does not reach Penstock at {self._place} ({told})") from None
                await asyncio.sleep(pause)
        raise AssertionError("the last pause is repeated")

    @asynccontextmanager
    async def _call(
        self, method: str, what: str, content: bytes | Pieces = b"", *, size: int = 0
    ) -> AsyncIterator[Pieces]:
        timeout = {"connect": CONNECTING, "read": ANSWERING, "write": ANSWERING}
        headers = [*self._headers, ("Content-Length", str(size))]
        async with self._pool.stream(
            method, f"{self._place}/{what}", headers=headers, content=content, extensions={"timeout": timeout}
        ) as answer:
            if answer.status == NOT_YET:
                raise NotYet("it has not come to the job yet")
            if answer.status >= 400:
                message = (await answer.aread()).decode(errors="replace").strip()
                raise (NotWanted if answer.status == GONE else Refused)(message)
            yield answer.aiter_stream()
