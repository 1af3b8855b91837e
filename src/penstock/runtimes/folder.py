"""A job's folder: everything about one job, so that it can be found again by whoever comes after a restart.

    job.json      what the supervisor needs; written last, so the folder is prepared when it is there
    ml/  tmp/     the job's /opt/ml and /tmp              inputs/N/     links to blobs, mounted read-only
    hosts         the job's /etc/hosts, where it has one of its own
    claim         "pid start boot" of its supervisor, which may go on to other jobs; taken once, so a job starts once
    job.log       what it prints; where its log has another place, another name of the same file
    stop          somebody wants it not to start
    ending.json   how its process ended (by the supervisor)
    result.json   the `Ending`, outputs and all: the answer from then on

Nothing here waits: callers take a thread where it may take long.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from penstock.engine.jobs import Ending, Job, JobId
from penstock.store.logfile import Record, encode

PLACES: Final = {"/opt/ml": "ml", "/tmp": "tmp"}  # noqa: S108 - paths inside a job


class OutOfPlace(Exception):
    """A path of a job that is not under a folder that is private to it."""


class Claim(NamedTuple):
    """A supervisor, for good: pids are used again, but not with the same start on the same boot."""

    pid: int
    started: int
    boot: str

    def is_alive(self) -> bool:
        try:
            after_name = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return False
        return after_name[0] not in (b"Z", b"X") and int(after_name[19]) == self.started and self.boot == boot()


def boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


class JobFolder:
    def __init__(self, jobs: Path, job: JobId) -> None:
        self.name = hashlib.sha256(job.encode()).hexdigest()[:32]
        self.path = jobs / self.name
        self.ml = self.path / "ml"

    @classmethod
    def at(cls, path: Path) -> "JobFolder":
        """A folder whose job's id is not known yet."""
        folder = cls(path.parent, JobId(""))
        folder.name, folder.path, folder.ml = path.name, path, path / "ml"
        return folder

    def place(self, path: str) -> Path:
        """Where a path inside the job is on this machine; raises `OutOfPlace`."""
        return Path(self.where(path))

    def where(self, path: str) -> str:
        """`place`, for those whom each job waits for: strings cost half of what paths do."""
        return f"{self.path}/{below(path)}"

    # -- what is known

    @property
    def exists(self) -> bool:
        return self._has("")

    @property
    def is_prepared(self) -> bool:
        return self._has("job.json")

    def result(self) -> Ending | None:
        try:
            return read_ending(self._read("result.json"))
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def ending(self) -> Ending | None:
        """What the supervisor wrote, if it did."""
        try:
            return read_ending(self._read("ending.json"))
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def claim(self) -> Claim | None:
        """The supervisor that has the job, or had it; one without a pid never came to be."""
        try:
            words = self._read("claim").decode().split()
        except FileNotFoundError:
            return None
        return Claim(int(words[0]), int(words[1]), words[2]) if len(words) == 3 else Claim(0, 0, "")

    def job(self) -> JobId | None:
        try:
            return JobId(json.loads(self._read("job.json"))["id"])
        except FileNotFoundError:
            return None

    def gpus(self) -> tuple[str, ...]:
        """The GPUs that the job was given, by name."""
        try:
            return tuple(json.loads(self._read("job.json")).get("gpus", ()))
        except FileNotFoundError:
            return ()

    def shared(self) -> tuple[str, ...]:
        """The folders in which the job is met from outside, by their paths inside."""
        try:
            return tuple(json.loads(self._read("job.json")).get("shared", ()))
        except FileNotFoundError:
            return ()

    def is_unwanted(self) -> bool:
        return self._has("stop")

    def _has(self, name: str) -> bool:
        return os.path.exists(f"{self.path}/{name}")  # noqa: PTH110

    def _read(self, name: str) -> bytes:
        with open(f"{self.path}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.readall()

    # -- what is made so

    def write(self, name: str, content: bytes) -> None:
        """Whole or not at all."""
        beside = f"{self.path}/{name}.new"
        fill(beside, content)
        os.rename(beside, f"{self.path}/{name}")  # noqa: PTH104

    def keep(self, result: Ending) -> Ending:
        self.write("result.json", msgspec.json.encode(result))
        return result

    def unwant(self) -> None:
        (self.path / "stop").touch()

    def log(self, job: Job) -> Path:
        return job.log or self.path / "job.log"

    def say(self, job: Job, at: float, message: str) -> None:
        """A line of ours in the job's log, before its own."""
        log = self.log(job)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab", buffering=0) as file:
            file.write(encode(Record(int(at * 1000), message)))

    def remove(self) -> None:
        """All of it, whatever the job has done to its permissions."""
        if self._has(""):
            shutil.rmtree(self.path, onerror=open_up)


def fill(path: str, content: bytes) -> None:
    """Let a file hold this and no more; it may hold something else so far.

    In place, since file systems write a file to disk at once that was cut to nothing and filled again (ext4's
    `auto_da_alloc`): each job would wait for that several times.
    """
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    try:
        written = os.write(handle, content)
        while written < len(content):
            written += os.write(handle, content[written:])
        if os.fstat(handle).st_size > len(content):
            os.ftruncate(handle, len(content))
    finally:
        os.close(handle)


def below(path: str) -> str:
    """Where a path inside a job is below the job's folder; raises `OutOfPlace`."""
    normal = os.path.normpath(path)
    for inside, outside in PLACES.items():
        if normal == inside or normal.startswith(inside + "/"):
            return outside + normal[len(inside) :]
    raise OutOfPlace(f"'{path}' is not under {' or '.join(PLACES)}, which are what a job has to itself")


def read_ending(line: bytes) -> Ending:
    return msgspec.json.decode(line, type=Ending)


def open_up(_action: Callable[..., Any], path: str, _problem: object) -> None:
    """Allow what was refused and try it again; what is gone is gone."""
    for folder in (Path(path).parent, Path(path)):
        with suppress(OSError):
            if not folder.is_symlink():
                folder.chmod(folder.stat().st_mode | stat.S_IRWXU)
    with suppress(FileNotFoundError):
        if Path(path).is_dir() and not Path(path).is_symlink():
            shutil.rmtree(path)
        else:
            Path(path).unlink()
