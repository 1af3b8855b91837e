"""Buckets: names, owners, versioning and settings."""

from dataclasses import replace

import pytest

from penstock.wire.call import Json, Scope
from services.s3.worlds import World


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 64, "Upper", "under_score", "-start", "end-", "a..b", "192.168.1.1", "xn--a", "a-s3alias", "../x"],
)
async def test_a_name_that_s3_would_not_take_is_refused(bare: World, name: str) -> None:
    refused = await bare.refused("CreateBucket", Bucket=name)

    assert (refused.code, refused.fields) == ("InvalidBucketName", {"BucketName": name})


async def test_buckets_are_listed_by_name_with_their_regions(bare: World) -> None:
    for name in ("zebra", "ant.farm"):
        await bare.ask("CreateBucket", Bucket=name)
    await bare.ask("CreateBucket", Bucket="far", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    told = await bare.ask("ListBuckets")

    assert [(each["Name"], each["BucketRegion"]) for each in told["Buckets"]] == [
        ("ant.farm", "us-east-1"), ("far", "eu-central-1"), ("zebra", "us-east-1"),
    ]  # fmt: skip
    assert (await bare.ask("HeadBucket", Bucket="far"))["BucketRegion"] == "eu-central-1"
    assert (await bare.ask("GetBucketLocation", Bucket="far"))["LocationConstraint"] == "eu-central-1"
    assert (await bare.ask("GetBucketLocation", Bucket="zebra"))["LocationConstraint"] is None
    page = await bare.ask("ListBuckets", MaxBuckets=2)
    rest = await bare.ask("ListBuckets", MaxBuckets=2, ContinuationToken=page["ContinuationToken"])
    assert [each["Name"] for each in rest["Buckets"]] == ["zebra"]


async def test_a_region_and_its_constraint_must_agree(bare: World) -> None:
    bare.scope = Scope(region="eu-west-1")
    other = {"LocationConstraint": "eu-central-1"}

    assert (await bare.refused("CreateBucket", Bucket="abc")).code == "IllegalLocationConstraintException"
    refused = await bare.refused("CreateBucket", Bucket="abc", CreateBucketConfiguration=other)
    assert refused.code == "IllegalLocationConstraintException"
    await bare.ask("CreateBucket", Bucket="abc", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    again = await bare.refused(
        "CreateBucket", Bucket="abc", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    assert (again.code, again.status) == ("BucketAlreadyOwnedByYou", 409)


async def test_making_a_bucket_again_in_us_east_1_is_no_error_unless_it_is_anothers(world: World) -> None:
    await world.put("a")

    await world.ask("CreateBucket", Bucket="models")

    assert await world.keys() == ["a"]
    world.scope = replace(world.scope, account="999999999999")
    assert (await world.refused("CreateBucket", Bucket="models")).code == "BucketAlreadyExists"


async def test_only_an_empty_bucket_can_be_deleted(world: World) -> None:
    await world.ask("CreateMultipartUpload", Bucket="models", Key="a")
    await world.put("a")

    refused = await world.refused("DeleteBucket", Bucket="models")
    assert (refused.code, refused.status) == ("BucketNotEmpty", 409)

    await world.ask("DeleteObject", Bucket="models", Key="a")
    await world.ask("DeleteBucket", Bucket="models")
    assert (await world.refused("HeadBucket", Bucket="models")).code == "NoSuchBucket"


async def test_a_bucket_is_only_for_the_owner_who_is_expected(world: World) -> None:
    await world.ask("HeadBucket", Bucket="models", ExpectedBucketOwner="123456789012")

    refused = await world.refused("HeadBucket", Bucket="models", ExpectedBucketOwner="999999999999")

    assert (refused.code, refused.status) == ("AccessDenied", 403)


async def test_a_versioned_bucket_keeps_what_was_overwritten_and_deleted(world: World) -> None:
    await world.put("a", b"before")
    await world.ask("PutBucketVersioning", Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    version = (await world.put("a", b"after"))["VersionId"]

    marker = await world.ask("DeleteObject", Bucket="models", Key="a")

    assert marker["DeleteMarker"]
    gone = await world.refused("GetObject", Bucket="models", Key="a")
    assert (gone.code, gone.fields) == ("NoSuchKey", {"Key": "a", "DeleteMarker": "true"})
    refused = await world.refused("GetObject", Bucket="models", Key="a", VersionId=marker["VersionId"])
    assert (refused.code, refused.status) == ("MethodNotAllowed", 405)
    assert await world.content("a", VersionId=version) == b"after"
    assert await world.content("a", VersionId="null") == b"before"
    copied = await world.ask("CopyObject", Bucket="models", Key="b", CopySource=f"models/a?versionId={version}")
    assert copied["CopySourceVersionId"] == version
    await world.ask("DeleteObject", Bucket="models", Key="a", VersionId=marker["VersionId"])
    assert await world.content("a") == b"after"


SETTINGS: list[tuple[str, str, str, Json, str]] = [
    ("PutBucketTagging", "GetBucketTagging", "Tagging", {"TagSet": [{"Key": "a", "Value": "b"}]}, "NoSuchTagSet"),
    ("PutBucketPolicy", "GetBucketPolicy", "Policy", '{"Statement": [{}]}', "NoSuchBucketPolicy"),
    (
        "PutBucketEncryption", "GetBucketEncryption", "ServerSideEncryptionConfiguration",
        {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    (
        "PutPublicAccessBlock", "GetPublicAccessBlock", "PublicAccessBlockConfiguration",
        {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False},
        "NoSuchPublicAccessBlockConfiguration",
    ),
    (
        "PutBucketOwnershipControls", "GetBucketOwnershipControls", "OwnershipControls",
        {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}, "OwnershipControlsNotFoundError",
    ),
    (
        "PutBucketCors", "GetBucketCors", "CORSConfiguration",
        {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}, "NoSuchCORSConfiguration",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("put", "get", "member", "value", "absent"), SETTINGS)
async def test_a_setting_is_kept_told_and_taken_away(
    world: World, put: str, get: str, member: str, value: Json, absent: str
) -> None:
    await world.ask(put, Bucket="models", **{member: value})

    told = await world.ask(get, Bucket="models")
    assert told.get(member, told) == value

    await world.ask(put.replace("Put", "Delete"), Bucket="models")
    refused = await world.refused(get, Bucket="models")
    assert (refused.code, refused.status) == (absent, 404)


async def test_objects_tell_awss_default_encryption_where_their_bucket_was_given_none(world: World) -> None:
    assert (await world.put("a"))["ServerSideEncryption"] == "AES256"


async def test_objects_tell_the_encryption_that_their_bucket_was_given(world: World) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}}
    await world.ask("PutBucketEncryption", Bucket="models", ServerSideEncryptionConfiguration={"Rules": [rule]})

    put = await world.put("a")

    assert (put["ServerSideEncryption"], put["SSEKMSKeyId"]) == ("aws:kms", "k")


async def test_a_policy_must_be_one(world: World) -> None:
    assert (await world.refused("PutBucketPolicy", Bucket="models", Policy="nope")).code == "MalformedPolicy"


async def test_everything_belongs_to_its_owner_alone(world: World) -> None:
    await world.put("a")

    told = await world.ask("GetObjectAcl", Bucket="models", Key="a")

    assert [grant["Permission"] for grant in told["Grants"]] == ["FULL_CONTROL"]
    assert told["Owner"] == (await world.ask("ListBuckets"))["Owner"]
    refused = await world.refused("PutObjectAcl", Bucket="models", Key="a", ACL="public-read")
    assert refused.code == "AccessControlListNotSupported"


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("GetBucketAccelerateConfiguration", {}),
        ("GetBucketRequestPayment", {"Payer": "BucketOwner"}),
        ("GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": False}}),
        ("GetBucketWebsite", "NoSuchWebsiteConfiguration"),
        ("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
        ("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
    ],
)
async def test_what_no_bucket_has_is_told_as_s3_tells_it(world: World, operation: str, told: Json) -> None:
    if isinstance(told, str):
        assert (await world.refused(operation, Bucket="models")).code == told
    else:
        assert await world.ask(operation, Bucket="models") == told
    assert (await world.refused(operation, Bucket="no-such")).code == "NoSuchBucket"


async def test_where_a_buckets_requests_are_to_be_recorded_is_kept_and_told(world: World) -> None:
    wanted = {"LoggingEnabled": {"TargetBucket": "models", "TargetPrefix": "access/"}}

    seen = [await world.ask("GetBucketLogging", Bucket="models")]
    await world.ask("PutBucketLogging", Bucket="models", BucketLoggingStatus=wanted)
    seen.append(await world.ask("GetBucketLogging", Bucket="models"))
    await world.ask("PutBucketLogging", Bucket="models", BucketLoggingStatus={})
    seen.append(await world.ask("GetBucketLogging", Bucket="models"))
    elsewhere = {"LoggingEnabled": {"TargetBucket": "no-such", "TargetPrefix": ""}}
    refused = await world.refused("PutBucketLogging", Bucket="models", BucketLoggingStatus=elsewhere)

    assert seen == [{}, wanted, {}]
    assert refused.code == "InvalidTargetBucketForLogging"


async def test_a_bucket_that_is_to_tells_the_bus_of_its_objects(world: World) -> None:
    await world.put("before")
    await world.ask(
        "PutBucketNotificationConfiguration",
        Bucket="models",
        NotificationConfiguration={"EventBridgeConfiguration": {}},
    )

    await world.put("a", b"1234")
    await world.ask("CopyObject", Bucket="models", Key="b", CopySource="models/a")
    await world.ask("PutBucketVersioning", Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    await world.ask("DeleteObject", Bucket="models", Key="a")
    await world.ask("DeleteObjects", Bucket="models", Delete={"Objects": [{"Key": "b", "VersionId": "null"}]})
    configuration = await world.ask("GetBucketNotificationConfiguration", Bucket="models")
    await world.ask("PutBucketNotificationConfiguration", Bucket="models", NotificationConfiguration={})
    await world.put("after")

    notes = [(kind, detail) for kind, detail in await world.notes() if kind != "AWS API Call via CloudTrail"]
    assert [(kind, detail["object"]["key"], detail["reason"]) for kind, detail in notes] == [
        ("Object Created", "a", "PutObject"),
        ("Object Created", "b", "CopyObject"),
        ("Object Deleted", "a", "DeleteObject"),
        ("Object Deleted", "b", "DeleteObject"),
    ]
    (_, first), _, (_, marked), (_, gone) = notes
    assert first["bucket"] == {"name": "models"}
    assert first["object"]["size"] == 4
    assert marked["deletion-type"] == "Delete Marker Created"
    assert "version-id" in marked["object"]
    assert gone["deletion-type"] == "Permanently Deleted"
    assert configuration == {"EventBridgeConfiguration": {}}


async def test_the_bus_is_told_of_calls_as_cloudtrail_tells_them(world: World) -> None:
    await world.put("model.zip")
    await world.ask("PutBucketVersioning", Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    version = (await world.put("model.zip"))["VersionId"]
    await world.ask("DeleteObject", Bucket="models", Key="model.zip")

    told = await world.notes()
    first, second, gone = (detail for _, detail in told)
    assert {kind for kind, _ in told} == {"AWS API Call via CloudTrail"}
    assert [each["eventName"] for each in (first, second, gone)] == ["PutObject", "PutObject", "DeleteObject"]
    assert first["eventSource"] == "s3.amazonaws.com"
    assert first["requestParameters"] == {"bucketName": "models", "key": "model.zip"}
    assert first["eventTime"] == "2023-11-14T22:13:20Z"
    assert first["responseElements"] is None
    assert second["responseElements"] == {"x-amz-version-id": version}
