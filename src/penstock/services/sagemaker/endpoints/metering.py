"""Metering: what CloudWatch is told of invocations, in AWS's names (namespace `AWS/SageMaker`).

Requests are counted in memory and told every `TELL_EVERY` seconds, so none of them waits; what is not told when the
server is killed is lost. Latencies are told value by value, to four digits, so that they have percentiles; of all else
the sums are told. `answered` is counted for Prometheus, from the server's start on.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from penstock.services.sagemaker.endpoints.model import Json
from penstock.store.tally import SECONDS, Histograms
from penstock.wire.call import Call, Directory, Scope, ServiceError

log: Final = logging.getLogger(__name__)
NAMESPACE: Final = "AWS/SageMaker"
LOADS: Final = {"ModelCacheHit": "None", "ModelLoadingWaitTime": "Microseconds", "LoadedModelCount": "None"}
TELL_EVERY: Final = 15.0  # seconds
TELL_WITHIN: Final = 30.0
VALUES: Final = 150  # in one datum
DATA: Final = 1_000  # in one call
Dimensions = tuple[tuple[str, str], ...]
Answered = Histograms[tuple[str, str, str]]  # seconds by endpoint, variant and class of status


@dataclass(slots=True)
class Statistics:
    """A metric's values, summed up."""

    count: int = 0
    total: float = 0.0
    least: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        self.least = min(self.least, value) if self.count else value
        self.most = max(self.most, value) if self.count else value
        self.count += 1
        self.total += value


@dataclass(slots=True)
class Latencies:
    """How often each number of microseconds came."""

    counts: Counter[float] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        self.counts[float(f"{seconds * 1_000_000:.3e}")] += 1

    def data(self, datum: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
        """As many data as CloudWatch wants them in."""
        every = sorted(self.counts)
        for first in range(0, len(every), VALUES):
            values = every[first : first + VALUES]
            yield {**datum, "Values": values, "Counts": [float(self.counts[each]) for each in values]}


@dataclass(slots=True)
class Meter:
    """What happened at one variant since CloudWatch was told."""

    invocations: Statistics = field(default_factory=Statistics)
    client_errors: Statistics = field(default_factory=Statistics)
    server_errors: Statistics = field(default_factory=Statistics)
    model_errors: Statistics = field(default_factory=Statistics)
    latency: Latencies = field(default_factory=Latencies)
    overhead: Latencies = field(default_factory=Latencies)
    shares: dict[str, Statistics] = field(default_factory=dict)  # of what there is of the variant, by metric
    loads: dict[str, Statistics] = field(default_factory=dict)  # how several models are kept, by metric

    def add(self, status: int, timing: "Timing", shares: Mapping[str, float]) -> None:
        self.invocations.add(1)
        self.client_errors.add(float(400 <= status < 500))
        self.server_errors.add(float(status >= 500))
        self.model_errors.add(float(not 200 <= status < 300))
        self.latency.add(timing.model)
        self.overhead.add(timing.overhead)
        for name, share in shares.items():
            self.shares.setdefault(name, Statistics()).add(share)

    def data(self, dimensions: "Dimensions", at: float) -> Iterator[dict[str, Json]]:
        shown = [{"Name": name, "Value": value} for name, value in dimensions]
        for name, unit, found in (
            ("Invocations", "None", self.invocations),
            ("Invocation4XXErrors", "None", self.client_errors),
            ("Invocation5XXErrors", "None", self.server_errors),
            ("InvocationModelErrors", "None", self.model_errors),
            *((name, "None", share) for name, share in self.shares.items()),
            *((name, LOADS[name], found) for name, found in self.loads.items()),
        ):
            if not found.count:
                continue
            values = {"SampleCount": found.count, "Sum": found.total, "Minimum": found.least, "Maximum": found.most}
            yield {
                "MetricName": name,
                "Dimensions": shown,
                "Timestamp": at,
                "StatisticValues": {each: float(value) for each, value in values.items()},
                "Unit": unit,
            }
        for name, latencies in (("ModelLatency", self.latency), ("OverheadLatency", self.overhead)):
            datum = {"MetricName": name, "Dimensions": shown, "Timestamp": at, "Unit": "Microseconds"}
            yield from latencies.data(datum)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that an answer took: of the model, and of all that is around it."""

    model: float
    overhead: float


@dataclass(frozen=True, slots=True)
class Place:
    """Who answered: an endpoint's variant, and the inference component on it, if it was one."""

    scope: Scope
    endpoint: str
    variant: str
    component: str = ""

    @property
    def dimensions(self) -> "tuple[Dimensions, ...]":
        """All that CloudWatch keeps its metrics by."""
        variant = (("EndpointName", self.endpoint), ("VariantName", self.variant))
        return (variant, (("InferenceComponentName", self.component),)) if self.component else (variant,)


def nothing_answered() -> Answered:
    return Histograms(SECONDS, ("others", "others", "others"))


class Metering:
    def __init__(self, directory: Directory, clock: Callable[[], float], answered: Answered) -> None:
        self._directory = directory
        self._clock = clock
        self._meters: dict[tuple[Scope, Dimensions], Meter] = {}
        self._answered = answered

    def count(self, place: Place, status: int, timing: Timing, shares: Mapping[str, float]) -> None:
        """A request was answered with this status by the model; 500 where it was not answered."""
        self._answered.add((place.endpoint, place.variant, f"{status // 100}xx"), timing.model)
        for dimensions in place.dimensions:
            self._meter(place.scope, dimensions).add(status, timing, shares)

    def load(self, place: Place, values: Mapping[str, float]) -> None:
        """A model was asked for where there are several: what `LOADS` names."""
        meter = self._meter(place.scope, place.dimensions[0])
        for name, value in values.items():
            meter.loads.setdefault(name, Statistics()).add(value)

    def _meter(self, scope: Scope, dimensions: Dimensions) -> Meter:
        return self._meters.setdefault((Scope(scope.account, scope.region), dimensions), Meter())

    async def tell(self) -> None:
        """Tell CloudWatch again and again, until cancelled."""
        while True:
            await asyncio.sleep(TELL_EVERY)
            meters, self._meters = self._meters, {}
            for (scope, dimensions), meter in meters.items():
                await self.put(scope, list(meter.data(dimensions, self._clock())), about=str(dimensions))

    async def put(self, scope: Scope, data: list[Json], *, about: str) -> None:
        """Tell CloudWatch; what it does not take is lost, and the log says so."""
        try:
            async with asyncio.timeout(TELL_WITHIN):
                for first in range(0, len(data), DATA):
                    request = {"Namespace": NAMESPACE, "MetricData": data[first : first + DATA]}
                    await self._directory.answer(Call("cloudwatch", "PutMetricData", request, scope))
        except (ServiceError, TimeoutError) as problem:
            log.warning("metrics of %s could not be told: %s", about, problem)
