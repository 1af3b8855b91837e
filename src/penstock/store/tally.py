"""Tallies: what hot paths count as plain numbers, and whoever scrapes reads.

Nothing here locks: each tally is counted by one thread, and a reader that comes between two additions sees one of them.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
MOST_SERIES: Final = 1_000  # of one metric; what comes later is counted together
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
LONG_SECONDS: Final = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0)
SIZES: Final = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1_000.0, 2_000.0)


class Histogram:
    """How many values fell under which bound."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)  # the last is of what is above them all
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def rising(self) -> Iterator[tuple[str, float]]:
        """Each bound with how many values are not above it, as Prometheus writes them."""
        seen = 0
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            seen += count
            yield bound, float(seen)


class Histograms(Generic[K]):
    """Histograms by key, of which there are `most`: a key that comes after them is counted under `others`."""

    def __init__(self, bounds: tuple[float, ...], others: K, *, most: int = MOST_SERIES) -> None:
        self._bounds = bounds
        self._others = others
        self._most = most
        self._of: dict[K, Histogram] = {}

    def add(self, key: K, value: float) -> None:
        found = self._of.get(key)
        if found is None:
            kept = key if len(self._of) < self._most else self._others
            found = self._of.setdefault(kept, Histogram(self._bounds))
        found.add(value)

    def __iter__(self) -> Iterator[tuple[K, Histogram]]:
        return iter(tuple(self._of.items()))
