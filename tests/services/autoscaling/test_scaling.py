"""Endpoints are scaled: by their metrics, by alarms, by the clock, and into their bounds."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from penstock.services.autoscaling import activities
from penstock.services.peripheral import Peripheral
from penstock.wire.call import Call, Scope
from services.autoscaling.worlds import KEY, living
from services.cloudwatch.places import metrics_in

Json = Any


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activities, "LOOK_EVERY", 0.005)


async def test_a_variant_grows_with_its_invocations_and_cools_down(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register(most=4)
        await world.track(100.0, ScaleOutCooldown=120)
        world.metrics.values["InvocationsPerInstance"] = 250.0

        assert await world.look() == 3
        assert await world.look(later=60) == 3
        assert await world.look(later=60) == 4  # 8 is beyond the bounds
        (call, _) = world.endpoint.calls
        (_, first) = await world.activities()

    assert call.request == {
        "EndpointName": "e", "DesiredWeightsAndCapacities": [{"VariantName": "a", "DesiredInstanceCount": 3}]
    }  # fmt: skip
    assert (first["StatusCode"], first["Description"]) == ("Successful", "Setting desired instance count to 3.")
    assert first["Cause"].startswith("monitor alarm TargetTracking-endpoint/e/variant/a-AlarmHigh")
    assert first["StatusMessage"].endswith("Change successfully fulfilled by sagemaker.")
    assert world.metrics.asked[0]["Dimensions"] == [
        {"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": "a"}
    ]  # fmt: skip


async def test_a_variant_shrinks_when_it_has_been_quiet_unless_it_may_not(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        world.endpoint.capacity = 4
        await world.register()
        await world.track(100.0, DisableScaleIn=True)
        world.metrics.values["InvocationsPerInstance"] = 20.0
        assert await world.look() == 4

        await world.track(100.0)
        assert await world.look(later=60) == 1


async def test_without_data_nothing_happens(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        world.endpoint.capacity = 4
        await world.register()
        await world.track(100.0)

        assert await world.look() == 4
        assert await world.activities() == []


async def test_a_policy_may_follow_an_expression_over_metrics(tmp_path: Path) -> None:
    def query(name: str) -> Json:
        metric = {"Namespace": "Mine", "MetricName": name}
        return {"Id": name, "MetricStat": {"Metric": metric, "Stat": "Sum"}, "ReturnData": False}

    metrics = [query("backlog"), query("workers"), {"Id": "each", "Expression": "backlog / workers"}]
    async with living(tmp_path) as world:
        await world.register()
        await world.track(10.0, CustomizedMetricSpecification={"Metrics": metrics})
        world.metrics.values = {"backlog": 80.0, "workers": 2.0}

        assert await world.look() == 4


async def test_an_alarm_that_is_off_takes_the_step_that_it_falls_into(tmp_path: Path) -> None:
    steps = [
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 50.0, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 50.0, "ScalingAdjustment": 3},
    ]
    config = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps, "Cooldown": 60}
    async with living(tmp_path) as world:
        await world.register()
        put = await world.about(
            "PutScalingPolicy", PolicyName="s", PolicyType="StepScaling", StepScalingPolicyConfiguration=config
        )
        alarm = {
            "AlarmName": "busy", "AlarmActions": [put["PolicyARN"]], "Namespace": "Mine", "MetricName": "load",
            "Statistic": "Average", "Period": 60, "EvaluationPeriods": 2, "Threshold": 100.0,
        }  # fmt: skip
        world.metrics.values["load"] = 170.0
        assert await world.look() == 1

        world.metrics.alarms = [alarm]
        assert await world.look(later=60) == 4
        world.metrics.values["load"] = 110.0
        assert await world.look(later=60) == 5
        cause = (await world.activities())[0]["Cause"]

    assert cause == "monitor alarm busy in state ALARM triggered policy s"


async def test_a_capacity_outside_of_its_bounds_is_brought_inside(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register(least=2)
        assert await world.look() == 2

        await world.register(least=1, most=1)
        assert await world.look() == 1
        causes = [each["Cause"] for each in await world.activities()]

    assert sorted(causes) == ["maximum capacity was set to 1", "minimum capacity was set to 2"]


@pytest.mark.parametrize(
    ("member", "value", "capacity"),
    [
        ("DynamicScalingOutSuspended", 250.0, 2),
        ("DynamicScalingInSuspended", 10.0, 2),
        ("ScheduledScalingSuspended", 250.0, 5),
    ],
)
async def test_what_is_suspended_does_not_happen(tmp_path: Path, member: str, value: float, capacity: int) -> None:
    async with living(tmp_path) as world:
        world.endpoint.capacity = 2
        await world.register(SuspendedState={member: True})
        await world.track(100.0)
        world.metrics.values["InvocationsPerInstance"] = value

        assert await world.look() == capacity


async def test_a_scheduled_action_sets_the_bounds_when_it_is_due(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register(most=4)
        await world.about(
            "PutScheduledAction", ScheduledActionName="morning", Schedule="rate(1 hour)",
            ScalableTargetAction={"MinCapacity": 3},
        )  # fmt: skip
        assert await world.look(later=3599) == 1
        assert await world.look(later=1) == 3
        (activity,) = await world.activities()
        (target,) = (await world.ask("DescribeScalableTargets", ServiceNamespace="sagemaker"))["ScalableTargets"]

    assert activity["Cause"] == "scheduled action name morning was triggered, minimum capacity was set to 3"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 4)
    assert not [member for member in target if member.startswith("_")]


async def test_an_action_that_comes_once_is_gone_afterwards_and_suspended_ones_pass(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register(SuspendedState={"ScheduledScalingSuspended": True})
        await world.about(
            "PutScheduledAction", ScheduledActionName="once", Schedule="at(2023-11-14T23:00:00)",
            ScalableTargetAction={"MinCapacity": 5, "MaxCapacity": 5},
        )  # fmt: skip

        assert await world.look(later=3600) == 1
        assert (await world.about("DescribeScheduledActions"))["ScheduledActions"] == []


async def test_what_the_endpoint_refuses_is_a_failed_activity(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        world.endpoint.refusal = "no room"
        await world.register(least=2)
        await world.look()
        activity = (await world.activities())[0]

    assert activity["StatusCode"] == "Failed"
    assert activity["StatusMessage"] == "Failed to set desired instance count to 2. Reason: no room"


async def test_provisioned_concurrency_is_scaled_by_its_utilization(tmp_path: Path) -> None:
    key = {
        **KEY,
        "ResourceId": "endpoint/e/variant/s",
        "ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency",
    }
    metric = {"PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"}
    async with living(tmp_path) as world:
        world.endpoint.capacity = 2
        await world.about("RegisterScalableTarget", MinCapacity=1, MaxCapacity=10, **key)
        await world.about(
            "PutScalingPolicy", **key, PolicyName="p", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": 0.5, "PredefinedMetricSpecification": metric},
        )  # fmt: skip
        world.metrics.values["ServerlessProvisionedConcurrencyUtilization"] = 1.0

        assert await world.look() == 4


async def test_an_activity_that_is_under_way_is_the_only_one(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        world.endpoint.is_held = True
        await world.register(least=2)
        await world.room.look()
        await world.room.look()
        (activity,) = await world.activities()
        assert activity["StatusCode"] == "InProgress"

        world.endpoint.status = "InService"
        await world.look()
        assert [each["StatusCode"] for each in await world.activities()] == ["Successful"]
        assert len(world.endpoint.calls) == 1


async def test_alarms_and_metrics_are_those_of_cloudwatch(tmp_path: Path) -> None:
    config = {
        "AdjustmentType": "ExactCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 3}],
    }
    now = time.time() // 60 * 60 + 40
    async with living(tmp_path, has_cloudwatch=True, now=now) as world:
        cloudwatch = Peripheral(world.directory, str, lambda: world.now)
        stack = ExitStack()
        cloudwatch.enter(tmp_path, stack.enter_context(metrics_in(tmp_path, lambda: world.now)))

        async def ask(operation: str, **request: Json) -> None:
            await world.directory.answer(Call("cloudwatch", operation, request, Scope()))

        try:
            await world.register()
            put = await world.about(
                "PutScalingPolicy", PolicyName="s", PolicyType="StepScaling", StepScalingPolicyConfiguration=config
            )
            data = [{"MetricName": "load", "Timestamp": now, "Value": 9.0}]
            await ask("PutMetricData", Namespace="Mine", MetricData=data)
            await ask(
                "PutMetricAlarm", AlarmName="busy", AlarmActions=[put["PolicyARN"]], Namespace="Mine",
                MetricName="load", Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=5.0,
                ComparisonOperator="GreaterThanThreshold",
            )  # fmt: skip
            assert await world.look() == 1
            await ask("SetAlarmState", AlarmName="busy", StateValue="ALARM", StateReason="it is so")

            assert await world.look(later=60) == 3
        finally:
            stack.close()
            await cloudwatch.close()


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"CustomizedMetricSpecification": {"Namespace": "Mine", "MetricName": "load", "Statistic": "Average"}},
        {
            "CustomizedMetricSpecification": {
                "Metrics": [
                    {
                        "Id": "load", "ReturnData": False,
                        "MetricStat": {"Metric": {"Namespace": "Mine", "MetricName": "load"}, "Stat": "Sum"},
                    },
                    {"Id": "half", "Expression": "load / 2"},
                ]
            }
        },
    ],
    ids=["predefined", "customized", "expression"],
)  # fmt: skip
async def test_cloudwatch_keeps_the_alarms_of_a_target_tracking_policy(tmp_path: Path, config: Json) -> None:
    async with living(tmp_path, has_cloudwatch=True) as world:
        cloudwatch = Peripheral(world.directory, str, lambda: world.now)
        cloudwatch.enter(tmp_path)

        async def thresholds() -> list[float]:
            found = await world.directory.answer(Call("cloudwatch", "DescribeAlarms", {}, Scope()))
            return [each["Threshold"] for each in found["MetricAlarms"]]

        try:
            await world.register()
            await world.track(100.0, **config)
            put = await thresholds()
            await world.about("DeleteScalingPolicy", PolicyName="p")

            assert (put, await thresholds()) == ([100.0, 90.0], [])
        finally:
            await cloudwatch.close()


async def test_copies_of_an_inference_component_grow_with_its_invocations_and_may_go(tmp_path: Path) -> None:
    key: Json = {
        "ResourceId": "inference-component/c",
        "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
    }
    metric = {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"}
    }
    async with living(tmp_path) as world:
        await world.register(least=0, **key)
        await world.about(
            "PutScalingPolicy", PolicyName="p", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": 100.0, **metric}, **key,
        )  # fmt: skip
        world.metrics.values["InvocationsPerCopy"] = 250.0
        assert await world.look() == 3
        (call,) = world.endpoint.calls
        world.metrics.values["InvocationsPerCopy"] = 0.0
        assert await world.look(later=600) == 0

    assert (call.operation, call.request) == (
        "UpdateInferenceComponentRuntimeConfig",
        {"InferenceComponentName": "c", "DesiredRuntimeConfig": {"CopyCount": 3}},
    )
    assert world.metrics.asked[0]["Dimensions"] == [{"Name": "InferenceComponentName", "Value": "c"}]


async def test_an_asynchronous_endpoint_rests_without_instances_and_comes_back(tmp_path: Path) -> None:
    backlog = {"MetricName": "ApproximateBacklogSizePerInstance", "Namespace": "AWS/SageMaker", "Statistic": "Average"}
    async with living(tmp_path) as world:
        world.endpoint.is_asynchronous = True
        await world.register(least=0)
        await world.track(5.0, CustomizedMetricSpecification=backlog)
        world.metrics.values["ApproximateBacklogSizePerInstance"] = 0.0
        assert await world.look() == 0
        world.metrics.values["ApproximateBacklogSizePerInstance"] = 12.0
        assert await world.look(later=600) == 1
