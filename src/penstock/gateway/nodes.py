"""The door for nodes of a Ray cluster: what their agents say is for the desk (`penstock.runtimes.ray`).

Who comes shows the ticket of one job, and is given and may leave what is that job's.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from penstock.engine.jobs import Ending, File
from penstock.gateway.guard import check_browser
from penstock.gateway.messages import head_of
from penstock.runtimes.ray.desk import Declined, Desk
from penstock.runtimes.ray.errands import PLACE, Call, Heard, Taken, Word
from penstock.store.blobs import Digest
from penstock.wire.call import ServiceError

JSON: Final = "application/json"
LARGEST: Final = 64 << 20  # bytes of what is held: an ending may name a hundred thousand files
Answer = Callable[[Request, str], Awaitable[Response]]


class NodeDoor:
    def __init__(self, desk: Desk, *, auth: bool) -> None:
        self._desk = desk
        self._auth = auth

    def routes(self) -> list[Route]:
        job = f"{PLACE}/{{name}}"
        return [
            Route(f"{job}/errand", self._asked(self.errand), methods=["POST"]),
            Route(f"{job}/blobs/{{digest}}", self._asked(self.give), methods=["GET"]),
            Route(f"{job}/blobs/{{digest}}", self._asked(self.keep), methods=["PUT"]),
            Route(f"{job}/log", self._asked(self.log), methods=["POST"]),
            Route(f"{job}/word", self._asked(self.word), methods=["POST"]),
            Route(f"{job}/peeks/{{number:int}}", self._asked(self.peeked), methods=["POST"]),
            Route(f"{job}/ending", self._asked(self.ending), methods=["POST"]),
        ]

    def _asked(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def ask(request: Request) -> Response:
            name = request.path_params["name"]
            try:
                check_browser(head_of(request.scope), auth=self._auth)
                self._desk.check(name, request.headers.get("authorization", "").removeprefix("Bearer "))
                return await answer(request, name)
            except Declined as refusal:
                return PlainTextResponse(f"{refusal}\n", refusal.status)
            except ClientDisconnect:
                return PlainTextResponse("It was cut off.\n", 400)
            except ServiceError as refusal:
                return PlainTextResponse(f"{refusal.message}\n", refusal.status or 400)
            except msgspec.DecodeError as problem:
                return PlainTextResponse(f"{problem}\n", 400)

        return ask

    async def errand(self, request: Request, name: str) -> Response:
        call = msgspec.json.decode(await body(request), type=Call)
        return Response(self._desk.take(name, call), media_type=JSON)

    async def give(self, request: Request, name: str) -> Response:
        blob = self._desk.blob(name, Digest(request.path_params["digest"]))
        return StreamingResponse(
            blob, headers={"content-length": str(blob.size)}, media_type="application/octet-stream"
        )

    async def keep(self, request: Request, name: str) -> Response:
        await self._desk.keep(name, Digest(request.path_params["digest"]), request.stream())
        return said(Taken())

    async def log(self, request: Request, name: str) -> Response:
        start = request.query_params.get("from", "")
        if not start.isdecimal():
            raise Declined(400, f"a log goes on from a number of bytes, not from '{start}'")
        return said(Heard(self._desk.add_to_log(name, int(start), await body(request))))

    async def word(self, request: Request, name: str) -> Response:
        return said(await self._desk.word(name, msgspec.json.decode(await body(request), type=Word)))

    async def peeked(self, request: Request, name: str) -> Response:
        files = msgspec.json.decode(await body(request), type=tuple[File, ...])
        self._desk.peeked(name, request.path_params["number"], files)
        return said(Taken())

    async def ending(self, request: Request, name: str) -> Response:
        self._desk.end(name, msgspec.json.decode(await body(request), type=Ending))
        return said(Taken())


async def body(request: Request) -> bytes:
    """All of it, if it is no more than agents send."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > LARGEST:
            raise Declined(413, f"no more than {LARGEST >> 20} MiB are read")
    return bytes(read)


def said(answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), media_type=JSON)
