"""Tapes: pieces in the order that they came, each name's in a file of its own, until nobody wants them any more.

    exchanges/7f/…      length, piece, length, piece …       what a process is killed in the middle of is left out

A piece is in the machine's memory when `add` returns, so it outlives this process, if not a power cut. Blocking, and
short: an append to a file.
"""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LENGTH: Final = struct.Struct(">I")


class Tapes:
    """The tapes in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._sizes = {path.name: path.stat().st_size for path in folder.iterdir()}

    def size(self, name: str) -> int:
        """How many bytes there are; 0 of a tape that is not there, which costs nothing to find out."""
        return self._sizes.get(_file_name(name), 0)

    def add(self, name: str, piece: bytes) -> None:
        file_name, written = _file_name(name), LENGTH.pack(len(piece)) + piece
        with (self._folder / file_name).open("ab") as file:
            file.write(written)
        self._sizes[file_name] = self._sizes.get(file_name, 0) + len(written)

    def read(self, name: str) -> bytes:
        """All of it, for `pieces`."""
        return (self._folder / _file_name(name)).read_bytes()

    def remove(self, name: str) -> None:
        """Let go of a tape, whether or not it is there."""
        if self._sizes.pop(_file_name(name), 0):
            (self._folder / _file_name(name)).unlink(missing_ok=True)

    def remove_older(self, than: float) -> None:
        """Let go of those that nobody has added to since (epoch seconds): a crash left them over."""
        for path in self._folder.iterdir():
            if path.stat().st_mtime < than:
                self._sizes.pop(path.name, None)
                path.unlink(missing_ok=True)


def pieces(tape: bytes) -> Iterator[bytes]:
    """The pieces of a tape that was read."""
    at = 0
    while at + LENGTH.size <= len(tape):
        (length,) = LENGTH.unpack_from(tape, at)
        at += LENGTH.size
        if at + length > len(tape):
            return
        yield tape[at : at + length]
        at += length


def _file_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
