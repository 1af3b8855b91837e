"""An environment from a lock: what pip takes, and what Penstock takes with nothing at hand and with uv's cache filled.

The lock is that of TensorFlow's environment. Both take packages from wherever pip finds them, and compile them; pip
keeps nothing. The processor's seconds, of all processes, are beside those that pass.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.world import is_quick, spread
from penstock import images
from penstock.runtimes.environments import installer
from penstock.runtimes.environments.build import UV

LOCK = str(Path(images.__file__).parent / "locks" / "tensorflow.txt")
ROUNDS = 3
WORDS = ("--quiet", *UV)


@dataclass
class Taken:
    """Seconds that passed, and the processor's."""

    passed: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    def by(self, command: list[str], **variables: str) -> None:
        began, before = time.perf_counter(), used()
        subprocess.run(command, env={**os.environ, **variables}, check=True)
        self.passed.append(time.perf_counter() - began)
        self.worked.append(used() - before)

    def told(self) -> str:
        return f"{spread(self.passed)}; processor {spread(self.worked)}"


def used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def place(folder: Path, name: str) -> str:
    """A venv with nothing in it; its Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / name)], check=True)
    return str(folder / name / "bin" / "python")


def main() -> None:
    settings = installer.pip_settings()
    variables = installer.variables(settings, os.environ)
    pip, empty, filled = Taken(), Taken(), Taken()
    for _ in range(1 if is_quick() else ROUNDS):
        with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
            folder = Path(name)
            into = ["--python", place(folder, "pip"), "install", "--no-cache-dir"]
            pip.by([sys.executable, "-m", "pip", *into, *WORDS, "-r", LOCK])
            for taken, venv in ((empty, "first"), (filled, "second")):
                words = [*WORDS, "--python", place(folder, venv), "-r", LOCK]
                taken.by(installer.command(settings, words), **(variables | {"UV_CACHE_DIR": str(folder / "cache")}))
    print(f"{'pip':22} {pip.told()}")
    print(f"{'uv, nothing at hand':22} {empty.told()}")
    print(f"{'uv, its cache filled':22} {filled.told()}")
    print(f"ratio to pip: {min(empty.passed) / min(pip.passed):.2f}, and {min(filled.passed) / min(pip.passed):.2f}")
