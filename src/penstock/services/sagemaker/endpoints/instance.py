"""One instance: a model server that is started, asked, looked after, and started again when it is gone.

A server answers one request at a time; others wait their turn. `/ping` is asked when it starts and whenever it has
nothing to do: a server that does not answer it well is ended, and the next one takes its place.
"""

import asyncio
import json
import logging
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from penstock.engine.residents import CannotStart, Reply, Request, Resident
from penstock.services.sagemaker.endpoints.saying import Listener, Said, headed
from penstock.services.sagemaker.endpoints.shelf import Unpackable

log: Final = logging.getLogger(__name__)
LENGTHS: Final = struct.Struct(">II")
LOOK_EVERY: Final = 0.2  # seconds between two looks whether the server is there
PING_EVERY: Final = 10.0
PING_WITHIN: Final = 30.0
INVOKE_WITHIN: Final = 60.0  # as on AWS, and …
STREAM_WITHIN: Final = 480.0  # … for an answer that is streamed, to its end
LONGEST_PAUSE: Final = 30.0  # seconds between two starts of a server that will not stay
CLOSED: Final = "it is not wanted any more"
EMPTY: Final = {"content_type": "", "accept": "", "attributes": ""}


class Unfit(Exception):
    """There is no server that answers; the message says why."""

    container = "primary"


class Lost(Exception):
    """A server took too long, or ended, with a request in its hands."""

    container = "primary"


class Answering(Protocol):
    """An instance as a fleet has it: a server, or several that are asked as one."""

    outstanding: int  # requests, counted by whoever hands them out
    last_asked: int  # … and the number of the last one

    async def begin(self) -> None:
        """Start for the first time; raises `Unfit`."""

    async def keep(self) -> None:
        """See to it that it can be asked, until cancelled."""

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> Said:
        """Have a request answered within some seconds; raises `Unfit` and `Lost`.

        An answer that a listener has heard is told again without its body.
        """

    def close(self) -> None:
        """End it for good."""


class Instance:
    """`start` begins a server; `start_within` is how many seconds it has until `/ping` is answered."""

    def __init__(self, name: str, start: Callable[[], Awaitable[Resident]], start_within: float) -> None:
        self.name = name
        self.outstanding = 0
        self.last_asked = 0
        self.told = ""  # what the last good `/ping` has answered
        self._start = start
        self._start_within = start_within
        self._resident: Resident | None = None
        self._turn = asyncio.Lock()
        self._not_before = 0.0
        self._pause = 1.0
        self._problem = ""
        self._closed = asyncio.Event()

    async def begin(self) -> None:
        """Start the server for the first time; raises `Unfit`."""
        async with self._turn:
            await self._revive()

    async def keep(self) -> None:
        """See to it that there is a server, until cancelled."""
        loop = asyncio.get_running_loop()
        pinged = loop.time()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self._turn.locked():
                continue
            try:
                if self.is_over and loop.time() >= self._not_before:
                    await self.begin()
                elif loop.time() > pinged + PING_EVERY:
                    pinged = loop.time()
                    await self._check()
            except Unfit as problem:
                log.warning("instance %s: %s", self.name, problem)

    async def ask(
        self, facts: Mapping[str, str], body: bytes, longest: float = INVOKE_WITHIN, listener: Listener | None = None
    ) -> Said:
        """Have a request answered; raises `Unfit` and `Lost`."""
        async with self._turn:
            reply = await self._answered(request_of(facts, body, longest, listener))
        if reply.way != "answered":
            raise Lost("timed-out" if reply.way == "timed-out" else reply.message)
        return read(reply.payload)

    async def _answered(self, request: Request) -> Reply:
        """A reply; where a server was gone before the request came to it, that of the next one."""
        reply = await (await self._revive()).ask(request)
        if reply.way == "exited" and not reply.was_asked:
            self.end()
            reply = await (await self._revive()).ask(request)
        return reply

    def close(self) -> None:
        """End the server, and have no other."""
        self._closed.set()
        self.end()

    def end(self) -> None:
        if self._resident is not None:
            self._resident.end()
            self._resident = None

    @property
    def is_over(self) -> bool:
        return self._resident is None or self._resident.is_over

    async def _check(self) -> None:
        async with self._turn:
            if self._resident is not None and not self._resident.is_over:
                await self._ping(self._resident, PING_WITHIN)

    async def _revive(self) -> Resident:
        """The server, started if there is none. One that will not stay is started after longer and longer pauses."""
        if self._resident is not None and not self._resident.is_over:
            return self._resident
        self.end()
        if self._closed.is_set():
            raise Unfit(CLOSED)
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            raise Unfit(self._problem)
        self._not_before, self._pause = now + self._pause, min(2 * self._pause, LONGEST_PAUSE)
        try:
            self._resident = await self._start()
            if self._closed.is_set():  # meanwhile
                self.end()
                raise Unfit(CLOSED)
            await self._ping(self._resident, self._start_within)
        except (CannotStart, Unpackable) as problem:
            self._problem = str(problem)
            raise Unfit(self._problem) from problem
        except Unfit as problem:
            self._problem = str(problem)
            raise
        self._pause, self._not_before = 1.0, 0.0
        return self._resident

    async def _ping(self, resident: Resident, longest: float) -> None:
        try:
            reply = await resident.ask(Request(payload=b"", facts={"path": "/ping", **EMPTY}, longest=longest))
        except BaseException:
            self.end()
            raise
        if reply.way == "answered" and (answer := read(reply.payload)).status == 200:
            self.told = answer.body.decode(errors="replace")
            return
        self.end()
        raise Unfit(answer.body.decode(errors="replace") if reply.way == "answered" else why(reply, longest))


def request_of(facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None) -> Request:
    if listener is None:
        return Request(payload=body, facts=facts, longest=longest)

    async def hear(part: bytes) -> bool:
        if listener.head is not None:
            return await listener.hear(part)
        listener.begin(headed(read(part)))
        return True

    streams = {**facts, "streams": "yes"}
    return Request(payload=body, facts=streams, longest=longest, hear=hear, longest_in_parts=STREAM_WITHIN)


def why(reply: Reply, longest: float) -> str:
    return f"no answer within {longest:.0f} seconds" if reply.way == "timed-out" else reply.message


def read(payload: bytes) -> Said:
    """A frame of the server's: a head and a body."""
    head, body = LENGTHS.unpack_from(payload)
    begin = LENGTHS.size + head
    told = json.loads(payload[LENGTHS.size : begin])
    return Said(told["status"], told["content_type"], told["attributes"], payload[begin : begin + body])
