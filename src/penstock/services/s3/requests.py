"""What requests carry besides content: headers that are kept, metadata, tags, copy sources; and what is refused.

A parameter is kept and told again where S3 itself would only keep it, or refused with what would do instead. None is
dropped in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote

from penstock.services.s3.failures import acls_not_supported, invalid_argument, invalid_request, invalid_tag, not_built
from penstock.wire.call import Json, ServiceError

Request = Mapping[str, Json]
MOST_TAGS: Final = 10
MOST_METADATA: Final = 2048

CONTENT_HEADERS: Final = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
)
ENCRYPTION_HEADERS: Final = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
KEPT_HEADERS: Final = (*CONTENT_HEADERS, *ENCRYPTION_HEADERS, "StorageClass", "WebsiteRedirectLocation")

_GRANTS: Final = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
_LOCKS: Final = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus", "ObjectLockEventHold")
_NOT_BUILT: Final[Mapping[str, tuple[str, str]]] = {
    "SSECustomerAlgorithm": ("encryption with customers' keys", "leave out SSECustomerAlgorithm and SSECustomerKey"),
    "CopySourceSSECustomerAlgorithm": ("encryption with customers' keys", "leave out CopySourceSSECustomerKey"),
    "WriteOffsetBytes": ("appending to objects", "write the whole object"),
    "SSEKMSEncryptionContext": ("encryption contexts", "leave out SSEKMSEncryptionContext"),
    "IfMatchLastModifiedTime": ("If-Match on a time", "use IfMatch with the ETag"),
    "IfMatchSize": ("If-Match on a size", "use IfMatch with the ETag"),
    "MFA": ("MFA delete", "leave out MFA"),
}


def refuse_what_is_not_built(request: Request) -> None:
    """Raise where a request asks for something that would have to be ignored."""
    if request.get("ACL") not in {None, "private", "bucket-owner-full-control"} or any(
        request.get(name) for name in _GRANTS
    ):
        raise acls_not_supported()
    if any(request.get(name) for name in _LOCKS):
        raise invalid_request("Bucket is missing Object Lock Configuration")
    for name, (what, remedy) in _NOT_BUILT.items():
        if request.get(name) is not None:
            raise not_built(what, remedy)


def headers_of(request: Request) -> dict[str, Json]:
    """The headers that an object keeps."""
    return {name: request[name] for name in KEPT_HEADERS if request.get(name) is not None}


def encryption_of(headers: Mapping[str, Json]) -> dict[str, Json]:
    return {name: headers[name] for name in ENCRYPTION_HEADERS if headers.get(name) is not None}


def metadata_of(request: Request) -> dict[str, str]:
    """User metadata; its names are header names, and lower case from here on."""
    metadata = {name.lower(): str(value) for name, value in (request.get("Metadata") or {}).items()}
    size = sum(len(name.encode()) + len(value.encode(errors="surrogatepass")) for name, value in metadata.items())
    if size > MOST_METADATA:
        raise ServiceError(
            "Your metadata headers exceed the maximum allowed metadata size",
            code="MetadataTooLarge", status=400, Size=size, MaxSizeAllowed=MOST_METADATA,
        )  # fmt: skip
    return metadata


def tags_of_header(header: str | None) -> dict[str, str]:
    """The tags in an x-amz-tagging header: URL query parameters."""
    if not header:
        return {}
    try:
        pairs = parse_qsl(header, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
            "without tag name duplicates.",
            "x-amz-tagging",
            header,
        ) from None
    return checked_tags(pairs, most=MOST_TAGS)


def tags_in(tagging: Mapping[str, Json], *, most: int = MOST_TAGS) -> dict[str, str]:
    """The tags in a Tagging document."""
    return checked_tags([(tag["Key"], tag["Value"]) for tag in tagging["TagSet"]], most=most)


def checked_tags(pairs: Sequence[tuple[str, str]], *, most: int) -> dict[str, str]:
    if len(pairs) > most:
        what = "Object" if most == MOST_TAGS else "Bucket"
        raise ServiceError(f"{what} tags cannot be greater than {most}", code="BadRequest", status=400)
    if len({key for key, _ in pairs}) < len(pairs):
        raise invalid_tag("Cannot provide multiple Tags with the same key")
    for key, value in pairs:
        if not 1 <= len(key) <= 128:
            raise invalid_tag("The TagKey you have provided is invalid")
        if len(value) > 256:
            raise invalid_tag("The TagValue you have provided is invalid")
        if key.startswith("aws:"):
            raise invalid_tag("System tags cannot be added/updated by requester")
    return dict(pairs)


@dataclass(frozen=True, slots=True)
class CopySource:
    """What a copy reads: `bucket/key`, percent-encoded, and maybe `?versionId=`."""

    bucket: str
    key: str
    version_id: str | None = None

    @classmethod
    def parse(cls, text: str) -> "CopySource":
        if text.startswith("arn:"):
            raise not_built("access points", "name the source as bucket/key")
        path, asked, version_id = text.partition("?versionId=")
        bucket, slash, key = unquote(path).removeprefix("/").partition("/")
        if not bucket or not slash or not key:
            raise invalid_argument(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", text
            )
        return cls(bucket, key, version_id if asked else None)
