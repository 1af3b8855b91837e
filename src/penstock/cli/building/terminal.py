"""A terminal elsewhere, on this one: keys go there in frames, what it shows comes back (`penstock_build/door.py`)."""

import contextlib
import http.client
import os
import shutil
import signal
import struct
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Final
from urllib.parse import urlsplit

import click

HEAD: Final = struct.Struct("!cI")
PIECE: Final = 1 << 14
CONNECT_WITHIN: Final = 30.0


class Closed(Exception):
    """There is no terminal, in a sentence for who wanted one."""


@dataclass(frozen=True, slots=True)
class Session:
    url: str
    token: str


class Line:
    """One request, written to and read from at the same time."""

    def __init__(self, session: Session) -> None:
        place = urlsplit(session.url)
        kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(place.netloc, timeout=CONNECT_WITHIN)
        try:
            self._connection.putrequest("POST", place.path)
            self._connection.putheader("Authorization", f"Bearer {session.token}")
            self._connection.putheader("Transfer-Encoding", "chunked")
            self._connection.endheaders()
            self._answer = self._connection.getresponse()
        except OSError as problem:
            raise Closed(f"{session.url} cannot be reached: {problem}") from None
        if self._answer.status != 200:
            raise Closed(self._answer.read().decode(errors="replace").strip())
        self._way = self._connection.sock
        self._way.settimeout(None)
        self._turn = threading.Lock()

    def send(self, kind: bytes, told: bytes) -> None:
        whole = HEAD.pack(kind, len(told)) + told
        with self._turn:
            self._way.sendall(b"%x\r\n%b\r\n" % (len(whole), whole))

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Until the other end is gone."""
        came = b""
        while True:
            while len(came) >= HEAD.size and len(came) >= HEAD.size + HEAD.unpack_from(came)[1]:
                kind, length = HEAD.unpack_from(came)
                yield kind, came[HEAD.size : HEAD.size + length]
                came = came[HEAD.size + length :]
            try:
                piece = self._answer.read1(PIECE)
            except (OSError, http.client.HTTPException):
                return
            if not piece:
                return
            came += piece


def attend(session: Session) -> int:
    """Until the shell ends; its exit status, or 1 where the line was cut. Raises `Closed`."""
    line = Line(session)
    with raw_terminal(), sizes_told(line):
        threading.Thread(target=pass_keys_on, args=(line,), daemon=True).start()
        for kind, told in line.frames():
            if kind == b"x":
                return int(told)
            sys.stdout.buffer.write(told)
            sys.stdout.buffer.flush()
    click.echo("\nThe terminal is gone: what it was in goes on, or is over.", err=True)
    return 1


def pass_keys_on(line: Line) -> None:
    """What is typed; of an input that ends, what a terminal makes of it."""
    with contextlib.suppress(OSError):
        while keys := os.read(sys.stdin.fileno(), PIECE):
            line.send(b"d", keys)
        line.send(b"d", b"\x04")


@contextlib.contextmanager
def raw_terminal() -> Iterator[None]:
    """Every key goes through, Ctrl-C as well; what is no terminal stays as it is."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin, termios.TCSADRAIN)  # what was typed ahead is meant for there
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


@contextlib.contextmanager
def sizes_told(line: Line) -> Iterator[None]:
    def tell(_signal: int = 0, _frame: FrameType | None = None) -> None:
        size = shutil.get_terminal_size()
        line.send(b"s", f"{size.lines} {size.columns}".encode())

    tell()
    before = signal.signal(signal.SIGWINCH, tell)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
