"""Targets, policies, scheduled actions and tags: made, shown, changed, removed; and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from penstock.wire.call import ServiceError
from services.autoscaling.worlds import KEY, METRIC, NOW, World, living

Json = Any
SAID = (
    "service namespace: sagemaker, resource ID: endpoint/e/variant/a, scalable dimension: "
    "sagemaker:variant:DesiredInstanceCount"
)
STEPS: Json = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


async def targets(world: World, **request: Json) -> list[Json]:
    answer = await world.ask("DescribeScalableTargets", ServiceNamespace="sagemaker", **request)
    return list(answer["ScalableTargets"])


async def test_a_target_is_shown_as_it_was_registered_and_keeps_what_is_not_said_anew(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        arn = await world.register(Tags={"team": "blue"})
        again = await world.about("RegisterScalableTarget", MaxCapacity=7)
        (shown,) = await targets(world)
        tags = await world.ask("ListTagsForResource", ResourceARN=arn)

        assert again == {"ScalableTargetARN": arn}
        assert shown == {
            **KEY, "MinCapacity": 1, "MaxCapacity": 7, "CreationTime": NOW, "ScalableTargetARN": arn,
            "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling."
            "amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
            "SuspendedState": {
                "DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": False,
            },
        }  # fmt: skip
        assert tags == {"Tags": {"team": "blue"}}
        await world.ask("TagResource", ResourceARN=arn, Tags={"more": "yes"})
        await world.ask("UntagResource", ResourceARN=arn, TagKeys=["team"])
        assert await world.ask("ListTagsForResource", ResourceARN=arn) == {"Tags": {"more": "yes"}}


async def test_targets_are_found_by_resource_and_dimension_and_page_by_page(tmp_path: Path) -> None:
    other = {
        "ResourceId": "endpoint/e/variant/s",
        "ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency",
    }
    async with living(tmp_path) as world:
        await world.register()
        await world.about("RegisterScalableTarget", MinCapacity=1, MaxCapacity=10, **other)

        assert len(await targets(world)) == 2
        assert [each["ResourceId"] for each in await targets(world, ResourceIds=["endpoint/e/variant/s"])] == [
            "endpoint/e/variant/s"
        ]
        assert (
            await targets(world, ResourceIds=["endpoint/e/variant/s"], ScalableDimension=KEY["ScalableDimension"]) == []
        )
        first = await world.ask("DescribeScalableTargets", ServiceNamespace="sagemaker", MaxResults=1)
        second = await targets(world, MaxResults=1, NextToken=first["NextToken"])
        assert {first["ScalableTargets"][0]["ResourceId"], second[0]["ResourceId"]} == {
            "endpoint/e/variant/a", "endpoint/e/variant/s"
        }  # fmt: skip
        assert await world.ask("DescribeScalableTargets", ServiceNamespace="ecs") == {"ScalableTargets": []}


async def test_what_is_deregistered_takes_its_policies_and_actions_along(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register()
        await world.track(10.0)
        await world.about(
            "PutScheduledAction", ScheduledActionName="x", Schedule="rate(1 hour)",
            ScalableTargetAction={"MinCapacity": 3},
        )  # fmt: skip

        await world.about("DeregisterScalableTarget")

        assert world.metrics.put == {}
        assert await targets(world) == []
        assert (await world.about("DescribeScalingPolicies"))["ScalingPolicies"] == []
        assert (await world.about("DescribeScheduledActions"))["ScheduledActions"] == []
        assert await world.look(later=3600) == 1
        refused = await world.refused("DeregisterScalableTarget")
        assert (refused.code, refused.message) == ("ObjectNotFoundException", f"No scalable target found for {SAID}")


async def test_a_target_tracking_policy_has_two_alarms_in_cloudwatch_until_it_goes(tmp_path: Path) -> None:
    config: Json = {"TargetValue": 20.0, **METRIC}
    async with living(tmp_path) as world:
        await world.register()
        put = await world.about(
            "PutScalingPolicy", PolicyName="p", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=config,
        )  # fmt: skip
        (shown,) = (await world.about("DescribeScalingPolicies"))["ScalingPolicies"]
        high, low = (world.metrics.put[each["AlarmName"]] for each in put["Alarms"])

        assert shown["Alarms"] == put["Alarms"]
        assert high["AlarmName"].startswith("TargetTracking-endpoint/e/variant/a-AlarmHigh-")
        assert low["AlarmName"].startswith("TargetTracking-endpoint/e/variant/a-AlarmLow-")
        assert put["Alarms"][0]["AlarmARN"].endswith(f":alarm:{high['AlarmName']}")
        assert (high["ComparisonOperator"], high["Threshold"], high["EvaluationPeriods"]) == (
            "GreaterThanThreshold", 20.0, 3
        )  # fmt: skip
        assert (low["ComparisonOperator"], low["Threshold"], low["EvaluationPeriods"]) == (
            "LessThanThreshold",
            18.0,
            15,
        )
        assert high["AlarmActions"] == [put["PolicyARN"]]
        assert (high["Namespace"], high["MetricName"], high["Statistic"], high["Period"]) == (
            "AWS/SageMaker", "InvocationsPerInstance", "Sum", 60
        )  # fmt: skip

        await world.track(40.0)
        assert [each["Threshold"] for each in world.metrics.put.values()] == [40.0, 36.0]
        await world.about("DeleteScalingPolicy", PolicyName="p")
        assert world.metrics.put == {}


async def test_alarms_that_cloudwatch_has_forgotten_stand_again(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register()
        await world.track(10.0)
        put = dict(world.metrics.put)
        world.metrics.put.clear()

        await world.look()

        assert world.metrics.put == put


async def test_a_step_scaling_policy_tells_the_alarms_that_name_it(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register()
        put = await world.about(
            "PutScalingPolicy", PolicyName="s", PolicyType="StepScaling", StepScalingPolicyConfiguration=STEPS
        )
        alarm = {"AlarmName": "busy", "AlarmArn": "arn:busy"}
        world.metrics.alarms = [{**alarm, "AlarmActions": [put["PolicyARN"]]}, {**alarm, "AlarmActions": []}]

        (shown,) = (await world.about("DescribeScalingPolicies"))["ScalingPolicies"]

    assert put["Alarms"] == []
    assert shown["Alarms"] == [{"AlarmName": "busy", "AlarmARN": "arn:busy"}]


async def test_a_policy_is_shown_changed_and_deleted(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        await world.register()
        arn = await world.track(10.0)
        assert await world.track(20.0, DisableScaleIn=True) == arn

        assert (await world.about("DescribeScalingPolicies", PolicyNames=["q"]))["ScalingPolicies"] == []
        (shown,) = (await world.about("DescribeScalingPolicies", PolicyNames=["p"]))["ScalingPolicies"]
        config = {"TargetValue": 20.0, "DisableScaleIn": True, **METRIC}
        assert shown == {
            **KEY, "PolicyName": "p", "PolicyARN": arn, "PolicyType": "TargetTrackingScaling", "CreationTime": NOW,
            "TargetTrackingScalingPolicyConfiguration": config, "Alarms": shown["Alarms"],
        }  # fmt: skip
        assert ":resource/sagemaker/endpoint/e/variant/a:policyName/p" in arn
        await world.about("DeleteScalingPolicy", PolicyName="p")
        refused = await world.refused("DeleteScalingPolicy", PolicyName="p")
        assert refused.message == f"No scaling policy found for {SAID}, policy name: p"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"MinCapacity": 1}, "MaxCapacity is required"),
        ({"MinCapacity": 0, "MaxCapacity": 1}, "at least 1"),
        ({"MinCapacity": 3, "MaxCapacity": 1}, "Maximum capacity cannot be less than minimum capacity"),
        ({"ResourceId": "endpoint/none/variant/a"}, "Could not find endpoint"),
        ({"ResourceId": "endpoint/e/variant/none"}, "has no desired instance count"),
        ({"ResourceId": "service/x/y"}, "is not one of sagemaker:variant:DesiredInstanceCount"),
        ({"ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}, "inference-component/NAME"),
        (
            {
                "ResourceId": "inference-component/none",
                "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
            },
            "Could not find inference component",
        ),
        ({"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}, "it does not scale"),
    ],
)
async def test_what_cannot_be_registered_is_refused(tmp_path: Path, request_: Json, words: str) -> None:
    async with living(tmp_path) as world:
        refused = await world.refused("RegisterScalableTarget", **request_)

    assert refused.code == "ValidationException"
    assert words in refused.message


TRACKING = {"PolicyType": "TargetTrackingScaling"}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (TRACKING, "must have a TargetTrackingScalingPolicyConfiguration"),
        ({"PolicyType": "PredictiveScaling"}, "PredictiveScaling is not supported for sagemaker"),
        ({"StepScalingPolicyConfiguration": {"AdjustmentType": "ExactCapacity"}}, "must have an AdjustmentType"),
        (
            {"StepScalingPolicyConfiguration": {**STEPS, "MinAdjustmentMagnitude": 1}},
            "MinAdjustmentMagnitude is for the AdjustmentType",
        ),
        (
            {"StepScalingPolicyConfiguration": {**STEPS, "StepAdjustments": STEPS["StepAdjustments"] * 2}},
            "must not overlap",
        ),
        ({**TRACKING, "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 1.0}}, "exactly one of"),
        ({**TRACKING, "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 0.0, **METRIC}}, "above 0"),
        (
            {
                **TRACKING,
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"},
                },
            },
            "not ALBRequestCountPerTarget",
        ),
        (
            {
                **TRACKING,
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1.0,
                    "CustomizedMetricSpecification": {"Metrics": [{"Id": "m", "Expression": "SEARCH(1)"}]},
                },
            },
            "SEARCH is not one that Penstock computes",
        ),
    ],
)
async def test_a_policy_that_cannot_be_followed_is_refused(tmp_path: Path, request_: Json, words: str) -> None:
    async with living(tmp_path) as world:
        absent = await world.refused(
            "PutScalingPolicy", PolicyName="p", PolicyType="StepScaling", StepScalingPolicyConfiguration=STEPS
        )
        await world.register()
        refused = await world.refused("PutScalingPolicy", PolicyName="p", **request_)

    assert absent.message == f"No scalable target registered for {SAID}"
    assert refused.code == "ValidationException"
    assert words in refused.message


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "Schedule is required"),
        ({"Schedule": "rate(1 hour)"}, "ScalableTargetAction must have"),
        ({"Schedule": "hourly", "ScalableTargetAction": {"MinCapacity": 1}}, "Schedule expression is not valid"),
        (
            {"Schedule": "rate(1 hour)", "Timezone": "Nowhere", "ScalableTargetAction": {"MinCapacity": 1}},
            "Timezone is not valid",
        ),
        ({"Schedule": "at(2001-01-01T00:00:00)", "ScalableTargetAction": {"MinCapacity": 1}}, "never comes"),
        ({"Schedule": "rate(1 hour)", "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 1}}, "less than"),
    ],
)
async def test_a_scheduled_action_that_never_comes_is_refused(tmp_path: Path, request_: Json, words: str) -> None:
    async with living(tmp_path) as world:
        await world.register()
        refused = await world.refused("PutScheduledAction", ScheduledActionName="x", **request_)
        gone = await world.refused("DeleteScheduledAction", ScheduledActionName="x")

    assert words in refused.message
    assert gone.message == f"No scheduled action found for {SAID}, scheduled action name: x"


async def test_what_is_no_target_has_no_tags(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        with pytest.raises(ServiceError) as caught:
            await world.ask(
                "ListTagsForResource", ResourceARN="arn:aws:application-autoscaling:us-east-1:1:scalable-target/x"
            )

    assert caught.value.code == "ResourceNotFoundException"


async def test_a_token_of_nobodys_is_refused_by_its_name(tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        refused = await world.refused("DescribeScalingPolicies", NextToken="x")

    assert refused.code == "InvalidNextTokenException"
