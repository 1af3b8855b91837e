"""What a policy wants, of the points of its metric. Pure.

A target tracking policy wants more when three points in a row are above its target, and less when fifteen are below
nine tenths of it: AWS's alarms, which say nothing where points are missing. A step scaling policy wants what the step
says that the breach of its alarm falls into.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Any
HIGH_POINTS: Final = 3
LOW_POINTS: Final = 15
LOW: Final = 0.9
COOLDOWN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A capacity that is wanted, and why; where a policy wants it, it waits after a change of that direction."""

    capacity: int
    cause: str
    cooldown: float | None = None


def tracked(points: Sequence[float | None], capacity: int, target: float) -> int:
    """The capacity that a target tracking policy wants; the same where it wants nothing."""
    last = known(points[-HIGH_POINTS:], HIGH_POINTS)
    if last and min(last) > target:
        return max(capacity + 1, math.ceil(round(capacity * last[-1] / target, 6)))
    long = known(points[-LOW_POINTS:], LOW_POINTS)
    if long and max(long) < LOW * target:
        return min(capacity, math.ceil(round(capacity * max(long) / target, 6)))
    return capacity


def known(points: Sequence[float | None], count: int) -> list[float]:
    """All points, if there are so many and none is missing."""
    there = [each for each in points if each is not None]
    return there if len(there) == count else []


def stepped(config: Mapping[str, Json], capacity: int, breach: float) -> int:
    """The capacity that a step scaling policy wants, where its metric is that far beyond the alarm's threshold."""
    step = next((each for each in config["StepAdjustments"] if holds(each, breach)), None)
    if step is None:
        return capacity
    amount = step["ScalingAdjustment"]
    match config["AdjustmentType"]:
        case "ExactCapacity":
            return int(amount)
        case "PercentChangeInCapacity":
            change = rounded(capacity * amount / 100)
            least = config.get("MinAdjustmentMagnitude", 0)
            return capacity + (int(math.copysign(max(abs(change), least), amount)) if amount else 0)
        case _:
            return int(capacity + amount)


def holds(step: Mapping[str, Json], breach: float) -> bool:
    """Whether a breach is in a step's interval: above the threshold its lower bound belongs to it, below its upper."""
    lower, upper = step.get("MetricIntervalLowerBound", -math.inf), step.get("MetricIntervalUpperBound", math.inf)
    return bool(lower <= breach < upper if breach >= 0 else lower < breach <= upper)


def rounded(change: float) -> int:
    """Towards zero, but never to it."""
    whole = math.trunc(round(change, 6))
    return whole or (0 if not change else int(math.copysign(1, change)))


def agreed(wishes: Sequence[Wish], capacity: int) -> Wish | None:
    """What comes of all policies: the largest of those that want more; less only if none is against it."""
    largest = max(wishes, key=lambda wish: wish.capacity, default=None)
    if largest is None or largest.capacity == capacity:
        return None
    return largest


def bounded(capacity: int, bounds: Mapping[str, Json]) -> int:
    return int(min(max(capacity, bounds["MinCapacity"]), bounds["MaxCapacity"]))
