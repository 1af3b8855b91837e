"""Objects: put, get, head, attributes, tags and who owns them. Copies and deletes are next door.

Content is on disk before the unit of work that names it; conditions are checked inside that unit of work; so a
writer that was answered has won or lost against every other, and a reader sees whole objects only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.s3 import checksums, conditions, rows, versions
from penstock.services.s3.announcing import Announcer
from penstock.services.s3.content import receive
from penstock.services.s3.failures import acls_not_supported, entity_too_large, invalid_argument
from penstock.services.s3.model import Bucket, Details, Version, check_key, owner_id
from penstock.services.s3.requests import (
    headers_of,
    metadata_of,
    refuse_what_is_not_built,
    tags_in,
    tags_of_header,
)
from penstock.services.s3.versions import Request, about_read, about_write, asked_part, readable, version_of
from penstock.store.blobs import Blobs
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, operation

LARGEST_PUT: Final = 5 * 1024**3


@dataclass(frozen=True)
class Objects:
    """The operations on single objects."""

    database: Database
    blobs: Blobs
    clock: Callable[[], float]
    chance: Callable[[], str]
    announcer: Announcer
    service: str = "s3"

    @operation("PutObject")
    async def put_object(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        check_key(request["Key"])
        body = request.get("Body", b"")
        tags = tags_of_header(request.get("Tagging"))
        if (request.get("ContentLength") or 0) > LARGEST_PUT:
            raise entity_too_large(request["ContentLength"], LARGEST_PUT)
        if not isinstance(body, bytes):  # before a stream is taken in, see that there is somewhere to put it
            owner = request.get("ExpectedBucketOwner")
            await self.database.read(lambda tx: rows.bucket_of(tx, request["Bucket"], owner))
        expected = checksums.asked_for(request)
        received = await receive(self.blobs, body, expected)
        checksums.compare(expected, received.checksums)
        checksums.compare_md5(request.get("ContentMD5"), received.md5)
        details = Details(
            headers=headers_of(request), metadata=metadata_of(request), tags=tags, checksums=received.checksums,
            checksum_type="FULL_OBJECT" if received.checksums else "",
        )  # fmt: skip
        version = Version(
            bucket=request["Bucket"], key=request["Key"], version_id="", modified_at=float(int(self.clock())),
            digest=received.blob.digest, size=received.blob.size, etag=received.md5, details=details,
        )  # fmt: skip
        chance = self.chance()

        def put(tx: Transaction) -> Version:
            bucket, kept = versions.write(tx, version, request, chance)
            self.announcer.created(tx, bucket, kept, "PutObject", call)
            return kept

        return about_write(await self.database.write(put))

    @operation("GetObject")
    async def get_object(self, call: Call, request: Request) -> Answer:
        """`Body` is a `Blob`, so that a caller in this process can link the content by its digest."""
        version, answer = await self._found(request)
        blob, part = self.blobs.find(version.digest), asked_part(version, request)
        return {**answer, "Body": blob if part is None else blob.part(*part)}

    @operation("HeadObject")
    async def head_object(self, call: Call, request: Request) -> Answer:
        return (await self._found(request))[1]

    async def _found(self, request: Request) -> tuple[Version, dict[str, Json]]:
        """The version that is asked for and its headers, where the conditions hold."""
        version = await self.database.read(lambda tx: readable(tx, request))
        conditions.check_read(version, request)
        return version, about_read(version, request)

    @operation("GetObjectAttributes")
    async def get_object_attributes(self, call: Call, request: Request) -> Answer:
        version = await self.database.read(lambda tx: readable(tx, request))
        told = attributes(version, request)
        wanted = {name.strip() for entry in request["ObjectAttributes"] for name in entry.split(",")}
        if unknown := wanted - told.keys():
            raise invalid_argument("Invalid attribute name specified.", "x-amz-object-attributes", min(unknown))
        chosen = {name: value for name, value in told.items() if name in wanted and value is not None}
        return {"LastModified": version.modified_at, **version_of(version), **chosen}

    @operation("GetObjectTagging")
    async def get_object_tagging(self, call: Call, request: Request) -> Answer:
        version = await self.database.read(lambda tx: readable(tx, request))
        tags = [{"Key": key, "Value": value} for key, value in version.details.tags.items()]
        return {**version_of(version), "TagSet": tags}

    @operation("PutObjectTagging")
    async def put_object_tagging(self, call: Call, request: Request) -> Answer:
        return version_of(await self._tag(call, request, tags_in(request["Tagging"])))

    @operation("DeleteObjectTagging")
    async def delete_object_tagging(self, call: Call, request: Request) -> Answer:
        return version_of(await self._tag(call, request, {}, gone=True))

    async def _tag(self, call: Call, request: Request, tags: dict[str, str], *, gone: bool = False) -> Version:
        def tag(tx: Transaction) -> Version:
            version = readable(tx, request)
            rows.set_details(tx, version, msgspec.structs.replace(version.details, tags=tags))
            self.announcer.tagged(tx, version, call, gone=gone)
            return version

        return await self.database.write(tag)

    @operation("GetObjectAcl")
    async def get_object_acl(self, call: Call, request: Request) -> Answer:
        def owner(tx: Transaction) -> Bucket:
            readable(tx, request)
            return rows.bucket_of(tx, request["Bucket"])

        return full_control(await self.database.read(owner))

    @operation("PutObjectAcl")
    async def put_object_acl(self, call: Call, request: Request) -> Answer:
        """Objects belong to the bucket's owner, as in every bucket that AWS makes now: there is no ACL to change."""
        await self.database.read(lambda tx: readable(tx, request))
        if request.get("ACL") != "bucket-owner-full-control":
            raise acls_not_supported()
        return {}


def attributes(version: Version, request: Request) -> dict[str, Json]:
    """Everything that GetObjectAttributes can tell; None for what this version has not."""
    details = version.details
    return {
        "ETag": version.etag,
        "Checksum": checksums.members(details.checksums, details.checksum_type) or None,
        "ObjectParts": parts_of(version, request) if details.parts else None,
        "StorageClass": version.storage_class,
        "ObjectSize": version.size,
    }


def parts_of(version: Version, request: Request) -> dict[str, Json]:
    """A page of the parts that an object was completed from; each part only where parts have checksums."""
    after, most = request.get("PartNumberMarker") or 0, min(request.get("MaxParts") or 1000, 1000)
    every = version.details.parts
    rest = [part for part in every if part.number > after]
    told = {
        "TotalPartsCount": len(every), "PartNumberMarker": after, "MaxParts": most, "IsTruncated": len(rest) > most,
        "NextPartNumberMarker": rest[:most][-1].number if rest else after,
    }  # fmt: skip
    algorithm = next(iter(version.details.checksums), None)
    if algorithm is None or version.details.checksum_type != "COMPOSITE":
        return told
    parts = [
        {"PartNumber": part.number, "Size": part.size, f"Checksum{algorithm}": part.checksum} for part in rest[:most]
    ]
    return {**told, "Parts": parts}


def full_control(bucket: Bucket) -> dict[str, Json]:
    """The ACL that everything has: its owner may do everything."""
    grantee = {"ID": owner_id(bucket.account), "Type": "CanonicalUser"}
    return {"Owner": owner(bucket.account), "Grants": [{"Grantee": grantee, "Permission": "FULL_CONTROL"}]}


def owner(account: str) -> dict[str, str]:
    return {"ID": owner_id(account)}
