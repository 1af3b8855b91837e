"""Objects in S3 that templates name: read whole, for they are definitions and seeds."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Failed, Steps, ask

Json = Any
MOST: Final = 64 * 1024 * 1024


def fetched(location: Mapping[str, Json]) -> Steps[bytes]:
    """The content of the object at `Bucket`, `Key` and, perhaps, `Version` (or `ObjectVersion`)."""
    where = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if version := location.get("Version") or location.get("ObjectVersion"):
        where["VersionId"] = version
    found = yield from ask("s3", "GetObject", where)
    if found["ContentLength"] > MOST:
        raise Failed(f"s3://{where['Bucket']}/{where['Key']} is larger than {MOST} bytes.", "InvalidRequest")
    content: bytes = found["Body"].read()
    return content
