"""The log: what an engine keeps of a container's output, copied into the job's log file.

    frame     1 byte which stream, 3 of nothing, 4 how long, then the engine's time, a space, a line or a part of one
    record    milliseconds, a tab, the message, a line feed (see `penstock.store.logfile`)

The engine keeps the log, so nothing is lost while no server is there. What it renders to is always of the same length,
whoever reads it: a copy goes on where the file says that an earlier one has stopped, by skipping as many bytes.
"""

import asyncio
import os
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from penstock.runtimes.container.engine import Engine, EngineGone, Refused
from penstock.runtimes.inputs import lay
from penstock.runtimes.sandbox.inside.logpump import LINE, boundary, render, split

HEADER: Final = struct.Struct(">BxxxL")
LIMIT: Final = 64 << 20  # bytes of records
PAUSE: Final = 1.0  # seconds
LIVE: Final = 2_000  # milliseconds: a line that is told that soon is given our time, since Podman's is in whole seconds


class Frame(NamedTuple):
    stream: int
    at: int  # milliseconds since the epoch
    text: bytes


class Frames:
    """Feed it bytes as they come; it answers frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        data, at = self._rest + data, 0
        while len(data) - at >= HEADER.size:
            stream, size = HEADER.unpack_from(data, at)
            end = at + HEADER.size + size
            if len(data) < end:
                break
            stamp, _, text = data[at + HEADER.size : end].partition(b" ")
            at = end
            yield Frame(stream, milliseconds(stamp.decode()), text)
        self._rest = data[at:]


class LogCopy:
    """Writes records to `file`, the first `skip` bytes of them not, and none after `limit` bytes."""

    def __init__(self, file: int, *, skip: int, limit: int, last: int, clock: Callable[[], float]) -> None:
        self._file = file
        self._skip = skip
        self._limit = limit
        self._left = limit
        self._last = last  # no record is older than the one before it
        self._clock = clock
        self._rests: defaultdict[int, bytes] = defaultdict(bytes)

    @property
    def is_full(self) -> bool:
        return self._left <= 0

    def take(self, frame: Frame) -> None:
        lines, feed, rest = (self._rests[frame.stream] + frame.text).rpartition(b"\n")
        if feed:
            for line in lines.split(b"\n"):
                self._line(line, frame.at)
        while len(rest) > LINE:
            cut = boundary(rest, LINE)
            self._line(rest[:cut], frame.at)
            rest = rest[cut:]
        self._rests[frame.stream] = rest

    def close(self) -> None:
        """The last line of each stream may lack its line feed."""
        for rest in self._rests.values():
            if rest:
                self._line(rest, self._last)

    def _line(self, line: bytes, at: int) -> None:
        if self.is_full:
            return
        stamp = self._stamp(at)
        record = render(split(line), stamp)
        self._left -= len(record)
        if self._left <= 0:
            record = render(f"the log is over {self._limit >> 20} MiB: the rest is not kept".encode(), stamp)
        record, self._skip = record[self._skip :], max(0, self._skip - len(record))
        try:
            while record:
                record = record[os.write(self._file, record) :]
        except OSError:  # the disk is full: the job's work is worth more than its log
            self._left = 0

    def _stamp(self, at: int) -> bytes:
        now = int(self._clock() * 1000)
        self._last = max(self._last, now if now - at < LIVE else at)
        return b"%d\t" % self._last


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """Copies the log of a container to the end of a file, in which its job's records begin at `begins`."""

    engine: Engine
    container: str
    file: Path
    begins: int
    clock: Callable[[], float]

    async def keep_on(self) -> None:
        """Copy while it runs, until this is cancelled. Where the engine is away meanwhile, it is asked again."""
        while not await self._copy(follow=True):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)  # it has ended, or the engine has: there is no event to wait for

    async def finish(self) -> None:
        """Copy what is left when it has ended."""
        await self._copy(follow=False)

    async def _copy(self, *, follow: bool) -> bool:
        """Copy what is there, and with `follow` what comes; true if the file is full."""
        lay(str(self.file.parent))
        with self.file.open("ab", buffering=0) as file:
            found = os.fstat(file.fileno())
            has, last = found.st_size - self.begins, int(found.st_mtime * 1000)
            copy = LogCopy(file.fileno(), skip=has, limit=LIMIT, last=last if has else 0, clock=self.clock)
            frames = Frames()
            with suppress(EngineGone, Refused):
                async with self.engine.logs(self.container, follow=follow) as pieces:
                    async for piece in pieces:
                        for frame in frames.feed(piece):
                            copy.take(frame)
                        if copy.is_full:
                            return True
            if not follow:
                copy.close()
        return False


def milliseconds(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).timestamp() * 1000)
