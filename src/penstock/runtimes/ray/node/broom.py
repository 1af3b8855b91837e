"""The broom: when the agent has gone, by whatever hand, it ends what still runs in its folder, and removes the folder.

It is nobody's child, so that who kills the agent with all its children does not kill it, and in no group of theirs.
"""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.runtimes.folder import JobFolder
from penstock.runtimes.sandbox import Image, Sandbox, UnknownImage
from penstock.store.blobs import Blobs

SWEPT_WITHIN: Final = 60.0  # seconds


class Broom:
    """Held by the agent: it sweeps when it is let go."""

    def __init__(self, folder: Path) -> None:
        argv = [sys.executable, "-m", "penstock.runtimes.ray.node.broom", str(folder)]
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._process.wait()  # its child is the broom

    async def sweep(self) -> None:
        """Let it go, and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEPT_WITHIN):
                await asyncio.to_thread(self._swept)

    def _swept(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as told:
            told.read()


def unknown(image: str) -> Image:
    raise UnknownImage(image)


async def end_all(folder: Path) -> None:
    sandbox = Sandbox(folder / "sandbox", blobs=Blobs(folder), resolve=unknown, clock=time.monotonic)
    await sandbox.close(kill=True)


def main(folder: Path) -> None:
    if os.fork():
        os._exit(0)
    while os.read(0, 1):
        pass
    asyncio.run(end_all(folder))
    JobFolder.at(folder).remove()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
