"""Listing: every object of a bucket that begins with a prefix, whatever the size of pages."""

from penstock.services.codebuild.model import Json
from penstock.wire.call import Call, Directory, Scope


async def objects(directory: Directory, scope: Scope, bucket: str, prefix: str) -> list[Json]:
    """Their entries, as ListObjectsV2 tells them. Raises `ServiceError`."""
    found: list[Json] = []
    request: dict[str, Json] = {"Bucket": bucket, "Prefix": prefix}
    while True:
        page = await directory.answer(Call("s3", "ListObjectsV2", request, scope))
        found += page.get("Contents", ())
        if not page.get("NextContinuationToken"):
            return found
        request["ContinuationToken"] = page["NextContinuationToken"]
