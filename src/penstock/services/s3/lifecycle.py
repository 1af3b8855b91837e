"""Lifecycle rules: kept, told, and carried out whenever `sweep` is called.

Objects, old versions and forgotten uploads expire; a rule that would move objects to another storage class is
refused, because nothing here would be cheaper there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from penstock.services.s3 import deletes, rows
from penstock.services.s3.announcing import SILENT, Announcer
from penstock.services.s3.deletes import Gone
from penstock.services.s3.failures import malformed_xml, no_such_setting, not_built
from penstock.services.s3.listing import after_all
from penstock.services.s3.model import Bucket, Version
from penstock.services.s3.versions import Request
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, operation

DAY: Final = 86_400
SIZES: Final = "TransitionDefaultMinimumObjectSize"  # about transitions, which are refused; clients wait to read it
AS_ON_AWS: Final = "all_storage_classes_128K"
LOOK: Final = 1000
Rule = Mapping[str, Json]


@dataclass(frozen=True)
class Lifecycle:
    """The operations on lifecycle configurations."""

    database: Database
    service: str = "s3"

    @operation("PutBucketLifecycleConfiguration")
    async def put_bucket_lifecycle_configuration(self, call: Call, request: Request) -> Answer:
        rules = (request.get("LifecycleConfiguration") or {}).get("Rules") or []
        if not rules:
            raise malformed_xml()
        for rule in rules:
            check(rule)

        def put(tx: Transaction) -> None:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            named = [{"ID": f"rule-{place}", **rule} for place, rule in enumerate(rules, 1)]
            rows.put_setting(tx, bucket.name, "Lifecycle", {"Rules": named, SIZES: sizes})

        sizes = request.get(SIZES) or AS_ON_AWS
        await self.database.write(put)
        return {SIZES: sizes}

    @operation("GetBucketLifecycleConfiguration")
    async def get_bucket_lifecycle_configuration(self, call: Call, request: Request) -> Answer:
        def get(tx: Transaction) -> Json:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            return rows.setting(tx, bucket.name, "Lifecycle")

        found: Answer | None = await self.database.read(get)
        if found is None:
            raise no_such_setting("Lifecycle", request["Bucket"])
        return {SIZES: AS_ON_AWS, **found}

    @operation("DeleteBucketLifecycle")
    async def delete_bucket_lifecycle(self, call: Call, request: Request) -> Answer:
        def delete(tx: Transaction) -> None:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            rows.remove_setting(tx, bucket.name, "Lifecycle")

        await self.database.write(delete)
        return {}


def check(rule: Rule) -> None:
    """Raise for a rule that would not be carried out."""
    for name in ("Transitions", "NoncurrentVersionTransitions"):
        if rule.get(name):
            raise not_built(f"other storage ({name})", "let objects expire, or leave the rule out")
    if (rule.get("Expiration") or {}).get("ExpiredObjectDeleteMarker"):
        raise not_built("clean-up of lone delete markers", "delete them by version id")
    if not any(
        rule.get(name) for name in ("Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    ):
        raise malformed_xml()


async def sweep(database: Database, now: float, chance: Callable[[], str], announcer: Announcer = SILENT) -> int:
    """Carry out every enabled rule; how many objects, versions and uploads expired."""
    swept = 0
    for name, configuration in await database.read(partial(rows.settings, kind="Lifecycle")):
        for rule in configuration["Rules"]:
            if rule["Status"] == "Enabled":
                swept += await _carry_out(database, name, rule, now, chance, announcer)
    return swept


async def _carry_out(
    database: Database, name: str, rule: Rule, now: float, chance: Callable[[], str], announcer: Announcer
) -> int:
    """One rule for one bucket; a unit of work for so many keys, so that nobody waits long behind it."""
    swept = await database.write(lambda tx: _abort_uploads(tx, name, rule, now))
    least: str | None = prefix_of(rule)
    while least is not None:
        markers = [chance() for _ in range(LOOK)]
        gone, least = await database.write(
            partial(_expire, name=name, rule=rule, now=now, least=least, markers=markers, announcer=announcer)
        )
        swept += gone
    return swept


def _abort_uploads(tx: Transaction, name: str, rule: Rule, now: float) -> int:
    days = (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation")
    if not days:
        return 0
    old = [
        upload
        for upload in rows.uploads(tx, name, prefix=prefix_of(rule), after=("", ""), limit=rows.EVERY)
        if upload.started_at <= now - days * DAY
    ]
    for upload in old:
        rows.remove_upload(tx, upload)
    return len(old)


def _expire(
    tx: Transaction, *, name: str, rule: Rule, now: float, least: str, markers: list[str], announcer: Announcer
) -> tuple[int, str | None]:
    """What has expired among the versions of the next keys; how many, and the key to go on from."""
    bucket = rows.find_bucket(tx, name)
    if bucket is None:
        return 0, None
    found = rows.versions(tx, name, least=least, below=after_all(prefix_of(rule)), limit=LOOK)
    gone = 0
    for version in with_successors(found, rule, now):
        if is_meant(version, rule):
            expired = _expire_one(tx, bucket, version, now, markers.pop())
            announcer.deleted(
                tx, bucket, expired.version, "Lifecycle Expiration", at=now, marked=expired.is_marked
            )  # fmt: skip
            gone += 1
    if len(found) < LOOK:
        return gone, None
    last = found[-1].key
    return gone, last if found[0].key != last else last + "\0"


def with_successors(found: list[Version], rule: Rule, now: float) -> Iterator[Version]:
    """The versions that have expired; an old version's time is when the one after it was written."""
    old = rule.get("NoncurrentVersionExpiration") or {}
    days, kept = old.get("NoncurrentDays"), old.get("NewerNoncurrentVersions") or 0
    later: Version | None = None
    newer = 0  # of the versions of this key that are no longer the latest: those that came later
    for version in found:
        if version.is_latest:
            newer = 0
            if not version.is_marker and is_due(rule.get("Expiration") or {}, version.modified_at, now):
                yield version
        elif later is not None and later.key == version.key:
            if days and newer >= kept and later.modified_at <= now - days * DAY:
                yield version
            newer += 1
        later = version


def _expire_one(tx: Transaction, bucket: Bucket, version: Version, now: float, marker: str) -> Gone:
    if version.is_latest:
        _, gone = deletes.delete(tx, bucket, {"Key": version.key}, float(int(now)), marker)
        assert gone is not None
        return gone
    rows.remove(tx, version)
    return Gone(version)


def is_due(expiration: Mapping[str, Json], modified_at: float, now: float) -> bool:
    days, date = expiration.get("Days"), expiration.get("Date")
    return bool(days and modified_at <= now - days * DAY) or bool(date and date <= now)


def prefix_of(rule: Rule) -> str:
    narrowed = rule.get("Filter") or {}
    prefix: str = rule.get("Prefix") or narrowed.get("Prefix") or (narrowed.get("And") or {}).get("Prefix") or ""
    return prefix


def is_meant(version: Version, rule: Rule) -> bool:
    """Whether a rule's filter lets a version through: by prefix, tags and size."""
    narrowed = rule.get("Filter") or {}
    every = {**narrowed, **(narrowed.get("And") or {})}
    tags = [*([every["Tag"]] if every.get("Tag") else []), *(every.get("Tags") or [])]
    above, below = every.get("ObjectSizeGreaterThan"), every.get("ObjectSizeLessThan")
    return (
        version.key.startswith(prefix_of(rule))
        and all(version.details.tags.get(tag["Key"]) == tag["Value"] for tag in tags)
        and (above is None or version.size > above)
        and (below is None or version.size < below)
    )
