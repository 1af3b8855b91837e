"""The logbook: what a resident prints, as records of `penstock.store.logfile`: milliseconds, a tab, the message.

A line of output is a record. So is what is said in one piece, however many lines it has: by `say`, or in the output,
where the program puts `PIECE_BEGINS` before it and `LINE_FEED` for its line feeds. What is over the limit of a request
is dropped after one notice, but still read: who prints a gigabyte neither blocks nor fills the disk.
"""

import os
import time
from collections.abc import Iterator
from typing import Final

PIECE_BEGINS: Final = b"\x1e"
LINE_FEED: Final = b"\x1f"
LONGEST_LINE: Final = 256 * 1024
LIMIT: Final = 16 << 20  # bytes of a request's log that are kept
TAIL: Final = 4096  # bytes that are told again with the answer


class Logbook:
    def __init__(self, file: int) -> None:
        self._file = file
        self._rest = b""
        self._left = LIMIT
        self._tail = bytearray()

    def turn_page(self) -> None:
        """A new request: its own limit and its own tail."""
        self._left = LIMIT
        self._tail.clear()

    def feed(self, data: bytes) -> None:
        """Output as it comes."""
        self._remember(data.replace(PIECE_BEGINS, b"").replace(LINE_FEED, b"\n"))
        if self._left <= 0:
            return
        lines, feed, self._rest = (self._rest + data).rpartition(b"\n")
        if feed:
            self._keep(lines.split(b"\n"))
        while len(self._rest) > LONGEST_LINE:
            self._keep([self._rest[:LONGEST_LINE]])
            self._rest = self._rest[LONGEST_LINE:]

    def say(self, text: str) -> None:
        """One record; what was printed before comes before it."""
        self.flush()
        self._remember(text.encode(errors="replace") + b"\n")
        self._write(record(text.encode(errors="replace")))

    def flush(self) -> None:
        """The last line may lack its line feed."""
        if self._rest:
            self._remember(b"\n")
            self._keep([self._rest])
            self._rest = b""

    def tail(self) -> bytes:
        return bytes(self._tail[-TAIL:])

    def _remember(self, data: bytes) -> None:
        self._tail += data[-TAIL:]
        if len(self._tail) > 4 * TAIL:
            del self._tail[:-TAIL]

    def _keep(self, lines: list[bytes]) -> None:
        if self._left <= 0:
            return
        text = b"".join(record(line[at : at + LONGEST_LINE]) for line in pieces(lines) for at in starts(line))
        if len(text) > self._left:
            text = text[: text.rfind(b"\n", 0, self._left) + 1]
            text += record(b"this request has logged over %d MiB: the rest is not kept" % (LIMIT >> 20))
            self._left = 0
            self._rest = b""
        self._left -= len(text)
        self._write(text)

    def _write(self, text: bytes) -> None:
        view = memoryview(text)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:  # the disk is full: the answer is worth more than its log
            self._left = 0


def pieces(lines: list[bytes]) -> Iterator[bytes]:
    """Each line, and each piece that was marked as one."""
    for line in lines:
        before, *marked = line.split(PIECE_BEGINS)
        if before or not marked:
            yield before
        yield from (each.replace(LINE_FEED, b"\n") for each in marked)


def starts(line: bytes) -> range:
    """Where the pieces of an overlong line begin."""
    return range(0, max(len(line), 1), LONGEST_LINE)


def record(message: bytes) -> bytes:
    text = message.decode("utf-8", "replace").replace("\\", "\\\\").replace("\n", "\\n")
    return b"%d\t%s\n" % (int(time.time() * 1000), text.encode())
