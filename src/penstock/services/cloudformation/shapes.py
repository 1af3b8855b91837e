"""Requests and responses of cloudformation, from its model. Do not edit: `python scripts/shapes.py cloudformation`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class CancelUpdateStackRequest(TypedDict):
    StackName: str
    ClientRequestToken: NotRequired[str]


class CancelUpdateStackResponse(TypedDict):
    pass


Capability: TypeAlias = Literal[
    "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
]


class ContinueUpdateRollbackRequest(TypedDict):
    StackName: str
    RoleARN: NotRequired[str]
    ResourcesToSkip: NotRequired[list[str]]
    ClientRequestToken: NotRequired[str]
    ForceRollback: NotRequired[bool]


class ContinueUpdateRollbackResponse(TypedDict):
    pass


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


class DeleteStackRequest(TypedDict):
    StackName: str
    RetainResources: NotRequired[list[str]]
    RoleARN: NotRequired[str]
    ClientRequestToken: NotRequired[str]
    DeletionMode: NotRequired[DeletionMode]
    DeploymentConfig: NotRequired[DeploymentConfig]


class DeleteStackResponse(TypedDict):
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


class DescribeStackEventsRequest(TypedDict):
    StackName: str
    NextToken: NotRequired[str]


class DescribeStackEventsResponse(TypedDict):
    StackEvents: NotRequired[list[StackEvent]]
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


class DescribeStacksRequest(TypedDict):
    StackName: NotRequired[str]
    NextToken: NotRequired[str]


class DescribeStacksResponse(TypedDict):
    Stacks: NotRequired[list[Stack]]
    NextToken: NotRequired[str]


DetailedStatus: TypeAlias = Literal[
    "CONFIGURATION_COMPLETE", "VALIDATION_FAILED"
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


HookFailureMode: TypeAlias = Literal[
    "FAIL", "WARN"
]


HookInvocationPoint: TypeAlias = Literal[
    "PRE_PROVISION"
]


HookStatus: TypeAlias = Literal[
    "HOOK_IN_PROGRESS", "HOOK_COMPLETE_SUCCEEDED", "HOOK_COMPLETE_FAILED", "HOOK_FAILED"
]


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


class ListStackResourcesRequest(TypedDict):
    StackName: str
    NextToken: NotRequired[str]


class ListStackResourcesResponse(TypedDict):
    StackResourceSummaries: NotRequired[list[StackResourceSummary]]
    NextToken: NotRequired[str]


class ListStacksRequest(TypedDict):
    NextToken: NotRequired[str]
    StackStatusFilter: NotRequired[list[StackStatus]]


class ListStacksResponse(TypedDict):
    StackSummaries: NotRequired[list[StackSummary]]
    NextToken: NotRequired[str]


class ModuleInfo(TypedDict):
    TypeHierarchy: NotRequired[str]
    LogicalIdHierarchy: NotRequired[str]


OnFailure: TypeAlias = Literal[
    "DO_NOTHING", "ROLLBACK", "DELETE"
]


class OperationEntry(TypedDict):
    OperationType: NotRequired[OperationType]
    OperationId: NotRequired[str]


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


ResourceStatus: TypeAlias = Literal[
    "CREATE_IN_PROGRESS", "CREATE_FAILED", "CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED", "DELETE_COMPLETE",
    "DELETE_SKIPPED", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "UPDATE_COMPLETE", "IMPORT_FAILED", "IMPORT_COMPLETE",
    "IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS", "IMPORT_ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE",
    "EXPORT_FAILED", "EXPORT_COMPLETE", "EXPORT_IN_PROGRESS", "EXPORT_ROLLBACK_IN_PROGRESS", "EXPORT_ROLLBACK_FAILED",
    "EXPORT_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"
]


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


class Tag(TypedDict):
    Key: str
    Value: str


TemplateStage: TypeAlias = Literal[
    "Original", "Processed"
]


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


class UpdateTerminationProtectionRequest(TypedDict):
    EnableTerminationProtection: bool
    StackName: str


class UpdateTerminationProtectionResponse(TypedDict):
    StackId: NotRequired[str]
