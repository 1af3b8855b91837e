"""Alarms are looked at: they are moto's, their metrics and states ours, and topics are told."""

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from penstock.services.peripheral import Peripheral
from penstock.services.peripheral.alarms import Alarms, check, verdict
from penstock.wire.call import Answer, Call, Directory, NotImplementedHere, Scope, ServiceError, operation
from penstock.wire.validate import validate
from services.cloudwatch.places import metrics_in

Json = Any
ALARM = {
    "AlarmName": "slow",
    "Namespace": "AWS/SageMaker",
    "MetricName": "ModelLatency",
    "Statistic": "Average",
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 100.0,
    "Period": 60,
    "EvaluationPeriods": 3,
}


def rated(name: str, period: int = 60, **more: Json) -> Json:
    metric = {"Namespace": "AWS/SageMaker", "MetricName": name, "Dimensions": [{"Name": "EndpointName", "Value": "e"}]}
    return {"Id": name.lower(), "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": period}, **more}


RATE = [
    rated("Errors", ReturnData=False),
    rated("Invocations", ReturnData=False),
    {"Id": "rate", "Expression": "100 * errors / invocations", "ReturnData": True},
]


@pytest.mark.parametrize(
    ("points", "changes", "state"),
    [
        ([200, 200, 200], {}, "ALARM"),
        ([200, 100, 200], {}, "OK"),
        ([200, 100, 200], {"DatapointsToAlarm": 2}, "ALARM"),
        ([None, None, None], {}, "INSUFFICIENT_DATA"),
        ([None, None, None], {"TreatMissingData": "ignore"}, ""),
        ([None, None, None], {"TreatMissingData": "notBreaching"}, "OK"),
        ([None, 200, 200], {"TreatMissingData": "breaching"}, "ALARM"),
        ([None, None, 200], {"DatapointsToAlarm": 1}, "ALARM"),
        ([50, 50, 50], {"ComparisonOperator": "LessThanOrEqualToThreshold", "Threshold": 50}, "ALARM"),
    ],
)
def test_an_alarm_is_in_the_state_that_its_datapoints_say(points: list[Any], changes: Json, state: str) -> None:
    assert verdict({**ALARM, **changes}, points)[0] == state


@pytest.mark.parametrize(
    "member",
    [
        {"EvaluateLowSampleCountPercentile": "ignore"},
        {"ThresholdMetricId": "band"},
        {"EvaluationWindow": {"Sliding": {}}},
        {"ComparisonOperator": "LessThanLowerThreshold"},
        {"AlarmActions": ["arn:aws:lambda:us-east-1:1:function:x"]},
    ],
)
def test_what_nobody_would_look_at_or_do_is_refused(member: Json) -> None:
    with pytest.raises(NotImplementedHere, match=next(iter(member))):
        check({**ALARM, **member})


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ([{"Id": "m", "Expression": "SEARCH(1)"}], "SEARCH is not one that Penstock computes"),
        ([{**RATE[0], "ReturnData": True}, rated("b", 300, ReturnData=False)], "one Period"),
    ],
)
def test_an_expression_that_cannot_be_computed_is_refused(metrics: Json, words: str) -> None:
    with pytest.raises(ServiceError, match=words):
        check({**ALARM, "Metrics": metrics})


async def test_an_alarm_on_an_expression_goes_off(tmp_path: Path) -> None:
    now = [time.time() // 60 * 60 + 1]
    directory, place = Directory(validate), Scope()
    room = Peripheral(directory, lambda: "http://unused", lambda: now[0])
    stack = ExitStack()
    room.enter(tmp_path, stack.enter_context(metrics_in(tmp_path, lambda: now[0])))
    alarms = Alarms(directory, lambda: now[0])

    async def ask(operation: str, **request: Json) -> Answer:
        return await directory.answer(Call("cloudwatch", operation, request, place))

    try:
        about = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 20.0, "EvaluationPeriods": 1}
        await ask("PutMetricAlarm", AlarmName="rate", Metrics=RATE, **about)
        dimensions = [{"Name": "EndpointName", "Value": "e"}]
        data = [
            {"MetricName": name, "Timestamp": now[0], "Value": value, "Dimensions": dimensions}
            for name, value in (("Errors", 3.0), ("Invocations", 10.0))
        ]
        await ask("PutMetricData", Namespace="AWS/SageMaker", MetricData=data)
        now[0] += 60
        await alarms.look(place)
        (found,) = (await ask("DescribeAlarms"))["MetricAlarms"]
    finally:
        stack.close()
        await room.close()

    assert (found["StateValue"], len(found["Metrics"])) == ("ALARM", 3)


async def test_an_alarm_on_a_percentile_goes_off(tmp_path: Path) -> None:
    now = [time.time() // 60 * 60 + 1]
    directory, place = Directory(validate), Scope()
    room = Peripheral(directory, lambda: "http://unused", lambda: now[0])
    alarms, states = Alarms(directory, lambda: now[0]), []

    async def ask(operation: str, **request: Json) -> Answer:
        return await directory.answer(Call("cloudwatch", operation, request, place))

    with metrics_in(tmp_path, lambda: now[0]) as metrics:
        room.enter(tmp_path, metrics)
        try:
            about = {each: ALARM[each] for each in ALARM if each != "Statistic"}
            await ask("PutMetricAlarm", **{**about, "ExtendedStatistic": "p99", "EvaluationPeriods": 1})
            for slow in (0.0, 1.0, 2.0):
                datum = {"MetricName": "ModelLatency", "Values": [1.0, 500.0], "Counts": [100.0 - slow, slow or 0.5]}
                await ask("PutMetricData", Namespace="AWS/SageMaker", MetricData=[datum])
                now[0] += 60
                await alarms.look(place)
                states.append((await ask("DescribeAlarms"))["MetricAlarms"][0]["StateValue"])
        finally:
            await room.close()

    assert states == ["OK", "OK", "ALARM"]


class Bus:
    service = "events"

    def __init__(self) -> None:
        self.entries: list[Json] = []

    @operation("PutEvents")
    async def put(self, call: Call, request: Json) -> Answer:
        self.entries += request["Entries"]
        return {"FailedEntryCount": 0, "Entries": [{} for _ in request["Entries"]]}

    def details(self, kind: str) -> list[Json]:
        return [json.loads(each["Detail"]) for each in self.entries if each["DetailType"] == f"CloudWatch Alarm {kind}"]

    @property
    def turns(self) -> list[tuple[str, str]]:
        return [(each["previousState"]["value"], each["state"]["value"]) for each in self.details("State Change")]


async def test_an_alarm_goes_off_tells_topic_and_bus_and_is_well_again(tmp_path: Path) -> None:
    now = [time.time() // 60 * 60 + 1]
    directory, place = Directory(validate), Scope()
    room = Peripheral(directory, lambda: "http://unused", lambda: now[0])
    directory.register(bus := Bus())
    stack = ExitStack()
    room.enter(tmp_path, stack.enter_context(metrics_in(tmp_path, lambda: now[0])))
    alarms = Alarms(directory, lambda: now[0])

    async def ask(service: str, operation: str, **request: Json) -> Answer:
        return await directory.answer(Call(service, operation, request, place))

    async def state() -> str:
        await alarms.look(place)
        (found,) = (await ask("cloudwatch", "DescribeAlarms"))["MetricAlarms"]
        return str(found["StateValue"])

    try:
        topic = (await ask("sns", "CreateTopic", Name="alerts"))["TopicArn"]
        queue = (await ask("sqs", "CreateQueue", QueueName="alerts"))["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:alerts"
        await ask("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)
        once = {"EvaluationPeriods": 1, "TreatMissingData": "notBreaching", "AlarmActions": [topic]}
        alarm: Json = {**ALARM, **once}
        await ask("cloudwatch", "PutMetricAlarm", **alarm)
        assert await state() == "OK"

        values = {"SampleCount": 2.0, "Sum": 600.0, "Minimum": 100.0, "Maximum": 500.0}
        told = {"MetricName": "ModelLatency", "Timestamp": now[0], "StatisticValues": values}
        await ask("cloudwatch", "PutMetricData", Namespace="AWS/SageMaker", MetricData=[told])
        assert await state() == "OK"  # the period is not over
        now[0] += 60
        assert await state() == "ALARM"
        now[0] += 60
        assert await state() == "OK"

        (message,) = (await ask("sqs", "ReceiveMessage", QueueUrl=queue))["Messages"]
        told = json.loads(json.loads(message["Body"])["Message"])
        assert (told["AlarmName"], told["OldStateValue"], told["NewStateValue"]) == ("slow", "OK", "ALARM")

        await ask("cloudwatch", "SetAlarmState", AlarmName="slow", StateValue="ALARM", StateReason="by hand")
        await ask("cloudwatch", "SetAlarmState", AlarmName="slow", StateValue="ALARM", StateReason="once more")
        assert len((await ask("sqs", "ReceiveMessage", QueueUrl=queue))["Messages"]) == 1
        assert bus.turns == [("INSUFFICIENT_DATA", "OK"), ("OK", "ALARM"), ("ALARM", "OK"), ("OK", "ALARM")]
        (last,) = bus.entries[-1:]
        assert (last["Source"], last["DetailType"]) == ("aws.cloudwatch", "CloudWatch Alarm State Change")
        assert last["Resources"] == ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow"]
        detail = json.loads(last["Detail"])
        (metric,) = detail["configuration"]["metrics"]
        assert (detail["alarmName"], detail["state"]["reason"]) == ("slow", "by hand")
        assert metric["metricStat"] == {
            "metric": {"namespace": "AWS/SageMaker", "name": "ModelLatency", "dimensions": {}}, "period": 60,
            "stat": "Average",
        }  # fmt: skip
    finally:
        stack.close()
        await room.close()


async def test_a_new_alarm_has_no_data_and_one_that_is_changed_keeps_its_state(tmp_path: Path) -> None:
    directory, place = Directory(validate), Scope()
    room = Peripheral(directory, lambda: "http://unused", time.time)
    directory.register(bus := Bus())
    room.enter(tmp_path)

    async def ask(operation: str, **request: Json) -> Answer:
        return await directory.answer(Call("cloudwatch", operation, request, place))

    async def state() -> tuple[str, str]:
        (found,) = (await ask("DescribeAlarms"))["MetricAlarms"]
        return found["StateValue"], found["StateReason"]

    try:
        await ask("PutMetricAlarm", **ALARM)
        assert await state() == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
        await ask("SetAlarmState", AlarmName="slow", StateValue="ALARM", StateReason="by hand")
        await ask("PutMetricAlarm", **{**ALARM, "Threshold": 50.0, "AlarmDescription": "stricter"})
        assert await state() == ("ALARM", "by hand")
        await ask("DisableAlarmActions", AlarmNames=["slow"])
        await ask("DeleteAlarms", AlarmNames=["slow"])
    finally:
        await room.close()

    made, stricter, quiet, gone = bus.details("Configuration Change")
    assert [each["operation"] for each in (made, stricter, quiet, gone)] == ["create", "update", "update", "delete"]
    assert made["configuration"] == {
        "alarmName": "slow", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 3, "threshold": 100.0,
        "actionsEnabled": True, "okActions": [], "alarmActions": [], "insufficientDataActions": [],
        "metrics": made["configuration"]["metrics"], "timestamp": made["configuration"]["timestamp"],
    }  # fmt: skip
    assert (made["state"]["value"], stricter["state"]["value"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert stricter["previousConfiguration"] == made["configuration"]
    assert (stricter["configuration"]["threshold"], stricter["configuration"]["description"]) == (50.0, "stricter")
    assert (quiet["configuration"]["actionsEnabled"], gone["configuration"]["actionsEnabled"]) == (False, False)
