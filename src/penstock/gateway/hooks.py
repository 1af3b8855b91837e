"""The door for webhooks: what git hosts send, handed to the room that has given out the address.

    POST /_penstock/webhooks/ROOM/ACCOUNT/REGION/…

Nobody signs these requests as AWS's: whoever has the room's address is heard there, and the room looks for its secret.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from penstock.gateway.guard import check_browser
from penstock.gateway.messages import head_of
from penstock.wire.call import ServiceError
from penstock.wire.hooks import PLACE, Hook

LARGEST: Final = 25 << 20  # bytes: GitHub sends no more
READ_WITHIN: Final = 30.0  # seconds
Receive = Callable[[Hook], Awaitable[tuple[int, str]]]  # a status, and a sentence for who looks at the host's log


class HookDoor:
    def __init__(self, rooms: Mapping[str, Receive], *, auth: bool) -> None:
        self._rooms = rooms
        self._auth = auth

    def routes(self) -> list[Route]:
        return [Route(f"{PLACE}/{{room}}/{{account}}/{{region}}/{{path:path}}", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        given = request.path_params
        receive = self._rooms.get(given["room"])
        if receive is None:
            return PlainTextResponse("Nobody has given out this address.\n", 404)
        try:
            check_browser(head_of(request.scope), auth=self._auth)
            async with asyncio.timeout(READ_WITHIN):
                body = await whole(request)
        except ServiceError as refusal:
            return PlainTextResponse(f"{refusal.message}\n", 403)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("The body has not come.\n", 408)
        if body is None:
            return PlainTextResponse(f"A hook may have {LARGEST} bytes.\n", 413)
        headers = {name.lower(): text for name, text in request.headers.items()}
        client = request.client.host if request.client is not None else ""
        hook = Hook(given["account"], given["region"], tuple(given["path"].split("/")), headers, body, client)
        status, sentence = await receive(hook)
        return PlainTextResponse(f"{sentence}\n", status)


async def whole(request: Request) -> bytes | None:
    """The body; None if it is too large."""
    kept = bytearray()
    async for piece in request.stream():
        kept += piece
        if len(kept) > LARGEST:
            return None
    return bytes(kept)
