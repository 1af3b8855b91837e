"""Images, as the sandbox sees them: a name for a Python environment on this machine.

Which names there are is the catalogue's business (`penstock.images`); it is handed in as a `Resolve`.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from penstock.runtimes.gpus import VISIBLE

HOME: Final = "/tmp/home"  # noqa: S108 - inside a job; private to it
OWN: Final = "/tmp/venv"  # noqa: S108 - likewise: what a job installs (see `venvs`)
START: Final = "/opt/ml"  # where a job starts that does not say
CODE: Final = "/opt/ml/code"
SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Variables that act when an interpreter or a library starts, and never again.
ACT_AT_START: Final = (
    "PYTHON", "LD_", "LC_", "LANG", "OMP_", "KMP_", "GOMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "VECLIB_", "NPY_",
    "NUMPY_", "NUMEXPR_", "SCIPY_", "SKLEARN_", "JOBLIB_", "LOKY_", "ARROW_", "MALLOC_", "GLIBC_", "CUDA_", "HOME",
)  # fmt: skip

# Jobs differ in it, and a warm start has it done to what is loaded already: see `inside.warm.limit_threads`.
THREADS: Final = "OMP_NUM_THREADS"

# What nearly every script imports, and no script can tell from its absence.
PLAIN: Final = ("argparse", "csv", "datetime", "json", "logging", "pathlib", "random", "re", "shutil", "subprocess")


class UnknownImage(Exception):
    """No environment goes by that name; the message says which there are, or how to make one."""


Furnish = Callable[[Callable[[str], None]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An environment: its interpreter, and what starting it means.

    `command` is what the image starts by itself. `preload` are modules that a warm start has imported already.
    `visible` are paths that jobs need though they lie in a folder that is hidden from them (or under `/tmp`).
    `furnish` lets the environment be there, telling how far that is; it raises `UnknownImage` where it cannot be had.
    `note` is a sentence for the log of each job.
    """

    python: Path
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    visible: tuple[Path, ...] = ()
    furnish: Furnish | None = None
    note: str = ""


Resolve = Callable[[str], Image]


def environment_of(image: Image, wanted: Mapping[str, str], *, has_own: bool = False) -> dict[str, str]:
    """The whole environment of a job: nothing of the server's own but the time zone."""
    made = {"HOME": HOME, "LANG": "C.UTF-8", "PATH": SYSTEM_PATH, **image.environment, **wanted}
    if "TZ" in os.environ:
        made.setdefault("TZ", os.environ["TZ"])
    before = [f"{OWN}/bin"] if has_own else []
    made["PATH"] = os.pathsep.join([*before, str(image.python.parent), made["PATH"]])
    return made


def acts_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """What a warm start would come too late for. (Which GPUs there are is read when the first one is used.)"""
    return {
        name: value
        for name, value in sorted(environment.items())
        if name.startswith(ACT_AT_START) and not (name == THREADS and value.isdecimal()) and name != VISIBLE
    }


def is_script(command: tuple[str, ...]) -> bool:
    """Whether a command is Python's, with a script."""
    return len(command) > 1 and command[0] in ("python", "python3") and command[1].endswith(".py")


def is_code(command: tuple[str, ...]) -> bool:
    """Whether a command is Python's, with what it is to do."""
    return len(command) > 2 and command[0] in ("python", "python3") and command[1] == "-c"


def may_start_warm(image: Image, command: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    """Whether a fork of the image's warm process is the same as starting the command."""
    return is_script(command) and acts_at_start(environment) == acts_at_start(environment_of(image, {}))
