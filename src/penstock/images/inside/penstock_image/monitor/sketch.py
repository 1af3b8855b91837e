"""The sketch of a column of numbers: a few thousand of them, each standing for a power of two of all.

    level 0: 3.0 1.0 2.0 …    each stands for itself
    level 1: …                each stands for two of them; and so on

It is AWS's KLL sketch (`k` values on the top level, each level below `c` as large as the one above), with one
difference: of a full level every second value goes up, beginning with the first and the second by turns, where others
draw which. So the same numbers in the same order always give the same sketch.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from penstock_image.layout import Json

K = 2048
C = 0.64
Numbers = NDArray[np.float64]


@dataclass
class Sketch:
    """`levels[h]` holds values that stand for 2^h each; together they stand for all that was added."""

    levels: list[Numbers] = field(default_factory=lambda: [np.empty(0)])
    second: list[bool] = field(default_factory=lambda: [False])

    def add(self, numbers: Numbers) -> None:
        self.levels[0] = np.concatenate((self.levels[0], numbers))
        level = 0
        while level < len(self.levels):
            if len(self.levels[level]) > self._room(level):
                self._compact(level)
            level += 1

    def _room(self, level: int) -> int:
        return max(2, round(K * C ** (len(self.levels) - 1 - level)))

    def _compact(self, level: int) -> None:
        values = self.levels[level]
        values.sort(kind="stable" if level else None)  # above the lowest they come in sorted runs
        left = len(values) % 2
        if level + 1 == len(self.levels):
            self.levels.append(np.empty(0))
            self.second.append(False)
        risen = values[left + self.second[level] :: 2]
        self.second[level] = not self.second[level]
        self.levels[level] = values[:left].copy()
        self.levels[level + 1] = np.concatenate((self.levels[level + 1], risen))

    def written(self) -> Json:
        return {"parameters": {"c": C, "k": float(K)}, "data": [level.tolist() for level in self.levels]}


@dataclass(frozen=True)
class Distribution:
    """How many of a column's numbers are at most as large as each of `values`, which rise."""

    values: Numbers
    counts: Numbers

    @classmethod
    def of(cls, levels: list[Numbers]) -> "Distribution":
        values = np.concatenate([np.asarray(level, dtype=np.float64) for level in levels])
        weights = np.concatenate([np.full(len(level), float(2**height)) for height, level in enumerate(levels)])
        order = np.argsort(values, kind="stable")
        return cls(values[order], np.cumsum(weights[order]))

    @property
    def total(self) -> float:
        return float(self.counts[-1]) if len(self.counts) else 0.0

    def up_to(self, points: Numbers, *, strictly: bool = False) -> Numbers:
        """How many numbers are at most each of these points, or strictly less."""
        places = np.searchsorted(self.values, points, side="left" if strictly else "right")
        return np.concatenate(([0.0], self.counts))[places]

    def buckets(self, low: float, high: float, number: int = 10) -> Json:
        """Counts in buckets of one width; the upper bound belongs to the last alone."""
        edges = np.array([low + (high - low) * step / number for step in range(number)] + [high])
        below = self.up_to(edges, strictly=True)
        below[-1] = self.total
        return [
            {"lower_bound": float(edges[step]), "upper_bound": float(edges[step + 1]), "count": float(count)}
            for step, count in enumerate(np.diff(below))
        ]
