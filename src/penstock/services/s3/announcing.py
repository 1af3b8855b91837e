"""What S3 tells of objects: the event bus, and the queues, topics and functions that a bucket's configuration names.

    PutBucketNotificationConfiguration {EventBridgeConfiguration: {}}  ──►  Object Created, Object Deleted, …
                                       {QueueConfigurations: […]}      ──►  {"Records": [{"eventName": …}]}

What is to be told is kept in the transaction that wrote the object, and only where somebody may want it; it is
delivered afterwards, at least once and in no order. Many templates start a pipeline whose source is an object by what
CloudTrail says of the call that wrote it: that is told of any bucket, where a rule names its detail type outright.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

import msgspec

from penstock.engine.deliveries import Deliveries, Delivery, Placed
from penstock.engine.notices import Kind, Notices
from penstock.services.s3 import notifying, rows
from penstock.services.s3.model import NULL_VERSION, Bucket, Version, owner_id
from penstock.services.s3.notifying import Wish
from penstock.store.database import Transaction
from penstock.wire import targets
from penstock.wire.arns import Arn
from penstock.wire.call import Call, Json, Scope
from penstock.wire.times import iso, to_the_second

SETTING: Final = "Notification"
EVENT_BRIDGE: Final = "EventBridgeConfiguration"
SUBJECT: Final = "Amazon S3 Notification"
SOURCE: Final = "aws.s3"
CALLED: Final = Kind(SOURCE, "AWS API Call via CloudTrail", by_name=True)
CREATED: Final = {  # by the operation that did it
    "PutObject": "s3:ObjectCreated:Put",
    "CopyObject": "s3:ObjectCreated:Copy",
    "CompleteMultipartUpload": "s3:ObjectCreated:CompleteMultipartUpload",
}
REMOVED: Final = {"DeleteObject": "s3:ObjectRemoved", "Lifecycle Expiration": "s3:LifecycleExpiration"}
LATER: Final = ("s3:LifecycleExpiration", "s3:ObjectTagging")  # events that came with version 2.3 of the records
NO_CONTENT: Final = "d41d8cd98f00b204e9800998ecf8427e"  # the ETag of nothing, which delete markers have in records
HERE: Final = "127.0.0.1"
LIFECYCLE: Final = "s3.amazonaws.com"  # who expires objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What has become of a version, when, and by which call (none where time did it); `seen` is what is told of it."""

    event: str
    bucket: Bucket
    version: Version
    at: float
    call: Call | None
    seen: dict[str, Json]  # of size, etag, sequencer


@dataclass(frozen=True)
class Announcer:
    """Says what becomes of objects; without a bus and deliveries, nothing."""

    notices: Notices | None = None
    deliveries: Deliveries | None = None
    clock: Callable[[], float] = lambda: 0.0
    chance: Callable[[], str] = str

    def created(self, tx: Transaction, bucket: Bucket, version: Version, reason: str, call: Call) -> None:
        self._tell_of_call(tx, bucket, version, reason, at=version.modified_at)
        if not (configuration := rows.setting(tx, version.bucket, SETTING)):
            return
        seen = {"size": version.size, "etag": version.etag, "sequencer": self._sequencer(version)}
        happening = Happening(
            event=CREATED[reason], bucket=bucket, version=version, at=version.modified_at, call=call, seen=seen
        )  # fmt: skip
        self._tell(tx, configuration, happening, "Object Created", {"reason": reason})

    def deleted(
        self, tx: Transaction, bucket: Bucket, version: Version, reason: str, *, at: float, marked: bool,
        call: Call | None = None,
    ) -> None:  # fmt: skip
        """A version is gone for good, or is the delete marker that was made (`marked`)."""
        if call is not None:
            self._tell_of_call(tx, bucket, version, reason, at=at)
        if not (configuration := rows.setting(tx, bucket.name, SETTING)):
            return
        event = f"{REMOVED[reason]}:{'DeleteMarkerCreated' if marked else 'Delete'}"
        seen: dict[str, Json] = {"etag": NO_CONTENT} if marked else {}
        happening = Happening(
            event=event, bucket=bucket, version=version, at=at, call=call,
            seen={**seen, "sequencer": self._sequencer(version)},
        )  # fmt: skip
        kind = "Delete Marker Created" if marked else "Permanently Deleted"
        self._tell(tx, configuration, happening, "Object Deleted", {"reason": reason, "deletion-type": kind})

    def tagged(self, tx: Transaction, version: Version, call: Call, *, gone: bool) -> None:
        """An object has got other tags, or has lost them."""
        if not (configuration := rows.setting(tx, version.bucket, SETTING)):
            return
        bucket = rows.bucket_of(tx, version.bucket)
        event = f"s3:ObjectTagging:{'Delete' if gone else 'Put'}"
        seen = {"etag": version.etag}
        happening = Happening(event=event, bucket=bucket, version=version, at=self.clock(), call=call, seen=seen)
        self._tell(tx, configuration, happening, "Object Tags Deleted" if gone else "Object Tags Added", {})

    def _tell_of_call(self, tx: Transaction, bucket: Bucket, version: Version, operation: str, *, at: float) -> None:
        if self.notices is not None:
            scope = Scope(bucket.account, bucket.region)
            self.notices.keep(tx, scope, CALLED, [], lambda: called(bucket, version, operation, at), at=at)

    def _sequencer(self, version: Version) -> str:
        """Of two events of one key, that with the greater one is the later: writers take turns, and see the clock."""
        return f"{int(self.clock() * 1e6):014X}{version.seq & 0xFFFF:04X}"

    def _tell(
        self, tx: Transaction, configuration: Json, happening: Happening, detail_type: str, more: dict[str, Json]
    ) -> None:
        scope = Scope(happening.bucket.account, happening.bucket.region)
        if EVENT_BRIDGE in configuration and self.notices is not None:
            self.notices.keep(
                tx, scope, Kind(SOURCE, detail_type), [happening.bucket.arn], lambda: detail(happening, more),
                at=happening.at,
            )  # fmt: skip
        for wish in notifying.wishes(configuration) if self.deliveries is not None else ():
            if wish.wants(happening.event, happening.version.key):
                self._send(tx, scope, wish, happening)

    def _send(self, tx: Transaction, scope: Scope, wish: Wish, happening: Happening) -> None:
        assert self.deliveries is not None
        mark = self.chance()
        placed = Placed.of(addressed(wish.destination, text(happening, wish, mark)))
        delivery = Delivery(
            content=msgspec.to_builtins([placed], builtin_types=(bytes,)),
            about=f"{happening.event} of {happening.bucket.name} for {wish.destination}",
            born=self.clock(),
        )
        self.deliveries.send(tx, f"{happening.bucket.arn}/notification/{mark}", delivery, scope)


SILENT: Final = Announcer()


def called(bucket: Bucket, version: Version, operation: str, at: float) -> dict[str, Json]:
    """A call as CloudTrail tells it, who made it and from where left out."""
    has_id = version.version_id != NULL_VERSION
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AWSAccount", "accountId": bucket.account},
        "eventTime": to_the_second(at),
        "eventSource": "s3.amazonaws.com",
        "eventName": operation,
        "awsRegion": bucket.region,
        "requestParameters": {"bucketName": bucket.name, "key": version.key},
        "responseElements": {"x-amz-version-id": version.version_id} if has_id else None,
        "readOnly": False,
        "resources": [
            {"type": "AWS::S3::Object", "ARN": f"{bucket.arn}/{version.key}"},
            {"type": "AWS::S3::Bucket", "ARN": bucket.arn, "accountId": bucket.account},
        ],
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": bucket.account,
        "eventCategory": "Data",
    }


def detail(happening: Happening, more: dict[str, Json]) -> dict[str, Json]:
    """What the event bus is told."""
    bucket, call = happening.bucket, happening.call
    about: dict[str, Json] = {"key": happening.version.key, **happening.seen}
    if happening.version.version_id != NULL_VERSION:
        about["version-id"] = happening.version.version_id
    told = {"version": "0", "bucket": {"name": bucket.name}, "object": about, **more}
    if call is None:
        return {**told, "requester": LIFECYCLE}
    if call.origin is None:
        return {**told, "requester": call.scope.account}
    return {
        **told, "requester": call.scope.account, "request-id": call.origin.request_id,
        "source-ip-address": call.origin.address,
    }  # fmt: skip


def text(happening: Happening, wish: Wish, mark: str) -> str:
    """What a queue, a topic or a function is told, as AWS writes it."""
    bucket, version, call = happening.bucket, happening.version, happening.call
    origin = call.origin if call is not None else None
    request_id = origin.request_id if origin is not None else mark
    about: dict[str, Json] = {"key": quote_plus(version.key, safe="/")}
    about |= {{"etag": "eTag"}.get(name, name): value for name, value in happening.seen.items()}
    if version.version_id != NULL_VERSION:
        about["versionId"] = version.version_id
    record = {
        "eventVersion": "2.3" if happening.event.startswith(LATER) else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": iso(happening.at),
        "eventName": happening.event.removeprefix("s3:"),
        "userIdentity": {"principalId": LIFECYCLE if call is None else identity(call.scope)},
        "requestParameters": {"sourceIPAddress": origin.address if origin is not None else HERE},
        "responseElements": {"x-amz-request-id": request_id, "x-amz-id-2": request_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": wish.id,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": owner_id(bucket.account)},
                "arn": bucket.arn,
            },
            "object": about,
        },
    }
    return msgspec.json.encode({"Records": [record]}).decode()


def identity(scope: Scope) -> str:
    """Who asked: names, where AWS has its ids for them."""
    resource = Arn.of(scope.principal).resource
    return f"AWS:{resource.partition('/')[2].replace('/', ':') or scope.account}"


def addressed(destination: str, message: str) -> Call:
    """The call that brings a message to a destination."""
    match Arn.of(destination).service:
        case "sqs":
            return targets.to_queue(destination, message)
        case "sns":
            return targets.to_topic(destination, message, subject=SUBJECT)
        case _:
            return targets.to_function(destination, message)
