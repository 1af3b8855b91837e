"""CloudWatch is told, minute by minute, what the instances of running jobs use."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.jobs import JobId, Usage
from penstock.services.sagemaker.jobs.measuring import MEASURE_EVERY, Measuring, Subject
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, operation
from services.sagemaker.jobs.worlds import Room, World, training_request

Json = Any
INSTANCE = Subject(Scope(), "/aws/sagemaker/TrainingJobs", "churn/algo-1", JobId("churn"), memory_mib=1024)


@dataclass
class CloudWatch:
    told: list[Json] = field(default_factory=list)
    service = "cloudwatch"

    @operation("PutMetricData")
    async def put(self, call: Call, request: Json) -> Answer:
        if self.told:
            self.told.append(request)
            raise ServiceError("It is too much.", code="Throttling")
        self.told.append(request)
        return {}

    def values(self, index: int) -> dict[str, float]:
        return {each["MetricName"]: each["Value"] for each in self.told[index]["MetricData"]}


def used(cpu: float, age: float) -> Usage:
    return Usage(cpu_seconds=cpu, age=age, memory_bytes=256 << 20, disk_share=0.25)


async def test_processors_add_up_and_memory_is_a_share_of_what_the_job_may_hold() -> None:
    directory, cloudwatch, looks = Directory(), CloudWatch(), [used(90.0, 60.0), used(210.0, 120.0)]
    directory.register(cloudwatch)
    measuring = Measuring(directory, lambda _: looks.pop(0), lambda: [INSTANCE], lambda: 7.0)

    await measuring.measure()
    await measuring.measure()  # CloudWatch refuses it, which nobody else hears of

    assert cloudwatch.values(0) == {"CPUUtilization": 150.0, "MemoryUtilization": 25.0, "DiskUtilization": 25.0}
    assert cloudwatch.values(1)["CPUUtilization"] == 200.0
    first = cloudwatch.told[0]["MetricData"][0]
    assert cloudwatch.told[0]["Namespace"] == "/aws/sagemaker/TrainingJobs"
    assert (first["Dimensions"], first["Unit"]) == ([{"Name": "Host", "Value": "churn/algo-1"}], "Percent")
    assert first["Timestamp"] == 7.0


@pytest.mark.parametrize("look", [None, used(1.0, MEASURE_EVERY / 2)], ids=["over", "a short time"])
async def test_a_job_that_has_not_run_for_a_minute_and_one_that_is_over_are_not_told_of(look: Usage | None) -> None:
    directory, cloudwatch = Directory(), CloudWatch()
    directory.register(cloudwatch)

    await Measuring(directory, lambda _: look, lambda: [INSTANCE], lambda: 7.0).measure()

    assert cloudwatch.told == []


async def test_a_jobs_instances_are_looked_at_while_the_runtime_has_them(tmp_path: Path) -> None:
    asked: list[JobId] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def container(room: Room) -> int:
        begun.set()
        await go_on.wait()
        return 0

    world = World(tmp_path, container, usage=lambda job: asked.append(job) or used(60.0, 60.0))  # type: ignore[func-returns-value]
    async with world.open() as client:
        cloudwatch = CloudWatch()
        client.directory.register(cloudwatch)
        created = await client("CreateTrainingJob", **training_request())
        await begun.wait()
        await world.room.measuring.measure()
        go_on.set()
        await client.outcome(created["TrainingJobArn"])
        await world.room.measuring.measure()

    assert asked == [job.id for job in world.runtime.started]
    (told,) = cloudwatch.told
    assert told["MetricData"][0]["Dimensions"] == [{"Name": "Host", "Value": "Churn-1/algo-1"}]
