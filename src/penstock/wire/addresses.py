"""Addresses of objects in S3, as people write them.

    s3://bucket/key                                             https://s3.eu-west-1.amazonaws.com/bucket/key
    https://bucket.s3.eu-west-1.amazonaws.com/key?versionId=1   http://127.0.0.1:4599/bucket/key

What is not one is None: whoever asks knows the sentence that says so.
"""

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

_SCHEME: Final = "s3://"
_AWS: Final = re.compile(r"(?:(?P<bucket>.+)\.)?s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?")
_ANY: Final = re.compile(r"(?:(?P<bucket>.+)\.)?s3[.-].+")


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket, a key or the beginning of keys (perhaps empty), and a version, if one is meant."""

    bucket: str
    key: str
    version: str = ""

    @classmethod
    def of(cls, text: str, *, anywhere: bool = False) -> Self | None:
        """What a text means; `anywhere`, a host that is not AWS's is somebody's S3, too.

        A signature in it is not looked at: whoever shows it is known by the request that it comes in.
        """
        if text.startswith(_SCHEME):
            bucket, _, key = text.removeprefix(_SCHEME).partition("/")
            return cls(bucket, key) if bucket else None  # as it stands: a key may have any sign in it
        try:
            parts = urlsplit(text)
        except ValueError:
            return None
        if parts.scheme != "https" and not (anywhere and parts.scheme == "http"):
            return None
        host, path = parts.hostname or "", unquote(parts.path.removeprefix("/"))
        found = _AWS.fullmatch(host) or (_ANY.fullmatch(host) if anywhere else None)
        if found is None and not anywhere:
            return None
        bucket, key = (found["bucket"], path) if found and found["bucket"] else path.partition("/")[::2]
        version = parse_qs(parts.query).get("versionId", [""])[0]
        return cls(bucket, key, version) if bucket else None

    @property
    def object(self) -> dict[str, str]:
        """The members of a request by which S3 knows the object."""
        return {"Bucket": self.bucket, "Key": self.key, **({"VersionId": self.version} if self.version else {})}
