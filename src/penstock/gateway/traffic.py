"""Traffic: how many requests came, for what, how they were answered, and how long that took."""

from typing import Final

from penstock.gateway.access import Visit
from penstock.store.tally import SECONDS, Histograms

Answered = tuple[str, str, str]  # service, operation, status
UNKNOWN: Final = "unknown"


class Traffic:
    """Counted by operation. What a client calls a service counts only if its request named an operation there."""

    def __init__(self) -> None:
        self.seconds: Histograms[Answered] = Histograms(SECONDS, (UNKNOWN, UNKNOWN, UNKNOWN))

    def count(self, visit: Visit, seconds: float) -> None:
        service, operation = (visit.service, visit.operation) if visit.operation else (UNKNOWN, UNKNOWN)
        self.seconds.add((service, operation, str(visit.status)), seconds)
