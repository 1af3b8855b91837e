"""AWS::ApplicationAutoScaling::…"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Resource
from penstock.services.cloudformation.resources.plain import Plain, itself, piece, told

Json = Any
SERVICE: Final = "application-autoscaling"
TARGET: Final = Plain(
    name="AWS::ApplicationAutoScaling::ScalableTarget",
    service=SERVICE,
    create="RegisterScalableTarget",
    read="DescribeScalableTargets",
    update="RegisterScalableTarget",
    delete="DeregisterScalableTarget",
    properties="MaxCapacity MinCapacity ResourceId RoleARN ScalableDimension ServiceNamespace SuspendedState",
    required="MaxCapacity MinCapacity ResourceId ScalableDimension ServiceNamespace",
    create_only="ResourceId ScalableDimension ServiceNamespace",
    key={
        "ResourceId": piece(0),
        "ResourceIds": lambda resource: [piece(0)(resource)],
        "ScalableDimension": piece(1),
        "ServiceNamespace": piece(2),
    },
    id=lambda resource, _: "|".join(
        resource.properties[name] for name in ("ResourceId", "ScalableDimension", "ServiceNamespace")
    ),
    inside="ScalableTargets.0",
    attributes={"Id": itself},
    gone=("ObjectNotFoundException",),
)


def of_target(resource: Resource) -> Mapping[str, Json]:
    """A policy's properties with its target named by its parts."""
    target = resource.properties.get("ScalingTargetId")
    given = resource.without("ScalingTargetId")
    if target is None:
        return given
    names = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    return {**dict(zip(names, target.split("|"), strict=True)), **given}


def part(name: str) -> Any:
    return lambda resource: of_target(resource).get(name)


POLICY: Final = Plain(
    name="AWS::ApplicationAutoScaling::ScalingPolicy",
    service=SERVICE,
    create="PutScalingPolicy",
    read="DescribeScalingPolicies",
    update="PutScalingPolicy",
    delete="DeleteScalingPolicy",
    properties="PolicyName PolicyType ResourceId ScalableDimension ScalingTargetId ServiceNamespace "
    "StepScalingPolicyConfiguration TargetTrackingScalingPolicyConfiguration",
    required="PolicyName PolicyType",
    create_only="PolicyName ResourceId ScalableDimension ScalingTargetId ServiceNamespace",
    key={
        "PolicyName": told("PolicyName"),
        "PolicyNames": lambda resource: [resource.properties["PolicyName"]],
        "ResourceId": part("ResourceId"),
        "ScalableDimension": part("ScalableDimension"),
        "ServiceNamespace": part("ServiceNamespace"),
    },
    id="PolicyARN",
    inside="ScalingPolicies.0",
    attributes={"Arn": "PolicyARN"},
    request=of_target,
    unchecked="ScalingTargetId",
    gone=("ObjectNotFoundException",),
)
TYPES: Final = (
    TARGET.type(),
    POLICY.type(),
)
