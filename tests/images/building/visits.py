"""A visitor of a door: what a terminal's other end is, without a terminal."""

import os
import socket
import time
from pathlib import Path
from typing import Self

from images.building.builds import DEADLINE
from penstock.cli.building.terminal import HEAD


class Visitor:
    def __init__(self, root: Path) -> None:
        place = root / "door"
        until = time.monotonic() + DEADLINE
        while not (place / "socket").exists():
            assert time.monotonic() < until, "there is no door"
            time.sleep(0.01)
        here = os.open(place, os.O_PATH | os.O_DIRECTORY)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(DEADLINE)
        self._socket.connect(f"/proc/self/fd/{here}/socket")
        os.close(here)
        self._came = b""

    def types(self, text: str) -> None:
        self.send(b"d", text.encode())

    def send(self, kind: bytes, told: bytes) -> None:
        self._socket.sendall(HEAD.pack(kind, len(told)) + told)

    def hears(self, text: str) -> None:
        """Wait until a text was shown."""
        shown = b""
        while text.encode() not in shown:
            kind, told = self.frame()
            assert kind == b"d", f"the shell ended with {told!r} after {shown!r}"
            shown += told

    def ended(self) -> int:
        while True:
            kind, told = self.frame()
            if kind == b"x":
                return int(told)

    def frame(self) -> tuple[bytes, bytes]:
        kind, length = HEAD.unpack(self._exactly(HEAD.size))
        return kind, self._exactly(length)

    def _exactly(self, size: int) -> bytes:
        while len(self._came) < size:
            piece = self._socket.recv(1 << 14)
            assert piece, "the door is shut"
            self._came += piece
        told, self._came = self._came[:size], self._came[size:]
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
