"""What scripts/environments builds, beside the tests where scripts/test has started both."""

import fcntl
import sys
from pathlib import Path

VENV = Path(sys.prefix)


def await_built() -> None:
    """Return when all is built that can be."""
    with (VENV / "environments.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
