"""What a server says: all at once, or to a listener, piece by piece as the model makes it.

    server  ──begin, hear, hear, …──►  Listener  ──pieces──►  caller

Few pieces are held: a caller who reads slowly slows the model down. Who has gone, or has not read for a minute, is told
nothing more, and the server is free for others as soon as it notices.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

MOST_HELD: Final = 16  # pieces
PATIENCE: Final = 60.0  # seconds for a caller to read on


@dataclass(frozen=True, slots=True)
class Said:
    """What a server answered."""

    status: int
    content_type: str
    attributes: str
    body: bytes
    container: str = "primary"
    new_session: str = ""  # the id of a session that the model has opened, and when it expires
    closed_session: str = ""  # … of one that it has closed

    @property
    def is_well(self) -> bool:
        return 200 <= self.status < 300


class Listener:
    """`head` is what the answer begins with (it has no body), once it has begun."""

    def __init__(self) -> None:
        self.head: Said | None = None
        self._held: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._is_gone = False

    def begin(self, head: Said) -> None:
        self.head = head
        self._news.set()

    async def hear(self, piece: bytes) -> bool:
        """Take a piece; false where nobody listens any more."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self._held) >= MOST_HELD and not self._is_gone:
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            self.leave()
        if self._is_gone:
            return False
        if piece:
            self._held.append(piece)
            self._news.set()
        return True

    def leave(self) -> None:
        self._is_gone = True
        self._held.clear()
        self._room.set()

    async def begun(self, asking: asyncio.Task[Said]) -> bool:
        """Whether the answer has begun before the request was over, once one of the two is so."""
        asking.add_done_callback(lambda _: self._news.set())
        await self._news.wait()
        return self.head is not None

    async def pieces(self, asking: asyncio.Task[Said]) -> AsyncIterator[bytes]:
        """What is heard, until the request is over and all has been read."""
        asking.add_done_callback(lambda _: self._news.set())
        while True:
            while self._held:
                yield self._held.popleft()
                self._room.set()
            if asking.done():
                return
            self._news.clear()
            await self._news.wait()


def headed(said: Said) -> Said:
    """What an answer begins with."""
    return replace(said, body=b"")
