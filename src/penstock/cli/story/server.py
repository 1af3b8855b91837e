"""A Penstock server as a child process: started, killed as by a power cut, started again, stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import click

from penstock.cli.place import SERVER_FILE, Place, find

START_DEADLINE: Final = 60.0  # seconds
STOP_DEADLINE: Final = 20.0


class Process(Protocol):
    """What is used of a `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> Any: ...

    def kill(self) -> None: ...


class Server:
    """`penstock up` on a folder, with `options`."""

    def __init__(self, data: Path, options: Sequence[str] = ()) -> None:
        self.data = data
        self._options = options
        self.port = 0
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self, *, port: int = 0) -> Place:
        """Start, and return when the server is ready. Port 0 is any free one."""
        self.data.mkdir(parents=True, exist_ok=True)
        ready = self.data / SERVER_FILE
        ready.unlink(missing_ok=True)
        self._process = self.launch(["up", "--data", str(self.data), "--port", str(port), *self._options])
        deadline = time.monotonic() + START_DEADLINE
        while not ready.exists():
            if self._process.poll() is not None:
                raise click.ClickException(f"the server ended at once; its last words are in {self.data}/server.log")
            if time.monotonic() > deadline:
                self.kill()
                raise click.ClickException(
                    f"the server was not ready in {START_DEADLINE:.0f} s: {self.data}/server.log"
                )
            time.sleep(0.02)
        self.port = int(json.loads(ready.read_text())["port"])
        return find(self.data, None)

    def launch(self, arguments: Sequence[str]) -> Process:
        """A `penstock` of its own session; what it says is added to the server's log."""
        with (self.data / "server.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "penstock", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL: no goodbye, as a power cut would do it."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that is not heard."""
        self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> None:
        """Send a signal, and return when the server is gone."""
        if self._process is None or self._process.poll() is not None:
            return
        os.kill(self._process.pid, how)
        try:
            self._process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
