"""Requests and responses of glue, from its model. Do not edit: `python scripts/shapes.py glue`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from penstock.wire.call import Json


class AuditContext(TypedDict):
    AdditionalAuditContext: NotRequired[str]
    RequestedColumns: NotRequired[list[str]]
    AllColumnsRequested: NotRequired[bool]


class BackfillError(TypedDict):
    Code: NotRequired[BackfillErrorCode]
    Partitions: NotRequired[list[PartitionValueList]]


BackfillErrorCode: TypeAlias = Literal[
    "ENCRYPTED_PARTITION_ERROR", "INTERNAL_ERROR", "INVALID_PARTITION_TYPE_DATA_ERROR", "MISSING_PARTITION_VALUE_ERROR",
    "UNSUPPORTED_PARTITION_CHARACTER_ERROR"
]


class Column(TypedDict):
    Name: str
    Type: NotRequired[str]
    Comment: NotRequired[str]
    Parameters: NotRequired[dict[str, str]]


class CreateDatabaseRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseInput: DatabaseInput
    Tags: NotRequired[dict[str, str]]


class CreateDatabaseResponse(TypedDict):
    pass


class CreateIcebergTableInput(TypedDict):
    Location: str
    Schema: IcebergSchema
    PartitionSpec: NotRequired[IcebergPartitionSpec]
    WriteOrder: NotRequired[IcebergSortOrder]
    Properties: NotRequired[dict[str, str]]


class CreateTableRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: str
    Name: NotRequired[str]
    TableInput: NotRequired[TableInput]
    PartitionIndexes: NotRequired[list[PartitionIndex]]
    TransactionId: NotRequired[str]
    OpenTableFormatInput: NotRequired[OpenTableFormatInput]


class CreateTableResponse(TypedDict):
    pass


class DataLakePrincipal(TypedDict):
    DataLakePrincipalIdentifier: NotRequired[str]


class Database(TypedDict):
    Name: str
    Description: NotRequired[str]
    LocationUri: NotRequired[str]
    Parameters: NotRequired[dict[str, str]]
    CreateTime: NotRequired[float]
    CreateTableDefaultPermissions: NotRequired[list[PrincipalPermissions]]
    TargetDatabase: NotRequired[DatabaseIdentifier]
    CatalogId: NotRequired[str]
    FederatedDatabase: NotRequired[FederatedDatabase]


DatabaseAttributes: TypeAlias = Literal[
    "NAME", "TARGET_DATABASE"
]


class DatabaseIdentifier(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: NotRequired[str]
    Region: NotRequired[str]


class DatabaseInput(TypedDict):
    Name: str
    Description: NotRequired[str]
    LocationUri: NotRequired[str]
    Parameters: NotRequired[dict[str, str]]
    CreateTableDefaultPermissions: NotRequired[list[PrincipalPermissions]]
    TargetDatabase: NotRequired[DatabaseIdentifier]
    FederatedDatabase: NotRequired[FederatedDatabase]


class DeleteDatabaseRequest(TypedDict):
    CatalogId: NotRequired[str]
    Name: str


class DeleteDatabaseResponse(TypedDict):
    pass


class DeleteTableRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: str
    Name: str
    TransactionId: NotRequired[str]


class DeleteTableResponse(TypedDict):
    pass


class ErrorDetail(TypedDict):
    ErrorCode: NotRequired[str]
    ErrorMessage: NotRequired[str]


class FederatedDatabase(TypedDict):
    Identifier: NotRequired[str]
    ConnectionName: NotRequired[str]
    ConnectionType: NotRequired[str]


class FederatedTable(TypedDict):
    Identifier: NotRequired[str]
    DatabaseIdentifier: NotRequired[str]
    ConnectionName: NotRequired[str]
    ConnectionType: NotRequired[str]


class GetDatabaseRequest(TypedDict):
    CatalogId: NotRequired[str]
    Name: str


class GetDatabaseResponse(TypedDict):
    Database: NotRequired[Database]


class GetDatabasesRequest(TypedDict):
    CatalogId: NotRequired[str]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    ResourceShareType: NotRequired[ResourceShareType]
    AttributesToGet: NotRequired[list[DatabaseAttributes]]


class GetDatabasesResponse(TypedDict):
    DatabaseList: list[Database]
    NextToken: NotRequired[str]


class GetPartitionIndexesRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: str
    TableName: str
    NextToken: NotRequired[str]


class GetPartitionIndexesResponse(TypedDict):
    PartitionIndexDescriptorList: NotRequired[list[PartitionIndexDescriptor]]
    NextToken: NotRequired[str]


class GetTableRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: str
    Name: str
    TransactionId: NotRequired[str]
    QueryAsOfTime: NotRequired[float]
    AuditContext: NotRequired[AuditContext]
    IncludeStatusDetails: NotRequired[bool]
    AttributesToGet: NotRequired[list[TableAttributes]]


class GetTableResponse(TypedDict):
    Table: NotRequired[Table]


class GetTablesRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: str
    Expression: NotRequired[str]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    TransactionId: NotRequired[str]
    QueryAsOfTime: NotRequired[float]
    AuditContext: NotRequired[AuditContext]
    ResourceShareType: NotRequired[TableResourceShareType]
    IncludeStatusDetails: NotRequired[bool]
    AttributesToGet: NotRequired[list[TableAttributes]]


class GetTablesResponse(TypedDict):
    TableList: NotRequired[list[Table]]
    NextToken: NotRequired[str]


class GetTagsRequest(TypedDict):
    ResourceArn: str


class GetTagsResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class IcebergEncryptedKey(TypedDict):
    KeyId: str
    EncryptedKeyMetadata: str
    EncryptedById: NotRequired[str]
    Properties: NotRequired[dict[str, str]]


class IcebergInput(TypedDict):
    MetadataOperation: MetadataOperation
    Version: NotRequired[str]
    CreateIcebergTableInput: NotRequired[CreateIcebergTableInput]


IcebergNullOrder: TypeAlias = Literal[
    "nulls-first", "nulls-last"
]


class IcebergPartitionField(TypedDict):
    SourceId: int
    Transform: str
    Name: str
    FieldId: NotRequired[int]


class IcebergPartitionSpec(TypedDict):
    Fields: list[IcebergPartitionField]
    SpecId: NotRequired[int]


class IcebergSchema(TypedDict):
    SchemaId: NotRequired[int]
    IdentifierFieldIds: NotRequired[list[int]]
    Type: NotRequired[IcebergStructTypeEnum]
    Fields: list[IcebergStructField]


IcebergSortDirection: TypeAlias = Literal[
    "asc", "desc"
]


class IcebergSortField(TypedDict):
    SourceId: int
    Transform: str
    Direction: IcebergSortDirection
    NullOrder: IcebergNullOrder


class IcebergSortOrder(TypedDict):
    OrderId: int
    Fields: list[IcebergSortField]


class IcebergStructField(TypedDict):
    Id: int
    Name: str
    Type: Json
    Required: bool
    Doc: NotRequired[str]
    InitialDefault: NotRequired[Json]
    WriteDefault: NotRequired[Json]


IcebergStructTypeEnum: TypeAlias = Literal[
    "struct"
]


class IcebergTableMetadata(TypedDict):
    FormatVersion: NotRequired[str]
    TableUuid: NotRequired[str]
    Location: NotRequired[str]
    Properties: NotRequired[dict[str, str]]
    Schemas: NotRequired[list[IcebergSchema]]
    CurrentSchemaId: NotRequired[int]
    LastColumnId: NotRequired[int]
    PartitionSpecs: NotRequired[list[IcebergPartitionSpec]]
    DefaultSpecId: NotRequired[int]
    LastPartitionId: NotRequired[int]
    SortOrders: NotRequired[list[IcebergSortOrder]]
    DefaultSortOrderId: NotRequired[int]


class IcebergTableUpdate(TypedDict):
    Schema: IcebergSchema
    PartitionSpec: NotRequired[IcebergPartitionSpec]
    SortOrder: NotRequired[IcebergSortOrder]
    Location: str
    Properties: NotRequired[dict[str, str]]
    Action: NotRequired[IcebergUpdateAction]
    EncryptionKey: NotRequired[IcebergEncryptedKey]
    KeyId: NotRequired[str]


IcebergUpdateAction: TypeAlias = Literal[
    "add-schema", "set-current-schema", "add-spec", "set-default-spec", "add-sort-order", "set-default-sort-order",
    "set-location", "set-properties", "remove-properties", "add-encryption-key", "remove-encryption-key"
]


class KeySchemaElement(TypedDict):
    Name: str
    Type: str


LastRefreshType: TypeAlias = Literal[
    "FULL", "INCREMENTAL"
]


MetadataOperation: TypeAlias = Literal[
    "CREATE"
]


class OpenTableFormatInput(TypedDict):
    IcebergInput: NotRequired[IcebergInput]


class Order(TypedDict):
    Column: str
    SortOrder: int


class PartitionIndex(TypedDict):
    Keys: list[str]
    IndexName: str


class PartitionIndexDescriptor(TypedDict):
    IndexName: str
    Keys: list[KeySchemaElement]
    IndexStatus: PartitionIndexStatus
    BackfillErrors: NotRequired[list[BackfillError]]


PartitionIndexStatus: TypeAlias = Literal[
    "CREATING", "ACTIVE", "DELETING", "FAILED"
]


class PartitionValueList(TypedDict):
    Values: list[str]


Permission: TypeAlias = Literal[
    "ALL", "SELECT", "ALTER", "DROP", "DELETE", "INSERT", "CREATE_DATABASE", "CREATE_TABLE", "DATA_LOCATION_ACCESS"
]


class PrincipalPermissions(TypedDict):
    Principal: NotRequired[DataLakePrincipal]
    Permissions: NotRequired[list[Permission]]


class RLSProperties(TypedDict):
    DefaultRLSPolicy: NotRequired[str]


ResourceAction: TypeAlias = Literal[
    "UPDATE", "CREATE"
]


ResourceShareType: TypeAlias = Literal[
    "FOREIGN", "ALL", "FEDERATED"
]


ResourceState: TypeAlias = Literal[
    "QUEUED", "IN_PROGRESS", "SUCCESS", "STOPPED", "FAILED"
]


class SchemaId(TypedDict):
    SchemaArn: NotRequired[str]
    SchemaName: NotRequired[str]
    RegistryName: NotRequired[str]


class SchemaReference(TypedDict):
    SchemaId: NotRequired[SchemaId]
    SchemaVersionId: NotRequired[str]
    SchemaVersionNumber: NotRequired[int]


class SerDeInfo(TypedDict):
    Name: NotRequired[str]
    SerializationLibrary: NotRequired[str]
    Parameters: NotRequired[dict[str, str]]


class SkewedInfo(TypedDict):
    SkewedColumnNames: NotRequired[list[str]]
    SkewedColumnValues: NotRequired[list[str]]
    SkewedColumnValueLocationMaps: NotRequired[dict[str, str]]


class StatusDetails(TypedDict):
    RequestedChange: NotRequired[Table]
    ViewValidations: NotRequired[list[ViewValidation]]


class StorageDescriptor(TypedDict):
    Columns: NotRequired[list[Column]]
    Location: NotRequired[str]
    AdditionalLocations: NotRequired[list[str]]
    InputFormat: NotRequired[str]
    OutputFormat: NotRequired[str]
    Compressed: NotRequired[bool]
    NumberOfBuckets: NotRequired[int]
    SerdeInfo: NotRequired[SerDeInfo]
    BucketColumns: NotRequired[list[str]]
    SortColumns: NotRequired[list[Order]]
    Parameters: NotRequired[dict[str, str]]
    SkewedInfo: NotRequired[SkewedInfo]
    StoredAsSubDirectories: NotRequired[bool]
    SchemaReference: NotRequired[SchemaReference]


SubObjectSourceType: TypeAlias = Literal[
    "HIVE_PARQUET", "HIVE_ORC", "HIVE_CSV", "HIVE_JSON", "PLAIN_PARQUET", "ICEBERG"
]


class SubObjectStatistics(TypedDict):
    SourceType: NotRequired[SubObjectSourceType]
    GlueVersionId: NotRequired[str]
    PartitionCount: NotRequired[int]
    FileCount: NotRequired[int]
    TotalFileBytes: NotRequired[int]


class Table(TypedDict):
    Name: str
    DatabaseName: NotRequired[str]
    Description: NotRequired[str]
    Owner: NotRequired[str]
    CreateTime: NotRequired[float]
    UpdateTime: NotRequired[float]
    LastAccessTime: NotRequired[float]
    LastAnalyzedTime: NotRequired[float]
    Retention: NotRequired[int]
    StorageDescriptor: NotRequired[StorageDescriptor]
    PartitionKeys: NotRequired[list[Column]]
    ViewOriginalText: NotRequired[str]
    ViewExpandedText: NotRequired[str]
    TableType: NotRequired[str]
    Parameters: NotRequired[dict[str, str]]
    CreatedBy: NotRequired[str]
    IsRegisteredWithLakeFormation: NotRequired[bool]
    TargetTable: NotRequired[TableIdentifier]
    CatalogId: NotRequired[str]
    VersionId: NotRequired[str]
    FederatedTable: NotRequired[FederatedTable]
    ViewDefinition: NotRequired[ViewDefinition]
    IsMultiDialectView: NotRequired[bool]
    IsMaterializedView: NotRequired[bool]
    IcebergTableMetadata: NotRequired[IcebergTableMetadata]
    Status: NotRequired[TableStatus]
    RLSProperties: NotRequired[RLSProperties]


TableAttributes: TypeAlias = Literal[
    "NAME", "TABLE_TYPE", "DEFAULT", "LATEST_ICEBERG_METADATA"
]


class TableIdentifier(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: NotRequired[str]
    Name: NotRequired[str]
    Region: NotRequired[str]


class TableInput(TypedDict):
    Name: str
    Description: NotRequired[str]
    Owner: NotRequired[str]
    LastAccessTime: NotRequired[float]
    LastAnalyzedTime: NotRequired[float]
    Retention: NotRequired[int]
    StorageDescriptor: NotRequired[StorageDescriptor]
    PartitionKeys: NotRequired[list[Column]]
    ViewOriginalText: NotRequired[str]
    ViewExpandedText: NotRequired[str]
    TableType: NotRequired[str]
    Parameters: NotRequired[dict[str, str]]
    TargetTable: NotRequired[TableIdentifier]
    FederatedTable: NotRequired[FederatedTable]
    ViewDefinition: NotRequired[ViewDefinitionInput]


TableResourceShareType: TypeAlias = Literal[
    "FEDERATED", "ALL"
]


class TableStatus(TypedDict):
    RequestedBy: NotRequired[str]
    UpdatedBy: NotRequired[str]
    RequestTime: NotRequired[float]
    UpdateTime: NotRequired[float]
    Action: NotRequired[ResourceAction]
    State: NotRequired[ResourceState]
    Error: NotRequired[ErrorDetail]
    Details: NotRequired[StatusDetails]


class TagResourceRequest(TypedDict):
    ResourceArn: str
    TagsToAdd: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagsToRemove: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateIcebergInput(TypedDict):
    UpdateIcebergTableInput: UpdateIcebergTableInput


class UpdateIcebergTableInput(TypedDict):
    Updates: list[IcebergTableUpdate]


class UpdateOpenTableFormatInput(TypedDict):
    UpdateIcebergInput: NotRequired[UpdateIcebergInput]


class UpdateTableRequest(TypedDict):
    CatalogId: NotRequired[str]
    DatabaseName: str
    Name: NotRequired[str]
    TableInput: NotRequired[TableInput]
    SkipArchive: NotRequired[bool]
    TransactionId: NotRequired[str]
    VersionId: NotRequired[str]
    ViewUpdateAction: NotRequired[ViewUpdateAction]
    Force: NotRequired[bool]
    UpdateOpenTableFormatInput: NotRequired[UpdateOpenTableFormatInput]


class UpdateTableResponse(TypedDict):
    pass


class ViewDefinition(TypedDict):
    IsProtected: NotRequired[bool]
    IsManaged: NotRequired[bool]
    Definer: NotRequired[str]
    ViewVersionId: NotRequired[int]
    ViewVersionToken: NotRequired[str]
    RefreshSeconds: NotRequired[int]
    LastRefreshType: NotRequired[LastRefreshType]
    SubObjects: NotRequired[list[str]]
    SubObjectVersionIds: NotRequired[list[int]]
    SubObjectsStatistics: NotRequired[list[SubObjectStatistics]]
    Representations: NotRequired[list[ViewRepresentation]]
    SparkPipelineInfo: NotRequired[dict[str, str]]


class ViewDefinitionInput(TypedDict):
    IsProtected: NotRequired[bool]
    IsManaged: NotRequired[bool]
    Definer: NotRequired[str]
    Representations: NotRequired[list[ViewRepresentationInput]]
    ViewVersionId: NotRequired[int]
    ViewVersionToken: NotRequired[str]
    RefreshSeconds: NotRequired[int]
    LastRefreshType: NotRequired[LastRefreshType]
    SubObjects: NotRequired[list[str]]
    SubObjectVersionIds: NotRequired[list[int]]
    SubObjectsStatistics: NotRequired[list[SubObjectStatistics]]
    SparkPipelineInfo: NotRequired[dict[str, str]]


ViewDialect: TypeAlias = Literal[
    "REDSHIFT", "ATHENA", "SPARK"
]


class ViewRepresentation(TypedDict):
    Dialect: NotRequired[ViewDialect]
    DialectVersion: NotRequired[str]
    ViewOriginalText: NotRequired[str]
    ViewExpandedText: NotRequired[str]
    ValidationConnection: NotRequired[str]
    IsStale: NotRequired[bool]


class ViewRepresentationInput(TypedDict):
    Dialect: NotRequired[ViewDialect]
    DialectVersion: NotRequired[str]
    ViewOriginalText: NotRequired[str]
    ValidationConnection: NotRequired[str]
    ViewExpandedText: NotRequired[str]


ViewUpdateAction: TypeAlias = Literal[
    "ADD", "REPLACE", "ADD_OR_REPLACE", "DROP"
]


class ViewValidation(TypedDict):
    Dialect: NotRequired[ViewDialect]
    DialectVersion: NotRequired[str]
    ViewValidationText: NotRequired[str]
    UpdateTime: NotRequired[float]
    State: NotRequired[ResourceState]
    Error: NotRequired[ErrorDetail]
