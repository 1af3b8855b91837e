"""Telling CloudWatch of training jobs' metrics, in AWS's names: what the values of each were, minute by minute.

A job is told of when its process has ended and before it is said to be over, so that whoever waited for it sees all of
it. That holds nothing up for long: what cannot be told within `TELL_WITHIN` seconds is not told. CloudWatch's own
state is in memory, unless it is forwarded.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from penstock.services.sagemaker.jobs.metrics import Curve
from penstock.services.sagemaker.jobs.model import Json
from penstock.wire.call import Call, Directory, Scope, ServiceError

log: Final = logging.getLogger(__name__)
NAMESPACE: Final = "/aws/sagemaker/TrainingJobs"
MOST: Final = 1_000  # metrics in one request
TELL_WITHIN: Final = 10.0  # seconds
Tell = Callable[[Scope, str, Sequence[Curve]], Awaitable[None]]


async def untold(scope: Scope, job: str, curves: Sequence[Curve]) -> None:
    """Where nobody is told: of jobs that are run again."""


class Telling:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def tell(self, scope: Scope, job: str, curves: Sequence[Curve]) -> None:
        """Tell what a training job's metrics were."""
        told = list(data(job, curves))
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
