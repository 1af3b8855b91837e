"""Objects in S3 that templates name: read whole, for they are definitions and seeds."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Failed, Steps, ask

Json = Any
MOST: Final = 64 << 20
AT_ONCE: Final = 1 << 20  # what one answer may carry (`engine.outbox`)


def fetched(location: Mapping[str, Json]) -> Steps[bytes]:
    """The content of the object at `Bucket`, `Key` and, perhaps, `Version` (or `ObjectVersion`)."""
    where = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if version := location.get("Version") or location.get("ObjectVersion"):
        where["VersionId"] = version
    found = yield from ask("s3", "HeadObject", where)
    size, same = found["ContentLength"], {"IfMatch": found["ETag"]}
    if size > MOST:
        raise Failed(f"s3://{where['Bucket']}/{where['Key']} is larger than {MOST} bytes.", "InvalidRequest")
    content = bytearray()
    for start in range(0, size, AT_ONCE):
        piece = {"Range": f"bytes={start}-{min(start + AT_ONCE, size) - 1}"}
        content += (yield from ask("s3", "GetObject", {**where, **same, **piece}))["Body"]
    return bytes(content)
