"""How long `penstock --help` takes, beside an interpreter that does nothing."""

import subprocess
import sys
from pathlib import Path

from benchmarks.world import spread, timed

ROUNDS = 15


def main() -> None:
    penstock = str(Path(sys.executable).parent / "penstock")
    for name, command in (
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("penstock --help", [penstock, "--help"]),
    ):
        print(
            f"{name:20} {spread([timed(lambda c=command: subprocess.run(c, check=True, capture_output=True)) for _ in range(ROUNDS)])}"
        )
