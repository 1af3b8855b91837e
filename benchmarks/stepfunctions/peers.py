"""Other servers that carry state machines out, installed for the occasion and gone afterwards.

moto is installed by pip, from wherever pip is set up to find packages, into an environment of its own below a
temporary folder, and runs as its own server process, told to execute state machines.
"""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MOTO: Final = "5.2.5"
INSTALL_DEADLINE: Final = 300.0  # seconds
START_DEADLINE: Final = 60.0
STOP_DEADLINE: Final = 10.0


class CannotInstall(Exception):
    """A peer cannot be had here; the message says why."""


@contextlib.contextmanager
def moto(folder: Path) -> Iterator[str]:
    """moto's server; its endpoint."""
    environment = folder / "moto"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install([str(python), "-m", "pip", "install", "--quiet", f"moto[server,stepfunctions]=={MOTO}"])
    port = free_port()
    with (folder / "moto.log").open("wb") as log, ended([str(python), "-m", "moto.server", "-p", str(port)], log):
        endpoint = f"http://127.0.0.1:{port}"
        wait_for(f"{endpoint}/moto-api/config")
        tell(f"{endpoint}/moto-api/config", {"stepfunctions": {"execute_state_machine": True}})
        yield endpoint


@contextlib.contextmanager
def constant(folder: Path) -> Iterator[str]:
    """A server that gives every request one and the same answer: what HTTP and boto3 cost by themselves."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.stepfunctions.constant", str(port)]
    with (folder / "constant.log").open("wb") as log, ended(command, log):
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"


def install(command: list[str]) -> None:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=INSTALL_DEADLINE)
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"pip was not done after {INSTALL_DEADLINE:.0f} s") from None
    if done.returncode:
        raise CannotInstall((done.stderr.strip().splitlines() or ["pip failed and said nothing"])[-1])


@contextlib.contextmanager
def ended(command: list[str], log: object) -> Iterator[None]:
    """A process that is over when the block is."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(url: str) -> None:
    deadline = time.monotonic() + START_DEADLINE
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > deadline:
                raise CannotInstall(f"nothing answered at {url} in {START_DEADLINE:.0f} s") from None
            time.sleep(0.05)
        else:
            return


def tell(url: str, settings: dict[str, object]) -> None:
    request = urllib.request.Request(url, json.dumps(settings).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
