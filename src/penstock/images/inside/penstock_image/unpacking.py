"""Tar archives that nobody vouches for: what is in one is laid out in a folder, and nowhere else.

Python sees to that from 3.11.4 on (PEP 706); Debian 12 has 3.11.2, for which the same rules are written down here.
Where they are needed without this package there is a link to this file.
"""

import copy
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path


def unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Data: files, folders and links that lead to what is in it, as whoever unpacks them. Raises `tarfile.TarError`."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
    else:
        tar.extractall(folder, data(tar, folder.resolve()))


def unpack_tree(tar: tarfile.TarFile, folder: Path, members: "Iterable[tarfile.TarInfo] | None" = None) -> None:
    """The same of a tree of sources: its links may lead anywhere, and its files stay whose they are."""
    if hasattr(tarfile, "tar_filter"):
        tar.extractall(folder, members, filter="tar")
    else:
        tar.extractall(folder, tree(tar if members is None else members, folder.resolve()))


def tree(members: Iterable[tarfile.TarInfo], folder: Path) -> Iterator[tarfile.TarInfo]:
    """Each is looked at when those before it are there: one may be below a link."""
    for found in members:
        member = copy.copy(found)
        member.name = member.name.lstrip("/")
        refuse_outside(member, Path(member.name), folder)
        member.mode &= 0o755
        yield member


def data(members: Iterable[tarfile.TarInfo], folder: Path) -> Iterator[tarfile.TarInfo]:
    for member in tree(members, folder):
        if member.issym() or member.islnk():
            refuse_outside(member, (Path(member.name).parent if member.issym() else Path()) / member.linkname, folder)
            if member.linkname.startswith("/"):
                raise tarfile.ExtractError(f"'{member.name}' is a link to an absolute path")
        elif member.isreg():
            member.mode |= stat.S_IRUSR | stat.S_IWUSR
            if not member.mode & stat.S_IXUSR:
                member.mode &= ~(stat.S_IXGRP | stat.S_IXOTH)
        elif member.isdir():
            member.mode = 0o755
        else:
            raise tarfile.ExtractError(f"'{member.name}' is a special file")
        member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
        yield member


def refuse_outside(member: tarfile.TarInfo, path: Path, folder: Path) -> None:
    place = (folder / path).resolve()
    if place != folder and folder not in place.parents:
        raise tarfile.ExtractError(f"'{member.name}' would be, or lead, outside of the folder that it is for: {place}")
