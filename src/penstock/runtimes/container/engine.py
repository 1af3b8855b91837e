"""An engine: what a job's life takes of Docker's HTTP API, over the engine's socket. Docker and Podman both speak it.

    image  pull  create  put  exists  start  wait  logs  fetch  kill  inspect  list  remove

Every request has a deadline but those that last as long as a container does: `wait` and `logs`, whose callers have one.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import msgspec

from penstock.runtimes.container.lines import line_to, severed

if TYPE_CHECKING:
    from httpcore import AsyncConnectionPool

UNIX: Final = "unix://"
VERSION: Final = "v1.41"  # of the API: Docker since 20.10, Podman since 3.0
ANSWERING: Final = 120.0  # seconds: a busy engine takes its time to lay out a container
CONNECTING: Final = 10.0
PULLING: Final = 3600.0
GONE: Final = 404
CONFLICT: Final = 409

PIECE: Final = 1 << 20

Pieces = AsyncIterator[bytes]


class EngineGone(Exception):
    """No engine answers; the message says where it was looked for, and what would do."""


class NotHere(Exception):
    """An engine's address that is not on this machine."""


class Refused(Exception):
    """What the engine says to a request that it does not carry out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class State(msgspec.Struct, frozen=True, rename="pascal"):
    """How a container is; times are RFC 3339."""

    status: str
    exit_code: int = 0
    ran_out_of_memory: bool = msgspec.field(name="OOMKilled", default=False)
    started_at: str = ""
    finished_at: str = ""

    @property
    def is_begun(self) -> bool:
        return self.status not in ("created", "initialized", "configured")

    @property
    def started(self) -> float | None:
        return seconds(self.started_at)

    @property
    def finished(self) -> float | None:
        return seconds(self.finished_at)


class Bound(msgspec.Struct, frozen=True, rename="pascal"):
    """Where a container's port is on this machine."""

    host_port: str


class Network(msgspec.Struct, frozen=True, rename="pascal"):
    """Engines write null for a port that leads nowhere, and for no ports."""

    ports: dict[str, list[Bound] | None] | None = None


class Listed(msgspec.Struct, frozen=True, rename="pascal"):
    """A container in a list."""

    id: str
    names: list[str] = msgspec.field(default_factory=list)
    labels: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.names[0].lstrip("/") if self.names else ""


class Defaults(msgspec.Struct, frozen=True, rename="pascal"):
    """What an image starts with. Engines write null for nothing."""

    env: list[str] | None = None
    labels: dict[str, str] | None = None
    entrypoint: list[str] | None = None
    cmd: list[str] | None = None
    working_dir: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return dict(text.split("=", 1) for text in self.env or () if "=" in text)


class Container(msgspec.Struct, frozen=True, rename="pascal"):
    id: str
    state: State
    config: Defaults = Defaults()
    network_settings: Network = Network()

    @property
    def environment(self) -> dict[str, str]:
        return self.config.environment

    def label(self, name: str) -> str:
        return (self.config.labels or {}).get(name, "")

    def port(self, inside: int) -> int | None:
        """Where a port of it is published; None if it is not."""
        bound = (self.network_settings.ports or {}).get(f"{inside}/tcp")
        return int(bound[0].host_port) if bound else None


class Inspected(msgspec.Struct, frozen=True, rename="pascal"):
    config: Defaults = Defaults()
    id: str = ""


class Version(msgspec.Struct, frozen=True, rename="pascal"):
    version: str


class Pulling(msgspec.Struct, frozen=True):
    error: str = ""


class Problem(msgspec.Struct, frozen=True):
    message: str


class Made(msgspec.Struct, frozen=True, rename="pascal"):
    id: str


def find_socket(address: str, environment: Mapping[str, str]) -> Path:
    """Where the engine is: at the address, else DOCKER_HOST's, else the first of the usual places that is there.

    Raises `NotHere`: what jobs read is mounted from this machine.
    """
    if address and not address.startswith(UNIX):
        raise NotHere(f"'{address}' is not an engine on this machine: write {UNIX}/path/of/the.sock")
    told = address or environment.get("DOCKER_HOST", "")
    if told.startswith(UNIX):
        return Path(told.removeprefix(UNIX))
    own = environment.get("XDG_RUNTIME_DIR", "/run")
    usual = [Path("/var/run/docker.sock"), Path(own, "podman/podman.sock"), Path("/run/podman/podman.sock")]
    return next((path for path in usual if path.exists()), usual[0])


class Engine:
    """The engine behind a socket. Nothing is asked before it is needed: there need not be one."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._line: AsyncConnectionPool | None = None

    @property
    def address(self) -> str:
        """Where the engine is, or would be, as its other clients write it."""
        return f"{UNIX}{self._socket}"

    async def close(self) -> None:
        if self._line is not None:
            await self._line.aclose()

    async def version(self) -> str:
        return msgspec.json.decode(await self._ask("GET", "/version"), type=Version).version

    # -- images

    async def image(self, name: str) -> Defaults | None:
        """What an image starts with; None if the engine does not have it."""
        answer = await self._look(f"/images/{quote(name, safe='/:@')}/json")
        return None if answer is None else msgspec.json.decode(answer, type=Inspected).config

    async def identity(self, name: str) -> str | None:
        """The digest of what an image's name means now; None if the engine does not have it."""
        answer = await self._look(f"/images/{quote(name, safe='/:@')}/json")
        return None if answer is None else msgspec.json.decode(answer, type=Inspected).id

    async def pull(self, name: str) -> None:
        """Fetch an image from its registry; raises `Refused` with what the engine says."""
        async with self._call("POST", "/images/create", {"fromImage": name}, silence=PULLING) as pieces:
            told = b"".join([piece async for piece in pieces])
        for line in told.splitlines():  # of JSON: how far it is, and what went wrong
            if problem := msgspec.json.decode(line, type=Pulling).error:
                raise Refused(500, problem)

    # -- containers

    async def create(self, name: str, description: Mapping[str, Any]) -> str:
        """Make a container, that does not run yet; answers its id."""
        body = msgspec.json.encode(description)
        return msgspec.json.decode(await self._ask("POST", "/containers/create", {"name": name}, body), type=Made).id

    async def inspect(self, container: str) -> Container | None:
        """How a container is; None if there is none by that id or name."""
        answer = await self._look(f"/containers/{container}/json")
        return None if answer is None else msgspec.json.decode(answer, type=Container)

    async def labelled(self, label: str) -> Sequence[Listed]:
        """Every container with that label, running or not."""
        query = {"all": "true", "filters": json.dumps({"label": [label]})}
        return msgspec.json.decode(await self._ask("GET", "/containers/json", query), type=list[Listed])

    async def start(self, container: str) -> None:
        """Start it; one that runs already is let be."""
        await self._ask("POST", f"/containers/{container}/start")

    async def wait(self, container: str) -> None:
        """Return when it has ended. Podman looks as often as it is told to; Docker knows."""
        query = {"condition": "not-running", "interval": "50ms"}
        await self._ask("POST", f"/containers/{container}/wait", query, silence=None)

    async def kill(self, container: str, signal: str) -> None:
        """Signal it. Raises `Refused` if it does not run."""
        await self._ask("POST", f"/containers/{container}/kill", {"signal": signal})

    async def remove(self, container: str) -> None:
        """Let there be no such container, whatever it is doing."""
        try:
            await self._ask("DELETE", f"/containers/{container}", {"force": "true", "v": "true"})
        except Refused as refusal:
            if refusal.status not in (GONE, CONFLICT):  # a conflict: somebody is removing it
                raise

    def logs(self, container: str, *, follow: bool) -> AbstractAsyncContextManager[Pieces]:
        """What it has printed, in frames (see `log`), from the start; with `follow`, until it has ended."""
        query = {"stdout": "true", "stderr": "true", "timestamps": "true", "follow": str(follow).lower()}
        return self._call("GET", f"/containers/{container}/logs", query, silence=None if follow else ANSWERING)

    # -- files

    async def put(self, container: str, archive: Path) -> None:
        """Unpack a tar file at the root of a container's files."""
        headers = {"Content-Type": "application/x-tar", "Transfer-Encoding": "chunked"}
        path = f"/containers/{container}/archive"
        async with self._call("PUT", path, {"path": "/"}, pieces_of(archive), headers=headers, silence=PULLING):
            pass

    def fetch(self, container: str, path: str) -> AbstractAsyncContextManager[Pieces]:
        """A file or folder of a container, as a tar archive. Raises `Refused` with 404 if it is not there."""
        return self._call("GET", f"/containers/{container}/archive", {"path": path})

    async def has(self, container: str, path: str) -> bool:
        """Whether there is a file or folder of that path in a container."""
        return await self._look(f"/containers/{container}/archive", {"path": path}, method="HEAD") is not None

    # -- asking

    async def _look(self, path: str, query: Mapping[str, str] | None = None, method: str = "GET") -> bytes | None:
        """What is there; None if nothing is."""
        try:
            return await self._ask(method, path, query)
        except Refused as refusal:
            if refusal.status != GONE:
                raise
            return None

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        silence: float | None = ANSWERING,
    ) -> bytes:
        headers = {"Content-Type": "application/json"} if body else {}
        async with self._call(method, path, query, body, headers=headers, silence=silence) as pieces:
            return b"".join([piece async for piece in pieces])

    @asynccontextmanager
    async def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        content: bytes | Pieces = b"",
        *,
        headers: Mapping[str, str] | None = None,
        silence: float | None = ANSWERING,
    ) -> AsyncIterator[Pieces]:
        """Ask, and hand over the answer as it comes; the engine may be silent for so many seconds."""
        target = f"http://engine/{VERSION}{path}?{urlencode(query or {})}"
        timeout = {"connect": CONNECTING, "read": silence, "write": silence}
        if self._line is None:
            self._line = line_to(self._socket)
        try:
            async with self._line.stream(
                method, target, headers=[*(headers or {}).items()], content=content, extensions={"timeout": timeout}
            ) as response:
                if response.status >= 400:
                    raise Refused(response.status, message_of(await response.aread()))
                yield response.aiter_stream()
        except severed() as problem:
            raise EngineGone(
                f"no container engine answers at {UNIX}{self._socket} ({problem}): start Docker, or Podman with "
                f"'podman system service --time=0 {UNIX}{self._socket}', or name another engine with --engine"
            ) from None


def seconds(stamp: str) -> float | None:
    """An engine's time since the epoch; None for what has not been."""
    if not stamp or stamp.startswith("0001-"):
        return None
    return datetime.fromisoformat(stamp).timestamp()


def message_of(answer: bytes) -> str:
    try:
        return msgspec.json.decode(answer, type=Problem).message
    except msgspec.DecodeError:
        return answer.decode(errors="replace").strip()


async def pieces_of(file: Path) -> Pieces:
    with file.open("rb") as opened:  # in a thread, it would stay open where this is cancelled
        while piece := await asyncio.to_thread(opened.read, PIECE):
            yield piece
