"""The alarms of target tracking policies, as they stand in CloudWatch: one above the target, one well below it.

    TargetTracking-endpoint/e/variant/a-AlarmHigh-…   three minutes in a row above the target
    TargetTracking-endpoint/e/variant/a-AlarmLow-…    fifteen below nine tenths of it

They are for people, and for who hears their changes: whether a capacity changes, `watching` sees in the metric itself.
Their names come of the policy's ARN, so that nothing is kept of them: CloudWatch forgets them with the server, and the
watcher has them stand again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from penstock.services.autoscaling.deciding import HIGH_POINTS, LOW, LOW_POINTS
from penstock.services.autoscaling.dimensions import METRICS_OF, dimension_of, measured_by
from penstock.services.autoscaling.metrics import PERIOD, Metrics
from penstock.services.autoscaling.model import Key
from penstock.store.documents import Document
from penstock.wire.call import Call, Directory, Json, Scope, ServiceError

if TYPE_CHECKING:
    from penstock.services.autoscaling.shapes import Alarm

log: Final = logging.getLogger(__name__)
CONFIG: Final = "TargetTrackingScalingPolicyConfiguration"
HIGH: Final = "High"
WAYS: Final = (HIGH, "Low")


@dataclass(frozen=True, slots=True)
class PolicyAlarms:
    directory: Directory

    async def put(self, policies: Sequence[Document]) -> None:
        """Have their alarms be as these policies want them; what CloudWatch refuses is said in the log."""
        for policy in policies:
            for request in requests(policy):
                await self._ask(policy.scope, "PutMetricAlarm", request)

    async def stand(self, policies: Sequence[Document]) -> None:
        """Put those that CloudWatch has not."""
        for policy in policies:
            wanted = {each["AlarmName"]: each for each in requests(policy)}
            found = await self._ask(policy.scope, "DescribeAlarms", {"AlarmNames": list(wanted)})
            there = {each["AlarmName"] for each in found.get("MetricAlarms", ())} if found is not None else wanted
            for name in wanted.keys() - there:
                await self._ask(policy.scope, "PutMetricAlarm", wanted[name])

    async def remove(self, policies: Sequence[Document]) -> None:
        """Those of policies that are gone."""
        for policy in policies:
            if names := [each["AlarmName"] for each in told(policy)]:
                await self._ask(policy.scope, "DeleteAlarms", {"AlarmNames": names})

    async def of(self, scope: Scope, policies: Sequence[Document]) -> dict[str, list[Alarm]]:
        """The alarms of policies, by the policies' ARNs: of step scaling those that name the policy."""
        found = {each.arn: told(each) for each in policies}
        if stepping := {each.arn for each in policies if CONFIG not in each.body}:
            for alarm in await Metrics(self.directory).alarms(scope):
                for arn in stepping.intersection(alarm.get("AlarmActions", ())):
                    found[arn].append({"AlarmName": alarm["AlarmName"], "AlarmARN": alarm["AlarmArn"]})
        return found

    async def _ask(self, scope: Scope, operation: str, request: Mapping[str, Json]) -> Json | None:
        try:
            return await self.directory.answer(Call("cloudwatch", operation, request, scope))
        except ServiceError as refusal:
            log.warning("the alarms of a scaling policy: %s: %s", operation, refusal.message)
            return None


def told(policy: Document) -> list[Alarm]:
    """The names and ARNs of a policy's alarms; none but of target tracking."""
    if CONFIG not in policy.body:
        return []
    names = [name_of(policy, way) for way in WAYS]
    return [{"AlarmName": name, "AlarmARN": policy.scope.arn("cloudwatch", f"alarm:{name}")} for name in names]


def name_of(policy: Document, way: str) -> str:
    drawn = UUID(hashlib.sha256(f"{policy.arn} {way}".encode()).hexdigest()[:32])
    return f"TargetTracking-{policy.body['ResourceId']}-Alarm{way}-{drawn}"


def requests(policy: Document) -> list[dict[str, Json]]:
    """What CloudWatch is asked for."""
    if CONFIG not in policy.body:
        return []
    config = policy.body[CONFIG]
    common = {
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.arn}.",
        "AlarmActions": [policy.arn],
        **measured(Key.named(policy), config),
    }
    high = {
        "AlarmName": name_of(policy, HIGH), "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": HIGH_POINTS, "Threshold": float(config["TargetValue"]),
    }  # fmt: skip
    low = {
        "AlarmName": name_of(policy, "Low"), "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": LOW_POINTS, "Threshold": LOW * config["TargetValue"],
    }  # fmt: skip
    return [{**common, **high}, {**common, **low}]


def measured(key: Key, config: Mapping[str, Json]) -> dict[str, Json]:
    """An alarm's members that say what it is on."""
    customized = config.get("CustomizedMetricSpecification")
    if not customized:
        name, statistic = dimension_of(key).metric
        dimensions: Json = [{"Name": each, "Value": value} for each, value in measured_by(key)]
        return {
            "Namespace": METRICS_OF, "MetricName": name, "Dimensions": dimensions, "Statistic": statistic,
            "Period": PERIOD,
        }  # fmt: skip
    if customized.get("Metrics"):
        return {"Metrics": [query(each) for each in customized["Metrics"]]}
    members = ("Namespace", "MetricName", "Dimensions", "Statistic", "Unit")
    return {**{each: customized[each] for each in members if each in customized}, "Period": PERIOD}


def query(asked: Mapping[str, Json]) -> dict[str, Json]:
    """One of several, with the period that CloudWatch wants to be told."""
    stat = asked.get("MetricStat")
    return {**asked, **({"MetricStat": {"Period": PERIOD, **stat}} if stat else {})}
