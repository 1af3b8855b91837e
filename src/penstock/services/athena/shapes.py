"""Requests and responses of athena, from its model. Do not edit: `python scripts/shapes.py athena`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class AclConfiguration(TypedDict):
    S3AclOption: S3AclOption


class AthenaError(TypedDict):
    ErrorCategory: NotRequired[int]
    ErrorType: NotRequired[int]
    Retryable: NotRequired[bool]
    ErrorMessage: NotRequired[str]


AuthenticationType: TypeAlias = Literal[
    "DIRECTORY_IDENTITY"
]


class BatchGetQueryExecutionRequest(TypedDict):
    QueryExecutionIds: list[str]


class BatchGetQueryExecutionResponse(TypedDict):
    QueryExecutions: NotRequired[list[QueryExecution]]
    UnprocessedQueryExecutionIds: NotRequired[list[UnprocessedQueryExecutionId]]


class Classification(TypedDict):
    Name: NotRequired[str]
    Properties: NotRequired[dict[str, str]]


class CloudWatchLoggingConfiguration(TypedDict):
    Enabled: bool
    LogGroup: NotRequired[str]
    LogStreamNamePrefix: NotRequired[str]
    LogTypes: NotRequired[dict[str, list[str]]]


class ColumnInfo(TypedDict):
    CatalogName: NotRequired[str]
    SchemaName: NotRequired[str]
    TableName: NotRequired[str]
    Name: str
    Label: NotRequired[str]
    Type: str
    Precision: NotRequired[int]
    Scale: NotRequired[int]
    Nullable: NotRequired[ColumnNullable]
    CaseSensitive: NotRequired[bool]


ColumnNullable: TypeAlias = Literal[
    "NOT_NULL", "NULLABLE", "UNKNOWN"
]


class CustomerContentEncryptionConfiguration(TypedDict):
    KmsKey: str


class Datum(TypedDict):
    VarCharValue: NotRequired[str]


class EncryptionConfiguration(TypedDict):
    EncryptionOption: EncryptionOption
    KmsKey: NotRequired[str]


EncryptionOption: TypeAlias = Literal[
    "SSE_S3", "SSE_KMS", "CSE_KMS"
]


class EngineConfiguration(TypedDict):
    CoordinatorDpuSize: NotRequired[int]
    MaxConcurrentDpus: NotRequired[int]
    DefaultExecutorDpuSize: NotRequired[int]
    AdditionalConfigs: NotRequired[dict[str, str]]
    SparkProperties: NotRequired[dict[str, str]]
    Classifications: NotRequired[list[Classification]]


class EngineVersion(TypedDict):
    SelectedEngineVersion: NotRequired[str]
    EffectiveEngineVersion: NotRequired[str]


class GetQueryExecutionRequest(TypedDict):
    QueryExecutionId: str


class GetQueryExecutionResponse(TypedDict):
    QueryExecution: NotRequired[QueryExecution]


class GetQueryResultsRequest(TypedDict):
    QueryExecutionId: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    QueryResultType: NotRequired[QueryResultType]


class GetQueryResultsResponse(TypedDict):
    UpdateCount: NotRequired[int]
    ResultSet: NotRequired[ResultSet]
    NextToken: NotRequired[str]


class GetWorkGroupRequest(TypedDict):
    WorkGroup: str


class GetWorkGroupResponse(TypedDict):
    WorkGroup: NotRequired[WorkGroup]


class IdentityCenterConfiguration(TypedDict):
    EnableIdentityCenter: NotRequired[bool]
    IdentityCenterInstanceArn: NotRequired[str]


class ListQueryExecutionsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    WorkGroup: NotRequired[str]


class ListQueryExecutionsResponse(TypedDict):
    QueryExecutionIds: NotRequired[list[str]]
    NextToken: NotRequired[str]


class ListWorkGroupsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListWorkGroupsResponse(TypedDict):
    WorkGroups: NotRequired[list[WorkGroupSummary]]
    NextToken: NotRequired[str]


class ManagedLoggingConfiguration(TypedDict):
    Enabled: bool
    KmsKey: NotRequired[str]


class ManagedQueryResultsConfiguration(TypedDict):
    Enabled: bool
    EncryptionConfiguration: NotRequired[ManagedQueryResultsEncryptionConfiguration]


class ManagedQueryResultsEncryptionConfiguration(TypedDict):
    KmsKey: str


class MonitoringConfiguration(TypedDict):
    CloudWatchLoggingConfiguration: NotRequired[CloudWatchLoggingConfiguration]
    ManagedLoggingConfiguration: NotRequired[ManagedLoggingConfiguration]
    S3LoggingConfiguration: NotRequired[S3LoggingConfiguration]


class QueryExecution(TypedDict):
    QueryExecutionId: NotRequired[str]
    Query: NotRequired[str]
    StatementType: NotRequired[StatementType]
    ManagedQueryResultsConfiguration: NotRequired[ManagedQueryResultsConfiguration]
    ResultConfiguration: NotRequired[ResultConfiguration]
    ResultReuseConfiguration: NotRequired[ResultReuseConfiguration]
    QueryExecutionContext: NotRequired[QueryExecutionContext]
    Status: NotRequired[QueryExecutionStatus]
    Statistics: NotRequired[QueryExecutionStatistics]
    WorkGroup: NotRequired[str]
    EngineVersion: NotRequired[EngineVersion]
    ExecutionParameters: NotRequired[list[str]]
    SubstatementType: NotRequired[str]
    QueryResultsS3AccessGrantsConfiguration: NotRequired[QueryResultsS3AccessGrantsConfiguration]


class QueryExecutionContext(TypedDict):
    Database: NotRequired[str]
    Catalog: NotRequired[str]


QueryExecutionState: TypeAlias = Literal[
    "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
]


class QueryExecutionStatistics(TypedDict):
    EngineExecutionTimeInMillis: NotRequired[int]
    DataScannedInBytes: NotRequired[int]
    DataManifestLocation: NotRequired[str]
    TotalExecutionTimeInMillis: NotRequired[int]
    QueryQueueTimeInMillis: NotRequired[int]
    ServicePreProcessingTimeInMillis: NotRequired[int]
    QueryPlanningTimeInMillis: NotRequired[int]
    ServiceProcessingTimeInMillis: NotRequired[int]
    ResultReuseInformation: NotRequired[ResultReuseInformation]
    DpuCount: NotRequired[float]


class QueryExecutionStatus(TypedDict):
    State: NotRequired[QueryExecutionState]
    StateChangeReason: NotRequired[str]
    SubmissionDateTime: NotRequired[float]
    CompletionDateTime: NotRequired[float]
    AthenaError: NotRequired[AthenaError]


QueryResultType: TypeAlias = Literal[
    "DATA_MANIFEST", "DATA_ROWS"
]


class QueryResultsS3AccessGrantsConfiguration(TypedDict):
    EnableS3AccessGrants: bool
    CreateUserLevelPrefix: NotRequired[bool]
    AuthenticationType: AuthenticationType


class ResultConfiguration(TypedDict):
    OutputLocation: NotRequired[str]
    EncryptionConfiguration: NotRequired[EncryptionConfiguration]
    ExpectedBucketOwner: NotRequired[str]
    AclConfiguration: NotRequired[AclConfiguration]


class ResultReuseByAgeConfiguration(TypedDict):
    Enabled: bool
    MaxAgeInMinutes: NotRequired[int]


class ResultReuseConfiguration(TypedDict):
    ResultReuseByAgeConfiguration: NotRequired[ResultReuseByAgeConfiguration]


class ResultReuseInformation(TypedDict):
    ReusedPreviousResult: bool


class ResultSet(TypedDict):
    Rows: NotRequired[list[Row]]
    ResultSetMetadata: NotRequired[ResultSetMetadata]


class ResultSetMetadata(TypedDict):
    ColumnInfo: NotRequired[list[ColumnInfo]]


class Row(TypedDict):
    Data: NotRequired[list[Datum]]


S3AclOption: TypeAlias = Literal[
    "BUCKET_OWNER_FULL_CONTROL"
]


class S3LoggingConfiguration(TypedDict):
    Enabled: bool
    KmsKey: NotRequired[str]
    LogLocation: NotRequired[str]


class StartQueryExecutionRequest(TypedDict):
    QueryString: str
    ClientRequestToken: NotRequired[str]
    QueryExecutionContext: NotRequired[QueryExecutionContext]
    ResultConfiguration: NotRequired[ResultConfiguration]
    WorkGroup: NotRequired[str]
    ExecutionParameters: NotRequired[list[str]]
    ResultReuseConfiguration: NotRequired[ResultReuseConfiguration]
    EngineConfiguration: NotRequired[EngineConfiguration]


class StartQueryExecutionResponse(TypedDict):
    QueryExecutionId: NotRequired[str]


StatementType: TypeAlias = Literal[
    "DDL", "DML", "UTILITY"
]


class StopQueryExecutionRequest(TypedDict):
    QueryExecutionId: str


class StopQueryExecutionResponse(TypedDict):
    pass


class SystemTableStatus(TypedDict):
    TableName: SystemTableType
    Enabled: bool


SystemTableType: TypeAlias = Literal[
    "QUERY_EXECUTIONS"
]


class UnprocessedQueryExecutionId(TypedDict):
    QueryExecutionId: NotRequired[str]
    ErrorCode: NotRequired[str]
    ErrorMessage: NotRequired[str]


class WorkGroup(TypedDict):
    Name: str
    State: NotRequired[WorkGroupState]
    Configuration: NotRequired[WorkGroupConfiguration]
    Description: NotRequired[str]
    CreationTime: NotRequired[float]
    IdentityCenterApplicationArn: NotRequired[str]


class WorkGroupConfiguration(TypedDict):
    ResultConfiguration: NotRequired[ResultConfiguration]
    ManagedQueryResultsConfiguration: NotRequired[ManagedQueryResultsConfiguration]
    EnforceWorkGroupConfiguration: NotRequired[bool]
    PublishCloudWatchMetricsEnabled: NotRequired[bool]
    BytesScannedCutoffPerQuery: NotRequired[int]
    RequesterPaysEnabled: NotRequired[bool]
    EngineVersion: NotRequired[EngineVersion]
    AdditionalConfiguration: NotRequired[str]
    ExecutionRole: NotRequired[str]
    MonitoringConfiguration: NotRequired[MonitoringConfiguration]
    EngineConfiguration: NotRequired[EngineConfiguration]
    CustomerContentEncryptionConfiguration: NotRequired[CustomerContentEncryptionConfiguration]
    EnableMinimumEncryptionConfiguration: NotRequired[bool]
    IdentityCenterConfiguration: NotRequired[IdentityCenterConfiguration]
    QueryResultsS3AccessGrantsConfiguration: NotRequired[QueryResultsS3AccessGrantsConfiguration]
    SystemTableStatuses: NotRequired[list[SystemTableStatus]]


WorkGroupState: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


class WorkGroupSummary(TypedDict):
    Name: NotRequired[str]
    State: NotRequired[WorkGroupState]
    Description: NotRequired[str]
    CreationTime: NotRequired[float]
    EngineVersion: NotRequired[EngineVersion]
    IdentityCenterApplicationArn: NotRequired[str]
