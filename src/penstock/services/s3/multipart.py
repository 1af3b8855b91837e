"""Multipart uploads: parts arrive in any order, and become one object at once.

Completing twice answers twice: a client that lost the first answer finds the object that its upload became. Parts
hold their blobs until the object holds its own.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from penstock.services.s3 import checksums, conditions, rows, versions
from penstock.services.s3.announcing import Announcer
from penstock.services.s3.content import joined, receive
from penstock.services.s3.copies import find_source
from penstock.services.s3.failures import (
    bad_digest,
    entity_too_small,
    invalid_argument,
    invalid_part,
    invalid_part_order,
    invalid_range,
    invalid_request,
    malformed_xml,
    no_such_upload,
    source_changed,
)
from penstock.services.s3.model import Details, Part, PartOfObject, Plan, Upload, Version, check_key
from penstock.services.s3.requests import (
    CopySource,
    encryption_of,
    headers_of,
    metadata_of,
    refuse_what_is_not_built,
    tags_of_header,
)
from penstock.services.s3.versions import Request, quoted
from penstock.store.blobs import Blobs, Digest
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Body, Call, Json, operation

LEAST_PART: Final = 5 * 1024**2
MOST_PARTS: Final = 10_000


@dataclass(frozen=True)
class Multipart:
    """The operations on multipart uploads, but for the lists."""

    database: Database
    blobs: Blobs
    clock: Callable[[], float]
    chance: Callable[[], str]
    announcer: Announcer
    least_part: int = LEAST_PART
    service: str = "s3"

    @operation("CreateMultipartUpload")
    async def create_multipart_upload(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        check_key(request["Key"])
        algorithm = request.get("ChecksumAlgorithm") or ""
        if algorithm:
            checksums.new_hash(algorithm)  # refuses what is not known
        plan = Plan(
            headers=headers_of(request), metadata=metadata_of(request), tags=tags_of_header(request.get("Tagging")),
            algorithm=algorithm, checksum_type=checksums.type_of(algorithm, request.get("ChecksumType") or ""),
        )  # fmt: skip
        now = self.clock()
        upload = Upload(
            bucket=request["Bucket"], key=request["Key"], id=f"{int(now * 1000):012x}{self.chance()}", started_at=now,
            plan=plan,
        )  # fmt: skip

        def create(tx: Transaction) -> None:
            rows.bucket_of(tx, upload.bucket, request.get("ExpectedBucketOwner"))
            rows.insert_upload(tx, upload)

        await self.database.write(create)
        told = {"Bucket": upload.bucket, "Key": upload.key, "UploadId": upload.id, **encryption_of(plan.headers)}
        return {**told, "ChecksumAlgorithm": algorithm, "ChecksumType": plan.checksum_type} if algorithm else told

    @operation("UploadPart")
    async def upload_part(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        upload = await self.database.read(lambda tx: found_upload(tx, request))
        expected = checksums.asked_for(request)
        algorithm = upload.plan.algorithm
        if others := [name for name in expected if name != algorithm and algorithm]:
            raise invalid_request(
                f"Checksum Type mismatch occurred, expected checksum Type: {algorithm.lower()}, "
                f"actual checksum Type: {others[0].lower()}"
            )
        if algorithm:
            expected.setdefault(algorithm, "")
        part, found = await self._receive(upload, request, request.get("Body", b""), expected)
        checksums.compare(expected, found)
        checksums.compare_md5(request.get("ContentMD5"), part.etag)
        await self.database.write(lambda tx: keep_part(tx, request, part))
        return {"ETag": quoted(part.etag), **encryption_of(upload.plan.headers), **checksums.members(found)}

    @operation("UploadPartCopy")
    async def upload_part_copy(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        source = CopySource.parse(request["CopySource"])

        def find(tx: Transaction) -> tuple[Upload, Version]:
            return found_upload(tx, request), find_source(tx, source, request)

        upload, version = await self.database.read(find)
        asked = request.get("CopySourceRange")
        span = conditions.span(asked, version.size)
        if asked and (span is None or span[0] + span[1] > version.size):
            raise invalid_range(asked, version.size)
        blob = self.blobs.find(version.digest)
        body = blob if span is None or span == (0, version.size) else blob.part(*span)
        algorithms = [upload.plan.algorithm] if upload.plan.algorithm else []
        part, found = await self._receive(upload, request, body, algorithms)

        def keep(tx: Transaction) -> None:
            if find_source(tx, source, request).digest != version.digest:
                raise source_changed()
            keep_part(tx, request, part)

        await self.database.write(keep)
        result = {"ETag": quoted(part.etag), "LastModified": part.modified_at, **checksums.members(found)}
        told: Answer = {"CopyPartResult": result, **encryption_of(upload.plan.headers)}
        return {**told, "CopySourceVersionId": source.version_id} if source.version_id else told

    async def _receive(
        self, upload: Upload, request: Request, body: bytes | Body, algorithms: Sequence[str] | Mapping[str, str]
    ) -> tuple[Part, Mapping[str, str]]:
        """A part, kept but not yet named, and its checksums."""
        received = await receive(self.blobs, body, list(algorithms))
        part = Part(
            upload=upload.id, number=request["PartNumber"], digest=received.blob.digest, size=received.blob.size,
            etag=received.md5, checksum=received.checksums.get(upload.plan.algorithm, ""),
            modified_at=float(int(self.clock())),
        )  # fmt: skip
        return part, received.checksums

    @operation("CompleteMultipartUpload")
    async def complete_multipart_upload(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        upload, earlier, parts = await self.database.read(lambda tx: upload_and_parts(tx, request))
        if upload is None:
            if earlier is None:
                raise no_such_upload(request["UploadId"])
            return about_completion(earlier)
        chosen = choose_parts(upload, parts, request, self.least_part)
        blob = await joined(self.blobs, [self.blobs.find(part.digest) for part in chosen])
        version = object_of(upload, chosen, blob.digest, float(int(self.clock())))
        check_completion(version, request)
        chance = self.chance()

        def complete(tx: Transaction) -> Version:
            now_there = upload_and_parts(tx, request)
            if now_there[0] is None:
                return earlier_of(now_there[1], upload)
            if not set(chosen) <= set(now_there[2]):
                raise source_changed()
            bucket, kept = versions.write(tx, version, request, chance)
            self.announcer.created(tx, bucket, kept, "CompleteMultipartUpload", call)
            rows.remove_upload(tx, upload)
            return kept

        return about_completion(await self.database.write(complete))

    @operation("AbortMultipartUpload")
    async def abort_multipart_upload(self, call: Call, request: Request) -> Answer:
        await self.database.write(lambda tx: rows.remove_upload(tx, found_upload(tx, request)))
        return {}


# --------------------------------------------------------------------------------------------- inside a unit of work


def found_upload(tx: Transaction, request: Request) -> Upload:
    number = request.get("PartNumber")
    if number is not None and not 1 <= number <= MOST_PARTS:
        raise invalid_argument(
            f"Part number must be an integer between 1 and {MOST_PARTS}, inclusive", "partNumber", number
        )
    rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
    return rows.upload_of(tx, request["Bucket"], request["Key"], request["UploadId"])


def keep_part(tx: Transaction, request: Request, part: Part) -> None:
    found_upload(tx, request)  # it may have been aborted while the part came in
    rows.put_part(tx, part)


def earlier_of(became: Version | None, upload: Upload) -> Version:
    """What a completion that came first made of the upload; raises `NoSuchUpload` if it was aborted."""
    if became is None:
        raise no_such_upload(upload.id)
    return became


def upload_and_parts(tx: Transaction, request: Request) -> tuple[Upload | None, Version | None, list[Part]]:
    """The upload, or what it has become already; and its parts."""
    rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
    upload = rows.find_upload(tx, request["Bucket"], request["Key"], request["UploadId"])
    if upload is not None:
        return upload, None, rows.parts(tx, upload.id)
    became = rows.completed_from(tx, request["UploadId"])
    is_this = became is not None and (became.bucket, became.key) == (request["Bucket"], request["Key"])
    return None, became if is_this else None, []


# ------------------------------------------------------------------------------------------------------------- pure


def choose_parts(upload: Upload, parts: Sequence[Part], request: Request, least: int) -> list[Part]:
    """The parts that a completion names; raises where one is missing, out of order, too small or not as told."""
    wanted = (request.get("MultipartUpload") or {}).get("Parts") or []
    if not wanted:
        raise malformed_xml()
    numbers = [each.get("PartNumber") for each in wanted]
    if any(number is None for number in numbers):
        raise malformed_xml()
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise invalid_part_order()
    by_number = {part.number: part for part in parts}
    chosen = [check_part(upload, by_number.get(each["PartNumber"]), each) for each in wanted]
    for part in chosen[:-1]:
        if part.size < least:
            raise entity_too_small(part.number, part.size, least, part.etag)
    return chosen


def check_part(upload: Upload, part: Part | None, told: Mapping[str, Json]) -> Part:
    """The part, where what the completion tells of it is so."""
    if part is None or str(told.get("ETag", "")).strip('"') != part.etag:
        raise invalid_part(upload.id, told["PartNumber"], str(told.get("ETag", "")).strip('"'))
    algorithm = upload.plan.algorithm
    said = told.get(f"Checksum{algorithm}") if algorithm else None
    if said is not None and said != part.checksum:
        raise invalid_part(upload.id, part.number, part.etag)
    if said is None and upload.plan.checksum_type == "COMPOSITE":
        raise invalid_request(
            f"The upload was created using a {algorithm.lower()} checksum. The complete request must include the "
            f"checksum for each part. It was missing for part {part.number} in the request."
        )
    return part


def object_of(upload: Upload, parts: Sequence[Part], digest: Digest, at: float) -> Version:
    """The object that an upload becomes, not yet written."""
    plan = upload.plan
    found = {}
    if plan.algorithm:
        sums = [(part.checksum, part.size) for part in parts]
        found = {plan.algorithm: checksums.of_parts(plan.algorithm, plan.checksum_type, sums)}
    details = Details(
        headers=plan.headers, metadata=plan.metadata, tags=plan.tags, checksums=found, checksum_type=plan.checksum_type,
        parts=tuple(PartOfObject(part.number, part.size, part.checksum) for part in parts),
    )  # fmt: skip
    return Version(
        bucket=upload.bucket, key=upload.key, version_id="", modified_at=at, digest=digest,
        size=sum(part.size for part in parts), etag=etag_of(parts), upload=upload.id, details=details,
    )  # fmt: skip


def etag_of(parts: Sequence[Part]) -> str:
    """S3's ETag of a multipart object: the MD5 of the parts' MD5s, and how many they are."""
    together = b"".join(bytes.fromhex(part.etag) for part in parts)
    return f"{hashlib.md5(together, usedforsecurity=False).hexdigest()}-{len(parts)}"


def check_completion(version: Version, request: Request) -> None:
    """Raise where the request says something else of the whole object."""
    size = request.get("MpuObjectSize")
    if size is not None and int(size) != version.size:
        raise invalid_request(
            f"The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {version.size}"
        )
    for algorithm, said in checksums.asked_for(request).items():
        found = version.details.checksums.get(algorithm)
        if said and found is not None and said.partition("-")[0] != found.partition("-")[0]:
            raise bad_digest(algorithm)


def about_completion(version: Version) -> Answer:
    told = versions.about_write(version)
    return {**told, "Bucket": version.bucket, "Key": version.key, "Location": f"/{version.bucket}/{version.key}"}
