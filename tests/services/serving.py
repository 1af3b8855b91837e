"""A gateway in front of some services, on a free port, in a thread of its own; and the clients that people use."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from penstock.gateway.server import application, serve
from penstock.wire.call import Directory
from penstock.wire.credentials import Credential

AWS = Path(sys.executable).parent / "aws"


class NoKeys:
    """Nobody was given a key."""

    async def find(self, access_key: str) -> Credential | None:
        return None


@dataclass(frozen=True)
class Door:
    url: str

    def client(self, service: str, **config: Any) -> Any:
        return boto3.client(
            service, endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="anybody",
            aws_secret_access_key="anything", config=Config(retries={"total_max_attempts": 1}, **config),
        )  # fmt: skip

    def aws(self, *arguments: str, cwd: Path | None = None) -> str:
        """What the AWS CLI prints; it must succeed."""
        environment = {
            **os.environ, "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "anything", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(AWS), *arguments],
            env=environment,
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def serving(directory: Directory) -> Iterator[Door]:
    """Answer over HTTP until the block ends."""
    numbers = count(1)
    app = application(directory, keys=NoKeys(), clock=time.time, chance=lambda: f"{next(numbers):032x}")
    started, ports, loops = threading.Event(), list[int](), list[asyncio.AbstractEventLoop]()
    stopping = asyncio.Event()

    def ready(port: int) -> None:
        ports.append(port)
        started.set()

    async def answer() -> None:
        loops.append(asyncio.get_running_loop())
        await serve(app, "127.0.0.1", 0, stopping=stopping, ready=ready)

    thread = threading.Thread(target=asyncio.run, args=(answer(),), name="gateway")
    thread.start()
    try:
        assert started.wait(20)
        yield Door(f"http://127.0.0.1:{ports[0]}")
    finally:
        loops[0].call_soon_threadsafe(stopping.set)
        thread.join()
