"""The customer's script, run in a process of its own: a fresh interpreter, or a fork of this warm one.

Both ways the script sees the same: working directory and first entry of the path are the code folder, `__main__` is
the script, `sys.argv` its arguments. Its standard error is passed on as it comes, and the end of it is kept for the
failure file. SIGTERM to this process is passed on to it.
"""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from penstock_image import warmth
from penstock_image.failure import ClientError, ExecuteUserScriptError

TOLD = 16 * 1024  # bytes of standard error that a failure repeats
STRAGGLERS = 2.0  # seconds for standard error to close after the script, which may have left children holding it


def words(program: str, arguments: Sequence[str], code: Path) -> list[str]:
    """The command line: a module of a package with setup.py, a Python file, or a command for the shell."""
    if (code / "setup.py").exists():
        return [sys.executable, "-m", program.removesuffix(".py"), *arguments]
    if not (code / program).is_file():
        found = ", ".join(sorted(path.name for path in code.iterdir())) or "nothing"
        raise ClientError(f"sagemaker_program is '{program}', and {code} holds {found}")
    if program.endswith(".py"):
        return [sys.executable, program, *arguments]
    (code / program).chmod(0o777)
    return ["/bin/sh", "-c", f"./{program} {' '.join(map(shlex.quote, arguments))}".rstrip()]


def run(command: Sequence[str], code: Path, variables: dict[str, str], *, warm: bool) -> None:
    """Run the script to its end. Raises `ExecuteUserScriptError` if that was not zero."""
    child = Child()
    with child.told_to_stop():
        reading, writing = os.pipe()
        is_python = command[0] == sys.executable
        start = child.fork if warm and is_python else child.start
        start(command, code, variables, writing)
        os.close(writing)
        tail = Tail(reading)
        exit_code = child.wait()
        errors = tail.text()
    if exit_code:
        raise ExecuteUserScriptError(" ".join(command), exit_code, errors)


class Child:
    """The script's process."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.stop_asked = False
        self._wait: Callable[[], int] | None = None

    def start(self, command: Sequence[str], code: Path, variables: dict[str, str], errors: int) -> None:
        process = subprocess.Popen(command, cwd=code, env=variables, stderr=errors)
        self._began(process.pid, process.wait)

    def fork(self, command: Sequence[str], code: Path, variables: dict[str, str], errors: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.dup2(errors, 2)
            os.close(errors)
            warmth.become(command[1:], code, variables)
        self._began(pid, lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    def _began(self, pid: int, wait: Callable[[], int]) -> None:
        self.pid, self._wait = pid, wait
        if self.stop_asked:  # before there was anybody to pass it on to
            os.kill(pid, signal.SIGTERM)

    def wait(self) -> int:
        """The exit code, as a shell would say it: 128+n after signal n."""
        assert self._wait is not None
        code = self._wait()
        self.pid = None
        return code if code >= 0 else 128 - code

    @contextmanager
    def told_to_stop(self) -> Iterator[None]:
        def pass_on(number: int, _: FrameType | None) -> None:
            self.stop_asked = True
            if self.pid is not None:
                os.kill(self.pid, number)

        before = signal.signal(signal.SIGTERM, pass_on)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


class Tail:
    """Passes a pipe on to standard error and remembers its end."""

    def __init__(self, reading: int) -> None:
        self._reading = reading
        self._kept = b""
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def _pass_on(self) -> None:
        with os.fdopen(self._reading, "rb", buffering=0) as pipe:
            while chunk := pipe.read(65536):
                self._kept = (self._kept + chunk)[-TOLD:]
                _write_all(2, chunk)

    def text(self) -> str:
        """The end of what was said, from the last traceback on if there is one."""
        self._thread.join(STRAGGLERS)
        said = self._kept.decode("utf-8", "replace")
        at = said.rfind("Traceback (most recent call last):")
        return said[at:] if at >= 0 else said


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
