"""Copies of objects. No data moves: a copy is one more name for the blob.

A copy keeps its source's ETag, also where AWS would make a new one (copies of multipart uploads): the bytes are the
same, and reading them again to name them anew would be the only cost of a copy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from penstock.services.s3 import conditions, rows, versions
from penstock.services.s3.announcing import Announcer
from penstock.services.s3.content import receive
from penstock.services.s3.failures import invalid_request, source_changed
from penstock.services.s3.model import NULL_VERSION, Details, Version, check_key
from penstock.services.s3.requests import (
    CONTENT_HEADERS,
    ENCRYPTION_HEADERS,
    CopySource,
    headers_of,
    metadata_of,
    refuse_what_is_not_built,
    tags_of_header,
)
from penstock.services.s3.versions import Request, quoted
from penstock.store.blobs import Blobs
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, operation

_CHANGING: Final = ("StorageClass", "WebsiteRedirectLocation", *ENCRYPTION_HEADERS)


@dataclass(frozen=True)
class Copies:
    """CopyObject."""

    database: Database
    blobs: Blobs
    clock: Callable[[], float]
    chance: Callable[[], str]
    announcer: Announcer
    service: str = "s3"

    @operation("CopyObject")
    async def copy_object(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        check_key(request["Key"])
        source = CopySource.parse(request["CopySource"])
        at, chance = float(int(self.clock())), self.chance()
        added = await self._added_checksums(source, request)

        def copy(tx: Transaction) -> tuple[Version, Version]:
            found = find_source(tx, source, request)
            if added is not None and found.digest != added[0]:
                raise source_changed()
            made = copy_of(found, request, at)
            if added is not None:
                made = with_checksums(made, added[1])
            bucket, kept = versions.write(tx, made, request, chance)
            self.announcer.created(tx, bucket, kept, "CopyObject", call)
            return found, kept

        found, kept = await self.database.write(copy)
        told = versions.about_write(kept)
        result = {"ETag": quoted(kept.etag), "LastModified": kept.modified_at}
        result |= {name: told.pop(name) for name in list(told) if name.startswith("Checksum")}
        told.pop("ETag")
        if found.version_id != NULL_VERSION:
            told["CopySourceVersionId"] = found.version_id
        return {"CopyObjectResult": result, **told}

    async def _added_checksums(self, source: CopySource, request: Request) -> tuple[str, Mapping[str, str]] | None:
        """The digest of the source and a checksum that it lacks, where the request asks for one."""
        algorithm = request.get("ChecksumAlgorithm")
        if not algorithm:
            return None
        found = await self.database.read(lambda tx: find_source(tx, source, request))
        received = await receive(self.blobs, self.blobs.find(found.digest), [algorithm])
        return found.digest, received.checksums


def find_source(tx: Transaction, source: CopySource, request: Request) -> Version:
    """What is copied; raises where it is not there, not the expected owner's, or the conditions on it fail."""
    rows.bucket_of(tx, source.bucket, request.get("ExpectedSourceBucketOwner"))
    found = versions.find(tx, source.bucket, source.key, source.version_id)
    conditions.check_copy_source(found, request)
    return found


def copy_of(found: Version, request: Request, at: float) -> Version:
    """The version that a copy makes, not yet written."""
    replaces = request.get("MetadataDirective", "COPY") == "REPLACE"
    retags = request.get("TaggingDirective", "COPY") == "REPLACE"
    is_same_key = (found.bucket, found.key) == (request["Bucket"], request["Key"]) and found.is_latest
    if is_same_key and not replaces and not retags and not any(request.get(name) for name in _CHANGING):
        raise invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
    asked = headers_of(request)
    own = {name: value for name, value in found.details.headers.items() if name in CONTENT_HEADERS}
    kept = asked if replaces else {**{n: v for n, v in asked.items() if n not in CONTENT_HEADERS}, **own}
    details = Details(
        headers=kept,
        metadata=metadata_of(request) if replaces else found.details.metadata,
        tags=tags_of_header(request.get("Tagging")) if retags else found.details.tags,
        checksums=found.details.checksums, checksum_type=found.details.checksum_type, parts=found.details.parts,
    )  # fmt: skip
    return Version(
        bucket=request["Bucket"], key=request["Key"], version_id="", modified_at=at, digest=found.digest,
        size=found.size, etag=found.etag, details=details,
    )  # fmt: skip


def with_checksums(version: Version, found: Mapping[str, str]) -> Version:
    details = msgspec.structs.replace(version.details, checksums=found, checksum_type="FULL_OBJECT")
    return replace(version, details=details)
