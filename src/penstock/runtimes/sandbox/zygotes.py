"""Zygotes, from the server's side: started on demand, one for cold starts and one for each warm environment.

    zygotes/light/   zygotes/warm-…/      socket  lock  zygote.log

A zygote's name holds a digest of its code and configuration: after an upgrade the old ones are simply no longer asked,
and end by themselves.

All forks of a process order their sets alike, by its own chance. So that what guests run again is not as it was just by
that, they have warm zygotes of their own, which stay for the next guest.
"""

import asyncio
import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from penstock.runtimes.sandbox.images import PLAIN, SYSTEM_PATH, Image, environment_of

OF_JOBS: Final = "SAGEMAKER_"  # variables that nothing reads before a job is there
INSIDE: Final = Path(__file__).parent / "inside"
MOST_WARM: Final = 6  # each may take some hundred megabytes
STARTING: Final = 180.0  # seconds: heavy imports from a cold disk
ANSWERING: Final = 60.0


MayStart = Callable[[], Awaitable[bool]]


class NotWanted(Exception):
    """The job was stopped before it started."""


class ZygoteFailed(Exception):
    """A zygote did not start, or could not start a job; the message says why and what would do."""


def check() -> list[str]:
    """What keeps this machine from running jobs in the sandbox, and what would do; empty if nothing does. Blocking."""
    argv = [sys.executable, "-I", "-S", str(INSIDE / "__main__.py"), "check"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=STARTING, check=False)
    return [] if done.returncode == 0 else [(done.stdout + done.stderr).strip() or "the sandbox's trial ended badly"]


def digest_of_code() -> str:
    text = b"".join(path.read_bytes() for path in sorted(INSIDE.glob("*.py")))
    return hashlib.sha256(text).hexdigest()


@dataclass(slots=True)
class Connection:
    """To a zygote at first, then to the supervisor of a job."""

    line: socket.socket
    _rest: bytes = b""

    def say(self, text: bytes) -> None:
        """A line; into an empty buffer, so it does not wait."""
        self.line.send(text + b"\n")

    async def answer(self) -> dict[str, Any]:
        async with asyncio.timeout(ANSWERING):
            line = await self.read()
        if not line:
            raise ConnectionResetError("the zygote ended while it was asked")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def read(self) -> bytes:
        """The next line; empty where the other side has gone."""
        loop = asyncio.get_running_loop()
        while b"\n" not in self._rest:
            piece = await loop.sock_recv(self.line, 4096)
            if not piece:
                return b""
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def close(self) -> None:
        self.line.close()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a zygote is started with; its name says so too."""

    name: str
    configuration: dict[str, Any]
    argv: list[str]
    environment: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Zygotes:
    """All zygotes of one data folder."""

    folder: Path
    jobs: Path
    server: Path
    hidden: Sequence[Path]
    spares: int
    linger: float
    idle: float
    are_guests: bool = False
    _starting: dict[str, asyncio.Lock] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)
    _handles: dict[str, int] = field(default_factory=dict)
    _kinds: dict[Hashable, Kind] = field(default_factory=dict)
    _code: str = field(default_factory=digest_of_code)

    async def run(
        self, image: Image, job: str, log: Path, may_start: MayStart, *, warm: bool, heavy: bool
    ) -> tuple[dict[str, Any], Connection]:
        """Start a job in a room; warm if that can be had. Answers whether somebody had it and the supervisor's line.

        All is made ready at once, and the job starts when it may. Raises `NotWanted` if it may not.
        """
        if warm:
            kind = self.warm(image, heavy=heavy)
            if kind.name not in self._failed and (kind.name in self._handles or len(self._handles) <= MOST_WARM):
                try:
                    return await self._ask(kind, job, log, may_start)
                except ZygoteFailed as problem:
                    self._failed[kind.name] = str(problem)  # cold is slower, and never wrong
        return await self._ask(self.light(image), job, log, may_start)

    async def close(self, *, kill: bool) -> list[int]:
        """Let go of the zygotes; with `kill` they are told to end. Answers their pids."""
        pids = []
        if kill and self.folder.is_dir():
            for path in self.folder.iterdir():
                with suppress(OSError, TimeoutError):
                    connection = self._connect(path.name)
                    connection.say(b'{"do": "quit"}')
                    pids.append(int((await connection.answer())["pid"]))
                    connection.close()
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()
        return pids

    def failures(self) -> list[str]:
        """Why some environments start cold only."""
        return [f"{name}: {reason}" for name, reason in self._failed.items()]

    # -- which

    def light(self, image: Image) -> Kind:
        environment = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8"}
        return self._kind("light", image, (), [sys.executable, "-I", "-S"], environment)

    def warm(self, image: Image, *, heavy: bool) -> Kind:
        """Jobs that need none of the heavy imports get a process without them: its forks are ten times cheaper.

        Images that import the same in the same Python share one: what tells them apart is for their jobs alone.
        """
        preload = (*PLAIN, *image.preload) if heavy else PLAIN
        environment = {name: v for name, v in environment_of(image, {}).items() if not name.startswith(OF_JOBS)}
        return self._kind("warm", image, preload, [str(image.python)], environment)

    def _kind(
        self, kind: str, image: Image, preload: Sequence[str], argv: list[str], environment: dict[str, str]
    ) -> Kind:
        key = (kind, image.python, image.visible, tuple(preload), tuple(environment.items()))
        if key not in self._kinds:
            self._kinds[key] = self._make_kind(kind, image, preload, argv, environment)
        return self._kinds[key]

    def _make_kind(
        self, kind: str, image: Image, preload: Sequence[str], argv: list[str], environment: dict[str, str]
    ) -> Kind:
        configuration: dict[str, Any] = {
            "jobs": str(self.jobs),
            "server": str(self.server),
            "hidden": [str(path) for path in self.hidden],
            "keep": sorted({str(path) for path in self._visible(image)}),
            "preload": list(preload),
            "is_warm": kind == "warm",
            "spares": self.spares,
            "linger": self.linger,
            "idle": self.idle,
        }
        others = self.are_guests and kind == "warm"
        text = json.dumps(
            [configuration, argv, environment, self._code, *(["guests"] if others else [])], sort_keys=True
        )
        return Kind(f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}", configuration, argv, environment)

    def _visible(self, image: Image) -> list[Path]:
        """What jobs of an image must see though it is in a folder that is hidden from them."""
        pythons = (image.python, image.python.resolve(), Path(sys.executable), Path(sys.executable).resolve())
        needed = [*(python.parent.parent for python in pythons), *image.visible]
        covered = [Path("/tmp"), *self.hidden]  # noqa: S108 - inside a job
        return [path for path in needed if any(path.is_relative_to(folder) for folder in covered)]

    # -- talking

    async def _ask(self, kind: Kind, job: str, log: Path, may_start: MayStart) -> tuple[dict[str, Any], Connection]:
        """Asked again if the zygote dies meanwhile: a job starts once, however often it is asked for."""
        with suppress(ConnectionError):
            return await self._ask_once(kind, job, log, may_start)
        return await self._ask_once(kind, job, log, may_start)

    async def _ask_once(
        self, kind: Kind, job: str, log: Path, may_start: MayStart
    ) -> tuple[dict[str, Any], Connection]:
        connection = await self._reach(kind)
        try:
            connection.say(json.dumps({"do": "run", "job": job, "log": str(log)}).encode())
            if not await may_start():
                raise NotWanted
            with suppress(BrokenPipeError):  # it has refused, and says why
                connection.say(b"go")
            answer = await connection.answer()
        except BaseException:
            connection.close()
            raise
        if "error" in answer:
            connection.close()
            raise ZygoteFailed(answer["error"])
        return answer, connection

    async def _reach(self, kind: Kind) -> Connection:
        with suppress(FileNotFoundError, ConnectionRefusedError):
            return self._connect(kind.name)
        async with self._starting.setdefault(kind.name, asyncio.Lock()):
            with suppress(FileNotFoundError, ConnectionRefusedError):
                return self._connect(kind.name)
            await self._start(kind)
            return self._connect(kind.name)

    def _connect(self, name: str) -> Connection:
        """A socket's path may have 107 bytes only, so the folder is reached through a handle on it."""
        if name not in self._handles:
            self._handles[name] = os.open(self.folder / name, os.O_RDONLY | os.O_DIRECTORY)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.connect(f"/proc/self/fd/{self._handles[name]}/socket")  # local: it does not wait
            line.setblocking(False)
            return Connection(line)
        except OSError:
            line.close()
            raise

    async def _start(self, kind: Kind) -> None:
        folder = self.folder / kind.name
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"folder": str(folder), **kind.configuration})
        with (folder / "zygote.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *kind.argv,
                str(INSIDE / "__main__.py"),
                text,
                env=kind.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(STARTING):
            code = await process.wait()
        if code != 0 and not (folder / "socket").exists():
            tail = (folder / "zygote.log").read_bytes()[-2000:].decode(errors="replace")
            raise ZygoteFailed(f"the sandbox's {kind.name} did not start: {tail.strip() or f'exit code {code}'}")
