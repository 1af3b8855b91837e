"""Trash: folders of jobs that are no longer needed, thrown away at once and removed many at a time.

Removing a folder file by file in Python keeps everybody else waiting; renaming it does not, and `rm` removes a hundred
in the time that Python needs for a few.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.runtimes.sandbox.folder import open_up

FULL: Final = 64  # folders


class Trash:
    """A folder beside the jobs' own, on the same file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        is_left_over = any(folder.iterdir())
        self._bin = tempfile.mkdtemp(dir=folder)
        self._thrown = FULL if is_left_over else 0
        self._emptying = asyncio.Lock()

    def throw(self, path: Path) -> None:
        """Take a folder out of the way; one that is not there is no matter."""
        self._thrown += 1
        with suppress(FileNotFoundError):
            os.rename(path, f"{self._bin}/{self._thrown}")  # noqa: PTH104 - each job waits for this

    async def empty_if_full(self) -> None:
        """Remove what was thrown away, once there is much of it."""
        if self._thrown < FULL or self._emptying.locked():
            return
        async with self._emptying:
            full = list(self._folder.iterdir())
            self._bin = tempfile.mkdtemp(dir=self._folder)
            self._thrown = 0
            await asyncio.to_thread(remove, full)


def remove(paths: list[Path]) -> None:
    """Remove folders, whatever their jobs have done to the permissions. Blocking."""
    subprocess.run(["rm", "-rf", "--", *map(str, paths)], check=False, capture_output=True)
    for path in paths:
        if path.exists():
            shutil.rmtree(path, onerror=open_up)
