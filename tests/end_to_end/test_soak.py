"""Pipelines on a server that is killed at random: the small form of `python -m benchmarks soak`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_server_killed_at_random_ends_all_executions_and_repeats_no_action() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", "--quick", "--seed", "6"],
        cwd=ROOT, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "15 executions over 3 kills (seed 6)" in done.stdout
