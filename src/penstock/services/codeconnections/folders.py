"""Folders: bare repositories of this machine, served to git's clients as a host would serve them.

`git http-backend` answers, a CGI program: what it prints begins with headers. It reads nobody's configuration, no hook
of the repository runs, and it is ended with its children when whoever asked leaves, or when it has taken too long.
"""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from penstock.services.codeconnections.remote import environment

LONGEST: Final = 3600.0  # seconds that a clone or a push may take
PIECE: Final = 64 * 1024
SETTINGS: Final[Mapping[str, str]] = {"http.receivepack": "true", "core.hooksPath": os.devnull}


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


@asynccontextmanager
async def served(
    folder: str, what: str, method: str, query: str, headers: Mapping[str, str], body: AsyncIterator[bytes]
) -> AsyncIterator[Answered]:
    """What git answers to a request for `what` below a repository, as it comes."""
    process = await asyncio.create_subprocess_exec(
        "git", "http-backend", env=variables(folder, what, method, query, headers), stdin=PIPE, stdout=PIPE,
        stderr=DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as tasks:
            assert process.stdin is not None
            feeding = tasks.create_task(feed(process.stdin, body))
            said = await headers_of(process)
            status = int(said.pop("status", "200").partition(" ")[0])
            yield Answered(status, said, pieces_of(process))
            feeding.cancel()  # what git has not read by now it does not want
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def variables(folder: str, what: str, method: str, query: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The CGI program's environment."""
    found = environment(folder, "")
    count = int(found["GIT_CONFIG_COUNT"])
    for number, (key, value) in enumerate(SETTINGS.items(), count):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found | {
        "GIT_CONFIG_COUNT": str(count + len(SETTINGS)),
        "GIT_PROJECT_ROOT": folder,
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{what}",
        "REQUEST_METHOD": method,
        "QUERY_STRING": query,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
    }


async def feed(into: asyncio.StreamWriter, body: AsyncIterator[bytes]) -> None:
    with suppress(ConnectionError):
        async for piece in body:
            into.write(piece)
            await into.drain()
    into.close()


async def headers_of(process: Process) -> dict[str, str]:
    """What comes before the empty line."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while line := (await process.stdout.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        found[name.lower()] = value.strip()
    return found


async def pieces_of(process: Process) -> AsyncIterator[bytes]:
    assert process.stdout is not None
    while piece := await process.stdout.read(PIECE):
        yield piece
