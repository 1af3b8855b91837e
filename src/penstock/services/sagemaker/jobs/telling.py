"""Telling CloudWatch of training jobs' metrics, in AWS's names: what the values of each were, minute by minute.

A job is told of beside its end: that is begun when its process has ended, before it is said to be over, so who waited
for it and asks CloudWatch then asks after it. What cannot be told within `TELL_WITHIN` seconds is not told.
CloudWatch's own state is in memory, unless it is forwarded.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from penstock.services.sagemaker.jobs.metrics import Curve
from penstock.services.sagemaker.jobs.model import Json
from penstock.wire.call import Call, Directory, Scope, ServiceError

log: Final = logging.getLogger(__name__)
NAMESPACE: Final = "/aws/sagemaker/TrainingJobs"
MOST: Final = 1_000  # metrics in one request
TELL_WITHIN: Final = 60.0  # seconds: CloudWatch comes to be when it is first told something
Tell = Callable[[Scope, str, Sequence[Curve]], None]


def untold(scope: Scope, job: str, curves: Sequence[Curve]) -> None:
    """Where nobody is told: of jobs that are run again."""


class Telling:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, scope: Scope, job: str, curves: Sequence[Curve]) -> None:
        """Begin to tell what a training job's metrics were."""
        if told := list(data(job, curves)):
            telling = asyncio.get_running_loop().create_task(self._tell(scope, job, told))
            self._under_way.add(telling)
            telling.add_done_callback(self._under_way.discard)

    async def _tell(self, scope: Scope, job: str, told: Sequence[Json]) -> None:
        try:
            async with asyncio.timeout(TELL_WITHIN):
                for first in range(0, len(told), MOST):
                    request = {"Namespace": NAMESPACE, "MetricData": told[first : first + MOST]}
                    await self._directory.answer(Call("cloudwatch", "PutMetricData", request, scope))
        except (ServiceError, TimeoutError) as problem:
            log.warning("metrics of the training job %s could not be told: %s", job, problem)


def data(job: str, curves: Sequence[Curve]) -> Iterator[dict[str, Json]]:
    """Each metric's minutes, as PutMetricData takes them."""
    for curve in curves:
        for minute in curve.minutes:
            yield {
                "MetricName": curve.last.name,
                "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
                "Timestamp": minute.at,
                "StatisticValues": {
                    "SampleCount": float(minute.count),
                    "Sum": minute.total,
                    "Minimum": minute.least,
                    "Maximum": minute.most,
                },
                "Unit": "None",
            }
