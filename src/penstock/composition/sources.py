"""Where the clock, chance and Penstock's own files come from: everything else takes them as values."""

import os
import sys
import time
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[1]
MIGRATIONS: Final = tuple(sorted(path for path in SOURCE.glob("**/migrations") if path.parent.name != "store"))
OUR_FILES: Final = (SOURCE, Path(sys.prefix), Path(sys.base_prefix))  # what jobs and residents see of Penstock's own


def clock() -> float:
    """Seconds since the epoch."""
    return time.time()


def chance() -> str:
    """128 random bits, as 32 hexadecimal digits."""
    return os.urandom(16).hex()
