"""Announcing: what follows from that a peripheral service was asked for and did, EventBridge's events first. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Json, Scope

ACTIONS: Final = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
CONFIGURATION: Final[Mapping[str, str]] = {
    "AlarmName": "alarmName", "AlarmDescription": "description", "ActionsEnabled": "actionsEnabled",
    "ComparisonOperator": "comparisonOperator", "EvaluationPeriods": "evaluationPeriods", "Threshold": "threshold",
    "DatapointsToAlarm": "datapointsToAlarm", "TreatMissingData": "treatMissingData",
    "OKActions": "okActions", "AlarmActions": "alarmActions", "InsufficientDataActions": "insufficientDataActions",
}  # fmt: skip
IMAGES: Final[Mapping[str, str]] = {"PutImage": "PUSH", "BatchDeleteImage": "DELETE"}

ByName = Mapping[str, Mapping[str, Json]]  # alarms, as DescribeAlarms tells them


def announced(call: Call, answer: Answer) -> Iterator[Call]:
    """The events that follow from an answer, as calls."""
    if call.service == "ecr" and call.operation in IMAGES:
        images = [answer["image"]["imageId"]] if "image" in answer else answer.get("imageIds", ())
        for image in images:
            yield event(call.scope, "aws.ecr", "ECR Image Action", image_action(call, image))


def image_action(call: Call, image: Json) -> dict[str, Json]:
    return {
        "action-type": IMAGES[call.operation],
        "result": "SUCCESS",
        "repository-name": call.request["repositoryName"],
        **({"image-digest": image["imageDigest"]} if image.get("imageDigest") else {}),
        **({"image-tag": image["imageTag"]} if image.get("imageTag") else {}),
    }


def turned(call: Call, alarm: Mapping[str, Json], at: float) -> Iterator[Call]:
    """What follows from SetAlarmState, of an alarm as it was before: its event, and the topics that it tells."""
    state = call.request["StateValue"]
    if state == alarm["StateValue"]:
        return
    detail = state_change(call.request, alarm, at)
    yield event(call.scope, "aws.cloudwatch", "CloudWatch Alarm State Change", detail, [alarm["AlarmArn"]])
    if alarm.get("ActionsEnabled", True):
        subject = f'{state}: "{alarm["AlarmName"]}" in {call.scope.region}'
        message = json.dumps(notification(call, alarm))
        for topic in alarm.get(ACTIONS[state], ()):
            if Arn.of(topic).service == "sns":
                request = {"TopicArn": topic, "Subject": subject[:100], "Message": message}
                yield Call("sns", "Publish", request, Scope(call.scope.account, call.scope.region))


def configured(call: Call, before: ByName, after: ByName, at: float) -> Iterator[Call]:
    """The events of alarms that were made, changed or removed."""
    for name in {**before, **after}:
        alarm, was = after.get(name), before.get(name)
        kind = "delete" if alarm is None else "create" if was is None else "update"
        detail: dict[str, Json] = {"alarmName": name, "operation": kind}
        told = alarm or was or {}
        detail["state"] = state_of(told, told.get("StateUpdatedTimestamp", at))
        detail["configuration"] = configuration(told, at)
        if kind == "update" and was is not None:
            detail["previousConfiguration"] = configuration(was, at)
        yield event(call.scope, "aws.cloudwatch", "CloudWatch Alarm Configuration Change", detail, [told["AlarmArn"]])


def configuration(alarm: Mapping[str, Json], at: float) -> dict[str, Json]:
    """All that an alarm was put with."""
    kept = {told: alarm[member] for member, told in CONFIGURATION.items() if alarm.get(member) is not None}
    when = moment(alarm.get("AlarmConfigurationUpdatedTimestamp", at))
    return {**kept, "metrics": list(metrics(alarm)), "timestamp": when}


def notification(call: Call, alarm: Mapping[str, Json]) -> dict[str, Json]:
    """What a topic is told."""
    return {
        "AlarmName": alarm["AlarmName"],
        "AlarmArn": alarm["AlarmArn"],
        "AWSAccountId": call.scope.account,
        "Region": call.scope.region,
        "NewStateValue": call.request["StateValue"],
        "NewStateReason": call.request["StateReason"],
        "OldStateValue": alarm["StateValue"],
    }


def state_change(request: Mapping[str, Json], alarm: Mapping[str, Json], at: float) -> dict[str, Json]:
    description = alarm.get("AlarmDescription")
    return {
        "alarmName": alarm["AlarmName"],
        "state": state_of(request, at),
        "previousState": state_of(alarm, alarm.get("StateUpdatedTimestamp", at)),
        "configuration": {**({"description": description} if description else {}), "metrics": list(metrics(alarm))},
    }


def state_of(told: Mapping[str, Json], at: float) -> dict[str, Json]:
    data = told.get("StateReasonData")
    return {
        "value": told["StateValue"], "reason": told.get("StateReason", ""), **({"reasonData": data} if data else {}),
        "timestamp": moment(at),
    }  # fmt: skip


def moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3]}+0000"


def metrics(alarm: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """What an alarm is on; that of one metric has an id that nobody has given it."""
    if not alarm.get("Metrics"):
        id = str(UUID(hashlib.sha256(alarm["AlarmArn"].encode()).hexdigest()[:32]))  # noqa: A001
        which = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        yield {"id": id, "metricStat": stat(alarm, alarm["Period"], which), "returnData": True}
    for each in alarm.get("Metrics") or ():
        told = {"id": each["Id"], "returnData": each.get("ReturnData", True)}
        for member in ("Expression", "Label"):
            if each.get(member):
                told[member.lower()] = each[member]
        if of := each.get("MetricStat"):
            told["metricStat"] = stat(of["Metric"], of["Period"], of["Stat"])
        yield told


def stat(metric: Mapping[str, Json], period: int, name: str) -> dict[str, Json]:
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}
    told = {"namespace": metric["Namespace"], "name": metric["MetricName"], "dimensions": dimensions}
    return {"metric": told, "period": int(period), "stat": name}


def event(scope: Scope, source: str, detail_type: str, detail: Json, resources: Sequence[str] = ()) -> Call:
    entry = {"Source": source, "DetailType": detail_type, "Resources": list(resources), "Detail": json.dumps(detail)}
    return Call("events", "PutEvents", {"Entries": [entry]}, Scope(scope.account, scope.region))
