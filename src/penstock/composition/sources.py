"""Where the clock, chance and Penstock's own files come from: everything else takes them as values."""

import os
import sys
import time
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[1]
MIGRATIONS: Final = tuple(sorted(path for path in SOURCE.glob("**/migrations") if path.parent.name != "store"))
DRAWN: Final = 256
OUR_FILES: Final = (SOURCE, Path(sys.prefix), Path(sys.base_prefix))  # what jobs and residents see of Penstock's own


def clock() -> float:
    """Seconds since the epoch."""
    return time.time()


def chance() -> str:
    """128 random bits, as 32 hexadecimal digits."""
    try:
        return _drawn.pop()
    except IndexError:
        digits = os.urandom(16 * DRAWN).hex()
        _drawn.extend(digits[start : start + 32] for start in range(0, len(digits), 32))
        return _drawn.pop()


# Drawn many at a time: asking the system lets go of Python's lock, and a thread that others wait for gets it back late.
_drawn: Final[list[str]] = []
os.register_at_fork(after_in_child=_drawn.clear)
