"""How long `penstock --help` takes, beside an interpreter that does nothing."""

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.world import spread, timed

ROUNDS = 15


def start(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    penstock = str(Path(sys.executable).parent / "penstock")
    for name, command in (
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("penstock --help", [penstock, "--help"]),
    ):
        print(f"{name:20} {spread([timed(partial(start, command)) for _ in range(ROUNDS)])}")
