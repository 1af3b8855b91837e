"""The nouns of S3: buckets, versions of objects, uploads and their parts, and which names are allowed.

An object is its latest version. A version is a name for a blob, or a delete marker. Nothing here ever becomes a
path: keys are any text, and content is found by digest alone.
"""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from penstock.services.s3.failures import invalid_bucket_name, invalid_uri, key_too_long
from penstock.store.blobs import Digest
from penstock.wire.call import Json

NULL_VERSION: Final = "null"
Versioning = Literal["", "Enabled", "Suspended"]
ChecksumType = Literal["", "COMPOSITE", "FULL_OBJECT"]

NO_CONTENT: Final = Digest("")
LONGEST_KEY: Final = 1024
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_TAKEN_STARTS: Final = ("xn--", "sthree-", "amzn-s3-demo-")
_TAKEN_ENDS: Final = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    name: str
    account: str
    region: str
    created_at: float
    versioning: Versioning = ""

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.name}"


class PartOfObject(msgspec.Struct, frozen=True):
    """A part as a completed object remembers it."""

    number: int
    size: int
    checksum: str = ""


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version carries besides its content. `headers` are kept as they were sent, in the model's spelling."""

    headers: Mapping[str, Json] = {}
    metadata: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    checksums: Mapping[str, str] = {}  # by algorithm, base64
    checksum_type: ChecksumType = ""
    parts: tuple[PartOfObject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of an object. `seq` is its place among its key's versions, given when it is written."""

    bucket: str
    key: str
    version_id: str
    modified_at: float
    digest: Digest = NO_CONTENT
    size: int = 0
    etag: str = ""
    upload: str = ""
    is_marker: bool = False
    is_latest: bool = True
    seq: int = 0
    details: Details = field(default_factory=Details)

    @property
    def holder(self) -> str:
        """The name under which it holds its blob: no bucket and no version id has a slash, so it is unambiguous."""
        return f"s3/{self.bucket}/{self.version_id}/{self.key}"

    @property
    def storage_class(self) -> str:
        return str(self.details.headers.get("StorageClass", "STANDARD"))


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a multipart upload will make of its parts."""

    headers: Mapping[str, Json] = {}
    metadata: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    algorithm: str = ""
    checksum_type: ChecksumType = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    bucket: str
    key: str
    id: str
    started_at: float
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    upload: str
    number: int
    digest: Digest
    size: int
    etag: str
    checksum: str
    modified_at: float

    @property
    def holder(self) -> str:
        return f"s3-upload/{self.upload}/{self.number}"


def owner_id(account: str) -> str:
    """An account's canonical user id: 64 hex digits that never change."""
    return hashlib.sha256(f"canonical user of {account}".encode()).hexdigest()


def check_bucket_name(name: str) -> None:
    """Raise unless S3 would let a bucket have this name."""
    fits = _NAME.fullmatch(name) and ".." not in name and not _is_address(name)
    if not fits or name.startswith(_TAKEN_STARTS) or name.endswith(_TAKEN_ENDS):
        raise invalid_bucket_name(name)


def check_key(key: str) -> None:
    """Raise if a key is longer than S3's, or no text that UTF-8 has."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        raise invalid_uri() from None
    if size > LONGEST_KEY:
        raise key_too_long(size, LONGEST_KEY)


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
