"""What `penstock.pipeline` costs: to be imported, to pack a pipeline, to run it, and again when all is cached."""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.world import spread, timed

ROUNDS = 15
RUNS = 5
EXAMPLE = Path(__file__).parents[1] / "tests" / "end_to_end" / "authored" / "orders" / "orders.py"
STEPS = """
from penstock.pipeline import pipeline, step

@step
def add(a: int, b: int) -> int:
    return a + b

@pipeline
def sums() -> int:
    total = add(0, 0)
    for n in range(20):
        total = add(total, n)
    return total
"""


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    python = [sys.executable, "-c"]
    for name, command in (
        ("python -c pass", [*python, "pass"]),
        ("import penstock.pipeline", [*python, "import penstock.pipeline"]),
        ("pipeline definition", [sys.executable, "-m", "penstock", "pipeline", "definition", str(EXAMPLE)]),
    ):
        print(f"{name:26} {spread([timed(partial(run, command)) for _ in range(ROUNDS)])}")
    with tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "project").mkdir()
        file = Path(folder) / "project" / "sums.py"
        file.write_text(STEPS)
        command = [sys.executable, "-m", "penstock", "run", str(file), "--quiet", "--data", f"{folder}/data"]
        print(f"{'run, 21 steps':26} {spread([timed(partial(run, command))])}")
        print(f"{'run again, all cached':26} {spread([timed(partial(run, command)) for _ in range(RUNS)])}")


if __name__ == "__main__":
    main()
