"""Requests and responses of cloudformation, from its model. Do not edit: `python scripts/shapes.py cloudformation`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


AccountFilterType: TypeAlias = Literal[
    "NONE", "INTERSECTION", "DIFFERENCE", "UNION"
]


class AccountGateResult(TypedDict):
    Status: NotRequired[AccountGateStatus]
    StatusReason: NotRequired[str]


AccountGateStatus: TypeAlias = Literal[
    "SUCCEEDED", "FAILED", "SKIPPED"
]


class AccountLimit(TypedDict):
    Name: NotRequired[str]
    Value: NotRequired[int]


AfterValueFrom: TypeAlias = Literal[
    "TEMPLATE"
]


AttributeChangeType: TypeAlias = Literal[
    "Add", "Remove", "Modify", "SyncWithActual"
]


class AutoDeployment(TypedDict):
    Enabled: NotRequired[bool]
    RetainStacksOnAccountRemoval: NotRequired[bool]
    DependsOn: NotRequired[list[str]]


BeforeValueFrom: TypeAlias = Literal[
    "PREVIOUS_DEPLOYMENT_STATE", "ACTUAL_STATE"
]


CallAs: TypeAlias = Literal[
    "SELF", "DELEGATED_ADMIN"
]


class CancelUpdateStackRequest(TypedDict):
    StackName: str
    ClientRequestToken: NotRequired[str]


class CancelUpdateStackResponse(TypedDict):
    pass


Capability: TypeAlias = Literal[
    "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
]


Category: TypeAlias = Literal[
    "REGISTERED", "ACTIVATED", "THIRD_PARTY", "AWS_TYPES"
]


class Change(TypedDict):
    Type: NotRequired[ChangeType]
    HookInvocationCount: NotRequired[int]
    ResourceChange: NotRequired[ResourceChange]


ChangeAction: TypeAlias = Literal[
    "Add", "Modify", "Remove", "Import", "Dynamic", "SyncWithActual"
]


class ChangeSetHook(TypedDict):
    InvocationPoint: NotRequired[HookInvocationPoint]
    FailureMode: NotRequired[HookFailureMode]
    TypeName: NotRequired[str]
    TypeVersionId: NotRequired[str]
    TypeConfigurationVersionId: NotRequired[str]
    TargetDetails: NotRequired[ChangeSetHookTargetDetails]


class ChangeSetHookResourceTargetDetails(TypedDict):
    LogicalResourceId: NotRequired[str]
    ResourceType: NotRequired[str]
    ResourceAction: NotRequired[ChangeAction]


class ChangeSetHookTargetDetails(TypedDict):
    TargetType: NotRequired[HookTargetType]
    ResourceTargetDetails: NotRequired[ChangeSetHookResourceTargetDetails]


ChangeSetHooksStatus: TypeAlias = Literal[
    "PLANNING", "PLANNED", "UNAVAILABLE"
]


ChangeSetStatus: TypeAlias = Literal[
    "CREATE_PENDING", "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "DELETE_PENDING", "DELETE_IN_PROGRESS",
    "DELETE_COMPLETE", "DELETE_FAILED", "FAILED"
]


class ChangeSetSummary(TypedDict):
    StackId: NotRequired[str]
    StackName: NotRequired[str]
    ChangeSetId: NotRequired[str]
    ChangeSetName: NotRequired[str]
    ExecutionStatus: NotRequired[ExecutionStatus]
    Status: NotRequired[ChangeSetStatus]
    StatusReason: NotRequired[str]
    CreationTime: NotRequired[float]
    Description: NotRequired[str]
    IncludeNestedStacks: NotRequired[bool]
    ParentChangeSetId: NotRequired[str]
    RootChangeSetId: NotRequired[str]
    ImportExistingResources: NotRequired[bool]


ChangeSetType: TypeAlias = Literal[
    "CREATE", "UPDATE", "IMPORT"
]


ChangeSource: TypeAlias = Literal[
    "ResourceReference", "ParameterReference", "ResourceAttribute", "DirectModification", "Automatic", "NoModification"
]


ChangeType: TypeAlias = Literal[
    "Resource"
]


ConcurrencyMode: TypeAlias = Literal[
    "STRICT_FAILURE_TOLERANCE", "SOFT_FAILURE_TOLERANCE"
]


class ContinueUpdateRollbackRequest(TypedDict):
    StackName: str
    RoleARN: NotRequired[str]
    ResourcesToSkip: NotRequired[list[str]]
    ClientRequestToken: NotRequired[str]
    ForceRollback: NotRequired[bool]


class ContinueUpdateRollbackResponse(TypedDict):
    pass


class CreateChangeSetRequest(TypedDict):
    StackName: str
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    UsePreviousTemplate: NotRequired[bool]
    Parameters: NotRequired[list[Parameter]]
    Capabilities: NotRequired[list[Capability]]
    ResourceTypes: NotRequired[list[str]]
    RoleARN: NotRequired[str]
    RollbackConfiguration: NotRequired[RollbackConfiguration]
    NotificationARNs: NotRequired[list[str]]
    Tags: NotRequired[list[Tag]]
    ChangeSetName: str
    ClientToken: NotRequired[str]
    Description: NotRequired[str]
    ChangeSetType: NotRequired[ChangeSetType]
    ResourcesToImport: NotRequired[list[ResourceToImport]]
    IncludeNestedStacks: NotRequired[bool]
    OnStackFailure: NotRequired[OnStackFailure]
    ImportExistingResources: NotRequired[bool]
    DeploymentMode: NotRequired[DeploymentMode]
    DeploymentConfig: NotRequired[DeploymentConfig]
    DisableValidation: NotRequired[bool]


class CreateChangeSetResponse(TypedDict):
    Id: NotRequired[str]
    StackId: NotRequired[str]


class CreateStackInstancesRequest(TypedDict):
    StackSetName: str
    Accounts: NotRequired[list[str]]
    DeploymentTargets: NotRequired[DeploymentTargets]
    Regions: list[str]
    ParameterOverrides: NotRequired[list[Parameter]]
    OperationPreferences: NotRequired[StackSetOperationPreferences]
    OperationId: NotRequired[str]
    CallAs: NotRequired[CallAs]


class CreateStackInstancesResponse(TypedDict):
    OperationId: NotRequired[str]


class CreateStackRequest(TypedDict):
    StackName: str
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]
    DisableRollback: NotRequired[bool]
    RollbackConfiguration: NotRequired[RollbackConfiguration]
    TimeoutInMinutes: NotRequired[int]
    NotificationARNs: NotRequired[list[str]]
    Capabilities: NotRequired[list[Capability]]
    ResourceTypes: NotRequired[list[str]]
    RoleARN: NotRequired[str]
    OnFailure: NotRequired[OnFailure]
    StackPolicyBody: NotRequired[str]
    StackPolicyURL: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    ClientRequestToken: NotRequired[str]
    EnableTerminationProtection: NotRequired[bool]
    RetainExceptOnCreate: NotRequired[bool]
    DeploymentConfig: NotRequired[DeploymentConfig]
    DisableValidation: NotRequired[bool]


class CreateStackResponse(TypedDict):
    StackId: NotRequired[str]
    OperationId: NotRequired[str]


class CreateStackSetRequest(TypedDict):
    StackSetName: str
    Description: NotRequired[str]
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    StackId: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]
    Capabilities: NotRequired[list[Capability]]
    Tags: NotRequired[list[Tag]]
    AdministrationRoleARN: NotRequired[str]
    ExecutionRoleName: NotRequired[str]
    PermissionModel: NotRequired[PermissionModels]
    AutoDeployment: NotRequired[AutoDeployment]
    CallAs: NotRequired[CallAs]
    ClientRequestToken: NotRequired[str]
    ManagedExecution: NotRequired[ManagedExecution]


class CreateStackSetResponse(TypedDict):
    StackSetId: NotRequired[str]


class DeleteChangeSetRequest(TypedDict):
    ChangeSetName: str
    StackName: NotRequired[str]


class DeleteChangeSetResponse(TypedDict):
    pass


class DeleteStackInstancesRequest(TypedDict):
    StackSetName: str
    Accounts: NotRequired[list[str]]
    DeploymentTargets: NotRequired[DeploymentTargets]
    Regions: list[str]
    OperationPreferences: NotRequired[StackSetOperationPreferences]
    RetainStacks: bool
    OperationId: NotRequired[str]
    CallAs: NotRequired[CallAs]


class DeleteStackInstancesResponse(TypedDict):
    OperationId: NotRequired[str]


class DeleteStackRequest(TypedDict):
    StackName: str
    RetainResources: NotRequired[list[str]]
    RoleARN: NotRequired[str]
    ClientRequestToken: NotRequired[str]
    DeletionMode: NotRequired[DeletionMode]
    DeploymentConfig: NotRequired[DeploymentConfig]


class DeleteStackResponse(TypedDict):
    pass


class DeleteStackSetRequest(TypedDict):
    StackSetName: str
    CallAs: NotRequired[CallAs]


class DeleteStackSetResponse(TypedDict):
    pass


DeletionMode: TypeAlias = Literal[
    "STANDARD", "FORCE_DELETE_STACK"
]


class DeploymentConfig(TypedDict):
    Mode: NotRequired[DeploymentConfigMode]
    DisableRollback: NotRequired[bool]


DeploymentConfigMode: TypeAlias = Literal[
    "STANDARD", "EXPRESS"
]


DeploymentMode: TypeAlias = Literal[
    "REVERT_DRIFT"
]


class DeploymentTargets(TypedDict):
    Accounts: NotRequired[list[str]]
    AccountsUrl: NotRequired[str]
    OrganizationalUnitIds: NotRequired[list[str]]
    AccountFilterType: NotRequired[AccountFilterType]


DeprecatedStatus: TypeAlias = Literal[
    "LIVE", "DEPRECATED"
]


class DescribeAccountLimitsRequest(TypedDict):
    NextToken: NotRequired[str]


class DescribeAccountLimitsResponse(TypedDict):
    AccountLimits: NotRequired[list[AccountLimit]]
    NextToken: NotRequired[str]


class DescribeChangeSetHooksRequest(TypedDict):
    ChangeSetName: str
    StackName: NotRequired[str]
    NextToken: NotRequired[str]
    LogicalResourceId: NotRequired[str]


class DescribeChangeSetHooksResponse(TypedDict):
    ChangeSetId: NotRequired[str]
    ChangeSetName: NotRequired[str]
    Hooks: NotRequired[list[ChangeSetHook]]
    Status: NotRequired[ChangeSetHooksStatus]
    NextToken: NotRequired[str]
    StackId: NotRequired[str]
    StackName: NotRequired[str]


class DescribeChangeSetRequest(TypedDict):
    ChangeSetName: str
    StackName: NotRequired[str]
    NextToken: NotRequired[str]
    IncludePropertyValues: NotRequired[bool]


class DescribeChangeSetResponse(TypedDict):
    ChangeSetName: NotRequired[str]
    ChangeSetId: NotRequired[str]
    StackId: NotRequired[str]
    StackName: NotRequired[str]
    Description: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]
    CreationTime: NotRequired[float]
    ExecutionStatus: NotRequired[ExecutionStatus]
    Status: NotRequired[ChangeSetStatus]
    StatusReason: NotRequired[str]
    StackDriftStatus: NotRequired[StackDriftStatus]
    NotificationARNs: NotRequired[list[str]]
    RollbackConfiguration: NotRequired[RollbackConfiguration]
    Capabilities: NotRequired[list[Capability]]
    Tags: NotRequired[list[Tag]]
    Changes: NotRequired[list[Change]]
    NextToken: NotRequired[str]
    IncludeNestedStacks: NotRequired[bool]
    ParentChangeSetId: NotRequired[str]
    RootChangeSetId: NotRequired[str]
    OnStackFailure: NotRequired[OnStackFailure]
    ImportExistingResources: NotRequired[bool]
    DeploymentMode: NotRequired[DeploymentMode]
    DeploymentConfig: NotRequired[DeploymentConfig]


class DescribeStackDriftDetectionStatusRequest(TypedDict):
    StackDriftDetectionId: str


class DescribeStackDriftDetectionStatusResponse(TypedDict):
    StackId: str
    StackDriftDetectionId: str
    StackDriftStatus: NotRequired[StackDriftStatus]
    DetectionStatus: StackDriftDetectionStatus
    DetectionStatusReason: NotRequired[str]
    DriftedStackResourceCount: NotRequired[int]
    Timestamp: float


class DescribeStackEventsRequest(TypedDict):
    StackName: str
    NextToken: NotRequired[str]


class DescribeStackEventsResponse(TypedDict):
    StackEvents: NotRequired[list[StackEvent]]
    NextToken: NotRequired[str]


class DescribeStackInstanceRequest(TypedDict):
    StackSetName: str
    StackInstanceAccount: str
    StackInstanceRegion: str
    CallAs: NotRequired[CallAs]


class DescribeStackInstanceResponse(TypedDict):
    StackInstance: NotRequired[StackInstance]


class DescribeStackResourceDriftsRequest(TypedDict):
    StackName: str
    StackResourceDriftStatusFilters: NotRequired[list[StackResourceDriftStatus]]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class DescribeStackResourceDriftsResponse(TypedDict):
    StackResourceDrifts: list[StackResourceDrift]
    NextToken: NotRequired[str]


class DescribeStackResourceRequest(TypedDict):
    StackName: str
    LogicalResourceId: str


class DescribeStackResourceResponse(TypedDict):
    StackResourceDetail: NotRequired[StackResourceDetail]


class DescribeStackResourcesRequest(TypedDict):
    StackName: NotRequired[str]
    LogicalResourceId: NotRequired[str]
    PhysicalResourceId: NotRequired[str]


class DescribeStackResourcesResponse(TypedDict):
    StackResources: NotRequired[list[StackResource]]


class DescribeStackSetOperationRequest(TypedDict):
    StackSetName: str
    OperationId: str
    CallAs: NotRequired[CallAs]


class DescribeStackSetOperationResponse(TypedDict):
    StackSetOperation: NotRequired[StackSetOperation]


class DescribeStackSetRequest(TypedDict):
    StackSetName: str
    CallAs: NotRequired[CallAs]


class DescribeStackSetResponse(TypedDict):
    StackSet: NotRequired[StackSet]


class DescribeStacksRequest(TypedDict):
    StackName: NotRequired[str]
    NextToken: NotRequired[str]


class DescribeStacksResponse(TypedDict):
    Stacks: NotRequired[list[Stack]]
    NextToken: NotRequired[str]


class DescribeTypeRequest(TypedDict):
    Type: NotRequired[RegistryType]
    TypeName: NotRequired[str]
    Arn: NotRequired[str]
    VersionId: NotRequired[str]
    PublisherId: NotRequired[str]
    PublicVersionNumber: NotRequired[str]


class DescribeTypeResponse(TypedDict):
    Arn: NotRequired[str]
    Type: NotRequired[RegistryType]
    TypeName: NotRequired[str]
    DefaultVersionId: NotRequired[str]
    IsDefaultVersion: NotRequired[bool]
    TypeTestsStatus: NotRequired[TypeTestsStatus]
    TypeTestsStatusDescription: NotRequired[str]
    Description: NotRequired[str]
    Schema: NotRequired[str]
    ProvisioningType: NotRequired[ProvisioningType]
    DeprecatedStatus: NotRequired[DeprecatedStatus]
    LoggingConfig: NotRequired[LoggingConfig]
    RequiredActivatedTypes: NotRequired[list[RequiredActivatedType]]
    ExecutionRoleArn: NotRequired[str]
    Visibility: NotRequired[Visibility]
    SourceUrl: NotRequired[str]
    DocumentationUrl: NotRequired[str]
    LastUpdated: NotRequired[float]
    TimeCreated: NotRequired[float]
    ConfigurationSchema: NotRequired[str]
    PublisherId: NotRequired[str]
    OriginalTypeName: NotRequired[str]
    OriginalTypeArn: NotRequired[str]
    PublicVersionNumber: NotRequired[str]
    LatestPublicVersion: NotRequired[str]
    IsActivated: NotRequired[bool]
    AutoUpdate: NotRequired[bool]


DetailedStatus: TypeAlias = Literal[
    "CONFIGURATION_COMPLETE", "VALIDATION_FAILED"
]


class DetectStackDriftRequest(TypedDict):
    StackName: str
    LogicalResourceIds: NotRequired[list[str]]


class DetectStackDriftResponse(TypedDict):
    StackDriftDetectionId: str


class DetectStackResourceDriftRequest(TypedDict):
    StackName: str
    LogicalResourceId: str


class DetectStackResourceDriftResponse(TypedDict):
    StackResourceDrift: StackResourceDrift


DifferenceType: TypeAlias = Literal[
    "ADD", "REMOVE", "NOT_EQUAL"
]


DriftIgnoredReason: TypeAlias = Literal[
    "MANAGED_BY_AWS", "WRITE_ONLY_PROPERTY", "SENSITIVE_PROPERTY"
]


class EstimateTemplateCostRequest(TypedDict):
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]


class EstimateTemplateCostResponse(TypedDict):
    Url: NotRequired[str]


EvaluationType: TypeAlias = Literal[
    "Static", "Dynamic"
]


class ExecuteChangeSetRequest(TypedDict):
    ChangeSetName: str
    StackName: NotRequired[str]
    ClientRequestToken: NotRequired[str]
    DisableRollback: NotRequired[bool]
    RetainExceptOnCreate: NotRequired[bool]


class ExecuteChangeSetResponse(TypedDict):
    pass


ExecutionStatus: TypeAlias = Literal[
    "UNAVAILABLE", "AVAILABLE", "EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED", "OBSOLETE"
]


class Export(TypedDict):
    ExportingStackId: NotRequired[str]
    Name: NotRequired[str]
    Value: NotRequired[str]


class GetStackPolicyRequest(TypedDict):
    StackName: str


class GetStackPolicyResponse(TypedDict):
    StackPolicyBody: NotRequired[str]


class GetTemplateRequest(TypedDict):
    StackName: NotRequired[str]
    ChangeSetName: NotRequired[str]
    TemplateStage: NotRequired[TemplateStage]


class GetTemplateResponse(TypedDict):
    TemplateBody: NotRequired[str]
    StagesAvailable: NotRequired[list[TemplateStage]]


class GetTemplateSummaryRequest(TypedDict):
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    StackName: NotRequired[str]
    StackSetName: NotRequired[str]
    CallAs: NotRequired[CallAs]
    TemplateSummaryConfig: NotRequired[TemplateSummaryConfig]


class GetTemplateSummaryResponse(TypedDict):
    Parameters: NotRequired[list[ParameterDeclaration]]
    Description: NotRequired[str]
    Capabilities: NotRequired[list[Capability]]
    CapabilitiesReason: NotRequired[str]
    ResourceTypes: NotRequired[list[str]]
    Version: NotRequired[str]
    Metadata: NotRequired[str]
    DeclaredTransforms: NotRequired[list[str]]
    ResourceIdentifierSummaries: NotRequired[list[ResourceIdentifierSummary]]
    Warnings: NotRequired[Warnings]


HookFailureMode: TypeAlias = Literal[
    "FAIL", "WARN"
]


HookInvocationPoint: TypeAlias = Literal[
    "PRE_PROVISION"
]


HookStatus: TypeAlias = Literal[
    "HOOK_IN_PROGRESS", "HOOK_COMPLETE_SUCCEEDED", "HOOK_COMPLETE_FAILED", "HOOK_FAILED"
]


HookTargetType: TypeAlias = Literal[
    "RESOURCE"
]


IdentityProvider: TypeAlias = Literal[
    "AWS_Marketplace", "GitHub", "Bitbucket"
]


class ListChangeSetsRequest(TypedDict):
    StackName: str
    NextToken: NotRequired[str]


class ListChangeSetsResponse(TypedDict):
    Summaries: NotRequired[list[ChangeSetSummary]]
    NextToken: NotRequired[str]


class ListExportsRequest(TypedDict):
    NextToken: NotRequired[str]


class ListExportsResponse(TypedDict):
    Exports: NotRequired[list[Export]]
    NextToken: NotRequired[str]


class ListImportsRequest(TypedDict):
    ExportName: str
    NextToken: NotRequired[str]


class ListImportsResponse(TypedDict):
    Imports: NotRequired[list[str]]
    NextToken: NotRequired[str]


class ListStackInstancesRequest(TypedDict):
    StackSetName: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    Filters: NotRequired[list[StackInstanceFilter]]
    StackInstanceAccount: NotRequired[str]
    StackInstanceRegion: NotRequired[str]
    CallAs: NotRequired[CallAs]


class ListStackInstancesResponse(TypedDict):
    Summaries: NotRequired[list[StackInstanceSummary]]
    NextToken: NotRequired[str]


class ListStackResourcesRequest(TypedDict):
    StackName: str
    NextToken: NotRequired[str]


class ListStackResourcesResponse(TypedDict):
    StackResourceSummaries: NotRequired[list[StackResourceSummary]]
    NextToken: NotRequired[str]


class ListStackSetOperationResultsRequest(TypedDict):
    StackSetName: str
    OperationId: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    CallAs: NotRequired[CallAs]
    Filters: NotRequired[list[OperationResultFilter]]


class ListStackSetOperationResultsResponse(TypedDict):
    Summaries: NotRequired[list[StackSetOperationResultSummary]]
    NextToken: NotRequired[str]


class ListStackSetOperationsRequest(TypedDict):
    StackSetName: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    CallAs: NotRequired[CallAs]


class ListStackSetOperationsResponse(TypedDict):
    Summaries: NotRequired[list[StackSetOperationSummary]]
    NextToken: NotRequired[str]


class ListStackSetsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    Status: NotRequired[StackSetStatus]
    CallAs: NotRequired[CallAs]


class ListStackSetsResponse(TypedDict):
    Summaries: NotRequired[list[StackSetSummary]]
    NextToken: NotRequired[str]


class ListStacksRequest(TypedDict):
    NextToken: NotRequired[str]
    StackStatusFilter: NotRequired[list[StackStatus]]


class ListStacksResponse(TypedDict):
    StackSummaries: NotRequired[list[StackSummary]]
    NextToken: NotRequired[str]


class ListTypesRequest(TypedDict):
    Visibility: NotRequired[Visibility]
    ProvisioningType: NotRequired[ProvisioningType]
    DeprecatedStatus: NotRequired[DeprecatedStatus]
    Type: NotRequired[RegistryType]
    Filters: NotRequired[TypeFilters]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListTypesResponse(TypedDict):
    TypeSummaries: NotRequired[list[TypeSummary]]
    NextToken: NotRequired[str]


class LiveResourceDrift(TypedDict):
    PreviousValue: NotRequired[str]
    ActualValue: NotRequired[str]
    DriftDetectionTimestamp: NotRequired[float]


class LoggingConfig(TypedDict):
    LogRoleArn: str
    LogGroupName: str


class ManagedExecution(TypedDict):
    Active: NotRequired[bool]


class ModuleInfo(TypedDict):
    TypeHierarchy: NotRequired[str]
    LogicalIdHierarchy: NotRequired[str]


OnFailure: TypeAlias = Literal[
    "DO_NOTHING", "ROLLBACK", "DELETE"
]


OnStackFailure: TypeAlias = Literal[
    "DO_NOTHING", "ROLLBACK", "DELETE"
]


class OperationEntry(TypedDict):
    OperationType: NotRequired[OperationType]
    OperationId: NotRequired[str]


class OperationResultFilter(TypedDict):
    Name: NotRequired[OperationResultFilterName]
    Values: NotRequired[str]


OperationResultFilterName: TypeAlias = Literal[
    "OPERATION_RESULT_STATUS"
]


OperationType: TypeAlias = Literal[
    "CREATE_STACK", "UPDATE_STACK", "DELETE_STACK", "CONTINUE_ROLLBACK", "ROLLBACK", "CREATE_CHANGESET"
]


class Output(TypedDict):
    OutputKey: NotRequired[str]
    OutputValue: NotRequired[str]
    Description: NotRequired[str]
    ExportName: NotRequired[str]


class Parameter(TypedDict):
    ParameterKey: NotRequired[str]
    ParameterValue: NotRequired[str]
    UsePreviousValue: NotRequired[bool]
    ResolvedValue: NotRequired[str]


class ParameterConstraints(TypedDict):
    AllowedValues: NotRequired[list[str]]


class ParameterDeclaration(TypedDict):
    ParameterKey: NotRequired[str]
    DefaultValue: NotRequired[str]
    ParameterType: NotRequired[str]
    NoEcho: NotRequired[bool]
    Description: NotRequired[str]
    ParameterConstraints: NotRequired[ParameterConstraints]


PermissionModels: TypeAlias = Literal[
    "SERVICE_MANAGED", "SELF_MANAGED"
]


class PhysicalResourceIdContextKeyValuePair(TypedDict):
    Key: str
    Value: str


PolicyAction: TypeAlias = Literal[
    "Delete", "Retain", "Snapshot", "ReplaceAndDelete", "ReplaceAndRetain", "ReplaceAndSnapshot"
]


class PropertyDifference(TypedDict):
    PropertyPath: str
    ExpectedValue: str
    ActualValue: str
    DifferenceType: DifferenceType


ProvisioningType: TypeAlias = Literal[
    "NON_PROVISIONABLE", "IMMUTABLE", "FULLY_MUTABLE"
]


RegionConcurrencyType: TypeAlias = Literal[
    "SEQUENTIAL", "PARALLEL"
]


RegistryType: TypeAlias = Literal[
    "RESOURCE", "MODULE", "HOOK"
]


Replacement: TypeAlias = Literal[
    "True", "False", "Conditional"
]


class RequiredActivatedType(TypedDict):
    TypeNameAlias: NotRequired[str]
    OriginalTypeName: NotRequired[str]
    PublisherId: NotRequired[str]
    SupportedMajorVersions: NotRequired[list[int]]


RequiresRecreation: TypeAlias = Literal[
    "Never", "Conditionally", "Always"
]


ResourceAttribute: TypeAlias = Literal[
    "Properties", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy", "Tags"
]


class ResourceChange(TypedDict):
    PolicyAction: NotRequired[PolicyAction]
    Action: NotRequired[ChangeAction]
    LogicalResourceId: NotRequired[str]
    PhysicalResourceId: NotRequired[str]
    ResourceType: NotRequired[str]
    Replacement: NotRequired[Replacement]
    Scope: NotRequired[list[ResourceAttribute]]
    ResourceDriftStatus: NotRequired[StackResourceDriftStatus]
    ResourceDriftIgnoredAttributes: NotRequired[list[ResourceDriftIgnoredAttribute]]
    Details: NotRequired[list[ResourceChangeDetail]]
    ChangeSetId: NotRequired[str]
    ModuleInfo: NotRequired[ModuleInfo]
    BeforeContext: NotRequired[str]
    AfterContext: NotRequired[str]
    PreviousDeploymentContext: NotRequired[str]


class ResourceChangeDetail(TypedDict):
    Target: NotRequired[ResourceTargetDefinition]
    Evaluation: NotRequired[EvaluationType]
    ChangeSource: NotRequired[ChangeSource]
    CausingEntity: NotRequired[str]


class ResourceDriftIgnoredAttribute(TypedDict):
    Path: NotRequired[str]
    Reason: NotRequired[DriftIgnoredReason]


class ResourceIdentifierSummary(TypedDict):
    ResourceType: NotRequired[str]
    LogicalResourceIds: NotRequired[list[str]]
    ResourceIdentifiers: NotRequired[list[str]]


ResourceSignalStatus: TypeAlias = Literal[
    "SUCCESS", "FAILURE"
]


ResourceStatus: TypeAlias = Literal[
    "CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED", "DELETE_COMPLETE",
    "DELETE_SKIPPED", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "UPDATE_COMPLETE", "IMPORT_FAILED", "IMPORT_COMPLETE",
    "IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS", "IMPORT_ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE",
    "EXPORT_FAILED", "EXPORT_COMPLETE", "EXPORT_IN_PROGRESS", "EXPORT_ROLLBACK_IN_PROGRESS", "EXPORT_ROLLBACK_FAILED",
    "EXPORT_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"
]


class ResourceTargetDefinition(TypedDict):
    Attribute: NotRequired[ResourceAttribute]
    Name: NotRequired[str]
    RequiresRecreation: NotRequired[RequiresRecreation]
    Path: NotRequired[str]
    BeforeValue: NotRequired[str]
    AfterValue: NotRequired[str]
    BeforeValueFrom: NotRequired[BeforeValueFrom]
    AfterValueFrom: NotRequired[AfterValueFrom]
    Drift: NotRequired[LiveResourceDrift]
    AttributeChangeType: NotRequired[AttributeChangeType]


class ResourceToImport(TypedDict):
    ResourceType: str
    LogicalResourceId: str
    ResourceIdentifier: dict[str, str]


class RollbackConfiguration(TypedDict):
    RollbackTriggers: NotRequired[list[RollbackTrigger]]
    MonitoringTimeInMinutes: NotRequired[int]


class RollbackStackRequest(TypedDict):
    StackName: str
    RoleARN: NotRequired[str]
    ClientRequestToken: NotRequired[str]
    RetainExceptOnCreate: NotRequired[bool]
    DeploymentConfig: NotRequired[DeploymentConfig]


class RollbackStackResponse(TypedDict):
    StackId: NotRequired[str]
    OperationId: NotRequired[str]


class RollbackTrigger(TypedDict):
    Arn: str
    Type: str


class SetStackPolicyRequest(TypedDict):
    StackName: str
    StackPolicyBody: NotRequired[str]
    StackPolicyURL: NotRequired[str]


class SetStackPolicyResponse(TypedDict):
    pass


class SignalResourceRequest(TypedDict):
    StackName: str
    LogicalResourceId: str
    UniqueId: str
    Status: ResourceSignalStatus


class SignalResourceResponse(TypedDict):
    pass


class Stack(TypedDict):
    StackId: NotRequired[str]
    StackName: str
    ChangeSetId: NotRequired[str]
    Description: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]
    CreationTime: float
    DeletionTime: NotRequired[float]
    LastUpdatedTime: NotRequired[float]
    RollbackConfiguration: NotRequired[RollbackConfiguration]
    StackStatus: StackStatus
    StackStatusReason: NotRequired[str]
    DisableRollback: NotRequired[bool]
    DeploymentConfig: NotRequired[DeploymentConfig]
    NotificationARNs: NotRequired[list[str]]
    TimeoutInMinutes: NotRequired[int]
    Capabilities: NotRequired[list[Capability]]
    Outputs: NotRequired[list[Output]]
    RoleARN: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    EnableTerminationProtection: NotRequired[bool]
    ParentId: NotRequired[str]
    RootId: NotRequired[str]
    DriftInformation: NotRequired[StackDriftInformation]
    RetainExceptOnCreate: NotRequired[bool]
    DeletionMode: NotRequired[DeletionMode]
    DetailedStatus: NotRequired[DetailedStatus]
    LastOperations: NotRequired[list[OperationEntry]]
    AliasName: NotRequired[str]


StackDriftDetectionStatus: TypeAlias = Literal[
    "DETECTION_IN_PROGRESS", "DETECTION_FAILED", "DETECTION_COMPLETE"
]


class StackDriftInformation(TypedDict):
    StackDriftStatus: StackDriftStatus
    LastCheckTimestamp: NotRequired[float]


class StackDriftInformationSummary(TypedDict):
    StackDriftStatus: StackDriftStatus
    LastCheckTimestamp: NotRequired[float]


StackDriftStatus: TypeAlias = Literal[
    "DRIFTED", "IN_SYNC", "UNKNOWN", "NOT_CHECKED"
]


class StackEvent(TypedDict):
    StackId: str
    EventId: str
    StackName: str
    OperationId: NotRequired[str]
    LogicalResourceId: NotRequired[str]
    PhysicalResourceId: NotRequired[str]
    ResourceType: NotRequired[str]
    Timestamp: float
    ResourceStatus: NotRequired[ResourceStatus]
    ResourceStatusReason: NotRequired[str]
    ResourceProperties: NotRequired[str]
    ClientRequestToken: NotRequired[str]
    HookType: NotRequired[str]
    HookStatus: NotRequired[HookStatus]
    HookStatusReason: NotRequired[str]
    HookInvocationPoint: NotRequired[HookInvocationPoint]
    HookInvocationId: NotRequired[str]
    HookFailureMode: NotRequired[HookFailureMode]
    DetailedStatus: NotRequired[DetailedStatus]


class StackInstance(TypedDict):
    StackSetId: NotRequired[str]
    Region: NotRequired[str]
    Account: NotRequired[str]
    StackId: NotRequired[str]
    ParameterOverrides: NotRequired[list[Parameter]]
    Status: NotRequired[StackInstanceStatus]
    StackInstanceStatus: NotRequired[StackInstanceComprehensiveStatus]
    StatusReason: NotRequired[str]
    OrganizationalUnitId: NotRequired[str]
    DriftStatus: NotRequired[StackDriftStatus]
    LastDriftCheckTimestamp: NotRequired[float]
    LastOperationId: NotRequired[str]


class StackInstanceComprehensiveStatus(TypedDict):
    DetailedStatus: NotRequired[StackInstanceDetailedStatus]


StackInstanceDetailedStatus: TypeAlias = Literal[
    "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "INOPERABLE", "SKIPPED_SUSPENDED_ACCOUNT", "FAILED_IMPORT"
]


class StackInstanceFilter(TypedDict):
    Name: NotRequired[StackInstanceFilterName]
    Values: NotRequired[str]


StackInstanceFilterName: TypeAlias = Literal[
    "DETAILED_STATUS", "LAST_OPERATION_ID", "DRIFT_STATUS"
]


StackInstanceStatus: TypeAlias = Literal[
    "CURRENT", "OUTDATED", "INOPERABLE"
]


class StackInstanceSummary(TypedDict):
    StackSetId: NotRequired[str]
    Region: NotRequired[str]
    Account: NotRequired[str]
    StackId: NotRequired[str]
    Status: NotRequired[StackInstanceStatus]
    StatusReason: NotRequired[str]
    StackInstanceStatus: NotRequired[StackInstanceComprehensiveStatus]
    OrganizationalUnitId: NotRequired[str]
    DriftStatus: NotRequired[StackDriftStatus]
    LastDriftCheckTimestamp: NotRequired[float]
    LastOperationId: NotRequired[str]


class StackResource(TypedDict):
    StackName: NotRequired[str]
    StackId: NotRequired[str]
    LogicalResourceId: str
    PhysicalResourceId: NotRequired[str]
    ResourceType: str
    Timestamp: float
    ResourceStatus: ResourceStatus
    ResourceStatusReason: NotRequired[str]
    Description: NotRequired[str]
    DriftInformation: NotRequired[StackResourceDriftInformation]
    ModuleInfo: NotRequired[ModuleInfo]


class StackResourceDetail(TypedDict):
    StackName: NotRequired[str]
    StackId: NotRequired[str]
    LogicalResourceId: str
    PhysicalResourceId: NotRequired[str]
    ResourceType: str
    LastUpdatedTimestamp: float
    ResourceStatus: ResourceStatus
    ResourceStatusReason: NotRequired[str]
    Description: NotRequired[str]
    Metadata: NotRequired[str]
    DriftInformation: NotRequired[StackResourceDriftInformation]
    ModuleInfo: NotRequired[ModuleInfo]


class StackResourceDrift(TypedDict):
    StackId: str
    LogicalResourceId: str
    PhysicalResourceId: NotRequired[str]
    PhysicalResourceIdContext: NotRequired[list[PhysicalResourceIdContextKeyValuePair]]
    ResourceType: str
    ExpectedProperties: NotRequired[str]
    ActualProperties: NotRequired[str]
    PropertyDifferences: NotRequired[list[PropertyDifference]]
    StackResourceDriftStatus: StackResourceDriftStatus
    Timestamp: float
    ModuleInfo: NotRequired[ModuleInfo]
    DriftStatusReason: NotRequired[str]


class StackResourceDriftInformation(TypedDict):
    StackResourceDriftStatus: StackResourceDriftStatus
    LastCheckTimestamp: NotRequired[float]


class StackResourceDriftInformationSummary(TypedDict):
    StackResourceDriftStatus: StackResourceDriftStatus
    LastCheckTimestamp: NotRequired[float]


StackResourceDriftStatus: TypeAlias = Literal[
    "IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED", "UNKNOWN", "UNSUPPORTED"
]


class StackResourceSummary(TypedDict):
    LogicalResourceId: str
    PhysicalResourceId: NotRequired[str]
    ResourceType: str
    LastUpdatedTimestamp: float
    ResourceStatus: ResourceStatus
    ResourceStatusReason: NotRequired[str]
    DriftInformation: NotRequired[StackResourceDriftInformationSummary]
    ModuleInfo: NotRequired[ModuleInfo]


class StackSet(TypedDict):
    StackSetName: NotRequired[str]
    StackSetId: NotRequired[str]
    Description: NotRequired[str]
    Status: NotRequired[StackSetStatus]
    TemplateBody: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]
    Capabilities: NotRequired[list[Capability]]
    Tags: NotRequired[list[Tag]]
    StackSetARN: NotRequired[str]
    AdministrationRoleARN: NotRequired[str]
    ExecutionRoleName: NotRequired[str]
    StackSetDriftDetectionDetails: NotRequired[StackSetDriftDetectionDetails]
    AutoDeployment: NotRequired[AutoDeployment]
    PermissionModel: NotRequired[PermissionModels]
    OrganizationalUnitIds: NotRequired[list[str]]
    ManagedExecution: NotRequired[ManagedExecution]
    Regions: NotRequired[list[str]]


class StackSetDriftDetectionDetails(TypedDict):
    DriftStatus: NotRequired[StackSetDriftStatus]
    DriftDetectionStatus: NotRequired[StackSetDriftDetectionStatus]
    LastDriftCheckTimestamp: NotRequired[float]
    TotalStackInstancesCount: NotRequired[int]
    DriftedStackInstancesCount: NotRequired[int]
    InSyncStackInstancesCount: NotRequired[int]
    InProgressStackInstancesCount: NotRequired[int]
    FailedStackInstancesCount: NotRequired[int]


StackSetDriftDetectionStatus: TypeAlias = Literal[
    "COMPLETED", "FAILED", "PARTIAL_SUCCESS", "IN_PROGRESS", "STOPPED"
]


StackSetDriftStatus: TypeAlias = Literal[
    "DRIFTED", "IN_SYNC", "NOT_CHECKED"
]


class StackSetOperation(TypedDict):
    OperationId: NotRequired[str]
    StackSetId: NotRequired[str]
    Action: NotRequired[StackSetOperationAction]
    Status: NotRequired[StackSetOperationStatus]
    OperationPreferences: NotRequired[StackSetOperationPreferences]
    RetainStacks: NotRequired[bool]
    AdministrationRoleARN: NotRequired[str]
    ExecutionRoleName: NotRequired[str]
    CreationTimestamp: NotRequired[float]
    EndTimestamp: NotRequired[float]
    DeploymentTargets: NotRequired[DeploymentTargets]
    StackSetDriftDetectionDetails: NotRequired[StackSetDriftDetectionDetails]
    StatusReason: NotRequired[str]
    StatusDetails: NotRequired[StackSetOperationStatusDetails]


StackSetOperationAction: TypeAlias = Literal[
    "CREATE", "UPDATE", "DELETE", "DETECT_DRIFT"
]


class StackSetOperationPreferences(TypedDict):
    RegionConcurrencyType: NotRequired[RegionConcurrencyType]
    RegionOrder: NotRequired[list[str]]
    FailureToleranceCount: NotRequired[int]
    FailureTolerancePercentage: NotRequired[int]
    MaxConcurrentCount: NotRequired[int]
    MaxConcurrentPercentage: NotRequired[int]
    ConcurrencyMode: NotRequired[ConcurrencyMode]


StackSetOperationResultStatus: TypeAlias = Literal[
    "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
]


class StackSetOperationResultSummary(TypedDict):
    Account: NotRequired[str]
    Region: NotRequired[str]
    Status: NotRequired[StackSetOperationResultStatus]
    StatusReason: NotRequired[str]
    AccountGateResult: NotRequired[AccountGateResult]
    OrganizationalUnitId: NotRequired[str]


StackSetOperationStatus: TypeAlias = Literal[
    "RUNNING", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED", "QUEUED"
]


class StackSetOperationStatusDetails(TypedDict):
    FailedStackInstancesCount: NotRequired[int]


class StackSetOperationSummary(TypedDict):
    OperationId: NotRequired[str]
    Action: NotRequired[StackSetOperationAction]
    Status: NotRequired[StackSetOperationStatus]
    CreationTimestamp: NotRequired[float]
    EndTimestamp: NotRequired[float]
    StatusReason: NotRequired[str]
    StatusDetails: NotRequired[StackSetOperationStatusDetails]
    OperationPreferences: NotRequired[StackSetOperationPreferences]


StackSetStatus: TypeAlias = Literal[
    "ACTIVE", "DELETED"
]


class StackSetSummary(TypedDict):
    StackSetName: NotRequired[str]
    StackSetId: NotRequired[str]
    Description: NotRequired[str]
    Status: NotRequired[StackSetStatus]
    AutoDeployment: NotRequired[AutoDeployment]
    PermissionModel: NotRequired[PermissionModels]
    DriftStatus: NotRequired[StackDriftStatus]
    LastDriftCheckTimestamp: NotRequired[float]
    ManagedExecution: NotRequired[ManagedExecution]


StackStatus: TypeAlias = Literal[
    "CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE", "ROLLBACK_IN_PROGRESS", "ROLLBACK_FAILED",
    "ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED", "DELETE_COMPLETE", "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS", "IMPORT_IN_PROGRESS", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_IN_PROGRESS",
    "IMPORT_ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE"
]


class StackSummary(TypedDict):
    StackId: NotRequired[str]
    StackName: str
    TemplateDescription: NotRequired[str]
    CreationTime: float
    LastUpdatedTime: NotRequired[float]
    DeletionTime: NotRequired[float]
    StackStatus: StackStatus
    StackStatusReason: NotRequired[str]
    ParentId: NotRequired[str]
    RootId: NotRequired[str]
    DriftInformation: NotRequired[StackDriftInformationSummary]
    LastOperations: NotRequired[list[OperationEntry]]


class StopStackSetOperationRequest(TypedDict):
    StackSetName: str
    OperationId: str
    CallAs: NotRequired[CallAs]


class StopStackSetOperationResponse(TypedDict):
    pass


class Tag(TypedDict):
    Key: str
    Value: str


class TemplateParameter(TypedDict):
    ParameterKey: NotRequired[str]
    DefaultValue: NotRequired[str]
    NoEcho: NotRequired[bool]
    Description: NotRequired[str]


TemplateStage: TypeAlias = Literal[
    "Original", "Processed"
]


class TemplateSummaryConfig(TypedDict):
    TreatUnrecognizedResourceTypesAsWarnings: NotRequired[bool]


class TypeFilters(TypedDict):
    Category: NotRequired[Category]
    PublisherId: NotRequired[str]
    TypeNamePrefix: NotRequired[str]


class TypeSummary(TypedDict):
    Type: NotRequired[RegistryType]
    TypeName: NotRequired[str]
    DefaultVersionId: NotRequired[str]
    TypeArn: NotRequired[str]
    LastUpdated: NotRequired[float]
    Description: NotRequired[str]
    PublisherId: NotRequired[str]
    OriginalTypeName: NotRequired[str]
    PublicVersionNumber: NotRequired[str]
    LatestPublicVersion: NotRequired[str]
    PublisherIdentity: NotRequired[IdentityProvider]
    PublisherName: NotRequired[str]
    IsActivated: NotRequired[bool]


TypeTestsStatus: TypeAlias = Literal[
    "PASSED", "FAILED", "IN_PROGRESS", "NOT_TESTED"
]


class UpdateStackInstancesRequest(TypedDict):
    StackSetName: str
    Accounts: NotRequired[list[str]]
    DeploymentTargets: NotRequired[DeploymentTargets]
    Regions: list[str]
    ParameterOverrides: NotRequired[list[Parameter]]
    OperationPreferences: NotRequired[StackSetOperationPreferences]
    OperationId: NotRequired[str]
    CallAs: NotRequired[CallAs]


class UpdateStackInstancesResponse(TypedDict):
    OperationId: NotRequired[str]


class UpdateStackRequest(TypedDict):
    StackName: str
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    UsePreviousTemplate: NotRequired[bool]
    StackPolicyDuringUpdateBody: NotRequired[str]
    StackPolicyDuringUpdateURL: NotRequired[str]
    Parameters: NotRequired[list[Parameter]]
    Capabilities: NotRequired[list[Capability]]
    ResourceTypes: NotRequired[list[str]]
    RoleARN: NotRequired[str]
    RollbackConfiguration: NotRequired[RollbackConfiguration]
    StackPolicyBody: NotRequired[str]
    StackPolicyURL: NotRequired[str]
    NotificationARNs: NotRequired[list[str]]
    Tags: NotRequired[list[Tag]]
    DisableRollback: NotRequired[bool]
    ClientRequestToken: NotRequired[str]
    RetainExceptOnCreate: NotRequired[bool]
    DeploymentConfig: NotRequired[DeploymentConfig]
    DisableValidation: NotRequired[bool]


class UpdateStackResponse(TypedDict):
    StackId: NotRequired[str]
    OperationId: NotRequired[str]


class UpdateStackSetRequest(TypedDict):
    StackSetName: str
    Description: NotRequired[str]
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]
    UsePreviousTemplate: NotRequired[bool]
    Parameters: NotRequired[list[Parameter]]
    Capabilities: NotRequired[list[Capability]]
    Tags: NotRequired[list[Tag]]
    OperationPreferences: NotRequired[StackSetOperationPreferences]
    AdministrationRoleARN: NotRequired[str]
    ExecutionRoleName: NotRequired[str]
    DeploymentTargets: NotRequired[DeploymentTargets]
    PermissionModel: NotRequired[PermissionModels]
    AutoDeployment: NotRequired[AutoDeployment]
    OperationId: NotRequired[str]
    Accounts: NotRequired[list[str]]
    Regions: NotRequired[list[str]]
    CallAs: NotRequired[CallAs]
    ManagedExecution: NotRequired[ManagedExecution]


class UpdateStackSetResponse(TypedDict):
    OperationId: NotRequired[str]


class UpdateTerminationProtectionRequest(TypedDict):
    EnableTerminationProtection: bool
    StackName: str


class UpdateTerminationProtectionResponse(TypedDict):
    StackId: NotRequired[str]


class ValidateTemplateRequest(TypedDict):
    TemplateBody: NotRequired[str]
    TemplateURL: NotRequired[str]


class ValidateTemplateResponse(TypedDict):
    Parameters: NotRequired[list[TemplateParameter]]
    Description: NotRequired[str]
    Capabilities: NotRequired[list[Capability]]
    CapabilitiesReason: NotRequired[str]
    DeclaredTransforms: NotRequired[list[str]]


Visibility: TypeAlias = Literal[
    "PUBLIC", "PRIVATE"
]


class Warnings(TypedDict):
    UnrecognizedResourceTypes: NotRequired[list[str]]
