"""Lists of multipart uploads and of their parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from penstock.services.s3 import listing, rows
from penstock.services.s3.failures import invalid_argument
from penstock.services.s3.lists import Encode, echoed
from penstock.services.s3.model import Part, Upload
from penstock.services.s3.multipart import found_upload
from penstock.services.s3.objects import owner
from penstock.services.s3.versions import Request, quoted
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, operation


@dataclass(frozen=True)
class Uploads:
    """ListParts and ListMultipartUploads."""

    database: Database
    service: str = "s3"

    @operation("ListParts")
    async def list_parts(self, call: Call, request: Request) -> Answer:
        after, most = request.get("PartNumberMarker") or 0, listing.page_size(request, "MaxParts")

        def find(tx: Transaction) -> tuple[str, Upload, Sequence[Part]]:
            upload = found_upload(tx, request)
            account = rows.bucket_of(tx, upload.bucket).account
            return account, upload, rows.parts(tx, upload.id, after=after, limit=most + 1)

        account, upload, found = await self.database.read(find)
        answer: dict[str, Json] = {
            "Bucket": upload.bucket, "Key": upload.key, "UploadId": upload.id, "PartNumberMarker": after,
            "NextPartNumberMarker": found[:most][-1].number if found[:most] else 0, "MaxParts": most,
            "IsTruncated": len(found) > most, "Parts": [about_part(part, upload) for part in found[:most]],
            "Initiator": owner(account), "Owner": owner(account),
            "StorageClass": upload.plan.headers.get("StorageClass", "STANDARD"),
        }  # fmt: skip
        return {**answer, **checksums_of(upload)}

    @operation("ListMultipartUploads")
    async def list_multipart_uploads(self, call: Call, request: Request) -> Answer:
        most, encode = listing.page_size(request, "MaxUploads"), listing.encoder(request)
        account, entries = await self.database.read(lambda tx: entries_of(tx, request, most + 1))
        page = entries[:most]
        answer: dict[str, Json] = {
            "Bucket": request["Bucket"], "Prefix": encode(request.get("Prefix") or ""),
            "KeyMarker": encode(request.get("KeyMarker") or ""), "UploadIdMarker": request.get("UploadIdMarker") or "",
            "MaxUploads": most, "IsTruncated": len(entries) > most > 0, **echoed(request, encode, "Delimiter"),
            "Uploads": [about_upload(each, encode, account) for each in page if not isinstance(each, str)],
            "CommonPrefixes": [{"Prefix": encode(each)} for each in page if isinstance(each, str)],
        }  # fmt: skip
        if answer["IsTruncated"]:
            last = page[-1]
            answer["NextKeyMarker"] = encode(last if isinstance(last, str) else last.key)
            answer["NextUploadIdMarker"] = "" if isinstance(last, str) else last.id
        return answer


def entries_of(tx: Transaction, request: Request, limit: int) -> tuple[str, list[Upload | str]]:
    """The bucket's account; and its uploads by key and start, those behind a delimiter as common prefixes."""
    bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
    prefix, delimiter = request.get("Prefix") or "", request.get("Delimiter") or ""
    key, upload_id = request.get("KeyMarker") or "", request.get("UploadIdMarker") or ""
    if upload_id and not key:
        raise invalid_argument(
            "A upload-id marker cannot be specified without a key marker.", "upload-id-marker", upload_id
        )
    # Without an upload id the marker means: after every upload of that key.
    start = (key, upload_id) if upload_id else (listing.start(key, prefix, delimiter), "")
    found: list[Upload | str] = []
    for upload in rows.uploads(tx, bucket.name, prefix=prefix, after=start, limit=rows.EVERY):
        rolled = listing.common_prefix(upload.key, prefix, delimiter)
        if rolled is None:
            found.append(upload)
        elif rolled not in found[-1:]:
            found.append(rolled)
        if len(found) == limit:
            break
    return bucket.account, found


def about_part(part: Part, upload: Upload) -> dict[str, Json]:
    told: dict[str, Json] = {
        "PartNumber": part.number, "LastModified": part.modified_at, "ETag": quoted(part.etag), "Size": part.size
    }  # fmt: skip
    return {**told, f"Checksum{upload.plan.algorithm}": part.checksum} if part.checksum else told


def about_upload(upload: Upload, encode: Encode, account: str) -> dict[str, Json]:
    return {
        "UploadId": upload.id, "Key": encode(upload.key), "Initiated": upload.started_at,
        "StorageClass": upload.plan.headers.get("StorageClass", "STANDARD"), "Owner": owner(account),
        "Initiator": owner(account), **checksums_of(upload),
    }  # fmt: skip


def checksums_of(upload: Upload) -> dict[str, str]:
    plan = upload.plan
    return {"ChecksumAlgorithm": plan.algorithm, "ChecksumType": plan.checksum_type} if plan.algorithm else {}
