"""Servers forked from a Python that has imported Penstock: many are started, and most of a start is imports."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from penstock.cli.story.server import Process, Server

MOTHER = Path(__file__).parent / "scripts" / "born.py"


class Born(Server):
    """`penstock up`, but for its first second."""

    def launch(self, arguments: Sequence[str]) -> Process:
        request = {
            "arguments": list(arguments),
            "log": str(self.data / "server.log"),
            "folder": str(Path.cwd()),
            "variables": dict(os.environ),
        }
        python = mother()
        assert python.stdin is not None
        assert python.stdout is not None
        python.stdin.write(json.dumps(request) + "\n")
        python.stdin.flush()
        return Child.of(int(python.stdout.readline()))


@cache
def mother() -> "subprocess.Popen[str]":
    """It ends when this process does."""
    return subprocess.Popen(
        [sys.executable, str(MOTHER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


@dataclass
class Child:
    """Somebody else's child. Its exit code is not told: 0 stands for any."""

    pid: int
    handle: int | None

    @classmethod
    def of(cls, pid: int) -> "Child":
        try:
            return cls(pid, os.pidfd_open(pid))
        except ProcessLookupError:
            return cls(pid, None)

    def poll(self) -> int | None:
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired("penstock up", timeout or 0)
        return 0

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def _has_ended(self, timeout: float | None) -> bool:
        if self.handle is None:
            return True
        if not select.select([self.handle], [], [], timeout)[0]:
            return False
        os.close(self.handle)
        self.handle = None
        return True
