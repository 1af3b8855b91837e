"""Requests and responses of events, from its model. Do not edit: `python scripts/shapes.py events`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class ApiDestination(TypedDict):
    ApiDestinationArn: NotRequired[str]
    Name: NotRequired[str]
    ApiDestinationState: NotRequired[ApiDestinationState]
    ConnectionArn: NotRequired[str]
    InvocationEndpoint: NotRequired[str]
    HttpMethod: NotRequired[ApiDestinationHttpMethod]
    InvocationRateLimitPerSecond: NotRequired[int]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


ApiDestinationHttpMethod: TypeAlias = Literal[
    "POST", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"
]


ApiDestinationState: TypeAlias = Literal[
    "ACTIVE", "INACTIVE"
]


class AppSyncParameters(TypedDict):
    GraphQLOperation: NotRequired[str]


class Archive(TypedDict):
    ArchiveName: NotRequired[str]
    EventSourceArn: NotRequired[str]
    State: NotRequired[ArchiveState]
    StateReason: NotRequired[str]
    RetentionDays: NotRequired[int]
    SizeBytes: NotRequired[int]
    EventCount: NotRequired[int]
    CreationTime: NotRequired[float]


ArchiveState: TypeAlias = Literal[
    "ENABLED", "DISABLED", "CREATING", "UPDATING", "CREATE_FAILED", "UPDATE_FAILED"
]


AssignPublicIp: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


class AwsVpcConfiguration(TypedDict):
    Subnets: list[str]
    SecurityGroups: NotRequired[list[str]]
    AssignPublicIp: NotRequired[AssignPublicIp]


class BatchArrayProperties(TypedDict):
    Size: NotRequired[int]


class BatchParameters(TypedDict):
    JobDefinition: str
    JobName: str
    ArrayProperties: NotRequired[BatchArrayProperties]
    RetryStrategy: NotRequired[BatchRetryStrategy]


class BatchRetryStrategy(TypedDict):
    Attempts: NotRequired[int]


class CancelReplayRequest(TypedDict):
    ReplayName: str


class CancelReplayResponse(TypedDict):
    ReplayArn: NotRequired[str]
    State: NotRequired[ReplayState]
    StateReason: NotRequired[str]


class CapacityProviderStrategyItem(TypedDict):
    capacityProvider: str
    weight: NotRequired[int]
    base: NotRequired[int]


class Condition(TypedDict):
    Type: str
    Key: str
    Value: str


class Connection(TypedDict):
    ConnectionArn: NotRequired[str]
    Name: NotRequired[str]
    ConnectionState: NotRequired[ConnectionState]
    StateReason: NotRequired[str]
    AuthorizationType: NotRequired[ConnectionAuthorizationType]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastAuthorizedTime: NotRequired[float]


class ConnectionApiKeyAuthResponseParameters(TypedDict):
    ApiKeyName: NotRequired[str]


class ConnectionAuthResponseParameters(TypedDict):
    BasicAuthParameters: NotRequired[ConnectionBasicAuthResponseParameters]
    OAuthParameters: NotRequired[ConnectionOAuthResponseParameters]
    ApiKeyAuthParameters: NotRequired[ConnectionApiKeyAuthResponseParameters]
    InvocationHttpParameters: NotRequired[ConnectionHttpParameters]
    ConnectivityParameters: NotRequired[DescribeConnectionConnectivityParameters]


ConnectionAuthorizationType: TypeAlias = Literal[
    "BASIC", "OAUTH_CLIENT_CREDENTIALS", "API_KEY"
]


class ConnectionBasicAuthResponseParameters(TypedDict):
    Username: NotRequired[str]


class ConnectionBodyParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    IsValueSecret: NotRequired[bool]


class ConnectionHeaderParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    IsValueSecret: NotRequired[bool]


class ConnectionHttpParameters(TypedDict):
    HeaderParameters: NotRequired[list[ConnectionHeaderParameter]]
    QueryStringParameters: NotRequired[list[ConnectionQueryStringParameter]]
    BodyParameters: NotRequired[list[ConnectionBodyParameter]]


class ConnectionOAuthClientResponseParameters(TypedDict):
    ClientID: NotRequired[str]


ConnectionOAuthHttpMethod: TypeAlias = Literal[
    "GET", "POST", "PUT"
]


class ConnectionOAuthResponseParameters(TypedDict):
    ClientParameters: NotRequired[ConnectionOAuthClientResponseParameters]
    AuthorizationEndpoint: NotRequired[str]
    HttpMethod: NotRequired[ConnectionOAuthHttpMethod]
    OAuthHttpParameters: NotRequired[ConnectionHttpParameters]


class ConnectionQueryStringParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    IsValueSecret: NotRequired[bool]


ConnectionState: TypeAlias = Literal[
    "CREATING", "UPDATING", "DELETING", "AUTHORIZED", "DEAUTHORIZED", "AUTHORIZING", "DEAUTHORIZING", "ACTIVE",
    "FAILED_CONNECTIVITY"
]


class ConnectivityResourceConfigurationArn(TypedDict):
    ResourceConfigurationArn: str


class ConnectivityResourceParameters(TypedDict):
    ResourceParameters: ConnectivityResourceConfigurationArn


class CreateApiDestinationRequest(TypedDict):
    Name: str
    Description: NotRequired[str]
    ConnectionArn: str
    InvocationEndpoint: str
    HttpMethod: ApiDestinationHttpMethod
    InvocationRateLimitPerSecond: NotRequired[int]


class CreateApiDestinationResponse(TypedDict):
    ApiDestinationArn: NotRequired[str]
    ApiDestinationState: NotRequired[ApiDestinationState]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class CreateArchiveRequest(TypedDict):
    ArchiveName: str
    EventSourceArn: str
    Description: NotRequired[str]
    EventPattern: NotRequired[str]
    RetentionDays: NotRequired[int]
    KmsKeyIdentifier: NotRequired[str]


class CreateArchiveResponse(TypedDict):
    ArchiveArn: NotRequired[str]
    State: NotRequired[ArchiveState]
    StateReason: NotRequired[str]
    CreationTime: NotRequired[float]


class CreateConnectionApiKeyAuthRequestParameters(TypedDict):
    ApiKeyName: str
    ApiKeyValue: str


class CreateConnectionAuthRequestParameters(TypedDict):
    BasicAuthParameters: NotRequired[CreateConnectionBasicAuthRequestParameters]
    OAuthParameters: NotRequired[CreateConnectionOAuthRequestParameters]
    ApiKeyAuthParameters: NotRequired[CreateConnectionApiKeyAuthRequestParameters]
    InvocationHttpParameters: NotRequired[ConnectionHttpParameters]
    ConnectivityParameters: NotRequired[ConnectivityResourceParameters]


class CreateConnectionBasicAuthRequestParameters(TypedDict):
    Username: str
    Password: str


class CreateConnectionOAuthClientRequestParameters(TypedDict):
    ClientID: str
    ClientSecret: str


class CreateConnectionOAuthRequestParameters(TypedDict):
    ClientParameters: CreateConnectionOAuthClientRequestParameters
    AuthorizationEndpoint: str
    HttpMethod: ConnectionOAuthHttpMethod
    OAuthHttpParameters: NotRequired[ConnectionHttpParameters]


class CreateConnectionRequest(TypedDict):
    Name: str
    Description: NotRequired[str]
    AuthorizationType: ConnectionAuthorizationType
    AuthParameters: CreateConnectionAuthRequestParameters
    InvocationConnectivityParameters: NotRequired[ConnectivityResourceParameters]
    KmsKeyIdentifier: NotRequired[str]


class CreateConnectionResponse(TypedDict):
    ConnectionArn: NotRequired[str]
    ConnectionState: NotRequired[ConnectionState]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class CreateEventBusRequest(TypedDict):
    Name: str
    EventSourceName: NotRequired[str]
    Description: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    LogConfig: NotRequired[LogConfig]
    Tags: NotRequired[list[Tag]]


class CreateEventBusResponse(TypedDict):
    EventBusArn: NotRequired[str]
    Description: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    LogConfig: NotRequired[LogConfig]


class DeadLetterConfig(TypedDict):
    Arn: NotRequired[str]


class DeauthorizeConnectionRequest(TypedDict):
    Name: str


class DeauthorizeConnectionResponse(TypedDict):
    ConnectionArn: NotRequired[str]
    ConnectionState: NotRequired[ConnectionState]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastAuthorizedTime: NotRequired[float]


class DeleteApiDestinationRequest(TypedDict):
    Name: str


class DeleteApiDestinationResponse(TypedDict):
    pass


class DeleteArchiveRequest(TypedDict):
    ArchiveName: str


class DeleteArchiveResponse(TypedDict):
    pass


class DeleteConnectionRequest(TypedDict):
    Name: str


class DeleteConnectionResponse(TypedDict):
    ConnectionArn: NotRequired[str]
    ConnectionState: NotRequired[ConnectionState]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastAuthorizedTime: NotRequired[float]


class DeleteEventBusRequest(TypedDict):
    Name: str


class DeleteEventBusResponse(TypedDict):
    pass


class DeleteRuleRequest(TypedDict):
    Name: str
    EventBusName: NotRequired[str]
    Force: NotRequired[bool]


class DeleteRuleResponse(TypedDict):
    pass


class DescribeApiDestinationRequest(TypedDict):
    Name: str


class DescribeApiDestinationResponse(TypedDict):
    ApiDestinationArn: NotRequired[str]
    Name: NotRequired[str]
    Description: NotRequired[str]
    ApiDestinationState: NotRequired[ApiDestinationState]
    ConnectionArn: NotRequired[str]
    InvocationEndpoint: NotRequired[str]
    HttpMethod: NotRequired[ApiDestinationHttpMethod]
    InvocationRateLimitPerSecond: NotRequired[int]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class DescribeArchiveRequest(TypedDict):
    ArchiveName: str


class DescribeArchiveResponse(TypedDict):
    ArchiveArn: NotRequired[str]
    ArchiveName: NotRequired[str]
    EventSourceArn: NotRequired[str]
    Description: NotRequired[str]
    EventPattern: NotRequired[str]
    State: NotRequired[ArchiveState]
    StateReason: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    RetentionDays: NotRequired[int]
    SizeBytes: NotRequired[int]
    EventCount: NotRequired[int]
    CreationTime: NotRequired[float]


class DescribeConnectionConnectivityParameters(TypedDict):
    ResourceParameters: DescribeConnectionResourceParameters


class DescribeConnectionRequest(TypedDict):
    Name: str


class DescribeConnectionResourceParameters(TypedDict):
    ResourceConfigurationArn: str
    ResourceAssociationArn: str


class DescribeConnectionResponse(TypedDict):
    ConnectionArn: NotRequired[str]
    Name: NotRequired[str]
    Description: NotRequired[str]
    InvocationConnectivityParameters: NotRequired[DescribeConnectionConnectivityParameters]
    ConnectionState: NotRequired[ConnectionState]
    StateReason: NotRequired[str]
    AuthorizationType: NotRequired[ConnectionAuthorizationType]
    SecretArn: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    AuthParameters: NotRequired[ConnectionAuthResponseParameters]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastAuthorizedTime: NotRequired[float]


class DescribeEventBusRequest(TypedDict):
    Name: NotRequired[str]


class DescribeEventBusResponse(TypedDict):
    Name: NotRequired[str]
    Arn: NotRequired[str]
    Description: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    Policy: NotRequired[str]
    LogConfig: NotRequired[LogConfig]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    ManagedBy: NotRequired[str]


class DescribeReplayRequest(TypedDict):
    ReplayName: str


class DescribeReplayResponse(TypedDict):
    ReplayName: NotRequired[str]
    ReplayArn: NotRequired[str]
    Description: NotRequired[str]
    State: NotRequired[ReplayState]
    StateReason: NotRequired[str]
    EventSourceArn: NotRequired[str]
    Destination: NotRequired[ReplayDestination]
    EventStartTime: NotRequired[float]
    EventEndTime: NotRequired[float]
    EventLastReplayedTime: NotRequired[float]
    ReplayStartTime: NotRequired[float]
    ReplayEndTime: NotRequired[float]


class DescribeRuleRequest(TypedDict):
    Name: str
    EventBusName: NotRequired[str]


class DescribeRuleResponse(TypedDict):
    Name: NotRequired[str]
    Arn: NotRequired[str]
    EventPattern: NotRequired[str]
    ScheduleExpression: NotRequired[str]
    State: NotRequired[RuleState]
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    ManagedBy: NotRequired[str]
    EventBusName: NotRequired[str]
    CreatedBy: NotRequired[str]


class DisableRuleRequest(TypedDict):
    Name: str
    EventBusName: NotRequired[str]


class DisableRuleResponse(TypedDict):
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
    Tags: NotRequired[list[Tag]]


class EnableRuleRequest(TypedDict):
    Name: str
    EventBusName: NotRequired[str]


class EnableRuleResponse(TypedDict):
    pass


class EventBus(TypedDict):
    Name: NotRequired[str]
    Arn: NotRequired[str]
    Description: NotRequired[str]
    Policy: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    ManagedBy: NotRequired[str]


class HttpParameters(TypedDict):
    PathParameterValues: NotRequired[list[str]]
    HeaderParameters: NotRequired[dict[str, str]]
    QueryStringParameters: NotRequired[dict[str, str]]


IncludeDetail: TypeAlias = Literal[
    "NONE", "FULL"
]


class InputTransformer(TypedDict):
    InputPathsMap: NotRequired[dict[str, str]]
    InputTemplate: str


class KinesisParameters(TypedDict):
    PartitionKeyPath: str


LaunchType: TypeAlias = Literal[
    "EC2", "FARGATE", "EXTERNAL"
]


Level: TypeAlias = Literal[
    "OFF", "ERROR", "INFO", "TRACE"
]


class ListApiDestinationsRequest(TypedDict):
    NamePrefix: NotRequired[str]
    ConnectionArn: NotRequired[str]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListApiDestinationsResponse(TypedDict):
    ApiDestinations: NotRequired[list[ApiDestination]]
    NextToken: NotRequired[str]


class ListArchivesRequest(TypedDict):
    NamePrefix: NotRequired[str]
    EventSourceArn: NotRequired[str]
    State: NotRequired[ArchiveState]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListArchivesResponse(TypedDict):
    Archives: NotRequired[list[Archive]]
    NextToken: NotRequired[str]


class ListConnectionsRequest(TypedDict):
    NamePrefix: NotRequired[str]
    ConnectionState: NotRequired[ConnectionState]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListConnectionsResponse(TypedDict):
    Connections: NotRequired[list[Connection]]
    NextToken: NotRequired[str]


class ListEventBusesRequest(TypedDict):
    NamePrefix: NotRequired[str]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListEventBusesResponse(TypedDict):
    EventBuses: NotRequired[list[EventBus]]
    NextToken: NotRequired[str]


class ListReplaysRequest(TypedDict):
    NamePrefix: NotRequired[str]
    State: NotRequired[ReplayState]
    EventSourceArn: NotRequired[str]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListReplaysResponse(TypedDict):
    Replays: NotRequired[list[Replay]]
    NextToken: NotRequired[str]


class ListRuleNamesByTargetRequest(TypedDict):
    TargetArn: str
    EventBusName: NotRequired[str]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListRuleNamesByTargetResponse(TypedDict):
    RuleNames: NotRequired[list[str]]
    NextToken: NotRequired[str]


class ListRulesRequest(TypedDict):
    NamePrefix: NotRequired[str]
    EventBusName: NotRequired[str]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListRulesResponse(TypedDict):
    Rules: NotRequired[list[Rule]]
    NextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    ResourceARN: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[list[Tag]]


class ListTargetsByRuleRequest(TypedDict):
    Rule: str
    EventBusName: NotRequired[str]
    NextToken: NotRequired[str]
    Limit: NotRequired[int]


class ListTargetsByRuleResponse(TypedDict):
    Targets: NotRequired[list[Target]]
    NextToken: NotRequired[str]


class LogConfig(TypedDict):
    IncludeDetail: NotRequired[IncludeDetail]
    Level: NotRequired[Level]


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


class PutEventsRequest(TypedDict):
    Entries: list[PutEventsRequestEntry]
    EndpointId: NotRequired[str]


class PutEventsRequestEntry(TypedDict):
    Time: NotRequired[float]
    Source: NotRequired[str]
    Resources: NotRequired[list[str]]
    DetailType: NotRequired[str]
    Detail: NotRequired[str]
    EventBusName: NotRequired[str]
    TraceHeader: NotRequired[str]


class PutEventsResponse(TypedDict):
    FailedEntryCount: NotRequired[int]
    Entries: NotRequired[list[PutEventsResultEntry]]


class PutEventsResultEntry(TypedDict):
    EventId: NotRequired[str]
    ErrorCode: NotRequired[str]
    ErrorMessage: NotRequired[str]


class PutPermissionRequest(TypedDict):
    EventBusName: NotRequired[str]
    Action: NotRequired[str]
    Principal: NotRequired[str]
    StatementId: NotRequired[str]
    Condition: NotRequired[Condition]
    Policy: NotRequired[str]


class PutPermissionResponse(TypedDict):
    pass


class PutRuleRequest(TypedDict):
    Name: str
    ScheduleExpression: NotRequired[str]
    EventPattern: NotRequired[str]
    State: NotRequired[RuleState]
    Description: NotRequired[str]
    RoleArn: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    EventBusName: NotRequired[str]


class PutRuleResponse(TypedDict):
    RuleArn: NotRequired[str]


class PutTargetsRequest(TypedDict):
    Rule: str
    EventBusName: NotRequired[str]
    Targets: list[Target]


class PutTargetsResponse(TypedDict):
    FailedEntryCount: NotRequired[int]
    FailedEntries: NotRequired[list[PutTargetsResultEntry]]


class PutTargetsResultEntry(TypedDict):
    TargetId: NotRequired[str]
    ErrorCode: NotRequired[str]
    ErrorMessage: NotRequired[str]


class RedshiftDataParameters(TypedDict):
    SecretManagerArn: NotRequired[str]
    Database: str
    DbUser: NotRequired[str]
    Sql: NotRequired[str]
    StatementName: NotRequired[str]
    WithEvent: NotRequired[bool]
    Sqls: NotRequired[list[str]]


class RemovePermissionRequest(TypedDict):
    StatementId: NotRequired[str]
    RemoveAllPermissions: NotRequired[bool]
    EventBusName: NotRequired[str]


class RemovePermissionResponse(TypedDict):
    pass


class RemoveTargetsRequest(TypedDict):
    Rule: str
    EventBusName: NotRequired[str]
    Ids: list[str]
    Force: NotRequired[bool]


class RemoveTargetsResponse(TypedDict):
    FailedEntryCount: NotRequired[int]
    FailedEntries: NotRequired[list[RemoveTargetsResultEntry]]


class RemoveTargetsResultEntry(TypedDict):
    TargetId: NotRequired[str]
    ErrorCode: NotRequired[str]
    ErrorMessage: NotRequired[str]


class Replay(TypedDict):
    ReplayName: NotRequired[str]
    EventSourceArn: NotRequired[str]
    State: NotRequired[ReplayState]
    StateReason: NotRequired[str]
    EventStartTime: NotRequired[float]
    EventEndTime: NotRequired[float]
    EventLastReplayedTime: NotRequired[float]
    ReplayStartTime: NotRequired[float]
    ReplayEndTime: NotRequired[float]


class ReplayDestination(TypedDict):
    Arn: str
    FilterArns: NotRequired[list[str]]


ReplayState: TypeAlias = Literal[
    "STARTING", "RUNNING", "CANCELLING", "COMPLETED", "CANCELLED", "FAILED"
]


class RetryPolicy(TypedDict):
    MaximumRetryAttempts: NotRequired[int]
    MaximumEventAgeInSeconds: NotRequired[int]


class Rule(TypedDict):
    Name: NotRequired[str]
    Arn: NotRequired[str]
    EventPattern: NotRequired[str]
    State: NotRequired[RuleState]
    Description: NotRequired[str]
    ScheduleExpression: NotRequired[str]
    RoleArn: NotRequired[str]
    ManagedBy: NotRequired[str]
    EventBusName: NotRequired[str]


RuleState: TypeAlias = Literal[
    "ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
]


class RunCommandParameters(TypedDict):
    RunCommandTargets: list[RunCommandTarget]


class RunCommandTarget(TypedDict):
    Key: str
    Values: list[str]


class SageMakerPipelineParameter(TypedDict):
    Name: str
    Value: str


class SageMakerPipelineParameters(TypedDict):
    PipelineParameterList: NotRequired[list[SageMakerPipelineParameter]]


class SqsParameters(TypedDict):
    MessageGroupId: NotRequired[str]


class StartReplayRequest(TypedDict):
    ReplayName: str
    Description: NotRequired[str]
    EventSourceArn: str
    EventStartTime: float
    EventEndTime: float
    Destination: ReplayDestination


class StartReplayResponse(TypedDict):
    ReplayArn: NotRequired[str]
    State: NotRequired[ReplayState]
    StateReason: NotRequired[str]
    ReplayStartTime: NotRequired[float]


class Tag(TypedDict):
    Key: str
    Value: str


class TagResourceRequest(TypedDict):
    ResourceARN: str
    Tags: list[Tag]


class TagResourceResponse(TypedDict):
    pass


class Target(TypedDict):
    Id: str
    Arn: str
    RoleArn: NotRequired[str]
    Input: NotRequired[str]
    InputPath: NotRequired[str]
    InputTransformer: NotRequired[InputTransformer]
    KinesisParameters: NotRequired[KinesisParameters]
    RunCommandParameters: NotRequired[RunCommandParameters]
    EcsParameters: NotRequired[EcsParameters]
    BatchParameters: NotRequired[BatchParameters]
    SqsParameters: NotRequired[SqsParameters]
    HttpParameters: NotRequired[HttpParameters]
    RedshiftDataParameters: NotRequired[RedshiftDataParameters]
    SageMakerPipelineParameters: NotRequired[SageMakerPipelineParameters]
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    RetryPolicy: NotRequired[RetryPolicy]
    AppSyncParameters: NotRequired[AppSyncParameters]


class TestEventPatternRequest(TypedDict):
    EventPattern: str
    Event: str


class TestEventPatternResponse(TypedDict):
    Result: NotRequired[bool]


class UntagResourceRequest(TypedDict):
    ResourceARN: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateApiDestinationRequest(TypedDict):
    Name: str
    Description: NotRequired[str]
    ConnectionArn: NotRequired[str]
    InvocationEndpoint: NotRequired[str]
    HttpMethod: NotRequired[ApiDestinationHttpMethod]
    InvocationRateLimitPerSecond: NotRequired[int]


class UpdateApiDestinationResponse(TypedDict):
    ApiDestinationArn: NotRequired[str]
    ApiDestinationState: NotRequired[ApiDestinationState]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class UpdateArchiveRequest(TypedDict):
    ArchiveName: str
    Description: NotRequired[str]
    EventPattern: NotRequired[str]
    RetentionDays: NotRequired[int]
    KmsKeyIdentifier: NotRequired[str]


class UpdateArchiveResponse(TypedDict):
    ArchiveArn: NotRequired[str]
    State: NotRequired[ArchiveState]
    StateReason: NotRequired[str]
    CreationTime: NotRequired[float]


class UpdateConnectionApiKeyAuthRequestParameters(TypedDict):
    ApiKeyName: NotRequired[str]
    ApiKeyValue: NotRequired[str]


class UpdateConnectionAuthRequestParameters(TypedDict):
    BasicAuthParameters: NotRequired[UpdateConnectionBasicAuthRequestParameters]
    OAuthParameters: NotRequired[UpdateConnectionOAuthRequestParameters]
    ApiKeyAuthParameters: NotRequired[UpdateConnectionApiKeyAuthRequestParameters]
    InvocationHttpParameters: NotRequired[ConnectionHttpParameters]
    ConnectivityParameters: NotRequired[ConnectivityResourceParameters]


class UpdateConnectionBasicAuthRequestParameters(TypedDict):
    Username: NotRequired[str]
    Password: NotRequired[str]


class UpdateConnectionOAuthClientRequestParameters(TypedDict):
    ClientID: NotRequired[str]
    ClientSecret: NotRequired[str]


class UpdateConnectionOAuthRequestParameters(TypedDict):
    ClientParameters: NotRequired[UpdateConnectionOAuthClientRequestParameters]
    AuthorizationEndpoint: NotRequired[str]
    HttpMethod: NotRequired[ConnectionOAuthHttpMethod]
    OAuthHttpParameters: NotRequired[ConnectionHttpParameters]


class UpdateConnectionRequest(TypedDict):
    Name: str
    Description: NotRequired[str]
    AuthorizationType: NotRequired[ConnectionAuthorizationType]
    AuthParameters: NotRequired[UpdateConnectionAuthRequestParameters]
    InvocationConnectivityParameters: NotRequired[ConnectivityResourceParameters]
    KmsKeyIdentifier: NotRequired[str]


class UpdateConnectionResponse(TypedDict):
    ConnectionArn: NotRequired[str]
    ConnectionState: NotRequired[ConnectionState]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastAuthorizedTime: NotRequired[float]


class UpdateEventBusRequest(TypedDict):
    Name: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    Description: NotRequired[str]
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    LogConfig: NotRequired[LogConfig]


class UpdateEventBusResponse(TypedDict):
    Arn: NotRequired[str]
    Name: NotRequired[str]
    KmsKeyIdentifier: NotRequired[str]
    Description: NotRequired[str]
    DeadLetterConfig: NotRequired[DeadLetterConfig]
    LogConfig: NotRequired[LogConfig]
