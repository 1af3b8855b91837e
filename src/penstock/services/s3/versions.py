"""What all operations on objects share: finding the version that is meant, writing one, and telling about it.

Everything that borrows a transaction here is called inside somebody's unit of work.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import msgspec

from penstock.services.s3 import checksums, conditions, rows
from penstock.services.s3.failures import (
    invalid_request,
    marker_has_no_content,
    no_such_key,
    no_such_version,
    part_not_there,
)
from penstock.services.s3.model import NULL_VERSION, Bucket, Version
from penstock.services.s3.requests import KEPT_HEADERS, encryption_of
from penstock.store.database import Transaction
from penstock.wire.call import Json

Request = Mapping[str, Json]
_OVERRIDES: Final = {
    "ResponseCacheControl": "CacheControl",
    "ResponseContentDisposition": "ContentDisposition",
    "ResponseContentEncoding": "ContentEncoding",
    "ResponseContentLanguage": "ContentLanguage",
    "ResponseContentType": "ContentType",
    "ResponseExpires": "Expires",
}


def readable(tx: Transaction, request: Request) -> Version:
    """The version that a request names by `Bucket`, `Key` and maybe `VersionId`; raises where it has no content."""
    rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
    return find(tx, request["Bucket"], request["Key"], request.get("VersionId"))


def find(tx: Transaction, bucket: str, key: str, version_id: str | None) -> Version:
    if not version_id:
        latest = rows.latest(tx, bucket, key)
        if latest is None or latest.is_marker:
            raise no_such_key(key, is_marker=latest is not None)
        return latest
    version = rows.find_version(tx, bucket, key, version_id)
    if version is None:
        raise no_such_version(key, version_id)
    if version.is_marker:
        raise marker_has_no_content(key)
    return version


def write(tx: Transaction, version: Version, request: Request, chance: str) -> tuple[Bucket, Version]:
    """Make a version the latest of its key, under the id that the bucket's versioning gives it; both, as they are."""
    bucket = rows.bucket_of(tx, version.bucket, request.get("ExpectedBucketOwner"))
    conditions.check_write(version.key, rows.current(tx, version.bucket, version.key), request)
    headers = {**default_encryption(tx, bucket), **version.details.headers}
    named = replace(
        version,
        version_id=chance if bucket.versioning == "Enabled" else NULL_VERSION,
        details=msgspec.structs.replace(version.details, headers=headers),
    )
    return bucket, replace(named, seq=rows.write(tx, named))


def default_encryption(tx: Transaction, bucket: Bucket) -> dict[str, Json]:
    """The encryption headers that a bucket's objects get where they ask for none: AES256, as on AWS, unless set."""
    setting = rows.setting(tx, bucket.name, "Encryption")
    if setting is None:
        return {"ServerSideEncryption": "AES256"}
    rule = setting["Rules"][0]
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    told = {
        "ServerSideEncryption": default.get("SSEAlgorithm"),
        "SSEKMSKeyId": default.get("KMSMasterKeyID"),
        "BucketKeyEnabled": rule.get("BucketKeyEnabled") or None,
    }
    return {name: value for name, value in told.items() if value is not None}


# -------------------------------------------------------------------------------------------------------- answers


def quoted(etag: str) -> str:
    return f'"{etag}"'


def version_of(version: Version) -> dict[str, str]:
    """The version id as answers have it: absent where a version was written without versioning."""
    return {} if version.version_id == NULL_VERSION else {"VersionId": version.version_id}


def about_write(version: Version) -> dict[str, Json]:
    """What the answer to a write tells."""
    return {
        "ETag": quoted(version.etag),
        **version_of(version),
        **encryption_of(version.details.headers),
        **checksums.members(version.details.checksums, version.details.checksum_type),
    }


def about_read(version: Version, request: Request) -> dict[str, Json]:
    """The headers of a GET or HEAD."""
    details, part = version.details, asked_part(version, request)
    headers = {name: value for name, value in details.headers.items() if name in KEPT_HEADERS}
    if headers.get("StorageClass") == "STANDARD":
        del headers["StorageClass"]  # as on AWS: only told where it is another
    answer: dict[str, Json] = {
        "AcceptRanges": "bytes", "LastModified": version.modified_at, "ContentLength": version.size,
        "ETag": quoted(version.etag), "ContentType": "binary/octet-stream", "Metadata": dict(details.metadata),
        **headers, **version_of(version),
        **{name: request[override] for override, name in _OVERRIDES.items() if override in request},
    }  # fmt: skip
    if details.tags:
        answer["TagCount"] = len(details.tags)
    if request.get("PartNumber") is not None and details.parts:
        answer["PartsCount"] = len(details.parts)
    if part is not None:
        offset, length = part
        answer["ContentLength"] = length
        answer["ContentRange"] = f"bytes {offset}-{offset + length - 1}/{version.size}"
    elif request.get("ChecksumMode") == "ENABLED":
        answer.update(checksums.members(details.checksums, details.checksum_type))
    return answer


def asked_part(version: Version, request: Request) -> tuple[int, int] | None:
    """The (offset, length) that a GET or HEAD asks for by range or part number; None for all of it."""
    number = request.get("PartNumber")
    if number is None:
        return conditions.span(request.get("Range"), version.size)
    if request.get("Range") is not None:
        raise invalid_request("Cannot specify both Range header and partNumber query parameter")
    parts = version.details.parts
    if not parts:
        if number != 1:
            raise part_not_there(number, 1)
        return (0, version.size) if version.size else None
    if not 1 <= number <= len(parts):
        raise part_not_there(number, len(parts))
    return sum(part.size for part in parts[: number - 1]), parts[number - 1].size
