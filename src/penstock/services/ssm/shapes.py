"""Requests and responses of ssm, from its model. Do not edit: `python scripts/shapes.py ssm`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class AddTagsToResourceRequest(TypedDict):
    ResourceType: ResourceTypeForTagging
    ResourceId: str
    Tags: list[Tag]


class AddTagsToResourceResponse(TypedDict):
    pass


class DeleteParameterRequest(TypedDict):
    Name: str


class DeleteParameterResponse(TypedDict):
    pass


class DeleteParametersRequest(TypedDict):
    Names: list[str]


class DeleteParametersResponse(TypedDict):
    DeletedParameters: NotRequired[list[str]]
    InvalidParameters: NotRequired[list[str]]


class DescribeParametersRequest(TypedDict):
    Filters: NotRequired[list[ParametersFilter]]
    ParameterFilters: NotRequired[list[ParameterStringFilter]]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]
    Shared: NotRequired[bool]


class DescribeParametersResponse(TypedDict):
    Parameters: NotRequired[list[ParameterMetadata]]
    NextToken: NotRequired[str]


class GetParameterHistoryRequest(TypedDict):
    Name: str
    WithDecryption: NotRequired[bool]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class GetParameterHistoryResponse(TypedDict):
    Parameters: NotRequired[list[ParameterHistory]]
    NextToken: NotRequired[str]


class GetParameterRequest(TypedDict):
    Name: str
    WithDecryption: NotRequired[bool]


class GetParameterResponse(TypedDict):
    Parameter: NotRequired[Parameter]


class GetParametersByPathRequest(TypedDict):
    Path: str
    Recursive: NotRequired[bool]
    ParameterFilters: NotRequired[list[ParameterStringFilter]]
    WithDecryption: NotRequired[bool]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class GetParametersByPathResponse(TypedDict):
    Parameters: NotRequired[list[Parameter]]
    NextToken: NotRequired[str]


class GetParametersRequest(TypedDict):
    Names: list[str]
    WithDecryption: NotRequired[bool]


class GetParametersResponse(TypedDict):
    Parameters: NotRequired[list[Parameter]]
    InvalidParameters: NotRequired[list[str]]


class LabelParameterVersionRequest(TypedDict):
    Name: str
    ParameterVersion: NotRequired[int]
    Labels: list[str]


class LabelParameterVersionResponse(TypedDict):
    InvalidLabels: NotRequired[list[str]]
    ParameterVersion: NotRequired[int]


class ListTagsForResourceRequest(TypedDict):
    ResourceType: ResourceTypeForTagging
    ResourceId: str


class ListTagsForResourceResponse(TypedDict):
    TagList: NotRequired[list[Tag]]


class Parameter(TypedDict):
    Name: NotRequired[str]
    Type: NotRequired[ParameterType]
    Value: NotRequired[str]
    Version: NotRequired[int]
    Selector: NotRequired[str]
    SourceResult: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    ARN: NotRequired[str]
    DataType: NotRequired[str]


class ParameterHistory(TypedDict):
    Name: NotRequired[str]
    Type: NotRequired[ParameterType]
    KeyId: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    LastModifiedUser: NotRequired[str]
    Description: NotRequired[str]
    Value: NotRequired[str]
    AllowedPattern: NotRequired[str]
    Version: NotRequired[int]
    Labels: NotRequired[list[str]]
    Tier: NotRequired[ParameterTier]
    Policies: NotRequired[list[ParameterInlinePolicy]]
    DataType: NotRequired[str]


class ParameterInlinePolicy(TypedDict):
    PolicyText: NotRequired[str]
    PolicyType: NotRequired[str]
    PolicyStatus: NotRequired[str]


class ParameterMetadata(TypedDict):
    Name: NotRequired[str]
    ARN: NotRequired[str]
    Type: NotRequired[ParameterType]
    KeyId: NotRequired[str]
    LastModifiedDate: NotRequired[float]
    LastModifiedUser: NotRequired[str]
    Description: NotRequired[str]
    AllowedPattern: NotRequired[str]
    Version: NotRequired[int]
    Tier: NotRequired[ParameterTier]
    Policies: NotRequired[list[ParameterInlinePolicy]]
    DataType: NotRequired[str]


class ParameterStringFilter(TypedDict):
    Key: str
    Option: NotRequired[str]
    Values: NotRequired[list[str]]


ParameterTier: TypeAlias = Literal[
    "Standard", "Advanced", "Intelligent-Tiering"
]


ParameterType: TypeAlias = Literal[
    "String", "StringList", "SecureString"
]


class ParametersFilter(TypedDict):
    Key: ParametersFilterKey
    Values: list[str]


ParametersFilterKey: TypeAlias = Literal[
    "Name", "Type", "KeyId"
]


class PutParameterRequest(TypedDict):
    Name: str
    Description: NotRequired[str]
    Value: str
    Type: NotRequired[ParameterType]
    KeyId: NotRequired[str]
    Overwrite: NotRequired[bool]
    AllowedPattern: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    Tier: NotRequired[ParameterTier]
    Policies: NotRequired[str]
    DataType: NotRequired[str]


class PutParameterResponse(TypedDict):
    Version: NotRequired[int]
    Tier: NotRequired[ParameterTier]


class RemoveTagsFromResourceRequest(TypedDict):
    ResourceType: ResourceTypeForTagging
    ResourceId: str
    TagKeys: list[str]


class RemoveTagsFromResourceResponse(TypedDict):
    pass


ResourceTypeForTagging: TypeAlias = Literal[
    "Document", "ManagedInstance", "MaintenanceWindow", "Parameter", "PatchBaseline", "OpsItem", "OpsMetadata",
    "Automation", "Association", "CloudConnector"
]


class Tag(TypedDict):
    Key: str
    Value: str


class UnlabelParameterVersionRequest(TypedDict):
    Name: str
    ParameterVersion: int
    Labels: list[str]


class UnlabelParameterVersionResponse(TypedDict):
    RemovedLabels: NotRequired[list[str]]
    InvalidLabels: NotRequired[list[str]]
