"""For customers' scripts in tests: who looks only every so many seconds whether something is over looks more often.

SDKs look every 5 or 30 seconds, since AWS takes minutes. Waits of up to a second are left alone: they may be counted.
"""

import time
from typing import Final, SupportsIndex

LONGEST: Final = 0.5  # seconds
patiently: Final = time.sleep


def sleep(seconds: float | SupportsIndex) -> None:
    patiently(LONGEST if float(seconds) > 1 else seconds)


time.sleep = sleep
