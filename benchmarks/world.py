"""A server of one's own and clients for it; and how to say what was measured."""

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from penstock.cli.clients import client
from penstock.cli.place import Place
from penstock.cli.story.server import Server

Client = Any
QUICK = "--quick"


def is_quick() -> bool:
    """Whether a glance is enough: fewer repetitions, of less."""
    return QUICK in sys.argv


@contextlib.contextmanager
def server() -> Iterator[tuple[Server, Place]]:
    """A fresh Penstock, gone in the end."""
    with tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as folder:
        running = Server(Path(folder) / "data")
        try:
            yield running, running.start()
        finally:
            running.stop()


def clients(place: Place, *services: str, attempts: int = 3) -> list[Client]:
    return [client(place, service, attempts=attempts) for service in services]


def timed(act: Callable[[], object]) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def spread(seconds: Sequence[float]) -> str:
    """Median with minimum and maximum, in milliseconds."""
    each = [value * 1000 for value in seconds]
    return f"{statistics.median(each):.2f} ms (min {min(each):.2f}, max {max(each):.2f}, n={len(each)})"
