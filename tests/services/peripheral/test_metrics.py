"""Metrics are read as CloudWatch reads them: by exactly their dimensions, with percentiles and metric math."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from penstock.services.peripheral import Peripheral
from penstock.wire.call import Answer, Call, Directory, NotImplementedHere, Scope, ServiceError
from penstock.wire.validate import validate

Json = Any
Ask = Callable[..., Awaitable[Answer]]
NOW = time.time() // 3600 * 3600
SPAN = {"StartTime": NOW, "EndTime": NOW + 180}
E = [{"Name": "EndpointName", "Value": "e"}]
EV = [*E, {"Name": "VariantName", "Value": "v"}]


@asynccontextmanager
async def told(tmp_path: Path, now: Sequence[float] = (NOW + 200,)) -> AsyncIterator[Ask]:
    """Something is told in the first and the third minute."""
    directory = Directory(validate)
    room = Peripheral(directory, lambda: "http://unused", lambda: now[0])
    room.enter(tmp_path)

    async def ask(operation: str, **request: Json) -> Answer:
        return await directory.answer(Call("cloudwatch", operation, request, Scope()))

    def datum(name: str, at: float, dimensions: Json = (), **more: Json) -> Json:
        return {"MetricName": name, "Timestamp": NOW + at, "Dimensions": list(dimensions), **more}

    data = [
        datum("Latency", 1, Values=[1.0, 9.0], Counts=[9.0, 1.0], Unit="Milliseconds"),
        datum("Latency", 130, Value=4.0, Unit="Milliseconds"),
        datum("Latency", 2, E, Value=70.0),
        datum("Latency", 3, EV, Value=700.0),
        datum("Calls", 2, E, Value=10.0),
        datum("Calls", 121, E, Value=30.0),
        datum("Errors", 2, E, StatisticValues={"SampleCount": 2, "Sum": 5, "Minimum": 1, "Maximum": 4}),
    ]
    try:
        await ask("PutMetricData", Namespace="own", MetricData=data)
        await ask("PutMetricData", Namespace="other", MetricData=[datum("Calls", 2, E, Value=1000.0)])
        yield ask
    finally:
        await room.close()


async def points(ask: Ask, name: str, dimensions: Json = (), **more: Json) -> list[Json]:
    answer = await ask(
        "GetMetricStatistics",
        Namespace="own",
        MetricName=name,
        Dimensions=list(dimensions),
        **{**SPAN, "Period": 60, **more},
    )
    found: list[Json] = answer["Datapoints"]
    return found


async def test_a_metric_is_exactly_its_dimensions(tmp_path: Path) -> None:
    async with told(tmp_path) as ask:
        counts = [
            [point["SampleCount"] for point in await points(ask, "Latency", of, Statistics=["SampleCount"])]
            for of in ((), E, EV, EV[1:])
        ]

    assert counts == [[10, 1], [1], [1], []]


async def test_a_point_has_the_statistics_that_were_asked_for(tmp_path: Path) -> None:
    async with told(tmp_path) as ask:
        plain = await points(ask, "Latency", Statistics=["Average", "Maximum"])
        extended = await points(ask, "Latency", ExtendedStatistics=["p90", "p99", "tm90"])
        together = await points(ask, "Latency", Statistics=["Sum"], Period=180)
        no_percentile = await points(ask, "Errors", E, ExtendedStatistics=["p90"])
        other_unit = await points(ask, "Latency", Statistics=["Sum"], Unit="Seconds")

    unit = {"Unit": "Milliseconds"}
    assert plain[0] == {"Timestamp": NOW, "Average": 1.8, "Maximum": 9.0, **unit}
    assert [point["ExtendedStatistics"] for point in extended] == [
        {"p90": 1.0, "p99": 9.0, "tm90": 1.0}, {"p90": 4.0, "p99": 4.0, "tm90": 4.0},
    ]  # fmt: skip
    assert together == [{"Timestamp": NOW, "Sum": 22.0, **unit}]
    assert (no_percentile, other_unit) == ([], [])


async def test_expressions_are_computed_over_metrics_and_one_another(tmp_path: Path) -> None:
    def stat(name: str, metric: str, statistic: str = "Sum", dimensions: Json = E, **more: Json) -> Json:
        of = {"Namespace": "own", "MetricName": metric, "Dimensions": list(dimensions)}
        return {"Id": name, "MetricStat": {"Metric": of, "Period": 60, "Stat": statistic}, **more}

    queries = [
        {"Id": "percent", "Expression": "100 * rate", "Label": "Errors in percent"},
        stat("calls", "Calls"),
        stat("errors", "Errors", ReturnData=False),
        {"Id": "rate", "Expression": "FILL(errors, 0) / calls", "ReturnData": False},
        {"Id": "sum", "Expression": "RUNNING_SUM(calls)"},
        stat("slow", "Latency", "p90", ()),
    ]
    async with told(tmp_path) as ask:
        answer = await ask("GetMetricData", MetricDataQueries=queries, **SPAN, ScanBy="TimestampAscending")
        found = {each["Id"]: each for each in answer["MetricDataResults"]}
        first = await ask("GetMetricData", MetricDataQueries=queries, **SPAN, MaxDatapoints=3)
        rest = await ask(
            "GetMetricData", MetricDataQueries=queries, **SPAN, MaxDatapoints=9, NextToken=first["NextToken"]
        )

    assert list(found) == ["percent", "calls", "sum", "slow"]
    times = [NOW, NOW + 120]
    told_so = {"Id": "percent", "Label": "Errors in percent", "StatusCode": "Complete"}
    assert found["percent"] == {**told_so, "Timestamps": times, "Values": [50.0, 0.0]}
    assert [found[name]["Values"] for name in ("calls", "sum", "slow")] == [[10, 30], [10, 40], [1, 4]]
    assert [(each["Id"], each["Values"], each["StatusCode"]) for each in first["MetricDataResults"]] == [
        ("percent", [0.0, 50.0], "Complete"), ("calls", [30.0], "PartialData"),
    ]  # fmt: skip
    assert [(each["Id"], each["Values"]) for each in rest["MetricDataResults"]] == [
        ("calls", [10.0]), ("sum", [40.0, 10.0]), ("slow", [4.0, 1.0]),
    ]  # fmt: skip
    assert "NextToken" not in rest


async def test_a_metric_is_listed_once_however_often_it_was_told(tmp_path: Path) -> None:
    async with told(tmp_path) as ask:
        everything = (await ask("ListMetrics", Namespace="own"))["Metrics"]
        of_e = (await ask("ListMetrics", Namespace="own", Dimensions=[{"Name": "EndpointName"}]))["Metrics"]
        of_v = (await ask("ListMetrics", Dimensions=[{"Name": "VariantName", "Value": "v"}]))["Metrics"]

    assert [(each["MetricName"], len(each["Dimensions"])) for each in everything] == [
        ("Calls", 1), ("Errors", 1), ("Latency", 0), ("Latency", 1), ("Latency", 2),
    ]  # fmt: skip
    assert len(of_e) == 4
    assert of_v == [{"Namespace": "own", "MetricName": "Latency", "Dimensions": EV}]


def expressed(*texts: str, **more: Json) -> Json:
    return {"MetricDataQueries": [{"Id": "a", "Expression": text} for text in texts], **more}


STATISTICS, DATA = "GetMetricStatistics", "GetMetricData"
REFUSED = [
    (STATISTICS, {"ExtendedStatistics": ["p50"]}, "Must specify either Statistics or ExtendedStatistics"),
    (STATISTICS, {"EndTime": NOW}, "StartTime must be less than the parameter EndTime"),
    (STATISTICS, {"Period": 90}, "Period must be 1, 5, 10, 20, 30, or a multiple of 60"),
    (STATISTICS, {"EndTime": NOW + 90_000}, "requested up to 1,500 datapoints, which exceeds the limit of 1,440"),
    (STATISTICS, {"Statistics": None, "ExtendedStatistics": ["p5x"]}, "The value p5x for parameter ExtendedStatistic"),
    (DATA, {"EndTime": NOW}, "StartTime must not equal parameter EndTime"),
    (DATA, {"MetricDataQueries": [{"Id": "a"}]}, "either a MetricStat or an Expression"),
    (DATA, expressed("1", "1"), "Id in MetricDataQueries are not unique"),
    (DATA, expressed("b + 1"), "names b, which is no Id"),
    (DATA, expressed("SEARCH(1)"), "SEARCH is not one that Penstock computes"),
    (DATA, expressed("SELECT MAX(x) FROM y"), "Metrics Insights"),
    (DATA, expressed("1", NextToken="x"), "NextToken"),
    ("ListMetrics", {"NextToken": "x"}, "NextToken"),
    (
        "PutMetricData",
        {"Timestamp": NOW - 15 * 86_400},
        "Timestamp must specify a time no more than two weeks in the past",
    ),
    ("PutMetricData", {"Timestamp": NOW + 8000}, "Timestamp must specify a time no more than two hours in the future"),
]


@pytest.mark.parametrize(("operation", "changes", "words"), REFUSED)
async def test_what_cannot_be_read_is_refused(tmp_path: Path, operation: str, changes: Json, words: str) -> None:
    requests: Json = {
        "GetMetricStatistics": {"Namespace": "own", "MetricName": "Calls", **SPAN, "Period": 60, "Statistics": ["Sum"]},
        "GetMetricData": {"MetricDataQueries": [], **SPAN},
        "ListMetrics": {},
        "PutMetricData": {"Namespace": "own", "MetricData": [{"MetricName": "Calls", "Value": 1.0, **changes}]},
    }
    asked = requests[operation] if operation == "PutMetricData" else {**requests[operation], **changes}
    async with told(tmp_path) as ask:
        with pytest.raises((ServiceError, NotImplementedHere), match=words):
            await ask(operation, **{name: value for name, value in asked.items() if value is not None})


async def test_data_of_more_than_two_weeks_ago_is_let_go(tmp_path: Path) -> None:
    now = [NOW + 200]
    async with told(tmp_path, now) as ask:
        await ask("PutMetricData", Namespace="own", MetricData=[{"MetricName": "New", "Timestamp": NOW, "Value": 1.0}])
        now[0] += 16 * 86_400
        new = {"MetricName": "New", "Timestamp": now[0], "Value": 1.0}
        await ask("PutMetricData", Namespace="own", MetricData=[new])
        span = {"StartTime": NOW - 86_400, "EndTime": now[0] + 1, "Period": 86_400}

        found = [len(await points(ask, name, Statistics=["Sum"], **span)) for name in ("New", "Latency")]

    assert found == [1, 0]
