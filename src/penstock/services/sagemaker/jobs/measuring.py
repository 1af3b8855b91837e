"""Measuring: what the instances of jobs that run use of the machine, told to CloudWatch once a minute in AWS's names.

    /aws/sagemaker/TrainingJobs     Host = {job}/algo-1     CPUUtilization · MemoryUtilization · DiskUtilization
    /aws/sagemaker/ProcessingJobs   likewise

A processor in full use counts as 100, so that several are more; memory is told as a share of what the job may hold, the
disk as what is taken of the one that jobs are on. A job that has not run for a minute yet is not looked at: CloudWatch
comes to be when it is first told something, and nobody waits for it because of a short job.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from penstock.engine.jobs import JobId, Usage
from penstock.services.sagemaker.jobs.model import Json
from penstock.wire.call import Call, Directory, Scope, ServiceError

log: Final = logging.getLogger(__name__)
MEASURE_EVERY: Final = 60.0  # seconds
TELL_WITHIN: Final = 60.0
UsageOf = Callable[[JobId], Usage | None]  # what a job that runs has used; blocking


def unmeasured(job: JobId) -> None:
    """Where it is not known."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An instance whose job runs. `namespace` is CloudWatch's; the job may hold so much memory."""

    scope: Scope
    namespace: str
    host: str
    job: JobId
    memory_mib: int


class Measuring:
    """`running` are the instances whose jobs run."""

    def __init__(
        self, directory: Directory, usage: UsageOf, running: Callable[[], Iterable[Subject]], clock: Callable[[], float]
    ) -> None:
        self._directory = directory
        self._usage = usage
        self._running = running
        self._clock = clock
        self._before: dict[JobId, Usage] = {}  # what each had used the last time

    async def work(self) -> None:
        """Measure again and again, until cancelled."""
        while True:
            await asyncio.sleep(MEASURE_EVERY)
            await self.measure()

    async def measure(self) -> None:
        """Tell CloudWatch how it is with each job since the last time; what it does not take is lost."""
        before, self._before = self._before, {}
        for subject in list(self._running()):
            used = await asyncio.to_thread(self._usage, subject.job)
            if used is None or used.age < MEASURE_EVERY:
                continue
            self._before[subject.job] = used
            told = list(data(subject, used, before.get(subject.job), self._clock()))
            request = {"Namespace": subject.namespace, "MetricData": told}
            try:
                async with asyncio.timeout(TELL_WITHIN):
                    await self._directory.answer(Call("cloudwatch", "PutMetricData", request, subject.scope))
            except (ServiceError, TimeoutError) as problem:
                log.warning("metrics of %s could not be told: %s", subject.host, problem)


def data(subject: Subject, used: Usage, before: Usage | None, at: float) -> Iterator[dict[str, Json]]:
    """What an instance used since it was last looked at, or since it began, as PutMetricData takes it."""
    if before is None or before.age >= used.age or before.cpu_seconds > used.cpu_seconds:
        before = Usage(cpu_seconds=0.0, age=0.0, memory_bytes=0, disk_share=0.0)
    values = {
        "CPUUtilization": 100 * (used.cpu_seconds - before.cpu_seconds) / (used.age - before.age),
        "MemoryUtilization": 100 * used.memory_bytes / (subject.memory_mib << 20),
        "DiskUtilization": 100 * used.disk_share,
    }
    dimensions = [{"Name": "Host", "Value": subject.host}]
    for name, value in values.items():
        yield {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value, "Unit": "Percent"}
