"""What CloudWatch is told of invocations."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import metering
from penstock.wire.call import Answer, Call, ServiceError, operation
from services.sagemaker.endpoints.servers import saying
from services.sagemaker.endpoints.test_operations import World, world_at

Json = Any


class FakeMetrics:
    service = "cloudwatch"

    def __init__(self) -> None:
        self.told: list[Json] = []

    @operation("PutMetricData")
    async def put(self, call: Call, request: Json) -> Answer:
        assert request["Namespace"] == "AWS/SageMaker"
        self.told += request["MetricData"]
        return {}


async def test_invocations_errors_and_latency_are_told_by_endpoint_and_variant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "TELL_EVERY", 0.2)
    async with world_at(tmp_path) as world:
        metrics = FakeMetrics()
        world.directory.register(metrics)
        await world.create(count=2)
        await world.settled()
        for status in (200, 200, 503, 400):
            await asked(world, status)
        async with asyncio.timeout(20):
            while sum(each["StatisticValues"]["SampleCount"] for each in metrics.told) < 20:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    names = ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationsPerInstance")
    sums = {name: sum(e["StatisticValues"]["Sum"] for e in metrics.told if e["MetricName"] == name) for name in names}
    assert sums == {
        "Invocations": 4.0, "Invocation4XXErrors": 1.0, "Invocation5XXErrors": 1.0, "InvocationsPerInstance": 2.0
    }  # fmt: skip
    assert {each["Unit"] for each in metrics.told if each["MetricName"] == "ModelLatency"} == {"Microseconds"}
    dimensions = [{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": "a"}]
    assert all(each["Dimensions"] == dimensions for each in metrics.told)


async def asked(world: World, status: int) -> None:
    for server in world.servers.servers:
        server.reply = saying(status)
    try:
        await world.invoke()
    except ServiceError:
        assert status != 200
