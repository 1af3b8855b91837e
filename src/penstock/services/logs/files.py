"""Reading and writing the files that log streams are. Blocking; called from threads.

A stream's records are in the order of their time, so a time is found by halving the file, and a place in a stream
is a byte offset. What follows the last line feed is still being written, and is not told yet. Nothing here holds a
file open or reads all of one: a stream may have hundreds of megabytes, a group thousands of streams.
"""

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from penstock.store.blobs import sync_folder
from penstock.store.logfile import Record, decode, encode

CHUNK: Final = 64 * 1024


class Placed(NamedTuple):
    """A record, and where its line begins and ends."""

    record: Record
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class LogFile:
    """A stream's file; `first` is the first byte that has not expired."""

    path: Path
    first: int = 0

    @property
    def size(self) -> int:
        """The offset after the last whole line."""
        try:
            end = self.path.stat().st_size
        except FileNotFoundError:
            return 0
        begin = self._line_begin(end)
        return max(begin, min(self.first, end))

    @property
    def stored_bytes(self) -> int:
        """How many bytes have not expired."""
        try:
            return max(0, self.path.stat().st_size - self.first)
        except FileNotFoundError:
            return 0

    @property
    def modified_at(self) -> float | None:
        """When something was written last; None if nothing ever was."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime if status.st_size else None

    def forward(self, begin: int, end: int) -> Iterator[Placed]:
        """The records of the lines from one offset to another; both are where lines begin."""
        at, rest, last = begin, b"", 0
        while at + len(rest) < end:
            chunk = self._read(at + len(rest), min(CHUNK, end - at - len(rest)))
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                placed = Placed(read(line, last), at, at + len(line) + 1)
                at, last = placed.end, placed.record.at
                yield placed

    def backward(self, begin: int, end: int) -> Iterator[Placed]:
        """The same records, the last one first."""
        at, rest = end, b""
        while at > begin:
            start = max(begin, at - CHUNK - len(rest))
            block = self._read(start, at - start)
            lines = block.split(b"\n")[:-1]
            skipped = 0 if start == begin else 1  # the first line may have begun before the block
            if len(lines) <= skipped:
                rest = block  # one line longer than the block: a larger block next time
                if start == begin:
                    return
                continue
            rest = b""
            for line in reversed(lines[skipped:]):
                placed = Placed(read(line, 0), at - len(line) - 1, at)
                at = placed.begin
                yield placed

    def find(self, time: int) -> int:
        """Where the first record begins that is not before a time (milliseconds); the end if there is none."""
        low, high = self.first, self.size
        while low < high:
            middle = self._line_begin((low + high) // 2, least=low)
            placed = next(self.forward(middle, high), None)
            if placed is None:
                return high
            if placed.record.at < time:
                low = placed.end
            else:
                high = placed.begin
        return low

    def append(self, records: Sequence[Record]) -> None:
        """Add records in the order of time, durably. Records older than the last one are put in their places."""
        last = next(self.backward(self.first, self.size), None)
        if last is not None and records and records[0].at < last.record.at:
            self._merge(records)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(b"".join(encode(record) for record in records))
            file.flush()
            os.fsync(file.fileno())

    def _merge(self, records: Sequence[Record]) -> None:
        """Write the file anew with older records in it; readers see the old one or the new one."""
        begin, end = self.find(records[0].at), self.size
        tail = [placed.record for placed in self.forward(begin, end)]
        for record in records:
            tail.insert(bisect_right(tail, record.at, key=lambda each: each.at), record)
        new = self.path.with_suffix(".new")
        with new.open("wb") as file:
            for at in range(0, begin, CHUNK):
                file.write(self._read(at, min(CHUNK, begin - at)))
            file.write(b"".join(encode(record) for record in tail))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        sync_folder(self.path.parent)

    def _read(self, at: int, size: int) -> bytes:
        try:
            with self.path.open("rb") as file:
                return os.pread(file.fileno(), size, at)
        except FileNotFoundError:
            return b""

    def _line_begin(self, before: int, least: int = 0) -> int:
        """Where the last line begins that begins before or at an offset, looking back no further than `least`."""
        at = before
        while at > least:
            start = max(least, at - CHUNK)
            found = self._read(start, at - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            at = start
        return least


def read(line: bytes, last: int) -> Record:
    """The record of a line; a line that has no time, as a broken disk might leave it, has that of the one before."""
    try:
        return decode(line)
    except ValueError:
        return Record(last, line.decode(errors="replace"))
