"""S3's manners: which operation is meant, odd keys, error documents."""

import pytest

from penstock.wire import models
from penstock.wire.call import ServiceError
from penstock.wire.http import HttpRequest
from penstock.wire.protocols import protocol_for

S3 = models.model("s3")


def meant(method: str, path: str, query: str = "", **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = HttpRequest(method, path, query, named)
    return str(protocol_for(S3, request).read(request)[0].name)


@pytest.mark.parametrize(
    ("method", "path", "query", "operation"),
    [
        ("GET", "/", "", "ListBuckets"),
        ("GET", "/b", "", "ListObjects"),
        ("GET", "/b/", "", "ListObjects"),
        ("GET", "/b", "list-type=2&prefix=a%2Fb", "ListObjectsV2"),
        ("GET", "/b", "list-type=2&x-id=ListObjectsV2", "ListObjectsV2"),
        ("GET", "/b", "versions", "ListObjectVersions"),
        ("GET", "/b", "versioning", "GetBucketVersioning"),
        ("PUT", "/b", "versioning", "PutBucketVersioning"),
        ("GET", "/b", "uploads", "ListMultipartUploads"),
        ("GET", "/b", "location", "GetBucketLocation"),
        ("GET", "/b", "lifecycle", "GetBucketLifecycleConfiguration"),
        ("GET", "/b/k", "", "GetObject"),
        ("GET", "/b/k", "versionId=1", "GetObject"),
        ("GET", "/b/k", "partNumber=1", "GetObject"),
        ("GET", "/b/k", "uploadId=u", "ListParts"),
        ("GET", "/b/k", "tagging", "GetObjectTagging"),
        ("PUT", "/b/k", "", "PutObject"),
        ("PUT", "/b/k", "tagging", "PutObjectTagging"),
        ("PUT", "/b/k", "partNumber=1&uploadId=u", "UploadPart"),
        ("POST", "/b/k", "uploads", "CreateMultipartUpload"),
        ("POST", "/b/k", "uploads=", "CreateMultipartUpload"),
        ("POST", "/b/k", "uploadId=u", "CompleteMultipartUpload"),
        ("DELETE", "/b/k", "", "DeleteObject"),
        ("DELETE", "/b/k", "uploadId=u", "AbortMultipartUpload"),
        ("HEAD", "/b", "", "HeadBucket"),
        ("HEAD", "/b/k", "", "HeadObject"),
    ],
)
def test_the_query_tells_operations_of_one_path_apart(method: str, path: str, query: str, operation: str) -> None:
    assert meant(method, path, query) == operation


def test_the_copy_source_tells_copies_from_puts() -> None:
    assert meant("PUT", "/b/k", x_amz_copy_source="/a/b") == "CopyObject"
    assert meant("PUT", "/b/k", "partNumber=1&uploadId=u", x_amz_copy_source="/a/b") == "UploadPartCopy"


def test_what_no_operation_answers_is_not_allowed() -> None:
    with pytest.raises(ServiceError) as refused:
        meant("POST", "/b")

    assert (refused.value.code, refused.value.status) == ("MethodNotAllowed", 405)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/b/a/b/c", "a/b/c"),
        ("/b/a%2Fb", "a/b"),
        ("/b/a+b", "a+b"),
        ("/b/a%20b%2Bc", "a b+c"),
        ("/b//leading", "/leading"),
        ("/b/double//slash", "double//slash"),
        ("/b/trailing/", "trailing/"),
        ("/b/..%2F..", "../.."),
        ("/b/%C3%A9%E2%82%AC", "é€"),
        ("/b/%0A", "\n"),
    ],
)
def test_a_key_is_what_stands_behind_the_bucket(path: str, key: str) -> None:
    request = HttpRequest("PUT", path)

    _, value = protocol_for(S3, request).read(request)

    assert (value["Bucket"], value["Key"]) == ("b", key)


def test_metadata_comes_and_goes_in_headers() -> None:
    request = HttpRequest("PUT", "/b/k", headers={"x-amz-meta-colour": "blue", "x-amz-acl": "private"})
    protocol = protocol_for(S3, request)
    get = S3.operation_model("GetObject")

    _, value = protocol.read(request)
    response = protocol.write(get, {"Body": b"", "Metadata": {"colour": "blue"}}, request_id="id")

    assert value["Metadata"] == {"colour": "blue"}
    assert response.headers["x-amz-meta-colour"] == "blue"


@pytest.mark.parametrize(
    ("region", "inside"), [("eu-west-1", b">eu-west-1</LocationConstraint>"), (None, b"></LocationConstraint>")]
)
def test_a_bucket_s_location_is_unwrapped(region: str | None, inside: bytes) -> None:
    asked = S3.operation_model("GetBucketLocation")

    response = protocol_for(S3, HttpRequest("GET", "/b", "location")).write(
        asked, {"LocationConstraint": region}, request_id="id"
    )

    assert isinstance(response.body, bytes)
    assert response.body.endswith(inside)


def test_an_error_document_has_no_wrapper_and_names_the_request() -> None:
    error = ServiceError("The specified key does not exist.", code="NoSuchKey", Key="a&b")

    response = protocol_for(S3, HttpRequest("GET", "/b/k")).write_error(
        S3.operation_model("GetObject"), error, request_id="R1"
    )

    assert response.body == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>'
        b"<Message>The specified key does not exist.</Message><Key>a&amp;b</Key>"
        b"<RequestId>R1</RequestId><HostId>R1</HostId></Error>"
    )
    assert response.headers["x-amz-request-id"] == "R1"


@pytest.mark.parametrize(
    ("operation", "code", "status"), [("HeadObject", "NoSuchKey", 404), ("GetObject", "NotModified", 304)]
)
def test_what_may_have_no_body_has_none(operation: str, code: str, status: int) -> None:
    response = protocol_for(S3, HttpRequest("GET", "/b/k")).write_error(
        S3.operation_model(operation), ServiceError("", code=code), request_id="id"
    )

    assert (response.status, response.body) == (status, b"")
    assert "content-type" not in response.headers
