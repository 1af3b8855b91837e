"""Reuse: a job's folder for the next job, as if it had just been laid out.

Only what is as it was laid out is used again: the same folders and files, with the rights, owner and attributes that
they had. A few small files more are taken away. Anything else that a job has done, and the folder is not for reuse.
(Making a file or folder costs 60 µs, and six times that where many have just been removed; looking at one costs 5.)
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final, NamedTuple

from penstock.runtimes.folder import fill
from penstock.runtimes.sandbox.blanks import Layout
from penstock.store.ground import flags_of

MOST_LEFT: Final = 32  # files of a job's that are taken away
LARGEST: Final = 1 << 20  # bytes on disk of one of them: more takes long to free
LOCKED: Final = 0x08 | 0x10 | 0x20  # the flags of files that are synchronous, immutable, for appending only
USED: Final[Mapping[str, str]] = {"job.json": "job.json.new", "ending.json": "ending.new", "claim": "claim.new"}
LOG: Final = "job.log"  # stays with the stream of the job, which has another name for it


class Refused(Exception):
    """The folder is not for reuse."""


class Contents(NamedTuple):
    """What a folder of a layout holds."""

    folders: frozenset[str]
    files: frozenset[str]


def look_over(layout: Layout, place: str) -> list[str] | None:
    """The files to be taken away from a job's folder to make it a blank; None if it is not for reuse."""
    away: list[str] = []
    try:
        own = os.lstat(place)  # no job sees the folder itself: what is below it was made with the same rights
        for folder, wanted in contents(layout).items():
            away += [f"{folder}/{name}" for name in look_into(f"{place}/{folder}", wanted, own)]
    except (OSError, Refused):
        return None
    return away if len(away) <= MOST_LEFT else None


def renew(place: str, away: list[str]) -> None:
    """Make a blank of a folder that was looked over. Strings, not paths: this is done for each job.

    What the files of the layout hold stays there: the next job's are written over it before anybody reads them, but for
    the claim, which says nothing until it is somebody's.
    """
    for path in away:
        os.unlink(f"{place}/{path}")  # noqa: PTH108
    os.unlink(f"{place}/{LOG}")  # noqa: PTH108
    os.close(os.open(f"{place}/{LOG}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666))
    fill(f"{place}/claim", b" " * os.stat(f"{place}/claim").st_size)  # noqa: PTH116
    for used, new in USED.items():
        os.rename(f"{place}/{used}", f"{place}/{new}")  # noqa: PTH104


@lru_cache(maxsize=32)
def contents(layout: Layout) -> dict[str, Contents]:
    """Each folder of a used layout ('' is the whole) and what it holds."""
    used = {new: name for name, new in USED.items()}
    files = [used.get(path, path) for path in layout.files]

    def inside(folder: str, paths: list[str]) -> frozenset[str]:
        return frozenset(name for path in paths for above, _, name in [path.rpartition("/")] if above == folder)

    return {each: Contents(inside(each, list(layout.folders)), inside(each, files)) for each in ("", *layout.folders)}


def look_into(path: str, wanted: Contents, own: os.stat_result) -> list[str]:
    """The files in a folder that were not there at first; raises `Refused` if anything that was is not as it was."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        must_be_ours(os.fstat(handle), own, stat.S_IFDIR | stat.S_IMODE(own.st_mode))
        must_be_free(handle)
        found = set(os.listdir(handle))  # noqa: PTH208
        if not found >= wanted.folders | wanted.files:
            raise Refused
        for name in wanted.files:
            look_at(handle, name, own)
        more = found - wanted.folders - wanted.files
        for name in more:
            if not is_small_file(os.lstat(name, dir_fd=handle)):
                raise Refused
        return list(more)
    finally:
        os.close(handle)


def look_at(folder: int, name: str, own: os.stat_result) -> None:
    """Raise `Refused` unless a file is as it was, but for what is in it."""
    status = os.lstat(name, dir_fd=folder)
    must_be_ours(status, own, stat.S_IFREG | stat.S_IMODE(own.st_mode) & 0o666)
    if name != LOG and (status.st_nlink != 1 or not is_small_file(status)):
        raise Refused
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        must_be_free(handle)
    finally:
        os.close(handle)


def must_be_ours(status: os.stat_result, own: os.stat_result, mode: int) -> None:
    if (status.st_mode, status.st_uid, status.st_gid) != (mode, own.st_uid, own.st_gid):
        raise Refused


def must_be_free(handle: int) -> None:
    """No lock on it that outlives a job, nor attributes (access lists are such)."""
    flags = 0
    with suppress(OSError):  # a file system without flags
        flags = flags_of(handle)
    if flags & LOCKED or os.listxattr(handle):
        raise Refused


def is_small_file(status: os.stat_result) -> bool:
    return not stat.S_ISDIR(status.st_mode) and status.st_blocks * 512 <= LARGEST
