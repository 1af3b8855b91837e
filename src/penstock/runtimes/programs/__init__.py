"""Programs as processes of this machine, each on a leash (`leash.py`) that ends it when the server is gone."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from penstock.engine.programs import PORT, Program
from penstock.wire.outgoing import Exchange, Unreached, fetch

LEASH: Final = Path(__file__).parent / "leash.py"
HOST: Final = "127.0.0.1"
LOOK_EVERY: Final = 0.2  # seconds
ANSWER_WITHIN: Final = 10.0
END_WITHIN: Final = 15.0
BASICS: Final = ("PATH", "LANG", "HOME", "TMPDIR", "SSL_CERT_FILE")


class Processes:
    """`Programs` on this machine."""

    async def run(self, program: Program, ready: Callable[[int], None]) -> str:
        port = free_port()
        process = await self._started(program, port)
        try:
            if not await self._is_there(program, port, process):
                return await self._way(process, f"it did not answer within {program.start_within:g} s")
            ready(port)
            await process.wait()
            return await self._way(process, "")
        finally:
            await asyncio.shield(end(process))

    async def _started(self, program: Program, port: int) -> asyncio.subprocess.Process:
        program.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [word.replace(PORT, str(port)) for word in program.command]
        basics = {name: os.environ[name] for name in BASICS if name in os.environ}
        with program.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", str(LEASH), *command,
                cwd=program.folder, env=basics | dict(program.variables),
                stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def _is_there(self, program: Program, port: int, process: asyncio.subprocess.Process) -> bool:
        url = f"http://{HOST}:{port}{program.health}"
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(program.start_within):
                while process.returncode is None:
                    with contextlib.suppress(Unreached):
                        reply = await fetch(Exchange("GET", url, {}, None), largest=1 << 16, seconds=ANSWER_WITHIN)
                        if reply.status == 200:
                            return True
                    await asyncio.sleep(LOOK_EVERY)
        return False

    async def _way(self, process: asyncio.subprocess.Process, otherwise: str) -> str:
        return otherwise if process.returncode is None else f"it ended with exit code {process.returncode}"


async def end(process: asyncio.subprocess.Process) -> None:
    """End it and all that it has started: kindly first."""
    if process.stdin is not None:
        process.stdin.close()  # lets go of the leash
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(END_WITHIN):
            await process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
