"""Contents: what lies in S3 at an artifact's address, by digest; asked at S3's door when an artifact is described.

    ContentSha256   of one object, its SHA-256; of several, that of the lines that `sha256sum *` prints in their folder
    ContentObjects, ContentBytes, ContentWrittenAt

The digest is of what is there now; what jobs saw there is in their records (`records`). Folders of very many
objects are counted and not read.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker.landing import local_path
from penstock.store.blobs import Blob
from penstock.wire.addresses import S3Address
from penstock.wire.call import Body, Call, Directory, Json, Scope, ServiceError
from penstock.wire.times import iso

MOST_OBJECTS: Final = 1_000
LARGEST_READ: Final = 1 << 30  # bytes of objects that are not blobs of this process and would have to be read
_ABSENT: Final = frozenset({"NoSuchBucket", "NoSuchKey"})


@dataclass(frozen=True, slots=True)
class Contents:
    """S3, on a caller's behalf."""

    directory: Directory
    scope: Scope

    async def properties(self, uri: str) -> dict[str, str]:
        """What is told of the content at an address; nothing where there is none, or it is not in S3."""
        address = S3Address.of(uri)
        if address is None:
            return {}
        entries, is_whole = await self._listed(address.bucket, address.key)
        if not entries:
            return {"ContentObjects": "0"}
        if not is_whole:
            return {"ContentObjects": f"more than {MOST_OBJECTS}"}
        told = {
            "ContentObjects": str(len(entries)),
            "ContentBytes": str(sum(entry["Size"] for entry in entries)),
            "ContentWrittenAt": iso(max(entry["LastModified"] for entry in entries)),
        }
        digest = await self._digest(address.bucket, address.key, entries)
        return {**told, "ContentSha256": digest} if digest else told

    async def _digest(self, bucket: str, key: str, entries: list[Mapping[str, Json]]) -> str:
        digests = [(await self._sha256(bucket, entry), local_path(key, entry["Key"])) for entry in entries]
        return digest_of(digests) if all(digest for digest, _ in digests) else ""

    async def _sha256(self, bucket: str, entry: Mapping[str, Json]) -> str:
        """Of an object; empty where that would be too much to read."""
        try:
            answer = await self.directory.answer(
                Call("s3", "GetObject", {"Bucket": bucket, "Key": entry["Key"]}, self.scope)
            )
        except ServiceError:
            return ""
        body: bytes | Body = answer["Body"]
        if isinstance(body, Blob):
            return str(body.digest)
        if entry["Size"] > LARGEST_READ:
            return ""
        return (await _read_digest(body)).hexdigest()

    async def _listed(self, bucket: str, key: str) -> tuple[list[Mapping[str, Json]], bool]:
        """The objects of a folder, else those whose keys begin so; and whether these are all of them."""
        found = await self._page(bucket, f"{key}/" if key else "")
        return found if found[0] else await self._page(bucket, key)

    async def _page(self, bucket: str, prefix: str) -> tuple[list[Mapping[str, Json]], bool]:
        request: dict[str, Json] = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": MOST_OBJECTS}
        try:
            page = await self.directory.answer(Call("s3", "ListObjectsV2", request, self.scope))
        except ServiceError as error:
            if error.code in _ABSENT:
                return [], True
            raise
        entries = [entry for entry in page.get("Contents", ()) if not entry["Key"].endswith("/")]
        return entries, not page.get("IsTruncated", False)


def digest_of(objects: Sequence[tuple[str, str]]) -> str:
    """The digest of an address, of the digests and paths of the objects there."""
    if len(objects) == 1:
        return objects[0][0]
    lines = "".join(f"{digest}  {path}\n" for digest, path in sorted(objects, key=lambda each: each[1]))
    return hashlib.sha256(lines.encode()).hexdigest()


async def _read_digest(body: bytes | Body) -> "hashlib._Hash":
    digest = hashlib.sha256()
    if isinstance(body, bytes):
        digest.update(body)
        return digest
    async for piece in body:
        digest.update(piece)
    return digest
