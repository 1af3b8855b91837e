"""How feature groups are told of."""

from penstock.store.documents import Document
from penstock.wire.call import Json


def summary(group: Document) -> dict[str, Json]:
    """A group as lists show it."""
    offline = {"OfflineStoreStatus": group.body["OfflineStoreStatus"]} if "OfflineStoreStatus" in group.body else {}
    return {
        "FeatureGroupName": group.name,
        "FeatureGroupArn": group.arn,
        "CreationTime": group.created_at,
        "FeatureGroupStatus": group.status,
        **offline,
    }


def described(group: Document) -> dict[str, Json]:
    """A group as DescribeFeatureGroup and Search answer it."""
    body = {member: value for member, value in group.body.items() if member != "CreatedBy"}
    return {**summary(group), "LastModifiedTime": group.modified_at, **body}
