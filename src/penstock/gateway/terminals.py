"""The door for terminals: one request, whose body is what goes in and whose answer is what comes out, at once.

    POST /_penstock/terminals/ROOM/ID      Authorization: Bearer TOKEN

The token is all that is asked for: whoever gives it out has asked for a signature.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from penstock.gateway.guard import check_browser
from penstock.gateway.messages import encoded, head_of
from penstock.wire.call import ServiceError
from penstock.wire.terminals import PLACE, Enter, Way

PIECE: Final = 1 << 14


class TerminalDoor:
    def __init__(self, rooms: Mapping[str, Enter], *, auth: bool) -> None:
        self._rooms = rooms
        self._auth = auth

    def routes(self) -> list[Route]:
        return [Route(f"{PLACE}/{{room}}/{{id}}", self, methods=["POST"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = head_of(scope)
        try:
            check_browser(request, auth=self._auth)
        except ServiceError as refusal:
            await PlainTextResponse(f"{refusal.message}\n", 403)(scope, receive, send)
            return
        enter = self._rooms.get(scope["path_params"]["room"], nowhere)
        way = await enter(request.headers.get("authorization", "").removeprefix("Bearer "))
        if way is None:
            await PlainTextResponse("This token opens no terminal, or no more.\n", 403)(scope, receive, send)
            return
        headers = encoded({"content-type": "application/octet-stream", "cache-control": "no-store"})
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await carry(way, receive, send)


async def nowhere(_token: str) -> Way | None:
    return None


async def carry(way: Way, receive: Receive, send: Send) -> None:
    """Both ways, until one end is gone."""
    reader, writer = way

    async def inwards() -> None:
        while (message := await receive())["type"] == "http.request":
            writer.write(message.get("body", b""))
            await writer.drain()
            if not message.get("more_body"):
                return

    async def outwards() -> None:
        while piece := await reader.read(PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})

    try:
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as tasks:
                both = {tasks.create_task(inwards()), tasks.create_task(outwards())}
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
                for each in both:
                    each.cancel()
    finally:
        writer.close()
    await send({"type": "http.response.body", "body": b""})
