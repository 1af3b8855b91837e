"""Jobs: the contract between whoever wants work done and the runtime that does it.

A job is a process tree with files in and files out. Services describe it; `runtimes` carry it out; neither knows
the other. Paths inside a job are absolute and begin with `/opt/ml`, which is private to the job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NewType, Protocol

from penstock.engine.decided import Decided, at_once
from penstock.store.blobs import Digest

JobId = NewType("JobId", str)


@dataclass(frozen=True, slots=True)
class File:
    """A file by content: its path relative to the folder it belongs to, its digest, its size in bytes."""

    path: str
    digest: Digest
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Files to be there before the job starts, under `folder`. With `writable` they are copies, else links."""

    folder: str
    files: tuple[File, ...]
    writable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What to keep of `folder` when the job has ended: each file, or one reproducible `tar.gz` of all of it.

    A packed output of an empty folder keeps nothing. `always` keeps it even where the job failed.
    """

    name: str
    folder: str
    form: Literal["files", "tar.gz"] = "files"
    always: bool = False


Lane = Literal["jobs", "builds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a job holds while it runs; a job waits in the queue until that much is free.

    A build often waits for jobs that it has started. So builds are in a `lane` of their own: they wait for one another,
    and never keep a job waiting. Who `comes_first` does so before all others of its lane.
    """

    cpus: float = 1.0
    memory_mib: int = 512
    gpus: int = 0
    disk_mib: int = 30 * 1024
    lane: Lane = "jobs"
    comes_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One process tree to be run once.

    `image` names the environment. `command` is the entry point with its arguments; empty means what the image
    starts by itself, with `arguments` added (SageMaker starts images with `train` or `serve`). `files` are small
    texts written verbatim, by absolute path. `texts` are paths read back after the end, where they exist (up to
    64 KiB each).
    `log` is the file that standard output and error go to, a line a record (see `store.logfile`).
    `working_folder` is where it starts; empty means where the image starts by itself (environments: /opt/ml).
    `hosts` are names that resolve to this machine inside the job. `warm` allows a forked start in an
    environment whose imports are done. `note` is a sentence for people, in its log before what it says itself.
    `shared` are folders in which it is met from outside while it runs (`Runtime.place`).
    """

    id: JobId
    image: str
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    working_folder: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    texts: tuple[str, ...] = ()
    resources: Resources = Resources()
    longest: float = 86_400.0  # seconds of run time before SIGTERM
    grace: float = 120.0  # seconds between SIGTERM and SIGKILL
    log: Path | None = None
    hosts: tuple[str, ...] = ()
    warm: bool = True
    note: str = ""
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a job that runs has used since it began, `age` seconds ago, and what it holds.

    `disk_share` is what is taken, by whomever, of the disk that it is on.
    """

    cpu_seconds: float
    age: float
    memory_bytes: int
    disk_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a job ended. `reason` says which way; `message` is for people.

    * ``exited``: the process ended by itself, with `exit_code` (negative: killed by that signal);
    * ``timed-out``, ``stopped``: it was told to end, and `exit_code` is what it then said;
    * ``lost``: its supervisor is gone without a word (killed, or the machine restarted);
    * ``exhausted``: it took more than it may (disk, processes);
    * ``unstartable``: it never ran (no such image, no such command, an input missing).

    `installed` are the packages that it put beside its environment for itself, as `name==version`. `environment` is a
    blob that lists what it ran in, where that is not this machine's.
    """

    reason: Literal["exited", "timed-out", "stopped", "lost", "exhausted", "unstartable"]
    exit_code: int | None = None
    message: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    outputs: Mapping[str, tuple[File, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    installed: tuple[str, ...] = ()
    environment: Digest | None = None

    @property
    def is_success(self) -> bool:
        return self.reason == "exited" and self.exit_code == 0


@dataclass(frozen=True, slots=True)
class Building:
    """The job waits for its environment, which is being built; `message` says how far that is."""

    message: str


Progress = Callable[[Literal["starting", "running", "collecting"] | Building], None]


class Runtime(Protocol):
    """What carries out jobs. One suite of tests (`tests/contracts`) holds for every runtime."""

    async def run(self, job: Job, progress: Progress, decided: Decided = at_once) -> Ending:
        """Run a job to its end and keep its outputs as blobs; the caller's job never raises.

        It starts when it is `decided`; what can be made ready may be made ready before.

        Idempotent by `job.id`: a job that is running already (started before a restart, say) is waited for, one
        that has ended is answered again from its record, until it is forgotten.
        """

    async def stop(self, job: JobId) -> None:
        """SIGTERM, and SIGKILL after the job's grace; `run` then answers ``stopped``. Unknown jobs: nothing."""

    async def peek(self, job: JobId, output: Output) -> tuple[File, ...]:
        """The files of an output while the job is running, kept as blobs."""

    def place(self, job: JobId, path: str) -> Path | None:
        """Where a path of a job is on this machine while it runs; None where it cannot be reached from here."""

    async def forget(self, job: JobId) -> None:
        """Remove what is left of an ended job's folder and record."""
