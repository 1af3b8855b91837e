"""What CloudWatch is told of invocations."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import metering, queueing
from penstock.services.sagemaker.endpoints.metering import Latencies
from penstock.wire.call import Answer, Call, ServiceError, operation
from services.sagemaker.endpoints.servers import saying
from services.sagemaker.endpoints.test_components import add, hosted
from services.sagemaker.endpoints.test_operations import World, world_at
from services.sagemaker.endpoints.test_queueing import arrived, created, later

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

    def of(self, name: str, **dimensions: str) -> list[Json]:
        """What was told of a metric by these dimensions."""
        by = [{"Name": each, "Value": value} for each, value in dimensions.items()]
        return [each for each in self.told if each["MetricName"] == name and each["Dimensions"] == by]

    def seen(self, name: str, value: float) -> bool:
        return any(each["Value"] == value for each in self.of(name, EndpointName="e"))


def samples(datum: Json) -> float:
    return float(sum(datum["Counts"]) if "Counts" in datum else datum["StatisticValues"]["SampleCount"])


def test_latencies_are_told_value_by_value_in_data_of_a_size_that_is_taken() -> None:
    latencies = Latencies()
    for number in [*range(1, 401), 1]:
        latencies.add(number / 1_000)

    data = list(latencies.data({}))

    assert [len(each["Values"]) for each in data] == [150, 150, 100]
    assert (data[0]["Values"][0], data[0]["Counts"][0]) == (1_000.0, 2.0)
    assert sum(map(samples, data)) == 401


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
            while sum(samples(each) for each in metrics.told) < 28:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    names = (
        "Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors", "InvocationsPerInstance",
    )  # fmt: skip
    sums = {name: sum(e["StatisticValues"]["Sum"] for e in metrics.told if e["MetricName"] == name) for name in names}
    assert sums == {
        "Invocations": 4.0, "Invocation4XXErrors": 1.0, "Invocation5XXErrors": 1.0, "InvocationModelErrors": 2.0,
        "InvocationsPerInstance": 2.0,
    }  # fmt: skip
    in_microseconds = {each["MetricName"] for each in metrics.told if each["Unit"] == "Microseconds"}
    assert in_microseconds == {"ModelLatency", "OverheadLatency"}
    dimensions = [{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": "a"}]
    assert all(each["Dimensions"] == dimensions for each in metrics.told)


async def test_a_components_invocations_are_told_by_its_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "TELL_EVERY", 0.2)
    async with world_at(tmp_path) as world:
        metrics = FakeMetrics()
        world.directory.register(metrics)
        await hosted(world)
        await add(world, copies=2)
        await world.invoke(InferenceComponentName="one")
        async with asyncio.timeout(20):
            while not metrics.of("InvocationsPerCopy", InferenceComponentName="one"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    (per_copy,) = metrics.of("InvocationsPerCopy", InferenceComponentName="one")
    assert per_copy["StatisticValues"]["Sum"] == 0.5
    assert len(metrics.of("Invocations", EndpointName="e", VariantName="a")) == 1


async def test_what_waits_at_asynchronous_endpoints_is_told_and_so_is_that_nothing_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "TELL_EVERY", 0.05)
    monkeypatch.setattr(queueing, "AGAIN_AFTER", 0.01)
    async with world_at(tmp_path) as world:
        metrics = FakeMetrics()
        world.directory.register(metrics)
        await created(world)
        await world.settled()
        rest = [{"VariantName": "a", "DesiredInstanceCount": 0}]
        await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=rest)
        await world.settled()
        answers = [await later(world, token=str(number)) for number in range(3)]
        async with asyncio.timeout(20):
            while not metrics.seen("ApproximateBacklogSizePerInstance", 3.0):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert metrics.seen("HasBacklogWithoutCapacity", 1.0)

        more = [{"VariantName": "a", "DesiredInstanceCount": 2}]
        await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=more)
        for answer in answers:
            await arrived(world, answer["OutputLocation"])
        metrics.told.clear()
        async with asyncio.timeout(20):
            while not metrics.seen("ApproximateBacklogSize", 0.0):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def asked(world: World, status: int) -> None:
    for server in world.servers.servers:
        server.reply = saying(status)
    try:
        await world.invoke()
    except ServiceError:
        assert status != 200
