"""For customers' scripts in tests: who looks only every so many seconds whether something is over looks more often.

SDKs look every 5 or 30 seconds, since AWS takes minutes, by sleeping or by the clock: it tells as much as was wanted to
pass. Waits of up to a second are left alone: they may be counted.
"""

import time
from typing import Final, SupportsIndex

LONGEST: Final = 0.5  # seconds
patiently: Final = time.sleep
really: Final = time.time
skipped: Final = [0.0]


def sleep(seconds: float | SupportsIndex) -> None:
    wanted = float(seconds)
    taken = LONGEST if wanted > 1 else wanted
    patiently(taken)
    skipped[0] += wanted - taken


def now() -> float:
    return really() + skipped[0]


time.sleep, time.time = sleep, now
