"""Mirrors: git repositories kept on this server, so that a clone fetches only what is new (LOCAL_SOURCE_CACHE).

A clone borrows what a mirror has and copies it: nothing depends on a mirror, and any of them may go at any time.
"""

import asyncio
import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

MOST: Final = 16  # the longest unused go

Git = Callable[..., Awaitable[str]]  # git's words → its output


class Mirrors:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def of(self, url: str, owner: str, git: Git) -> AsyncIterator[Path]:
        """A repository's mirror, brought up to date; nobody else touches it meanwhile."""
        name = hashlib.sha256(f"{owner}\0{url}".encode()).hexdigest()[:32]
        async with self._turns[name]:
            mirror = self._folder / name
            if mirror.exists():
                await git("-C", str(mirror), "fetch", "--quiet", "--prune", "origin")
            else:
                await self._make(mirror, url, git)
            os.utime(mirror)
            yield mirror

    async def _make(self, mirror: Path, url: str, git: Git) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        new = mirror.with_suffix(".new")
        await asyncio.to_thread(shutil.rmtree, new, ignore_errors=True)
        await git("clone", "--quiet", "--mirror", "--", url, str(new))
        new.rename(mirror)
        oldest_last = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in oldest_last[MOST:]:
            if not self._turns[path.name].locked():
                await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
