"""Requests and responses of autoscaling, from its model. Do not edit: `python scripts/shapes.py autoscaling`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


AdjustmentType: TypeAlias = Literal[
    "ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"
]


class Alarm(TypedDict):
    AlarmName: str
    AlarmARN: str


class CustomizedMetricSpecification(TypedDict):
    MetricName: NotRequired[str]
    Namespace: NotRequired[str]
    Dimensions: NotRequired[list[MetricDimension]]
    Statistic: NotRequired[MetricStatistic]
    Unit: NotRequired[str]
    Metrics: NotRequired[list[TargetTrackingMetricDataQuery]]


class DeleteScalingPolicyRequest(TypedDict):
    PolicyName: str
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension


class DeleteScalingPolicyResponse(TypedDict):
    pass


class DeleteScheduledActionRequest(TypedDict):
    ServiceNamespace: ServiceNamespace
    ScheduledActionName: str
    ResourceId: str
    ScalableDimension: ScalableDimension


class DeleteScheduledActionResponse(TypedDict):
    pass


class DeregisterScalableTargetRequest(TypedDict):
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension


class DeregisterScalableTargetResponse(TypedDict):
    pass


class DescribeScalableTargetsRequest(TypedDict):
    ServiceNamespace: ServiceNamespace
    ResourceIds: NotRequired[list[str]]
    ScalableDimension: NotRequired[ScalableDimension]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class DescribeScalableTargetsResponse(TypedDict):
    ScalableTargets: NotRequired[list[ScalableTarget]]
    NextToken: NotRequired[str]


class DescribeScalingActivitiesRequest(TypedDict):
    ServiceNamespace: ServiceNamespace
    ResourceId: NotRequired[str]
    ScalableDimension: NotRequired[ScalableDimension]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]
    IncludeNotScaledActivities: NotRequired[bool]


class DescribeScalingActivitiesResponse(TypedDict):
    ScalingActivities: NotRequired[list[ScalingActivity]]
    NextToken: NotRequired[str]


class DescribeScalingPoliciesRequest(TypedDict):
    PolicyNames: NotRequired[list[str]]
    ServiceNamespace: ServiceNamespace
    ResourceId: NotRequired[str]
    ScalableDimension: NotRequired[ScalableDimension]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class DescribeScalingPoliciesResponse(TypedDict):
    ScalingPolicies: NotRequired[list[ScalingPolicy]]
    NextToken: NotRequired[str]


class DescribeScheduledActionsRequest(TypedDict):
    ScheduledActionNames: NotRequired[list[str]]
    ServiceNamespace: ServiceNamespace
    ResourceId: NotRequired[str]
    ScalableDimension: NotRequired[ScalableDimension]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class DescribeScheduledActionsResponse(TypedDict):
    ScheduledActions: NotRequired[list[ScheduledAction]]
    NextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    ResourceARN: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


MetricAggregationType: TypeAlias = Literal[
    "Average", "Minimum", "Maximum"
]


class MetricDimension(TypedDict):
    Name: str
    Value: str


MetricStatistic: TypeAlias = Literal[
    "Average", "Minimum", "Maximum", "SampleCount", "Sum"
]


MetricType: TypeAlias = Literal[
    "DynamoDBReadCapacityUtilization", "DynamoDBWriteCapacityUtilization", "ALBRequestCountPerTarget",
    "RDSReaderAverageCPUUtilization", "RDSReaderAverageDatabaseConnections", "EC2SpotFleetRequestAverageCPUUtilization",
    "EC2SpotFleetRequestAverageNetworkIn", "EC2SpotFleetRequestAverageNetworkOut",
    "SageMakerVariantInvocationsPerInstance", "ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization",
    "AppStreamAverageCapacityUtilization", "ComprehendInferenceUtilization", "LambdaProvisionedConcurrencyUtilization",
    "CassandraReadCapacityUtilization", "CassandraWriteCapacityUtilization", "KafkaBrokerStorageUtilization",
    "ElastiCacheEngineCPUUtilization", "ElastiCacheDatabaseMemoryUsagePercentage",
    "ElastiCachePrimaryEngineCPUUtilization", "ElastiCacheReplicaEngineCPUUtilization",
    "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage", "NeptuneReaderAverageCPUUtilization",
    "SageMakerVariantProvisionedConcurrencyUtilization", "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
    "SageMakerInferenceComponentInvocationsPerCopy", "WorkSpacesAverageUserSessionsCapacityUtilization",
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    "SageMakerVariantConcurrentRequestsPerModelHighResolution", "ECSServiceAverageCPUUtilizationHighResolution",
    "ECSServiceAverageMemoryUtilizationHighResolution"
]


class NotScaledReason(TypedDict):
    Code: str
    MaxCapacity: NotRequired[int]
    MinCapacity: NotRequired[int]
    CurrentCapacity: NotRequired[int]


PolicyType: TypeAlias = Literal[
    "StepScaling", "TargetTrackingScaling", "PredictiveScaling"
]


class PredefinedMetricSpecification(TypedDict):
    PredefinedMetricType: MetricType
    ResourceLabel: NotRequired[str]


class PredictiveScalingCustomizedMetricSpecification(TypedDict):
    MetricDataQueries: list[PredictiveScalingMetricDataQuery]


PredictiveScalingMaxCapacityBreachBehavior: TypeAlias = Literal[
    "HonorMaxCapacity", "IncreaseMaxCapacity"
]


class PredictiveScalingMetric(TypedDict):
    Dimensions: NotRequired[list[PredictiveScalingMetricDimension]]
    MetricName: NotRequired[str]
    Namespace: NotRequired[str]


class PredictiveScalingMetricDataQuery(TypedDict):
    Id: str
    Expression: NotRequired[str]
    MetricStat: NotRequired[PredictiveScalingMetricStat]
    Label: NotRequired[str]
    ReturnData: NotRequired[bool]


class PredictiveScalingMetricDimension(TypedDict):
    Name: str
    Value: str


class PredictiveScalingMetricSpecification(TypedDict):
    TargetValue: float
    PredefinedMetricPairSpecification: NotRequired[PredictiveScalingPredefinedMetricPairSpecification]
    PredefinedScalingMetricSpecification: NotRequired[PredictiveScalingPredefinedScalingMetricSpecification]
    PredefinedLoadMetricSpecification: NotRequired[PredictiveScalingPredefinedLoadMetricSpecification]
    CustomizedScalingMetricSpecification: NotRequired[PredictiveScalingCustomizedMetricSpecification]
    CustomizedLoadMetricSpecification: NotRequired[PredictiveScalingCustomizedMetricSpecification]
    CustomizedCapacityMetricSpecification: NotRequired[PredictiveScalingCustomizedMetricSpecification]


class PredictiveScalingMetricStat(TypedDict):
    Metric: PredictiveScalingMetric
    Stat: str
    Unit: NotRequired[str]


PredictiveScalingMode: TypeAlias = Literal[
    "ForecastOnly", "ForecastAndScale"
]


class PredictiveScalingPolicyConfiguration(TypedDict):
    MetricSpecifications: list[PredictiveScalingMetricSpecification]
    Mode: NotRequired[PredictiveScalingMode]
    SchedulingBufferTime: NotRequired[int]
    MaxCapacityBreachBehavior: NotRequired[PredictiveScalingMaxCapacityBreachBehavior]
    MaxCapacityBuffer: NotRequired[int]


class PredictiveScalingPredefinedLoadMetricSpecification(TypedDict):
    PredefinedMetricType: str
    ResourceLabel: NotRequired[str]


class PredictiveScalingPredefinedMetricPairSpecification(TypedDict):
    PredefinedMetricType: str
    ResourceLabel: NotRequired[str]


class PredictiveScalingPredefinedScalingMetricSpecification(TypedDict):
    PredefinedMetricType: str
    ResourceLabel: NotRequired[str]


class PutScalingPolicyRequest(TypedDict):
    PolicyName: str
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension
    PolicyType: NotRequired[PolicyType]
    StepScalingPolicyConfiguration: NotRequired[StepScalingPolicyConfiguration]
    TargetTrackingScalingPolicyConfiguration: NotRequired[TargetTrackingScalingPolicyConfiguration]
    PredictiveScalingPolicyConfiguration: NotRequired[PredictiveScalingPolicyConfiguration]


class PutScalingPolicyResponse(TypedDict):
    PolicyARN: str
    Alarms: NotRequired[list[Alarm]]


class PutScheduledActionRequest(TypedDict):
    ServiceNamespace: ServiceNamespace
    Schedule: NotRequired[str]
    Timezone: NotRequired[str]
    ScheduledActionName: str
    ResourceId: str
    ScalableDimension: ScalableDimension
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    ScalableTargetAction: NotRequired[ScalableTargetAction]


class PutScheduledActionResponse(TypedDict):
    pass


class RegisterScalableTargetRequest(TypedDict):
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension
    MinCapacity: NotRequired[int]
    MaxCapacity: NotRequired[int]
    RoleARN: NotRequired[str]
    SuspendedState: NotRequired[SuspendedState]
    Tags: NotRequired[dict[str, str]]


class RegisterScalableTargetResponse(TypedDict):
    ScalableTargetARN: NotRequired[str]


ScalableDimension: TypeAlias = Literal[
    "ecs:service:DesiredCount", "ec2:spot-fleet-request:TargetCapacity", "elasticmapreduce:instancegroup:InstanceCount",
    "appstream:fleet:DesiredCapacity", "dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits",
    "dynamodb:index:ReadCapacityUnits", "dynamodb:index:WriteCapacityUnits", "rds:cluster:ReadReplicaCount",
    "sagemaker:variant:DesiredInstanceCount", "custom-resource:ResourceType:Property",
    "comprehend:document-classifier-endpoint:DesiredInferenceUnits",
    "comprehend:entity-recognizer-endpoint:DesiredInferenceUnits", "lambda:function:ProvisionedConcurrency",
    "cassandra:table:ReadCapacityUnits", "cassandra:table:WriteCapacityUnits", "kafka:broker-storage:VolumeSize",
    "elasticache:cache-cluster:Nodes", "elasticache:replication-group:NodeGroups",
    "elasticache:replication-group:Replicas", "neptune:cluster:ReadReplicaCount",
    "sagemaker:variant:DesiredProvisionedConcurrency", "sagemaker:inference-component:DesiredCopyCount",
    "workspaces:workspacespool:DesiredUserSessions"
]


class ScalableTarget(TypedDict):
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension
    MinCapacity: int
    MaxCapacity: int
    PredictedCapacity: NotRequired[int]
    RoleARN: str
    CreationTime: float
    SuspendedState: NotRequired[SuspendedState]
    ScalableTargetARN: NotRequired[str]


class ScalableTargetAction(TypedDict):
    MinCapacity: NotRequired[int]
    MaxCapacity: NotRequired[int]


class ScalingActivity(TypedDict):
    ActivityId: str
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension
    Description: str
    Cause: str
    StartTime: float
    EndTime: NotRequired[float]
    StatusCode: ScalingActivityStatusCode
    StatusMessage: NotRequired[str]
    Details: NotRequired[str]
    NotScaledReasons: NotRequired[list[NotScaledReason]]


ScalingActivityStatusCode: TypeAlias = Literal[
    "Pending", "InProgress", "Successful", "Overridden", "Unfulfilled", "Failed"
]


class ScalingPolicy(TypedDict):
    PolicyARN: str
    PolicyName: str
    ServiceNamespace: ServiceNamespace
    ResourceId: str
    ScalableDimension: ScalableDimension
    PolicyType: PolicyType
    StepScalingPolicyConfiguration: NotRequired[StepScalingPolicyConfiguration]
    TargetTrackingScalingPolicyConfiguration: NotRequired[TargetTrackingScalingPolicyConfiguration]
    PredictiveScalingPolicyConfiguration: NotRequired[PredictiveScalingPolicyConfiguration]
    Alarms: NotRequired[list[Alarm]]
    CreationTime: float


class ScheduledAction(TypedDict):
    ScheduledActionName: str
    ScheduledActionARN: str
    ServiceNamespace: ServiceNamespace
    Schedule: str
    Timezone: NotRequired[str]
    ResourceId: str
    ScalableDimension: NotRequired[ScalableDimension]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    ScalableTargetAction: NotRequired[ScalableTargetAction]
    CreationTime: float


ServiceNamespace: TypeAlias = Literal[
    "ecs", "elasticmapreduce", "ec2", "appstream", "dynamodb", "rds", "sagemaker", "custom-resource", "comprehend",
    "lambda", "cassandra", "kafka", "elasticache", "neptune", "workspaces"
]


class StepAdjustment(TypedDict):
    MetricIntervalLowerBound: NotRequired[float]
    MetricIntervalUpperBound: NotRequired[float]
    ScalingAdjustment: int


class StepScalingPolicyConfiguration(TypedDict):
    AdjustmentType: NotRequired[AdjustmentType]
    StepAdjustments: NotRequired[list[StepAdjustment]]
    MinAdjustmentMagnitude: NotRequired[int]
    Cooldown: NotRequired[int]
    MetricAggregationType: NotRequired[MetricAggregationType]


class SuspendedState(TypedDict):
    DynamicScalingInSuspended: NotRequired[bool]
    DynamicScalingOutSuspended: NotRequired[bool]
    ScheduledScalingSuspended: NotRequired[bool]


class TagResourceRequest(TypedDict):
    ResourceARN: str
    Tags: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


class TargetTrackingMetric(TypedDict):
    Dimensions: NotRequired[list[TargetTrackingMetricDimension]]
    MetricName: NotRequired[str]
    Namespace: NotRequired[str]


class TargetTrackingMetricDataQuery(TypedDict):
    Expression: NotRequired[str]
    Id: str
    Label: NotRequired[str]
    MetricStat: NotRequired[TargetTrackingMetricStat]
    ReturnData: NotRequired[bool]


class TargetTrackingMetricDimension(TypedDict):
    Name: str
    Value: str


class TargetTrackingMetricStat(TypedDict):
    Metric: TargetTrackingMetric
    Stat: str
    Unit: NotRequired[str]


class TargetTrackingScalingPolicyConfiguration(TypedDict):
    TargetValue: float
    PredefinedMetricSpecification: NotRequired[PredefinedMetricSpecification]
    CustomizedMetricSpecification: NotRequired[CustomizedMetricSpecification]
    ScaleOutCooldown: NotRequired[int]
    ScaleInCooldown: NotRequired[int]
    DisableScaleIn: NotRequired[bool]


class UntagResourceRequest(TypedDict):
    ResourceARN: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass
