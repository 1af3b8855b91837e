"""The door of replies: the gateway, for the jobs that are run again (see `replies`)."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from penstock.composition.replies import Replies
from penstock.composition.sources import chance, clock
from penstock.gateway.api import Api
from penstock.gateway.guard import Guard
from penstock.gateway.server import serve_at
from penstock.gateway.settings import DEFAULTS
from penstock.gateway.traffic import Traffic

Serve = Callable[[socket.socket, Replies, asyncio.Event], Awaitable[None]]


async def serve(listener: socket.socket, replies: Replies, stopping: asyncio.Event) -> None:
    """Answer whoever comes to the listener, until `stopping` is set."""
    guard = Guard(replies, clock, enforcing=False)
    api = Api(replies, guard=guard, clock=clock, chance=chance, settings=DEFAULTS, traffic=Traffic())
    await serve_at(listener, api, stopping=stopping)
