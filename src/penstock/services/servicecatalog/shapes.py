"""Requests and responses of servicecatalog, from its model. Do not edit: `python scripts/shapes.py servicecatalog`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class AccessLevelFilter(TypedDict):
    Key: NotRequired[AccessLevelFilterKey]
    Value: NotRequired[str]


AccessLevelFilterKey: TypeAlias = Literal[
    "Account", "Role", "User"
]


class AssociatePrincipalWithPortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PortfolioId: str
    PrincipalARN: str
    PrincipalType: PrincipalType


class AssociatePrincipalWithPortfolioResponse(TypedDict):
    pass


class AssociateProductWithPortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    PortfolioId: str
    SourcePortfolioId: NotRequired[str]


class AssociateProductWithPortfolioResponse(TypedDict):
    pass


class AssociateTagOptionWithResourceRequest(TypedDict):
    ResourceId: str
    TagOptionId: str


class AssociateTagOptionWithResourceResponse(TypedDict):
    pass


class BudgetDetail(TypedDict):
    BudgetName: NotRequired[str]


class CloudWatchDashboard(TypedDict):
    Name: NotRequired[str]


class CodeStarParameters(TypedDict):
    ConnectionArn: str
    Repository: str
    Branch: str
    ArtifactPath: str


class ConstraintDetail(TypedDict):
    ConstraintId: NotRequired[str]
    Type: NotRequired[str]
    Description: NotRequired[str]
    Owner: NotRequired[str]
    ProductId: NotRequired[str]
    PortfolioId: NotRequired[str]


class ConstraintSummary(TypedDict):
    Type: NotRequired[str]
    Description: NotRequired[str]


class CreateConstraintRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PortfolioId: str
    ProductId: str
    Parameters: str
    Type: str
    Description: NotRequired[str]
    IdempotencyToken: str


class CreateConstraintResponse(TypedDict):
    ConstraintDetail: NotRequired[ConstraintDetail]
    ConstraintParameters: NotRequired[str]
    Status: NotRequired[Status]


class CreatePortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    DisplayName: str
    Description: NotRequired[str]
    ProviderName: str
    Tags: NotRequired[list[Tag]]
    IdempotencyToken: str


class CreatePortfolioResponse(TypedDict):
    PortfolioDetail: NotRequired[PortfolioDetail]
    Tags: NotRequired[list[Tag]]


class CreateProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Name: str
    Owner: str
    Description: NotRequired[str]
    Distributor: NotRequired[str]
    SupportDescription: NotRequired[str]
    SupportEmail: NotRequired[str]
    SupportUrl: NotRequired[str]
    ProductType: ProductType
    Tags: NotRequired[list[Tag]]
    ProvisioningArtifactParameters: NotRequired[ProvisioningArtifactProperties]
    IdempotencyToken: str
    SourceConnection: NotRequired[SourceConnection]


class CreateProductResponse(TypedDict):
    ProductViewDetail: NotRequired[ProductViewDetail]
    ProvisioningArtifactDetail: NotRequired[ProvisioningArtifactDetail]
    Tags: NotRequired[list[Tag]]


class CreateProvisioningArtifactRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    Parameters: ProvisioningArtifactProperties
    IdempotencyToken: str


class CreateProvisioningArtifactResponse(TypedDict):
    ProvisioningArtifactDetail: NotRequired[ProvisioningArtifactDetail]
    Info: NotRequired[dict[str, str]]
    Status: NotRequired[Status]


class CreateTagOptionRequest(TypedDict):
    Key: str
    Value: str


class CreateTagOptionResponse(TypedDict):
    TagOptionDetail: NotRequired[TagOptionDetail]


class DeleteConstraintRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str


class DeleteConstraintResponse(TypedDict):
    pass


class DeletePortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str


class DeletePortfolioResponse(TypedDict):
    pass


class DeleteProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str


class DeleteProductResponse(TypedDict):
    pass


class DeleteProvisioningArtifactRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    ProvisioningArtifactId: str


class DeleteProvisioningArtifactResponse(TypedDict):
    pass


class DeleteTagOptionRequest(TypedDict):
    Id: str


class DeleteTagOptionResponse(TypedDict):
    pass


class DescribeConstraintRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str


class DescribeConstraintResponse(TypedDict):
    ConstraintDetail: NotRequired[ConstraintDetail]
    ConstraintParameters: NotRequired[str]
    Status: NotRequired[Status]


class DescribePortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str


class DescribePortfolioResponse(TypedDict):
    PortfolioDetail: NotRequired[PortfolioDetail]
    Tags: NotRequired[list[Tag]]
    TagOptions: NotRequired[list[TagOptionDetail]]
    Budgets: NotRequired[list[BudgetDetail]]


class DescribeProductAsAdminRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: NotRequired[str]
    Name: NotRequired[str]
    SourcePortfolioId: NotRequired[str]


class DescribeProductAsAdminResponse(TypedDict):
    ProductViewDetail: NotRequired[ProductViewDetail]
    ProvisioningArtifactSummaries: NotRequired[list[ProvisioningArtifactSummary]]
    Tags: NotRequired[list[Tag]]
    TagOptions: NotRequired[list[TagOptionDetail]]
    Budgets: NotRequired[list[BudgetDetail]]


class DescribeProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: NotRequired[str]
    Name: NotRequired[str]


class DescribeProductResponse(TypedDict):
    ProductViewSummary: NotRequired[ProductViewSummary]
    ProvisioningArtifacts: NotRequired[list[ProvisioningArtifact]]
    Budgets: NotRequired[list[BudgetDetail]]
    LaunchPaths: NotRequired[list[LaunchPath]]


class DescribeProductViewRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str


class DescribeProductViewResponse(TypedDict):
    ProductViewSummary: NotRequired[ProductViewSummary]
    ProvisioningArtifacts: NotRequired[list[ProvisioningArtifact]]


class DescribeProvisionedProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: NotRequired[str]
    Name: NotRequired[str]


class DescribeProvisionedProductResponse(TypedDict):
    ProvisionedProductDetail: NotRequired[ProvisionedProductDetail]
    CloudWatchDashboards: NotRequired[list[CloudWatchDashboard]]


class DescribeProvisioningArtifactRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    ProductId: NotRequired[str]
    ProvisioningArtifactName: NotRequired[str]
    ProductName: NotRequired[str]
    Verbose: NotRequired[bool]
    IncludeProvisioningArtifactParameters: NotRequired[bool]


class DescribeProvisioningArtifactResponse(TypedDict):
    ProvisioningArtifactDetail: NotRequired[ProvisioningArtifactDetail]
    Info: NotRequired[dict[str, str]]
    Status: NotRequired[Status]
    ProvisioningArtifactParameters: NotRequired[list[ProvisioningArtifactParameter]]


class DescribeProvisioningParametersRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: NotRequired[str]
    ProductName: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    ProvisioningArtifactName: NotRequired[str]
    PathId: NotRequired[str]
    PathName: NotRequired[str]


class DescribeProvisioningParametersResponse(TypedDict):
    ProvisioningArtifactParameters: NotRequired[list[ProvisioningArtifactParameter]]
    ConstraintSummaries: NotRequired[list[ConstraintSummary]]
    UsageInstructions: NotRequired[list[UsageInstruction]]
    TagOptions: NotRequired[list[TagOptionSummary]]
    ProvisioningArtifactPreferences: NotRequired[ProvisioningArtifactPreferences]
    ProvisioningArtifactOutputs: NotRequired[list[ProvisioningArtifactOutput]]
    ProvisioningArtifactOutputKeys: NotRequired[list[ProvisioningArtifactOutput]]


class DescribeRecordRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str
    PageToken: NotRequired[str]
    PageSize: NotRequired[int]


class DescribeRecordResponse(TypedDict):
    RecordDetail: NotRequired[RecordDetail]
    RecordOutputs: NotRequired[list[RecordOutput]]
    NextPageToken: NotRequired[str]


class DescribeTagOptionRequest(TypedDict):
    Id: str


class DescribeTagOptionResponse(TypedDict):
    TagOptionDetail: NotRequired[TagOptionDetail]


class DisassociatePrincipalFromPortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PortfolioId: str
    PrincipalARN: str
    PrincipalType: NotRequired[PrincipalType]


class DisassociatePrincipalFromPortfolioResponse(TypedDict):
    pass


class DisassociateProductFromPortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    PortfolioId: str


class DisassociateProductFromPortfolioResponse(TypedDict):
    pass


class DisassociateTagOptionFromResourceRequest(TypedDict):
    ResourceId: str
    TagOptionId: str


class DisassociateTagOptionFromResourceResponse(TypedDict):
    pass


class GetProvisionedProductOutputsRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProvisionedProductId: NotRequired[str]
    ProvisionedProductName: NotRequired[str]
    OutputKeys: NotRequired[list[str]]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class GetProvisionedProductOutputsResponse(TypedDict):
    Outputs: NotRequired[list[RecordOutput]]
    NextPageToken: NotRequired[str]


class LastSync(TypedDict):
    LastSyncTime: NotRequired[float]
    LastSyncStatus: NotRequired[LastSyncStatus]
    LastSyncStatusMessage: NotRequired[str]
    LastSuccessfulSyncTime: NotRequired[float]
    LastSuccessfulSyncProvisioningArtifactId: NotRequired[str]


LastSyncStatus: TypeAlias = Literal[
    "SUCCEEDED", "FAILED"
]


class LaunchPath(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]


class LaunchPathSummary(TypedDict):
    Id: NotRequired[str]
    ConstraintSummaries: NotRequired[list[ConstraintSummary]]
    Tags: NotRequired[list[Tag]]
    Name: NotRequired[str]


class ListConstraintsForPortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PortfolioId: str
    ProductId: NotRequired[str]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ListConstraintsForPortfolioResponse(TypedDict):
    ConstraintDetails: NotRequired[list[ConstraintDetail]]
    NextPageToken: NotRequired[str]


class ListLaunchPathsRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ListLaunchPathsResponse(TypedDict):
    LaunchPathSummaries: NotRequired[list[LaunchPathSummary]]
    NextPageToken: NotRequired[str]


class ListPortfoliosForProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    PageToken: NotRequired[str]
    PageSize: NotRequired[int]


class ListPortfoliosForProductResponse(TypedDict):
    PortfolioDetails: NotRequired[list[PortfolioDetail]]
    NextPageToken: NotRequired[str]


class ListPortfoliosRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PageToken: NotRequired[str]
    PageSize: NotRequired[int]


class ListPortfoliosResponse(TypedDict):
    PortfolioDetails: NotRequired[list[PortfolioDetail]]
    NextPageToken: NotRequired[str]


class ListPrincipalsForPortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PortfolioId: str
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ListPrincipalsForPortfolioResponse(TypedDict):
    Principals: NotRequired[list[Principal]]
    NextPageToken: NotRequired[str]


class ListProvisioningArtifactsRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str


class ListProvisioningArtifactsResponse(TypedDict):
    ProvisioningArtifactDetails: NotRequired[list[ProvisioningArtifactDetail]]
    NextPageToken: NotRequired[str]


class ListRecordHistoryRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    AccessLevelFilter: NotRequired[AccessLevelFilter]
    SearchFilter: NotRequired[ListRecordHistorySearchFilter]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ListRecordHistoryResponse(TypedDict):
    RecordDetails: NotRequired[list[RecordDetail]]
    NextPageToken: NotRequired[str]


class ListRecordHistorySearchFilter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]


class ListResourcesForTagOptionRequest(TypedDict):
    TagOptionId: str
    ResourceType: NotRequired[str]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ListResourcesForTagOptionResponse(TypedDict):
    ResourceDetails: NotRequired[list[ResourceDetail]]
    PageToken: NotRequired[str]


class ListTagOptionsFilters(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    Active: NotRequired[bool]


class ListTagOptionsRequest(TypedDict):
    Filters: NotRequired[ListTagOptionsFilters]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ListTagOptionsResponse(TypedDict):
    TagOptionDetails: NotRequired[list[TagOptionDetail]]
    PageToken: NotRequired[str]


class ParameterConstraints(TypedDict):
    AllowedValues: NotRequired[list[str]]
    AllowedPattern: NotRequired[str]
    ConstraintDescription: NotRequired[str]
    MaxLength: NotRequired[str]
    MinLength: NotRequired[str]
    MaxValue: NotRequired[str]
    MinValue: NotRequired[str]


class PortfolioDetail(TypedDict):
    Id: NotRequired[str]
    ARN: NotRequired[str]
    DisplayName: NotRequired[str]
    Description: NotRequired[str]
    CreatedTime: NotRequired[float]
    ProviderName: NotRequired[str]


class Principal(TypedDict):
    PrincipalARN: NotRequired[str]
    PrincipalType: NotRequired[PrincipalType]


PrincipalType: TypeAlias = Literal[
    "IAM", "IAM_PATTERN"
]


ProductSource: TypeAlias = Literal[
    "ACCOUNT"
]


ProductType: TypeAlias = Literal[
    "CLOUD_FORMATION_TEMPLATE", "MARKETPLACE", "TERRAFORM_OPEN_SOURCE", "TERRAFORM_CLOUD", "EXTERNAL"
]


class ProductViewAggregationValue(TypedDict):
    Value: NotRequired[str]
    ApproximateCount: NotRequired[int]


class ProductViewDetail(TypedDict):
    ProductViewSummary: NotRequired[ProductViewSummary]
    Status: NotRequired[Status]
    ProductARN: NotRequired[str]
    CreatedTime: NotRequired[float]
    SourceConnection: NotRequired[SourceConnectionDetail]


ProductViewSortBy: TypeAlias = Literal[
    "Title", "VersionCount", "CreationDate"
]


class ProductViewSummary(TypedDict):
    Id: NotRequired[str]
    ProductId: NotRequired[str]
    Name: NotRequired[str]
    Owner: NotRequired[str]
    ShortDescription: NotRequired[str]
    Type: NotRequired[ProductType]
    Distributor: NotRequired[str]
    HasDefaultPath: NotRequired[bool]
    SupportEmail: NotRequired[str]
    SupportDescription: NotRequired[str]
    SupportUrl: NotRequired[str]


class ProvisionProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: NotRequired[str]
    ProductName: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    ProvisioningArtifactName: NotRequired[str]
    PathId: NotRequired[str]
    PathName: NotRequired[str]
    ProvisionedProductName: str
    ProvisioningParameters: NotRequired[list[ProvisioningParameter]]
    ProvisioningPreferences: NotRequired[ProvisioningPreferences]
    Tags: NotRequired[list[Tag]]
    NotificationArns: NotRequired[list[str]]
    ProvisionToken: str


class ProvisionProductResponse(TypedDict):
    RecordDetail: NotRequired[RecordDetail]


class ProvisionedProductAttribute(TypedDict):
    Name: NotRequired[str]
    Arn: NotRequired[str]
    Type: NotRequired[str]
    Id: NotRequired[str]
    Status: NotRequired[ProvisionedProductStatus]
    StatusMessage: NotRequired[str]
    CreatedTime: NotRequired[float]
    IdempotencyToken: NotRequired[str]
    LastRecordId: NotRequired[str]
    LastProvisioningRecordId: NotRequired[str]
    LastSuccessfulProvisioningRecordId: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    PhysicalId: NotRequired[str]
    ProductId: NotRequired[str]
    ProductName: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    ProvisioningArtifactName: NotRequired[str]
    UserArn: NotRequired[str]
    UserArnSession: NotRequired[str]


class ProvisionedProductDetail(TypedDict):
    Name: NotRequired[str]
    Arn: NotRequired[str]
    Type: NotRequired[str]
    Id: NotRequired[str]
    Status: NotRequired[ProvisionedProductStatus]
    StatusMessage: NotRequired[str]
    CreatedTime: NotRequired[float]
    IdempotencyToken: NotRequired[str]
    LastRecordId: NotRequired[str]
    LastProvisioningRecordId: NotRequired[str]
    LastSuccessfulProvisioningRecordId: NotRequired[str]
    ProductId: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    LaunchRoleArn: NotRequired[str]


ProvisionedProductStatus: TypeAlias = Literal[
    "AVAILABLE", "UNDER_CHANGE", "TAINTED", "ERROR", "PLAN_IN_PROGRESS"
]


class ProvisioningArtifact(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    Description: NotRequired[str]
    CreatedTime: NotRequired[float]
    Guidance: NotRequired[ProvisioningArtifactGuidance]


class ProvisioningArtifactDetail(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    Description: NotRequired[str]
    Type: NotRequired[ProvisioningArtifactType]
    CreatedTime: NotRequired[float]
    Active: NotRequired[bool]
    Guidance: NotRequired[ProvisioningArtifactGuidance]
    SourceRevision: NotRequired[str]


ProvisioningArtifactGuidance: TypeAlias = Literal[
    "DEFAULT", "DEPRECATED"
]


class ProvisioningArtifactOutput(TypedDict):
    Key: NotRequired[str]
    Description: NotRequired[str]


class ProvisioningArtifactParameter(TypedDict):
    ParameterKey: NotRequired[str]
    DefaultValue: NotRequired[str]
    ParameterType: NotRequired[str]
    IsNoEcho: NotRequired[bool]
    Description: NotRequired[str]
    ParameterConstraints: NotRequired[ParameterConstraints]


class ProvisioningArtifactPreferences(TypedDict):
    StackSetAccounts: NotRequired[list[str]]
    StackSetRegions: NotRequired[list[str]]


class ProvisioningArtifactProperties(TypedDict):
    Name: NotRequired[str]
    Description: NotRequired[str]
    Info: NotRequired[dict[str, str]]
    Type: NotRequired[ProvisioningArtifactType]
    DisableTemplateValidation: NotRequired[bool]


class ProvisioningArtifactSummary(TypedDict):
    Id: NotRequired[str]
    Name: NotRequired[str]
    Description: NotRequired[str]
    CreatedTime: NotRequired[float]
    ProvisioningArtifactMetadata: NotRequired[dict[str, str]]


ProvisioningArtifactType: TypeAlias = Literal[
    "CLOUD_FORMATION_TEMPLATE", "MARKETPLACE_AMI", "MARKETPLACE_CAR", "TERRAFORM_OPEN_SOURCE", "TERRAFORM_CLOUD",
    "EXTERNAL"
]


class ProvisioningParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]


class ProvisioningPreferences(TypedDict):
    StackSetAccounts: NotRequired[list[str]]
    StackSetRegions: NotRequired[list[str]]
    StackSetFailureToleranceCount: NotRequired[int]
    StackSetFailureTolerancePercentage: NotRequired[int]
    StackSetMaxConcurrencyCount: NotRequired[int]
    StackSetMaxConcurrencyPercentage: NotRequired[int]


class RecordDetail(TypedDict):
    RecordId: NotRequired[str]
    ProvisionedProductName: NotRequired[str]
    Status: NotRequired[RecordStatus]
    CreatedTime: NotRequired[float]
    UpdatedTime: NotRequired[float]
    ProvisionedProductType: NotRequired[str]
    RecordType: NotRequired[str]
    ProvisionedProductId: NotRequired[str]
    ProductId: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    PathId: NotRequired[str]
    RecordErrors: NotRequired[list[RecordError]]
    RecordTags: NotRequired[list[RecordTag]]
    LaunchRoleArn: NotRequired[str]


class RecordError(TypedDict):
    Code: NotRequired[str]
    Description: NotRequired[str]


class RecordOutput(TypedDict):
    OutputKey: NotRequired[str]
    OutputValue: NotRequired[str]
    Description: NotRequired[str]


RecordStatus: TypeAlias = Literal[
    "CREATED", "IN_PROGRESS", "IN_PROGRESS_IN_ERROR", "SUCCEEDED", "FAILED"
]


class RecordTag(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]


class ResourceDetail(TypedDict):
    Id: NotRequired[str]
    ARN: NotRequired[str]
    Name: NotRequired[str]
    Description: NotRequired[str]
    CreatedTime: NotRequired[float]


class ScanProvisionedProductsRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    AccessLevelFilter: NotRequired[AccessLevelFilter]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class ScanProvisionedProductsResponse(TypedDict):
    ProvisionedProducts: NotRequired[list[ProvisionedProductDetail]]
    NextPageToken: NotRequired[str]


class SearchProductsAsAdminRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    PortfolioId: NotRequired[str]
    Filters: NotRequired[dict[str, list[str]]]
    SortBy: NotRequired[ProductViewSortBy]
    SortOrder: NotRequired[SortOrder]
    PageToken: NotRequired[str]
    PageSize: NotRequired[int]
    ProductSource: NotRequired[ProductSource]


class SearchProductsAsAdminResponse(TypedDict):
    ProductViewDetails: NotRequired[list[ProductViewDetail]]
    NextPageToken: NotRequired[str]


class SearchProductsRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Filters: NotRequired[dict[str, list[str]]]
    PageSize: NotRequired[int]
    SortBy: NotRequired[ProductViewSortBy]
    SortOrder: NotRequired[SortOrder]
    PageToken: NotRequired[str]


class SearchProductsResponse(TypedDict):
    ProductViewSummaries: NotRequired[list[ProductViewSummary]]
    ProductViewAggregations: NotRequired[dict[str, list[ProductViewAggregationValue]]]
    NextPageToken: NotRequired[str]


class SearchProvisionedProductsRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    AccessLevelFilter: NotRequired[AccessLevelFilter]
    Filters: NotRequired[dict[str, list[str]]]
    SortBy: NotRequired[str]
    SortOrder: NotRequired[SortOrder]
    PageSize: NotRequired[int]
    PageToken: NotRequired[str]


class SearchProvisionedProductsResponse(TypedDict):
    ProvisionedProducts: NotRequired[list[ProvisionedProductAttribute]]
    TotalResultsCount: NotRequired[int]
    NextPageToken: NotRequired[str]


SortOrder: TypeAlias = Literal[
    "ASCENDING", "DESCENDING"
]


class SourceConnection(TypedDict):
    Type: NotRequired[SourceType]
    ConnectionParameters: SourceConnectionParameters


class SourceConnectionDetail(TypedDict):
    Type: NotRequired[SourceType]
    ConnectionParameters: NotRequired[SourceConnectionParameters]
    LastSync: NotRequired[LastSync]


class SourceConnectionParameters(TypedDict):
    CodeStar: NotRequired[CodeStarParameters]


SourceType: TypeAlias = Literal[
    "CODESTAR"
]


StackSetOperationType: TypeAlias = Literal[
    "CREATE", "UPDATE", "DELETE"
]


Status: TypeAlias = Literal[
    "AVAILABLE", "CREATING", "FAILED"
]


class Tag(TypedDict):
    Key: str
    Value: str


class TagOptionDetail(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    Active: NotRequired[bool]
    Id: NotRequired[str]
    Owner: NotRequired[str]


class TagOptionSummary(TypedDict):
    Key: NotRequired[str]
    Values: NotRequired[list[str]]


class TerminateProvisionedProductRequest(TypedDict):
    ProvisionedProductName: NotRequired[str]
    ProvisionedProductId: NotRequired[str]
    TerminateToken: str
    IgnoreErrors: NotRequired[bool]
    AcceptLanguage: NotRequired[str]
    RetainPhysicalResources: NotRequired[bool]


class TerminateProvisionedProductResponse(TypedDict):
    RecordDetail: NotRequired[RecordDetail]


class UpdateConstraintRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str
    Description: NotRequired[str]
    Parameters: NotRequired[str]


class UpdateConstraintResponse(TypedDict):
    ConstraintDetail: NotRequired[ConstraintDetail]
    ConstraintParameters: NotRequired[str]
    Status: NotRequired[Status]


class UpdatePortfolioRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str
    DisplayName: NotRequired[str]
    Description: NotRequired[str]
    ProviderName: NotRequired[str]
    AddTags: NotRequired[list[Tag]]
    RemoveTags: NotRequired[list[str]]


class UpdatePortfolioResponse(TypedDict):
    PortfolioDetail: NotRequired[PortfolioDetail]
    Tags: NotRequired[list[Tag]]


class UpdateProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    Id: str
    Name: NotRequired[str]
    Owner: NotRequired[str]
    Description: NotRequired[str]
    Distributor: NotRequired[str]
    SupportDescription: NotRequired[str]
    SupportEmail: NotRequired[str]
    SupportUrl: NotRequired[str]
    AddTags: NotRequired[list[Tag]]
    RemoveTags: NotRequired[list[str]]
    SourceConnection: NotRequired[SourceConnection]


class UpdateProductResponse(TypedDict):
    ProductViewDetail: NotRequired[ProductViewDetail]
    Tags: NotRequired[list[Tag]]


class UpdateProvisionedProductRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProvisionedProductName: NotRequired[str]
    ProvisionedProductId: NotRequired[str]
    ProductId: NotRequired[str]
    ProductName: NotRequired[str]
    ProvisioningArtifactId: NotRequired[str]
    ProvisioningArtifactName: NotRequired[str]
    PathId: NotRequired[str]
    PathName: NotRequired[str]
    ProvisioningParameters: NotRequired[list[UpdateProvisioningParameter]]
    ProvisioningPreferences: NotRequired[UpdateProvisioningPreferences]
    Tags: NotRequired[list[Tag]]
    UpdateToken: str


class UpdateProvisionedProductResponse(TypedDict):
    RecordDetail: NotRequired[RecordDetail]


class UpdateProvisioningArtifactRequest(TypedDict):
    AcceptLanguage: NotRequired[str]
    ProductId: str
    ProvisioningArtifactId: str
    Name: NotRequired[str]
    Description: NotRequired[str]
    Active: NotRequired[bool]
    Guidance: NotRequired[ProvisioningArtifactGuidance]


class UpdateProvisioningArtifactResponse(TypedDict):
    ProvisioningArtifactDetail: NotRequired[ProvisioningArtifactDetail]
    Info: NotRequired[dict[str, str]]
    Status: NotRequired[Status]


class UpdateProvisioningParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]
    UsePreviousValue: NotRequired[bool]


class UpdateProvisioningPreferences(TypedDict):
    StackSetAccounts: NotRequired[list[str]]
    StackSetRegions: NotRequired[list[str]]
    StackSetFailureToleranceCount: NotRequired[int]
    StackSetFailureTolerancePercentage: NotRequired[int]
    StackSetMaxConcurrencyCount: NotRequired[int]
    StackSetMaxConcurrencyPercentage: NotRequired[int]
    StackSetOperationType: NotRequired[StackSetOperationType]


class UpdateTagOptionRequest(TypedDict):
    Id: str
    Value: NotRequired[str]
    Active: NotRequired[bool]


class UpdateTagOptionResponse(TypedDict):
    TagOptionDetail: NotRequired[TagOptionDetail]


class UsageInstruction(TypedDict):
    Type: NotRequired[str]
    Value: NotRequired[str]
