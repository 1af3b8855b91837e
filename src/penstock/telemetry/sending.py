"""Sending: lineage events to a server over HTTP, or as lines of a file."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from penstock.engine.backlog import Undelivered
from penstock.wire.outgoing import Exchange, Unreached, fetch

log: Final = logging.getLogger(__name__)
Json = Any
SECONDS: Final = 30.0
LARGEST: Final = 1 << 16
AGAIN: Final = frozenset({401, 403, 404, 408, 429})  # of the 4xx, those that may pass: a key, an address, a rest


class Transport(Protocol):
    async def send(self, events: Sequence[Json]) -> None:
        """Deliver them in order; raises `Undelivered`."""


@dataclass(frozen=True, slots=True)
class Http:
    """One request an event, as OpenLineage's clients do."""

    url: str
    api_key: str = ""

    async def send(self, events: Sequence[Json]) -> None:
        headers = {"content-type": "application/json", **self._authorization()}
        for event in events:
            exchange = Exchange("POST", self.url, headers, msgspec.json.encode(event))
            try:
                reply = await fetch(exchange, largest=LARGEST, seconds=SECONDS)
            except Unreached as why:
                raise Undelivered(f"{self.url} cannot be reached: {why}") from None
            if reply.status >= 500 or reply.status in AGAIN or 300 <= reply.status < 400:
                raise Undelivered(f"{self.url} answered {reply.status} {reply.reason}")
            if reply.status >= 400:  # it will never take this one
                log.error("%s refused a lineage event: %d %s", self.url, reply.status, reply.body[:500])

    def _authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}


@dataclass(frozen=True, slots=True)
class File:
    """One line an event, appended."""

    path: Path

    async def send(self, events: Sequence[Json]) -> None:
        lines = b"".join(msgspec.json.encode(event) + b"\n" for event in events)
        try:
            await asyncio.to_thread(self._append, lines)
        except OSError as why:
            raise Undelivered(f"{self.path} cannot be written: {why.strerror}") from None

    def _append(self, lines: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(lines)
