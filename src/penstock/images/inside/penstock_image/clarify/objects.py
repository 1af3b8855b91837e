"""Objects: what a configuration names in S3 itself, brought here; what a client refuses is a failure of the job."""

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penstock_image.failure import ClientError


@contextmanager
def refusals() -> Iterator[None]:
    """Within it, a client's errors are the customer's to put right: `ClientError`."""
    errors = importlib.import_module("botocore.exceptions")
    try:
        yield
    except (errors.ClientError, errors.BotoCoreError) as problem:
        raise ClientError(str(problem)) from problem


def brought(uri: str) -> Path:
    """A folder with all the objects below a prefix. Raises `ClientError` where there are none."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    folder = Path(tempfile.mkdtemp(prefix="objects-"))
    s3 = importlib.import_module("boto3").client("s3")
    count = 0
    with refusals():
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for each in page.get("Contents", ()):
                count += 1
                s3.download_file(bucket, each["Key"], str(folder / f"{count:06d}-{Path(each['Key']).name}"))
    if not count:
        raise ClientError(f"there is nothing at {uri}.")
    return folder
