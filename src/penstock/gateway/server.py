"""The server: the application on a port, from ready to stopped.

    app = application(directory, keys=keys, clock=clock, chance=chance)
    await serve(app, "127.0.0.1", 4599, stopping=stopping, ready=told)

Signals are the caller's: it sets `stopping`. Then no request is taken any more, open ones get their grace, and
`serve` returns. Refuse an open host with `guard.check_host` before; `serve` does it again.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import uvicorn
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from penstock.gateway.api import Api, unheard
from penstock.gateway.fronts import FrontDoor, place_of
from penstock.gateway.git import GitDoor, is_git
from penstock.gateway.guard import Guard, check_host
from penstock.gateway.packets import GatheringProtocol
from penstock.gateway.pages import Pages, is_page, pages
from penstock.gateway.settings import DEFAULTS, Settings
from penstock.gateway.traffic import Traffic
from penstock.wire.call import Directory
from penstock.wire.credentials import Hear, KeyRing

BACKLOG: Final = 2048
KEEP_ALIVE: Final = 75  # seconds; SDKs keep connections for about a minute and dislike finding them closed


def application(
    directory: Directory,
    *,
    keys: KeyRing,
    clock: Callable[[], float],
    chance: Callable[[], str],
    settings: Settings = DEFAULTS,
    traffic: Traffic | None = None,
    counts: Callable[[], Mapping[str, int]] = dict,
    more: Sequence[BaseRoute] = (),
    links: Mapping[str, str] = MappingProxyType({}),
    git: GitDoor | None = None,
    fronts: FrontDoor | None = None,
    hear: Hear = unheard,
) -> ASGIApp:
    """Everything that the port answers. `more` are routes of other doors, where `pages.is_page` looks for them, and
    `links` those of them that the front page leads to."""
    guard = Guard(keys, clock, settings.auth)
    traffic = traffic or Traffic()
    api = Api(directory, guard=guard, clock=clock, chance=chance, settings=settings, traffic=traffic, hear=hear)
    site = pages(Pages(directory, clock=clock, counts=counts, links=links), more)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "websockets and lifespan are switched off below"
        if fronts is not None and (place := place_of(scope)) is not None:
            await fronts(place, scope, receive, send)
        elif git is not None and is_git(scope):
            await git(scope, receive, send)
        else:
            await (site if is_page(scope) else api)(scope, receive, send)

    return answer


class _Server(uvicorn.Server):
    """uvicorn, told to stop by an event and leaving signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    stopping: asyncio.Event,
    ready: Callable[[int], None],
    settings: Settings = DEFAULTS,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Listen until `stopping` is set. `ready` is told the port (port 0 takes a free one) once requests are answered.

    Raises `OpenHost`, and `OSError` when the address cannot be had.
    """
    check_host(host, auth=settings.auth)
    with listening_socket(host, port) as listener:
        await serve_at(listener, app, stopping=stopping, ready=ready, settings=settings, tls=tls)


async def serve_at(
    listener: socket.socket,
    app: ASGIApp,
    *,
    stopping: asyncio.Event,
    ready: Callable[[int], None] = lambda _: None,
    settings: Settings = DEFAULTS,
    tls: ssl.SSLContext | None = None,
) -> None:
    """`serve`, at a socket of the caller's, who has looked at its address."""
    logging.getLogger("uvicorn.error").addFilter(is_news)
    config = _config(app, settings)
    if tls is not None:
        config.load()
        config.ssl = tls
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(server.serve(sockets=[listener]))
        await server.listening.wait()
        ready(listener.getsockname()[1])
        waiting = tasks.create_task(stopping.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await running
        waiting.cancel()


def is_news(record: logging.LogRecord) -> bool:
    """Whether uvicorn's log tells of more than a request that was cut off when the server stopped."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app, http=GatheringProtocol, ws="none", lifespan="off", interface="asgi3", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, timeout_keep_alive=KEEP_ALIVE, backlog=BACKLOG,
        timeout_graceful_shutdown=settings.grace_seconds,
    )  # fmt: skip


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket on that address, which is not shared with another process."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
