"""Node.js's modules: what a lock names, laid out by npm on first use, once for everybody.

As with Pythons, what is installed is in the folder's name, as a digest; npm takes nothing that the lock does not name
and hash, and runs no package's scripts.
"""

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.runtimes.environments.build import Unbuildable, running
from penstock.runtimes.environments.shelf import MARK, beside, filling, finish

NPM: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error")
DESCRIBED: Final = ("package.json", "package-lock.json")
FAILED_FOR: Final = 60.0  # seconds that a failure is told without another try
TOLD: Final = 3  # lines of npm's that a failure repeats


class Modules:
    """The modules of a `package.json` with its lock, in a folder of `shelf`."""

    def __init__(self, shelf: Path, described: Path, clock: Callable[[], float]) -> None:
        content = b"\0".join((described / name).read_bytes() for name in DESCRIBED)
        self._described = described
        self._folder = shelf.absolute() / f"node-{hashlib.sha256(content).hexdigest()[:16]}"
        self._clock = clock
        self._turn = asyncio.Lock()
        self._failure = Unbuildable()
        self._failed_at = float("-inf")

    async def furnish(self) -> Path:
        """The folder with `node_modules`; installed by whoever asks first, while others wait. Raises `Unbuildable`."""
        if (self._folder / MARK).exists():
            return self._folder
        async with self._turn:
            if self._clock() - self._failed_at < FAILED_FOR:
                raise self._failure
            try:
                await self._install()
            except Unbuildable as failure:
                self._failure, self._failed_at = failure, self._clock()
                raise
        return self._folder

    async def _install(self) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise Unbuildable("this machine has no npm: install it, or bring the modules with the function")
        async with filling(self._folder, lambda: None) as held:
            if held is not None:
                await self._fill(npm, held)

    async def _fill(self, npm: str, held: int) -> None:
        self._folder.mkdir()
        for name in DESCRIBED:
            shutil.copyfile(self._described / name, self._folder / name)
        log = beside(self._folder, "log")
        where = self._folder.resolve()  # npm finds nothing in a lock that it reaches through a link
        async with running([npm, *NPM, "--prefix", str(where)], log, held) as process:
            said, _ = await process.communicate()
        log.write_bytes(said)
        if process.returncode:
            last = " ".join(said.decode(errors="replace").split("\n")[:TOLD])
            raise Unbuildable(f"npm could not install them ({last.strip()}; all of it: {log})")
        with suppress(FileNotFoundError):
            log.unlink()
        await asyncio.to_thread(finish, self._folder, {"name": "node"})
