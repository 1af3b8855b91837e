"""The nursery, from the server's side: started with the first resident, and started again should it be gone.

It ends with the server, and so do all residents, whatever ends the server: their sockets close.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from penstock.engine.residents import CannotStart, Setting
from penstock.runtimes.residents.resident import Kept

INSIDE: Final = Path(__file__).parent / "inside" / "__main__.py"
STARTING: Final = 180.0  # seconds: heavy imports from a cold disk
ENDING: Final = 10.0
OPEN_FLAGS: Final = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC
OPT: Final = Path("/opt")
TMP: Final = Path("/tmp")  # noqa: S108 - inside a room


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What runs the programs of a language: a command, and what to call it in words."""

    command: tuple[str, ...]
    name: str


class Nursery:
    """`Residents` on this machine. `hidden` are folders that no resident sees, `visible` what it sees all the same.

    `module` is the program that Python's residents are forked with; `variables` are what the nursery starts with;
    `folders` are what every resident sees, whatever its setting says.
    """

    def __init__(
        self,
        *,
        module: Path,
        languages: Mapping[str, Language],
        variables: Mapping[str, str],
        hidden: Sequence[Path],
        visible: Sequence[Path],
        log: Path,
        folders: Mapping[str, Path] | None = None,
        preload: Sequence[str] = ("decimal", "datetime", "re", "uuid"),
    ) -> None:
        self._folders = folders or {}
        self._languages = languages
        self._hidden = hidden
        self._variables = variables
        self._log = log
        self._configuration: dict[str, Any] = {
            "hidden": [str(path.absolute()) for path in hidden],
            "keep": seen(visible, hidden),
            "module": str(module),
            "preload": list(preload),
            "commands": {name: list(language.command) for name, language in languages.items()},
        }
        self._process: asyncio.subprocess.Process | None = None
        self._line: socket.socket | None = None
        self._starting = asyncio.Lock()
        self._kept: set[Kept] = set()

    @property
    def languages(self) -> Mapping[str, str]:
        return {name: language.name for name, language in self._languages.items()}

    async def start(self, setting: Setting) -> Kept:
        """Asked again if the nursery is gone, or dies meanwhile."""
        with suppress(ConnectionError):
            return await self._start(setting)
        self._forget()
        try:
            return await self._start(setting)
        except ConnectionError as problem:
            raise CannotStart(f"the nursery of residents ends as soon as it is asked: {problem}") from None

    async def _start(self, setting: Setting) -> Kept:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                await self._ask(setting, theirs)
            kept = await Kept.meet(ours)
        except BaseException:
            ours.close()
            raise
        for each in [each for each in self._kept if each.is_over]:
            each.end()
            self._kept.discard(each)
        self._kept.add(kept)
        return kept

    async def close(self) -> None:
        """End every resident, and the nursery."""
        for kept in self._kept:
            kept.end()
        line, process = self._line, self._process
        self._line = self._process = None
        if line is not None:
            line.close()
        if process is not None:
            try:
                async with asyncio.timeout(ENDING):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _ask(self, setting: Setting, control: socket.socket) -> None:
        """Hand over a request."""
        request = json.dumps(
            {
                "language": setting.language,
                "command": list(setting.command),
                "keep": seen(setting.visible, self._hidden),
                "variables": dict(setting.variables),
                "folders": {inside: str(folder) for inside, folder in self._shown(setting)},
                "working_folder": setting.working_folder,
                "memory_mib": setting.memory_mib,
                "scratch_mib": setting.scratch_mib,
            }
        ).encode()
        setting.log.parent.mkdir(parents=True, exist_ok=True)
        log = os.open(setting.log, OPEN_FLAGS, 0o644)
        try:
            socket.send_fds(await self._reach(), [request], [control.fileno(), log])
        finally:
            os.close(log)

    def _shown(self, setting: Setting) -> Iterable[tuple[str, Path]]:
        return {**self._folders, **setting.folders}.items()

    def _forget(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = self._process = None

    async def _reach(self) -> socket.socket:
        async with self._starting:
            if self._line is None:
                await self._begin()
            assert self._line is not None
            return self._line

    async def _begin(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with theirs, self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(INSIDE), json.dumps(self._configuration),
                env=dict(self._variables), stdin=theirs.fileno(), stdout=log, stderr=log,
            )  # fmt: skip
        ours.setblocking(False)
        try:
            async with asyncio.timeout(STARTING):
                word = await asyncio.get_running_loop().sock_recv(ours, 16)
        except TimeoutError:
            word = b""
        if word != b"ready":
            ours.close()
            raise CannotStart(f"the nursery of residents did not start: {tail(self._log)}")
        ours.setblocking(True)  # a message goes into an empty buffer: it does not wait
        self._line = ours


def seen(paths: Sequence[Path], hidden: Sequence[Path]) -> list[str]:
    """What is to be shown again of what a resident needs."""
    return sorted({str(path) for path in paths if covered(path, hidden)})


def covered(path: Path, hidden: Sequence[Path]) -> bool:
    """Whether a path lies where something else is seen inside."""
    return any(path.is_relative_to(folder) for folder in (OPT, TMP, *(each.absolute() for each in hidden)))


def tail(log: Path) -> str:
    with suppress(OSError):
        return log.read_bytes()[-1000:].decode(errors="replace").strip()
    return ""
