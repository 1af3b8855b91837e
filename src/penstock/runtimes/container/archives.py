"""Archives: what an engine hands out of a container, unpacked where outputs are collected from.

An archive is not trusted: its files are written below the folder it is for, never through a link, and its links are
made last. Where a link leads is for the collector of outputs to judge.
"""

import os
import stat
import tarfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

PIECE: Final = 1 << 20


def unpack(archive: Path, target: Path) -> None:
    """Unpack it below `target`. Blocking."""
    target.mkdir(parents=True, exist_ok=True)
    links: list[tuple[Path, str]] = []
    with tarfile.open(archive, "r:") as opened:
        for entry in opened:
            place = below(target, entry.name)
            if place is None:
                continue
            if entry.issym():
                links.append((place, entry.linkname))
            else:
                lay(opened, entry, place, target)
    for place, leads_to in links:
        with suppress(FileExistsError):
            place.symlink_to(leads_to)


def below(target: Path, name: str) -> Path | None:
    """Where an entry's place is; None if that is not below the target."""
    pure = PurePosixPath(name)
    return None if pure.is_absolute() or ".." in pure.parts else target / pure


def lay(opened: tarfile.TarFile, entry: tarfile.TarInfo, place: Path, target: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if entry.isdir():
        place.mkdir(exist_ok=True)
    elif entry.islnk():
        source = below(target, entry.linkname)
        if source is not None and source.is_file():
            place.hardlink_to(source)
    elif entry.isfile():
        write(opened, entry, place)
    elif entry.isfifo():
        os.mkfifo(place)


def write(opened: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> None:
    content = opened.extractfile(entry)
    assert content is not None
    place.unlink(missing_ok=True)  # never into what has another name too
    with place.open("wb") as file:
        while piece := content.read(PIECE):
            file.write(piece)
    if entry.mode & stat.S_IXUSR:
        place.chmod(0o755)
