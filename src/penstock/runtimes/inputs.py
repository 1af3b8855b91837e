"""Inputs: how files that are kept as blobs come to lie where a job finds them.

Links where the job only reads them, copies where it writes or where anything else has its place in the same folder
(the file system shares the bytes where it can). Each job waits for this, so paths are strings where that matters.
"""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

from penstock.engine.jobs import Input, Job
from penstock.runtimes.folder import OutOfPlace
from penstock.store.blobs import BlobDamaged

FICLONE: Final = 0x40049409
PIECE: Final = 1 << 30


def relative(path: str) -> PurePosixPath:
    """A path that stays below its folder; raises `OutOfPlace`."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise OutOfPlace(f"the input file '{path}' is not below its input's folder")
    return pure


def stands_alone(job: Job, one: Input) -> bool:
    """Whether nothing else has its place in this input's folder, nor this in another's."""
    others = [
        *(each.folder for each in job.inputs if each is not one),
        *(output.folder for output in job.outputs),
        *job.files,
        *job.folders,
    ]
    mine = PurePosixPath(one.folder)
    for other in map(PurePosixPath, others):
        if other.is_relative_to(mine):
            return False
    return not any(
        mine.is_relative_to(each.folder) for each in job.inputs if each is not one and not each.writable
    ) and not PurePosixPath("/opt/ml").is_relative_to(mine)


def lay(path: str) -> None:
    """Let a folder be there: looking first is ten times cheaper than being refused."""
    if not os.path.isdir(path):  # noqa: PTH112
        os.makedirs(path, exist_ok=True)  # noqa: PTH103


def link(source: Path, target: str) -> None:
    try:
        os.link(source, target)
    except OSError as problem:  # another file system, too many links, or links are not ours to make
        if problem.errno not in (errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP):
            raise
        copy(source, target)


def copy(source: Path, target: str) -> None:
    """Share the bytes where the file system can, else let the kernel copy them. An existing file is replaced."""
    with suppress(FileNotFoundError):
        os.unlink(target)  # noqa: PTH108
    with open(source, "rb", buffering=0) as reading, open(target, "xb", buffering=0) as writing:  # noqa: PTH123
        try:
            fcntl.ioctl(writing.fileno(), FICLONE, reading.fileno())
        except OSError:
            left = os.fstat(reading.fileno()).st_size
            while left > 0:
                done = transfer(reading.fileno(), writing.fileno(), left)
                if done == 0:
                    raise BlobDamaged(f"{source} ends {left} bytes early") from None
                left -= done


def transfer(reading: int, writing: int, left: int) -> int:
    try:
        return os.copy_file_range(reading, writing, min(left, PIECE))
    except OSError as problem:
        if problem.errno not in (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
            raise
        return os.sendfile(writing, reading, None, min(left, PIECE))
