"""Anew: a model server that was forked with imports done starts again without them where they would be in the way.

That is where a module beside the customer's script has the name of one that is imported already: it would not be found.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

HERE = frozenset(name.partition(".")[0] for name in sys.modules) - set(sys.stdlib_module_names) - {"__main__"}
STARTED = "PENSTOCK_STARTED_ANEW"


def is_needed(code: Path) -> bool:
    """Whether something in the customer's folder is hidden by what was imported before it was there."""
    beside = {entry.name.partition(".")[0] for entry in code.iterdir()}
    return not HERE.isdisjoint(beside) and STARTED not in os.environ


def start() -> NoReturn:
    """The same program in the same process; the channel stays open."""
    os.environ[STARTED] = "1"
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, sys.argv[0]])  # noqa: S606 - no shell is what we want
