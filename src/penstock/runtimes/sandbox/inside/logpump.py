"""The log: what a job prints, as records of `penstock.store.logfile`: milliseconds, a tab, the message, a line feed.

Control characters are written as AWS's log pipeline writes them (a tab is ``#011``). What is over the limit is
dropped after one notice, but still read: a job that prints a gigabyte neither blocks nor fills the disk.
"""

import os
import re
import time
from typing import Final

LINE: Final = 256 * 1024
CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class LogPump:
    """Feed it bytes; it writes records to `file`."""

    def __init__(self, file: int, limit: int) -> None:
        self._file = file
        self._left = limit
        self._limit = limit
        self._rest = b""

    def feed(self, data: bytes) -> None:
        if self._left <= 0:
            return
        lines, feed, rest = (self._rest + data).rpartition(b"\n")
        if feed:
            self._write(lines)
        while len(rest) > LINE:
            cut = boundary(rest, LINE)
            self._write(rest[:cut])
            rest = rest[cut:]
        self._rest = rest

    def say(self, message: str) -> None:
        """A line of our own."""
        self.close()
        self._append(render(message.encode(), now()))

    def close(self) -> None:
        """The last line may lack its line feed."""
        if self._rest:
            self._write(self._rest)
            self._rest = b""

    def _write(self, lines: bytes) -> None:
        if self._left <= 0:
            return
        if len(lines) > LINE:
            lines = b"\n".join(split(line) for line in lines.split(b"\n"))
        text = render(lines, now())
        if len(text) > self._left:
            text = text[: text.rfind(b"\n", 0, self._left) + 1]
            notice = f"the log is over {self._limit >> 20} MiB: the rest is not kept"
            self._append(text + render(notice.encode(), now()))
            self._left = 0
            self._rest = b""
            return
        self._left -= len(text)
        self._append(text)

    def _append(self, text: bytes) -> None:
        view = memoryview(text)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:  # the disk is full: the job's work is worth more than its log
            self._left = 0


def now() -> bytes:
    return b"%d\t" % int(time.time() * 1000)


def render(lines: bytes, stamp: bytes) -> bytes:
    text = lines.decode("utf-8", "replace").replace("\\", "\\\\")
    text = CONTROL.sub(lambda found: f"#{ord(found[0]):03o}", text)
    return stamp + text.encode().replace(b"\n", b"\n" + stamp) + b"\n"


def split(line: bytes) -> bytes:
    pieces = []
    while len(line) > LINE:
        cut = boundary(line, LINE)
        pieces.append(line[:cut])
        line = line[cut:]
    return b"\n".join([*pieces, line])


def boundary(text: bytes, at: int) -> int:
    """The nearest place at or before `at` that does not cut a UTF-8 character."""
    for cut in range(at, at - 4, -1):
        if text[cut] & 0xC0 != 0x80:
            return cut
    return at
