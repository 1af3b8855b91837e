"""Lifecycle rules: what expires, what stays, and what is refused."""

import pytest

from penstock.services import s3
from penstock.wire.call import Json
from services.s3.worlds import World

DAY = 86_400


async def rule(world: World, **members: Json) -> None:
    rules = [{"Status": "Enabled", **members}]
    await world.ask("PutBucketLifecycleConfiguration", Bucket="models", LifecycleConfiguration={"Rules": rules})


async def swept_after(world: World, days: float) -> int:
    world.now += days * DAY
    return await s3.sweep(world.database, world.now, lambda: f"{world.now:032.0f}")


@pytest.mark.parametrize(
    ("filter_", "kept"),
    [
        ({}, []),
        ({"Prefix": "tmp/"}, ["a", "b"]),
        ({"Tag": {"Key": "keep", "Value": "no"}}, ["a", "tmp/a"]),
        ({"And": {"Prefix": "tmp/", "ObjectSizeGreaterThan": 100}}, ["a", "b", "tmp/a"]),
        ({"ObjectSizeLessThan": 100}, []),
    ],
)
async def test_objects_that_a_rule_means_expire(world: World, filter_: Json, kept: list[str]) -> None:
    await rule(world, Expiration={"Days": 2}, Filter=filter_)
    await world.put("a")
    await world.put("b", Tagging="keep=no")
    await world.put("tmp/a")

    assert await swept_after(world, 1.9) == 0
    await swept_after(world, 0.2)

    assert await world.keys() == kept


async def test_in_a_versioned_bucket_objects_get_markers_and_old_versions_go(world: World) -> None:
    await world.ask("PutBucketVersioning", Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    await rule(world, Expiration={"Days": 1}, NoncurrentVersionExpiration={"NoncurrentDays": 3})
    await world.put("a", b"1")
    await world.put("a", b"2")

    await swept_after(world, 2)
    marked = await world.ask("ListObjectVersions", Bucket="models")
    await swept_after(world, 2)
    one_gone = await world.ask("ListObjectVersions", Bucket="models")
    await swept_after(world, 2)
    all_gone = await world.ask("ListObjectVersions", Bucket="models")

    told = [(len(each["Versions"]), len(each["DeleteMarkers"])) for each in (marked, one_gone, all_gone)]
    assert told == [(2, 1), (1, 1), (0, 1)]


async def test_so_many_old_versions_stay_as_a_rule_keeps(world: World) -> None:
    await world.ask("PutBucketVersioning", Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    await rule(world, NoncurrentVersionExpiration={"NoncurrentDays": 1, "NewerNoncurrentVersions": 2})
    for key, times in (("a", 5), ("b", 2)):
        for _ in range(times):
            await world.put(key)

    assert await swept_after(world, 2) == 2

    left = await world.ask("ListObjectVersions", Bucket="models")
    assert [each["Key"] for each in left["Versions"]] == ["a", "a", "a", "b", "b"]


async def test_forgotten_uploads_are_aborted(world: World) -> None:
    await rule(world, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1})
    upload = (await world.ask("CreateMultipartUpload", Bucket="models", Key="a"))["UploadId"]
    await world.ask("UploadPart", Bucket="models", Key="a", UploadId=upload, PartNumber=1, Body=b"x")

    assert await swept_after(world, 2) == 1

    assert await world.blobs_in_store() == 0
    assert (await world.ask("ListMultipartUploads", Bucket="models"))["Uploads"] == []


async def test_a_disabled_rule_does_nothing(world: World) -> None:
    await rule(world, Status="Disabled", Expiration={"Days": 1})
    await world.put("a")

    assert await swept_after(world, 9) == 0


async def test_more_keys_than_one_look_expire(world: World) -> None:
    await rule(world, Expiration={"Days": 1})
    for number in range(1005):
        await world.put(f"{number:04}", b"")

    assert await swept_after(world, 2) == 1005
    assert await world.keys() == []


async def test_rules_are_told_and_taken_away(world: World) -> None:
    await rule(world, Expiration={"Days": 1}, Filter={"Prefix": "x"})

    answer = await world.ask("GetBucketLifecycleConfiguration", Bucket="models")
    (told,) = answer["Rules"]
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    assert told == {"ID": "rule-1", "Status": "Enabled", "Expiration": {"Days": 1}, "Filter": {"Prefix": "x"}}

    await world.ask("DeleteBucketLifecycle", Bucket="models")
    refused = await world.refused("GetBucketLifecycleConfiguration", Bucket="models")
    assert refused.code == "NoSuchLifecycleConfiguration"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}, "NotImplemented"),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, "NotImplemented"),
        ({}, "MalformedXML"),
    ],
)
async def test_a_rule_that_would_not_be_carried_out_is_refused(world: World, members: Json, code: str) -> None:
    request = {"Bucket": "models", "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **members}]}}

    assert (await world.refused("PutBucketLifecycleConfiguration", **request)).code == code
