"""Metrics are kept exactly: by dimensions, unit and period, across restarts, on either database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from databases import NewPlace, on_every_database, opened
from penstock.services.cloudwatch import metrics, sweep
from penstock.services.cloudwatch.model import DAY
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError
from penstock.wire.validate import validate
from services.cloudwatch.places import MIGRATIONS

Json = Any
NOW: Final = 1_800_000_000.0  # the beginning of an hour
pytestmark = on_every_database


@dataclass
class World:
    directory: Directory
    database: Database
    now: float = NOW

    async def ask(self, operation: str, **request: Json) -> Answer:
        return await self.directory.answer(Call("cloudwatch", operation, request, Scope()))

    async def put(self, name: str, at: float = 0, **datum: Json) -> None:
        data = [{"MetricName": name, "Timestamp": self.now + at, **datum}]
        await self.ask("PutMetricData", Namespace="N", MetricData=data)

    async def points(self, name: str = "m", *, period: int = 60, back: float = 600, **request: Json) -> list[Json]:
        span = {"StartTime": self.now - back, "EndTime": self.now + 60, "Period": period}
        asked: dict[str, Json] = {"Statistics": ["Sum"], **span, **request}
        return list((await self.ask("GetMetricStatistics", Namespace="N", MetricName=name, **asked))["Datapoints"])

    async def listed(self, **request: Json) -> list[str]:
        return [each["MetricName"] for each in (await self.ask("ListMetrics", **request))["Metrics"]]


def world_on(database: Database) -> World:
    world = World(Directory(validate), database)
    for each in metrics(database, lambda: world.now):
        world.directory.register(each)
    return world


@pytest.fixture
def place(new_place: NewPlace) -> Any:
    return new_place(MIGRATIONS)


@pytest.fixture
def world(place: Any) -> Iterator[World]:
    database = opened(place)
    yield world_on(database)
    database.close()


def by(**dimensions: str) -> list[Mapping[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


async def test_a_restart_leaves_metrics_as_they_were(place: Any) -> None:
    database = opened(place)
    await world_on(database).put("m", Values=[1.0, 2.0], Counts=[9.0, 1.0])
    database.close()

    database = opened(place)
    world = world_on(database)
    (point,) = await world.points(ExtendedStatistics=["p90", "p91"])
    database.close()

    assert (point["Sum"], point["ExtendedStatistics"]) == (11.0, {"p90": 1.0, "p91": 2.0})


async def test_dimensions_are_exact_and_in_any_order(world: World) -> None:
    await world.put("m", Value=1.0, Dimensions=by(A="1"))
    await world.put("m", Value=2.0, Dimensions=by(A="1", B="2"))

    assert await world.points() == []
    assert [each["Sum"] for each in await world.points(Dimensions=by(A="1"))] == [1.0]
    assert [each["Sum"] for each in await world.points(Dimensions=by(B="2", A="1"))] == [2.0]
    assert await world.points(Dimensions=by(B="2")) == []


async def test_units_are_apart(world: World) -> None:
    await world.put("m", Value=1.0, Unit="Seconds")
    await world.put("m", Value=2.0)

    assert {each["Unit"]: each["Sum"] for each in await world.points()} == {"Seconds": 1.0, "None": 2.0}
    assert [each["Sum"] for each in await world.points(Unit="Seconds")] == [1.0]


async def test_a_statistic_set_has_no_percentiles_unless_all_its_values_are_one(world: World) -> None:
    await world.put("m", StatisticValues={"SampleCount": 2.0, "Sum": 4.0, "Minimum": 1.0, "Maximum": 3.0})
    await world.put("n", StatisticValues={"SampleCount": 2.0, "Sum": 4.0, "Minimum": 2.0, "Maximum": 2.0})

    (unknown,), (known,) = [await world.points(name, ExtendedStatistics=["p50"]) for name in ("m", "n")]

    assert "ExtendedStatistics" not in unknown
    assert known["ExtendedStatistics"] == {"p50": 2.0}


async def test_seconds_are_kept_where_they_are_asked_for(world: World) -> None:
    for at in (0, 4, 5):
        await world.put("fine", at, Value=1.0, StorageResolution=1)
        await world.put("m", at, Value=1.0)

    assert [each["Sum"] for each in await world.points("fine", period=5)] == [2.0, 1.0]
    assert [each["Sum"] for each in await world.points("fine")] == [3.0]
    assert await world.points("m", period=5) == []


async def test_points_grow_coarse_with_age_and_then_go(world: World) -> None:
    for at in (0, 61):
        await world.put("m", at, Value=1.0, StorageResolution=1)

    found = []
    for age, period in ((DAY, 60), (20 * DAY, 60), (20 * DAY, 300), (100 * DAY, 3_600), (500 * DAY, 3_600)):
        world.now = NOW + age
        await sweep(world.database, world.now)
        found.append([each["Sum"] for each in await world.points(period=period, back=age, EndTime=NOW + 3_600)])

    assert found == [[1.0, 1.0], [], [2.0], [2.0], []]


async def test_metrics_are_listed_page_by_page_while_they_are_fed(world: World) -> None:
    data = [{"MetricName": f"m{number:03}", "Value": 1.0, "Dimensions": by(A="1")} for number in range(501)]
    await world.ask("PutMetricData", Namespace="N", MetricData=data)
    first = await world.ask("ListMetrics", Namespace="N")
    rest = await world.ask("ListMetrics", Namespace="N", NextToken=first["NextToken"])

    names = [each["MetricName"] for each in [*first["Metrics"], *rest["Metrics"]]]
    assert (len(first["Metrics"]), names) == (500, [each["MetricName"] for each in data])
    assert "NextToken" not in rest
    assert await world.listed(MetricName="m007", Dimensions=[{"Name": "A"}]) == ["m007"]
    assert await world.listed(Dimensions=by(A="2")) == []
    world.now += 4 * 3_600
    assert await world.listed(MetricName="m007", RecentlyActive="PT3H") == []
    assert await world.listed(MetricName="m007") == ["m007"]


async def test_data_are_asked_for_by_metric_and_expression_page_after_page(world: World) -> None:
    for at, value in ((-120, 1.0), (0, 3.0)):
        await world.put("m", at, Value=value)
    stat = {"Metric": {"Namespace": "N", "MetricName": "m"}, "Period": 60, "Stat": "p99"}
    queries = [
        {"Id": "m", "MetricStat": stat, "ReturnData": False},
        {"Id": "twice", "Expression": "2 * FILL(m, 0)"},
        {"Id": "more", "Expression": "DIFF(m)", "Label": "Growth"},
    ]
    asked = {"MetricDataQueries": queries, "StartTime": NOW - 90, "EndTime": NOW + 60, "MaxDatapoints": 2}

    first = await world.ask("GetMetricData", **asked)
    second = await world.ask("GetMetricData", **asked, NextToken=first["NextToken"])

    (cut,) = first["MetricDataResults"]
    assert (cut["Values"], cut["Timestamps"], cut["StatusCode"]) == ([6.0, 0.0], [NOW, NOW - 60], "PartialData")
    twice, more = second["MetricDataResults"]
    assert (twice["Values"], twice["StatusCode"]) == ([2.0], "Complete")
    assert (more["Label"], more["Values"], more["Timestamps"]) == ("Growth", [2.0], [NOW])
    assert "NextToken" not in second


@pytest.mark.parametrize(
    ("datum", "code"),
    [
        ({}, "MissingParameter"),
        ({"Value": float("nan")}, "InvalidParameterValue"),
        ({"Value": 2.0**361}, "InvalidParameterValue"),
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination"),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterValue"),
        ({"Values": [float(number) for number in range(151)]}, "InvalidParameterValue"),
        ({"Value": 1.0, "StorageResolution": 5}, "InvalidParameterValue"),
        ({"Value": 1.0, "Timestamp": NOW - 15 * DAY}, "InvalidParameterValue"),
        ({"Value": 1.0, "Timestamp": NOW + 3 * 3_600}, "InvalidParameterValue"),
    ],
)
async def test_what_is_no_datum_is_refused_and_nothing_of_its_request_kept(
    world: World, datum: Json, code: str
) -> None:
    data = [{"MetricName": "m", "Value": 1.0}, {"MetricName": "m", **datum}]
    with pytest.raises(ServiceError) as refusal:
        await world.ask("PutMetricData", Namespace="N", MetricData=data)

    assert refusal.value.code == code
    assert await world.points() == []


async def test_more_points_than_an_answer_holds_are_refused(world: World) -> None:
    with pytest.raises(ServiceError, match="up to 10,081 datapoints, which exceeds the limit of 1,440"):
        await world.points(back=7 * DAY)
