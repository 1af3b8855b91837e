"""Outputs: what is kept of a job's folder, as blobs.

A link is followed only where it stays under the job's own `/opt/ml`: what a job names must never become a way to read
the machine's files. Packed outputs are reproducible: the same files give the same bytes, whenever and by whom they were
written. Everything here blocks, and may be done again after a crash: files are linked into the blobs, not moved.
"""

import gzip
import io
import os
import stat
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from penstock.engine.jobs import File, Output
from penstock.runtimes.folder import JobFolder
from penstock.store.blobs import PIECE, Blob, Blobs, Writing

TEXT_LIMIT: Final = 64 * 1024
AT_ONCE: Final = 16  # files being kept
LINKS: Final = 40  # as many as the kernel follows


@dataclass(frozen=True, slots=True)
class Entry:
    """Something found under an output's folder: its path relative to that, and where its content is."""

    path: str
    source: Path
    is_folder: bool = False


@dataclass(slots=True)
class Collector:
    """Keeps outputs of one job. `is_running`: files may change or vanish, so they are copied and not insisted on."""

    folder: JobFolder
    blobs: Blobs
    is_running: bool = False
    notes: list[str] = field(default_factory=list)

    def collect(self, output: Output) -> tuple[File, ...]:
        root = self.folder.place(output.folder)
        if not root.is_dir() or root.is_symlink():
            return ()
        entries = sorted(self._walk(output, root), key=lambda entry: entry.path)
        files = [entry for entry in entries if not entry.is_folder]
        if not files:
            return ()
        if output.form == "tar.gz":
            blob = self._pack(entries)
            return (File(f"{output.name}.tar.gz", blob.digest, blob.size),)
        if len(files) <= AT_ONCE:
            found = [self._keep(entry) for entry in files]
        else:  # most of the time goes into waiting for the disk, which makes many files durable at once
            with ThreadPoolExecutor(AT_ONCE) as pool:
                found = list(pool.map(self._keep, files))
        return tuple(kept for kept in found if kept is not None)

    def text(self, path: str) -> str | None:
        """A small text that the job has left, or None."""
        if not os.path.lexists(self.folder.where(path)):  # as a rule
            return None
        source = self._resolve(self.folder.place(path))
        if source is None or not source.is_file():
            return None
        with source.open("rb") as file:
            return file.read(TEXT_LIMIT).decode(errors="replace")

    # -- finding

    def _walk(self, output: Output, root: Path) -> Iterator[Entry]:
        for place, folders, files in os.walk(root):
            if not self.is_running:
                allow_reading(Path(place), folders, files)
            for name in [*folders, *files]:
                source = Path(place, name)
                entry = self._entry(source, str(source.relative_to(root)))
                if isinstance(entry, Entry):
                    yield entry
                elif entry:
                    shown = os.fsencode(source.relative_to(root)).decode(errors="backslashreplace")
                    self.notes.append(f"output {output.name}: {shown} is not kept: it is {entry}")

    def _entry(self, source: Path, path: str) -> Entry | str:
        """What is there, or what kind of thing it is that is not kept."""
        try:
            path.encode()
        except UnicodeEncodeError:
            return "named in something else than UTF-8"
        try:
            mode = source.lstat().st_mode
        except FileNotFoundError:
            return ""
        if stat.S_ISLNK(mode):
            end = self._resolve(source)
            if end is None:
                return "a link to nowhere, or out of the job's /opt/ml"
            return Entry(path, end) if end.is_file() else "a link to a folder"
        if stat.S_ISDIR(mode):
            return Entry(path, source, is_folder=True)
        return Entry(path, source) if stat.S_ISREG(mode) else "neither a file nor a folder"

    def _resolve(self, path: Path) -> Path | None:
        """Where a path leads, each step of it kept under the job's /opt/ml; None if it leads out, or nowhere."""
        root = self.folder.ml
        done, rest = root, list(path.relative_to(root).parts)
        followed = 0
        while rest:
            step = rest.pop(0)
            here = done.parent if step == ".." else done / step
            if not here.is_relative_to(root):
                return None
            if not here.is_symlink():
                done = here
                continue
            followed += 1
            target = PurePosixPath(here.readlink())
            if followed > LINKS or (target.is_absolute() and not target.is_relative_to("/opt/ml")):
                return None
            if target.is_absolute():
                done, target = root, target.relative_to("/opt/ml")
            rest = [*target.parts, *rest]
        return done if done.exists() else None

    # -- keeping

    def _keep(self, entry: Entry) -> File | None:
        try:
            blob = self._copied(entry.source) if self.is_running else self._linked(entry.source)
        except FileNotFoundError:
            if self.is_running:
                return None
            raise
        return File(entry.path, blob.digest, blob.size)

    def _linked(self, source: Path) -> Blob:
        """Adopt a second name of the file: the first stays, should this have to be done again."""
        if source.stat().st_nlink > 1:
            return self._copied(source)  # somebody else, such as an input, has this file too
        beside = self.blobs.incoming / f"{self.folder.name}-{source.stat().st_ino}-{threading.get_ident()}"
        beside.unlink(missing_ok=True)
        try:
            beside.hardlink_to(source)
        except OSError:  # another file system
            return self._copied(source)
        return self.blobs.adopt(beside)

    def _copied(self, source: Path) -> Blob:
        writing = Writing(self.blobs)
        try:
            with source.open("rb") as file:
                while piece := file.read(PIECE):
                    writing.write(piece)
            return writing.finish()
        except BaseException:
            writing.abandon()
            raise

    def _pack(self, entries: list[Entry]) -> Blob:
        writing = Writing(self.blobs)
        try:
            with (
                gzip.GzipFile("", "wb", 6, Through(writing), mtime=0) as squeezed,
                tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                for entry in entries:
                    self._add(archive, entry)
            return writing.finish()
        except BaseException:
            writing.abandon()
            raise

    def _add(self, archive: tarfile.TarFile, entry: Entry) -> None:
        """An entry with nothing in its header but its name, its size and whether it can be run."""
        header = tarfile.TarInfo(entry.path)
        if entry.is_folder:
            header.type, header.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(header)
            return
        with suppress(FileNotFoundError), entry.source.open("rb") as file:
            found = os.fstat(file.fileno())
            header.size = found.st_size
            header.mode = 0o755 if found.st_mode & stat.S_IXUSR else 0o644
            archive.addfile(header, Padded(file, found.st_size) if self.is_running else file)


class Through(io.RawIOBase):
    """A blob being written, as the file that gzip wants."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | memoryview") -> int:  # type: ignore[override]
        self._writing.write(bytes(piece))
        return len(piece)


class Padded(io.RawIOBase):
    """A file that is being written, as long as it was when it was looked at: what is cut off meanwhile is zeros."""

    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        self._left -= wanted
        return self._file.read(wanted).ljust(wanted, b"\0")


def allow_reading(place: Path, folders: list[str], files: list[str]) -> None:
    """A job may have taken its own rights away; the server reads what it keeps all the same."""
    for name in [*folders, *files]:
        path = place / name
        mode = path.lstat().st_mode
        wanted = stat.S_IRWXU if stat.S_ISDIR(mode) else stat.S_IRUSR
        if (stat.S_ISDIR(mode) or stat.S_ISREG(mode)) and mode & wanted != wanted:
            path.chmod(stat.S_IMODE(mode) | wanted)
