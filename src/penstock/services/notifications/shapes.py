"""Requests and responses of notifications, from its model. Do not edit: `python scripts/shapes.py notifications`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class CreateNotificationRuleRequest(TypedDict):
    Name: str
    EventTypeIds: list[str]
    Resource: str
    Targets: list[Target]
    DetailType: DetailType
    ClientRequestToken: NotRequired[str]
    Tags: NotRequired[dict[str, str]]
    Status: NotRequired[NotificationRuleStatus]


class CreateNotificationRuleResponse(TypedDict):
    Arn: NotRequired[str]


class DeleteNotificationRuleRequest(TypedDict):
    Arn: str


class DeleteNotificationRuleResponse(TypedDict):
    Arn: NotRequired[str]


class DeleteTargetRequest(TypedDict):
    TargetAddress: str
    ForceUnsubscribeAll: NotRequired[bool]


class DeleteTargetResponse(TypedDict):
    pass


class DescribeNotificationRuleRequest(TypedDict):
    Arn: str


class DescribeNotificationRuleResponse(TypedDict):
    Arn: str
    Name: NotRequired[str]
    EventTypes: NotRequired[list[EventTypeSummary]]
    Resource: NotRequired[str]
    Targets: NotRequired[list[TargetSummary]]
    DetailType: NotRequired[DetailType]
    CreatedBy: NotRequired[str]
    Status: NotRequired[NotificationRuleStatus]
    CreatedTimestamp: NotRequired[float]
    LastModifiedTimestamp: NotRequired[float]
    Tags: NotRequired[dict[str, str]]


DetailType: TypeAlias = Literal[
    "BASIC", "FULL"
]


class EventTypeSummary(TypedDict):
    EventTypeId: NotRequired[str]
    ServiceName: NotRequired[str]
    EventTypeName: NotRequired[str]
    ResourceType: NotRequired[str]


class ListEventTypesFilter(TypedDict):
    Name: ListEventTypesFilterName
    Value: str


ListEventTypesFilterName: TypeAlias = Literal[
    "RESOURCE_TYPE", "SERVICE_NAME"
]


class ListEventTypesRequest(TypedDict):
    Filters: NotRequired[list[ListEventTypesFilter]]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListEventTypesResponse(TypedDict):
    EventTypes: NotRequired[list[EventTypeSummary]]
    NextToken: NotRequired[str]


class ListNotificationRulesFilter(TypedDict):
    Name: ListNotificationRulesFilterName
    Value: str


ListNotificationRulesFilterName: TypeAlias = Literal[
    "EVENT_TYPE_ID", "CREATED_BY", "RESOURCE", "TARGET_ADDRESS"
]


class ListNotificationRulesRequest(TypedDict):
    Filters: NotRequired[list[ListNotificationRulesFilter]]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListNotificationRulesResponse(TypedDict):
    NextToken: NotRequired[str]
    NotificationRules: NotRequired[list[NotificationRuleSummary]]


class ListTagsForResourceRequest(TypedDict):
    Arn: str


class ListTagsForResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class ListTargetsFilter(TypedDict):
    Name: ListTargetsFilterName
    Value: str


ListTargetsFilterName: TypeAlias = Literal[
    "TARGET_TYPE", "TARGET_ADDRESS", "TARGET_STATUS"
]


class ListTargetsRequest(TypedDict):
    Filters: NotRequired[list[ListTargetsFilter]]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListTargetsResponse(TypedDict):
    Targets: NotRequired[list[TargetSummary]]
    NextToken: NotRequired[str]


NotificationRuleStatus: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


class NotificationRuleSummary(TypedDict):
    Id: NotRequired[str]
    Arn: NotRequired[str]


class SubscribeRequest(TypedDict):
    Arn: str
    Target: Target
    ClientRequestToken: NotRequired[str]


class SubscribeResponse(TypedDict):
    Arn: NotRequired[str]


class TagResourceRequest(TypedDict):
    Arn: str
    Tags: dict[str, str]


class TagResourceResponse(TypedDict):
    Tags: NotRequired[dict[str, str]]


class Target(TypedDict):
    TargetType: NotRequired[str]
    TargetAddress: NotRequired[str]


TargetStatus: TypeAlias = Literal[
    "PENDING", "ACTIVE", "UNREACHABLE", "INACTIVE", "DEACTIVATED"
]


class TargetSummary(TypedDict):
    TargetAddress: NotRequired[str]
    TargetType: NotRequired[str]
    TargetStatus: NotRequired[TargetStatus]


class UnsubscribeRequest(TypedDict):
    Arn: str
    TargetAddress: str


class UnsubscribeResponse(TypedDict):
    Arn: str


class UntagResourceRequest(TypedDict):
    Arn: str
    TagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateNotificationRuleRequest(TypedDict):
    Arn: str
    Name: NotRequired[str]
    Status: NotRequired[NotificationRuleStatus]
    EventTypeIds: NotRequired[list[str]]
    Targets: NotRequired[list[Target]]
    DetailType: NotRequired[DetailType]


class UpdateNotificationRuleResponse(TypedDict):
    pass
