"""S3 as its customers meet it: boto3 and the AWS CLI, over HTTP."""

import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from migrated import migrate
from penstock.services import s3
from penstock.store.blobs import Blobs
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Directory
from penstock.wire.validate import validate
from services.serving import Door, serving

MIB = 1 << 20


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("data")
    migrate(folder / "penstock.db", [s3.MIGRATIONS])
    database, directory, ids = SqliteDatabase(folder / "penstock.db"), Directory(validate), iter(range(10**6))
    for service in s3.operations(database, Blobs(folder), lambda: 1_700_000_000.5, lambda: f"{next(ids):032x}"):
        directory.register(service)
    with serving(directory) as door:
        yield door
    database.close()


@pytest.fixture(scope="module")
def client(door: Door) -> Any:
    return door.client("s3")


@pytest.fixture
def bucket(client: Any, request: pytest.FixtureRequest) -> str:
    """A bucket of the test's own."""
    name = "b-" + "".join(letter if letter.isalnum() else "-" for letter in request.node.name.lower())[-50:].strip("-")
    client.create_bucket(Bucket=name)
    return name


def refused(call: Any, **request: Any) -> tuple[str, int]:
    """The code and status of an error."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    told = caught.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    "key", ["a//b", "/a", "../a", "a/../b", "ключ/🗝", "a b+c%20", "a?b&c=d", "a/", "/", "~-._!*'()"]
)
def test_any_key_goes_there_and_back(client: Any, bucket: str, key: str) -> None:
    client.put_object(Bucket=bucket, Key=key, Body=b"content", Metadata={"k": "v"})

    got = client.get_object(Bucket=bucket, Key=key)

    assert got["Body"].read() == b"content"
    assert got["Metadata"] == {"k": "v"}
    assert [each["Key"] for each in client.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    copied = client.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert copied["CopyObjectResult"]["ETag"] == got["ETag"]
    deleted = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": "copy"}]})
    assert [each["Key"] for each in deleted["Deleted"]] == [key, "copy"]
    assert "Contents" not in client.list_objects_v2(Bucket=bucket)


def test_errors_are_those_that_clients_look_for(client: Any, bucket: str) -> None:
    client.put_object(Bucket=bucket, Key="a", Body=b"0123")
    etag = client.head_object(Bucket=bucket, Key="a")["ETag"]

    assert refused(client.get_object, Bucket=bucket, Key="none") == ("NoSuchKey", 404)
    assert refused(client.head_object, Bucket=bucket, Key="none") == ("404", 404)
    assert refused(client.head_bucket, Bucket="no-such-bucket") == ("404", 404)
    assert refused(client.list_objects_v2, Bucket="no-such-bucket") == ("NoSuchBucket", 404)
    assert refused(client.get_object, Bucket=bucket, Key="a", Range="bytes=9-") == ("InvalidRange", 416)
    assert refused(client.get_object, Bucket=bucket, Key="a", IfMatch="x") == ("PreconditionFailed", 412)
    assert refused(client.get_object, Bucket=bucket, Key="a", IfNoneMatch=etag) == ("304", 304)
    assert refused(client.put_object, Bucket=bucket, Key="a", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refused(client.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)
    assert refused(client.head_bucket, Bucket=bucket, ExpectedBucketOwner="999999999999") == ("403", 403)
    assert refused(client.create_bucket, Bucket="Upper_case") == ("InvalidBucketName", 400)
    with pytest.raises(client.exceptions.NoSuchKey):
        client.get_object(Bucket=bucket, Key="none")


def test_a_range_is_a_partial_content(client: Any, bucket: str) -> None:
    client.put_object(Bucket=bucket, Key="a", Body=b"0123456789")

    got = client.get_object(Bucket=bucket, Key="a", Range="bytes=-3")

    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (got["Body"].read(), got["ContentRange"]) == (b"789", "bytes 7-9/10")


def test_headers_come_back_as_they_were_sent(client: Any, bucket: str) -> None:
    client.put_object(
        Bucket=bucket, Key="a", Body=b"x", ContentType="text/csv", ContentDisposition='attachment; filename="a.csv"',
        CacheControl="no-store", ContentLanguage="de", Expires=1_800_000_000, Tagging="a=1&b=2",
        StorageClass="STANDARD_IA", ServerSideEncryption="aws:kms", SSEKMSKeyId="key",
    )  # fmt: skip

    head = client.head_object(Bucket=bucket, Key="a")

    assert head["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "1"
    assert (head["ContentType"], head["ContentLanguage"], head["CacheControl"]) == ("text/csv", "de", "no-store")
    assert (head["StorageClass"], head["ServerSideEncryption"], head["SSEKMSKeyId"]) == (
        "STANDARD_IA",
        "aws:kms",
        "key",
    )
    assert head["ContentDisposition"] == 'attachment; filename="a.csv"'
    assert head["LastModified"].timestamp() == 1_700_000_000
    assert head["ExpiresString"] == "Fri, 15 Jan 2027 08:00:00 GMT"
    tags = client.get_object_tagging(Bucket=bucket, Key="a")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_go_there_and_back(client: Any, bucket: str, algorithm: str) -> None:
    put = client.put_object(Bucket=bucket, Key="a", Body=b"x", ChecksumAlgorithm=algorithm)

    got = client.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")

    assert got["Body"].read() == b"x"  # botocore has compared it
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]


def test_a_large_file_is_uploaded_in_parts_and_downloaded_in_ranges(client: Any, bucket: str, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096 * 12 + b"end"
    (tmp_path / "up").write_bytes(content)
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)

    client.upload_file(str(tmp_path / "up"), bucket, "big", Config=config, ExtraArgs={"ContentType": "text/plain"})
    client.download_file(bucket, "big", str(tmp_path / "down"), Config=config)
    client.copy({"Bucket": bucket, "Key": "big"}, bucket, "copy", Config=config)

    head = client.head_object(Bucket=bucket, Key="big")
    assert (tmp_path / "down").read_bytes() == content
    assert head["ETag"].endswith('-3"')
    assert (head["ContentType"], head["ContentLength"]) == ("text/plain", len(content))
    assert client.get_object(Bucket=bucket, Key="big", PartNumber=3)["Body"].read() == content[10 * MIB :]
    assert client.head_object(Bucket=bucket, Key="copy")["ETag"] == head["ETag"]
    attributes = client.get_object_attributes(Bucket=bucket, Key="big", ObjectAttributes=["ObjectParts", "ETag"])
    assert attributes["ObjectParts"]["TotalPartsCount"] == 3
    assert client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def test_an_upload_can_be_looked_at_and_aborted(client: Any, bucket: str) -> None:
    upload = client.create_multipart_upload(Bucket=bucket, Key="a b")["UploadId"]
    part = client.upload_part(Bucket=bucket, Key="a b", UploadId=upload, PartNumber=1, Body=b"x")

    (told,) = client.list_parts(Bucket=bucket, Key="a b", UploadId=upload)["Parts"]
    assert (told["ETag"], told["Size"]) == (part["ETag"], 1)
    (listed,) = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert (listed["Key"], listed["UploadId"]) == ("a b", upload)

    client.abort_multipart_upload(Bucket=bucket, Key="a b", UploadId=upload)
    assert refused(client.list_parts, Bucket=bucket, Key="a b", UploadId=upload) == ("NoSuchUpload", 404)


def test_presigned_urls_put_and_get(client: Any, bucket: str) -> None:
    put = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "ü x"})
    with urllib.request.urlopen(urllib.request.Request(put, data=b"content", method="PUT")) as answer:
        assert answer.status == 200

    get = client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "ü x", "ResponseContentType": "text/html"}
    )
    with urllib.request.urlopen(get) as answer:
        assert (answer.read(), answer.headers["content-type"]) == (b"content", "text/html")


def test_versions_are_kept_told_and_restored(client: Any, bucket: str) -> None:
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    client.put_object(Bucket=bucket, Key="a", Body=b"2")

    marker = client.delete_object(Bucket=bucket, Key="a")

    assert marker["DeleteMarker"] is True
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    with pytest.raises(ClientError) as gone:
        client.get_object(Bucket=bucket, Key="a")
    assert gone.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    assert client.get_object(Bucket=bucket, Key="a", VersionId=first)["Body"].read() == b"1"
    listed = client.list_object_versions(Bucket=bucket)
    assert [each["IsLatest"] for each in listed["Versions"]] == [False, False]
    assert [each["VersionId"] for each in listed["DeleteMarkers"]] == [marker["VersionId"]]
    client.delete_object(Bucket=bucket, Key="a", VersionId=marker["VersionId"])
    assert client.get_object(Bucket=bucket, Key="a")["Body"].read() == b"2"


def test_every_page_of_a_list_is_told(client: Any, bucket: str) -> None:
    for number in range(7):
        client.put_object(Bucket=bucket, Key=f"dir {number % 3}/ü{number}", Body=b"")

    for operation in ("list_objects", "list_objects_v2"):
        pages = list(client.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": 2}))
        assert len([each for page in pages for each in page["Contents"]]) == 7
        folders = client.get_paginator(operation).paginate(
            Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}
        )
        assert [each["Prefix"] for page in folders for each in page["CommonPrefixes"]] == ["dir 0/", "dir 1/", "dir 2/"]


def test_settings_of_a_bucket_go_there_and_back(client: Any, bucket: str) -> None:
    tags = {"TagSet": [{"Key": "team", "Value": "blue"}]}
    client.put_bucket_tagging(Bucket=bucket, Tagging=tags)
    client.put_bucket_policy(Bucket=bucket, Policy='{"Statement": [{"Effect": "Deny"}]}')
    client.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "AllowedHeaders": ["a", "b"]}]
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})

    assert client.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags["TagSet"]
    assert client.get_bucket_policy(Bucket=bucket)["Policy"] == '{"Statement": [{"Effect": "Deny"}]}'
    assert client.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules
    assert client.put_object(Bucket=bucket, Key="a")["ServerSideEncryption"] == "AES256"
    assert client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert client.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    assert client.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    client.delete_bucket_tagging(Bucket=bucket)
    assert refused(client.get_bucket_tagging, Bucket=bucket) == ("NoSuchTagSet", 404)
    assert refused(client.put_bucket_tagging, Bucket="no-such-bucket", Tagging=tags) == ("NoSuchBucket", 404)


def test_the_cli_copies_and_syncs(door: Door, client: Any, bucket: str, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    (source / "sub folder").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "sub folder" / "ü.txt").write_text("u")
    for file in source.rglob("*.txt"):
        os.utime(file, (1_600_000_000, 1_600_000_000))  # before the server's clock: nothing to be synced twice

    door.aws("s3", "sync", str(source), f"s3://{bucket}/data")
    again = door.aws("s3", "sync", str(source), f"s3://{bucket}/data")
    door.aws("s3", "cp", f"s3://{bucket}/data/a.txt", f"s3://{bucket}/copy.txt")
    door.aws("s3", "sync", f"s3://{bucket}", str(back))
    listing = door.aws("s3", "ls", f"s3://{bucket}/data/")
    door.aws("s3", "rm", f"s3://{bucket}", "--recursive")

    assert again == ""
    assert (back / "data" / "sub folder" / "ü.txt").read_text() == "u"
    assert (back / "copy.txt").read_text() == "a"
    assert "PRE sub folder/" in listing
    assert "a.txt" in listing
    door.aws("s3", "rb", f"s3://{bucket}")
    assert refused(client.head_bucket, Bucket=bucket) == ("404", 404)


def test_a_notification_configuration_goes_there_and_back(client: Any, bucket: str) -> None:
    there = "us-east-1:123456789012"
    rules = {"FilterRules": [{"Name": "Prefix", "Value": "in/"}, {"Name": "Suffix", "Value": ".csv & <more>"}]}
    given = {
        "QueueConfigurations": [
            {
                "Id": "q",
                "QueueArn": f"arn:aws:sqs:{there}:q",
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {"Key": rules},
            }
        ],
        "TopicConfigurations": [
            {"Id": "t", "TopicArn": f"arn:aws:sns:{there}:t", "Events": ["s3:ObjectRemoved:*", "s3:ObjectTagging:Put"]}
        ],
        "LambdaFunctionConfigurations": [
            {
                "Id": "f",
                "LambdaFunctionArn": f"arn:aws:lambda:{there}:function:f",
                "Events": ["s3:ObjectTagging:Delete"],
            }
        ],
        "EventBridgeConfiguration": {},
    }

    client.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=given, SkipDestinationValidation=True
    )

    told = client.get_bucket_notification_configuration(Bucket=bucket)
    del told["ResponseMetadata"]
    assert told == given
    assert refused(
        client.put_bucket_notification_configuration, Bucket=bucket, NotificationConfiguration=given
    ) == ("InvalidArgument", 400)  # fmt: skip
