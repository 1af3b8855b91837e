"""A gateway on a free port, in a thread of its own, with services that a test gives it."""

import asyncio
import contextlib
import itertools
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import uvloop
from botocore.config import Config
from starlette.routing import BaseRoute

from penstock.gateway.fronts import FrontDoor
from penstock.gateway.guard import Guard
from penstock.gateway.limits import Limits
from penstock.gateway.server import application, serve
from penstock.gateway.settings import DEFAULTS, Settings
from penstock.gateway.traffic import Traffic
from penstock.wire.call import Directory, Service
from penstock.wire.credentials import Credential, KeyRing
from penstock.wire.fronts import Front
from penstock.wire.validate import validate

KEY = Credential(
    access_key="AKIATESTTESTTESTTEST",
    secret="a secret/with+signs",
    account="111122223333",
    principal="arn:aws:iam::111122223333:user/ada",
)


@dataclass
class Keys:
    """A key ring that holds what a test puts in."""

    held: dict[str, Credential] = field(default_factory=lambda: {KEY.access_key: KEY})

    async def find(self, access_key: str) -> Credential | None:
        return self.held.get(access_key)


@dataclass
class Running:
    port: int
    loop: asyncio.AbstractEventLoop
    stopping: asyncio.Event
    thread: threading.Thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str, *, key: Credential = KEY, region: str = "eu-west-1", **config: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key.access_key,
            aws_secret_access_key=key.secret,
            aws_session_token=key.session_token or None,
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self.loop.call_soon_threadsafe(self.stopping.set)


@contextlib.contextmanager
def running(
    *services: Service,
    keys: KeyRing | None = None,
    settings: Settings = DEFAULTS,
    counts: Mapping[str, int] | None = None,
    more: Sequence[BaseRoute] = (),
    links: Mapping[str, str] | None = None,
    fronts: Mapping[str, Front] | None = None,
) -> Iterator[Running]:
    directory = Directory(validate)
    for service in services:
        directory.register(service)
    numbers = itertools.count(1)
    ring, chance = keys or Keys(), lambda: f"request-{next(numbers)}"
    door = FrontDoor(
        rooms=fronts or {}, guard=Guard(ring, time.time, settings.auth), clock=time.time, chance=chance,
        settings=settings, traffic=Traffic(), idle=Limits(settings.idle_seconds),
    )  # fmt: skip
    app = application(
        directory,
        keys=ring,
        clock=time.time,
        chance=chance,
        fronts=door if fronts else None,
        settings=settings,
        counts=lambda: counts or {},
        more=more,
        links=links or {},
    )
    started: list[Running] = []
    up = threading.Event()

    async def run() -> None:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()

        def ready(port: int) -> None:
            started.append(Running(port, loop, stopping, thread))
            up.set()

        await serve(app, "127.0.0.1", 0, stopping=stopping, ready=ready, settings=settings)

    thread = threading.Thread(target=lambda: uvloop.run(run()))
    thread.start()
    assert up.wait(20)
    try:
        yield started[0]
    finally:
        started[0].stop()
        thread.join(20)
        assert not thread.is_alive()
