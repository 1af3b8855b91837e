"""The shelf: models as servers see them: `{digest}/model` is what they find as `/opt/ml/model`.

An archive is unpacked; the files of a model that is none are links to their blobs, and so is the archive of its script,
if it has one in S3 (`CODE`). What is here can be made again, so whatever no server uses may be thrown away.
"""

import asyncio
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.images import unpacking
from penstock.store.blobs import Blobs, Digest

EMPTY: Final = "empty"
CODE: Final = "code/sourcedir.tar.gz"
LARGEST_UNPACKED: Final = 64 << 30  # bytes


class Unpackable(Exception):
    """A model archive that is none; the message is for FailureReason."""


class Shelf:
    def __init__(self, root: Path, blobs: Blobs) -> None:
        self._root = root.absolute()
        self._blobs = blobs
        self._turn = asyncio.Lock()
        self._users: Counter[Path] = Counter()

    async def take(self, archive: str, files: Mapping[str, str], code: str = "") -> Path:
        """The folder of an archive, or of files by path (of nothing, without both), with a script's archive.

        Raises `Unpackable`. `give_back` it.
        """
        name = named(files) if files else archive or EMPTY
        path = self._root / (f"{name}-{code}" if code else name)
        self._users[path] += 1
        try:
            async with self._turn:
                if not path.exists():
                    await asyncio.to_thread(self._fill, path, archive, files, code)
        except BaseException:
            self.give_back(path)
            raise
        return path

    def give_back(self, path: Path) -> None:
        self._users[path] -= 1

    async def open(self) -> Path:
        """A folder of one server's own, with nothing in its `models` yet. `give_back` it."""
        async with self._turn:
            path = await asyncio.to_thread(self._opened)
            self._users[path] += 1
            return path

    async def put(self, archive: str, folder: Path) -> None:
        """Unpack an archive into a folder; raises `Unpackable`."""
        await asyncio.to_thread(unpack_whole, self._blobs.find(Digest(archive)).path, folder)

    async def tidy(self) -> None:
        """Throw away what no server uses."""
        async with self._turn:
            there = await asyncio.to_thread(lambda: list(self._root.iterdir()) if self._root.exists() else [])
            for path in [each for each in there if self._users[each] <= 0]:
                await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    def _opened(self) -> Path:
        self._root.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=self._root))
        for inside in ("model", "models"):
            (path / inside).mkdir()
        path.chmod(0o755)
        return path

    def _fill(self, path: Path, archive: str, files: Mapping[str, str], code: str) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=self._root))
        try:
            model = beside / "model"
            model.mkdir()
            if archive:
                unpack(self._blobs.find(Digest(archive)).path, model)
            for inside, digest in files.items():
                place(self._blobs.find(Digest(digest)).path, model / inside)
            if code:
                place(self._blobs.find(Digest(code)).path, beside / CODE)
            beside.chmod(0o755)
            beside.rename(path)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


class Cabinet:
    """The models that one server holds, each as `models/{name}/model`; they come and go while it runs.

    What is opened goes into `taken`, to be given back when the server's fleet is over.
    """

    def __init__(self, shelf: Shelf, taken: list[Path]) -> None:
        self._shelf = shelf
        self._taken = taken
        self._folder: Path | None = None

    async def open(self) -> Path:
        """The folder, the same for every server that takes the place of the one before."""
        if self._folder is None:
            self._folder = await self._shelf.open()
            self._taken.append(self._folder)
        return self._folder

    async def put(self, name: str, archive: str) -> None:
        """Let a model be there; raises `Unpackable`."""
        folder = await self.open() / "models" / name
        await self.drop(name)
        await self._shelf.put(archive, folder / "model")

    async def drop(self, name: str) -> None:
        await asyncio.to_thread(shutil.rmtree, await self.open() / "models" / name, ignore_errors=True)


def named(files: Mapping[str, str]) -> str:
    """A name that these files have in common with no others."""
    return hashlib.sha256("".join(f"{digest} {path}\n" for path, digest in sorted(files.items())).encode()).hexdigest()


def place(blob: Path, path: Path) -> None:
    """A file with a blob's content, which servers see read-only. Blocking."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # another file system, or links are not ours to make
        os.link(blob, path)
        return
    shutil.copy(blob, path)


def unpack_whole(archive: Path, folder: Path) -> None:
    """The same, with the folder; nothing is left of what cannot be unpacked. Blocking."""
    folder.mkdir(parents=True)
    try:
        unpack(archive, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def unpack(archive: Path, folder: Path) -> None:
    """Blocking."""
    try:
        with tarfile.open(archive, "r:*") as tar:
            if sum(member.size for member in tar.getmembers()) > LARGEST_UNPACKED:
                raise Unpackable(f"the model data unpacks to more than {LARGEST_UNPACKED >> 30} GiB")
            unpacking.unpack(tar, folder)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as problem:
        raise Unpackable(f"the model data is not a tar archive compressed with gzip ({problem})") from problem
