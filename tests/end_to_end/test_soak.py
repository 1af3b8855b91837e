"""What runs on a server that is killed at random: the small forms of benchmarks `soak` and `stacks`."""

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


def test_a_stack_whose_server_is_killed_during_an_update_ends_as_the_new_one_or_as_the_old() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stacks", "--quick", "--seed", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 updates of a stack whose server is killed (seed 2)" in done.stdout
