"""The door: a socket in a build's folder. Whoever comes in by it gets a shell on a terminal of its own.

Frames go both ways: a letter, a length in four bytes, so many bytes.
    d  what was typed, or what the terminal shows      s  its size, "ROWS COLUMNS"      x  how the shell ended, the last
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import socket
import struct
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Mapping, Optional, Type

HEAD = struct.Struct("!cI")
PIECE = 1 << 14
MOST = 16  # visitors at a time
PATIENCE = 5.0  # seconds for a shell to end when its terminal is gone
NAME = "socket"


class Door:
    """Open while its block lasts; shells start in `folder`, with `environment`."""

    def __init__(self, place: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._place = place
        self._folder = folder
        self._environment = environment
        self._guests = threading.BoundedSemaphore(MOST)

    def __enter__(self) -> "Door":  # noqa: PYI034 - Self came with Python 3.11
        self._place.mkdir(parents=True, exist_ok=True)
        opening = self._place / f"{NAME}.opening"
        with suppress(FileNotFoundError):
            opening.unlink()
        self._listener = socket.socket(socket.AF_UNIX)
        here = os.open(self._place, os.O_PATH | os.O_DIRECTORY)
        try:
            self._listener.bind(f"/proc/self/fd/{here}/{opening.name}")  # a socket's path may have 107 bytes
            if os.fstat(here).st_uid != os.getuid():  # a folder that is shared: whoever it belongs to comes in
                opening.chmod(0o666)
        finally:
            os.close(here)
        self._listener.listen(MOST)
        opening.replace(self._place / NAME)  # whoever finds a door finds it open
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], problem: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        (self._place / NAME).unlink()
        self._listener.close()

    def wait(self, seconds: float) -> None:
        """Let in whoever comes in that time."""
        self._listener.settimeout(seconds)
        with suppress(socket.timeout):
            visitor, _ = self._listener.accept()
            visitor.settimeout(None)
            if self._guests.acquire(blocking=False):
                threading.Thread(target=self._entertain, args=(visitor,), daemon=True).start()
            else:
                visitor.close()

    def _entertain(self, visitor: socket.socket) -> None:
        with visitor:
            shell, terminal = self._shell()
            try:
                with suppress(OSError):
                    pump(visitor, terminal)
            finally:
                os.close(terminal)
                status = buried(shell)
                with suppress(OSError):
                    visitor.sendall(frame(b"x", str(status).encode()))
                self._guests.release()

    def _shell(self) -> "tuple[int, int]":
        program = shutil.which("bash", path=self._environment.get("PATH")) or "/bin/sh"
        environment = {"TERM": "xterm-256color", **self._environment}
        process, terminal = pty.fork()
        if not process:
            try:
                os.chdir(self._folder)
                os.execve(program, [program, "-i"], environment)  # noqa: S606 - a shell is what is wanted
            finally:
                os._exit(127)
        return process, terminal


def pump(visitor: socket.socket, terminal: int) -> None:
    """Until one of them is gone."""
    came = b""
    while True:
        ready, _, _ = select.select([visitor.fileno(), terminal], [], [])
        if terminal in ready:
            shown = os.read(terminal, PIECE)  # an error where no shell is left
            visitor.sendall(frame(b"d", shown))
            if not shown:
                return
        if visitor.fileno() in ready:
            piece = visitor.recv(PIECE)
            if not piece:
                return
            came = obey(came + piece, terminal)


def obey(came: bytes, terminal: int) -> bytes:
    """Do what whole frames say; what is left."""
    while len(came) >= HEAD.size:
        kind, length = HEAD.unpack_from(came)
        if len(came) < HEAD.size + length:
            break
        told, came = came[HEAD.size : HEAD.size + length], came[HEAD.size + length :]
        if kind == b"d":
            while told:
                told = told[os.write(terminal, told) :]
        elif kind == b"s":
            rows, columns = map(int, told.split())
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return came


def frame(kind: bytes, told: bytes) -> bytes:
    return HEAD.pack(kind, len(told)) + told


def buried(process: int) -> int:
    """How a shell whose terminal is gone has ended; it is made to."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return 128 + signal.SIGKILL
