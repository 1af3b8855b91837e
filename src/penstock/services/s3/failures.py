"""What S3 says when it cannot: its codes, statuses, sentences and the fields that name what was meant.

S3's service model names few of its errors, so their statuses are here.
"""

from collections.abc import Mapping
from typing import Final

from penstock.wire.call import NotImplementedHere, ServiceError


def invalid_bucket_name(name: str) -> ServiceError:
    return ServiceError("The specified bucket is not valid.", code="InvalidBucketName", status=400, BucketName=name)


def key_too_long(size: int, longest: int) -> ServiceError:
    return ServiceError("Your key is too long", code="KeyTooLongError", status=400, Size=size, MaxSizeAllowed=longest)


def invalid_uri() -> ServiceError:
    return ServiceError("Couldn't parse the specified URI.", code="InvalidURI", status=400)


def no_such_bucket(name: str) -> ServiceError:
    return ServiceError("The specified bucket does not exist", code="NoSuchBucket", status=404, BucketName=name)


def no_such_key(key: str, *, is_marker: bool = False) -> ServiceError:
    return ServiceError(
        "The specified key does not exist.", code="NoSuchKey", status=404, Key=key, **_marked(is_marker)
    )


def no_such_version(key: str, version_id: str) -> ServiceError:
    return ServiceError(
        "The specified version does not exist.", code="NoSuchVersion", status=404, Key=key, VersionId=version_id
    )


def no_such_upload(upload_id: str) -> ServiceError:
    return ServiceError(
        "The specified upload does not exist. The upload ID may be invalid, "
        "or the upload may have been aborted or completed.",
        code="NoSuchUpload",
        status=404,
        UploadId=upload_id,
    )


def marker_has_no_content(key: str) -> ServiceError:
    """For a read that names a delete marker by its version id."""
    return ServiceError(
        "The specified method is not allowed against this resource.",
        code="MethodNotAllowed",
        status=405,
        Key=key,
        Method="GET",
        ResourceType="DeleteMarker",
        **_marked(is_marker=True),
    )


def precondition_failed(condition: str) -> ServiceError:
    return ServiceError(
        "At least one of the pre-conditions you specified did not hold",
        code="PreconditionFailed",
        status=412,
        Condition=condition,
    )


def not_modified(etag: str) -> ServiceError:
    return ServiceError("Not Modified", code="NotModified", status=304, ETag=f'"{etag}"')


def invalid_range(asked: str, size: int) -> ServiceError:
    return ServiceError(
        "The requested range is not satisfiable",
        code="InvalidRange",
        status=416,
        RangeRequested=asked,
        ActualObjectSize=size,
    )


def part_not_there(number: int, count: int) -> ServiceError:
    return ServiceError(
        "The requested partnumber is not satisfiable",
        code="InvalidPartNumber",
        status=416,
        PartNumberRequested=number,
        ActualPartCount=count,
    )


def invalid_argument(message: str, name: str, value: object) -> ServiceError:
    return ServiceError(message, code="InvalidArgument", status=400, ArgumentName=name, ArgumentValue=str(value))


def invalid_request(message: str) -> ServiceError:
    return ServiceError(message, code="InvalidRequest", status=400)


def malformed_xml() -> ServiceError:
    return ServiceError(
        "The XML you provided was not well-formed or did not validate against our published schema",
        code="MalformedXML",
        status=400,
    )


def entity_too_large(size: int, largest: int) -> ServiceError:
    return ServiceError(
        "Your proposed upload exceeds the maximum allowed size",
        code="EntityTooLarge",
        status=400,
        ProposedSize=size,
        MaxSizeAllowed=largest,
    )


def source_changed() -> ServiceError:
    return ServiceError(
        "What was read has been overwritten meanwhile. Please try again.",
        code="OperationAborted",
        status=409,
    )


def invalid_part(upload_id: str, number: int, etag: str) -> ServiceError:
    return ServiceError(
        "One or more of the specified parts could not be found.  The part may not have been uploaded, "
        "or the specified entity tag may not match the part's entity tag.",
        code="InvalidPart",
        status=400,
        UploadId=upload_id,
        PartNumber=number,
        ETag=etag,
    )


def invalid_part_order() -> ServiceError:
    return ServiceError(
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
        code="InvalidPartOrder",
        status=400,
    )


def entity_too_small(number: int, size: int, least: int, etag: str) -> ServiceError:
    return ServiceError(
        "Your proposed upload is smaller than the minimum allowed size",
        code="EntityTooSmall",
        status=400,
        PartNumber=number,
        ProposedSize=size,
        MinSizeAllowed=least,
        ETag=etag,
    )


def access_denied() -> ServiceError:
    return ServiceError("Access Denied", code="AccessDenied", status=403)


def acls_not_supported() -> ServiceError:
    return ServiceError("The bucket does not allow ACLs", code="AccessControlListNotSupported", status=400)


def bad_digest(algorithm: str) -> ServiceError:
    message = (
        "The Content-MD5 you specified did not match what we received."
        if algorithm == "Content-MD5"
        else f"The {algorithm} you specified did not match the calculated checksum."
    )
    return ServiceError(message, code="BadDigest", status=400)


def invalid_tag(message: str) -> ServiceError:
    return ServiceError(message, code="InvalidTag", status=400)


def unreachable(reasons: Mapping[str, str]) -> ServiceError:
    """For destinations of notifications that are not there: why, by ARN."""
    told: dict[str, str] = {}
    for number, (arn, reason) in enumerate(reasons.items(), 1):
        told |= {f"ArgumentName{number}": f"{arn}, null", f"ArgumentValue{number}": reason}
    return ServiceError(
        "Unable to validate the following destination configurations", code="InvalidArgument", status=400, **told
    )


def not_built(what: str, remedy: str) -> ServiceError:
    return NotImplementedHere(f"Penstock's S3 has no {what}: {remedy}.")


def _marked(is_marker: bool) -> dict[str, str]:
    return {"DeleteMarker": "true"} if is_marker else {}


_ABSENT: Final[Mapping[str, tuple[str, str]]] = {
    "Tagging": ("NoSuchTagSet", "The TagSet does not exist"),
    "Policy": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "Encryption": (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
    "PublicAccessBlock": (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
    "OwnershipControls": ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
    "Cors": ("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    "Website": ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
    "Replication": ("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
    "ObjectLock": (
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
    ),
    "Lifecycle": ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
}


def no_such_setting(kind: str, bucket: str) -> ServiceError:
    code, message = _ABSENT[kind]
    return ServiceError(message, code=code, status=404, BucketName=bucket)
