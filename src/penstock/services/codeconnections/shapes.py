"""Requests and responses of codeconnections, from its model. Do not edit: `python scripts/shapes.py codeconnections`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class Connection(TypedDict):
    ConnectionName: NotRequired[str]
    ConnectionArn: NotRequired[str]
    ProviderType: NotRequired[ProviderType]
    OwnerAccountId: NotRequired[str]
    ConnectionStatus: NotRequired[ConnectionStatus]
    HostArn: NotRequired[str]


ConnectionStatus: TypeAlias = Literal[
    "PENDING", "AVAILABLE", "ERROR"
]


class CreateConnectionRequest(TypedDict):
    ProviderType: NotRequired[ProviderType]
    ConnectionName: str
    Tags: NotRequired[list[Tag]]
    HostArn: NotRequired[str]


class CreateConnectionResponse(TypedDict):
    ConnectionArn: str
    Tags: NotRequired[list[Tag]]


class CreateHostRequest(TypedDict):
    Name: str
    ProviderType: ProviderType
    ProviderEndpoint: str
    VpcConfiguration: NotRequired[VpcConfiguration]
    Tags: NotRequired[list[Tag]]


class CreateHostResponse(TypedDict):
    HostArn: NotRequired[str]
    Tags: NotRequired[list[Tag]]


class DeleteConnectionRequest(TypedDict):
    ConnectionArn: str


class DeleteConnectionResponse(TypedDict):
    pass


class DeleteHostRequest(TypedDict):
    HostArn: str


class DeleteHostResponse(TypedDict):
    pass


class GetConnectionRequest(TypedDict):
    ConnectionArn: str


class GetConnectionResponse(TypedDict):
    Connection: NotRequired[Connection]


class GetHostRequest(TypedDict):
    HostArn: str


class GetHostResponse(TypedDict):
    Name: NotRequired[str]
    Status: NotRequired[str]
    ProviderType: NotRequired[ProviderType]
    ProviderEndpoint: NotRequired[str]
    VpcConfiguration: NotRequired[VpcConfiguration]


class Host(TypedDict):
    Name: NotRequired[str]
    HostArn: NotRequired[str]
    ProviderType: NotRequired[ProviderType]
    ProviderEndpoint: NotRequired[str]
    VpcConfiguration: NotRequired[VpcConfiguration]
    Status: NotRequired[str]
    StatusMessage: NotRequired[str]


class ListConnectionsRequest(TypedDict):
    ProviderTypeFilter: NotRequired[ProviderType]
    HostArnFilter: NotRequired[str]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListConnectionsResponse(TypedDict):
    Connections: NotRequired[list[Connection]]
    NextToken: NotRequired[str]


class ListHostsRequest(TypedDict):
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListHostsResponse(TypedDict):
    Hosts: NotRequired[list[Host]]
    NextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    ResourceArn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[list[Tag]]


ProviderType: TypeAlias = Literal[
    "Bitbucket", "GitHub", "GitHubEnterpriseServer", "GitLab", "GitLabSelfManaged", "AzureDevOps"
]


class Tag(TypedDict):
    Key: str
    Value: str


class TagResourceRequest(TypedDict):
    ResourceArn: str
    Tags: list[Tag]


class TagResourceResponse(TypedDict):
    pass


class UntagResourceRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateHostRequest(TypedDict):
    HostArn: str
    ProviderEndpoint: NotRequired[str]
    VpcConfiguration: NotRequired[VpcConfiguration]


class UpdateHostResponse(TypedDict):
    pass


class VpcConfiguration(TypedDict):
    VpcId: str
    SubnetIds: list[str]
    SecurityGroupIds: list[str]
    TlsCertificate: NotRequired[str]
