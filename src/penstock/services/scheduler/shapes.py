"""Requests and responses of scheduler, from its model. Do not edit: `python scripts/shapes.py scheduler`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


ActionAfterCompletion: TypeAlias = Literal[
    "NONE", "DELETE"
]


AssignPublicIp: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


class AwsVpcConfiguration(TypedDict):
    Subnets: list[str]
    SecurityGroups: NotRequired[list[str]]
    AssignPublicIp: NotRequired[AssignPublicIp]


class CapacityProviderStrategyItem(TypedDict):
    capacityProvider: str
    weight: NotRequired[int]
    base: NotRequired[int]


class CreateScheduleGroupRequest(TypedDict):
    Name: str
    Tags: NotRequired[list[Tag]]
    ClientToken: NotRequired[str]


class CreateScheduleGroupResponse(TypedDict):
    ScheduleGroupArn: str


class CreateScheduleRequest(TypedDict):
    Name: str
    GroupName: NotRequired[str]
    ScheduleExpression: str
    StartDate: NotRequired[float]
    EndDate: NotRequired[float]
    Description: NotRequired[str]
    ScheduleExpressionTimezone: NotRequired[str]
    State: NotRequired[ScheduleState]
    KmsKeyArn: NotRequired[str]
    Target: Target
    FlexibleTimeWindow: FlexibleTimeWindow
    ClientToken: NotRequired[str]
    ActionAfterCompletion: NotRequired[ActionAfterCompletion]


class CreateScheduleResponse(TypedDict):
    ScheduleArn: str


class DeadLetterConfig(TypedDict):
    Arn: NotRequired[str]


class DeleteScheduleGroupRequest(TypedDict):
    Name: str
    ClientToken: NotRequired[str]


class DeleteScheduleGroupResponse(TypedDict):
    pass


class DeleteScheduleRequest(TypedDict):
    Name: str
    GroupName: NotRequired[str]
    ClientToken: NotRequired[str]


class DeleteScheduleResponse(TypedDict):
    pass


class EcsParameters(TypedDict):
    TaskDefinitionArn: str
    TaskCount: NotRequired[int]
    LaunchType: NotRequired[LaunchType]
    NetworkConfiguration: NotRequired[NetworkConfiguration]
    PlatformVersion: NotRequired[str]
    Group: NotRequired[str]
    CapacityProviderStrategy: NotRequired[list[CapacityProviderStrategyItem]]
    EnableECSManagedTags: NotRequired[bool]
    EnableExecuteCommand: NotRequired[bool]
    PlacementConstraints: NotRequired[list[PlacementConstraint]]
    PlacementStrategy: NotRequired[list[PlacementStrategy]]
    PropagateTags: NotRequired[PropagateTags]
    ReferenceId: NotRequired[str]
    Tags: NotRequired[list[dict[str, str]]]


class EventBridgeParameters(TypedDict):
    DetailType: str
    Source: str


class EventBridgePutEventsV2Parameters(TypedDict):
    DetailType: str
    Source: str


class EventBridgePutRawEventsParameters(TypedDict):
    Metadata: NotRequired[dict[str, str]]


class FlexibleTimeWindow(TypedDict):
    Mode: FlexibleTimeWindowMode
    MaximumWindowInMinutes: NotRequired[int]


FlexibleTimeWindowMode: TypeAlias = Literal[
    "OFF", "FLEXIBLE"
]


class GetScheduleGroupRequest(TypedDict):
    Name: str


class GetScheduleGroupResponse(TypedDict):
    Arn: NotRequired[str]
    Name: NotRequired[str]
    State: NotRequired[ScheduleGroupState]
    CreationDate: NotRequired[float]
    LastModificationDate: NotRequired[float]


class GetScheduleRequest(TypedDict):
    Name: str
    GroupName: NotRequired[str]


class GetScheduleResponse(TypedDict):
    Arn: NotRequired[str]
    GroupName: NotRequired[str]
    Name: NotRequired[str]
    ScheduleExpression: NotRequired[str]
    StartDate: NotRequired[float]
    EndDate: NotRequired[float]
    Description: NotRequired[str]
    ScheduleExpressionTimezone: NotRequired[str]
    State: NotRequired[ScheduleState]
    CreationDate: NotRequired[float]
    LastModificationDate: NotRequired[float]
    KmsKeyArn: NotRequired[str]
    Target: NotRequired[Target]
    FlexibleTimeWindow: NotRequired[FlexibleTimeWindow]
    ActionAfterCompletion: NotRequired[ActionAfterCompletion]


class KinesisParameters(TypedDict):
    PartitionKey: str


LaunchType: TypeAlias = Literal[
    "EC2", "FARGATE", "EXTERNAL"
]


class ListScheduleGroupsRequest(TypedDict):
    NamePrefix: NotRequired[str]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListScheduleGroupsResponse(TypedDict):
    NextToken: NotRequired[str]
    ScheduleGroups: list[ScheduleGroupSummary]


class ListSchedulesRequest(TypedDict):
    GroupName: NotRequired[str]
    NamePrefix: NotRequired[str]
    State: NotRequired[ScheduleState]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListSchedulesResponse(TypedDict):
    NextToken: NotRequired[str]
    Schedules: list[ScheduleSummary]


class ListTagsForResourceRequest(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[list[Tag]]


class NetworkConfiguration(TypedDict):
    awsvpcConfiguration: NotRequired[AwsVpcConfiguration]


class PlacementConstraint(TypedDict):
    type: NotRequired[PlacementConstraintType]
    expression: NotRequired[str]


PlacementConstraintType: TypeAlias = Literal[
    "distinctInstance", "memberOf"
]


class PlacementStrategy(TypedDict):
    type: NotRequired[PlacementStrategyType]
    field: NotRequired[str]


PlacementStrategyType: TypeAlias = Literal[
    "random", "spread", "binpack"
]


PropagateTags: TypeAlias = Literal[
    "TASK_DEFINITION"
]


class RetryPolicy(TypedDict):
    MaximumEventAgeInSeconds: NotRequired[int]
    MaximumRetryAttempts: NotRequired[int]


class SageMakerPipelineParameter(TypedDict):
    Name: str
    Value: str


class SageMakerPipelineParameters(TypedDict):
    PipelineParameterList: NotRequired[list[SageMakerPipelineParameter]]


ScheduleGroupState: TypeAlias = Literal[
    "ACTIVE", "DELETING"
]


class ScheduleGroupSummary(TypedDict):
    Arn: NotRequired[str]
    Name: NotRequired[str]
    State: NotRequired[ScheduleGroupState]
    CreationDate: NotRequired[float]
    LastModificationDate: NotRequired[float]


ScheduleState: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


class ScheduleSummary(TypedDict):
    Arn: NotRequired[str]
    Name: NotRequired[str]
    GroupName: NotRequired[str]
    State: NotRequired[ScheduleState]
    CreationDate: NotRequired[float]
    LastModificationDate: NotRequired[float]
    Target: NotRequired[TargetSummary]


class SqsParameters(TypedDict):
    MessageGroupId: NotRequired[str]


class Tag(TypedDict):
    Key: str
    Value: str


class TagResourceRequest(TypedDict):
    ResourceArn: str
    Tags: list[Tag]


class TagResourceResponse(TypedDict):
    pass


class Target(TypedDict):
    Arn: str
    RoleArn: str
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    RetryPolicy: NotRequired[RetryPolicy]
    Input: NotRequired[str]
    EcsParameters: NotRequired[EcsParameters]
    EventBridgeParameters: NotRequired[EventBridgeParameters]
    EventBridgePutEventsV2Parameters: NotRequired[EventBridgePutEventsV2Parameters]
    EventBridgePutRawEventsParameters: NotRequired[EventBridgePutRawEventsParameters]
    KinesisParameters: NotRequired[KinesisParameters]
    SageMakerPipelineParameters: NotRequired[SageMakerPipelineParameters]
    SqsParameters: NotRequired[SqsParameters]


class TargetSummary(TypedDict):
    Arn: str


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateScheduleRequest(TypedDict):
    Name: str
    GroupName: NotRequired[str]
    ScheduleExpression: str
    StartDate: NotRequired[float]
    EndDate: NotRequired[float]
    Description: NotRequired[str]
    ScheduleExpressionTimezone: NotRequired[str]
    State: NotRequired[ScheduleState]
    KmsKeyArn: NotRequired[str]
    Target: Target
    FlexibleTimeWindow: FlexibleTimeWindow
    ClientToken: NotRequired[str]
    ActionAfterCompletion: NotRequired[ActionAfterCompletion]


class UpdateScheduleResponse(TypedDict):
    ScheduleArn: str
