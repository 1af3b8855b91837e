"""Packages: the code of functions and layers, from a request or from S3 into blobs, and out of them into folders.

    unpacked/code/{digest}        a package's files           unpacked/layers/{digest}   several, one over the other

What is unpacked can always be unpacked again: it is thrown away when the server starts, and when no blob is left.
"""

import asyncio
import base64
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from penstock.services.lambda_.failures import InvalidParameterValue
from penstock.services.lambda_.model import Request
from penstock.store.blobs import Blob, Blobs, Digest, unheld_of
from penstock.store.database import Database
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError

LARGEST_UNPACKED: Final = 262_144_000
LARGEST_DIRECT: Final = 50 << 20
NOT_A_ZIP: Final = "Could not unzip uploaded file. Please check your file, then try to upload again."


@dataclass(frozen=True, slots=True)
class Package:
    """Code that has been kept."""

    digest: Digest
    size: int

    @property
    def sha256(self) -> str:
        return base64.b64encode(bytes.fromhex(self.digest)).decode()

    def body(self) -> dict[str, Json]:
        return {"Digest": self.digest, "Size": self.size}


class Packages:
    """Takes packages in."""

    def __init__(self, directory: Directory, blobs: Blobs) -> None:
        self._directory = directory
        self._blobs = blobs

    async def bring(self, scope: Scope, code: Request) -> Package:
        """The package that `Code` (or a layer's `Content`) names, checked and kept."""
        if "ZipFile" in code:
            content = code["ZipFile"]
            if len(content) > LARGEST_DIRECT:
                raise InvalidParameterValue(
                    f"The package has over {LARGEST_DIRECT} bytes: upload it to S3 and name it by S3Bucket and S3Key."
                )
            check(BytesIO(content))
            blob = await self._blobs.put(content)
        elif "S3Bucket" in code and "S3Key" in code:
            blob = await self._from_s3(scope, code)
            await asyncio.to_thread(check_file, blob.path)
        elif "ImageUri" in code:
            raise InvalidParameterValue("Penstock runs functions from zip packages: ImageUri is not available here.")
        else:
            raise InvalidParameterValue("Please provide a source for function code.")
        return Package(blob.digest, blob.size)

    async def _from_s3(self, scope: Scope, code: Request) -> Blob:
        request = {"Bucket": code["S3Bucket"], "Key": code["S3Key"]}
        if code.get("S3ObjectVersion"):
            request["VersionId"] = code["S3ObjectVersion"]
        try:
            answer = await self._directory.answer(Call("s3", "GetObject", request, scope))
        except ServiceError as error:
            raise InvalidParameterValue(
                f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
            ) from error
        return await self._blobs.put(answer["Body"])


def check_file(path: Path) -> None:
    with path.open("rb") as file:
        check(file)


def check(file: IO[bytes]) -> None:
    """Refuse what cannot be unpacked, or unpacks to too much. Blocking."""
    with opened(file) as archive:
        entries = archive.infolist()
        if not entries:
            raise InvalidParameterValue("Uploaded file must be a non-empty zip")
        if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise InvalidParameterValue(f"Unzipped size must be smaller than {LARGEST_UNPACKED} bytes")
        for entry in entries:
            parts = Path(entry.filename).parts
            if entry.filename.startswith("/") or ".." in parts or "\0" in entry.filename:
                raise InvalidParameterValue(f"The package has a file outside of itself: {entry.filename}")
            if entry.flag_bits & 0x1:
                raise InvalidParameterValue(f"The package has an encrypted file: {entry.filename}")


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise InvalidParameterValue(NOT_A_ZIP) from None


def unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Lay out a checked package under a folder, over what is there. Raises `InvalidParameterValue`. Blocking."""
    try:
        for entry in archive.infolist():
            lay(archive, entry, folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as problem:
        raise InvalidParameterValue(f"{NOT_A_ZIP} ({problem})") from None


def lay(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / entry.filename
    mode = entry.external_attr >> 16
    if not path.parent.resolve().is_relative_to(folder):
        raise InvalidParameterValue(f"The package has a file outside of itself: {entry.filename}")
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or path.exists():
        path.unlink()
    if stat.S_ISLNK(mode):
        link(archive.read(entry).decode(), path, folder)
        return
    with archive.open(entry) as source, path.open("wb") as file:
        shutil.copyfileobj(source, file)
    path.chmod((mode & 0o777 or 0o644) | 0o444)


def link(target: str, path: Path, folder: Path) -> None:
    if not (path.parent / target).resolve().is_relative_to(folder):
        raise InvalidParameterValue(f"The package has a link that leads outside of it: {path.name} -> {target}")
    path.symlink_to(target)


class Shelf:
    """Packages, unpacked, as long as somebody needs them."""

    def __init__(self, root: Path, blobs: Blobs) -> None:
        self._root = root.absolute()
        self._blobs = blobs
        self._turns: dict[Path, asyncio.Lock] = {}
        self._there: set[Path] = set()
        self._naming: dict[tuple[Digest, bytes], bool] = {}
        self._root.mkdir(parents=True, exist_ok=True)
        self._old = list(self._root.iterdir())
        self._place = Path(tempfile.mkdtemp(dir=self._root))

    async def code(self, digest: Digest) -> Path:
        """The folder of a package's files."""
        return await self._folder(self._place / "code" / digest, [digest])

    async def names(self, digest: Digest, word: bytes) -> bool:
        """Whether the JavaScript of a package has a word in it, what it brings of others' left out."""
        if (digest, word) not in self._naming:
            folder = await self.code(digest)
            self._naming[digest, word] = await asyncio.to_thread(is_named, folder, word)
        return self._naming[digest, word]

    async def layers(self, digests: Sequence[Digest]) -> Path:
        """The folder of several packages' files, later ones over earlier ones."""
        name = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        return await self._folder(self._place / "layers" / name, digests)

    async def _folder(self, path: Path, digests: Sequence[Digest]) -> Path:
        if path in self._there:
            return path
        async with self._turns.setdefault(path, asyncio.Lock()):
            if path not in self._there:
                await asyncio.to_thread(self._unpack, path, digests)
                self._there.add(path)
        self._turns.pop(path, None)
        return path

    def _unpack(self, path: Path, digests: Sequence[Digest]) -> None:
        path.parent.mkdir(exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=self._place)).resolve()
        try:
            for digest in digests:
                with self._blobs.find(digest).path.open("rb") as file, opened(file) as archive:
                    unpack(archive, beside)
            beside.chmod(0o755)
            beside.rename(path)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise

    async def tidy(self, database: Database, is_used: Callable[[Path], bool]) -> None:
        """Throw away what an earlier server left, and the files of packages that no version has any more."""
        old, self._old = self._old, []
        unused = [path for path in self._there if path.parent.name == "code" and not is_used(path)]
        digests = [Digest(path.name) for path in unused]
        unheld = await database.scan(lambda tx: unheld_of(tx, digests))
        gone = [path for path, digest in zip(unused, digests, strict=True) if digest in unheld]
        self._there.difference_update(gone)
        self._naming = {key: found for key, found in self._naming.items() if key[0] not in unheld}
        await asyncio.to_thread(remove, [*old, *gone])


def is_named(folder: Path, word: bytes) -> bool:
    for above, inside, files in os.walk(folder):
        inside[:] = [name for name in inside if name != "node_modules"]
        scripts = [name for name in files if name.endswith((".js", ".mjs", ".cjs"))]
        if any(word in Path(above, name).read_bytes() for name in scripts):
            return True
    return False


def remove(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
