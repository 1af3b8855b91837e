"""Servers that do as a test says, in the place of residents."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from penstock.engine.residents import Reply, Request


def saying(status: int, body: str = "", content_type: str = "text/plain") -> Reply:
    head = json.dumps({"status": status, "content_type": content_type, "attributes": ""}).encode()
    payload = struct.pack(">II", len(head), len(body)) + head + body.encode()
    return Reply(way="answered", payload=payload)


@dataclass
class Server:
    """A resident that answers with its number, unless it is told otherwise."""

    number: int
    ping: Reply = field(default_factory=lambda: saying(200))
    reply: Reply | None = None
    gate: asyncio.Event | None = None
    ping_gate: asyncio.Event | None = None
    parts: tuple[bytes, ...] = ()  # of a streamed answer, before the reply
    next_part: asyncio.Event | None = None  # what all parts but the first wait for
    is_unheard: bool = False
    is_over: bool = False
    asked: list[Request] = field(default_factory=list)

    async def ask(self, request: Request) -> Reply:
        if request.facts["path"] == "/ping":
            if self.ping_gate is not None:
                await self.ping_gate.wait()
            return self.ping
        self.asked.append(request)
        if self.gate is not None:
            await self.gate.wait()
        if self.parts and request.hear is not None:
            await self._tell(request.hear)
        if self.reply is not None and self.reply.way != "answered":
            self.is_over = True
        return self.reply or saying(200, str(self.number))

    async def _tell(self, hear: Callable[[bytes], Awaitable[bool]]) -> None:
        await hear(saying(200, content_type="text/event-stream").payload)
        for number, part in enumerate(self.parts):
            if number and self.next_part is not None:
                await self.next_part.wait()
            if not await hear(part):
                self.is_unheard = True
                return

    def end(self) -> None:
        self.is_over = True


class Servers:
    """Where servers come from, in the order of their numbers; `each` may make them as the test wants."""

    def __init__(self, each: Callable[[Server], None] = lambda _: None) -> None:
        self.servers: list[Server] = []
        self._each = each

    async def start(self) -> Server:
        server = Server(len(self.servers) + 1)
        self._each(server)
        self.servers.append(server)
        return server
