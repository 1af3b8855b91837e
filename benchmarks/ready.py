"""From `penstock up` to the first answered request: on an empty folder, and on one that has been used."""

import tempfile
import time
from pathlib import Path

from benchmarks.world import spread
from penstock.cli.story.server import Server

ROUNDS = 5


def main() -> None:
    first: list[float] = []
    again: list[float] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as folder:
            for seconds in (first, again):
                running = Server(Path(folder) / "data")
                began = time.perf_counter()
                running.start()
                seconds.append(time.perf_counter() - began)
                running.stop()
    print(f"{'empty folder':20} {spread(first)}")
    print(f"{'used folder':20} {spread(again)}")
