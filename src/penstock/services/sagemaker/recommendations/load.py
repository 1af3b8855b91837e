"""What a load is made of, and what is made of its measurements. Pure.

A stage is cut into slices, after each of which the job's stopping conditions are looked at. A test's result is its best
slice that keeps to the latencies that were asked for: its invocations in a minute, and its latency then.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from penstock.services.sagemaker.recommendations.model import Limits, Stage, Threshold
from penstock.wire.call import ValidationError

Json = Any
SLICE: Final = 10.0  # seconds
MINUTE: Final = 60.0
PERCENTILE: Final = 95.0  # of latencies, where no threshold names one
FLAT: Final = 1.05  # more users that get less than so much more are enough
DEFAULT: Final = (Stage(1, 15.0), Stage(2, 15.0), Stage(4, 15.0), Stage(8, 15.0))


@dataclass(frozen=True, slots=True)
class Slice:
    """What was measured while so many users asked."""

    users: int
    seconds: float
    latencies: Sequence[float]  # seconds

    @property
    def invocations(self) -> int:
        """In a minute."""
        return int(len(self.latencies) * MINUTE / self.seconds)

    def latency(self, percentile: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[max(math.ceil(len(ordered) * percentile / 100) - 1, 0)] * 1000 if ordered else math.inf

    def keeps_to(self, thresholds: Sequence[Threshold]) -> bool:
        return all(self.latency(each.percentile) <= each.milliseconds for each in thresholds)


def stages_of(pattern: Mapping[str, Json] | None) -> tuple[Stage, ...]:
    """The stages of a TrafficPattern; raises `ValidationError`."""
    if not pattern:
        return DEFAULT
    if pattern.get("TrafficType") == "STAIRS":
        stairs = pattern.get("Stairs") or {}
        missing = [each for each in ("DurationInSeconds", "NumberOfSteps", "UsersPerStep") if each not in stairs]
        if missing:
            raise ValidationError(f"TrafficPattern.Stairs must have {', '.join(missing)}.")
        steps = range(1, stairs["NumberOfSteps"] + 1)
        return tuple(Stage(each * stairs["UsersPerStep"], float(stairs["DurationInSeconds"])) for each in steps)
    if not pattern.get("Phases"):
        raise ValidationError("TrafficPattern must have Phases, or the TrafficType STAIRS and Stairs.")
    return tuple(stage for phase in pattern["Phases"] for stage in phased(phase))


def phased(phase: Mapping[str, Json]) -> Iterator[Stage]:
    """A phase: its first users, and with every minute its SpawnRate more."""
    users, left = phase.get("InitialNumberOfUsers", 1), float(phase.get("DurationInSeconds", 120))
    while left > 0:
        yield Stage(users, min(left, MINUTE))
        users, left = users + phase.get("SpawnRate", 0), left - MINUTE


def slices(stage: Stage) -> list[Stage]:
    """Nearly equal parts of a stage, none longer than a slice."""
    count = max(math.ceil(stage.seconds / SLICE), 1)
    return [Stage(stage.users, stage.seconds / count)] * count


def is_enough(seen: Sequence[Slice], limits: Limits) -> bool:
    """Whether the stopping conditions end a test after its last slice."""
    last = seen[-1]
    if limits.invocations and last.invocations >= limits.invocations:
        return True
    if not last.keeps_to(limits.thresholds):
        return True
    fewer = [each.invocations for each in seen if each.users < last.users]
    return limits.is_flat_enough and bool(fewer) and last.invocations < max(fewer) * FLAT


def best(seen: Sequence[Slice], limits: Limits) -> tuple[int, int] | None:
    """Invocations in a minute and latency, of the best slice that keeps to the thresholds; none if there is none."""
    fit = [each for each in seen if each.latencies and each.keeps_to(limits.thresholds)]
    if not fit:
        return None
    chosen = max(fit, key=lambda each: each.invocations)
    percentile = limits.thresholds[0].percentile if limits.thresholds else PERCENTILE
    return chosen.invocations, math.ceil(chosen.latency(percentile))
