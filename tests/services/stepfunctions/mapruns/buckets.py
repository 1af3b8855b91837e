"""An S3 of one bucket, for tests of what reads and writes it: objects by key, given out a few bytes at a time."""

import gzip
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from penstock.services.stepfunctions.mapruns.sources import Source
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, operation

BUCKET = "data"


@dataclass
class Bucket:
    """What is in it, and how many bytes a body gives at a time."""

    objects: dict[str, bytes] = field(default_factory=dict)
    piece: int = 7
    page: int = 2
    refusal: ServiceError | None = None
    bodies: int = 0  # that are being read
    versions: list[str | None] = field(default_factory=list)  # that were asked for

    service = "s3"

    @operation("GetObject")
    async def get(self, call: Call, request: Json) -> Answer:
        if request["Key"] not in self.objects:
            raise ServiceError("The specified key does not exist.", code="NoSuchKey")
        self.versions.append(request.get("VersionId"))
        return {"Body": self._pieces(self.objects[request["Key"]])}

    async def _pieces(self, content: bytes) -> AsyncIterator[bytes]:
        self.bodies += 1
        try:
            for first in range(0, len(content), self.piece):
                yield content[first : first + self.piece]
        finally:
            self.bodies -= 1

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        keys = sorted(key for key in self.objects if key.startswith(request.get("Prefix", "")))
        keys = [key for key in keys if key > request.get("ContinuationToken", request.get("StartAfter", ""))]
        page = keys[: self.page]
        contents = [
            {"Key": key, "ETag": '"e"', "LastModified": 1_700_000_000.5, "Size": len(self.objects[key])} for key in page
        ]
        answer: dict[str, Any] = {"Contents": contents, "IsTruncated": len(keys) > self.page}
        return answer | ({"NextContinuationToken": page[-1]} if len(keys) > self.page else {})

    @operation("PutObject")
    async def put(self, call: Call, request: Json) -> Answer:
        if self.refusal is not None:
            raise self.refusal
        self.objects[request["Key"]] = request["Body"]
        return {}

    def directory(self) -> Directory:
        directory = Directory(lambda *_: None)
        directory.register(self)
        return directory


async def items(
    content: bytes | Mapping[str, bytes],
    config: Mapping[str, Json],
    *,
    key: str = "items",
    piece: int = 7,
    max_items: int | None = None,
    resource: str = "getObject",
    arguments: Mapping[str, Json] | None = None,
) -> list[Json]:
    """What a reader makes of an object (or of several, by key)."""
    objects = {key: content} if isinstance(content, bytes) else dict(content)
    given = {"Bucket": BUCKET, **({"Key": key} if resource == "getObject" else {}), **(arguments or {})}
    reader = {
        "resource": f"arn:aws:states:::s3:{resource}",
        "arguments": given,
        "config": config,
        "max_items": max_items,
    }
    source = Source(Bucket(objects, piece=piece).directory(), Scope(), reader)
    return [item.input async for item in source.items()]


def zipped(*members: bytes) -> bytes:
    return b"".join(map(gzip.compress, members))
