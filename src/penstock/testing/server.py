"""A whole Penstock in this process: its event loop in a thread of its own, its data in a folder that goes with it."""

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from penstock.app import ANYBODY, Penstock, Settings
from penstock.images.clients import client_variables
from penstock.testing.mocks import Mocks

Client = Any  # boto3's clients are made at run time
REGION: Final = "us-east-1"
START_DEADLINE: Final = 60.0
STOP_DEADLINE: Final = 30.0
READ_TIMEOUT: Final = 900  # seconds: an invocation may take so long


@dataclass(frozen=True)
class Server:
    """A Penstock that answers at `endpoint`."""

    endpoint: str
    data: Path
    mocks: Mocks
    region: str = REGION
    _clients: dict[str, Client] = field(default_factory=dict)

    def client(self, service: str) -> Client:
        """A boto3 client of one service, made once."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.endpoint,
                region_name=self.region,
                aws_access_key_id=ANYBODY,
                aws_secret_access_key=ANYBODY,
                config=Config(
                    connect_timeout=5, read_timeout=READ_TIMEOUT, retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                ),
            )  # fmt: skip
        return self._clients[service]

    def environment(self) -> Mapping[str, str]:
        """The variables by which AWS's SDKs and command line find this server."""
        return client_variables(self.endpoint, self.region, ANYBODY, ANYBODY, base=os.environ)


@contextmanager
def running(data: Path, *, region: str = REGION, mocks: Path | None = None) -> Iterator[Server]:
    """A server on a new folder and any free port, until the block ends; nothing of it is left then.

    `mocks` is a mock configuration file that it starts with.
    """
    said = Mocks(in_threads=True)
    settings = Settings(data=data, port=0, region=region, mocks=mocks, stand_in=said.answer)
    thread = _Thread(settings)
    thread.start()
    try:
        yield Server(thread.endpoint(), data, said, region)
    finally:
        thread.stop()
        _end_jobs(data)
        shutil.rmtree(data, ignore_errors=True)


class _Thread(threading.Thread):
    """Runs a server until it is told to stop."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="penstock", daemon=True)
        self._settings = settings
        self._ready = threading.Event()
        self._endpoint = ""
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        async with Penstock(self._settings) as penstock:
            self._endpoint = penstock.endpoint
            self._ready.set()
            await self._stopping.wait()

    def endpoint(self) -> str:
        """The address, once there is one; raises what kept the server from starting."""
        if not self._ready.wait(START_DEADLINE):
            raise TimeoutError(f"Penstock was not ready in {START_DEADLINE:.0f} s")
        if self._failure is not None:
            raise self._failure
        return self._endpoint

    def stop(self) -> None:
        """Stop, and wait for the end; raises what the server failed with."""
        if self._loop is not None and self._stopping is not None and self.is_alive():
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        self.join(STOP_DEADLINE)
        if self.is_alive():
            raise TimeoutError(f"Penstock did not stop in {STOP_DEADLINE:.0f} s")
        if self._failure is not None:
            raise self._failure


def _end_jobs(data: Path) -> None:
    """Jobs go on when a server stops, to be found again; nobody will look for these."""
    for claim in (data / "sandbox" / "jobs").glob("*/claim"):
        if words := claim.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(words[0]), signal.SIGKILL)
