"""Trash: folders of jobs that are no longer needed, thrown away at once and removed later, many at a time.

Removing a folder file by file in Python keeps everybody else waiting; renaming it does not, and `rm` removes a hundred
in the time that Python needs for a few. Later, because a file system that has just freed many inodes is slow to hand
out new ones (ext4 looks at each of them for minutes), and the next jobs' folders are made of those. What is heavy goes
at once: its disk space is wanted.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.runtimes.folder import open_up

FULL: Final = 4_096  # folders
HEAVY: Final = 64 << 20  # bytes
MANY: Final = 256  # entries: a folder with more is not looked through, and counts as heavy


class Trash:
    """A folder beside the jobs' own, on the same file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        is_left_over = any(folder.iterdir())
        self._bin = tempfile.mkdtemp(dir=folder)
        self._thrown = FULL if is_left_over else 0
        self._has_heavy = False
        self._emptying = asyncio.Lock()
        self._beside: asyncio.Task[None] | None = None

    def throw(self, path: Path) -> None:
        """Take a folder out of the way; one that is not there is no matter."""
        self._thrown += 1
        with suppress(FileNotFoundError):
            self._has_heavy = self._has_heavy or is_heavy(path)
            os.rename(path, f"{self._bin}/{self._thrown}")  # noqa: PTH104 - each job waits for this

    def empty_if_full(self) -> None:
        """Once there is much of it, begin to remove what was thrown away: it takes seconds, and nobody waits for it."""
        if (self._thrown >= FULL or self._has_heavy) and (self._beside is None or self._beside.done()):
            self._beside = asyncio.create_task(self.empty())

    async def settled(self) -> None:
        """Wait for what `empty_if_full` has begun."""
        if self._beside is not None:
            await self._beside

    async def empty(self) -> None:
        """Remove what was thrown away, unless somebody is about it."""
        if self._emptying.locked() or not self._thrown:
            return
        async with self._emptying:
            full = list(self._folder.iterdir())
            self._bin = tempfile.mkdtemp(dir=self._folder)
            self._thrown, self._has_heavy = 0, False
            await asyncio.to_thread(remove, full)


def is_heavy(folder: str | Path) -> bool:
    """Whether a folder takes much of the disk. Files that have another name too (kept outputs) weigh nothing."""
    waiting, seen, size = [os.fspath(folder)], 0, 0
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except PermissionError:  # what its job has locked is looked at by whoever removes it
            return True
        seen += len(entries)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            else:
                size += size_of(entry)
        if seen > MANY or size > HEAVY:
            return True
    return False


def size_of(entry: os.DirEntry[str]) -> int:
    """Bytes on disk that go with this name. None if it has gone already: a supervisor may be renaming its last file."""
    with suppress(FileNotFoundError):
        found = entry.stat(follow_symlinks=False)
        return found.st_blocks * 512 if found.st_nlink == 1 else 0
    return 0


def remove(paths: list[Path]) -> None:
    """Remove folders, whatever their jobs have done to the permissions. Blocking."""
    subprocess.run(["nice", "-n19", "rm", "-rf", "--", *map(str, paths)], check=False, capture_output=True)
    for path in paths:
        if path.exists():
            shutil.rmtree(path, onerror=open_up)
