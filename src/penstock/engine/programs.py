"""Programs: servers that Penstock launches for its users and keeps going; the contract of who runs one.

A program listens on a port of this machine that it is given, and ends with the server, whatever ends the server.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

PORT: Final = "{port}"  # in a command


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`command` has `PORT` where the port goes. It is there once a GET of `health` is answered with 200."""

    command: tuple[str, ...]
    folder: Path  # where it is started, and what it keeps
    log: Path
    health: str
    variables: Mapping[str, str] = field(default_factory=dict)
    start_within: float = 300.0  # seconds


class Programs(Protocol):
    async def run(self, program: Program, ready: Callable[[int], None]) -> str:
        """Run it until it ends by itself; answers how it ended. `ready` is told its port once it is there.

        Whoever is cancelled here ends it, with everything that it has started.
        """
