"""Deleting: what goes away, and what only gets a delete marker.

Without versioning the object goes. With it, a delete without a version id writes a marker, and a delete with one
removes that very version for good. Deleting what is not there is no error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from penstock.services.s3 import conditions, rows
from penstock.services.s3.announcing import Announcer
from penstock.services.s3.failures import malformed_xml
from penstock.services.s3.model import NULL_VERSION, Bucket, Version
from penstock.services.s3.requests import refuse_what_is_not_built
from penstock.services.s3.versions import Request
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, ServiceError, operation

MOST_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Deletes:
    """DeleteObject and DeleteObjects."""

    database: Database
    clock: Callable[[], float]
    chance: Callable[[], str]
    announcer: Announcer
    service: str = "s3"

    @operation("DeleteObject")
    async def delete_object(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        at, chance = float(int(self.clock())), self.chance()

        def work(tx: Transaction) -> Answer:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            told, gone = delete(tx, bucket, request, at, chance)
            self._announce(tx, bucket, gone, call, at)
            return told

        return await self.database.write(work)

    @operation("DeleteObjects")
    async def delete_objects(self, call: Call, request: Request) -> Answer:
        """Each is deleted or refused on its own; all that are deleted are so at once."""
        refuse_what_is_not_built(request)
        wanted = request["Delete"].get("Objects") or []
        if not 0 < len(wanted) <= MOST_AT_ONCE:
            raise malformed_xml()
        at, chances = float(int(self.clock())), [self.chance() for _ in wanted]

        def work(tx: Transaction) -> Answer:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            deleted: list[Json] = []
            errors: list[Json] = []
            for each, chance in zip(wanted, chances, strict=True):
                gone = delete_or_tell(tx, bucket, each, at, chance, deleted, errors)
                self._announce(tx, bucket, gone, call, at)
            return {"Deleted": [] if request["Delete"].get("Quiet") else deleted, "Errors": errors}

        return await self.database.write(work)

    def _announce(self, tx: Transaction, bucket: Bucket, gone: "Gone | None", call: Call, at: float) -> None:
        if gone is not None:
            self.announcer.deleted(
                tx, bucket, gone.version, "DeleteObject", at=at, marked=gone.is_marked, call=call
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gone:
    """The version that went, or the delete marker that came (`is_marked`)."""

    version: Version
    is_marked: bool = False


def gone_for_good(version: Version | None) -> Gone | None:
    return None if version is None else Gone(version)


def delete_or_tell(
    tx: Transaction, bucket: Bucket, each: Mapping[str, Json], at: float, chance: str,
    deleted: list[Json], errors: list[Json],
) -> Gone | None:  # fmt: skip
    """One entry of a DeleteObjects: its outcome goes to one of the lists. What `delete` tells of a version."""
    name = {member: each[member] for member in ("Key", "VersionId") if each.get(member)}
    asked = {**name, **({"IfMatch": each["ETag"]} if each.get("ETag") else {})}
    try:
        refuse_what_is_not_built(
            {"IfMatchLastModifiedTime": each.get("LastModifiedTime"), "IfMatchSize": each.get("Size")}
        )
        told, gone = delete(tx, bucket, asked, at, chance)
    except ServiceError as refused:
        errors.append({**name, "Code": refused.code, "Message": refused.message})
        return None
    if told.get("DeleteMarker"):
        name |= {"DeleteMarker": True, "DeleteMarkerVersionId": told["VersionId"]}
    deleted.append(name)
    return gone


def delete(tx: Transaction, bucket: Bucket, request: Request, at: float, chance: str) -> tuple[Answer, Gone | None]:
    """Delete what `Key` and maybe `VersionId` name: the answer, and what became of it."""
    key, version_id = request["Key"], request.get("VersionId")
    conditions.check_delete(rows.current(tx, bucket.name, key), request)
    if version_id:
        found = rows.find_version(tx, bucket.name, key, version_id)
        if found is not None:
            rows.remove(tx, found)
        is_marker = found is not None and found.is_marker
        return {"VersionId": version_id, **({"DeleteMarker": True} if is_marker else {})}, gone_for_good(found)
    if not bucket.versioning:
        if (latest := rows.latest(tx, bucket.name, key)) is not None:
            rows.remove(tx, latest)
        return {}, gone_for_good(latest)
    marker_id = chance if bucket.versioning == "Enabled" else NULL_VERSION
    marker = Version(bucket=bucket.name, key=key, version_id=marker_id, modified_at=at, is_marker=True)
    made = replace(marker, seq=rows.write(tx, marker))
    return {"DeleteMarker": True, "VersionId": marker_id}, Gone(made, is_marked=True)
