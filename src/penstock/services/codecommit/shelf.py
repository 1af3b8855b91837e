"""The shelf: the folder in which every repository is a folder, named by its id.

Git leaves locks behind when it is killed, and a lock that nobody holds would stop a branch for ever. Every process of
git's holds the file `alive` as long as it lives. So a new server waits until those of the last one have ended, takes
away what they left, and only then lets anybody write.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from penstock.services.codecommit.git import Git
from penstock.store.blobs import sync_folder

WAIT: Final = 60.0  # seconds for processes of an earlier life
LOOK_EVERY: Final = 0.05
CONFIG: Final = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
MANY_PACKS: Final = 20
HALF_RECEIVED: Final = "objects/tmp_objdir-incoming-*"


class Shelf:
    """Where repositories are. Nobody writes before `clear` has been."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._alive = -1
        self._cleared = asyncio.Event()

    def close(self) -> None:
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1

    async def git(self, repository_id: str) -> Git:
        """A repository's git, once it may be used."""
        await self._cleared.wait()
        return Git(self._folder / repository_id, self._alive)

    async def clear(self, known: Iterable[str]) -> None:
        """Take away what processes of an earlier life left: locks, and repositories that nobody knows of."""
        self._folder.mkdir(exist_ok=True, mode=0o700)
        self._alive = os.open(self._folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        is_alone = await self._is_alone()
        if is_alone:
            await asyncio.to_thread(self._sweep, frozenset(known))
        fcntl.flock(self._alive, fcntl.LOCK_SH)
        self._cleared.set()

    async def _is_alone(self) -> bool:
        for _ in range(int(WAIT / LOOK_EVERY)):
            try:
                fcntl.flock(self._alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(LOOK_EVERY)
            else:
                return True
        return False

    def _sweep(self, known: frozenset[str]) -> None:
        for repository in self._folder.iterdir():
            if not repository.is_dir():
                continue
            if repository.name not in known:
                shutil.rmtree(repository)
                continue
            for left in [*repository.glob("*.lock"), *(repository / "refs").rglob("*.lock")]:
                left.unlink()
            for left in repository.glob(HALF_RECEIVED):
                shutil.rmtree(left)

    async def make(self, repository_id: str, branch: str) -> None:
        """A new repository, empty and on disk."""
        git = await self.git(repository_id)
        await asyncio.to_thread(make, git.folder, branch)

    async def remove(self, repository_id: str) -> None:
        git = await self.git(repository_id)
        await asyncio.to_thread(shutil.rmtree, git.folder, ignore_errors=True)

    async def pack(self, repository_id: str) -> None:
        """Gather the packs of many pushes; nothing is thrown away."""
        git = await self.git(repository_id)
        if len(list((git.folder / "objects" / "pack").glob("*.pack"))) > MANY_PACKS:
            await git.tell("repack", "-d", "-q", "--geometric=2")
            await git.tell("pack-refs", "--all")


def make(folder: Path, branch: str) -> None:
    for each in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (folder / each).mkdir(parents=True)
    for name, content in (("HEAD", f"ref: refs/heads/{branch}\n"), ("config", CONFIG)):
        with (folder / name).open("w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for place in (folder / "objects", folder / "refs", folder, folder.parent):
        sync_folder(place)
