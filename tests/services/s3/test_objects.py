"""Objects: what is put is got, under every condition."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

from penstock.store.blobs import Blob, digest_of
from penstock.wire.call import Json, ServiceError
from services.s3.worlds import World

STRANGE_KEYS = [
    "a//b",
    "/leading",
    "../../etc/passwd",
    "ключ/鍵/🗝",
    "trailing/",
    "with space+plus%20",
    "\x01\x7f",
    "a" * 1024,
]


class Stream:
    """A body that comes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def test_what_is_put_is_got_with_all_that_was_said_about_it(world: World) -> None:
    put = await world.put(
        "train.csv", b"1,2,3", ContentType="text/csv", CacheControl="no-cache", Metadata={"Source": "ü"},
        Tagging="team=blue&stage=a%20b", StorageClass="STANDARD_IA", ServerSideEncryption="aws:kms", SSEKMSKeyId="key",
    )  # fmt: skip

    got = await world.ask("GetObject", Bucket="models", Key="train.csv")

    assert put["ETag"] == f'"{hashlib.md5(b"1,2,3").hexdigest()}"' == got["ETag"]
    assert put["ServerSideEncryption"] == got["ServerSideEncryption"] == "aws:kms"
    assert got["Body"].read() == b"1,2,3"
    assert {name: got[name] for name in ("ContentType", "CacheControl", "Metadata", "TagCount", "StorageClass")} == {
        "ContentType": "text/csv", "CacheControl": "no-cache", "Metadata": {"source": "ü"}, "TagCount": 2,
        "StorageClass": "STANDARD_IA",
    }  # fmt: skip
    assert (got["ContentLength"], got["LastModified"], got["AcceptRanges"]) == (5, world.now, "bytes")
    assert "VersionId" not in got


async def test_content_is_answered_as_a_blob_that_can_be_linked_by_digest(world: World) -> None:
    await world.put("model.tar.gz", b"weights")

    body = (await world.ask("GetObject", Bucket="models", Key="model.tar.gz"))["Body"]

    assert isinstance(body, Blob)
    assert body.digest == hashlib.sha256(b"weights").hexdigest()
    assert digest_of(body.path) == (body.digest, 7)


async def test_a_blob_that_is_in_the_store_is_named_and_not_copied(world: World) -> None:
    blob = await world.blobs.put(b"an output")
    before = blob.path.stat().st_ino

    put = await world.put("output", blob, ChecksumAlgorithm="SHA1")

    got = await world.ask("GetObject", Bucket="models", Key="output", ChecksumMode="ENABLED")
    assert got["Body"].path == blob.path
    assert blob.path.stat().st_ino == before
    assert put["ETag"] == f'"{hashlib.md5(b"an output").hexdigest()}"'
    assert got["ChecksumSHA1"] == put["ChecksumSHA1"]


@pytest.mark.parametrize("sizes", [(), (0,), (5,), (700_000, 700_000), (3 << 20, 1), (1 << 20,)])
async def test_a_streamed_body_arrives_whole(world: World, sizes: tuple[int, ...]) -> None:
    pieces = [bytes([place + 1]) * size for place, size in enumerate(sizes)]

    put = await world.ask("PutObject", Bucket="models", Key="big", Body=Stream(*pieces), ChecksumAlgorithm="CRC64NVME")

    assert await world.content("big") == b"".join(pieces)
    assert put["ETag"] == f'"{hashlib.md5(b"".join(pieces)).hexdigest()}"'
    assert put["ChecksumType"] == "FULL_OBJECT"


@pytest.mark.parametrize("key", STRANGE_KEYS)
async def test_any_text_is_a_key_and_never_a_path(world: World, key: str) -> None:
    await world.put(key, b"found")

    assert await world.content(key) == b"found"
    assert await world.keys() == [key]
    assert (await world.ask("ListObjectsV2", Bucket="models", Prefix=key))["KeyCount"] == 1
    await world.ask("DeleteObject", Bucket="models", Key=key)
    assert await world.keys() == []


async def test_a_key_longer_than_s3_allows_is_refused(world: World) -> None:
    refused = await world.refused("PutObject", Bucket="models", Key="ü" * 513, Body=b"")

    assert (refused.code, refused.fields) == ("KeyTooLongError", {"Size": 1026, "MaxSizeAllowed": 1024})


@pytest.mark.parametrize(
    ("asked", "found", "told"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=-200", b"0123456789", "bytes 0-9/10"),
        ("bytes=8-200", b"89", "bytes 8-9/10"),
        ("bytes=4-2", b"0123456789", None),
        ("bytes=0-1,4-5", b"0123456789", None),
        ("lines=1-2", b"0123456789", None),
    ],
)
async def test_a_range_gives_those_bytes(world: World, asked: str, found: bytes, told: str | None) -> None:
    await world.put("digits", b"0123456789")

    got = await world.ask("GetObject", Bucket="models", Key="digits", Range=asked)

    assert b"".join([piece async for piece in got["Body"]]) == found
    assert got.get("ContentRange") == told
    assert got["ContentLength"] == len(found)


@pytest.mark.parametrize(("content", "asked"), [(b"0123", "bytes=4-"), (b"", "bytes=0-"), (b"0123", "bytes=-0")])
async def test_a_range_outside_of_the_object_is_refused(world: World, content: bytes, asked: str) -> None:
    await world.put("digits", content)

    refused = await world.refused("GetObject", Bucket="models", Key="digits", Range=asked)

    assert (refused.code, refused.status) == ("InvalidRange", 416)
    assert refused.fields == {"RangeRequested": asked, "ActualObjectSize": len(content)}


ETAG = hashlib.md5(b"content").hexdigest()
THEN = 1_700_000_000.0


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"IfMatch": f'"{ETAG}"'}, None),
        ({"IfMatch": "*"}, None),
        ({"IfMatch": '"other"'}, 412),
        ({"IfMatch": f'"other", "{ETAG}"'}, None),
        ({"IfNoneMatch": f'"{ETAG}"'}, 304),
        ({"IfNoneMatch": '"other"'}, None),
        ({"IfModifiedSince": THEN}, 304),
        ({"IfModifiedSince": THEN - 1}, None),
        ({"IfUnmodifiedSince": THEN}, None),
        ({"IfUnmodifiedSince": THEN - 1}, 412),
        ({"IfMatch": ETAG, "IfUnmodifiedSince": THEN - 1}, None),
        ({"IfNoneMatch": '"other"', "IfModifiedSince": THEN}, None),
        ({"IfMatch": ETAG, "IfNoneMatch": ETAG}, 304),
    ],
)
async def test_a_read_follows_its_conditions(world: World, request_: dict[str, Json], status: int | None) -> None:
    await world.put("a")

    if status is None:
        await world.ask("HeadObject", Bucket="models", Key="a", **request_)
    else:
        assert (await world.refused("GetObject", Bucket="models", Key="a", **request_)).status == status


async def test_a_write_follows_its_conditions(world: World) -> None:
    first = await world.put("a", b"1", IfNoneMatch="*")

    assert (await world.refused("PutObject", Bucket="models", Key="a", Body=b"2", IfNoneMatch="*")).status == 412
    assert (await world.refused("PutObject", Bucket="models", Key="a", Body=b"2", IfMatch='"x"')).status == 412
    assert (await world.refused("PutObject", Bucket="models", Key="b", Body=b"2", IfMatch="*")).code == "NoSuchKey"
    await world.put("a", b"2", IfMatch=first["ETag"])
    assert await world.content("a") == b"2"


async def test_headers_of_an_answer_can_be_overridden(world: World) -> None:
    await world.put("a", ContentType="text/plain")

    got = await world.ask(
        "GetObject", Bucket="models", Key="a", ResponseContentType="text/html", ResponseContentDisposition="inline"
    )

    assert (got["ContentType"], got["ContentDisposition"]) == ("text/html", "inline")


CRC32_OF_DIGITS = "y/Q5Jg=="


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("CRC32", CRC32_OF_DIGITS),
        ("CRC32C", "4waSgw=="),
        ("CRC64NVME", "rosUhgp5mIg="),
        ("SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="),
        ("SHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    ],
)
async def test_checksums_are_checked_kept_and_told_where_asked_for(world: World, algorithm: str, value: str) -> None:
    put = await world.put("a", b"123456789", **{f"Checksum{algorithm}": value})

    told = await world.ask("GetObject", Bucket="models", Key="a", ChecksumMode="ENABLED")
    assert put[f"Checksum{algorithm}"] == told[f"Checksum{algorithm}"] == value
    assert f"Checksum{algorithm}" not in await world.ask("HeadObject", Bucket="models", Key="a")
    refused = await world.refused("PutObject", Bucket="models", Key="a", Body=b"x", **{f"Checksum{algorithm}": value})
    assert refused.code == "BadDigest"
    assert refused.message == f"The {algorithm} you specified did not match the calculated checksum."
    assert await world.content("a") == b"123456789"


async def test_a_content_md5_is_checked(world: World) -> None:
    await world.put("a", b"", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")

    bad = await world.refused("PutObject", Bucket="models", Key="a", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert bad.code == "BadDigest"
    assert (
        await world.refused("PutObject", Bucket="models", Key="a", Body=b"x", ContentMD5="xx")
    ).code == "InvalidDigest"


async def test_errors_name_what_is_not_there(world: World) -> None:
    key = await world.refused("GetObject", Bucket="models", Key="nothing")
    bucket = await world.refused("GetObject", Bucket="no-such", Key="nothing")
    version = await world.refused("GetObject", Bucket="models", Key="nothing", VersionId="v")
    owner = await world.refused("GetObject", Bucket="models", Key="nothing", ExpectedBucketOwner="999999999999")

    assert (key.code, key.status, key.fields) == ("NoSuchKey", 404, {"Key": "nothing"})
    assert (bucket.code, bucket.status, bucket.fields) == ("NoSuchBucket", 404, {"BucketName": "no-such"})
    assert (version.code, version.status) == ("NoSuchVersion", 404)
    assert (owner.code, owner.status) == ("AccessDenied", 403)


async def test_what_nobody_names_any_more_is_collected(world: World) -> None:
    await world.put("a", b"one")
    await world.put("b", b"one")
    await world.put("a", b"two")
    assert await world.blobs_in_store() == 2

    await world.ask("DeleteObject", Bucket="models", Key="b")

    assert await world.blobs_in_store() == 1
    assert await world.content("a") == b"two"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"ACL": "public-read"}, "AccessControlListNotSupported"),
        ({"GrantRead": "id=1"}, "AccessControlListNotSupported"),
        ({"SSECustomerAlgorithm": "AES256"}, "NotImplemented"),
        ({"ObjectLockMode": "GOVERNANCE"}, "InvalidRequest"),
        ({"WriteOffsetBytes": 1}, "NotImplemented"),
        ({"ChecksumXXHASH64": "AAAA"}, "NotImplemented"),
        ({"Tagging": "a=1&a=2"}, "InvalidTag"),
        ({"Tagging": "aws:x=1"}, "InvalidTag"),
        ({"Tagging": "&".join(f"k{n}=v" for n in range(11))}, "BadRequest"),
        ({"Metadata": {"a": "x" * 2048}}, "MetadataTooLarge"),
    ],
)
async def test_what_would_have_to_be_ignored_is_refused(world: World, request_: dict[str, Any], code: str) -> None:
    refused = await world.refused("PutObject", Bucket="models", Key="a", Body=b"", **request_)

    assert refused.code == code
    assert await world.keys() == []


async def test_a_copy_names_the_same_content(world: World) -> None:
    await world.put("a", b"content", ContentType="text/plain", Metadata={"x": "1"}, Tagging="t=1")

    copied = await world.ask("CopyObject", Bucket="models", Key="b c", CopySource="models/a")
    replaced = await world.ask(
        "CopyObject", Bucket="models", Key="d", CopySource="/models/b%20c", MetadataDirective="REPLACE",
        Metadata={"y": "2"}, TaggingDirective="REPLACE", Tagging="u=2",
    )  # fmt: skip

    kept, new = [await world.ask("HeadObject", Bucket="models", Key=key) for key in ("b c", "d")]
    assert copied["CopyObjectResult"]["ETag"] == replaced["CopyObjectResult"]["ETag"] == f'"{ETAG}"'
    assert (kept["ContentType"], kept["Metadata"], kept["TagCount"]) == ("text/plain", {"x": "1"}, 1)
    assert (new["ContentType"], new["Metadata"]) == ("binary/octet-stream", {"y": "2"})
    tags = await world.ask("GetObjectTagging", Bucket="models", Key="d")
    assert tags["TagSet"] == [{"Key": "u", "Value": "2"}]
    assert await world.blobs_in_store() == 1


async def test_a_copy_follows_conditions_on_its_source(world: World) -> None:
    await world.put("a")
    named = {"Bucket": "models", "Key": "b", "CopySource": "models/a"}

    assert (await world.refused("CopyObject", **named, CopySourceIfMatch="x")).status == 412
    assert (await world.refused("CopyObject", **named, CopySourceIfNoneMatch=ETAG)).status == 412
    assert (await world.refused("CopyObject", **{**named, "CopySource": "models/none"})).code == "NoSuchKey"
    assert (await world.refused("CopyObject", **{**named, "CopySource": "models"})).code == "InvalidArgument"


async def test_a_copy_onto_itself_must_change_something(world: World) -> None:
    await world.put("a", Metadata={"x": "1"})
    onto_itself = {"Bucket": "models", "Key": "a", "CopySource": "models/a"}

    assert (await world.refused("CopyObject", **onto_itself)).code == "InvalidRequest"
    await world.ask("CopyObject", **onto_itself, MetadataDirective="REPLACE", Metadata={"x": "2"})

    assert (await world.ask("HeadObject", Bucket="models", Key="a"))["Metadata"] == {"x": "2"}
    assert await world.content("a") == b"content"


async def test_tags_are_put_got_and_taken_off(world: World) -> None:
    await world.put("a")
    tags = [{"Key": "one", "Value": "1"}, {"Key": "two", "Value": ""}]

    await world.ask("PutObjectTagging", Bucket="models", Key="a", Tagging={"TagSet": tags})
    assert (await world.ask("GetObjectTagging", Bucket="models", Key="a"))["TagSet"] == tags

    await world.ask("DeleteObjectTagging", Bucket="models", Key="a")
    assert (await world.ask("GetObjectTagging", Bucket="models", Key="a"))["TagSet"] == []


async def test_attributes_are_those_asked_for(world: World) -> None:
    await world.put("a", b"123456789", ChecksumAlgorithm="CRC32")

    told = await world.ask(
        "GetObjectAttributes", Bucket="models", Key="a", ObjectAttributes=["ETag", "Checksum", "ObjectSize"]
    )

    assert told["ObjectSize"] == 9
    assert told["Checksum"] == {"ChecksumCRC32": CRC32_OF_DIGITS, "ChecksumType": "FULL_OBJECT"}
    assert told["ETag"] == hashlib.md5(b"123456789").hexdigest()
    assert "StorageClass" not in told


async def test_delete_objects_tells_of_each(world: World) -> None:
    await world.put("a")
    await world.put("b")

    told = await world.ask(
        "DeleteObjects", Bucket="models",
        Delete={"Objects": [{"Key": "a"}, {"Key": "never"}, {"Key": "b", "ETag": "other"}]},
    )  # fmt: skip

    assert told["Deleted"] == [{"Key": "a"}, {"Key": "never"}]
    assert [(error["Key"], error["Code"]) for error in told["Errors"]] == [("b", "PreconditionFailed")]
    assert await world.keys() == ["b"]


async def test_a_key_that_is_no_unicode_text_is_refused(world: World) -> None:
    assert (await world.refused("PutObject", Bucket="models", Key="\ud800", Body=b"")).code == "InvalidURI"


async def test_a_write_that_fails_in_its_middle_names_nothing(world: World) -> None:
    class Broken:
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"x" * (2 << 20)
            raise ConnectionError("the client went away")

    with pytest.raises(ConnectionError):
        await world.ask("PutObject", Bucket="models", Key="a", Body=Broken())

    assert await world.keys() == []
    assert await world.blobs_in_store() == 0
    assert list(world.blobs.incoming.iterdir()) == []


async def test_of_many_conditional_writes_at_once_one_wins(world: World) -> None:
    asked = [world.put("lock", str(number).encode(), IfNoneMatch="*") for number in range(10)]

    told = await asyncio.gather(*asked, return_exceptions=True)

    won = [number for number, answer in enumerate(told) if not isinstance(answer, ServiceError)]
    assert len(won) == 1
    assert await world.content("lock") == str(won[0]).encode()
    assert {each.code for each in told if isinstance(each, ServiceError)} == {"PreconditionFailed"}


async def test_content_that_is_named_again_outlives_a_collection(world: World) -> None:
    """Its blob is old and nobody holds it: naming it begins its grace time anew."""
    await world.put("a")
    digest = (await world.ask("GetObject", Bucket="models", Key="a"))["Body"].digest
    await world.ask("DeleteObject", Bucket="models", Key="a")
    os.utime(world.blobs.path(digest), (0, 0))

    await world.blobs.put(b"content")
    await world.blobs.collect(world.database, older_than=1)

    await world.put("a", world.blobs.find(digest))
    assert await world.content("a") == b"content"
