"""One resident, from the server's side: frames on its control socket, and a handle on its keeper's process."""

import asyncio
import errno
import os
import select
import signal
import socket
from contextlib import suppress
from typing import Any, Final

from penstock.engine.residents import CannotStart, Reply, Request
from penstock.runtimes.residents.inside.line import Frames, framed

PIECE: Final = 1 << 18
MEETING: Final = 30.0  # seconds for a room to be made
BEYOND: Final = 20.0  # seconds that a keeper is given above the time of its request


class Kept:
    """A `Resident` whose keeper runs beside the server."""

    def __init__(self, control: socket.socket, process: int, frames: Frames) -> None:
        self._control = control
        self._process = process
        self._frames = frames
        self._has_ended = False
        self._has_told = False  # a part of the answer that is waited for
        self._watch = select.poll()  # `select` itself knows the first 1,024 handles only
        self._watch.register(process, select.POLLIN)

    @classmethod
    async def meet(cls, control: socket.socket) -> "Kept":
        """From the keeper's first word on. Raises `ConnectionError` where the nursery has gone meanwhile."""
        control.setblocking(False)
        frames = Frames()
        try:
            async with asyncio.timeout(MEETING):
                await readable(control)
                data, handles, _, _ = socket.recv_fds(control, PIECE, 1)
                head, _ = await frame(control, frames, data)
        except TimeoutError:
            raise CannotStart("the nursery of residents does not answer") from None
        if "error" in head:
            raise CannotStart(head["error"])
        (process,) = handles
        os.set_inheritable(process, False)
        return cls(control, process, frames)

    @property
    def is_over(self) -> bool:
        return self._has_ended or bool(self._watch.poll(0))

    async def ask(self, request: Request) -> Reply:
        longest = max(request.longest, request.longest_in_parts)
        head = {
            "facts": dict(request.facts),
            "longest": request.longest,
            "longest_in_parts": longest,
            "lines": dict(request.lines),
        }
        if self._has_ended:
            return Reply(way="exited", message="was ended before it was asked", was_asked=False)
        was_sent, self._has_told = False, False
        try:
            async with asyncio.timeout(longest + BEYOND):
                with suppress(ConnectionError):  # it has gone, and may have said why
                    await asyncio.get_running_loop().sock_sendall(self._control, framed(head, request.payload))
                    was_sent = True
                word, content = await self._replied(request)
        except (TimeoutError, ConnectionError) as problem:
            self.end()
            # A connection that is reset, and not closed, has had something unread in it: the request.
            was_read = self._has_told or getattr(problem, "errno", None) != errno.ECONNRESET
            message = f"lost its keeper ({type(problem).__name__})"
            return Reply(way="exited", message=message, was_asked=was_sent and was_read)
        except BaseException:
            self.end()
            raise
        tail = word["tail"]
        if word["way"] not in {"answered", "failed"} or word.get("leaving"):
            self.end()
        return Reply(
            way=word["way"],
            message=word["message"],
            tail=content[:tail],
            payload=content[tail:],
            was_asked=was_sent and word.get("asked", True),
        )

    async def _replied(self, request: Request) -> tuple[dict[str, Any], bytes]:
        """The reply, after all parts that come before it."""
        is_wanted = True
        while True:
            word, content = await frame(self._control, self._frames)
            if word["way"] != "part":
                return word, content
            self._has_told = True
            if is_wanted and not (request.hear is not None and await request.hear(content)):
                is_wanted = False
                await asyncio.get_running_loop().sock_sendall(self._control, framed({"stop": True}))

    def end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            os.close(self._process)
            self._control.close()


async def readable(control: socket.socket) -> None:
    """Until there is something to be received, or the other side has gone."""
    loop = asyncio.get_running_loop()
    is_readable = asyncio.Event()
    loop.add_reader(control, is_readable.set)
    try:
        await is_readable.wait()
    finally:
        loop.remove_reader(control)


async def frame(control: socket.socket, frames: Frames, data: bytes = b"") -> tuple[dict[str, Any], bytes]:
    """The next frame, `data` being received already. Raises `ConnectionError` where the other side has gone."""
    loop = asyncio.get_running_loop()
    while True:
        for found in frames.feed(data):
            return found
        data = await loop.sock_recv(control, PIECE)
        if not data:
            raise ConnectionResetError("the resident's keeper has gone")
