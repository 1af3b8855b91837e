"""A world with Application Auto Scaling in it: a clock moved by hand, an endpoint and metrics that the test makes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.engine.alarms import Alarms
from penstock.engine.engine import Engine
from penstock.services.autoscaling import open_autoscaling
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, ValidationError, operation
from penstock.wire.validate import validate
from services.clockwork import DEADLINE, at_work

NOW = 1_700_000_040.0  # a whole minute
KEY = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/e/variant/a",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
METRIC = {"PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}


@dataclass
class Endpoint:
    """An endpoint with one variant, whose count changes at once unless it is held."""

    capacity: int = 1
    status: str = "InService"
    is_held: bool = False
    is_asynchronous: bool = False
    calls: list[Call] = field(default_factory=list)
    refusal: str = ""
    service: str = "sagemaker"

    @operation("DescribeEndpoint")
    async def describe(self, call: Call, request: Mapping[str, Json]) -> Answer:
        if request["EndpointName"] != "e":
            raise ValidationError(f'Could not find endpoint "{request["EndpointName"]}".')
        variant = {"VariantName": "a", "DesiredInstanceCount": self.capacity}
        serverless = {"VariantName": "s", "CurrentServerlessConfig": {"ProvisionedConcurrency": self.capacity}}
        queued: Json = {"AsyncInferenceConfig": {}} if self.is_asynchronous else {}
        return {"EndpointStatus": self.status, "ProductionVariants": [variant, serverless], **queued}

    @operation("DescribeInferenceComponent")
    async def describe_component(self, call: Call, request: Mapping[str, Json]) -> Answer:
        if request["InferenceComponentName"] != "c":
            raise ValidationError(f'Could not find inference component "{request["InferenceComponentName"]}".')
        return {"InferenceComponentStatus": self.status, "RuntimeConfig": {"DesiredCopyCount": self.capacity}}

    @operation("UpdateInferenceComponentRuntimeConfig")
    async def size_component(self, call: Call, request: Mapping[str, Json]) -> Answer:
        self.capacity = request["DesiredRuntimeConfig"]["CopyCount"]
        self.calls.append(call)
        return {}

    @operation("UpdateEndpointWeightsAndCapacities")
    async def size(self, call: Call, request: Mapping[str, Json]) -> Answer:
        if self.refusal:
            raise ValidationError(self.refusal)
        if call.token not in {each.token for each in self.calls}:
            (wanted,) = request["DesiredWeightsAndCapacities"]
            sizes = {**wanted, **wanted.get("ServerlessUpdateConfig", {})}
            self.capacity = sizes[
                "DesiredInstanceCount" if "DesiredInstanceCount" in sizes else "ProvisionedConcurrency"
            ]
        self.calls.append(call)
        self.status = "Updating" if self.is_held else "InService"
        return {}


@dataclass
class Metrics:
    """CloudWatch: a metric's value in every minute, and the alarms that are off."""

    values: dict[str, float] = field(default_factory=dict)
    asked: list[Mapping[str, Json]] = field(default_factory=list)
    alarms: list[Json] = field(default_factory=list)
    put: dict[str, Json] = field(default_factory=dict)  # alarms by their names
    service: str = "cloudwatch"

    @operation("GetMetricStatistics")
    async def statistics(self, call: Call, request: Mapping[str, Json]) -> Answer:
        self.asked.append(request)
        value, (statistic,) = self.values.get(request["MetricName"]), request["Statistics"]
        moments = range(int(request["StartTime"]), int(request["EndTime"]), request["Period"])
        return {"Datapoints": [] if value is None else [{"Timestamp": at, statistic: value} for at in moments]}

    @operation("DescribeAlarms")
    async def describe(self, call: Call, request: Mapping[str, Json]) -> Answer:
        names = request.get("AlarmNames")
        if names is None:
            return {"MetricAlarms": self.alarms}
        return {"MetricAlarms": [self.put[each] for each in names if each in self.put]}

    @operation("PutMetricAlarm")
    async def put_alarm(self, call: Call, request: Mapping[str, Json]) -> Answer:
        self.put[request["AlarmName"]] = request
        return {}

    @operation("DeleteAlarms")
    async def delete(self, call: Call, request: Mapping[str, Json]) -> Answer:
        for each in request["AlarmNames"]:
            del self.put[each]
        return {}


@dataclass
class World:
    database: SqliteDatabase
    endpoint: Endpoint = field(default_factory=Endpoint)
    metrics: Metrics = field(default_factory=Metrics)
    has_cloudwatch: bool = False  # a real one, in the place of `metrics`
    now: float = NOW
    life: int = 1

    def __post_init__(self) -> None:
        numbers = count(1)
        self.directory = Directory(validate)
        clock, chance = lambda: self.now, lambda: f"{self.life:08x}{next(numbers):024x}"
        self.engine = Engine(self.database, self.directory, clock=clock, chance=chance)
        self.alarms = Alarms(self.database, clock=clock)
        self.room = open_autoscaling(
            engine=self.engine, directory=self.directory, alarms=self.alarms, clock=clock, chance=chance
        )
        self.directory.register(self.endpoint)
        if not self.has_cloudwatch:
            self.directory.register(self.metrics)

    async def ask(self, operation: str, **request: Json) -> Mapping[str, Any]:
        """About the target of the tests, unless the request says otherwise."""
        async with asyncio.timeout(DEADLINE):
            return await self.directory.answer(Call("application-autoscaling", operation, request, Scope()))

    async def about(self, operation: str, **request: Json) -> Mapping[str, Any]:
        return await self.ask(operation, **{**KEY, **request})

    async def refused(self, operation: str, **request: Json) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            await self.about(operation, **request)
        return caught.value

    async def register(self, least: int = 1, most: int = 10, **more: Json) -> str:
        answer = await self.about("RegisterScalableTarget", MinCapacity=least, MaxCapacity=most, **more)
        return str(answer["ScalableTargetARN"])

    async def track(self, target: float, **config: Json) -> str:
        wanted = {"TargetValue": target, **(METRIC if "CustomizedMetricSpecification" not in config else {}), **config}
        answer = await self.about(
            "PutScalingPolicy", PolicyName="p", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=wanted,
        )  # fmt: skip
        return str(answer["PolicyARN"])

    async def look(self, *, later: float = 0.0) -> int:
        """Go on in time, have the watcher look, and every activity come to its end; the capacity then."""
        self.now += later
        async with asyncio.timeout(DEADLINE):
            while await self.alarms.ring_due():
                pass
            await self.room.look()
            await self.quiet()
        return self.endpoint.capacity

    async def quiet(self) -> None:
        while await self.database.read(lambda tx: tx.row("SELECT 1 FROM run")) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def activities(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = (await self.about("DescribeScalingActivities"))["ScalingActivities"]
        return found


@asynccontextmanager
async def living(folder: Path, **more: Any) -> AsyncIterator[World]:
    migrate(folder / "penstock.db", MIGRATIONS)
    async with at_work(World(SqliteDatabase(folder / "penstock.db"), **more)) as world:
        yield world
