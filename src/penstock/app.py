"""Composition: every room is built here and handed what it needs; no other module knows them all.

It is also where the clock, ids and chance come from: everything else takes them as values.

    data/
      lock            held while a server runs: one server a folder
      penstock.db     every row          blobs/ incoming/   every byte
      logs/           log streams        runtimes/ jobs/    the sandbox's
      server.json     where the server is, while it is up
"""

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from penstock.engine.engine import Engine
from penstock.gateway.guard import OpenHost, check_host
from penstock.gateway.server import application, serve
from penstock.gateway.settings import Settings as GatewaySettings
from penstock.runtimes.sandbox import Sandbox
from penstock.store.blobs import Blobs
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Directory

SOURCE: Final = Path(__file__).parent
MIGRATIONS: Final = tuple(sorted(path for path in SOURCE.glob("**/migrations") if path.parent.name != "store"))
BLOB_GRACE: Final = 3600.0  # seconds before a blob that nobody holds goes
SWEEP_EVERY: Final = 900.0  # seconds between two looks for what may go


class CannotStart(Exception):
    """Why there is no server, in a sentence for the person who asked for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 4599
    region: str = "us-east-1"
    auth: bool = False
    access_log: bool = True


def clock() -> float:
    """Seconds since the epoch."""
    return time.time()


def chance() -> str:
    """128 random bits, as 32 hexadecimal digits."""
    return uuid.uuid4().hex
