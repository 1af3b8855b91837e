"""Multipart uploads: parts in any order become one object, once. (The least size of a part is 10 bytes here.)"""

import asyncio
import base64
import hashlib
import zlib

import pytest

from databases import each_database
from penstock.wire.call import Answer, Json
from services.s3.worlds import World

pytestmark = each_database("bare")
ONE, TWO = b"1" * 10, b"22"
NAMED = {"Bucket": "models", "Key": "big"}


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


ETAG = f'"{hashlib.md5(bytes.fromhex(md5(ONE)) + bytes.fromhex(md5(TWO))).hexdigest()}-2"'


async def started(world: World, **request: Json) -> str:
    upload_id: str = (await world.ask("CreateMultipartUpload", **NAMED, **request))["UploadId"]
    return upload_id


async def send(world: World, upload: str, number: int, content: bytes, **request: Json) -> dict[str, Json]:
    told = await world.ask("UploadPart", **NAMED, UploadId=upload, PartNumber=number, Body=content, **request)
    return {"PartNumber": number, **told}


async def complete(world: World, upload: str, *parts: Answer, **request: Json) -> Answer:
    return await world.ask(
        "CompleteMultipartUpload", **NAMED, UploadId=upload, MultipartUpload={"Parts": list(parts)}, **request
    )


async def test_parts_in_any_order_become_one_object(world: World) -> None:
    upload = await started(world, ContentType="text/plain", Metadata={"x": "1"}, Tagging="t=1")
    two = await send(world, upload, 2, TWO)
    one = await send(world, upload, 1, ONE)
    assert await world.keys() == []

    told = await complete(world, upload, one, two)

    head = await world.ask("HeadObject", **NAMED)
    assert told["ETag"] == head["ETag"] == ETAG
    assert (head["ContentLength"], head["ContentType"], head["Metadata"], head["TagCount"]) == (
        12, "text/plain", {"x": "1"}, 1,
    )  # fmt: skip
    assert await world.content("big") == ONE + TWO
    assert await world.blobs_in_store() == 1


async def test_the_object_is_one_blob_named_by_its_content(world: World) -> None:
    upload = await started(world)
    await complete(world, upload, await send(world, upload, 1, ONE), await send(world, upload, 2, TWO))
    await world.put("whole", ONE + TWO)

    bodies = [(await world.ask("GetObject", Bucket="models", Key=key))["Body"] for key in ("big", "whole")]

    assert bodies[0].digest == bodies[1].digest


async def test_a_part_can_be_got_by_its_number(world: World) -> None:
    upload = await started(world)
    await complete(world, upload, await send(world, upload, 3, ONE), await send(world, upload, 7, TWO))

    got = await world.ask("GetObject", **NAMED, PartNumber=2)

    assert b"".join([piece async for piece in got["Body"]]) == TWO
    assert (got["ContentRange"], got["PartsCount"]) == ("bytes 10-11/12", 2)
    assert (await world.refused("GetObject", **NAMED, PartNumber=3)).status == 416


async def test_completing_again_answers_again(world: World) -> None:
    upload = await started(world)
    parts = [await send(world, upload, 1, ONE), await send(world, upload, 2, TWO)]
    first = await complete(world, upload, *parts)

    assert await complete(world, upload, *parts) == first


async def test_a_completion_that_does_not_fit_changes_nothing(world: World) -> None:
    upload = await started(world)
    one, two = await send(world, upload, 1, TWO), await send(world, upload, 2, ONE)

    async def refused(*parts: Answer) -> str:
        request = {**NAMED, "UploadId": upload, "MultipartUpload": {"Parts": list(parts)}}
        return (await world.refused("CompleteMultipartUpload", **request)).code

    assert await refused() == "MalformedXML"
    assert await refused(two, one) == "InvalidPartOrder"
    assert await refused(one, two) == "EntityTooSmall"
    assert await refused({"PartNumber": 3, "ETag": one["ETag"]}) == "InvalidPart"
    assert await refused({"PartNumber": 1, "ETag": two["ETag"]}) == "InvalidPart"
    assert await world.keys() == []
    await complete(world, upload, one)
    assert await world.content("big") == TWO


async def test_a_part_sent_again_replaces_the_first(world: World) -> None:
    upload = await started(world)
    await send(world, upload, 1, ONE)

    await complete(world, upload, await send(world, upload, 1, TWO))

    assert await world.content("big") == TWO
    assert await world.blobs_in_store() == 1


async def test_an_aborted_upload_leaves_nothing(world: World) -> None:
    upload = await started(world)
    await send(world, upload, 1, ONE)

    await world.ask("AbortMultipartUpload", **NAMED, UploadId=upload)

    assert await world.blobs_in_store() == 0
    assert (await world.refused("ListParts", **NAMED, UploadId=upload)).code == "NoSuchUpload"
    refused = await world.refused("UploadPart", **NAMED, UploadId=upload, PartNumber=1, Body=ONE)
    assert (refused.code, refused.status) == ("NoSuchUpload", 404)


def crc32(content: bytes) -> str:
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


async def test_a_composite_checksum_is_that_of_the_parts_checksums(world: World) -> None:
    upload = await started(world, ChecksumAlgorithm="CRC32")
    parts = [await send(world, upload, number, content) for number, content in ((1, ONE), (2, TWO))]

    told = await complete(world, upload, *parts)

    together = base64.b64decode(crc32(ONE)) + base64.b64decode(crc32(TWO))
    assert [part["ChecksumCRC32"] for part in parts] == [crc32(ONE), crc32(TWO)]
    assert (told["ChecksumCRC32"], told["ChecksumType"]) == (f"{crc32(together)}-2", "COMPOSITE")
    attributes = await world.ask("GetObjectAttributes", **NAMED, ObjectAttributes=["ObjectParts"])
    assert attributes["ObjectParts"]["TotalPartsCount"] == 2
    assert [part["ChecksumCRC32"] for part in attributes["ObjectParts"]["Parts"]] == [crc32(ONE), crc32(TWO)]


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME"])
async def test_a_full_object_checksum_is_that_of_the_content(world: World, algorithm: str) -> None:
    upload = await started(world, ChecksumAlgorithm=algorithm, ChecksumType="FULL_OBJECT")
    parts = [await send(world, upload, number, content) for number, content in ((1, ONE), (2, TWO))]

    told = await complete(world, upload, *({"PartNumber": p["PartNumber"], "ETag": p["ETag"]} for p in parts))

    whole = await world.put("whole", ONE + TWO, ChecksumAlgorithm=algorithm)
    assert told[f"Checksum{algorithm}"] == whole[f"Checksum{algorithm}"]
    assert told["ChecksumType"] == "FULL_OBJECT"


async def test_a_composite_upload_wants_the_checksum_of_each_part(world: World) -> None:
    upload = await started(world, ChecksumAlgorithm="SHA256")
    part = await send(world, upload, 1, ONE)
    request = {**NAMED, "UploadId": upload}

    without = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    other = {"Parts": [{**part, "ChecksumSHA256": crc32(ONE)}]}

    assert (await world.refused("CompleteMultipartUpload", **request, MultipartUpload=without)).code == "InvalidRequest"
    assert (await world.refused("CompleteMultipartUpload", **request, MultipartUpload=other)).code == "InvalidPart"


async def test_parts_can_be_copied_whole_or_in_part(world: World) -> None:
    await world.put("source", ONE + TWO)
    upload = await started(world)
    named = {**NAMED, "UploadId": upload, "CopySource": "models/source"}

    first = await world.ask("UploadPartCopy", **named, PartNumber=1)
    second = await world.ask("UploadPartCopy", **named, PartNumber=2, CopySourceRange="bytes=10-11")
    parts = [{"PartNumber": n, "ETag": part["CopyPartResult"]["ETag"]} for n, part in ((1, first), (2, second))]
    await complete(world, upload, *parts)

    assert await world.content("big") == ONE + TWO + TWO
    refused = await world.refused("UploadPartCopy", **named, PartNumber=3, CopySourceRange="bytes=50-60")
    assert refused.code in {"InvalidRange", "NoSuchUpload"}


async def test_lists_of_uploads_and_parts_come_in_pages(world: World) -> None:
    first = await started(world)
    world.now += 1
    second = await started(world)
    await world.ask("CreateMultipartUpload", Bucket="models", Key="folder/a")
    for number in (1, 2, 3):
        await send(world, first, number, ONE)

    page = await world.ask("ListMultipartUploads", Bucket="models", MaxUploads=1)
    rest = await world.ask(
        "ListMultipartUploads", Bucket="models", KeyMarker=page["NextKeyMarker"],
        UploadIdMarker=page["NextUploadIdMarker"], Delimiter="/",
    )  # fmt: skip
    parts = await world.ask("ListParts", **NAMED, UploadId=first, MaxParts=2)
    last = await world.ask("ListParts", **NAMED, UploadId=first, PartNumberMarker=parts["NextPartNumberMarker"])

    assert [each["UploadId"] for each in page["Uploads"] + rest["Uploads"]] == [first, second]
    assert rest["CommonPrefixes"] == [{"Prefix": "folder/"}]
    assert ([part["PartNumber"] for part in parts["Parts"]], parts["IsTruncated"]) == ([1, 2], True)
    assert [(part["PartNumber"], part["ETag"]) for part in last["Parts"]] == [(3, f'"{md5(ONE)}"')]
    assert last["IsTruncated"] is False


async def test_of_two_completions_at_once_both_are_answered_the_same(world: World) -> None:
    upload = await started(world)
    parts = [await send(world, upload, 1, ONE), await send(world, upload, 2, TWO)]

    first, second = await asyncio.gather(complete(world, upload, *parts), complete(world, upload, *parts))

    assert first == second
    assert len((await world.ask("ListObjectVersions", Bucket="models"))["Versions"]) == 1
