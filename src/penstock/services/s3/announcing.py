"""What S3 tells the event bus: objects that were created or deleted, in buckets whose configuration sends it there.

    PutBucketNotificationConfiguration {EventBridgeConfiguration: {}}  ──►  Object Created, Object Deleted

A notice is kept in the transaction that wrote the object, and only where a rule may want it. Many templates start a
pipeline whose source is an object by what CloudTrail says of the call that wrote it: that is told of any bucket, where
a rule names CloudTrail's detail type outright.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from penstock.engine.notices import Kind, Notices
from penstock.services.s3 import rows
from penstock.services.s3.model import NULL_VERSION, Bucket, Version
from penstock.store.database import Transaction
from penstock.wire.call import Json, Scope

SETTING: Final = "Notification"
EVENT_BRIDGE: Final = "EventBridgeConfiguration"
CREATED: Final = Kind("aws.s3", "Object Created")
DELETED: Final = Kind("aws.s3", "Object Deleted")
CALLED: Final = Kind("aws.s3", "AWS API Call via CloudTrail", by_name=True)
EXPIRED: Final = "Lifecycle Expiration"  # a reason that is no call of anybody's


@dataclass(frozen=True)
class Announcer:
    """Says what becomes of objects; without a bus, nothing."""

    notices: Notices | None = None

    def created(self, tx: Transaction, version: Version, reason: str) -> None:
        bucket = rows.bucket_of(tx, version.bucket)
        told = {**named(version), "size": version.size, "etag": version.etag}
        self._tell(tx, CREATED, bucket, version.modified_at, {"object": told, "reason": reason})

    def deleted(self, tx: Transaction, bucket: Bucket, version: Version, reason: str, *, at: float) -> None:
        """A version is gone for good, or is the delete marker that was made."""
        kind = "Delete Marker Created" if version.is_marker else "Permanently Deleted"
        self._tell(tx, DELETED, bucket, at, {"object": named(version, at), "reason": reason, "deletion-type": kind})

    def _tell(self, tx: Transaction, kind: Kind, bucket: Bucket, at: float, more: Json) -> None:
        scope = Scope(bucket.account, bucket.region)
        if self.notices is None:
            return
        if more["reason"] != EXPIRED:
            self.notices.keep(tx, scope, CALLED, [], lambda: called(bucket, more["reason"], more["object"], at), at=at)
        if not self.notices.want(tx, scope, kind):
            return
        if EVENT_BRIDGE not in (rows.setting(tx, bucket.name, SETTING) or {}):
            return
        detail = {"version": "0", "bucket": {"name": bucket.name}, **more, "requester": bucket.account}
        self.notices.keep(tx, scope, kind, [bucket.arn], lambda: detail, at=at)


SILENT: Final = Announcer()


def called(bucket: Bucket, name: str, told: Json, at: float) -> Json:
    """A call as CloudTrail tells it, who made it and from where left out."""
    key = told["key"]
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AWSAccount", "accountId": bucket.account},
        "eventTime": datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": bucket.region,
        "requestParameters": {"bucketName": bucket.name, "key": key},
        "responseElements": {"x-amz-version-id": told["version-id"]} if "version-id" in told else None,
        "readOnly": False,
        "resources": [
            {"type": "AWS::S3::Object", "ARN": f"{bucket.arn}/{key}"},
            {"type": "AWS::S3::Bucket", "ARN": bucket.arn, "accountId": bucket.account},
        ],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": bucket.account,
        "eventCategory": "Data",
    }


def named(version: Version, at: float | None = None) -> dict[str, Json]:
    """Which object is meant; of two events of one key, that with the greater sequencer is the later."""
    moment = int(version.modified_at if at is None else at)
    told = {"key": version.key, "sequencer": f"{moment:08X}{version.seq:08X}"}
    return told if version.version_id == NULL_VERSION else {**told, "version-id": version.version_id}
