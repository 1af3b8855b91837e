"""Requests and responses of cloudwatch, from its model. Do not edit: `python scripts/shapes.py cloudwatch`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class Datapoint(TypedDict):
    Timestamp: NotRequired[float]
    SampleCount: NotRequired[float]
    Average: NotRequired[float]
    Sum: NotRequired[float]
    Minimum: NotRequired[float]
    Maximum: NotRequired[float]
    Unit: NotRequired[StandardUnit]
    ExtendedStatistics: NotRequired[dict[str, float]]


class Dimension(TypedDict):
    Name: str
    Value: str


class DimensionFilter(TypedDict):
    Name: str
    Value: NotRequired[str]


class Entity(TypedDict):
    KeyAttributes: NotRequired[dict[str, str]]
    Attributes: NotRequired[dict[str, str]]


class EntityMetricData(TypedDict):
    Entity: NotRequired[Entity]
    MetricData: NotRequired[list[MetricDatum]]


class GetMetricDataRequest(TypedDict):
    MetricDataQueries: list[MetricDataQuery]
    StartTime: float
    EndTime: float
    NextToken: NotRequired[str]
    ScanBy: NotRequired[ScanBy]
    MaxDatapoints: NotRequired[int]
    LabelOptions: NotRequired[LabelOptions]


class GetMetricDataResponse(TypedDict):
    MetricDataResults: NotRequired[list[MetricDataResult]]
    NextToken: NotRequired[str]
    Messages: NotRequired[list[MessageData]]


class GetMetricStatisticsRequest(TypedDict):
    Namespace: str
    MetricName: str
    Dimensions: NotRequired[list[Dimension]]
    StartTime: float
    EndTime: float
    Period: int
    Statistics: NotRequired[list[Statistic]]
    ExtendedStatistics: NotRequired[list[str]]
    Unit: NotRequired[StandardUnit]


class GetMetricStatisticsResponse(TypedDict):
    Label: NotRequired[str]
    Datapoints: NotRequired[list[Datapoint]]


class LabelOptions(TypedDict):
    Timezone: NotRequired[str]


class ListMetricsRequest(TypedDict):
    Namespace: NotRequired[str]
    MetricName: NotRequired[str]
    Dimensions: NotRequired[list[DimensionFilter]]
    NextToken: NotRequired[str]
    RecentlyActive: NotRequired[RecentlyActive]
    IncludeLinkedAccounts: NotRequired[bool]
    OwningAccount: NotRequired[str]


class ListMetricsResponse(TypedDict):
    Metrics: NotRequired[list[Metric]]
    NextToken: NotRequired[str]
    OwningAccounts: NotRequired[list[str]]


class MessageData(TypedDict):
    Code: NotRequired[str]
    Value: NotRequired[str]


class Metric(TypedDict):
    Namespace: NotRequired[str]
    MetricName: NotRequired[str]
    Dimensions: NotRequired[list[Dimension]]


class MetricDataQuery(TypedDict):
    Id: str
    MetricStat: NotRequired[MetricStat]
    Expression: NotRequired[str]
    Label: NotRequired[str]
    ReturnData: NotRequired[bool]
    Period: NotRequired[int]
    AccountId: NotRequired[str]


class MetricDataResult(TypedDict):
    Id: NotRequired[str]
    Label: NotRequired[str]
    Timestamps: NotRequired[list[float]]
    Values: NotRequired[list[float]]
    StatusCode: NotRequired[StatusCode]
    Messages: NotRequired[list[MessageData]]


class MetricDatum(TypedDict):
    MetricName: str
    Dimensions: NotRequired[list[Dimension]]
    Timestamp: NotRequired[float]
    Value: NotRequired[float]
    StatisticValues: NotRequired[StatisticSet]
    Values: NotRequired[list[float]]
    Counts: NotRequired[list[float]]
    Unit: NotRequired[StandardUnit]
    StorageResolution: NotRequired[int]


class MetricStat(TypedDict):
    Metric: Metric
    Period: int
    Stat: str
    Unit: NotRequired[StandardUnit]


class PutMetricDataRequest(TypedDict):
    Namespace: str
    MetricData: NotRequired[list[MetricDatum]]
    EntityMetricData: NotRequired[list[EntityMetricData]]
    StrictEntityValidation: NotRequired[bool]


class PutMetricDataResponse(TypedDict):
    pass


RecentlyActive: TypeAlias = Literal[
    "PT3H"
]


ScanBy: TypeAlias = Literal[
    "TimestampDescending", "TimestampAscending"
]


StandardUnit: TypeAlias = Literal[
    "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
    "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
    "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second",
    "Gigabits/Second", "Terabits/Second", "Count/Second", "None"
]


Statistic: TypeAlias = Literal[
    "SampleCount", "Average", "Sum", "Minimum", "Maximum"
]


class StatisticSet(TypedDict):
    SampleCount: float
    Sum: float
    Minimum: float
    Maximum: float


StatusCode: TypeAlias = Literal[
    "Complete", "InternalError", "PartialData", "Forbidden"
]
