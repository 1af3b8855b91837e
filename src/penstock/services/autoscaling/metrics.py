"""The points of policies' metrics: asked of CloudWatch, expressions computed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.metricmath import Queries, Series, Stat, WrongExpression
from penstock.services.autoscaling.dimensions import METRICS_OF, dimension_of, measured_by
from penstock.services.autoscaling.model import Key
from penstock.wire.call import Call, Directory, Json, Scope, ValidationError

PERIOD: Final = 60


def queries_of(key: Key, config: Mapping[str, Json]) -> Queries:
    """What a target tracking policy looks at; raises `ValidationError`."""
    predefined: Json = config.get("PredefinedMetricSpecification")
    customized: Json = config.get("CustomizedMetricSpecification")
    if bool(predefined) == bool(customized):
        raise ValidationError(
            "TargetTrackingScalingPolicyConfiguration must have exactly one of PredefinedMetricSpecification and "
            "CustomizedMetricSpecification."
        )
    if predefined:
        return Queries.one(predefined_stat(key, predefined))
    if customized.get("Metrics"):
        try:
            return Queries.of(customized["Metrics"])
        except WrongExpression as wrong:
            raise ValidationError(f"CustomizedMetricSpecification.Metrics: {wrong}.") from None
    for member in ("MetricName", "Namespace", "Statistic"):
        if member not in customized:
            raise ValidationError(f"CustomizedMetricSpecification must have Metrics, or a {member}.")
    dimensions = tuple((each["Name"], each["Value"]) for each in customized.get("Dimensions", ()))
    return Queries.one(
        Stat(
            namespace=customized["Namespace"],
            name=customized["MetricName"],
            dimensions=dimensions,
            statistic=customized["Statistic"],
            period=None,
        )
    )


def predefined_stat(key: Key, asked: Mapping[str, Json]) -> Stat:
    dimension = dimension_of(key)
    if asked["PredefinedMetricType"] != dimension.predefined:
        raise ValidationError(
            f"The PredefinedMetricType of {key.dimension} is {dimension.predefined} in Penstock, not "
            f"{asked['PredefinedMetricType']}; another metric can be given as CustomizedMetricSpecification."
        )
    name, statistic = dimension.metric
    return Stat(namespace=METRICS_OF, name=name, dimensions=measured_by(key), statistic=statistic, period=PERIOD)


@dataclass(frozen=True, slots=True)
class Metrics:
    directory: Directory

    async def points(self, scope: Scope, queries: Queries, *, end: float, length: int, period: int = PERIOD) -> Series:
        """The values of so many periods up to a moment, the oldest first."""
        start = end - length * period
        found = {}
        for name, stat in queries.stats.items():
            asked = Call("cloudwatch", "GetMetricStatistics", stat.request(start, period, length), scope)
            found[name] = stat.series(await self.directory.answer(asked), start, period, length)
        return queries.computed(found, length)

    async def off(self, scope: Scope) -> list[Mapping[str, Json]]:
        """Every alarm that is off and may act."""
        return [each for each in await self.alarms(scope, StateValue="ALARM") if each.get("ActionsEnabled", True)]

    async def alarms(self, scope: Scope, **request: Json) -> list[Mapping[str, Json]]:
        """Every alarm on metrics that DescribeAlarms tells, page after page."""
        found: list[Mapping[str, Json]] = []
        while True:
            answer = await self.directory.answer(Call("cloudwatch", "DescribeAlarms", request, scope))
            found += answer.get("MetricAlarms", ())
            if not answer.get("NextToken"):
                return found
            request["NextToken"] = answer["NextToken"]
