"""Lists: objects (both generations of the operation) and versions, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from penstock.services.s3 import listing, rows
from penstock.services.s3.failures import invalid_argument, not_built
from penstock.services.s3.listing import Listing
from penstock.services.s3.model import NULL_VERSION, Version
from penstock.services.s3.objects import owner
from penstock.services.s3.versions import Request, quoted
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, operation

Encode = Callable[[str], str]


@dataclass(frozen=True)
class Lists:
    """ListObjectsV2, ListObjects and ListObjectVersions."""

    database: Database
    service: str = "s3"

    @operation("ListObjectsV2")
    async def list_objects_v2(self, call: Call, request: Request) -> Answer:
        """A continuation token stands for the last entry told, so a page is right whatever was written between."""
        token = request.get("ContinuationToken")
        marker = listing.read_token(token) if token is not None else request.get("StartAfter") or ""
        account, found = await self._objects(request, marker)
        encode = listing.encoder(request)
        told_owner = owner(account) if request.get("FetchOwner") else None
        answer: dict[str, Json] = {
            "Name": request["Bucket"], "Prefix": encode(request.get("Prefix") or ""), "KeyCount": len(found.entries),
            "MaxKeys": listing.page_size(request, "MaxKeys"), "IsTruncated": found.is_truncated,
            **told(found, encode, told_owner), **echoed(request, encode, "Delimiter", "StartAfter"),
        }  # fmt: skip
        if token is not None:
            answer["ContinuationToken"] = token
        if found.is_truncated:
            answer["NextContinuationToken"] = listing.write_token(found.last)
        return answer

    @operation("ListObjects")
    async def list_objects(self, call: Call, request: Request) -> Answer:
        marker = request.get("Marker") or ""
        account, found = await self._objects(request, marker)
        encode = listing.encoder(request)
        answer: dict[str, Json] = {
            "Name": request["Bucket"], "Prefix": encode(request.get("Prefix") or ""), "Marker": encode(marker),
            "MaxKeys": listing.page_size(request, "MaxKeys"), "IsTruncated": found.is_truncated,
            **told(found, encode, owner(account)), **echoed(request, encode, "Delimiter"),
        }  # fmt: skip
        if found.is_truncated and request.get("Delimiter"):  # as on AWS: without one, the last key is the marker
            answer["NextMarker"] = encode(found.last)
        return answer

    @operation("ListObjectVersions")
    async def list_object_versions(self, call: Call, request: Request) -> Answer:
        if request.get("VersionIdMarker") and not request.get("KeyMarker"):
            raise invalid_argument(
                "A version-id marker cannot be specified without a key marker.",
                "version-id-marker",
                request["VersionIdMarker"],
            )
        account, found = await self.database.read(lambda tx: versions_page(tx, request))
        encode = listing.encoder(request)
        entries = [(version, about_version(version, encode, account)) for version in found.versions]
        answer: dict[str, Json] = {
            "Name": request["Bucket"], "Prefix": encode(request.get("Prefix") or ""),
            "KeyMarker": encode(request.get("KeyMarker") or ""),
            "VersionIdMarker": request.get("VersionIdMarker") or "", "IsTruncated": found.is_truncated,
            "MaxKeys": listing.page_size(request, "MaxKeys"), **echoed(request, encode, "Delimiter"),
            "Versions": [entry for version, entry in entries if not version.is_marker],
            "DeleteMarkers": [entry for version, entry in entries if version.is_marker],
            "CommonPrefixes": [{"Prefix": encode(prefix)} for prefix in found.prefixes],
        }  # fmt: skip
        if found.is_truncated:
            last = found.entries[-1]
            answer["NextKeyMarker"] = encode(found.last)
            if not isinstance(last, str):
                answer["NextVersionIdMarker"] = last.version_id
        return answer

    async def _objects(self, request: Request, marker: str) -> tuple[str, Listing]:
        """The bucket's account, and a page of its objects after a marker."""
        if request.get("OptionalObjectAttributes"):
            raise not_built("restoring of archived objects", "leave out OptionalObjectAttributes")
        return await self.database.read(lambda tx: objects_page(tx, request, marker))


def objects_page(tx: Transaction, request: Request, marker: str) -> tuple[str, Listing]:
    bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
    prefix, delimiter = request.get("Prefix") or "", request.get("Delimiter") or ""
    below = listing.after_all(prefix)

    def fetch(least: str, seen: Version | None, limit: int) -> Sequence[Version]:
        start = least if seen is None else max(least, listing.after(seen.key))
        return rows.listed(tx, bucket.name, least=start, below=below, limit=limit)

    return bucket.account, listing.page(
        fetch, prefix=prefix, delimiter=delimiter, least=listing.start(marker, prefix, delimiter),
        limit=listing.page_size(request, "MaxKeys"),
    )  # fmt: skip


def versions_page(tx: Transaction, request: Request) -> tuple[str, Listing]:
    bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
    prefix, delimiter = request.get("Prefix") or "", request.get("Delimiter") or ""
    marker, version_marker = request.get("KeyMarker") or "", request.get("VersionIdMarker")
    below = listing.after_all(prefix)
    least, older_than = listing.start(marker, prefix, delimiter), ("", 0)
    if version_marker:
        named = rows.find_version(tx, bucket.name, marker, version_marker)
        if named is None:
            raise invalid_argument("Invalid version id specified", "version-id-marker", version_marker)
        least, older_than = marker, (marker, named.seq)

    def fetch(least: str, seen: Version | None, limit: int) -> Sequence[Version]:
        start, older = (least, older_than) if seen is None else (max(least, seen.key), (seen.key, seen.seq))
        return rows.versions(tx, bucket.name, least=start, below=below, older_than=older, limit=limit)

    return bucket.account, listing.page(
        fetch, prefix=prefix, delimiter=delimiter, least=least, limit=listing.page_size(request, "MaxKeys")
    )


def told(found: Listing, encode: Encode, of: Mapping[str, str] | None) -> dict[str, Json]:
    return {
        "Contents": [about_object(version, encode, of) for version in found.versions],
        "CommonPrefixes": [{"Prefix": encode(prefix)} for prefix in found.prefixes],
    }


def echoed(request: Request, encode: Encode, *members: str) -> dict[str, Json]:
    """What a list tells again of its request."""
    kept = {name: encode(request[name]) for name in members if request.get(name)}
    return {**kept, **({"EncodingType": request["EncodingType"]} if request.get("EncodingType") else {})}


def about_object(version: Version, encode: Encode, of: Mapping[str, str] | None) -> dict[str, Json]:
    told: dict[str, Json] = {
        "Key": encode(version.key), "LastModified": version.modified_at, "ETag": quoted(version.etag),
        "Size": version.size, "StorageClass": version.storage_class,
    }  # fmt: skip
    if version.details.checksums:
        told |= {
            "ChecksumAlgorithm": list(version.details.checksums), "ChecksumType": version.details.checksum_type
        }  # fmt: skip
    return told if of is None else {**told, "Owner": of}


def about_version(version: Version, encode: Encode, account: str) -> dict[str, Json]:
    place = {"VersionId": version.version_id or NULL_VERSION, "IsLatest": version.is_latest}
    if version.is_marker:
        of, at = owner(account), version.modified_at
        return {"Key": encode(version.key), **place, "LastModified": at, "Owner": of}
    return {**about_object(version, encode, owner(account)), **place}
